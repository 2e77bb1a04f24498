"""Clips are made in handoff order, beside each other where they can be, and none twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from boards import plan_of
from longtake.errors import HandoffError
from longtake.generate.clip import request_key
from longtake.generate.ensure import Bench, Progress, Shop, ensure_clip, known_clip
from longtake.generate.provider import Request, TaskReport, TaskState
from longtake.generate.run import generate_takes
from longtake.media.clipwriter import write_clip
from longtake.media.frames import last_frame
from longtake.media.stills import open_still
from longtake.plan.job import Plan
from longtake.units import FrameRate, Size, take_name
from longtake.vault.store import Vault

HEAD = "longtake: 1\ntitle: T\nfilm: {size: 64x36}\n"


@dataclass
class Painter:
    """A provider that paints clips at once: grey on grey, beginning on the first frame it is sent."""

    name: str = "animatic"
    account: str = ""
    in_flight: int = 2
    per_minute: int = 1000
    deadline_s: float = 600.0
    refuses: str = ""
    asked: list[Request] = field(default_factory=list)
    looks: int = 0

    def prepare(self, request: Request) -> None:
        """Nothing goes ahead."""

    def submit(self, request: Request, nonce: str = "") -> str:
        self.asked.append(request)
        return str(len(self.asked) - 1)

    def look(self, task: str) -> TaskReport:
        self.looks += 1
        if self.refuses and self.refuses in self.asked[int(task)].prompt:
            return TaskReport(TaskState.FAILED, "no such thing")
        return TaskReport(TaskState.DONE if self.looks % 2 == 0 else TaskState.RUNNING)

    def fetch(self, task: str, path: Path) -> None:
        request = self.asked[int(task)]
        height, width = request.canvas.height, request.canvas.width
        # Its own grey for each prompt: another prompt ends on another picture.
        shade = sum(request.prompt.encode()) % 100
        first = np.full((height, width, 3), 40 + shade, np.uint8)
        if request.first:
            first = open_still(request.first)
        frames = [first] + [
            np.full((height, width, 3), 60 + shade + k, np.uint8) for k in range(1, request.frames)
        ]
        write_clip(frames, path, size=request.canvas, rate=request.rate)

    def tasks_since(self, model: str, since_s: float) -> None:
        return None

    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float:
        return 0.0

    def interrupt(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


class Stopped(BaseException):
    """The run is ended from outside."""


async def no_pause(seconds: float) -> None:
    """Wait for nothing: the fake is always ready."""


def make(board: str, tmp_path: Path, painter: Painter) -> tuple[object, list[Progress]]:
    """Run a board through a painter over a vault of its own."""
    vault = Vault(tmp_path / "vault")
    vault.open()
    heard: list[Progress] = []
    takes = generate_takes(
        plan_of(board), {"animatic": Shop(painter, vault)}, listen=heard.append, pause=no_pause
    )
    return takes, heard


def test_a_clip_begins_on_the_frame_the_one_before_ended_on(tmp_path: Path) -> None:
    """What is sent as first frame is the out-point of the take before, bit for bit."""
    painter = Painter()
    takes, _ = make(
        HEAD + "scenes: [{id: a, prompt: x, seconds: 3.5}, {id: b, prompt: y}]", tmp_path, painter
    )
    before = takes.by_clip["a/1"]

    assert before.out_point == 83
    assert painter.asked[1].first is not None
    sent = open_still(painter.asked[1].first)
    assert np.array_equal(sent, last_frame(before.path, 83).rgb)


def test_a_take_is_handed_on_before_the_next_clip_is_asked_for(tmp_path: Path) -> None:
    """Each take is handed on as it lands, and each clip goes through its steps in order."""
    painter, told = Painter(), list[str]()
    vault = Vault(tmp_path / "vault")
    vault.open()
    takes = generate_takes(
        plan_of(HEAD + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]"),
        {"animatic": Shop(painter, vault)},
        pause=no_pause,
        steps=lambda step: told.append(f"{step.clip} {step.name}"),
        landed=lambda clip, take: told.append(f"{clip} landed: {take.sha256}"),
    )
    steps = ["handoff", "submit", "wait", "download", "verify"]

    assert told == [
        word
        for clip in ("a/1", "b/1")
        for word in (
            *(f"{clip} {step}" for step in steps),
            f"{clip} landed: {takes.by_clip[clip].sha256}",
        )
    ]


def test_a_clip_is_a_job_that_may_be_given_again(tmp_path: Path) -> None:
    """Whoever has its neighbours' takes can make a clip; given again it asks for nothing."""
    plan = plan_of(HEAD + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]")
    painter, vault = Painter(), Vault(tmp_path / "vault")
    vault.open()
    bench = Bench(plan, {"animatic": Shop(painter, vault)}, pause=no_pause)
    first, second = plan.jobs
    before = asyncio.run(ensure_clip(first, 1, {}, bench)).take
    known = known_clip(first, before.key, vault, plan.timeline.rate)
    made = [
        asyncio.run(ensure_clip(second, 1, {first.id: take}, bench)) for take in (before, known)
    ]

    assert known == before
    assert [each.kept for each in made] == [False, True]
    assert made[0].take == made[1].take
    assert len(painter.asked) == 2
    with pytest.raises(HandoffError, match="no take"):
        asyncio.run(ensure_clip(second, 1, {}, bench))


def test_a_second_run_asks_for_nothing(tmp_path: Path) -> None:
    """Takes that are there are kept."""
    board = HEAD + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]"
    first, second = Painter(), Painter()
    make(board, tmp_path, first)
    takes, heard = make(board, tmp_path, second)

    assert second.asked == []
    assert [p.state for p in heard] == ["making", "kept", "making", "kept"]
    assert set(takes.by_clip) == {"a/1", "b/1"}


