"""The film's one sound track: the clips' own sound and beds of music, placed to the sample.

The frame count is the clock: what belongs to film frame f starts at sample round(f * 48000 / rate).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from longtake.assemble.ducking import Stretch, bridged, ducked
from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.shifts import Shift
from longtake.cues import CueSheet, MusicCue
from longtake.files import read_json, write_json, written_aside
from longtake.media.audio import (
    RATE,
    Heard,
    Samples,
    decode_blocks,
    decode_range,
    encode_aac,
    heard_parts,
    integrated_loudness,
    samples_at,
    silence,
)
from longtake.timeline import Join, Seam, Timeline, overlap

# Part of every sound track's key: raised when the same inputs shall sound otherwise.
SOUND_VERSION = 2
# 8 ms: what it takes to end or begin a sound without a click.
DECLICK = 384
# 20 ms: how long both sounds of a seam are heard, at most the frame that both clips hold.
SEAM_FADE = 960
# A part of a piece of music that lies further (in dB) below its loudness is a rest.
_REST = 40
_BLOCK = RATE


@dataclass(frozen=True)
class Bed:
    """A bed of music over film samples [start, end), with its gain and its fades in samples."""

    cue: MusicCue
    start: int
    end: int
    gain: float
    fade_in: int
    fade_out: int


def sound_key(timeline: Timeline, materials: Materials, cues: CueSheet) -> str:
    """Name a sound track by all that is heard in it and where."""
    clips = []
    for at, clip in timeline.placed():
        material = materials[clip.id]
        heard = isinstance(material, FileMaterial) and clip.id not in cues.silenced
        lowered = heard and bool(cues.music) and clip.id in cues.ducked
        clips.append([at, clip.start, clip.end, material.sha256 if heard else None, lowered])
    music = [
        [m.sha256, m.level, m.scene, str(m.offset_s), m.loop, m.fade_in, m.fade_out]
        for m in cues.music
    ]
    # Where a scene starts matters to its own music alone: its title or an id does not.
    starts = timeline.scene_starts() if any(m.scene for m in cues.music) else {}
    ends = [timeline.fade_in, timeline.fade_out, timeline.frames, str(timeline.rate)]
    joins = ["seam" if isinstance(join, Seam) else overlap(join) for join in timeline.joins]
    content = json.dumps([SOUND_VERSION, clips, joins, music, starts, ends], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:40]


def ensure_sound(
    timeline: Timeline, materials: Materials, cues: CueSheet, folder: Path, key: str
) -> Path | None:
    """Give the film's sound as an .m4a in `folder`, made once; None where nothing sounds."""
    path = folder / f"{key}.m4a"
    if path.exists():
        return path
    if not _anything_heard(timeline, materials, cues):
        return None
    beds = music_beds(timeline, cues, lambda cue: _loudness(cue, folder))
    over: list[Stretch] = []
    if cues.ducked:
        over = [part for bed in beds for part in sounding(bed, _heard(bed.cue, folder))]
    with written_aside(path) as part:
        encode_aac(part, film_sound(timeline, materials, cues, beds, bridged(over)))
    return path


def measure_music(cues: CueSheet, folder: Path) -> Shift:
    """Measure ahead what `ensure_sound` would have to: the figures of all music are kept in `folder`."""
    began = time.monotonic()
    for cue in cues.music:
        _loudness(cue, folder)
        if cues.ducked:
            _heard(cue, folder)
    return Shift("measure", began, time.monotonic(), os.getpid())


def music_beds(
    timeline: Timeline, cues: CueSheet, loudness: Callable[[MusicCue], float]
) -> tuple[Bed, ...]:
    """Lay the cue sheet's music on the film's samples; `loudness` measures a file in LUFS."""
    starts = timeline.scene_starts()
    order = [*sorted(starts.values()), timeline.frames]
    beds = []
    for cue in cues.music:
        first = 0 if cue.scene is None else starts[cue.scene]
        last = timeline.frames if cue.scene is None else order[order.index(first) + 1]
        measured = loudness(cue)
        gain = 10 ** ((cue.level - measured) / 20) if math.isfinite(measured) else 0.0
        beds.append(
            Bed(
                cue,
                _sample(timeline, first),
                _sample(timeline, last),
                gain,
                _sample(timeline, cue.fade_in),
                _sample(timeline, cue.fade_out),
            )
        )
    return tuple(beds)


