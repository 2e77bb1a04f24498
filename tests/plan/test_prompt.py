"""From the words of a board to the prompt a model gets: parts, look, camera words, length."""

from __future__ import annotations

import pytest

from boards import faults_of, plan_of
from longtake.plan.job import ClipJob
from longtake.plan.prompt import compose_parts, compose_prompt

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768p\n"


def first_job(shot: str, top: str = "") -> ClipJob:
    """Give the first clip of a board of one scene, written as a flow map."""
    return plan_of(f"{HEAD}{top}scenes:\n  - {{{shot}}}\n").jobs[0]


@pytest.mark.parametrize(
    ("text", "look", "camera", "prompt"),
    [
        ("a lamp", "", (), "a lamp"),
        ("a lamp", "claymation", (), "a lamp. claymation"),
        ("a lamp!", "claymation", ("Push in",), "a lamp! claymation [Push in]"),
        ("灯亮了。", "黏土", ("Push in", "Pan left"), "灯亮了。 黏土 [Push in, Pan left]"),
        (" a lamp ", " ", ("Shake",), "a lamp [Shake]"),
        ("Ku\u0308ste", "", (), "K\u00fcste"),
    ],
)
def test_version_1(text: str, look: str, camera: tuple[str, ...], prompt: str) -> None:
    """The text, a full stop where it has none, the look, the camera words in one bracket."""
    assert compose_prompt(text, look, camera) == prompt


def test_parts_in_their_order() -> None:
    """Camera, character, reaction, then plain text; what is not given leaves no trace."""
    parts = {"text": "at dusk", "reaction": "light", "camera": "slow push in", "character": None}

    assert compose_parts(parts) == "Camera: slow push in; Reaction: light; at dusk"


def test_parts_of_a_board() -> None:
    """Names are filled in within parts, and look and camera words come behind them."""
    top = "vars: {hour: dusk}\nlook: claymation\n"
    shot = "prompt: {camera: low, character: 'she waits at ${hour}', reaction: it rains}, camera: [推进]"

    assert first_job(shot, top).prompt == (
        "Camera: low; Character: she waits at dusk; Reaction: it rains. claymation [Push in]"
    )


# Every command with MiniMax's Chinese tag and the words people use, as the providers' pages list them.
@pytest.mark.parametrize(
    ("command", "others"),
    [
        ("Truck left", ["左移", "move left", "dolly left"]),
        ("Truck right", ["右移", "move right"]),
        ("Pan left", ["左摇"]),
        ("Pan right", ["右摇"]),
        ("Push in", ["推进", "dolly in", "push forward"]),
        ("Pull out", ["拉远", "pull back", "dolly out", "push out"]),
        ("Pedestal up", ["上升", "rise", "crane up"]),
        ("Pedestal down", ["下降", "lower"]),
        ("Tilt up", ["上摇"]),
        ("Tilt down", ["下摇"]),
        ("Zoom in", ["变焦推近"]),
        ("Zoom out", ["变焦拉远"]),
        ("Shake", ["晃动", "handheld"]),
        ("Tracking shot", ["跟随", "follow"]),
        ("Static shot", ["固定", "locked", "static", "fixed camera"]),
    ],
)
def test_camera_words_become_commands(command: str, others: list[str]) -> None:
    """Tags and aliases, in any letters, with or without brackets, give the canonical command once."""
    for written in (command, *others, command.upper(), f"[{others[0]}]"):
        assert first_job(f"prompt: x, camera: ['{written}']").prompt == f"x [{command}]"
    both = ", ".join((command, others[0]))
    assert first_job(f"prompt: x, camera: [{both}]").prompt == f"x [{command}]"


@pytest.mark.parametrize(
    ("shot", "optimizer"),
    [
        ("prompt: x", True),
        ("prompt: x, camera: [Push in]", False),
        ("prompt: 'x [推进] then y'", False),
        ("prompt: {text: 'x [shake, sideways]'}", False),
        ("prompt: 'a sign [EXIT]'", True),
        ("prompt: x, camera: [sideways]", True),
        ("prompt: x, camera: [Push in], prompt_optimizer: true", True),
        ("prompt: x, prompt_optimizer: false", False),
    ],
)
def test_who_may_rewrite_a_prompt(shot: str, optimizer: bool) -> None:
    """The optimizer is off where camera commands are named, on the list or in the prompt itself."""
    assert first_job(shot).options["prompt_optimizer"] is optimizer


def test_a_chained_prompt_is_not_rewritten() -> None:
    """What continues a clip keeps its words."""
    plan = plan_of(
        HEAD + "scenes: [{prompt: x, seconds: 16}, {prompt: y}, {start: fresh, prompt: z}]"
    )

    assert [job.options["prompt_optimizer"] for job in plan.jobs] == [True, False, False, True]


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("x" * 1986, 0),
        ("x" * 1987, 1),
        ("灯" * 1986, 0),
        ("灯" * 1988, 2),
        ("🏮" * 1987, 1),
        ("${season}" + "x" * 1980, 0),
        ("${season}" + "x" * 1981, 1),
    ],
    ids=["fits", "one over", "Chinese", "Chinese over", "beyond 16 bits", "name", "name over"],
)
def test_length_as_the_provider_counts(text: str, over: int) -> None:
    """Signs are counted, not bytes, once names, look and camera words are in: 2000 at most."""
    top = "vars: {season: winter}\nlook: clay\n"
    board = f"{HEAD}{top}scenes:\n  - {{id: a, camera: [Shake], prompt: '{text}'}}\n"
    if not over:
        assert len(plan_of(board).jobs[0].prompt) == 2000
        return
    (fault,) = faults_of(board, hints=True)
    assert f"is {2000 + over} characters long, MiniMax-Hailuo-02 reads 2000" in fault
    assert fault.endswith(f"shorten it by {over} characters")
