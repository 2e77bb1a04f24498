"""Which clips a film copies, against whose headers, and why it renders the others. Decided, not done.

A film has one sample entry, and all its pictures are decoded by the sets in it. Clips of many makes
may have sets of many kinds: the film takes those that let it copy the most frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.notebook import Notebook
from longtake.assemble.pieces import BodyPiece, Copies, CopyPiece, Piece
from longtake.media.coded import CodedClip
from longtake.media.encode import EncoderSettings
from longtake.media.headers import Head
from longtake.media.normalise import FilmFormat

# A film that copies less than this share of itself does not take its headers from a clip: with
# another clip there all of it would have to be rendered again.
_LEAST_SHARE = 10

# What is said of a clip that is still to come.
NO_FILE = "whole frames"

# Cuts the film into pieces by these settings and copies.
Cut = Callable[[EncoderSettings, Copies | None], tuple[Piece, ...]]


@dataclass(frozen=True)
class Copying:
    """How a film copies: how it is encoded, the sets in it, and what is known of its clips.

    `avcc` is empty where nothing is copied; `refused` names for each other clip the reason.
    """

    settings: EncoderSettings
    avcc: bytes = b""
    clips: Mapping[str, CodedClip] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def run_within(self, clip: str, start: int, end: int) -> tuple[int, int] | None:
        """Give the longest run inside frames [start, end) of a clip that can be copied."""
        return self.clips[clip].run_within(start, end) if clip in self.clips else None

    def refusal(self, clip: str) -> str:
        """Say why nothing of a clip is copied; empty where some of it may be."""
        return self.refused.get(clip, "")


def plan_copying(
    materials: Materials, film: FilmFormat, settings: EncoderSettings, cut: Cut, notes: Notebook
) -> Copying:
    """Choose what a film copies; `settings` are those of a film that copies nothing."""
    clips: dict[str, CodedClip] = {}
    refused: dict[str, str] = {}
    for name, material in materials.items():
        if not isinstance(material, FileMaterial):
            refused[name] = "drawn"
        elif coded := notes.coded(material):
            refusal = refusal_of(coded, film)
            if refusal:
                refused[name] = refusal
            else:
                clips[name] = coded
        else:
            refused[name] = NO_FILE
    return _against_best(clips, refused, film, settings, cut, notes)


def refusal_of(clip: CodedClip, film: FilmFormat) -> str:
    """Say why a clip's pictures cannot stand in a film of this format; empty where they can."""
    if clip.flaw:
        return clip.flaw
    if clip.size != film.size:
        return f"its size is {clip.size}"
    if clip.rate != film.rate.value:
        return f"its rate is {clip.rate}"
    return ""


def copied_joints(pieces: tuple[Piece, ...]) -> Iterator[tuple[int, str]]:
    """Yield the film frames at which a copied run begins or ends, each with a name of what meets there."""
    at = 0
    for before, after in pairwise((None, *pieces, None)):
        if isinstance(before, CopyPiece) or isinstance(after, CopyPiece):
            yield at, f"{before.key[:12] if before else ''}-{after.key[:12] if after else ''}"
        at += after.frames if after else 0


def _against_best(
    clips: Mapping[str, CodedClip],
    refused: Mapping[str, str],
    film: FilmFormat,
    settings: EncoderSettings,
    cut: Cut,
    notes: Notebook,
) -> Copying:
    """Take the head that copies the most frames and that our own pictures can stand beside."""
    refused = dict(refused)
    for head, frames, whole in _ranked(clips, refused, settings, cut):
        alike = {name: clip for name, clip in clips.items() if clip.head == head}
        found = notes.match(next(iter(alike.values())), settings, film)
        little = frames * _LEAST_SHARE < whole
        if found and not (little and found.settings != settings):
            others = "its headers are others than those of most frames"
            refused |= dict.fromkeys(clips.keys() - alike.keys(), others)
            return Copying(found.settings, found.avcc, alike, refused)
        little_words = f"only {frames} of the film's {whole} frames could be copied"
        why = little_words if little else "our own pictures cannot stand beside it"
        refused |= dict.fromkeys(alike, why)
    return Copying(settings, refused=refused)


def _ranked(
    clips: Mapping[str, CodedClip],
    refused: Mapping[str, str],
    settings: EncoderSettings,
    cut: Cut,
) -> list[tuple[Head, int, int]]:
    """List heads with the frames each would copy and those of the film, the most first.

    A clip that is still to come is thought to be like those that are here; it weighs by what would be
    copied of it.
    """
    if not clips:
        return []
    coming = {name for name, why in refused.items() if why == NO_FILE}
    likely = {**clips, **dict.fromkeys(coming, next(iter(clips.values())))}
    others = {name: why for name, why in refused.items() if name not in coming}
    pieces = cut(settings, Copying(settings, clips=likely, refused=others))
    counts = {clip.head: 0 for clip in clips.values()}
    for piece in pieces:
        if isinstance(piece, CopyPiece):
            counts[likely[piece.clip].head] += piece.frames
    whole = sum(p.frames for p in pieces if not (isinstance(p, BodyPiece) and p.clip in coming))
    return sorted(((h, n, whole) for h, n in counts.items() if n), key=lambda row: -row[1])
