"""What `longtake explain --json` writes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from longtake import __version__
from longtake.cli.amended import State, state_of
from longtake.cli.faultobjects import FORM
from longtake.standing import Standing


@dataclass(frozen=True, kw_only=True)
class VerdictObject:
    """What becomes of a clip: kept, re-joined or made again (and why), or made for the first time."""

    clip: str
    state: State
    why: str


@dataclass(frozen=True, kw_only=True)
class SpanObject:
    """Film frames [`start`, `end`), made one way, and why.

    `pieces` is how many files they take, `missing` how many of the frames are in none yet.
    """

    start: int
    end: int
    how: str
    what: str
    reason: str
    pieces: int
    missing: int


@dataclass(frozen=True, kw_only=True)
class ExplainDocument:
    """`longtake explain --json`: clips and why they are kept or made; spans and how they are made.

    Where one clip was asked for, `clips` holds it alone and `spans` is empty.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["explain"] = "explain"
    board: str
    clips: tuple[VerdictObject, ...]
    spans: tuple[SpanObject, ...]
    frames: int
    lacking: int


def explain_document(standing: Standing, board: Path, clips: tuple[str, ...]) -> ExplainDocument:
    """Write verdicts of the named clips; of all clips, with the spans, where none is named."""
    chosen = [v for v in standing.verdicts if not clips or v.clip in clips]
    return ExplainDocument(
        board=str(board),
        clips=tuple(VerdictObject(clip=v.clip, state=state_of(v), why=v.why) for v in chosen),
        spans=tuple(SpanObject(**asdict(span)) for span in standing.spans if not clips),
        frames=standing.frames,
        lacking=standing.lacking,
    )
