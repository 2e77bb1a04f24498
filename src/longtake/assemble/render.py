"""Render pieces of a clip, or of two at a transition: decode once, feed all. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from longtake.assemble.material import DrawnMaterial, FileMaterial, Material, StillMaterial
from longtake.assemble.overlays import OverlayHand, layers
from longtake.assemble.pieces import BodyPiece, RenderedPiece, TransitionPiece
from longtake.assemble.shelf import Shelf
from longtake.assemble.transitions import faded, transition_frames
from longtake.errors import AssemblyError
from longtake.media.camera import MovedStill
from longtake.media.color import flat_frame, planes_to_frame
from longtake.media.encode import EncoderSettings, FrameEncoder, encode_run
from longtake.media.normalise import FilmFormat, normalised_frames, still_to_film
from longtake.media.planes import FilmFrame, Planes
from longtake.media.probe import probe
from longtake.media.stills import open_still
from longtake.seam.apply import Mender
from longtake.units import Focus

# To begin anew at a key picture takes as long as to decode about so many frames.
_WORTH_SEEKING = 36


@dataclass(frozen=True)
class Shown:
    """A clip as the film shows it: what stands behind it, and its laid frames [start, end).

    `focus` is set in a film of another shape: what of the picture it keeps.
    """

    clip: str
    material: Material
    start: int
    end: int
    focus: Focus | None = None


@dataclass(frozen=True)
class RenderUnit:
    """Missing pieces that one clip is decoded for: of its body, and the transition at its end.

    For a transition the clip `after` it is decoded too: `onward` are pieces of that one, right behind it.
    """

    shown: Shown
    bodies: tuple[BodyPiece, ...]
    transition: TransitionPiece | None
    after: Shown | None
    film: FilmFormat
    settings: EncoderSettings
    shelf: Shelf
    onward: tuple[BodyPiece, ...] = ()

    @property
    def pieces(self) -> tuple[RenderedPiece, ...]:
        """List all that this unit makes, in film order."""
        joined = (self.transition,) if self.transition else ()
        return *self.bodies, *joined, *self.onward

    @property
    def frames(self) -> int:
        """Count the film frames this unit makes."""
        return sum(piece.frames for piece in self.pieces)

    def without(self, keys: Collection[str]) -> RenderUnit:
        """Leave out the pieces of these keys, and the clip that is then not needed."""
        bodies, onward = (
            tuple(body for body in some if body.key not in keys)
            for some in (self.bodies, self.onward)
        )
        join = self.transition if self.transition and self.transition.key not in keys else None
        if join is None and not bodies and self.after:
            return replace(
                self, shown=self.after, bodies=onward, transition=None, after=None, onward=()
            )
        after = self.after if join or onward else None
        return replace(self, bodies=bodies, transition=join, after=after, onward=onward)


def render_unit(unit: RenderUnit) -> int:
    """Render a unit's pieces onto the shelf; returns the count of frames made.

    Raises MediaError where a clip cannot be decoded, AssemblyError where it gives too few frames.
    """
    join = unit.transition
    before = _decoded(unit, unit.shown, unit.bodies, join.of_before if join else range(0))
    behind: Iterator[FilmFrame] = iter(())
    if unit.after:
        behind = _decoded(unit, unit.after, unit.onward, join.of_after if join else range(0))
    if join:
        _render_transition(unit, join, before, behind)
    # Bodies are rendered on the way: all of it must be gone.
    for _ in chain(before, behind):
        pass
    return unit.frames


def _decoded(
    unit: RenderUnit, shown: Shown, bodies: tuple[BodyPiece, ...], joined: range
) -> Iterator[FilmFrame]:
    """Render the bodies of one clip on the way, and yield its frames that are `joined` with another's."""
    ranges = [(piece.start, piece.end) for piece in bodies]
    if joined:
        ranges.append((joined.start, joined.stop))
    fed = _Bodies(unit, bodies)
    for low, high in decoded_at_once(ranges):
        reached = low
        for index, frame in clip_frames(shown, unit.film, low, high):
            fed.put(index, frame)
            reached = index + 1
            if index in joined:
                yield frame
        if reached != high:
            raise AssemblyError(f"{shown.clip} ends at frame {reached}, the film needs {high}")


