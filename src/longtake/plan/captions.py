"""Captions of a board: from which file or narration each shot has them, and how they are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longtake.cues import CaptionFile, CaptionSheet, CaptionStyle, TimedText
from longtake.errors import Fault
from longtake.plan.narration import narrated
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.grammar import parse_colour
from longtake.storyboard.model import CaptionLooks, Captions, Storyboard
from longtake.storyboard.words import expand
from longtake.timeline import Timeline
from longtake.units import exact

# Nobody reads more characters a second, or half as many of the wide signs of Chinese and Japanese.
TOO_FAST = 20.0
_WIDE = 2

Place = tuple[Any, ...]


@dataclass(frozen=True)
class CaptionWish:
    """What holds for the captions of one shot once board, scene and shot have had their say.

    Each is the nearest word of its kind. `file` is a path as written, with its place; `off` wants no
    captions at all.
    """

    off: bool = False
    file: tuple[Place, str] | None = None
    burn: bool = False
    looks: CaptionLooks = field(default_factory=CaptionLooks)
    font: tuple[Place, str] | None = None


NOTHING_SAID = CaptionWish()


def caption_wish(storyboard: Storyboard, scene: NamedScene, shot: NamedShot) -> CaptionWish:
    """Find what a shot, its scene and its board say of captions, key by key."""
    said_here = shot.shot.captions or scene.scene.captions
    if not (said_here or storyboard.captions or storyboard.brand.font):
        return NOTHING_SAID
    parts = ((shot.shot, shot.place), (scene.scene, scene.place), (storyboard, ()))
    said = [(part.captions, (*place, "captions")) for part, place in parts if part.captions]
    maps = [(one, place) for one, place in said if isinstance(one, Captions)]
    sources = [_source(one, place) for one, place in said]
    file = next((source for source in sources if source), None)
    brand = (("brand", "font"), storyboard.brand.font) if storyboard.brand.font else None
    looks, place = _looks(maps)
    return CaptionWish(
        off=file is not None and file[1] == "off",
        file=file if file and file[1] != "off" else None,
        burn=next((one.burn for one, _ in maps if one.burn is not None), False),
        looks=looks,
        font=((*place, "style", "font"), looks.font) if looks.font else brand,
    )


def _looks(maps: list[tuple[Captions, Place]]) -> tuple[CaptionLooks, Place]:
    """Find the nearest word for every key of a style, and the place that names the font."""
    styles = [(one.style, place) for one, place in maps if one.style]
    written: dict[str, Any] = {}
    for style, _ in reversed(styles):
        written |= style.model_dump(exclude_unset=True)
    font = next((place for style, place in styles if "font" in style.model_fields_set), ())
    return CaptionLooks().model_copy(update=written), font


def caption_files(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...]
) -> Iterator[tuple[Place, str]]:
    """Give each caption file that is shown, with the place that names it."""
    wishes = _wishes(storyboard, scenes)
    yield from dict.fromkeys(wish.file for _, _, wish in wishes if wish.file)


def caption_fonts(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...]
) -> Iterator[tuple[Place, str]]:
    """Give each font file that captions are set in, with the place that names it."""
    wishes = _wishes(storyboard, scenes)
    yield from dict.fromkeys(wish.font for _, _, wish in wishes if wish.font)


def burned_texts(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...], survey: Survey
) -> Iterator[tuple[Place, str, Path | None]]:
    """Give the words that are drawn into the picture: their place, the words, the font file."""
    found: dict[tuple[Place, Path | None], str] = {}
    bare: dict[str, Path | None] = {}
    for _, shot, wish in _wishes(storyboard, scenes):
        if not wish.burn or wish.off:
            continue
        font = storyboard.path_of(*wish.font) if wish.font else None
        if wish.file:
            texts = survey.captions.get(storyboard.path_of(*wish.file), ())
            found[wish.file[0], font] = "\n".join(text.text for text in texts)
        else:
            bare[shot.id] = font
    for said in narrated(storyboard, scenes) if bare else ():
        # A narration is said over one shot, or over all of its scene.
        for shot in (said.shot,) if said.shot is said.last else said.scene.shots:
            if shot.id in bare:
                found[said.at, bare[shot.id]] = expand(said.written.text or "", storyboard)
    yield from ((place, text, font) for (place, font), text in found.items())


def plan_captions(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    survey: Survey,
    timeline: Timeline,
    clips: Mapping[str, tuple[str, ...]],
) -> tuple[CaptionSheet, list[Fault]]:
    """Make the caption sheet of a board, and warnings of captions nobody can read.

    `clips` maps shots to their clips in order.
    """
    files: dict[Place, tuple[str, tuple[str, ...]]] = {}
    unspoken: set[str] = set()
    burned: dict[str, CaptionStyle] = {}
    for _, shot, wish in _wishes(storyboard, scenes):
        own = clips[shot.id]
        if wish.off or wish.file:
            unspoken |= {*own}
        if wish.file:
            place, written = wish.file
            _, before = files.get(place, ("", ()))
            files[place] = written, (*before, *own)
        if wish.burn:
            burned |= dict.fromkeys(own, _style(storyboard, wish, survey))
    first = _first_clips(scenes, clips)
    sheets: list[CaptionFile] = []
    warnings: list[Fault] = []
    for place, (written, shown) in files.items():
        texts = survey.captions.get(storyboard.path_of(place, written), ())
        origin = first.get(place[: place.index("captions")])
        sheets.append(CaptionFile(Path(written).name, texts, frozenset(shown), origin))
        warnings += _unreadable(storyboard, place, sheets[-1], timeline)
    language = storyboard.captions.language if isinstance(storyboard.captions, Captions) else None
    sheet = CaptionSheet(tuple(sheets), frozenset(unspoken), tuple(burned.items()), language or "")
    return sheet, warnings


def _source(said: Captions | str, place: Place) -> tuple[Place, str] | None:
    if isinstance(said, str):
        return place, said
    return ((*place, "file"), said.file) if said.file else None


def _wishes(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...]
) -> Iterator[tuple[NamedScene, NamedShot, CaptionWish]]:
    for scene in scenes:
        for shot in scene.shots:
            yield scene, shot, caption_wish(storyboard, scene, shot)


def _first_clips(
    scenes: tuple[NamedScene, ...], clips: Mapping[str, tuple[str, ...]]
) -> dict[Place, str]:
    """Map the place of each scene and shot to its first clip: from there its captions count."""
    firsts: dict[Place, str] = {}
    for scene in scenes:
        firsts[scene.place] = clips[scene.shots[0].id][0]
        for shot in scene.shots:
            firsts.setdefault(shot.place, clips[shot.id][0])
    return firsts


def _style(storyboard: Storyboard, wish: CaptionWish, survey: Survey) -> CaptionStyle:
    looks = wish.looks
    font = storyboard.path_of(*wish.font) if wish.font else None
    return CaptionStyle(
        font=font,
        font_sha256=survey.fonts[font].sha256 if font and font in survey.fonts else "",
        size=exact(looks.size),
        position=looks.position,
        box=looks.box,
        colour=parse_colour(looks.colour),
    )


def _unreadable(
    storyboard: Storyboard, place: Place, file: CaptionFile, timeline: Timeline
) -> Iterator[Fault]:
    """Warn of captions that stand too short, and of those behind the end of what they belong to."""
    fast = [text for text in file.texts if _pace(text) > TOO_FAST]
    if fast:
        many = f"{len(fast)} captions are" if len(fast) > 1 else "a caption is"
        first = f'"{_short(fast[0].text)}", {_pace(fast[0]):.0f} characters a second'
        hint = f"{TOO_FAST:g} at most can be read: let them stand longer, or say less"
        yield storyboard.fault(
            place, f"{file.name}: {many} too fast ({first})", code="fast-captions", hint=hint
        )
    origin = timeline.clip_starts[file.clip] if file.clip else 0
    length = max(timeline.clip_ends[clip] for clip in file.clips) - origin
    late = [text for text in file.texts if timeline.rate.frames(text.start_s) >= length]
    if late:
        many = f"{len(late)} captions begin" if len(late) > 1 else "a caption begins"
        said = float(timeline.rate.seconds(length))
        hint = "times in it count from the start of the film, under a scene or shot from its start"
        message = f"{file.name}: {many} after the end at {said:.1f} s"
        yield storyboard.fault(place, message, code="late-captions", hint=hint)


def _pace(text: TimedText) -> float:
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text.text)
    return (len(text.text) + wide * (_WIDE - 1)) / float(text.end_s - text.start_s)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 30 else flat[:29] + "…"
