"""Faces of the cast: which clips send them, and what is said of shots that do not."""

from __future__ import annotations

import pytest

from boards import faults_of, plan_of
from longtake.plan.job import Plan

HEAD = """longtake: 1
title: T
model: {}
cast:
  ann: {{text: an old woman, face: ann.png}}
  bob: {{text: her son, face: bob.png}}
  cat: {{text: a grey cat}}
scenes:
"""
H3, O3 = "apimart/MiniMax-H3", "apimart/MiniMax-Hailuo-03"
S2V, PLAIN = "minimax/S2V-01", "apimart/MiniMax-Hailuo-02"
FILES = {"ann.png": "a" * 64, "bob.png": "b" * 64, "s.png": "5" * 64}


def planned(model: str, *shots: str) -> Plan:
    """Compile scenes written as flow maps; the first stands on line 9."""
    lines = "".join(f"  - {{{shot}}}\n" for shot in shots)
    return plan_of(HEAD.format(model) + lines, stills=FILES)


def faces(plan: Plan) -> list[list[str]]:
    """List the names of the faces each clip sends."""
    return [[face.name for face in job.faces] for job in plan.jobs]


@pytest.mark.parametrize(
    ("model", "shots", "sent"),
    [
        (H3, ["prompt: '${ann} waves'"], [["ann"]]),
        (H3, ["prompt: '${bob} sees ${ ann } and ${bob}'"], [["bob", "ann"]]),
        (H3, ["prompt: {character: '${ann} waves', reaction: '${bob} smiles'}"], [["ann", "bob"]]),
        (H3, ["prompt: an old woman waves"], [[]]),
        (H3, ["prompt: 'a ${cat}, and $${ann}'"], [[]]),
        (H3, ["prompt: x, look: 'as ${ann} sees it'"], [[]]),
        (H3, ["prompt: '${ann} waves'", "prompt: '${ann} turns'"], [["ann"], []]),
        (H3, ["prompt: '${ann} waves'", "prompt: '${bob}', start: fresh"], [["ann"], ["bob"]]),
        (H3, ["prompt: '${ann} waves', start: s.png"], [[]]),
        (H3, ["prompt: '${ann} waves', end: s.png"], [[]]),
        (H3, ["prompt: '${ann} walks', seconds: 25"], [["ann"], []]),
        (H3, ["prompt: '${ann} walks', seconds: 25, end: s.png"], [["ann"], []]),
        (O3, ["prompt: '${ann} waves'"], [["ann"]]),
        (S2V, ["prompt: '${ann} waves'"], [["ann"]]),
        (PLAIN, ["prompt: '${ann} waves'"], [[]]),
        ("animatic", ["prompt: '${ann} waves'"], [[]]),
    ],
)  # fmt: skip
def test_which_clips_send_faces(model: str, shots: list[str], sent: list[list[str]]) -> None:
    """Those whose prompt names them, without a frame, of a model that takes them."""
    assert faces(planned(model, *shots)) == sent


def test_a_face_is_known_by_its_bytes() -> None:
    """Another picture changes the recipe of the clips that send it, and of those that continue these."""
    board = (
        HEAD.format(H3)
        + "  - {id: a, prompt: '${ann}'}\n  - {id: b, prompt: '${ann} turns'}\n"
        + "  - {id: c, start: fresh, prompt: '${bob}'}\n"
    )
    other = FILES | {"ann.png": "c" * 64}
    one, two = (plan_of(board, stills=files) for files in (FILES, other))
    same = [a.recipe == b.recipe for a, b in zip(one.jobs, two.jobs, strict=True)]

    assert one.jobs[0].parts["faces"] == ["a" * 64]
    assert "faces" not in one.jobs[1].parts
    assert same == [False, False, True]


