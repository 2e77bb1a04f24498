"""What is drawn over the film: cues laid on film frames, and their share of each piece.

A piece knows its overlays by the frames of their own windows, never by film frames: a clip that moves
in the film takes its titles along, and neither is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from longtake.assemble.captions import Caption, letter_size
from longtake.cues import CueSheet, NamedFile, TitleCue
from longtake.media.drawers import drawer_of
from longtake.media.overlay import Overlay as Drawn
from longtake.media.overlay import Window, overlaid
from longtake.media.planes import FilmFrame
from longtake.media.type import borrowed_fonts
from longtake.timeline import Timeline
from longtake.units import FrameRate, Size

# What stands for a shorter time than this cannot be read.
_SHORTEST_S = 0.5
# Overlays are looked up by rows of so many frames.
_ROW = 256


@dataclass(frozen=True)
class Overlay:
    """A drawing that lies over the film frames [start, end).

    `kind` names who draws, in the `version` whose pictures these are; `options` is JSON with sorted
    keys; `what` is its name in words. A `steady` one is the same in all its frames.
    """

    start: int
    end: int
    kind: str
    what: str
    options: str
    version: str
    files: tuple[NamedFile, ...] = ()
    steady: bool = False


@dataclass(frozen=True)
class Layer:
    """An overlay's share of a piece: over the piece's frames [start, end).

    Frame k of the piece shows frame `first` + k - `start` of the overlay, which has `frames`; a steady
    overlay counts as one frame, shown all the time.
    """

    start: int
    end: int
    first: int
    frames: int
    overlay: Overlay

    def shown(self, index: int) -> int:
        """Give the overlay's own frame that the piece's frame `index` shows."""
        return 0 if self.overlay.steady else self.first + index - self.start

    def facts(self) -> list[Any]:
        """List all that its pictures depend on, for a piece's key."""
        drawn = self.overlay
        files = [[file.name, file.sha256] for file in drawn.files]
        place = [self.start, self.end, self.first, self.frames]
        return [drawn.kind, drawn.version, drawn.options, files, place]


def film_overlays(
    timeline: Timeline, cues: CueSheet, captions: tuple[Caption, ...]
) -> tuple[Overlay, ...]:
    """Lay all that is drawn over a conformed timeline on its film frames; what comes last lies on top.

    A title that would stand for less than half a second, because its shot came out short, is left
    out. Captions that are drawn into the picture lie on top of all. Raises MediaError for a kind that
    nobody draws.
    """
    return *_titles(timeline, cues), *_captions(timeline, captions)


def _captions(timeline: Timeline, captions: tuple[Caption, ...]) -> Iterator[Overlay]:
    version = drawer_of("caption").version
    for caption in captions:
        style = caption.style
        if style is None:
            continue
        wishes = {
            "text": caption.text,
            "size": str(letter_size(style, timeline.size)),
            "position": style.position,
            "box": style.box,
            "colour": style.colour,
        }
        options = json.dumps(wishes, sort_keys=True)
        font = (NamedFile("font", style.font, style.font_sha256),) if style.font else ()
        place = caption.start, caption.end
        with_fonts = _with_fonts(version, options, font)
        yield Overlay(*place, "caption", "caption", options, with_fonts, font, steady=True)


def _titles(timeline: Timeline, cues: CueSheet) -> tuple[Overlay, ...]:
    placed = (
        (cue, timeline.window(cue.clips, cue.delay_s, cue.seconds, cue.clear_s))
        for cue in cues.titles
    )
    shortest = timeline.rate.frames(_SHORTEST_S)
    return tuple(
        Overlay(
            start,
            end,
            cue.kind,
            cue.what,
            _options(timeline, cue),
            _with_fonts(drawer_of(cue.kind).version, cue.options, cue.files),
            cue.files,
            cue.steady,
        )
        for cue, (start, end) in placed
        if end - start >= min(shortest, timeline.frames)
    )


