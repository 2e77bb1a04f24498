"""A model that takes pictures by their public address needs a place for them, and says so in time."""

from __future__ import annotations

from boards import faults_of, plan_of
from longtake.generate.catalogue import animatic_offers, load_offers

STILLS = {"lamp.png": "00"}
BOARD = """longtake: 1
title: T
model: apiinone/hailuo-2-3
scenes:
  - {id: a, start: lamp.png, prompt: a lamp, seconds: 12}
  - {id: b, prompt: it goes out}
"""


def test_no_place_for_pictures():
    """It is one fault however many clips meet it, where the model is written, with both ways out."""
    (fault,) = faults_of(BOARD, stills=STILLS, hints=True)
    message, _, hint = fault.partition("|")

    assert message.startswith("board.yaml:3:8: apiinone/hailuo-2-3 takes pictures by their public")
    assert "LONGTAKE_UPLOAD_COMMAND" in hint and "LONGTAKE_UPLOAD_PUT" in hint


def test_two_models_without_a_place():
    """Each is named where it is written."""
    text = BOARD.replace("{id: b,", "{id: b, model: apiinone/hailuo-2-3-pro,")

    assert [fault.split(":")[1] for fault in faults_of(text, stills=STILLS)] == ["3", "6"]


def test_a_place_for_pictures():
    """With one the same board is a chain like any other."""
    plan = plan_of(BOARD, stills=STILLS, hosted=True)

    assert [job.id for job in plan.jobs] == ["a/1", "a/2", "b/1"]


def test_words_alone():
    """Without any picture the fault is that the model needs one; a place would not help."""
    text = "longtake: 1\ntitle: T\nmodel: apiinone/hailuo-2-3\nscenes: [{id: a, prompt: a lamp}]"

    (fault,) = faults_of(text)
    assert "needs a first frame" in fault


def test_other_models():
    """Models that take the picture itself ask for no place."""
    text = BOARD.replace("apiinone/hailuo-2-3", "pixazo/hailuo-2-3")

    assert len(plan_of(text, stills=STILLS).jobs) == 3


def test_the_animatic_of_such_a_model():
    """What is drawn here needs no place either."""
    drawn = animatic_offers(load_offers())["apiinone/hailuo-2-3"]

    assert (drawn.draws, drawn.pictures) == (True, "any")