def sounding(bed: Bed, heard: Heard) -> Iterator[Stretch]:
    """Yield where on the film's samples a bed is heard: its file's parts, as often as they are played."""
    skip = samples_at(bed.cue.offset_s)
    at = bed.start - skip
    while heard.parts and at < bed.end:
        for start, end in heard.parts:
            stretch = max(start + at, bed.start), min(end + at, bed.end)
            if stretch[0] < stretch[1]:
                yield stretch
        at += heard.samples
        if not bed.cue.loop:
            return


def film_sound(
    timeline: Timeline,
    materials: Materials,
    cues: CueSheet,
    beds: tuple[Bed, ...],
    over: tuple[Stretch, ...] = (),
) -> Iterator[Samples]:
    """Yield the mix block by block, from the film's first sample to its last; holds about one clip.

    `over` tells where something sounds that ducked clips make room for.
    """
    players = [_bed_blocks(bed) for bed in beds]
    place = 0
    for block in _clip_track(timeline, materials, cues, over):
        for bed, player in zip(beds, players, strict=True):
            _add_bed(block, place, bed, player)
        yield _film_faded(block, place, timeline)
        place += block.shape[1]


def _clip_track(
    timeline: Timeline, materials: Materials, cues: CueSheet, over: tuple[Stretch, ...]
) -> Iterator[Samples]:
    """Yield the clips' own sound: what no later clip can touch is given out at once."""
    waiting = silence(0)
    at = 0
    for index, (frame, clip) in enumerate(timeline.placed()):
        start = _sample(timeline, frame)
        yield from _in_blocks(waiting[:, : start - at])
        waiting = waiting[:, start - at :]
        at = start
        heard = _clip_sound(timeline, materials, cues, index, frame)
        if clip.id in cues.ducked:
            ducked(heard, start, over)
        if heard.shape[1] > waiting.shape[1]:
            more = silence(heard.shape[1] - waiting.shape[1])
            waiting = np.concatenate([waiting, more], axis=1)
        waiting[:, : heard.shape[1]] += heard
    yield from _in_blocks(waiting)


def _clip_sound(
    timeline: Timeline, materials: Materials, cues: CueSheet, index: int, frame: int
) -> Samples:
    """Give what is heard of the clip that begins at film frame `frame`, with its ends shaped."""
    clip = timeline.laid[index]
    joins = (None, *timeline.joins, None)
    rise, fall = _faded(timeline, joins[index]), _faded(timeline, joins[index + 1])
    count = _sample(timeline, frame + clip.frames) - _sample(timeline, frame)
    if isinstance(joins[index + 1], Seam):
        # The picture leaves the shared frame to the next clip; the sound goes out over it.
        count += fall
    material = materials[clip.id]
    if clip.id in cues.silenced or not isinstance(material, FileMaterial):
        return silence(count)
    heard = decode_range(material.path, _sample(timeline, clip.start), count)
    if heard is None:
        return silence(count)
    _shape_ends(heard, min(rise, count), min(fall, count))
    return heard


def _faded(timeline: Timeline, join: Join | None) -> int:
    """Count the samples over which the sound goes from the clip before a join to the one behind it.

    Equal power where two clips are heard together, just long enough to avoid a click elsewhere.
    """
    if isinstance(join, Seam):
        return min(SEAM_FADE, _sample(timeline, 1))
    return _sample(timeline, overlap(join)) if join and overlap(join) else DECLICK


def _shape_ends(heard: Samples, rise: int, fall: int) -> None:
    quarter = np.float32(np.pi / 2)
    heard[:, :rise] *= np.sin(np.linspace(0, quarter, rise, dtype=np.float32))
    heard[:, heard.shape[1] - fall :] *= np.cos(np.linspace(0, quarter, fall, dtype=np.float32))


