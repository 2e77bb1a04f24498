"""The clips' own sound, each from its own film sample on, with ends that do not click."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from longtake.assemble.ducking import Stretch, ducked
from longtake.assemble.listened import REST_DB, Listen
from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.strands import Strand, film_sample
from longtake.cues import CueSheet
from longtake.media.audio import Samples, sound_from
from longtake.timeline import Join, Seam, Timeline, overlap

# 8 ms: what it takes to end or begin a sound without a click.
DECLICK = 384
# 20 ms: how long both sounds of a seam are heard, at most the frame that both clips hold.
SEAM_FADE = 960


def clip_gains(materials: Materials, cues: CueSheet, listen: Listen) -> Mapping[str, float]:
    """Give the factors by which clips come to the levels that were asked for, those of a cue to one.

    A cue's loudness is the mean power of its clips in which anything sounds.
    """
    gains: dict[str, float] = {}
    for cue in cues.levels:
        files = [m for m in map(materials.get, cue.clips) if isinstance(m, FileMaterial)]
        found = [listen(file.path, file.sha256, REST_DB) for file in files]
        heard = [(10 ** (each.lufs / 10), each.heard.samples) for each in found]
        samples = sum(count for power, count in heard if power)
        if samples:
            power = sum(power * count for power, count in heard) / samples
            gain = 10 ** (cue.level / 20) / math.sqrt(power)
            gains |= dict.fromkeys(cue.clips, gain)
    return gains


def clip_strands(
    timeline: Timeline,
    materials: Materials,
    cues: CueSheet,
    over: tuple[Stretch, ...],
    gains: Mapping[str, float],
) -> Iterator[Strand]:
    """Yield what is heard of each clip; `over` tells where ducked ones make room."""
    joins = (None, *timeline.joins, None)
    for index, (frame, clip) in enumerate(timeline.placed()):
        material = materials[clip.id]
        if clip.id in cues.silenced or not isinstance(material, FileMaterial):
            continue
        start, end = (film_sample(timeline, at) for at in (frame, frame + clip.frames))
        rise, fall = _faded(timeline, joins[index]), _faded(timeline, joins[index + 1])
        if isinstance(joins[index + 1], Seam):
            # The picture leaves the shared frame to the next clip; the sound goes out over it.
            end += fall
        yield Strand(
            start,
            end,
            partial(sound_from, material.path, film_sample(timeline, clip.start)),
            partial(
                _shape,
                start=start,
                end=end,
                rise=min(rise, end - start),
                fall=min(fall, end - start),
                over=over if clip.id in cues.ducked else (),
                gain=gains.get(clip.id, 1.0),
            ),
        )


def _faded(timeline: Timeline, join: Join | None) -> int:
    """Count the samples over which the sound goes from the clip before a join to the one behind it.

    Equal power where two clips are heard together, just long enough to avoid a click elsewhere.
    """
    if isinstance(join, Seam):
        return min(SEAM_FADE, film_sample(timeline, 1))
    return film_sample(timeline, overlap(join)) if join and overlap(join) else DECLICK


def _shape(
    sound: Samples,
    place: int,
    *,
    start: int,
    end: int,
    rise: int,
    fall: int,
    over: tuple[Stretch, ...],
    gain: float,
) -> None:
    if gain != 1.0:
        sound *= np.float32(gain)
    places = np.arange(place, place + sound.shape[1])
    if place < start + rise:
        come = np.clip((places - start) / max(1, rise - 1), 0, 1)
        sound *= np.sin(come * np.pi / 2).astype(np.float32)
    if place + sound.shape[1] > end - fall:
        gone = np.clip((places - (end - fall)) / max(1, fall - 1), 0, 1)
        sound *= np.cos(gone * np.pi / 2).astype(np.float32)
    ducked(sound, place, over)
