"""`--trace` writes who did what and when, as the viewers read it, however the run ends."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from boards import plan_of
from commands import TWO_SHOTS, Cli, Write
from longtake.assemble.shifts import Shift
from longtake.cli.trace import Trace
from longtake.events import Planned
from longtake.generate.ensure import Progress, Step
from longtake.generate.remote import RemoteProvider
from longtake.testing.serve import Simulator

CHAINS = """\
longtake: 1
title: T
scenes: [{id: a, prompt: x}, {id: b, prompt: y}, {id: c, start: fresh, prompt: z}]
"""
CHAIN = """\
longtake: 1
title: T
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 136x76}
scenes: [{id: a, prompt: a lamp is lit}, {id: b, prompt: a ship answers}]
"""


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def spans_of(written: bytes) -> dict[str, list[dict[str, Any]]]:
    """Read a trace: by row the spans on it, in order; none of them overlap."""
    told = json.loads(written)["traceEvents"]
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in told if e["name"] == "thread_name"}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names.values()}
    for event in told:
        if event["ph"] == "X":
            rows[names[event["pid"], event["tid"]]].append(event)
    for row in rows.values():
        row.sort(key=lambda event: event["ts"])
        assert all(event["ts"] >= 0 and event["dur"] >= 0 for event in row)
        assert all(one["ts"] + one["dur"] <= two["ts"] for one, two in pairwise(row))
    return rows


def told(span: dict[str, Any]) -> tuple[str, int, int]:
    """Give a span's name, start and length."""
    return span["name"], span["ts"], span["dur"]


def test_a_chain_has_a_row_of_its_own() -> None:
    """Steps follow each other along a chain, and another chain runs beside it."""
    watch = Watch()
    trace = Trace(watch)
    trace(Planned(plan_of(CHAINS, animatic=True)))
    for step in (Step("a/1", "submit"), Step("c/1", "submit"), Step("a/1", "wait")):
        trace(step)
        watch.now += 1
    trace(Progress("a/1", "made", 1.0))
    trace(Step("b/1", "handoff"))
    watch.now += 0.5
    trace(Progress("b/1", "failed", message="no"))
    trace(Progress("c/1", "kept", 1.0))
    rows = spans_of(trace.as_json())

    assert {name: [told(span) for span in row] for name, row in rows.items()} == {
        "animatic: from a/1": [
            ("submit a/1", 0, 2_000_000),
            ("wait a/1", 2_000_000, 1_000_000),
            ("handoff b/1", 3_000_000, 500_000),
        ],
        "animatic: from c/1": [("submit c/1", 1_000_000, 2_500_000)],
    }
    assert rows["animatic: from a/1"][2]["args"] == {"clip": "b/1", "outcome": "failed"}


def test_two_clips_that_continue_one_do_not_share_a_row() -> None:
    """What runs beside each other stands on rows of its own, whatever its chain."""
    trace = Trace(Watch())
    trace(Planned(plan_of(CHAINS, animatic=True)))
    trace(Step("a/1", "submit"))
    trace(Step("b/1", "submit"))

    assert set(spans_of(trace.as_json())) == {"animatic: from a/1", "animatic: from a/1 (2)"}


def test_workers_and_assembly_have_rows() -> None:
    """Shifts stand where their own clock says, each worker on its row, this process on one."""
    trace = Trace(Watch())
    trace(Shift("ingest", 101.0, 102.5, os.getpid() + 1, "a/1", 48))
    trace(Shift("join", 103.0, 103.25, os.getpid()))
    rows = spans_of(trace.as_json())

    assert told(rows["assembly"][0]) == ("join", 3_000_000, 250_000)
    (ingested,) = rows[f"worker {os.getpid() + 1}"]
    assert told(ingested) == ("ingest a/1", 1_000_000, 1_500_000)
    assert ingested["args"] == {"clip": "a/1", "frames": 48}


def test_what_goes_on_ends_with_the_trace() -> None:
    """A step that was cut off is there up to the end, and says so."""
    watch = Watch()
    trace = Trace(watch)
    trace(Step("a/1", "wait"))
    watch.now += 2
    (span,) = spans_of(trace.as_json())["from a/1"]

    assert told(span) == ("wait a/1", 0, 2_000_000)
    assert span["args"]["outcome"] == "unfinished"


def test_a_trace_of_an_animatic(cli: Cli, write: Write) -> None:
    """Clips, workers and assembly are all there, and all in one time."""
    write(TWO_SHOTS)
    assert cli("animatic", "--no-labels", "--no-copy", "--trace", "t/run.json").code == 0
    rows = spans_of(Path("t/run.json").read_bytes())
    kinds = {span["cat"] for row in rows.values() for span in row}

    assert [span["cat"] for span in rows["assembly"]] == ["sound", "join", "deliver"]
    # Nothing is waited for that is not drawn here: all processors draw.
    assert "ingest" not in kinds
    assert kinds >= {"handoff", "submit", "wait", "download", "verify", "render"}


def test_a_trace_of_a_run_that_fails(cli: Cli, write: Write) -> None:
    """A board that cannot be made leaves a trace as well, and its own error."""
    write(TWO_SHOTS.replace("prompt: it comes home", "prompt: ''"))
    said = cli("animatic", "--trace", "run.json")

    assert said.code == 2, said.err
    assert spans_of(Path("run.json").read_bytes()) == {}


def test_a_trace_that_cannot_be_written(cli: Cli, write: Write) -> None:
    """The film is made all the same, and the fault is said."""
    board = write(TWO_SHOTS)
    said = cli("animatic", "--no-labels", "--trace", f"{board}/run.json")

    assert (said.code, "the trace" in said.err) == (1, True), said.err
    assert Path("films/board/film-animatic.mp4").exists()


@pytest.mark.timeout(120)
def test_pieces_are_made_while_another_clip_is_waited_for(
    cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second clip is not ready before the first one's pieces are; then little is left to render."""
    pieces = tmp_path / ".longtake" / "pieces"
    with Simulator({"clock": "fake", "scale": 0.1}) as sim:

        def pause(*asked: object) -> float:
            if sim.oracle("submits")["paid"] == 1 or len(list(pieces.rglob("*.piece"))) == 3:
                sim.tick(60)
            return 0.05

        monkeypatch.setattr(RemoteProvider, "pause_s", pause)
        monkeypatch.setenv("APIMART_API_HOST", f"{sim.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "apimart-key")
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        write(CHAIN)
        said = cli("make", "--yes", "--no-copy", "--trace", "run.json")
    assert said.code == 0, said.err
    rows = spans_of(Path("run.json").read_bytes())
    clips = rows["apimart: from a/1"]
    (ahead,) = (s for row in rows.values() for s in row if s["name"] == "ingest a/1")
    (mended,) = (span for span in clips if span["name"] == "mend a/1")
    (waited,) = (span for span in clips if span["name"] == "wait b/1")

    assert mended["ts"] <= ahead["ts"] <= waited["ts"] + waited["dur"]
    assert ahead["ts"] + ahead["dur"] <= clips[-1]["ts"] + clips[-1]["dur"]
    assert "287 of 287 frames rendered" in said.err
