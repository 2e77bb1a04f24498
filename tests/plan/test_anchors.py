"""Where a chain is led back to an approved picture, and what that changes."""

from __future__ import annotations

from boards import plan_of
from longtake.plan.job import Plan

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768p\n"
STILLS = {"p.png": "aa", "q.png": "bb"}
LONG = "start: p.png, prompt: x, seconds: 36"


def led(board: str, **known: bool) -> list[str]:
    """Name the picture each clip is led to, as one letter; a dot where there is none."""
    return anchors(plan_of(HEAD + board, stills=STILLS, animatic=known.get("animatic", False)))


def anchors(plan: Plan) -> list[str]:
    """Read the pictures of a plan."""
    found = [job.repairs.anchor for job in plan.jobs]
    return [anchor.path.stem if anchor else "." for anchor in found]


def test_the_last_clip_of_a_shot() -> None:
    """A `reanchor` picture is for the end of each shot it holds for."""
    board = "scenes: [{id: a, shots: [{prompt: x, seconds: 16}, {prompt: y}], reanchor: p.png}, {prompt: z}]"

    assert led(board) == [".", "p", "p", "."]


def test_every_so_many_clips_of_a_chain() -> None:
    """Every second clip is led back to the picture its chain began on, over scenes too."""
    two = f"reanchor_every: 2\nscenes: [{{id: a, {LONG}}}, {{id: b, prompt: y}}, {{prompt: z}}]"

    assert led(two) == [".", "p", ".", "p", ".", "p"]


def test_the_last_picture_named_holds() -> None:
    """A `reanchor` or `end` picture takes the place of the one a chain began on."""
    board = (
        "reanchor_every: 2\nscenes: [{id: a, start: p.png, prompt: x, seconds: 20}, "
        "{id: b, reanchor: q.png, prompt: y, seconds: 20}, {id: c, prompt: z, seconds: 20, end: p.png}]"
    )

    assert led(board) == [".", "p", ".", "q", ".", "p"]


def test_a_wanted_change_of_light_leaves_pictures_behind() -> None:
    """After dusk nothing leads back to the day, though the board's picture still holds; a new one does."""
    board = (
        "reanchor: p.png\nscenes: [{id: a, prompt: x}, {id: b, prompt: y, lighting: changes}, "
        "{id: c, prompt: z}, {id: d, prompt: w, reanchor: q.png}, {id: e, start: fresh, prompt: v}]"
    )

    assert led(board) == ["p", ".", ".", "q", "p"]


def test_what_is_switched_off_is_said() -> None:
    """A picture that no clip is led to for a switch says so, where it is written; one of many does not."""
    board = "scenes: [{id: a, prompt: x, reanchor: p.png, color: off}, {id: b, prompt: y}]"
    (warning,) = plan_of(HEAD + board, stills=STILLS).warnings
    for_all = "reanchor: p.png\nscenes: [{id: a, prompt: x, repair: off}, {id: b, prompt: y}]"

    assert warning.message == 'shot "a": with `color: off` no chain is led back to a picture'
    assert warning.where.line == 5
    assert warning.hint == "leave out `color: off`, or this"
    assert (plan_of(HEAD + for_all, stills=STILLS).warnings, led(for_all)) == ((), [".", "p"])
    assert plan_of(HEAD + board, stills=STILLS, animatic=True).warnings == ()


def test_switches_and_drawn_clips() -> None:
    """Where colours are not touched nothing leads them back, and no recipe hangs on the picture."""
    board = (
        "scenes: [{prompt: x}, {prompt: y, color: off}, {prompt: z, repair: off}]\nreanchor: p.png"
    )

    assert led(board) == ["p", ".", "."]
    assert led(board, animatic=True) == [".", ".", "."]


def test_a_chain_without_a_picture() -> None:
    """It is said once where it is written, with what to do."""
    plan = plan_of(HEAD + "reanchor_every: 2\nscenes: [{id: a, prompt: x, seconds: 40}]")

    assert anchors(plan) == [".", ".", ".", "."]
    assert [(w.code, w.message) for w in plan.warnings if w.code != "split-price"] == [
        ("no-anchor", 'shot "a": there is no picture its chain could be led back to')
    ]


def test_switching_colours_off_changes_what_continues_a_clip() -> None:
    """The clip itself is not bought again, nor one that starts fresh: repairs are shown, not bought."""
    board = "scenes: [{id: a, prompt: x%s}, {id: b, prompt: y}, {id: c, start: fresh, prompt: z}]"
    usual, off = (plan_of(HEAD + board % word).jobs for word in ("", ", color: off"))

    assert [a.recipe == b.recipe for a, b in zip(usual, off, strict=True)] == [True, False, True]


def test_another_picture_changes_what_continues_the_clip() -> None:
    """The clip's own take stays; the one that begins on its corrected end is made again."""
    board = "scenes: [{id: a, prompt: x, reanchor: p.png}, {id: b, prompt: y}]"
    one, other = (plan_of(HEAD + board, stills={"p.png": picture}).jobs for picture in ("aa", "bb"))

    assert [a.recipe == b.recipe for a, b in zip(one, other, strict=True)] == [True, False]
