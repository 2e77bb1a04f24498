"""Whoever changes the files of a board, its page hears of it; a fault hides nothing that is known."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from longtake import make_film
from longtake.project import Project
from longtake.review.journal import Journal
from longtake.review.watch import Watch
from reviewing import ANIMATIC, DRAWN, written


def kinds(journal: Journal, mark: str) -> list[str]:
    """List what was written since."""
    return [entry.kind for entry in journal.since(mark) or ()]


def test_a_run_is_followed_line_by_line(tmp_path: Path) -> None:
    """What a run in any process writes down is in the journal, and how it ended is known."""
    board = written(tmp_path)
    watch = Watch(board, ANIMATIC, Journal())
    mark = watch.journal.mark
    watch.read_lines()
    assert kinds(watch.journal, mark) == []

    make_film(board, ANIMATIC)
    watch.read_lines()

    told = kinds(watch.journal, mark)
    assert (told[0], told[-1]) == ("run", "end")
    assert told.count("film") == 1
    assert watch.run.counts == {"made": 3}
    assert not watch.live


def test_a_holder_is_seen_and_missed(tmp_path: Path) -> None:
    """A run that takes the project, and one that lets it go, are told once each."""
    board = written(tmp_path)
    watch = Watch(board, ANIMATIC, Journal())
    mark = watch.journal.mark
    with Project(board).hold():
        watch.find_holder()
        watch.find_holder()
        held = watch.holder
    watch.find_holder()

    assert "another run holds" in held
    assert kinds(watch.journal, mark) == ["holder", "holder"]
    assert watch.holder == ""


def test_an_edit_is_looked_at_and_a_fault_keeps_what_was_known(tmp_path: Path) -> None:
    """The author saves half a word: the page says so, and goes on showing the film."""
    board = written(tmp_path)
    watch = Watch(board, ANIMATIC, Journal())
    watch.look()
    board.write_text(DRAWN.replace("prompt: it", "promt: it"), encoding="utf-8")
    watch.look()

    assert watch.seen.standing is not None
    assert len(watch.seen.standing.plan.jobs) == 3
    assert "board.yaml:9" in watch.seen.wrong

    board.write_text(DRAWN.replace("it comes home", "it stays out"), encoding="utf-8")
    watch.look()
    assert watch.seen.wrong == ""
    assert [job.prompt for job in watch.seen.standing.plan.jobs][1] == "it stays out"


def test_a_bug_is_shown_and_waited_for_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says what happened instead of never coming."""
    watch = Watch(written(tmp_path), ANIMATIC, Journal())
    monkeypatch.setattr("longtake.review.watch.look", lambda *asked: 1 / 0)
    watch.look()

    assert "this is a bug of longtake: ZeroDivisionError" in watch.known().wrong


def test_a_bible_is_watched_wherever_it_lies(tmp_path: Path) -> None:
    """A change of what the board extends, in another folder, is a change of the film."""
    (tmp_path / "house").mkdir()
    (tmp_path / "film").mkdir()
    bible = written(tmp_path / "house", "look: clay\n", "house.yaml")
    text = DRAWN.replace("film:", "extends: ../house/house.yaml  # ours\nfilm:")
    watch = Watch(written(tmp_path / "film", text), ANIMATIC, Journal())
    before = watch.signature()
    bible.write_text("look: paper cut\n", encoding="utf-8")

    assert watch.signature() != before


def test_a_change_is_noticed_without_being_told(tmp_path: Path) -> None:
    """The threads look whenever a file has changed, and stop when told."""
    board = written(tmp_path)
    watch = Watch(board, ANIMATIC, Journal())
    watch.start()
    try:
        first = watch.known()
        seen = threading.Event()
        add = watch.journal.add

        def heard(kind: str, **facts: object) -> None:
            add(kind, **facts)
            seen.set()

        watch.journal.add = heard  # type: ignore[method-assign]
        board.write_text(DRAWN.replace("Two boats", "Three boats"), encoding="utf-8")
        assert seen.wait(30)
        standing = watch.seen.standing
    finally:
        watch.stop()

    assert first.standing is not None and standing is not None
    assert (first.standing.plan.title, standing.plan.title) == ("Two boats", "Three boats")
