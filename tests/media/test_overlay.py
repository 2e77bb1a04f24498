"""Pictures over the film: exact colours, clean edges, each picture turned into planes once."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.media import overlay as overlay_module
from longtake.media.color import Plane, planes_to_frame, rgb_to_planes, rgba_to_ink
from longtake.media.overlay import Drawing, Overlay, Picture, overlaid
from longtake.media.planes import Planes, planes_of
from longtake.units import Size

SIZE = Size(64, 48)


def ground() -> Plane:
    """A picture whose colours change slowly in both directions."""
    y, x = np.mgrid[0 : SIZE.height, 0 : SIZE.width]
    return np.dstack([60 + x * 2, 180 - y * 2, 90 + x + y]).astype(np.uint8)


def over(drawing: Drawing) -> Planes:
    """Lay a drawing's first frame over the ground."""
    frame = planes_to_frame(*rgb_to_planes(ground()))
    return planes_of(overlaid(frame, ((Overlay(drawing, SIZE), 0),)))


def apart(one: Planes, other: Planes) -> int:
    """The largest difference of two frames, in codes."""
    pairs = zip(one, other, strict=True)
    return max(int(np.abs(a.astype(int) - b).max()) for a, b in pairs)


def patch(rows: int, columns: int, colour: tuple[int, int, int], alpha: int = 255) -> Plane:
    return np.full((rows, columns, 4), (*colour, alpha), np.uint8)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 0, 255), (255, 255, 255), (20, 160, 90)])
def test_opaque_colour_comes_out_as_it_was_given(colour: tuple[int, int, int]) -> None:
    """What covers the film wholly has the very codes of its colour."""
    flat = rgb_to_planes(np.full((24, 32, 3), colour, np.uint8))
    y, u, v = over(lambda index: Picture(patch(24, 32, colour), 16, 12))
    seen = y[12:36, 16:48], u[6:18, 9:23], v[6:18, 9:23]
    assert apart(seen, (flat[0], flat[1][:, 1:15], flat[2][:, 1:15])) == 0


PLACES = [(15, 11), (16, 11), (15, 12), (16, 12), (-10, -10), (60, 44), (-40, 5), (10, 48), (64, 0)]


@pytest.mark.parametrize("place", PLACES)
def test_patch_looks_as_if_drawn_into_the_picture(place: tuple[int, int]) -> None:
    """At odd and even places, partly or wholly outside: edges are those of one whole picture."""
    left, top = place
    drawn = ground()
    drawn[max(top, 0) : max(top + 21, 0), max(left, 0) : max(left + 31, 0)] = (230, 40, 20)
    seen = over(lambda index: Picture(patch(21, 31, (230, 40, 20)), left, top))
    assert apart(seen, rgb_to_planes(drawn)) <= 2


def test_hidden_colour_never_bleeds() -> None:
    """A colour under alpha 0 shows nowhere, not even in the chroma of an edge."""
    loud = patch(24, 32, (0, 255, 0), 0)
    loud[8:17, 9:24] = (255, 255, 255, 255)
    quiet = loud.copy()
    quiet[loud[..., 3] == 0] = (255, 255, 255, 0)
    assert apart(over(lambda i: Picture(loud, 8, 8)), over(lambda i: Picture(quiet, 8, 8))) == 0


def test_nothing_beside_the_picture_changes() -> None:
    """A sample further than a pixel from what is seen keeps its exact value."""
    frame = planes_to_frame(*rgb_to_planes(ground()))
    picture = Picture(patch(10, 10, (255, 255, 255)), 20, 20)
    after = overlaid(frame, ((Overlay(lambda index: picture, SIZE), 0),))
    for old, new in zip(planes_of(frame), planes_of(after), strict=True):
        half = SIZE.width // old.shape[1]
        changed = np.argwhere(old != new) * half
        assert changed.min() >= 18 and changed.max() <= 31
        assert changed.size


def test_strength_and_alpha_are_the_same_share() -> None:
    """Half the strength of all is half the alpha of each pixel."""
    full, half = patch(20, 20, (250, 250, 10)), patch(20, 20, (250, 250, 10), 128)
    thin = over(lambda i: Picture(full, 10, 10, 128 / 255))
    assert apart(over(lambda i: Picture(half, 10, 10)), thin) <= 1


def test_same_array_is_turned_into_planes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A title that stands still costs its drawing once, however it fades."""
    turned = []

    def counted(rgba: Plane) -> object:
        turned.append(rgba.shape)
        return rgba_to_ink(rgba)

    monkeypatch.setattr(overlay_module, "rgba_to_ink", counted)
    still = patch(8, 8, (255, 255, 255))
    overlay = Overlay(lambda index: Picture(still, 4, 4, 0.5 + index / 100), SIZE)
    frame = planes_to_frame(*rgb_to_planes(ground()))
    for index in range(10):
        overlaid(frame, ((overlay, index),))
    assert len(turned) == 1


def test_frame_that_nothing_covers_is_left_alone() -> None:
    """No picture, or one of no strength, gives back the very frame."""
    frame = planes_to_frame(*rgb_to_planes(ground()))
    gone = Overlay(lambda i: Picture(patch(8, 8, (1, 2, 3)), 0, 0, 0.0) if i else None, SIZE)
    assert overlaid(frame, ((gone, 0), (gone, 1))) is frame
