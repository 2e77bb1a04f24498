"""The cue sheet of a board: beds of music and what becomes of the clips' own sound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from longtake.cues import CueSheet, MusicCue
from longtake.errors import Fault
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedScene
from longtake.storyboard.grammar import Length, parse_level
from longtake.storyboard.model import Music, Storyboard
from longtake.storyboard.words import expand
from longtake.units import FrameRate, exact


def plan_cues(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    survey: Survey,
    rate: FrameRate,
    sounds: Mapping[str, str],
) -> tuple[CueSheet, list[Fault]]:
    """Make the cue sheet: the film's music, then each scene's, and the chapter titles.

    `sounds` maps clips to what the author said of their own sound: keep, duck or drop.
    """
    cues: list[MusicCue] = []
    faults: list[Fault] = []
    beds: list[tuple[Any, tuple[Any, ...], str | None]] = [(storyboard.music, ("music",), None)]
    beds += [(scene.scene.music, (*scene.place, "music"), scene.id) for scene in scenes]
    for music, place, scene_id in beds:
        for bed, bed_place in _beds(music, place):
            cue = _cue(storyboard, bed, bed_place, scene_id, survey, rate)
            faults += _too_late(storyboard, bed, bed_place, cue, survey)
            cues.append(cue)
    chapters = tuple(
        (scene.id, expand(scene.scene.title or "", storyboard) or scene.id) for scene in scenes
    )
    silenced, ducked = (_clips_that(sounds, word) for word in ("drop", "duck"))
    return CueSheet(tuple(cues), silenced, chapters, ducked), faults


def _clips_that(sounds: Mapping[str, str], word: str) -> frozenset[str]:
    return frozenset(clip for clip, sound in sounds.items() if sound == word)


def _beds(music: Any, place: tuple[Any, ...]) -> list[tuple[Music, tuple[Any, ...]]]:
    if music is None:
        return []
    if isinstance(music, Music):
        return [(music, place)]
    return [(bed, (*place, index)) for index, bed in enumerate(music)]


def _cue(
    storyboard: Storyboard,
    bed: Music,
    place: tuple[Any, ...],
    scene: str | None,
    survey: Survey,
    rate: FrameRate,
) -> MusicCue:
    path = Path(storyboard.path_of((*place, "file"), bed.file))
    facts = survey.sounds.get(path)
    return MusicCue(
        path=path,
        sha256=facts.sha256 if facts else "",
        level=parse_level(bed.level),
        scene=scene,
        offset_s=exact(bed.from_s),
        loop=bed.loop,
        fade_in=Length.parse(bed.fade_in).frames(rate),
        fade_out=Length.parse(bed.fade_out).frames(rate),
    )


def _too_late(
    storyboard: Storyboard, bed: Music, place: tuple[Any, ...], cue: MusicCue, survey: Survey
) -> list[Fault]:
    facts = survey.sounds.get(cue.path)
    if facts is None or cue.offset_s < facts.seconds:
        return []
    return [
        storyboard.fault(
            (*place, "from"),
            f"{bed.file} is {float(facts.seconds):.1f} s long, it cannot start at {bed.from_s:g} s",
            code="music-too-short",
        )
    ]