def decoded_at_once(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges of frames to those that one decode runs through; what lies between is copied."""
    runs: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if runs and low - runs[-1][1] < _WORTH_SEEKING:
            runs[-1] = runs[-1][0], max(runs[-1][1], high)
        else:
            runs.append((low, high))
    return runs


def clip_frames(
    shown: Shown, film: FilmFormat, start: int, end: int
) -> Iterator[tuple[int, FilmFrame]]:
    """Yield frames [start, end) of a clip in the film's format, each with its number in the clip."""
    film = replace(film, focus=shown.focus)
    if isinstance(shown.material, FileMaterial):
        path, mending = shown.material.path, shown.material.mending
        facts = probe(path)
        if mending is None:
            yield from normalised_frames(path, facts, film, start, end)
            return
        mender = Mender(mending.plan, mending.sampling(facts))
        yield from normalised_frames(path, mending.facts(facts), film, start, end, mender.frame)
    elif isinstance(shown.material, DrawnMaterial):
        yield from _drawn_frames(shown.material, film, start, end)
    else:
        yield from _still_frames(shown.material, film, start, end)


def _still_frames(
    still: StillMaterial, film: FilmFormat, start: int, end: int
) -> Iterator[tuple[int, FilmFrame]]:
    picture, surround = still_to_film(open_still(still.path, film.background), film)
    moved = MovedStill(picture, still.camera, still.frames, float(film.rate.value))

    def frame(index: int) -> FilmFrame:
        planes: Planes = moved.planes(index)
        return surround.around(planes) if surround else planes_to_frame(*planes)

    held = frame(0) if moved.held else None
    for index in range(start, end):
        yield index, held or frame(index)


def _drawn_frames(
    card: DrawnMaterial, film: FilmFormat, start: int, end: int
) -> Iterator[tuple[int, FilmFrame]]:
    black = flat_frame(film.size)
    hand = OverlayHand(film.size, film.rate)
    lowest, *others = layers(card.drawings, 0, card.frames)
    hand.begin((lowest,))
    ground = hand.draw(black, 0)
    hand.begin(tuple(others))
    for index in range(start, end):
        # A transition may show it before it begins and after it ends: it stands still there.
        yield index, hand.draw(ground, min(max(index, 0), card.frames - 1))


class _Bodies:
    """Feeds decoded frames to the pieces they belong to, one open encoder at a time."""

    def __init__(self, unit: RenderUnit, bodies: tuple[BodyPiece, ...]) -> None:
        self._unit = unit
        self._rest = list(bodies)
        self._encoder: FrameEncoder | None = None
        self._hand = OverlayHand(unit.film.size, unit.film.rate)

    def put(self, index: int, frame: FilmFrame) -> None:
        if not self._rest or index < self._rest[0].start:
            return
        piece, unit = self._rest[0], self._unit
        if self._encoder is None:
            self._encoder = FrameEncoder(unit.film.size, unit.film.rate, unit.settings)
            self._hand.begin(piece.layers)
        at = index - piece.start
        self._encoder.put(faded(self._hand.draw(frame, at), at, piece.fades))
        if index == piece.end - 1:
            unit.shelf.put(piece.key, self._encoder.close())
            self._encoder = None
            self._rest.pop(0)


def _render_transition(
    unit: RenderUnit,
    piece: TransitionPiece,
    before: Iterator[FilmFrame],
    after: Iterator[FilmFrame],
) -> None:
    frames = transition_frames(piece.join, before, after)
    hand = OverlayHand(unit.film.size, unit.film.rate)
    hand.begin(piece.layers)
    veiled = (faded(hand.draw(frame, at), at, piece.fades) for at, frame in enumerate(frames))
    run = encode_run(veiled, unit.film.size, unit.film.rate, unit.settings)
    unit.shelf.put(piece.key, run)
