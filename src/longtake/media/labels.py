"""The band at the bottom of a labelled animatic: scene, prompt, camera words, running timecode."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from longtake.media.color import Plane, rgb_to_planes
from longtake.media.planes import Planes
from longtake.media.scenery import scene_colour
from longtake.media.type import Colour, Weight, text_image
from longtake.units import FrameRate, Size

_GROUND: Colour = (13, 15, 21)
_PROMPT: Colour = (226, 229, 236)
_QUIET: Colour = (146, 153, 168)
_TIME: Colour = (245, 246, 248)
_DIGITS = "0123456789:"
# A band of fewer rows than this has room for one line of text.
_TWO_LINES = 36
# Below this height no text is legible, and the picture is better left whole.
_SMALLEST_PICTURE = 100


@dataclass(frozen=True)
class Labels:
    """What is written on each frame of a labelled clip; `colour_seed` chooses its colour."""

    scene: str
    prompt: str
    camera: tuple[str, ...] = ()
    colour_seed: str = ""


def band_rows(size: Size) -> int:
    """Count the rows of the band, always even; 0 where the picture is too small for text."""
    shortest = min(size.height, size.width)
    return shortest // 18 * 2 if shortest >= _SMALLEST_PICTURE else 0


class Band:
    """The band of one clip; the same rows in each frame, and nothing shines through.

    MoviePy composes it, as it composes all that is drawn in layers. Only the band goes through it:
    1 to 2 ms a frame at 1280x720, where composing the whole picture takes 18.
    """

    def __init__(self, labels: Labels, size: Size, frames: int, rate: FrameRate) -> None:
        self._rate = rate
        self._size = Size(size.width, band_rows(size))
        self._digits = _digits(_time_size(self._size.height))
        self._film = self._composed(labels, frames)

    def rgb(self, frame: int) -> Plane:
        """Draw the band as it stands at a frame."""
        # Half a frame in: no rounding of seconds can then show the timecode of a neighbour.
        middle_s = float((frame + Fraction(1, 2)) / self._rate.value)
        drawn: Plane = np.asarray(self._film.get_frame(middle_s), np.uint8)
        return drawn

    def planes(self, frame: int) -> Planes:
        """Draw the band as it stands at a frame, as bt709 4:2:0 planes."""
        return rgb_to_planes(self.rgb(frame))

    def timecode(self, frame: int) -> str:
        """Give the timecode shown at a frame of the clip."""
        return self._rate.timecode(frame)

    def _composed(self, labels: Labels, frames: int) -> Any:
        # Importing moviepy takes longer than starting the whole command line.
        from moviepy import ColorClip, CompositeVideoClip, ImageClip, VideoClip

        width, height = self._size.width, self._size.height
        length_s = float(frames / self._rate.value) + 1.0
        colour = scene_colour(labels.colour_seed or labels.scene)
        clock_width = self._clock(frames - 1).shape[1]
        ground = _ground(labels, self._size, colour, clock_width)

        def clock(seconds: float) -> Plane:
            return self._clock(int(seconds * float(self._rate.value)))

        def progress(seconds: float) -> tuple[int, int]:
            return round(width * (seconds * float(self._rate.value) / frames - 1)), 0

        line = ColorClip((width, max(height // 32, 1)), color=colour, duration=length_s)
        time = VideoClip(clock, duration=length_s)
        place = (width - clock_width - _margin(height), (height - self._digits["0"].shape[0]) // 2)
        layers = [ImageClip(ground, duration=length_s), line.with_position(progress)]
        return CompositeVideoClip([*layers, time.with_position(place)], size=(width, height))

    def _clock(self, frame: int) -> Plane:
        return np.hstack([self._digits[digit] for digit in self.timecode(frame)])


def _ground(labels: Labels, size: Size, colour: Colour, clock_width: int) -> Plane:
    """Draw what stays the same in all frames of the band."""
    picture = Image.new("RGB", (size.width, size.height), _GROUND)
    margin, height = _margin(size.height), size.height
    picture.paste(colour, (0, 0, max(height // 10, 2), height))
    room = size.width - clock_width - 3 * margin
    camera = " · ".join(labels.camera)
    if height < _TWO_LINES:
        after = _write(picture, labels.scene, margin, 0.71, 0.58, colour, room // 3, "bold")
        _write(picture, labels.prompt, after, 0.71, 0.56, _PROMPT, room - after + margin)
    else:
        after = _write(picture, labels.scene, margin, 0.44, 0.31, colour, room // 2, "bold")
        _write(picture, camera, after, 0.44, 0.26, _QUIET, room - after + margin)
        _write(picture, labels.prompt, margin, 0.83, 0.30, _PROMPT, room)
    return np.asarray(picture)


def _write(
    picture: Image.Image,
    text: str,
    left: int,
    baseline: float,
    size: float,
    colour: Colour,
    room: int,
    weight: Weight = "regular",
) -> int:
    """Write one line, its baseline and size in parts of the band's height; gives where it ends."""
    height = picture.height
    pixels = max(round(size * height), 8)
    if room < 2 * pixels:
        return left
    line = text_image(text, pixels, colour, room, 1, weight)
    picture.paste(line, (left, round(baseline * height) - pixels), line)
    return left + line.width + round(0.25 * height)


def _digits(size: int) -> dict[str, Plane]:
    """Draw the signs of a timecode in cells of one width: it must not tremble as it runs."""
    signs = {sign: text_image(sign, size, _TIME, 4 * size) for sign in _DIGITS}
    wide = max(picture.width for picture in signs.values())
    cells = {}
    for sign, picture in signs.items():
        # The cell is as high as the digits with an equal gap above and below.
        cell = Image.new("RGB", (wide if sign != ":" else wide * 2 // 3, size), _GROUND)
        cell.paste(picture, ((cell.width - picture.width) // 2, round(-0.14 * size)), picture)
        cells[sign] = np.asarray(cell)
    return cells


def _margin(height: int) -> int:
    return round(0.32 * height)


def _time_size(height: int) -> int:
    return round(height * (0.4 if height >= _TWO_LINES else 0.58))