def _in_blocks(samples: Samples) -> Iterator[Samples]:
    for start in range(0, samples.shape[1], _BLOCK):
        yield samples[:, start : start + _BLOCK].copy()


def _bed_blocks(bed: Bed) -> Callable[[int], Samples]:
    """Give a reader of a bed's next n samples, looped where wanted, silent behind its end."""
    passes = _passes(bed.cue)
    rest = silence(0)

    def read(count: int) -> Samples:
        nonlocal rest
        while rest.shape[1] < count:
            block = next(passes, None)
            if block is None:
                rest = np.concatenate([rest, silence(count - rest.shape[1])], axis=1)
            else:
                rest = np.concatenate([rest, block], axis=1)
        taken, rest = rest[:, :count], rest[:, count:]
        return taken

    return read


def _passes(cue: MusicCue) -> Iterator[Samples]:
    """Play a file from its offset on, then from its start for ever where it loops."""
    skip = samples_at(cue.offset_s)
    while True:
        played = 0
        for place, block in decode_blocks(cue.path):
            part = block[:, max(0, skip - place) :]
            played += part.shape[1]
            if part.shape[1]:
                yield part
        if not cue.loop or (not played and not skip):
            return
        skip = 0


def _add_bed(block: Samples, place: int, bed: Bed, read: Callable[[int], Samples]) -> None:
    low, high = max(place, bed.start), min(place + block.shape[1], bed.end)
    if high <= low:
        return
    places = np.arange(low, high, dtype=np.float64)
    gain = np.full(high - low, bed.gain)
    if bed.fade_in:
        gain *= np.clip((places - bed.start) / bed.fade_in, 0, 1)
    if bed.fade_out:
        gain *= np.clip((bed.end - places) / bed.fade_out, 0, 1)
    block[:, low - place : high - place] += read(high - low) * gain.astype(np.float32)


def _film_faded(block: Samples, place: int, timeline: Timeline) -> Samples:
    """Let the sound come and go with the picture at the ends of the film."""
    total = _sample(timeline, timeline.frames)
    fade_in, fade_out = _sample(timeline, timeline.fade_in), _sample(timeline, timeline.fade_out)
    places = np.arange(place, place + block.shape[1], dtype=np.float64)
    if fade_in and place < fade_in:
        block *= np.clip(places / fade_in, 0, 1).astype(np.float32)
    if fade_out and place + block.shape[1] > total - fade_out:
        block *= np.clip((total - places) / fade_out, 0, 1).astype(np.float32)
    return block


def _anything_heard(timeline: Timeline, materials: Materials, cues: CueSheet) -> bool:
    if cues.music:
        return True
    for clip in timeline.clips:
        material = materials[clip.id]
        if clip.id not in cues.silenced and isinstance(material, FileMaterial):
            for _ in decode_blocks(material.path):
                return True
    return False


def _loudness(cue: MusicCue, folder: Path) -> float:
    """Measure a file once; the figure is kept beside the sound tracks."""
    path = folder / f"{cue.sha256[:40]}.loudness.json"
    known = read_json(path)
    if isinstance(known, dict) and "lufs" in known:
        return -math.inf if known["lufs"] is None else float(known["lufs"])
    measured = integrated_loudness(cue.path)
    write_json(path, {"lufs": measured if math.isfinite(measured) else None})
    return measured


def _heard(cue: MusicCue, folder: Path) -> Heard:
    """Find the parts of a file that are no rests, once; they are kept beside its loudness."""
    path = folder / f"{cue.sha256[:40]}.heard.json"
    known = read_json(path)
    if isinstance(known, dict) and {"parts", "samples"} <= set(known):
        return Heard(tuple((start, end) for start, end in known["parts"]), int(known["samples"]))
    loudness = _loudness(cue, folder)
    heard = heard_parts(cue.path, loudness - _REST) if math.isfinite(loudness) else Heard((), 0)
    write_json(path, {"parts": heard.parts, "samples": heard.samples})
    return heard


def _sample(timeline: Timeline, frames: int) -> int:
    return samples_at(timeline.rate.seconds(frames))
