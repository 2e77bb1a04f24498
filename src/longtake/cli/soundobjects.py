"""What `--json` says of the sounds of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.cues import CueSheet


@dataclass(frozen=True, kw_only=True)
class BedObject:
    """A bed of music at its level in LUFS, from the start of clip `first` to the end of clip `last`;
    under the whole film both are empty. `duck` tells whether it makes room for narration.
    """

    file: str
    level: float
    first: str
    last: str
    loop: bool
    duck: bool


def bed_objects(cues: CueSheet) -> tuple[BedObject, ...]:
    """Write all beds of music as data, in file order."""
    ends = (cue.clips or ("", "") for cue in cues.music)
    return tuple(
        BedObject(
            file=str(cue.path),
            level=cue.level,
            first=first,
            last=last,
            loop=cue.loop,
            duck=cue.duck,
        )
        for cue, (first, last) in zip(cues.music, ends, strict=True)
    )
