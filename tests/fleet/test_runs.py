"""The tables of a fleet."""

from __future__ import annotations

import contextlib

import pytest

from longtake.fleet.letters import written_event
from longtake.fleet.runs import Runs
from longtake.generate.ensure import Progress


@pytest.mark.parametrize("bad", ["\ud83d", "\0"])
def test_words_that_are_no_text_are_told_all_the_same(database: str, bad: str) -> None:
    """What a provider said of one clip does not keep anybody from looking at all runs."""
    with contextlib.closing(Runs(database)) as runs:
        runs.open()
        runs.tell([("r", written_event(Progress("a/1", "failed", message=f"cut {bad}")))])
        runs.tell([("r", written_event(Progress("a/2", "made", 1.0)))])
        runs.add("r", "b", "/board", "title", {}, 2, "0 USD")
        runs.end("r", "failed", {"errors": {"a/1": {"message": f"cut {bad}"}}})
        told = [letter["message"] for _, letter in runs.told("r", 0)]
        made, run = runs.made(), runs.get("r")

    assert told == ["cut ?", ""]
    assert made == {"r": 1}
    assert run is not None
    assert run.outcome == {"errors": {"a/1": {"message": "cut ?"}}}
