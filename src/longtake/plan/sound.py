"""The cue sheet of a board: beds of music and what becomes of the clips' own sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from longtake.cues import CueSheet, LevelCue, MusicCue
from longtake.errors import Fault
from longtake.plan.job import Source
from longtake.plan.settings import inherited_value
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedBed, NamedScene, expand, named_beds
from longtake.storyboard.grammar import Length, parse_level, parse_loudness
from longtake.storyboard.model import Storyboard
from longtake.units import FrameRate, exact


def plan_cues(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    survey: Survey,
    rate: FrameRate,
    sounds: Mapping[str, str],
    sources: Iterable[Source],
) -> tuple[CueSheet, list[Fault]]:
    """Make the cue sheet: beds of music in file order, the clips' own sound, the chapter titles.

    `sounds` maps clips to what the author said of their own sound: keep, duck or drop; `sources` are
    all clips in film order.
    """
    cues: list[MusicCue] = []
    faults: list[Fault] = []
    sources = tuple(sources)
    ranges = _ranges(sources)
    for bed in named_beds(storyboard, scenes):
        cue = _cue(storyboard, bed, ranges.get(bed.shot_id or bed.scene_id), survey, rate)
        faults += _too_late(storyboard, bed, cue, survey)
        cues.append(cue)
    chapters = tuple(
        (scene.id, expand(scene.scene.title or "", storyboard) or scene.id) for scene in scenes
    )
    silenced, ducked = (_clips_that(sounds, word) for word in ("drop", "duck"))
    loudness = parse_loudness(storyboard.film.loudness)
    levels = _levels(storyboard, scenes, [each for each in sources if each.id not in silenced])
    sheet = CueSheet(tuple(cues), silenced, chapters, ducked, loudness=loudness, levels=levels)
    return sheet, faults


def _ranges(sources: Iterable[Source]) -> dict[str, tuple[str, str]]:
    """Map scenes and shots to the first and the last of their clips."""
    ranges: dict[str, tuple[str, str]] = {}
    for source in sources:
        for name in (source.scene, source.shot):
            ranges[name] = (ranges.get(name, (source.id, ""))[0], source.id)
    return ranges


def _clips_that(sounds: Mapping[str, str], word: str) -> frozenset[str]:
    return frozenset(clip for clip, sound in sounds.items() if sound == word)


def _levels(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...], heard: Iterable[Source]
) -> tuple[LevelCue, ...]:
    """Gather the clips of each scene that are brought to a level; within it they keep their differences."""
    wanted = {
        shot.id: (scene.id, inherited_value(storyboard, scene, shot, "sound_level"))
        for scene in scenes
        for shot in scene.shots
    }
    together: dict[tuple[str, str], list[str]] = {}
    for source in heard:
        scene, level = wanted.get(source.shot, ("", None))
        if level is not None:
            together.setdefault((scene, level), []).append(source.id)
    return tuple(LevelCue(tuple(c), parse_level(level)) for (_, level), c in together.items())


def _cue(
    storyboard: Storyboard,
    bed: NamedBed,
    clips: tuple[str, str] | None,
    survey: Survey,
    rate: FrameRate,
) -> MusicCue:
    music = bed.music
    path = storyboard.path_of((*bed.place, "file"), music.file)
    facts = survey.sounds.get(path)
    return MusicCue(
        path=path,
        sha256=facts.sha256 if facts else "",
        level=parse_level(music.level),
        clips=clips,
        offset_s=exact(music.from_s),
        loop=music.loop,
        fade_in=Length.parse(music.fade_in).frames(rate),
        fade_out=Length.parse(music.fade_out).frames(rate),
        cross_fade=Length.parse(music.cross_fade).frames(rate),
        duck=music.duck,
    )


def _too_late(storyboard: Storyboard, bed: NamedBed, cue: MusicCue, survey: Survey) -> list[Fault]:
    facts, music = survey.sounds.get(cue.path), bed.music
    if facts is None or cue.offset_s < facts.seconds:
        return []
    return [
        storyboard.fault(
            (*bed.place, "from"),
            f"{music.file} is {float(facts.seconds):.1f} s long, it cannot start at {music.from_s:g} s",
            code="music-too-short",
        )
    ]
