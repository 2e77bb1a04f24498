"""One fault the simulator plays on request: where, when, how often, and what happens then."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from longtake.errors import LongtakeError
from longtake.testing.drift import Drift

ROUTES = (
    "submit",
    "status",
    "file",
    "upload",
    "balance",
    "list",
    "cancel",
    "download",
    "picture",
    "any",
)

# What each fault may be told besides where and when it strikes.
KINDS: dict[str, frozenset[str]] = {
    # instead of the answer, before or after the request was really carried out
    "http": frozenset({"status", "retry_after", "body", "media_type"}),
    "refuse": frozenset({"kind", "message", "code", "form", "retry_after"}),
    "drop": frozenset({"reset"}),
    "hang": frozenset({"seconds"}),
    "redirect": frozenset({"to", "status"}),
    "not_json": frozenset({"body"}),
    "empty": frozenset(),
    # a changed answer
    "delay": frozenset({"seconds"}),
    "patch": frozenset({"set", "remove"}),
    "no_id": frozenset(),
    # what becomes of the task, and of its clip
    "fate": frozenset({"ending", "message", "code", "task_s", "charge", "words", "word", "billed"}),
    "clip": frozenset({"size", "frames", "extra_frames", "rate", "sound", "drift"}),
    "webhook": frozenset({"how", "seconds", "body"}),
    # the way home
    "slow": frozenset({"bytes_per_s"}),
    "endless": frozenset({"length"}),
    "truncate": frozenset({"at"}),
    "corrupt": frozenset({"at", "bytes", "how"}),
    "serve": frozenset({"what"}),
    "expire": frozenset(),
    "gone": frozenset(),
    "cut": frozenset({"at"}),
    "no_range": frozenset(),
    "bad_range": frozenset(),
    "no_length": frozenset(),
    "one_of": frozenset({"faults"}),
}
COVERING = frozenset({"http", "refuse", "drop", "hang", "redirect", "not_json", "empty"})
CHANGING = frozenset({"patch", "no_id"})
# An answer that cannot be read is meanest where the request was carried out all the same.
_AFTERWARDS = frozenset({"not_json", "empty"})
_WHERE = frozenset({"on", "wire", "host", "model", "prompt", "key"})
_HOW_OFTEN = frozenset({"nth", "skip", "times", "chance", "per_task"})
_COMMON = _WHERE | _HOW_OFTEN | {"do", "when", "late_s"}


@dataclass(frozen=True)
class Subject:
    """What a request is about, as far as faults choose by it; `name` is the same in every run."""

    route: str
    wire: str
    host: str
    key: str = ""
    model: str = ""
    prompt: str = ""
    name: str = ""


@dataclass(frozen=True)
class Fault:
    """A rule: on matching requests, do this. `told` holds the words that belong to its kind.

    `when: after` carries the request out first; with `late_s` even that happens so much later than
    the answer. `nth` picks requests by number, counted among those that match (from 1), or, with
    `per_task`, among those about one task.
    """

    do: str
    on: tuple[str, ...] = ("submit",)
    wire: str = "*"
    host: str = "*"
    model: str = "*"
    prompt: str = ""
    key: str = "*"
    nth: tuple[int, ...] = ()
    skip: int = 0
    times: int | None = None
    chance: float = 1.0
    per_task: bool = False
    when: Literal["before", "after"] = "before"
    late_s: float = 0.0
    told: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Fault:
        """Read a fault as a scenario writes it; every slip in it is an error."""
        do = written.get("do")
        if do not in KINDS:
            raise LongtakeError(f"there is no fault {do!r}", hint=f"there are {', '.join(KINDS)}")
        unknown = set(written) - _COMMON - KINDS[do]
        if unknown:
            raise LongtakeError(f"the fault {do} knows no {', '.join(sorted(unknown))}")
        fields = {name: written[name] for name in _COMMON & set(written) if name != "do"}
        fields["on"] = _routes(written.get("on", _usual_route(do)))
        if "nth" in fields:
            fields["nth"] = tuple(_listed(fields["nth"]))
        fields.setdefault("when", "after" if do in _AFTERWARDS else "before")
        if fields["when"] not in ("before", "after"):
            raise LongtakeError("a fault strikes `before` or `after` the request is carried out")
        told = {name: written[name] for name in KINDS[do] & set(written)}
        if do == "one_of":
            told["faults"] = tuple(
                cls.read({"on": fields["on"], **each}) for each in told["faults"]
            )
        if "drift" in told:
            told["drift"] = Drift.read(told["drift"])
        return cls(do=do, **fields, told=told)

    def matches(self, subject: Subject) -> bool:
        """Tell whether a request is of those the rule is about."""
        pairs = ((subject.wire, self.wire), (subject.host, self.host), (subject.key, self.key))
        return (
            (subject.route in self.on or ("any" in self.on and subject.route != "picture"))
            and all(fnmatchcase(value, pattern) for value, pattern in pairs)
            and fnmatchcase(subject.model, self.model)
            and (not self.prompt or re.search(self.prompt, subject.prompt) is not None)
        )

    def falls_on(self, number: int) -> bool:
        """Tell whether the rule means the request of this number among its own."""
        return number > self.skip and (not self.nth or number in self.nth)

    def chosen(self, luck: float) -> Fault:
        """Give the fault itself, or one of the list of a `one_of`, by a number from 0 to 1."""
        if self.do != "one_of":
            return self
        faults: Sequence[Fault] = self.told["faults"]
        return faults[min(int(luck * len(faults)), len(faults) - 1)].chosen(luck)


class Dice:
    """Decides which faults strike: by number and by chance, alike in every run of one seed.

    Chance hangs on what a request is about and how often it was made, not on the order in which
    requests of a run happen to arrive.
    """

    def __init__(self, seed: int, faults: tuple[Fault, ...]) -> None:
        self._seed = seed
        self._faults = faults
        self._seen: dict[tuple[int, str | None], int] = {}
        self._struck: dict[int, int] = {}

    def strike(self, subject: Subject) -> list[Fault]:
        """Give the faults that strike a request, in the order of the scenario."""
        return [
            fault.chosen(self._luck("which", rule, subject, number))
            for rule, fault in enumerate(self._faults)
            if fault.matches(subject) and (number := self._strikes(rule, fault, subject))
        ]

    def _strikes(self, rule: int, fault: Fault, subject: Subject) -> int:
        about = self._count((rule, subject.name))
        number = about if fault.per_task else self._count((rule, None))
        if not fault.falls_on(number):
            return 0
        if fault.chance < 1 and self._luck("whether", rule, subject, about) >= fault.chance:
            return 0
        struck = self._struck.get(rule, 0)
        if fault.times is not None and struck >= fault.times:
            return 0
        self._struck[rule] = struck + 1
        return about

    def _count(self, place: tuple[int, str | None]) -> int:
        self._seen[place] = self._seen.get(place, 0) + 1
        return self._seen[place]

    def _luck(self, what: str, rule: int, subject: Subject, number: int) -> float:
        text = f"{self._seed}/{what}/{rule}/{subject.route}/{subject.name}/{number}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def _usual_route(do: str) -> str:
    home = ("slow", "endless", "truncate", "corrupt", "serve", "expire", "gone", "cut")
    return "download" if do in home or do.endswith(("_range", "_length")) else "submit"


def _routes(written: Any) -> tuple[str, ...]:
    routes = tuple(str(route) for route in _listed(written))
    for route in routes:
        if route not in ROUTES:
            raise LongtakeError(f"there is no route {route}", hint=f"there are {', '.join(ROUTES)}")
    return routes


def _listed(written: Any) -> list[Any]:
    return list(written) if isinstance(written, list | tuple) else [written]