def card_drawings(cue: TitleCue, frames: int, rate: FrameRate) -> tuple[Overlay, ...]:
    """Give what a title card of its own is made of: its ground, and its words from `delay_s` on."""
    ground = drawer_of("ground").version
    begin = min(rate.frames(cue.delay_s), frames - 1)
    version = _with_fonts(drawer_of(cue.kind).version, cue.options, cue.files)
    return (
        Overlay(0, frames, "ground", "ground", cue.options, ground, steady=True),
        Overlay(begin, frames, cue.kind, cue.what, cue.options, version, cue.files),
    )


def _with_fonts(version: str, options: str, files: tuple[NamedFile, ...]) -> str:
    """Add to a drawer's version the fonts of this machine that step in for what it writes."""
    font = next((str(file.path) for file in files if file.name == "font"), "")
    borrowed = {
        name for text in _strings(json.loads(options)) for name in borrowed_fonts(text, font)
    }
    return " ".join([version, *sorted(borrowed)])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def layers(overlays: tuple[Overlay, ...], start: int, end: int) -> tuple[Layer, ...]:
    """Give what lies over the film frames [start, end), for a piece of exactly these frames."""
    found = []
    for overlay in overlays:
        low, high = max(overlay.start, start), min(overlay.end, end)
        if low < high:
            first, frames = low - overlay.start, overlay.end - overlay.start
            if overlay.steady:
                first, frames = 0, 1
            found.append(Layer(low - start, high - start, first, frames, overlay))
    return tuple(found)


class LaidOverlays:
    """The overlays of a film, found by film frames without a look at all of them."""

    def __init__(self, overlays: tuple[Overlay, ...]) -> None:
        self._rows: dict[int, list[Overlay]] = {}
        for overlay in overlays:
            for row in range(overlay.start // _ROW, (overlay.end - 1) // _ROW + 1):
                self._rows.setdefault(row, []).append(overlay)
        self._order = {overlay: at for at, overlay in enumerate(overlays)}

    def layers(self, start: int, end: int) -> tuple[Layer, ...]:
        """Give what lies over the film frames [start, end), for a piece of exactly these frames."""
        rows = range(start // _ROW, (end - 1) // _ROW + 1)
        near = {overlay for row in rows for overlay in self._rows.get(row, ())}
        return layers(tuple(sorted(near, key=self._order.__getitem__)), start, end)


class OverlayHand:
    """Draws the layers of pieces, one piece after the other; what the next one needs too is kept."""

    def __init__(self, size: Size, rate: FrameRate) -> None:
        self._size = size
        self._rate = rate
        self._drawn: dict[Overlay, Drawn] = {}
        self._layers: tuple[Layer, ...] = ()

    def begin(self, piece: tuple[Layer, ...]) -> None:
        """Take up the layers of the next piece, and drop the drawings it does not need."""
        self._layers = piece
        self._drawn = {
            layer.overlay: self._drawn.get(layer.overlay) or self._set_up(layer) for layer in piece
        }

    def draw(self, frame: FilmFrame, index: int) -> FilmFrame:
        """Lay over the piece's frame `index` what belongs there."""
        there = tuple(
            (self._drawn[layer.overlay], layer.shown(index))
            for layer in self._layers
            if layer.start <= index < layer.end
        )
        return overlaid(frame, there)

    def _set_up(self, layer: Layer) -> Drawn:
        overlay = layer.overlay
        files = tuple((file.name, file.path) for file in overlay.files)
        window = Window(self._size, self._rate, layer.frames, overlay.options, files)
        return Drawn(drawer_of(overlay.kind).draw(window), self._size)


def _options(timeline: Timeline, cue: TitleCue) -> str:
    """Add what only the conformed timeline knows: the progress line's chapters."""
    if cue.kind != "progress":
        return cue.options
    marks = sorted(timeline.scene_starts().values())
    return json.dumps({**json.loads(cue.options), "marks": marks}, sort_keys=True)
