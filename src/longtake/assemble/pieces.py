"""Cut a timeline into pieces: runs of film frames that are rendered, kept and joined as files.

A piece is known by what goes into it (the bytes of its clips, the frames, the effect, the film's
format, the encoder), never by where it stands in the film: an edit makes anew what it touches.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby, pairwise
from typing import Any, Protocol

from longtake.assemble.material import DrawnMaterial, FileMaterial, Material, Materials
from longtake.assemble.overlays import LaidOverlays, Layer, Overlay, layers
from longtake.media.camera import CAMERA
from longtake.media.encode import EncoderSettings
from longtake.media.normalise import FilmFormat
from longtake.timeline import Timeline, TimelineClip, Transition, overlap
from longtake.units import Focus

# Part of every key: raised when the same inputs shall give other pictures.
PIECE_VERSION = 2
# A piece of fewer frames costs more to start than to hold; it is added to its neighbour.
SHORTEST = 8

# Why frames are rendered beside others that are copied.
_AS_MENDED = "mended at its seam"
_NO_KEY = "no key picture in the right place to copy from"
_TO_KEY = "up to the next key picture"
_OPEN = "behind the last whole group of pictures"


@dataclass(frozen=True)
class Fade:
    """How a piece's frames are veiled at an end of the film.

    Frame k of the piece is frame `first` + k of a fade of `frames` frames; `rising` fades in.
    """

    first: int
    frames: int
    rising: bool
    colour: str

    def level(self, index: int) -> float:
        """Give the share of the picture (0 to 1) in the piece's frame `index`."""
        at = (self.first + index + 1) / (self.frames + 1)
        return min(1.0, max(0.0, at if self.rising else 1 - at))


