"""Calls of providers, true and false: each wakes at most, and none is believed."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from boards import plan_of
from calls import call, free_port
from longtake.errors import LongtakeError, Refused
from longtake.generate.clip import Desk, Made, Wanted, wait_for
from longtake.generate.collect import Till
from longtake.generate.doorbell import Doorbell
from longtake.generate.http import Wire
from longtake.generate.places import Webhook
from longtake.generate.profile import Profile
from longtake.generate.provider import Request, TaskReport, TaskState
from longtake.generate.providers import apimart, minimax
from longtake.generate.purchase import ensure_bought
from longtake.generate.remote import RemoteProvider
from longtake.generate.webhook import Receiver, task_named_in
from longtake.serving import Line
from longtake.testing.serve import Simulator
from longtake.units import FrameRate, Size
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.store import Vault

TOKEN = "t0ken"
TINY = Size(64, 36)
ENVIRONMENT = {"APIMART_API_KEY": "apimart-key", "MINIMAX_API_KEY": "minimax-key"}
TINY_APIMART = replace(apimart.PROFILE, webhook_models=frozenset())
PROVIDERS = {
    "minimax": lambda places, profile=minimax.PROFILE: minimax.open_provider(places, profile),
    "apimart": lambda places, profile=TINY_APIMART: apimart.open_provider(places, profile),
}
BOARD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nscenes: [{prompt: a lamp}]"
WANTED = Wanted("a/1", "recipe", "sim-tiny", 23, FrameRate.parse(24))


class Heard(Doorbell):
    """A bell that writes down for whom it was rung."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[str] = []

    def ring(self, task: str) -> None:
        """Write it down as well."""
        self.tasks.append(task)
        super().ring(task)


@dataclass
class Door:
    """A receiver at an address of this machine, with a provider that was invited."""

    url: str
    bell: Heard

    def call(self, said: Any, path: str = f"/{TOKEN}/minimax", method: str = "POST") -> int:
        """Call below the address; gives the status of the answer."""
        return call(self.url + path, said, method).status


@pytest.fixture
def door() -> Iterator[Door]:
    """Open a receiver for both providers."""
    port, bell = free_port(), Heard()
    url = f"http://127.0.0.1:{port}"
    with Receiver(Webhook(url, port=port), bell, TOKEN) as receiver:
        for opened in PROVIDERS.values():
            provider = opened(ENVIRONMENT)
            receiver.invite(provider)
            provider.close()
        yield Door(url, bell)


def test_a_challenge_comes_back_as_json(door: Door) -> None:
    """The same value and nothing else, as no browser would take it for a page; nobody is woken."""
    answer = call(f"{door.url}/{TOKEN}/minimax", {"challenge": "<script>é"})

    assert (answer.status, answer.body) == (200, '{"challenge":"<script>é"}'.encode())
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert door.bell.tasks == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("minimax", {"task_id": "17", "status": "success", "file_id": "9"}),
        ("minimax", {"task": {"id": "17", "status": "succeeded", "content": {"url": "x"}}}),
        ("minimax", {"task_id": 17, "status": "processing"}),
        ("apimart/callback", {"code": 200, "data": {"id": "17", "status": "completed"}}),
        ("apimart/callback", {"request_id": "none", "data": [{"task_id": "17"}]}),
        ("apimart", {"request_id": "17", "status": "COMPLETED", "output": {}}),
    ],
)
def test_the_task_is_found_in_every_form(door: Door, path: str, body: Any) -> None:
    """By the provider's own way of naming it, else wherever calls are known to name one."""
    assert door.call(body, f"/{TOKEN}/{path}") == 200
    assert door.bell.tasks == ["17"]


@pytest.mark.parametrize("said", [None, 1, [], "x", {}, {"task_id": ["17"]}, {"task_id": "a b"}])
def test_a_call_about_nothing(door: Door, said: Any) -> None:
    """What names no task wakes nobody."""
    assert (door.call(said), door.bell.tasks, task_named_in(said)) == (200, [], "")


def silent(door: Door, count: int) -> list[socket.socket]:
    """Open lines on which nothing is said."""
    port = int(door.url.rpartition(":")[2])
    return [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(count)]


def test_silent_lines_keep_no_call_out(door: Door) -> None:
    """However many strangers hold a line and say nothing, a call gets through; the oldest lose theirs."""
    lines = silent(door, 300)

    assert door.call({"task_id": "17"}) == 200
    assert door.bell.tasks == ["17"]
    assert lines[0].recv(1) == b""
    for line in lines:
        line.close()


