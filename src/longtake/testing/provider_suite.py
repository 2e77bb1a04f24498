"""The contract of a remote provider, as tests against the simulator; a plug-in may run them as well.

    class TestMine(ProviderSuite):
        profile, opener = PROFILE, staticmethod(open_provider)
        host, key, tiny = "mine", "mine-key", "36P"
        orders = (Order("my-model", "768P", 6, "1366x768"), ...)

pytest collects such a class; nothing of pytest is imported here.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from longtake.errors import (
    KeyMissing,
    KeyRefused,
    LongtakeError,
    OutcomeUnknown,
    ProviderError,
    Refused,
    ResultExpired,
    TaskFailed,
    TaskLost,
    Unreachable,
)
from longtake.generate.profile import Profile
from longtake.generate.provider import Request, TaskState
from longtake.generate.remote import RemoteProvider
from longtake.generate.transfer import Limits
from longtake.testing.provider_cases import (
    BLOWS,
    BUMPS,
    CLOUDS,
    NOES,
    SPELLINGS,
    Order,
    case_name,
    caught,
    heard_call,
)
from longtake.testing.serve import Simulator


class ProviderSuite:
    """Every promise of `Provider`, kept against the simulator; a subclass says of which one."""

    profile: Profile
    opener: Callable[..., RemoteProvider]
    host = ""
    key = ""
    # how the simulator's smallest model calls its resolution
    tiny = "36P"
    # how its smallest clip begins
    begins = "text"
    # what the provider calls a model, where that is not what we do
    called: Mapping[str, str] = MappingProxyType({})
    orders: tuple[Order, ...] = ()
    tells_charge = False

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Run a test once for each case of the list it names."""
        lists = {"order": self.orders, "no": NOES, "blow": BLOWS, "cloud": CLOUDS, "bump": BUMPS}
        for name, cases in lists.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, cases, ids=[case_name(case) for case in cases])

    def own_id(self, task: str) -> str:
        """Give a provider's own id of a task, where the name we know it by holds more."""
        return task

    def setup_method(self) -> None:
        """Begin each test with nothing open."""
        self.stack = contextlib.ExitStack()
        self.pauses: list[float] = []
        # A busy machine is slow as well: only where nothing will come is the wait cut short.
        self.patience_s = 30.0

    def teardown_method(self) -> None:
        """End what the test opened."""
        self.stack.close()

    def shop(self, key: str = "", limits: Limits | None = None, **scenario: Any) -> RemoteProvider:
        """Open the provider at a simulator under a scenario, on a clock that stands still."""
        self.sim = self.stack.enter_context(Simulator({"clock": "fake", **scenario}))
        return self.visit(f"{self.sim.url}/{self.host}", key, limits)

    def visit(self, base: str, key: str = "", limits: Limits | None = None) -> RemoteProvider:
        """Open the provider at an address, with waits a test has time for."""
        environment = {
            self.profile.key_variable: key or self.key,
            self.profile.host_variable: base,
            **self.beside(),
        }
        limits = limits or Limits(max_bytes=1_000_000, total_s=30.0)
        profile = replace(self.profile, submit_s=self.patience_s, download=limits)
        provider = self.opener(environment, profile, self.pauses.append)
        self.stack.callback(provider.close)
        return provider

    def beside(self) -> Mapping[str, str]:
        """Give the variables that the provider reads besides its key and its host."""
        return {}

    def small(self, folder: Path, **changes: Any) -> Request:
        """Give a request of a clip that is made in no time."""
        return Order("sim-tiny", self.tiny, 1, "64x36", self.begins).request(folder, **changes)

    def finished(self, provider: RemoteProvider, folder: Path) -> str:
        """Have a small clip made; gives its task."""
        task = provider.submit(self.small(folder), "")
        self.sim.tick(1)
        return task

    def test_an_order_of_each_kind_arrives_as_meant(self, order: Order, tmp_path: Path) -> None:
        """Model, mode, length, size and pictures are those asked for; no field goes unread."""
        provider = self.shop()
        request = order.request(tmp_path)
        task = provider.submit(request, "nonce")

        made = self.sim.oracle("tasks")[0]
        told = (made["id"], made["model"], made["mode"])
        model = self.called.get(order.model, order.model)
        assert told == (self.own_id(task), model, order.mode)
        assert (made["seconds"], made["resolution"]) == (order.seconds, order.resolution)
        assert made["pictures"][:2] == [request.first_sha256, request.last_sha256]
        assert made["pictures"][2:] == [sha256 for _, sha256 in request.references]
        assert made["size"] == order.canvas
        assert self.sim.oracle("ignored_fields") == {}

    def test_calls_name_their_task(self, tmp_path: Path) -> None:
        """Where it can call back, it calls the address it was told, about the task by its name."""
        provider, request = self.shop(), self.orders[0].request(tmp_path)

        assert not self.profile.webhook or heard_call(provider, request, lambda: self.sim.tick(1))

    def test_a_clip_from_submit_to_file(self, tmp_path: Path) -> None:
        """Queued, running, done; then the clip is there, and its host has seen no key."""
        provider = self.shop(task_s=10, queue_s=1)
        task = provider.submit(self.small(tmp_path), "")
        states = [provider.look(task).state]
        self.sim.tick(6)
        states.append(provider.look(task).state)
        self.sim.tick(6)
        report = provider.look(task)
        provider.fetch(task, tmp_path / "clip.mp4")

        assert states == [TaskState.QUEUED, TaskState.RUNNING]
        assert report.state is TaskState.DONE
        assert str(report.charge) == ("0.01 USD" if self.tells_charge else "None")
        assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
        assert self.sim.oracle("media")["secrets"] == []
        assert self.sim.oracle("keys") == {self.host: [self.key], "media": []}

    def test_a_no_takes_nothing(self, no: tuple[str, type[ProviderError]], tmp_path: Path) -> None:
        """Each refusal is the error it means, sent once, with nothing charged."""
        provider = self.shop(faults=[{"do": "refuse", "kind": no[0]}])
        error = caught(no[1], provider.submit, self.small(tmp_path), "")

        assert error.charged is False
        assert getattr(error, "kind", "") in (
            "",
            "moderation" if no[0] == "moderation" else "invalid",
        )
        assert self.sim.oracle("submits")["requests"] == 1
        assert self.sim.oracle("submits")["paid"] == 0

    def test_nobody_knows(self, blow: Mapping[str, Any], tmp_path: Path) -> None:
        """A job that was taken without a readable answer is neither lost sight of nor sent again."""
        self.patience_s = 1.0 if blow["do"] == "hang" else 30.0
        provider = self.shop(faults=[blow])
        error = caught(OutcomeUnknown, provider.submit, self.small(tmp_path), "")

        assert error.charged is None
        submits = self.sim.oracle("submits")
        assert (submits["paid"], submits["requests"]) == (1, 1)

    def test_a_drop_before_acceptance_looks_the_same(self, tmp_path: Path) -> None:
        """Nothing was taken, but nobody here can know."""
        provider = self.shop(faults=[{"do": "drop"}])

        caught(OutcomeUnknown, provider.submit, self.small(tmp_path), "")
        assert self.sim.oracle("submits")["paid"] == 0

    def test_nobody_there(self, tmp_path: Path) -> None:
        """A host that takes no connection has certainly taken no job."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            provider = self.visit(f"http://127.0.0.1:{free.getsockname()[1]}")

            error = caught(Unreachable, provider.submit, self.small(tmp_path), "")
        assert error.charged is False

    def test_a_redirect_is_not_followed_with_the_key(self, tmp_path: Path) -> None:
        """What sends us on has not carried the job out, and where it points never sees us."""
        provider = self.shop(faults=[{"do": "redirect"}])

        caught(Refused, provider.submit, self.small(tmp_path), "")
        assert self.sim.oracle("media")["requests"] == 0

    def test_spellings_of_a_status(self, tmp_path: Path) -> None:
        """Every word of every provider is understood in any case; an unknown one means running."""
        provider = self.shop()
        task = self.finished(provider, tmp_path)
        for state, words in {**SPELLINGS, TaskState.RUNNING: ("Processing", "Pondering")}.items():
            for word in words:
                patch = {"do": "patch", "on": "status", "set": {"@status": word}}
                self.sim.change(faults=[patch])
                report = provider.look(task)
                assert report.state is state, word
                assert ("Pondering" in report.message) == (word == "Pondering")

    def test_a_task_that_fails(self, tmp_path: Path) -> None:
        """Failed, blocked by moderation, cancelled: each ends, with the provider's own words."""
        for ending, refused in (("failed", False), ("moderation", True), ("cancelled", False)):
            fate = {"do": "fate", "ending": ending, "message": "so it\x1b[31m is"}
            provider = self.shop(faults=[fate])
            report = provider.look(self.finished(provider, tmp_path))

            assert (report.state, report.refused) == (TaskState.FAILED, refused), ending
            assert ending == "cancelled" or "so it [31m is" in report.message

    def test_a_cloud_passes(
        self, cloud: tuple[Mapping[str, Any], type[ProviderError]], tmp_path: Path
    ) -> None:
        """A look that fails on the way says that a later one may not, and a later one does not."""
        provider = self.shop(faults=[{**cloud[0], "on": "status", "times": 1}])
        task = self.finished(provider, tmp_path)
        error = caught(cloud[1], provider.look, task)

        assert getattr(error, "retry_after_s", None) in (None, 7.0)
        assert provider.look(task).state is TaskState.DONE

    def test_a_task_nobody_knows(self) -> None:
        """A task may be unknown for a moment; after that it is lost."""
        provider = self.shop()
        states = [provider.look("12345").state for _ in range(3)]

        assert states == [TaskState.RUNNING] * 3
        assert caught(TaskLost, provider.look, "12345").charged is None

    def test_a_bump_on_the_way_home(self, bump: tuple[Any, ...], tmp_path: Path) -> None:
        """Broken off, expired, busy: the clip comes whole in the end, every byte of it."""
        provider = self.shop()
        task = self.finished(provider, tmp_path)
        provider.fetch(task, tmp_path / "whole.mp4")
        self.sim.change(faults=list(bump))
        provider.fetch(task, tmp_path / "clip.mp4")

        assert (tmp_path / "clip.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
        assert self.sim.oracle("requests")["download"] > 2

    def test_a_download_goes_on_where_it_broke_off(self, tmp_path: Path) -> None:
        """The second request asks for the rest alone."""
        provider = self.shop(faults=[{"do": "cut", "times": 1, "at": 1000}])
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert [each["range"] for each in self.sim.oracle("media")["all"]] == ["", "bytes=1000-"]

    def test_a_link_that_ended_is_renewed_at_once(self, tmp_path: Path) -> None:
        """A dead link is no reason to wait: the task is asked for another."""
        provider = self.shop(faults=[{"do": "expire", "times": 1}])
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert self.pauses == [0.0]

    def test_a_link_that_is_not_renewed(self, tmp_path: Path) -> None:
        """What can no longer be had is told as such, with the money gone and no file left."""
        provider = self.shop(renews=False, faults=[{"do": "expire"}])
        task = self.finished(provider, tmp_path)
        error = caught(ResultExpired, provider.fetch, task, tmp_path / "clip.mp4")

        assert (error.charged, error.task) == (True, task)
        assert not (tmp_path / "clip.mp4").exists()

    def test_a_clip_that_trickles(self, tmp_path: Path) -> None:
        """A line that gives a byte now and then is broken off and tried again, not for ever."""
        provider = self.shop(limits=Limits(window_s=0.05, total_s=30.0), render="early")
        task = self.finished(provider, tmp_path)
        self.visit(f"{self.sim.url}/{self.host}").fetch(task, tmp_path / "whole.mp4")
        self.sim.change(faults=[{"do": "slow", "bytes_per_s": 10}])

        caught(Unreachable, provider.fetch, task, tmp_path / "clip.mp4")
        assert not (tmp_path / "clip.mp4").exists()
        assert len(self.pauses) == 9 and self.pauses[0] < 1 < self.pauses[-1]

    def test_a_clip_without_end(self, tmp_path: Path) -> None:
        """A file larger than any clip is not fetched to its end, announced or not."""
        for length in (0, 2_000_000):
            provider = self.shop(faults=[{"do": "endless", "length": length}])
            task = self.finished(provider, tmp_path)

            error = caught(TaskFailed, provider.fetch, task, tmp_path / "clip.mp4")
            assert "larger than" in error.message
            assert not (tmp_path / "clip.mp4").exists()

    def test_a_page_instead_of_a_clip(self, tmp_path: Path) -> None:
        """What comes is fetched as it is: whether it is a clip is for others to say."""
        provider = self.shop(faults=[{"do": "serve", "what": "html"}])
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert (tmp_path / "clip.mp4").read_bytes().startswith(b"<!doctype html>")

    def test_a_clip_that_leads_into_our_network(self, tmp_path: Path) -> None:
        """A redirect to an inner address, or away from https, is refused."""
        for place in ("https://169.254.169.254/latest", "http://example.org/a.mp4"):
            provider = self.shop(faults=[{"do": "redirect", "on": "download", "to": place}])
            task = self.finished(provider, tmp_path)

            caught(TaskFailed, provider.fetch, task, tmp_path / "clip.mp4")

    def test_no_key(self) -> None:
        """Without a key the variable is named; a key with a line break is not even tried."""
        variable = self.profile.key_variable

        assert variable in caught(KeyMissing, self.opener, {}).message
        broken = {variable: "half\nhalf"}
        assert "half" not in str(caught(KeyRefused, self.opener, broken))

    def test_a_host_that_must_not_see_the_key(self) -> None:
        """Plain http, a user in the address, no host at all: each is refused before anything is sent."""
        for base in ("http://example.org", "https://me@example.org", "https://", "ftp://a.b"):
            assert self.profile.host_variable in str(caught(ProviderError, self.visit, base))

    def test_the_key_is_in_no_message(self, caplog: Any, tmp_path: Path) -> None:
        """Whatever goes wrong, and though the provider repeats it: no text or log has the key."""
        key = "canary-5e1f9c"
        self.patience_s = 1.0
        account = {key: {"host": self.host}}
        caplog.set_level(logging.DEBUG)
        said: list[str] = []
        for fault in (
            *({"do": "refuse", "kind": no, "message": f"bad key {key}"} for no, _ in NOES),
            *BLOWS,
            {"do": "not_json", "body": f"<p>{key}</p>"},
            {"do": "drop", "on": "status"},
            {"do": "not_json", "on": "status", "body": key},
            {"do": "fate", "ending": "failed", "message": f"no {key}"},
            {"do": "endless"},
        ):
            provider = self.shop(key, accounts=account, faults=[fault])
            said.append(repr(provider) + provider.account)
            try:
                task = self.finished(provider, tmp_path)
                said.append(str(provider.look(task)))
                provider.fetch(task, tmp_path / "clip.mp4")
            except LongtakeError as error:
                said += traceback.format_exception(error)
        said += [record.getMessage() for record in caplog.records]

        assert len(said) > len(BLOWS)
        assert not [text for text in said if key in text]

    def test_a_greeting_costs_nothing(self, tmp_path: Path) -> None:
        """A host that is there and a key that is good are told apart from others, for nothing."""
        provider = self.shop()
        told = [provider.greet(), self.visit(f"{self.sim.url}/{self.host}", "nobody").greet()]
        asked = bool(self.profile.key_path)

        assert [greeting.reached for greeting in told] == [True, True]
        assert [greeting.key for greeting in told] == (
            ["good", "bad"] if asked else ["unasked"] * 2
        )
        assert self.sim.oracle("submits")["requests"] == 0
        self.sim.stop()
        assert provider.greet().reached is False

    def test_an_account_is_named_without_its_key(self) -> None:
        """Two keys are two accounts, one key is always the same one."""
        names = [self.visit("http://127.0.0.1:1", key).account for key in ("one", "two", "one")]

        assert names[0] == names[2] != names[1]
        assert len(names[0]) == 12

    def test_looks_grow_rarer(self) -> None:
        """The pause between looks grows with a task's age, within the bounds of the profile."""
        provider = self.visit("http://127.0.0.1:1")
        profile = self.profile
        pauses = [provider.pause_s(age) for age in (0.0, 100_000.0)]

        assert 0.8 * profile.poll_first_s < pauses[0] < 1.2 * profile.poll_first_s
        assert pauses[1] > 0.8 * profile.poll_most_s

    def test_looks_gather_around_the_usual_time(self) -> None:
        """Long before a task can be done nobody asks; around its usual time often, later seldom."""
        provider, profile = self.visit("http://127.0.0.1:1"), self.profile
        usual = 3 * profile.poll_most_s
        early, about, late = [provider.pause_s(age * usual, usual) for age in (0.0, 1.0, 100.0)]

        assert profile.poll_most_s < early < usual
        assert about < 1.2 * profile.poll_first_s
        assert late > 0.8 * profile.poll_most_s