def test_a_changed_prompt_makes_its_chain_again(tmp_path: Path) -> None:
    """What continues a changed clip gets another first frame; what starts fresh is kept."""
    board = (
        "scenes: [{{id: a, prompt: {}}}, {{id: b, prompt: y}}, {{id: c, start: fresh, prompt: z}}]"
    )
    make(HEAD + board.format("x"), tmp_path, Painter())
    again = Painter()
    make(HEAD + board.format("w"), tmp_path, again)

    assert sorted(r.prompt for r in again.asked) == ["w", "y"]


def test_one_chain_s_error_leaves_the_others_alone(tmp_path: Path) -> None:
    """The clip that failed and those behind it are missing, everything else is made."""
    board = (
        HEAD
        + "scenes: [{id: a, prompt: bad}, {id: b, prompt: y}, {id: c, start: fresh, prompt: z}]"
    )
    takes, heard = make(board, tmp_path, Painter(refuses="bad"))

    assert set(takes.by_clip) == {"c/1"}
    assert str(takes.errors["a/1"]) == '"a/1" was not made: no such thing'
    assert takes.errors["b/1"].message == 'it continues "a/1", which failed'
    assert {p.clip for p in heard if p.state == "failed"} == {"a/1", "b/1"}


def test_a_take_whose_file_is_gone_is_made_again(tmp_path: Path) -> None:
    """A record without its file is no take."""
    board = HEAD + "scenes: [{id: a, prompt: x}]"
    takes, _ = make(board, tmp_path, Painter())
    takes.by_clip["a/1"].path.unlink()
    again = Painter()
    make(board, tmp_path, again)

    assert len(again.asked) == 1


def test_another_out_point_needs_no_new_take(tmp_path: Path) -> None:
    """A shot cut shorter within the same clip length keeps its take and ends earlier."""
    board = "scenes: [{{id: a, prompt: x, seconds: {}}}]"
    make(HEAD + board.format("3"), tmp_path, Painter())
    again = Painter()
    takes, _ = make(HEAD + board.format("2.5"), tmp_path, again)

    assert again.asked == []
    assert takes.by_clip["a/1"].out_point == 59


def test_a_film_of_another_rate_buys_nothing_again() -> None:
    """What is asked of a paid model does not depend on the film's own rate and size."""
    size = Size(1366, 768)
    keys = {
        request_key("minimax", Request("m", "768P", 6, frames, size, FrameRate.parse(fps), "x"))
        for frames, fps in ((144, "24"), (150, "25"))
    }

    assert len(keys) == 1


def with_takes(board: str, **takes: int) -> Plan:
    """Compile a board of which some clips are drawn more than once: a painter paints what it is told."""
    plan = plan_of(board)
    sources = tuple(
        replace(job, takes=takes[job.scene]) if job.scene in takes else job for job in plan.jobs
    )
    return replace(plan, sources=sources, by_id={job.id: job for job in sources})


def test_what_hangs_on_several_takes_waits_and_all_else_is_made(tmp_path: Path) -> None:
    """The takes have numbers and keys of their own; nothing is handed on from any of them."""
    board = "scenes: [{id: a, prompt: x}, {id: b, prompt: y}, {id: c, start: fresh, prompt: z}]"
    vault, painter, heard = Vault(tmp_path / "vault"), Painter(), list[Progress]()
    vault.open()
    plan = with_takes(HEAD + board, a=3)
    shops = {"animatic": Shop(painter, vault)}
    takes = generate_takes(plan, shops, listen=heard.append, pause=no_pause)

    assert ([take.number for take in takes.offered["a/1"]], set(takes.by_clip)) == (
        [1, 2, 3],
        {"c/1"},
    )
    assert len({take.key for take in takes.offered["a/1"]}) == 3
    assert (takes.held, takes.errors) == ({"b/1": "a/1"}, {})
    assert {p.clip: p.state for p in heard} == {"a/1": "choose", "b/1": "held", "c/1": "made"}
    assert sorted(vault.by_recipe()) == sorted(
        [plan.jobs[2].recipe, *(take_name(plan.jobs[0].recipe, n) for n in (1, 2, 3))]
    )


def test_a_take_that_fails_harms_no_other(tmp_path: Path) -> None:
    """The rest can be chosen from; the error is told, and what hangs on the clip has it as its reason."""
    board = HEAD + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]"
    vault, painter = Vault(tmp_path / "vault"), Painter()
    vault.open()
    look = painter.look

    def fails_once(task: str) -> TaskReport:
        bad = painter.asked[int(task)].take == 2
        return TaskReport(TaskState.FAILED, "no luck") if bad else look(task)

    painter.look = fails_once  # type: ignore[method-assign]
    shops = {"animatic": Shop(painter, vault)}
    takes = generate_takes(with_takes(board, a=3), shops, pause=no_pause)

    assert [take.number for take in takes.offered["a/1"]] == [1, 3]
    assert takes.errors["a/1"].message == '"a/1" was not made: no luck'
    assert takes.errors["b/1"].message == 'it continues "a/1", which failed'


def test_a_long_chain_is_stopped_at_once(tmp_path: Path) -> None:
    """Cancelling thousands of clips that wait for each other neither recurses nor hangs."""
    scenes = ", ".join(f"{{id: s{n}, prompt: x}}" for n in range(2000))
    painter = Painter()

    def interrupted(request: Request, nonce: str = "") -> str:
        raise Stopped

    painter.submit = interrupted  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        make(HEAD + f"scenes: [{scenes}]", tmp_path, painter)