def test_a_silent_line_is_cut(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may wait for ever before the first word, nor in the middle of it."""
    monkeypatch.setattr(Line, "HEAD_S", 0.05)
    one, other = silent(door, 2)
    other.sendall(b"POST /slow HTT")

    with one, other, contextlib.suppress(ConnectionResetError):
        assert (one.recv(1), other.recv(1)) == (b"", b"")


def test_a_call_that_comes_twice_rings_once(door: Door) -> None:
    """The same words again are the same call; other words are another."""
    for status in ("processing", "processing", "success", "success"):
        assert door.call({"task_id": "17", "status": status}) == 200

    assert door.bell.tasks == ["17", "17"]


@pytest.mark.parametrize(
    ("path", "method", "said", "status"),
    [
        ("/minimax", "POST", {"task_id": "17"}, 404),
        ("/wrong/minimax", "POST", {"task_id": "17"}, 404),
        (f"/{TOKEN}/pixazo", "POST", {"task_id": "17"}, 404),
        (f"/{TOKEN}", "POST", {"challenge": "x"}, 404),
        ("/", "GET", b"", 404),
        (f"/{TOKEN}/minimax", "GET", {"task_id": "17"}, 405),
        (f"/{TOKEN}/minimax", "PUT", {"task_id": "17"}, 405),
        (f"/{TOKEN}/minimax", "POST", b"task_id=17", 400),
        (f"/{TOKEN}/minimax", "POST", b"\xff\xfe{", 400),
        (f"/{TOKEN}/minimax", "POST", b"[" * 60_000, 400),
        (f"/{TOKEN}/minimax", "POST", {"challenge": {"task_id": "17"}}, 400),
        (f"/{TOKEN}/minimax", "POST", {"challenge": "\ud800"}, 400),
        (f"/{TOKEN}/minimax", "POST", b'{"task_id": "17"}' + b" " * 65_536, 413),
        (f"/{TOKEN}/minimax", "POST", iter([b"x" * 40_000] * 2), 413),
    ],
)
def test_what_is_refused(door: Door, path: str, method: str, said: Any, status: int) -> None:
    """No token, no such provider, another method, no JSON, a body that is too long however it comes."""
    assert door.call(said, path, method) == status
    assert door.bell.tasks == []


def test_a_body_that_does_not_come(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who promises a body and sends none is sent away."""
    monkeypatch.setattr("longtake.generate.webhook._BODY_S", 0.05)
    line = http.client.HTTPConnection(door.url.removeprefix("http://"), timeout=10)
    with contextlib.closing(line):
        line.putrequest("POST", f"/{TOKEN}/minimax")
        line.putheader("content-length", "10")
        line.endheaders()
        assert line.getresponse().status == 408


def test_a_proxy_may_change_how_the_path_begins(door: Door) -> None:
    """A tunnel hands on the public path or takes it away; the token stands at the end of it."""
    assert door.call({"task_id": "17"}, f"/some/hook/{TOKEN}/minimax/") == 200
    assert door.bell.tasks == ["17"]


def test_nothing_is_logged(door: Door, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    """Neither addresses, which are secret, nor words of strangers."""
    caplog.set_level(logging.INFO)
    door.call({"task_id": "17"})
    door.call(b"\xff", "/wrong/minimax")

    assert caplog.records == []
    assert "".join(capfd.readouterr()) == ""


def test_a_place_that_is_taken(door: Door) -> None:
    """It is said before anything is bought, with the way out."""
    port = int(door.url.rpartition(":")[2])
    with pytest.raises(LongtakeError, match=f"port {port} of 127.0.0.1 cannot be used") as caught:
        Receiver(Webhook("https://films.example", port=port), Doorbell())

    assert "--listen" in caught.value.hint


@dataclass
class Shop:
    """A simulated provider, a receiver, and one tiny clip to buy."""

    name: str
    folder: Path
    sim: Simulator
    receiver: Receiver | None
    url: str

    def open(self) -> RemoteProvider:
        """Open the provider; it knows where to call."""
        host = {f"{self.name.upper()}_API_HOST": f"{self.sim.url}/{self.name}"}
        provider = PROVIDERS[self.name](ENVIRONMENT | host)
        if self.receiver:
            self.receiver.invite(provider)
        return provider

    def request(self) -> Request:
        """Give what is asked for."""
        return Request("sim-tiny", "36p", 1, 24, TINY, FrameRate.parse(24), "a lamp")

    def buy(self, longest_s: float = 3600.0) -> Made:
        """Buy the clip; looks that no call brings about come after so many seconds."""
        vault, ledger = Vault(self.folder / "vault"), Ledger(self.folder / "ledger.db")
        vault.open()
        ledger.open()
        provider = self.open()
        provider.pause_s = lambda elapsed_s, usual_s=None: longest_s  # type: ignore[method-assign]
        till = Till(ledger, Limits(5, 100), "board", time.time)
        job = replace(plan_of(BOARD).jobs[0], out_frame=23)
        desk = Desk(provider, vault, bell=self.receiver.bell if self.receiver else None)
        try:
            return asyncio.run(ensure_bought(job, self.request(), desk, till))
        finally:
            provider.close()

    @property
    def states(self) -> list[str]:
        """List the states of all purchases."""
        return [row.state for row in Ledger(self.folder / "ledger.db").purchases()]


@pytest.fixture(params=sorted(PROVIDERS))
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Open shops at a provider, under the scenario values given."""
    with contextlib.ExitStack() as stack:

        def opened(**scenario: Any) -> Shop:
            port = free_port()
            webhook = Webhook(f"http://127.0.0.1:{port}/hook", port=port)
            receiver = stack.enter_context(Receiver(webhook, Doorbell(), TOKEN))
            sim = stack.enter_context(Simulator({"submit_shape": "list", **scenario}))
            url = f"{webhook.url}/{TOKEN}/{request.param}"
            return Shop(request.param, tmp_path, sim, receiver, url)

        yield opened


def webhook(how: str, **told: Any) -> list[dict[str, Any]]:
    """Write one fault of the calls."""
    return [{"do": "webhook", "how": how, **told}]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "faults",
    [
        [],
        webhook("twice"),
        webhook("late", seconds=0.2),
        webhook("reversed"),
        webhook("forged"),
        webhook("forged", body={"challenge": "x", "task_id": "1"}),
    ],
    ids=["plain", "twice", "late", "reversed", "forged", "forged challenge"],
)
def test_a_clip_is_bought_by_calls_alone(shop: Callable[..., Shop], faults: Any) -> None:
    """The next look would come in an hour; what is bought is no other clip than without calls."""
    opened = shop(task_s=0.3, faults=faults)
    assert not opened.buy().kept
    opened.receiver = None
    assert opened.buy().kept

    assert opened.states == ["done"]
    assert opened.sim.oracle("submits")["paid"] == 1
    assert "127.0.0.1" not in Ledger(opened.folder / "ledger.db").purchases()[0].request
    assert {each["status"] for each in opened.sim.oracle("webhooks")} == {200}


def test_a_call_that_never_comes(shop: Callable[..., Shop]) -> None:
    """Looking goes on as if there were no calls."""
    opened = shop(task_s=0.1, faults=webhook("never"))
    opened.buy(longest_s=0.05)

    assert opened.states == ["done"]


def test_a_forged_success_is_not_believed(shop: Callable[..., Shop]) -> None:
    """It brings one look, which says that the task still runs; the true call brings the last."""
    opened = shop(clock="fake", task_s=60)
    provider, seen = opened.open(), []
    provider.pause_s = lambda elapsed_s, usual_s=None: 3600.0  # type: ignore[method-assign]
    receiver = opened.receiver
    assert receiver is not None

    async def story() -> TaskReport:
        looked = asyncio.Event()

        def watch(report: TaskReport) -> None:
            seen.append(report.state)
            looked.set()

        task = await asyncio.to_thread(provider.submit, opened.request(), "")
        desk = Desk(provider, Vault(opened.folder), watch=watch, bell=receiver.bell)
        waiting = asyncio.create_task(wait_for(WANTED, task, desk))
        await looked.wait()
        looked.clear()
        forged = {"task_id": task, "data": {"id": task}, "status": "success"}
        assert (await asyncio.to_thread(call, opened.url, forged)).status == 200
        await looked.wait()
        await asyncio.to_thread(opened.sim.tick, 60)
        return await waiting

    assert asyncio.run(story()).state is TaskState.DONE
    assert set(seen[:-1]) == {TaskState.RUNNING}
    assert len(seen) >= 3
    provider.close()


@pytest.mark.parametrize("shop", ["minimax"], indirect=True)
def test_a_call_that_cannot_come_through(shop: Callable[..., Shop]) -> None:
    """The challenge stays unanswered: it costs nothing, says why, and the clip can be had without."""
    opened = shop()
    nowhere = Webhook(f"http://127.0.0.1:{free_port()}", port=free_port())
    with Receiver(nowhere, Doorbell()) as opened.receiver, pytest.raises(Refused) as caught:
        opened.buy()
    assert "`--webhook`" in caught.value.hint
    opened.receiver = None
    assert not opened.buy(longest_s=0.05).kept

    assert opened.states == ["failed", "done"]
    assert opened.sim.oracle("submits")["paid"] == 1


def asked_with(profile: Profile, model: str) -> tuple[dict[str, Any], httpx.Headers]:
    """Submit with an address to call; gives the body and the headers that left."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"data": {"id": "17"}}'))

    wire = Wire("https://api.example", {}, "key", transport=httpx.MockTransport(answer))
    provider = RemoteProvider(profile, apimart.DIALECT, wire, "account", lambda seconds: None)
    provider.call_back_at("https://films.example/t/apimart")
    request = Request(model, "768p", 6, 144, Size(1366, 768), FrameRate.parse(24), "a lamp")
    assert provider.submit(request, "nonce") == "17"
    provider.close()
    return json.loads(sent[0].content), sent[0].headers


def test_the_address_stands_where_the_profile_says() -> None:
    """In a field of the body, or in a header of its own; only for the models that know it."""
    profile = replace(apimart.PROFILE, webhook="header:X-Webhook-URL")
    in_body, _ = asked_with(apimart.PROFILE, "MiniMax-Hailuo-2.3")
    without, _ = asked_with(apimart.PROFILE, "MiniMax-Hailuo-03")
    bare, headers = asked_with(profile, "MiniMax-Hailuo-2.3")

    assert in_body["webhook"] == headers["x-webhook-url"] == "https://films.example/t/apimart"
    assert "webhook" not in without | bare
    assert headers["idempotency-key"] == "nonce"