def test_faces_that_are_not_sent_are_told_once() -> None:
    """One warning for each face and reason, at the face, naming the shots."""
    shots = ["id: a, prompt: '${ann} and ${bob}', model: " + PLAIN]
    shots += [f"id: b{n}, prompt: '${{ann}} {n}'" for n in range(6)]
    warnings = planned(H3, *shots).warnings

    assert [(w.code, w.where.line, w.message) for w in warnings] == [
        ("unsent-face", 5, 'the face of "ann" is not sent with shot "a": MiniMax-Hailuo-02 takes '
         "no pictures of the cast"),
        ("unsent-face", 5, 'the face of "ann" is not sent with shots "b0", "b1", "b2", "b3" and '
         "2 more: they begin or end on a frame"),
        ("unsent-face", 6, 'the face of "bob" is not sent with shot "a": MiniMax-Hailuo-02 takes '
         "no pictures of the cast"),
    ]  # fmt: skip
    assert "apimart/MiniMax-H3" in warnings[0].hint
    assert "start: fresh" in warnings[1].hint


def test_nothing_is_said_where_all_is_well() -> None:
    """Faces that are sent, faces nobody names, and the animatic bring no warning."""
    assert planned(H3, "prompt: '${ann} waves'").warnings == ()
    long = "prompt: '${ann} walks', seconds: 25, end: s.png"
    assert planned(H3, long).warnings == ()
    assert planned(PLAIN, "prompt: a boat").warnings == ()
    assert planned("animatic", "prompt: '${ann}'", "prompt: '${ann} sits'").warnings == ()


@pytest.mark.parametrize(
    ("model", "shot", "said"),
    [
        (S2V, "id: a, prompt: a boat",
         '9:21: shot "a": S2V-01 needs a face, and the prompt names nobody who has one'
         "|write ${ann} into it, or choose another model"),
        (S2V, "id: a, prompt: '${ann} and ${bob}'",
         '9:21: shot "a": the prompt names 2 members with a face ("ann" and "bob"), S2V-01 takes 1'
         "|describe the others in the prompt's own words, or choose a model that takes more"),
        (O3, "id: a, prompt: '${ann} and ${bob}'",
         '9:21: shot "a": the prompt names 2 members with a face ("ann" and "bob"), '
         "MiniMax-Hailuo-03 takes 1"
         "|describe the others in the prompt's own words, or choose a model that takes more"),
        (S2V, "id: a, prompt: '${ann}', start: s.png",
         '9:31: shot "a": S2V-01 takes no first frame|write `start: fresh`, or choose another model'),
        (S2V, "id: a, prompt: '${ann}', end: s.png",
         '9:36: shot "a": S2V-01 takes no last frame'
         "|leave out `end:`, or choose a model that takes one"),
        (S2V, "id: a, prompt: '${ann}', seconds: 12",
         '9:40: shot "a": S2V-01 continues no clip, and makes 6 s at most'
         "|make it several shots with `start: fresh`, or choose another model"),
    ],
)  # fmt: skip
def test_faces_that_cannot_be(model: str, shot: str, said: str) -> None:
    """One face or none, a frame, a chain: what a model cannot do is a fault with the ways out."""
    board = HEAD.format(model) + f"  - {{{shot}}}\n"

    assert faults_of(board, stills=FILES, hints=True) == [f"board.yaml:{said}"]


def test_a_handoff_into_a_model_that_takes_none() -> None:
    """The default start is the clip before, which a model of faces alone cannot continue."""
    board = HEAD.format(S2V) + "  - {prompt: '${ann}'}\n  - {id: b, prompt: '${bob}'}\n"

    assert faults_of(board, stills=FILES) == [
        'board.yaml:10:5: shot "b": S2V-01 takes no first frame'
    ]


def test_without_anybody_who_has_a_face() -> None:
    """The hint says how a member of the cast gets one."""
    board = f"longtake: 1\ntitle: T\nmodel: {S2V}\nscenes: [{{prompt: x}}]"

    assert "give a member of `cast` a `face:`" in faults_of(board, hints=True)[0]


def test_the_animatic_of_a_model_of_faces() -> None:
    """Its faults are the film's: the animatic must not promise what cannot be bought."""
    from_text = HEAD.format(S2V) + "  - {prompt: '${ann}'}\n"

    assert plan_of(from_text, stills=FILES, animatic=True).jobs[0].faces == ()
    assert faults_of(HEAD.format(S2V) + "  - {prompt: x}\n", stills=FILES)
