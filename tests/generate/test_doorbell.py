"""A ring ends a wait early, once, and a flood of them is no more than a look a second."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from longtake.errors import ProviderError, RateLimited
from longtake.generate.clip import Desk, Wanted, wait_for
from longtake.generate.doorbell import Doorbell
from longtake.generate.places import Webhook
from longtake.generate.provider import TaskReport, TaskState
from longtake.testing.clock import FakeClock
from longtake.units import FrameRate
from longtake.vault.store import Vault

WANTED = Wanted("a/1", "recipe", "model", 23, FrameRate.parse(24))


@dataclass
class House:
    """A bell, and a time that moves only when it is told to."""

    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.bell = Doorbell(self.clock.now)

    async def passes(self, seconds: float) -> None:
        """Let time pass, and everybody act who was waiting for it."""
        self.clock.tick(seconds)
        await self.settles()

    async def settles(self) -> None:
        """Let everybody act."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def waits(self, task: str, seconds: float) -> asyncio.Task[float]:
        """Begin to wait for a task."""
        waiting = asyncio.create_task(self.bell.wait(task, seconds, self.clock.sleep))
        await self.settles()
        return waiting


@pytest.fixture
def house() -> House:
    """A fresh house."""
    return House()


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Live through a story."""
    asyncio.run(story())


def test_a_ring_ends_the_wait_of_its_task_alone(house: House) -> None:
    """Who waits for another task waits on to the end, and each is told how long it was."""

    async def story() -> None:
        mine, other = await house.waits("mine", 15), await house.waits("other", 15)
        await house.passes(4)
        house.bell.ring("mine")
        await house.settles()
        assert (mine.done(), other.done()) == (True, False)
        await house.passes(11)
        assert (await mine, await other) == (4, 15)

    run(story)


def test_a_ring_from_another_thread(house: House) -> None:
    """The thread of the receiver wakes the loop of the run."""

    async def story() -> None:
        waiting = await house.waits("a", 15)
        ringing = threading.Thread(target=house.bell.ring, args=("a",))
        ringing.start()
        assert await waiting == 0
        ringing.join()

    run(story)


@pytest.mark.parametrize(("ago", "woken"), [(44, True), (61, False)])
def test_a_ring_before_anybody_waits(house: House, ago: float, woken: bool) -> None:
    """A call may overtake the answer that names its task: it is remembered for a minute, and once."""

    async def story() -> None:
        house.bell.ring("a")
        await house.passes(ago)
        waiting = await house.waits("a", 15)
        assert waiting.done() is woken
        await house.passes(15)
        again = await house.waits("a", 15)
        assert not again.done()
        await house.passes(15)
        await again

    run(story)


def test_rings_about_nothing_push_each_other_out(house: House) -> None:
    """Whoever rings for a thousand tasks that are none takes no more than so much memory."""

    async def story() -> None:
        house.bell.ring("a")
        for number in range(1000):
            house.bell.ring(f"none {number}")
        waiting = [await house.waits("a", 15), await house.waits("none 999", 15)]
        assert [each.done() for each in waiting] == [False, True]
        await house.passes(15)

    run(story)


def test_a_ring_that_follows_too_soon_is_answered_a_little_later(house: House) -> None:
    """A forged ring must not hide the true one behind it."""

    async def story() -> None:
        first = await house.waits("a", 15)
        house.bell.ring("a")
        assert await first == 0
        second = await house.waits("a", 15)
        house.bell.ring("a")
        await house.settles()
        assert not second.done()
        await house.passes(1)
        assert await second == 1

    run(story)


def test_an_end_from_outside_ends_the_wait(house: House) -> None:
    """A run that is stopped leaves nobody waiting behind."""

    async def story() -> None:
        waiting = await house.waits("a", 15)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(story)


@dataclass
class Slow:
    """A provider whose task never ends; it counts the looks at it."""

    deadline_s: float = 60.0
    trouble: ProviderError | None = None
    looks: int = 0

    def look(self, task: str) -> TaskReport:
        self.looks += 1
        if self.trouble:
            raise self.trouble
        return TaskReport(TaskState.RUNNING)

    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float:
        return 15.0


@pytest.mark.parametrize(
    ("trouble", "least", "most"),
    [(None, 30, 63), (RateLimited("slow down"), 5, 6)],
    ids=["running", "limited"],
)
def test_a_flood_of_rings(
    house: House, tmp_path: Path, trouble: ProviderError | None, least: int, most: int
) -> None:
    """Ten rings a second bring a look a second, none where looks meet trouble, and no early deadline."""
    slow, resting = Slow(trouble=trouble), 0

    async def pause(seconds: float) -> None:
        nonlocal resting
        resting += 1
        try:
            await house.clock.sleep(seconds)
        finally:
            resting -= 1

    desk = Desk(slow, Vault(tmp_path), pause, bell=house.bell)  # type: ignore[arg-type]

    async def story() -> None:
        began = house.clock.now()
        waiting = asyncio.create_task(wait_for(WANTED, "a", desk))
        while not waiting.done():
            house.bell.ring("a")
            await house.passes(0.1)
            # The look is in a thread of its own: the loop must come round to it.
            while not waiting.done() and not resting:
                await asyncio.sleep(0)
        with pytest.raises(ProviderError, match=r"is not done|slow down"):
            await waiting
        assert house.clock.now() - began > 60

    run(story)
    assert least <= slow.looks <= most


@pytest.mark.parametrize(
    ("url", "listen", "expected"),
    [
        ("https://films.example/hook/", "", Webhook("https://films.example/hook")),
        ("http://127.0.0.1:9/x", "0.0.0.0:80", Webhook("http://127.0.0.1:9/x", "0.0.0.0", 80)),
        ("https://films.example", "[::1]:8443", Webhook("https://films.example", "::1", 8443)),
    ],
)
def test_an_address_as_people_write_it(url: str, listen: str, expected: Webhook) -> None:
    """Without a word about the place it is port 8443 of this machine alone."""
    assert Webhook.read(url, listen) == expected


@pytest.mark.parametrize(
    ("url", "listen"),
    [
        ("http://films.example/hook", ""),
        ("ftp://films.example", ""),
        ("films.example/hook", ""),
        ("https://", ""),
        ("https://me:secret@films.example", ""),
        ("https://films.example/hook?a=1", ""),
        ("https://films.example:port/", ""),
        ("https://films.example", "8443"),
        ("https://films.example", ":8443"),
        ("https://films.example", "127.0.0.1:99999"),
        ("https://films.example", "127.0.0.1:https"),
    ],
)
def test_an_address_that_is_none(url: str, listen: str) -> None:
    """Calls come by https from outside; what else is written is refused."""
    with pytest.raises(ValueError, match=r'^"'):
        Webhook.read(url, listen)
