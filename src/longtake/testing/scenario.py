"""A scenario: how the simulated world stands, how fast it is, and which faults it plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml

from longtake.errors import LongtakeError
from longtake.testing.drift import FAITHFUL, Drift
from longtake.testing.faults import Fault


@dataclass(frozen=True)
class Account:
    """A key: the one host it works on, its money, and its limits (0: none)."""

    host: str
    balance: Decimal = Decimal(1000)
    in_flight: int = 0
    per_minute: int = 0


_ACCOUNTS = {
    "apimart-key": Account("apimart"),
    "minimax-key": Account("minimax"),
    "mainland-key": Account("minimax-mainland"),
    "pixazo-key": Account("pixazo"),
    "apiinone-key": Account("apiinone"),
    "openai-key": Account("openai"),
}


@dataclass(frozen=True)
class Scenario:
    """All that can be told to the simulator; the default is a fast and honest world.

    `task_s` is how long a task runs after `queue_s` in the queue, `scale` shrinks every canvas,
    `render: early` starts a clip when its task is accepted, not when it is first downloaded.
    `words` spells states otherwise, `submit_shape` fixes the shape of APIMart's submit reply,
    `number_ids` writes the task ids of MiniMax v2 as JSON numbers. `drift_of_take` makes clips of one
    and the same request differ: the drift of the first, of the second and so on, over again.
    `result_form` that of a clip's place in the answers of APIMart and API in One.
    """

    seed: int = 0
    clock: Literal["real", "fake"] = "real"
    task_s: float = 0.05
    queue_s: float = 0.0
    task_s_of: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0
    rate: str = "24"
    extra_frames: int = 0
    render: Literal["late", "early"] = "late"
    drift: Drift = FAITHFUL
    drift_of: Mapping[str, Drift] = field(default_factory=dict)
    drift_of_take: tuple[Drift, ...] = ()
    url_life_s: float = 86400.0
    upload_life_s: float = 72 * 3600.0
    renews: bool = True
    extension: str = ".mp4"
    media_type: str = "video/mp4"
    backup_url: bool = False
    data_uri: bool = False
    idempotency: Literal["ignored", "honoured"] = "ignored"
    number_ids: bool = False
    submit_shape: Literal["asked", "list", "object", "flat"] = "asked"
    result_form: Literal["list", "text", "file"] = "list"
    words: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=lambda: dict(_ACCOUNTS))
    faults: tuple[Fault, ...] = ()

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Scenario:
        """Read a scenario of plain values, as YAML or JSON gives them."""
        return cls().changed(written)

    def changed(self, written: Mapping[str, Any]) -> Scenario:
        """Give this scenario with the values named replaced by others."""
        known = {each.name for each in fields(self)} | {"storm"}
        unknown = set(written) - known
        if unknown:
            raise LongtakeError(
                f"a scenario knows no {', '.join(sorted(unknown))}",
                hint=f"it knows {', '.join(sorted(known))}",
            )
        values = {name: _read(name, value) for name, value in written.items() if name != "storm"}
        if "storm" in written:
            values["faults"] = (*values.get("faults", ()), *storm(**written["storm"]))
        return replace(self, **values)


def _with_on(written: Any) -> Any:
    """Read a key `on` as the word it is: YAML 1.1 takes it for true."""
    if isinstance(written, dict):
        return {"on" if key is True else key: _with_on(part) for key, part in written.items()}
    return [_with_on(part) for part in written] if isinstance(written, list) else written


def load_scenario(path: Path) -> Scenario:
    """Read a scenario from a YAML or JSON file; a LongtakeError says what is wrong with it."""
    try:
        written = _with_on(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise LongtakeError(f"the scenario {path} cannot be read: {exc}") from exc
    if written is not None and not isinstance(written, dict):
        raise LongtakeError(f"the scenario {path} is no table of names and values")
    try:
        return Scenario.read(written or {})
    except (TypeError, AttributeError, KeyError, ValueError) as exc:
        raise LongtakeError(
            f"the scenario {path} is not understood: {exc}",
            hint="a value has another form than its name asks for",
        ) from exc


def storm(chance: float = 0.3, unknown: bool = True) -> tuple[Fault, ...]:
    """Give faults for every route, each request hit with a chance; what hits is drawn by the seed.

    Without `unknown`, no accepted submit is hidden from the client.
    """
    hidden: list[dict[str, Any]] = [
        {"do": "drop", "when": "after"},
        {"do": "http", "status": 500, "when": "after"},
        {"do": "drop", "when": "before"},
        {"do": "not_json"},
    ]
    asked: list[dict[str, Any]] = [
        {"do": "http", "status": 503},
        {"do": "drop"},
        {"do": "http", "status": 429, "retry_after": "0"},
        {"do": "http", "status": 429},
        {"do": "not_json"},
    ]
    busy = {"do": "refuse", "kind": "rate", "retry_after": "0"}
    told: dict[str, list[dict[str, Any]]] = {
        "submit": [busy, busy, *(hidden if unknown else [])],
        "status": [*asked, {"do": "patch", "set": {"@status": "Pondering"}}],
        "file": asked,
        "list": asked,
        "upload": asked[:-1],
        "download": [
            {"do": "http", "status": 503},
            {"do": "cut", "at": 0.5},
            {"do": "truncate", "at": 0.7},
            {"do": "corrupt"},
            {"do": "serve", "what": "html"},
            {"do": "expire"},
        ],
    }
    return tuple(
        Fault.read({"do": "one_of", "on": route, "chance": chance, "faults": faults})
        for route, faults in told.items()
    )


def _read(name: str, value: Any) -> Any:
    if name == "faults":
        return tuple(Fault.read(each) if isinstance(each, Mapping) else each for each in value)
    if name == "drift":
        return value if isinstance(value, Drift) else Drift.read(value)
    if name == "drift_of":
        return {model: Drift.read(each) for model, each in value.items()}
    if name == "drift_of_take":
        return tuple(each if isinstance(each, Drift) else Drift.read(each) for each in value)
    if name == "accounts":
        return {key: _account(each) for key, each in value.items()}
    return value


def _account(written: Any) -> Account:
    if isinstance(written, Account):
        return written
    try:
        return Account(**{**written, "balance": Decimal(str(written.get("balance", "1000")))})
    except (TypeError, ArithmeticError) as exc:
        raise LongtakeError(f"this is no account: {written}") from exc
