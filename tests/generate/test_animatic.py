"""The provider that draws clips on this machine."""

import threading

import numpy as np
import pytest

from longtake.errors import ProviderError
from longtake.generate.provider import Request, TaskState
from longtake.generate.providers.animatic import Animatic
from longtake.media.frames import last_frame, measure_clip, save_png
from longtake.media.scenery import paint_place
from longtake.plan.offer import animatic_offer
from longtake.units import FrameRate, Size

_SIZE = Size(320, 180)
_OPEN = (TaskState.QUEUED, TaskState.RUNNING)


class _Fatal:
    """An option that ends the worker it reaches, as long as a file stands."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        lines = f"import os\nif os.path.exists({str(self.file)!r}): os.remove({str(self.file)!r}), "
        return exec, (lines + "os._exit(1)",)


class _AlwaysFatal:
    def __reduce__(self):
        return exec, ("import os; os._exit(1)",)


@pytest.fixture(scope="module")
def animatic():
    provider = Animatic(workers=1)
    yield provider
    provider.close()


def _request(**parts):
    parts = {"first": None, "options": {"scene": "dawn", "labels": False}, **parts}
    return Request(
        "", "film", 2, 12, _SIZE, FrameRate.parse(24), "he climbs", ("Zoom in",), **parts
    )


def _report(provider, task):
    while (report := provider.look(task)).state in _OPEN:
        threading.Event().wait(0.01)
    return report


def test_a_clip_begins_on_the_frame_it_was_given(animatic, tmp_path):
    """A drawn clip has the frames asked for, begins on the handoff frame, and ends elsewhere."""
    picture, first, clip = paint_place(_SIZE, "x"), tmp_path / "first.png", tmp_path / "clip.mp4"
    save_png(picture, first)

    task = animatic.submit(_request(first=first))
    assert _report(animatic, task).state is TaskState.DONE
    animatic.fetch(task, clip)

    assert measure_clip(clip).frames == 12
    assert np.abs(last_frame(clip, 0).rgb.astype(int) - picture).mean() < 1.0
    assert np.abs(last_frame(clip).rgb.astype(int) - picture).mean() > 2.0


def test_a_picture_that_is_none_fails_in_plain_words(animatic, tmp_path):
    """A task that cannot be drawn ends as failed, with the reason."""
    (tmp_path / "first.png").write_text("no picture")

    report = _report(animatic, animatic.submit(_request(first=tmp_path / "first.png")))

    assert report.state is TaskState.FAILED
    assert "is no PNG, JPEG or WEBP picture" in report.message


def test_a_drawing_whose_worker_died_is_drawn_again(animatic, tmp_path):
    """One dead worker costs nothing but time, for its own task and for the ones after it."""
    (tmp_path / "fatal").touch()
    unlucky = animatic.submit(_request(options={"scene": "a", "odd": _Fatal(tmp_path / "fatal")}))

    assert _report(animatic, unlucky).state is TaskState.DONE
    assert _report(animatic, animatic.submit(_request())).state is TaskState.DONE


def test_a_drawing_that_kills_every_worker_fails(animatic):
    """The second death of a task's worker is the last."""
    report = _report(animatic, animatic.submit(_request(options={"odd": _AlwaysFatal()})))

    assert report.state is TaskState.FAILED
    assert "died twice" in report.message


def test_a_task_nobody_submitted(animatic):
    """An unknown task is an error that names it."""
    with pytest.raises(ProviderError, match="drawing-99"):
        animatic.look("drawing-99")


def test_the_offer_draws_for_nothing():
    """The animatic makes 2 to 10 whole seconds, from text, a first and a last frame, free."""
    offer = animatic_offer()

    assert offer.draws
    assert offer.cheapest.lengths == tuple(range(2, 11))
    assert offer.modes == {"text", "first", "last"}
    assert offer.price(offer.cheapest, 5).amount == 0
