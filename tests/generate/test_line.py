"""One in a process asks for a place; the others are behind him in the order in which they came."""

from __future__ import annotations

import asyncio

import pytest

from longtake.generate.line import Line


def silent(why: str) -> None:
    """Hear nothing."""


def test_who_came_first_goes_first() -> None:
    """Each has the line's head alone, in order."""
    told: list[str] = []

    async def stand(line: Line, name: str) -> None:
        async with line.turn(silent):
            told.append(f"{name} in")
            await asyncio.sleep(0)
            told.append(f"{name} out")

    async def all_stand() -> None:
        line = Line()
        await asyncio.gather(*(stand(line, name) for name in "abc"))

    asyncio.run(all_stand())

    assert told == ["a in", "a out", "b in", "b out", "c in", "c out"]


def test_who_gives_up_does_not_hold_the_line() -> None:
    """Cancelled in the midst of it, or at its head, it is gone."""

    async def leave(which: int) -> list[int]:
        line, over, done = Line(), asyncio.Event(), list[int]()

        async def stand(number: int) -> None:
            async with line.turn(silent):
                await over.wait()
                done.append(number)

        tasks = [asyncio.create_task(stand(number)) for number in range(3)]
        await asyncio.sleep(0)
        tasks[which].cancel()
        over.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return done

    assert [asyncio.run(leave(which)) for which in range(3)] == [[1, 2], [0, 2], [0, 1]]


def test_an_error_at_the_head_lets_the_next_one_go() -> None:
    """What stops one purchase stops no other."""

    async def fail() -> str:
        line = Line()
        with pytest.raises(ValueError, match="refused"):
            async with line.turn(silent):
                raise ValueError("refused")
        async with line.turn(silent):
            return "next"

    assert asyncio.run(fail()) == "next"


def test_all_hear_why_it_takes_so_long() -> None:
    """The first asks, the others wait for the same reason."""
    heard: list[str] = []

    async def stand() -> None:
        line, over = Line(), asyncio.Event()

        async def wait(name: str) -> None:
            async with line.turn(lambda why: heard.append(f"{name}: {why}")):
                await over.wait()

        tasks = [asyncio.create_task(wait(name)) for name in "ab"]
        await asyncio.sleep(0)
        line.tell("it is full")
        over.set()
        await asyncio.gather(*tasks)

    asyncio.run(stand())

    assert heard == ["a: it is full", "b: it is full"]


def test_event_loops_share_a_line() -> None:
    """A worker's jobs may run in several threads: who waits in one is woken from another."""
    line, done = Line(), list[str]()

    async def stand(name: str) -> None:
        async with line.turn(silent):
            done.append(name)

    async def first() -> None:
        async with line.turn(silent):
            waiting = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(stand("other"))))
            while len(line._places) < 2:
                await asyncio.sleep(0)
            done.append("first")
        await waiting

    asyncio.run(first())

    assert done == ["first", "other"]