@dataclass(frozen=True)
class BodyPiece:
    """Frames [start, end) of one clip, rendered for a reason `why`."""

    key: str
    clip: str
    start: int
    end: int
    fades: tuple[Fade, ...] = ()
    layers: tuple[Layer, ...] = ()
    why: str = "whole frames"

    @property
    def frames(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class TransitionPiece:
    """`join.frames` frames of two clips played over each other, from these frames on."""

    key: str
    before: str
    before_start: int
    after: str
    after_start: int
    join: Transition
    fades: tuple[Fade, ...] = ()
    layers: tuple[Layer, ...] = ()

    @property
    def frames(self) -> int:
        return self.join.frames

    @property
    def of_before(self) -> range:
        """The frames of the clip before."""
        return range(self.before_start, self.before_start + self.frames)

    @property
    def of_after(self) -> range:
        """The frames of the clip after."""
        return range(self.after_start, self.after_start + self.frames)


@dataclass(frozen=True)
class CopyPiece:
    """Frames [start, end) of one clip, taken out of its file as they are."""

    key: str
    clip: str
    start: int
    end: int

    @property
    def frames(self) -> int:
        return self.end - self.start


RenderedPiece = BodyPiece | TransitionPiece
Piece = RenderedPiece | CopyPiece


class Copies(Protocol):
    """Says which frames of clips may be copied."""

    def run_within(self, clip: str, start: int, end: int) -> tuple[int, int] | None:
        """Give the longest run inside frames [start, end) of a clip that can be copied."""

    def refusal(self, clip: str) -> str:
        """Say why nothing of a clip is copied; empty where some of it may be."""


@dataclass(frozen=True)
class Span:
    """A run of film frames [start, end) made one way, and why.

    `pieces` is how many files it takes, `missing` how many of its frames are in none yet.
    """

    start: int
    end: int
    how: str
    what: str
    reason: str
    pieces: int
    missing: int = 0


@dataclass(frozen=True)
class _Recipe:
    """What all pieces of one film share in their keys."""

    materials: Materials
    film: FilmFormat
    settings: EncoderSettings
    software: str
    overlays: LaidOverlays
    focuses: Mapping[str, Focus]

    def key(self, kind: str, clips: tuple[str, ...], facts: dict[str, Any]) -> str:
        content = [
            PIECE_VERSION,
            self.software,
            kind,
            [self._material(clip) for clip in clips],
            facts,
            [str(self.film.size), str(self.film.rate), self.film.fit, self.film.background],
            asdict(self.settings),
        ]
        # Films of the clips' own shape have none, and their pieces keep their names.
        focuses = [self.focuses[clip] for clip in clips if clip in self.focuses]
        content += [[str(f.x), str(f.y), f.whole] for f in focuses]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:40]

    def body(
        self,
        clip: str,
        start: int,
        end: int,
        fades: tuple[Fade, ...] = (),
        over: tuple[Layer, ...] = (),
        why: str = "whole frames",
    ) -> BodyPiece:
        """Make the piece of frames [start, end) of a clip; why it is rendered is no part of its key."""
        shown = [asdict(fade) for fade in fades]
        facts: dict[str, Any] = {"start": start, "end": end, "fades": shown}
        mending = self.mending(clip, start, end)
        if mending:
            facts["mending"] = mending
        if over:
            facts["layers"] = [layer.facts() for layer in over]
        return BodyPiece(self.key("body", (clip,), facts), clip, start, end, fades, over, why)

    def copy_key(self, clip: str, start: int, end: int) -> str:
        """Name a copied run: nothing of the film or its encoder is in it."""
        content = ["copy", self._material(clip), start, end]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:40]

    def unmended(self, clip: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give the runs inside frames [start, end) of a clip that no repair changes."""
        material = self.materials[clip]
        touched = material.touched if isinstance(material, FileMaterial) else ()
        for low, high in sorted(touched):
            if start < min(low, end):
                yield start, min(low, end)
            start = max(start, high)
        if start < end:
            yield start, end

    def mending(self, clip: str, start: int, end: int) -> str | None:
        """Name the repairs that show in frames [start, end) of a clip; None where none does."""
        material = self.materials[clip]
        return material.mended(start, end) if isinstance(material, FileMaterial) else None

    def _material(self, clip: str) -> list[Any]:
        material: Material = self.materials[clip]
        if isinstance(material, FileMaterial):
            return ["file", material.sha256]
        if isinstance(material, DrawnMaterial):
            drawn = layers(material.drawings, 0, material.frames)
            return ["drawn", [layer.facts() for layer in drawn]]
        # A move runs over the author's frames; a held picture looks the same however long it stands.
        moved = material.camera != ("Static shot",)
        way = [material.frames, CAMERA] if moved else 0
        return ["still", material.sha256, list(material.camera), way]


def plan_pieces(
    timeline: Timeline,
    materials: Materials,
    film: FilmFormat,
    settings: EncoderSettings,
    software: str = "",
    overlays: tuple[Overlay, ...] = (),
    *,
    copies: Copies | None = None,
) -> tuple[Piece, ...]:
    """Cut a timeline into pieces in film order.

    Clips are cut on a grid of whole groups that counts from the clip's own frame 0, so that another
    end of a clip touches its last piece only, and where overlays begin and end, so that they touch
    theirs only. `software` names encoder builds: their pieces are not mixed. Where nothing is done to
    frames that `copies` lets pass, they are copied.
    """
    focuses = {clip.id: clip.focus for clip in timeline.laid if clip.focus}
    laid = LaidOverlays(overlays)
    recipe = _Recipe(materials, film, settings, software, laid, focuses)
    drawn = sorted({edge for overlay in overlays for edge in (overlay.start, overlay.end)})
    pieces: list[Piece] = []
    at = 0
    for index, clip in enumerate(timeline.laid):
        head = overlap(timeline.joins[index - 1]) if index else 0
        join = timeline.joins[index] if index < len(timeline.joins) else None
        tail = overlap(join) if join else 0
        shown = clip.start + head, clip.end - tail
        bodies = [
            _body(recipe, timeline, clip.id, start, end, at + start - clip.start)
            for start, end in _chunks(timeline, clip, at, *shown, drawn)
        ]
        pieces += _with_copies(recipe, copies, bodies, timeline) if copies else bodies
        at += clip.frames - tail
        if isinstance(join, Transition):
            pieces.append(_transition(recipe, timeline, index, join, at))
    return tuple(pieces)


def _chunks(
    timeline: Timeline, clip: TimelineClip, at: int, start: int, end: int, drawn: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Cut [start, end) of a clip that stands at film frame `at`.

    Where fades end, always; where overlays begin and end (film frames `drawn`, sorted) and on the
    grid, where that leaves no piece too short.
    """
    grid = timeline.rate.frames(2)
    shift = clip.start - at
    fades = (timeline.fade_in + shift, timeline.frames - timeline.fade_out + shift)
    fixed = {start, end, *(edge for edge in fades if start < edge < end)}
    inside = drawn[bisect_right(drawn, start - shift) : bisect_left(drawn, end - shift)]
    for edge in (frame + shift for frame in inside):
        if all(abs(edge - other) >= SHORTEST for other in fixed):
            fixed.add(edge)
    lines = range((start // grid + 1) * grid, end, grid)
    free = {line for line in lines if all(abs(line - edge) >= SHORTEST for edge in fixed)}
    edges = sorted(fixed | free)
    yield from pairwise(edges)


def _body(
    recipe: _Recipe, timeline: Timeline, clip: str, start: int, end: int, at: int
) -> BodyPiece:
    over = recipe.overlays.layers(at, at + end - start)
    return recipe.body(clip, start, end, _fades(timeline, at, end - start), over)


def _with_copies(
    recipe: _Recipe, copies: Copies, bodies: list[BodyPiece], timeline: Timeline
) -> Iterator[Piece]:
    """Copy what can be copied of one clip's bodies, and give each of the others its reason."""
    for untouched, group in groupby(bodies, lambda body: not (body.fades or body.layers)):
        run = tuple(group)
        if untouched:
            yield from _copied(recipe, copies, run, timeline.rate.frames(2))
        else:
            yield from run


def _copied(
    recipe: _Recipe, copies: Copies, run: tuple[BodyPiece, ...], grid: int
) -> Iterator[Piece]:
    clip, at, end = run[0].clip, run[0].start, run[-1].end
    refusal = copies.refusal(clip)
    found = [copies.run_within(clip, low, high) for low, high in recipe.unmended(clip, at, end)]
    runs = [each for each in found if each]
    if refusal or not runs:
        # On the grid that all bodies have, so that they are the same as without any copy.
        why = refusal or (_AS_MENDED if recipe.mending(clip, at, end) else _NO_KEY)
        yield from (replace(body, why=why) for body in run)
        return
    for start, stop in runs:
        yield from _rest(recipe, clip, at, start, grid, _TO_KEY)
        yield CopyPiece(recipe.copy_key(clip, start, stop), clip, start, stop)
        at = stop
    yield from _rest(recipe, clip, at, end, grid, _OPEN)


def _rest(
    recipe: _Recipe, clip: str, start: int, end: int, grid: int, why: str
) -> Iterator[BodyPiece]:
    """Cut what is left beside a copied run."""
    lines = (line for line in range((start // grid + 1) * grid, end, grid))
    inner = (line for line in lines if line - start >= SHORTEST and end - line >= SHORTEST)
    for low, high in pairwise((start, *inner, end)) if start < end else ():
        mended = bool(recipe.mending(clip, low, high))
        yield recipe.body(clip, low, high, why=_AS_MENDED if mended else why)


def _transition(
    recipe: _Recipe, timeline: Timeline, index: int, join: Transition, at: int
) -> TransitionPiece:
    before, after = timeline.laid[index], timeline.laid[index + 1]
    start = before.end - join.frames
    fades = _fades(timeline, at, join.frames)
    over = recipe.overlays.layers(at, at + join.frames)
    facts: dict[str, Any] = {
        "starts": [start, after.start],
        "join": asdict(join),
        "fades": [asdict(fade) for fade in fades],
    }
    shown = ((before.id, start), (after.id, after.start))
    mendings = [recipe.mending(clip, first, first + join.frames) for clip, first in shown]
    if any(mendings):
        facts["mendings"] = mendings
    if over:
        facts["layers"] = [layer.facts() for layer in over]
    key = recipe.key("transition", (before.id, after.id), facts)
    return TransitionPiece(key, before.id, start, after.id, after.start, join, fades, over)


def _fades(timeline: Timeline, at: int, frames: int) -> tuple[Fade, ...]:
    """Give the fades that touch film frames [at, at + frames)."""
    found = []
    if timeline.fade_in and at < timeline.fade_in:
        found.append(Fade(at, timeline.fade_in, True, timeline.background))
    begin = timeline.frames - timeline.fade_out
    if timeline.fade_out and at + frames > begin:
        found.append(Fade(at - begin, timeline.fade_out, False, timeline.background))
    return tuple(found)


def spans(pieces: tuple[Piece, ...], lacking: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """Tell, run by run, how the film is made and why: a printable form of the same plan.

    `lacking` holds the keys of pieces that are not kept yet.
    """
    told: list[Span] = []
    at = 0
    for piece in pieces:
        how, what, reason = _told(piece)
        missing = piece.frames if piece.key in lacking else 0
        last = told[-1] if told else None
        if last and (last.how, last.what, last.reason) == (how, what, reason):
            count, missing = last.pieces + 1, last.missing + missing
            told[-1] = replace(last, end=at + piece.frames, pieces=count, missing=missing)
        else:
            told.append(Span(at, at + piece.frames, how, what, reason, 1, missing))
        at += piece.frames
    return tuple(told)


def _told(piece: Piece) -> tuple[str, str, str]:
    """Say how a piece is made, what it shows, and why it is made so."""
    if isinstance(piece, CopyPiece):
        return "copied", piece.clip, "untouched"
    done = ", faded" if piece.fades else ""
    for drawn in dict.fromkeys(layer.overlay.what for layer in piece.layers):
        done += f", {drawn}"
    if isinstance(piece, BodyPiece):
        return "rendered", piece.clip, piece.why + done
    return "rendered", f"{piece.before} -> {piece.after}", f"{piece.join}{done}"
