"""What every simulated wire format is made of: calls, replies, refusals, endpoints.

A new one is a file of its own: a subclass of `Wire` with its endpoints, its way of saying no, and the
places of id and status in its answers; it joins the tuple in `app.py`, or comes with a plug-in as an
entry point in the group `longtake.wires`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from starlette.requests import Request

from longtake.testing.bell import Later, Ring, echoes, ring
from longtake.testing.faults import Fault
from longtake.testing.studio import Studio
from longtake.testing.world import Asked, Fate, Task, World, digits_of


class Refusal(Exception):
    """A request that is not carried out; each wire says so in its own form.

    `kind` is a word that all wires have their own codes for: no_key, key, balance, invalid, moderation,
    rate, in_flight, too_large, missing or server.
    """

    def __init__(
        self, kind: str, message: str = "", *, param: str = "", code: str = "", form: str = ""
    ) -> None:
        super().__init__(message or kind)
        self.kind = kind
        self.message = message or kind
        self.param = param
        self.code = code
        self.form = form


@dataclass(frozen=True)
class Reply:
    """An answer before it is put on the wire, so that a fault can still change it."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    refused: bool = False

    @property
    def content(self) -> bytes:
        """Give the bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Call:
    """One request as an endpoint sees it; `faults` are those that decide what it brings about."""

    request: Request
    body: bytes
    host: str
    key: str
    world: World
    studio: Studio
    site: Site
    later: Later
    faults: tuple[Fault, ...] = ()

    def asked(self) -> dict[str, Any]:
        """Read the JSON object that was sent."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError) as exc:
            raise Refusal("invalid", "the body is not JSON") from exc
        if not isinstance(said, dict):
            raise Refusal("invalid", "the body is not a JSON object")
        return said

    def accept(self, wire: Wire, asked: Asked, idempotency_key: str = "") -> Task:
        """Take the job on, as the faults of this call decide."""
        world, host, key, fate = self.world, self.host, self.key, self.fate
        if fate.billed is None:
            fate = replace(fate, billed=wire.bills_failure(fate))
        task = world.accept(wire.name, host, key, asked, idempotency_key, fate, wire.task_id)
        if world.scenario.render == "early":
            self.studio.clip(task.order, world.pictures)
        return task

    def ring(self, url: str, rings: list[Ring]) -> None:
        """Have the client called back, as the faults of this call allow."""
        how = {str(f.told.get("how")): f.told for f in self.faults if f.do == "webhook"}
        ring(self.world, self.later, url, rings, how)

    @property
    def fate(self) -> Fate:
        """Give what the faults of this call make of its task."""
        told: dict[str, Any] = {}
        for fault in self.faults:
            if fault.do == "fate":
                told.update(fault.told)
        if "word" in told:
            word = told.pop("word")
            told["words"] = {**told.get("words", {}), "queued": word, "running": word}
        if "charge" in told:
            told["charge"] = Decimal(str(told["charge"]))
        return Fate(**told)


@dataclass(frozen=True)
class Site:
    """Where the simulator is to be reached: its API, and two other hosts for media."""

    api: str
    media: str
    backup: str


class Endpoint(NamedTuple):
    """A path of a wire format, what faults call it, and what answers there."""

    method: str
    path: str
    route: str
    answer: Callable[[Call], Awaitable[Reply]]


class Wire:
    """One provider's way of speaking; `hosts` are the first parts of the paths it is found under.

    `keys` work at the host they name, where a scenario has no account of that host.
    """

    name = ""
    hosts: tuple[str, ...] = ()
    keys: Mapping[str, str] = MappingProxyType({})
    # where the task's id stands in a submit's answer, and the state in a status's
    id_places: tuple[str, ...] = ()
    status_places: tuple[str, ...] = ()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format."""
        raise NotImplementedError

    def key_of(self, request: Request) -> str:
        """Read the key a request carries; "" without one."""
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        return key.strip() if kind == "Bearer" else ""

    def about(self, said: Mapping[str, Any]) -> tuple[str, str]:
        """Give model and prompt of a submit's body, for faults that choose by them."""
        return str(said.get("model", "")), str(said.get("prompt", ""))

    def task_id(self, number: str) -> str:
        """Make a task's id of hexadecimal digits of its own."""
        return f"1{digits_of(number)}"

    def bills_failure(self, fate: Fate) -> bool:
        """Tell whether a task of this fate is paid though it fails; where nothing is said, it is not."""
        return False

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no as this provider says it."""
        raise NotImplementedError

    def gateway(self, status: int) -> Reply:
        """Give what a proxy before the API answers: not the API's own form."""
        page = f"<html><body><h1>{status}</h1><p>gateway</p></body></html>"
        return Reply(page.encode(), status, media_type="text/html", refused=True)

    def spelt(self, task: Task, state: str, usual: Mapping[str, str], world: World) -> str:
        """Spell a state: as the task's fate or the scenario says, else as the documents do."""
        return task.fate.words.get(state) or world.scenario.words.get(state) or usual[state]

    def admit(self, call: Call) -> None:
        """Refuse a call whose key is missing, unknown, or of another host."""
        if not call.key:
            raise Refusal("no_key", "no key was sent")
        account = call.world.scenario.accounts.get(call.key)
        if account is None or account.host != call.host:
            raise Refusal("key", "invalid api key")

    def pace(self, call: Call) -> None:
        """Refuse a submit beyond its account's limits."""
        account = call.world.scenario.accounts[call.key]
        if account.per_minute and call.world.submits_within(call.key) > account.per_minute:
            raise Refusal("rate", "rate limit exceeded")
        if account.in_flight and call.world.in_flight(call.key) >= account.in_flight:
            raise Refusal("in_flight", "too many tasks at once")

    async def take_on(
        self, call: Call, asked: Asked, rings: Callable[[Call, Task], list[Ring]]
    ) -> Task:
        """Accept a checked request as MiniMax does: within limits, paid, its callback challenged."""
        self.pace(call)
        if call.world.balance(call.key) < asked.price:
            raise Refusal("balance")
        url = call.asked().get("callback_url")
        challenge = hashlib.sha256(call.body).hexdigest()[:32]
        if url and not await echoes(call.world, url, challenge):
            raise Refusal("invalid", "callback_url did not echo the challenge")
        task = call.accept(self, asked)
        if url:
            call.ring(url, rings(call, task))
        return task
