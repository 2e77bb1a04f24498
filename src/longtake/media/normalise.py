"""Clips and stills of any shape brought to the film's format: size, rate, colour, square pixels.

A clip that has the format already passes untouched, bit for bit. All others go through libav's
scaler with everything it would otherwise guess said aloud: matrix, range and chroma siting on both
sides. Film frame k shows the clip's frame that is on screen an eighth of a frame after k / rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from PIL import Image

from longtake.errors import MediaError
from longtake.media.color import Plane, tagged
from longtake.media.fitting import covers, inner_size, kept_area, surrounded
from longtake.media.frames import decode_frames
from longtake.media.planes import planes_of
from longtake.media.probe import ClipFacts, probe, read_grid
from longtake.media.surround import Surround
from longtake.units import (
    SHOWN_AFTER,
    Fit,
    Focus,
    FrameRate,
    Size,
    film_frames_until,
    half_up,
    shown_frame,
)

_FLAGS = "flags=lanczos+accurate_rnd+full_chroma_int"
_TURNS = {90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
_CODES = {"bt709": 1, "bt601": 6, "bt2020": 9}
_LOCATIONS = {"left": "left", "centre": "center", "topleft": "topleft", "top": "top"}


@dataclass(frozen=True)
class FilmFormat:
    """What every frame of a film is: size, rate, how others are fitted, the colour around them.

    `focus`, where it is set, says for one clip what is kept of pictures of another shape; `fit` then
    says nothing.
    """

    size: Size
    rate: FrameRate
    fit: Fit = "auto"
    background: str = "#000000"
    focus: Focus | None = None


class Normaliser:
    """Turns decoded frames of one clip into film frames: yuv420p, bt709 limited, square pixels."""

    def __init__(self, facts: ClipFacts, film: FilmFormat) -> None:
        self._facts = facts
        self._film = film
        self._surround = _surround(facts.display_size, film)
        self._graph: Graph | None = None
        self._pushed = 0

    @property
    def is_identity(self) -> bool:
        """Whether the clip has the film's format already, so that its frames pass untouched."""
        facts, film = self._facts, self._film
        same_shape = facts.size == film.size and facts.sar == 1 and facts.rotation == 0
        same_colour = (facts.matrix, facts.full_range, facts.siting) == ("bt709", False, "left")
        same_time = (facts.rate, facts.vfr, facts.interlaced) == (film.rate.value, False, False)
        return same_shape and same_colour and same_time and facts.pix_fmt == "yuv420p"

    def frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Give the film frame of one decoded frame; the caller sets its time stamp."""
        if not self.is_identity:
            frame = self._converted(frame)
            if self._surround:
                frame = self._surround.around(planes_of(frame))
        frame.pts = None
        return tagged(frame)

    def _converted(self, frame: av.VideoFrame) -> av.VideoFrame:
        # The graph is told the clip's decided tags, so the frames must not contradict them.
        frame.colorspace = _CODES[self._facts.matrix]
        frame.color_range = 2 if self._facts.full_range else 1
        # The scaler refuses some transfers outright, and is not asked to convert any.
        frame.color_primaries = frame.color_trc = 1
        frame.time_base, frame.pts = Fraction(1, 1000), self._pushed
        try:
            if self._graph is None:
                self._graph = self._built(frame)
            self._graph.vpush(frame)
            self._pushed += 1
            return self._graph.vpull()
        except (av.FFmpegError, ValueError) as exc:
            raise MediaError(f"a frame cannot be brought to {self._film.size} ({exc})") from exc

    def _built(self, frame: av.VideoFrame) -> Graph:
        graph = Graph()
        graph.threads = 1
        source = (
            f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
            # Without a frame rate the buffer makes frames up.
            ":time_base=1/1000:frame_rate=1000:pixel_aspect=1/1"
            f":colorspace={_CODES[self._facts.matrix]}:range={2 if self._facts.full_range else 1}"
        )
        steps = [f"buffer={source}", *self._steps(), "buffersink"]
        nodes = [graph.add(*step.split("=", 1)) for step in steps]
        graph.link_nodes(*nodes).configure()
        return graph

    def _steps(self) -> list[str]:
        """Write the filters in order; only numbers and checked words ever enter them."""
        facts = self._facts
        cut, inner, place = self._placing()
        turned = facts.rotation in (90, 270)
        width, height = (inner.height, inner.width) if turned else (inner.width, inner.height)
        to_film = "out_color_matrix=bt709:out_range=tv"
        scale = (
            f"scale={width}:{height}:{_FLAGS}:in_color_matrix={facts.matrix}"
            f":in_range={'pc' if facts.full_range else 'tv'}:{to_film}"
            f":in_chroma_loc={_LOCATIONS[facts.siting]}:out_chroma_loc=left"
        )
        if facts.rotation:
            # Half-size chroma would not lie where it belongs after a turn; full-size chroma does.
            back = f"scale={_FLAGS}:in_color_matrix=bt709:in_range=tv:{to_film}:out_chroma_loc=left"
            turn = ["format=yuv444p", *_TURNS[facts.rotation], back]
        else:
            turn = []
        tags = "colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
        return [*cut, scale, *turn, "format=yuv420p", *place, "setsar=1", f"setparams={tags}"]

    def _placing(self) -> tuple[list[str], Size, list[str]]:
        """Give what is cut off before the picture is scaled, its size then, what is done after that."""
        shape, film = self._facts.display_size, self._film
        if film.focus is None:
            inner = inner_size(shape, film.size, covering=covers(shape, film.size, film.fit))
            return [], inner, _placing(inner, film)
        if self._surround:
            return [], self._surround.inner, []
        coded = self._facts.size
        kept = kept_area(shape, film.size, film.focus).before_turn(self._facts.rotation)
        left, top, width, height = kept.pixels(coded)
        if (width, height) == (coded.width, coded.height):
            return [], film.size, []
        return [f"crop={width}:{height}:{left}:{top}:exact=1"], film.size, []


def normalised_frames(
    path: Path,
    facts: ClipFacts,
    film: FilmFormat,
    start: int,
    end: int,
    mend: Callable[[int, av.VideoFrame], av.VideoFrame] = lambda index, frame: frame,
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield film frames [start, end) of a clip, counted at the film's rate, each with its number.

    `mend` is given each of the clip's own frames it shows, with its number, before it is converted.
    They carry no time stamp and must not be written to. A frame of the clip that the film shows
    twice comes twice, as the same object.
    """
    # A film frame shows what is on screen as it begins, though the clip be over before its middle.
    until = film_frames_until(facts.frames - 1, FrameRate(facts.rate), film.rate)
    available = max(until, film_frames(facts, film.rate))
    if not 0 <= start <= end:
        raise ValueError(f"no frames [{start}, {end})")
    if end > available:
        raise MediaError(f"{path}: lasts {available} frames of the film, not {end}")
    wanted = _sources(path, facts, film.rate, start, end)
    if not wanted:
        return
    normaliser = Normaliser(facts, film)
    at = start
    for index, frame in decode_frames(path, wanted[0], wanted[-1] + 1):
        if index != wanted[at - start]:
            continue
        shown = normaliser.frame(mend(index, frame))
        while at < end and wanted[at - start] == index:
            yield at, shown
            at += 1


