"""What happens is numbered: who was cut off asks for what came after, or is told to look anew."""

from __future__ import annotations

import asyncio
import threading

from longtake.review.journal import KEPT, Journal


def heard(journal: Journal, mark: str, count: int) -> list[str]:
    """Listen until so many events were told."""

    async def listen() -> list[str]:
        found: list[str] = []
        async for event in journal.told(mark):
            if event.startswith("id:"):
                found.append(event)
            if len(found) == count:
                break
        return found

    return asyncio.run(listen())


def test_only_what_came_later_is_told() -> None:
    """The mark of a moment leaves out what was before it."""
    journal = Journal()
    journal.add("clip", clip="a")
    mark = journal.mark
    journal.add("clip", clip="b")

    entries = journal.since(mark)
    assert entries is not None
    assert [entry.facts for entry in entries] == [{"clip": "b"}]
    assert journal.since(journal.mark) == ()


def test_a_mark_of_another_server_is_not_known() -> None:
    """Neither is one that was never given, or no mark at all."""
    journal, other = Journal(), Journal()
    journal.add("changed")

    epoch = journal.mark.partition("-")[0]
    for mark in (other.mark, "", "-", f"{epoch}-99", f"{epoch}-x", f"{epoch}-²", "1"):
        assert journal.since(mark) is None


def test_what_is_too_old_is_not_told_in_parts() -> None:
    """Who missed more than is kept looks at the page anew, and goes on from there."""
    journal = Journal()
    mark = journal.mark
    for number in range(KEPT + 1):
        journal.add("clip", number=number)

    assert journal.since(mark) is None
    (event,) = heard(journal, mark, 1)
    assert f"id: {journal.mark}\nevent: resync\n" in event


def test_a_line_feed_ends_no_line() -> None:
    """Words from outside cannot add an event of their own."""
    journal = Journal()
    mark = journal.mark
    journal.add("clip", message="a\n\nevent: end\ndata: {}\r\n")

    (event,) = heard(journal, mark, 1)
    assert event.count("\n") == 4
    assert event.count("\nevent: ") == 1


def test_a_listener_is_woken_from_another_thread() -> None:
    """Whoever writes need not know of any loop."""
    journal = Journal()
    writer = threading.Thread(target=lambda: [journal.add("clip", number=n) for n in range(3)])
    mark = journal.mark
    writer.start()

    assert len(heard(journal, mark, 3)) == 3
    writer.join()
