"""The film's one sound track: the clips' own sound, beds of music and narration, placed to the sample."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from longtake.assemble.beds import bed_frames, bed_strand, place_beds, sounding
from longtake.assemble.clipsound import clip_gains, clip_strands
from longtake.assemble.ducking import bridged
from longtake.assemble.listened import listener
from longtake.assemble.mastering import Mix, master, note_loudness
from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.strands import Strand, faded, film_sample, mixed
from longtake.assemble.voices import place_voices, spoken, voice_starts, voice_strand
from longtake.cues import CueSheet
from longtake.files import written_aside
from longtake.media.audio import Samples, decode_blocks
from longtake.timeline import Seam, Timeline, overlap

# Part of every sound track's key: raised when the same inputs shall sound otherwise.
SOUND_VERSION = 3


def sound_key(timeline: Timeline, materials: Materials, cues: CueSheet) -> str:
    """Name a sound track by all that is heard in it and where."""
    music, narration = _music(timeline, cues), _narration(timeline, cues)
    clips = []
    for at, clip in timeline.placed():
        material = materials[clip.id]
        sound = material.sha256 if isinstance(material, FileMaterial) else None
        heard = sound is not None and clip.id not in cues.silenced
        lowered = heard and bool(music or narration) and clip.id in cues.ducked
        clips.append([at, clip.start, clip.end, sound if heard else None, lowered])
    ends = [timeline.fade_in, timeline.fade_out, timeline.frames, str(timeline.rate)]
    joins = ["seam" if isinstance(join, Seam) else overlap(join) for join in timeline.joins]
    heard_in_all = [clips, joins, music, narration, ends, cues.loudness]
    heard_in_all += [[cue.clips, cue.level] for cue in cues.levels]
    content = json.dumps([SOUND_VERSION, heard_in_all], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:40]


def _music(timeline: Timeline, cues: CueSheet) -> list[list[Any]]:
    """List what a bed sounds like; that it makes room for narration matters where somebody speaks."""
    speaks = any(cue.path for cue in cues.narration)
    return [
        [
            cue.sha256,
            cue.level,
            bed_frames(timeline, cue),
            str(cue.offset_s),
            cue.loop,
            cue.fade_in,
            cue.fade_out,
            cue.loop and cue.cross_fade,
            cue.duck and speaks,
        ]
        for cue in cues.music
    ]


def _narration(timeline: Timeline, cues: CueSheet) -> list[list[Any]]:
    starts = zip(voice_starts(timeline, cues), cues.narration, strict=True)
    return [[cue.sha256, cue.level, start] for start, cue in starts if cue.path]


def ensure_sound(
    timeline: Timeline, materials: Materials, cues: CueSheet, folder: Path, key: str
) -> Path | None:
    """Give the film's sound as an .m4a in `folder`, made once; None where nothing sounds.

    How loud it is stands beside it: see `noted_loudness`.
    """
    path = folder / f"{key}.m4a"
    if path.exists():
        return path
    if not _anything_heard(timeline, materials, cues):
        return None
    mix = film_mix(timeline, materials, cues, folder)
    with written_aside(path) as part:
        note_loudness(folder, key, master(part, mix, cues.loudness))
    return path


def film_mix(timeline: Timeline, materials: Materials, cues: CueSheet, folder: Path) -> Mix:
    """Lay all that is heard on the film's samples; the result plays it block by block, as often as called.

    What is measured of music and voices is kept in `folder`. Raises AssemblyError where narration
    outlasts the film.
    """
    listen = listener(folder)
    beds = place_beds(timeline, cues, listen)
    voices = place_voices(timeline, cues, listen)
    said = bridged(spoken(voices))
    over = bridged([*said, *(stretch for bed in beds for stretch in sounding(bed))])
    gains = clip_gains(materials, cues, listen)
    strands = [
        *clip_strands(timeline, materials, cues, over, gains),
        *(bed_strand(b, said) for b in beds),
    ]
    return partial(_mix, timeline, strands, [voice_strand(voice) for voice in voices])


def _mix(timeline: Timeline, strands: list[Strand], voices: list[Strand]) -> Iterator[Samples]:
    """Yield the film's sound; what is said does not fade with the picture, every word of it is meant."""
    total = film_sample(timeline, timeline.frames)
    rise, fall = (film_sample(timeline, f) for f in (timeline.fade_in, timeline.fade_out))
    place = 0
    for block, words in zip(mixed(strands, total), mixed(voices, total), strict=True):
        faded(block, place, 0, total, rise, fall)
        yield block + words
        place += block.shape[1]


def _anything_heard(timeline: Timeline, materials: Materials, cues: CueSheet) -> bool:
    if cues.music or any(cue.path for cue in cues.narration):
        return True
    for clip in timeline.clips:
        material = materials[clip.id]
        if clip.id not in cues.silenced and isinstance(material, FileMaterial):
            for _ in decode_blocks(material.path):
                return True
    return False