def film_frames(source: ClipFacts | Path, rate: FrameRate) -> int:
    """Count the film frames that a clip lasts: its length at the film's rate, at least one."""
    facts = probe(source) if isinstance(source, Path) else source
    return max(1, half_up(facts.duration_s * rate.value))


def source_frame(path: Path, rate: FrameRate, index: int) -> int:
    """Give the number of the clip's own frame that film-rate frame `index` of it shows."""
    return _sources(path, probe(path), rate, index, index + 1)[0]


def rgb_still_to_film(
    rgb: Plane, size: Size, fit: Fit = "auto", background: str = "#000000"
) -> Plane:
    """Fit an RGB picture to the film's size: cut to fill it, or surrounded by the background."""
    shape = _shape(rgb)
    if shape == size:
        return rgb
    if covers(shape, size, fit):
        return cut_to(rgb, size)
    inner = inner_size(shape, size, covering=False)
    film = Image.new("RGB", (size.width, size.height), background)
    small = Image.fromarray(rgb).resize((inner.width, inner.height), Image.Resampling.LANCZOS)
    film.paste(small, ((size.width - inner.width) // 2, (size.height - inner.height) // 2))
    return np.asarray(film)


def cut_to(rgb: Plane, size: Size, focus: Focus | None = None) -> Plane:
    """Cut an RGB picture, around a point where it can, so that it fills a size."""
    shape = _shape(rgb)
    if shape == size:
        return rgb
    kept = kept_area(shape, size, focus or Focus())
    left, top = kept.left * shape.width, kept.top * shape.height
    right, bottom = left + kept.width * shape.width, top + kept.height * shape.height
    box = (float(left), float(top), float(right), float(bottom))
    whole = (size.width, size.height)
    filled = Image.fromarray(rgb).resize(whole, Image.Resampling.LANCZOS, box=box)
    return np.asarray(filled)


def still_to_film(rgb: Plane, film: FilmFormat) -> tuple[Plane, Surround | None]:
    """Fit an RGB picture as a film's format says.

    Where it is shown whole with its blurred copy around it, it comes at the size it has there, beside
    what lays its planes into film frames.
    """
    if film.focus is None:
        return rgb_still_to_film(rgb, film.size, film.fit, film.background), None
    surround = _surround(_shape(rgb), film)
    if surround:
        return cut_to(rgb, surround.inner), surround
    return cut_to(rgb, film.size, film.focus), None


def _surround(shape: Size, film: FilmFormat) -> Surround | None:
    if not surrounded(shape, film.size, film.focus):
        return None
    return Surround(inner_size(shape, film.size, covering=False), film.size)


def _shape(rgb: Plane) -> Size:
    height, width = rgb.shape[:2]
    return Size(width, height)


def _placing(inner: Size, film: FilmFormat) -> list[str]:
    """Cut or surround the scaled picture; offsets are even, as 4:2:0 has no half pixels."""
    if inner == film.size:
        return []
    beside = abs(film.size.width - inner.width) // 4 * 2
    above = abs(film.size.height - inner.height) // 4 * 2
    area = f"{film.size.width}:{film.size.height}:{beside}:{above}"
    if inner.width > film.size.width or inner.height > film.size.height:
        return [f"crop={area}:exact=1"]
    # Written anew from its number, so that no text of the author enters the graph.
    return [f"pad={area}:color=0x{int(film.background.removeprefix('#'), 16):06x}"]


def _sources(path: Path, facts: ClipFacts, rate: FrameRate, start: int, end: int) -> list[int]:
    """Find for each film frame of [start, end) the number of the clip's frame it shows."""
    last = facts.frames - 1
    if not facts.vfr:
        return [min(last, shown_frame(k, facts.rate, rate)) for k in range(start, end)]
    grid = read_grid(path)
    times = [(pts - grid.pts[0]) * grid.time_base for pts in grid.pts]
    return [bisect_right(times, (k + SHOWN_AFTER) / rate.value) - 1 for k in range(start, end)]
