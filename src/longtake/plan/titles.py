"""Titles of a board: what is drawn over which shots, and cards that are shots of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from longtake.cues import NamedFile, TitleCue
from longtake.errors import Fault
from longtake.plan.captions import caption_wish
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.grammar import parse_colour
from longtake.storyboard.model import LowerThird, Palette, Shot, Storyboard, TitleCard
from longtake.storyboard.words import expand
from longtake.timeline import Timeline
from longtake.units import exact

# Designs of ours; any other name is a plug-in's, which then draws all of the title.
PRESETS: Mapping[str, tuple[str, ...]] = {
    "lower_third": ("line", "box", "tag", "plain"),
    "title_card": ("centre", "left", "plate", "end"),
}
# Where the words of a title card stand, by its design.
_WORDS_AT: Mapping[str, tuple[str, ...]] = {
    "centre": ("middle",),
    "left": ("bottom",),
    "plate": ("middle",),
    "end": ("middle", "bottom"),
}
# Where the author says nothing: when a title comes, how long it stands, and how long before the end
# of its shot it is gone; seconds.
_USUAL_S = {"lower_third": (0.5, 4.0), "title_card": (0.3, 5.0)}
_CARD_FROM_S = 0.2
_CLEAR_S = Fraction(2, 5)
_LEAST_S, _GLANCE_S = Fraction(4, 5), Fraction(1, 10)
# Signs a second that are read in comfort; titles are read beside the picture, so fewer than captions.
_PACE = 15

Place = tuple[Any, ...]


@dataclass(frozen=True)
class TitleWish:
    """A title as a board has it, at its place; `shots` are the ids of those it lies over.

    `key` is lower_third or title_card, `timed` whether the author said how long it stands.
    """

    place: Place
    key: str
    shots: tuple[str, ...]
    cue: TitleCue
    alone: bool = False
    timed: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """What is drawn, as a map."""
        options: dict[str, Any] = json.loads(self.cue.options)
        return options

    @property
    def preset(self) -> str:
        return str(self.options["preset"])


def title_wishes(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> list[TitleWish]:
    """List the titles of a board in film order, those of a scene before those of its shots."""
    found: list[TitleWish] = []
    for scene in scenes:
        everywhere = tuple(shot.id for shot in scene.shots)
        wishes: list[TitleWish] = []
        if scene.scene.shots is not None:
            wishes += _wishes(storyboard, scene.scene, scene.place, everywhere, alone=False)
        for shot in scene.shots:
            alone = shot.shot.is_card
            wishes += _wishes(storyboard, shot.shot, shot.place, (shot.id,), alone=alone)
        if wishes:
            below = {shot.id for shot in scene.shots if _has_words_below(storyboard, scene, shot)}
            found += [_raised(w) if below & set(w.shots) else w for w in wishes]
    return found


def _has_words_below(storyboard: Storyboard, scene: NamedScene, shot: NamedShot) -> bool:
    """Tell whether captions are drawn where a lower third would stand."""
    wish = caption_wish(storyboard, scene, shot)
    return wish.burn and not wish.off and wish.looks.position == "bottom"


def _raised(wish: TitleWish) -> TitleWish:
    return replace(wish, cue=raised(wish.cue))


def raised(cue: TitleCue) -> TitleCue:
    """Lift a lower third above what stands at the bottom of the picture; other titles stay."""
    if cue.kind != "lower_third":
        return cue
    return replace(cue, options=_canonical({**json.loads(cue.options), "raised": True}))


def plan_titles(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    survey: Survey,
    timeline: Timeline,
    clips: Mapping[str, tuple[str, ...]],
) -> tuple[tuple[TitleCue, ...], list[Fault], list[Fault]]:
    """Hang the titles on the clips of their shots: cues as they lie over each other, faults, warnings.

    `clips` maps shots to their clips. The logo lies over all titles (their shades
    would darken it), the progress line on top of all.
    """
    cues: list[TitleCue] = []
    shown: list[tuple[int, int, TitleWish]] = []
    faults: list[Fault] = []
    warnings: list[Fault] = []
    below = _burned_positions(storyboard, scenes)
    for wish in title_wishes(storyboard, scenes):
        warnings += _under_captions(storyboard, wish, below)
        hung = tuple(clip for shot in wish.shots for clip in clips[shot])
        if wish.alone:
            faults += _own_seconds(storyboard, wish)
            start, end = timeline.window(hung)
            left = timeline.rate.seconds(end - start) - wish.cue.delay_s
            warnings += _hurried(storyboard, wish, max(left, Fraction(0)))
            continue
        fault, warning = _in_time(storyboard, wish, timeline, hung)
        faults += fault
        warnings += warning
        cues.append(_hung(wish.cue, hung, _font(storyboard, survey)))
        window = timeline.window(hung, wish.cue.delay_s, wish.cue.seconds, wish.cue.clear_s)
        shown.append((*window, wish))
    warnings += _overlaps(storyboard, shown)
    cues = [*cues, *_logo(storyboard, survey), *_progress(storyboard)]
    return tuple(cues), faults, warnings


def card_of(
    storyboard: Storyboard, survey: Survey, shot: Shot, place: Place, clip: str
) -> TitleCue:
    """Give the title of a shot that is a card of its own; its text stands to the end."""
    (wish,) = (w for w in _wishes(storyboard, shot, place, (clip,), alone=True) if w.alone)
    return _hung(wish.cue, (clip,), _font(storyboard, survey))


def _wishes(
    storyboard: Storyboard, shot: Shot, place: Place, shots: tuple[str, ...], *, alone: bool
) -> Iterator[TitleWish]:
    card, third = shot.title_card, shot.lower_third
    if card is not None:
        yield _wish(storyboard, card, (*place, "title_card"), shots, alone=alone)
    if third is not None:
        written = LowerThird.model_validate({"text": third}) if isinstance(third, str) else third
        yield _wish(storyboard, written, (*place, "lower_third"), shots)


def _wish(
    storyboard: Storyboard,
    title: LowerThird | TitleCard,
    place: Place,
    shots: tuple[str, ...],
    *,
    alone: bool = False,
) -> TitleWish:
    key = str(place[-1])
    texts = {
        name: expand(getattr(title, name), storyboard)
        for name in ("text", "line2", "subtitle")
        if getattr(title, name, None)
    }
    preset = title.preset or str(getattr(storyboard.brand, f"{key}_preset"))
    options: dict[str, Any] = {**texts, "preset": preset}
    if isinstance(title, TitleCard) and title.links:
        options["links"] = [expand(link, storyboard) for link in title.links]
    if title.motion != "slide":
        options["motion"] = title.motion
    if title.options:
        options["options"] = dict(title.options)
    if alone:
        options |= {"alone": True, "stays": True}
    palette = _palette(storyboard.brand.palette)
    if palette:
        options["palette"] = palette
    usual_from, usual_length = (_CARD_FROM_S, 0.0) if alone else _USUAL_S[key]
    ours = preset in PRESETS[key]
    cue = TitleCue(
        clips=(),
        kind=key if ours else preset,
        what=key.replace("_", " "),
        options=_canonical(options),
        delay_s=exact(usual_from if title.from_s is None else title.from_s),
        seconds=None if alone else exact(title.seconds or usual_length),
        clear_s=Fraction(0) if alone else _CLEAR_S,
    )
    return TitleWish(place, key, shots, cue, alone, title.seconds is not None)


def _hung(cue: TitleCue, clips: tuple[str, ...], files: tuple[NamedFile, ...]) -> TitleCue:
    return TitleCue(
        clips, cue.kind, cue.what, cue.options, files, cue.delay_s, cue.seconds, cue.clear_s
    )


def _logo(storyboard: Storyboard, survey: Survey) -> Iterator[TitleCue]:
    logo = storyboard.brand.logo
    if logo:
        path = storyboard.path_of(("brand", "logo", "file"), logo.file)
        facts = survey.stills.get(path)
        options = {"corner": logo.corner, "size": logo.size, "opacity": logo.opacity}
        file = NamedFile("logo", path, facts.sha256 if facts else "")
        yield TitleCue((), "logo", "logo", _canonical(options), (file,), steady=True)


def _progress(storyboard: Storyboard) -> Iterator[TitleCue]:
    if storyboard.brand.progress:
        palette = _palette(storyboard.brand.palette)
        options = {"palette": palette} if palette else {}
        yield TitleCue((), "progress", "progress line", _canonical(options))


def _font(storyboard: Storyboard, survey: Survey) -> tuple[NamedFile, ...]:
    if not storyboard.brand.font:
        return ()
    path = storyboard.path_of(("brand", "font"), storyboard.brand.font)
    facts = survey.fonts.get(path)
    return (NamedFile("font", path, facts.sha256 if facts else ""),)


def _palette(palette: Palette) -> dict[str, str]:
    written = palette.model_dump(exclude_none=True)
    return {name: parse_colour(colour) for name, colour in written.items()}


def _burned_positions(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> dict[str, str]:
    """Tell where captions are drawn into the picture, by the shots that have some."""
    found: dict[str, str] = {}
    for scene in scenes:
        for shot in scene.shots:
            wish = caption_wish(storyboard, scene, shot)
            if not wish.burn or wish.off:
                continue
            if wish.file or shot.shot.narration or scene.scene.narration:
                found[shot.id] = wish.looks.position
    return found


def _under_captions(
    storyboard: Storyboard, wish: TitleWish, below: Mapping[str, str]
) -> Iterator[Fault]:
    """Warn of captions that are drawn into the picture where a card has its words."""
    taken = _WORDS_AT.get(wish.preset, ()) if wish.key == "title_card" else ()
    at = next((below[shot] for shot in wish.shots if below.get(shot) in taken), None)
    if at is not None:
        message = f"captions drawn into the picture ({at}) may lie on the words of this title card"
        free = next(place for place in ("top", "bottom") if place not in taken)
        hint = f"give the shot `captions: {{style: {{position: {free}}}}}`, or `burn: false`"
        yield storyboard.fault(wish.place, message, code="captions-on-card", hint=hint)


def _in_time(
    storyboard: Storyboard, wish: TitleWish, timeline: Timeline, clips: tuple[str, ...]
) -> tuple[list[Fault], list[Fault]]:
    """Check that a title has time to be seen, and warn where it has none to be read."""
    start, end = timeline.window(clips)
    length = timeline.rate.seconds(end - start)
    cue, what = wish.cue, wish.cue.what
    left = length - cue.delay_s - cue.clear_s
    wanted: Fraction = cue.seconds or left
    place = (*wish.place, "from") if cue.delay_s > length / 2 else wish.place
    if left < min(wanted, _LEAST_S):
        seen = f"only {float(left):.1f} s are left" if left > _GLANCE_S else "it would not be seen"
        message = (
            f"the {what} comes {float(cue.delay_s):g} s after its shot begins, "
            f"which is {float(length):.1f} s long: {seen}"
        )
        hint = "give it an earlier `from:`, or the shot more seconds"
        return [storyboard.fault(place, message, code="title-too-late", hint=hint)], []
    warnings = []
    shown = min(left, wanted)
    if wish.timed and left < wanted:
        message = f"the {what} is to stand for {float(wanted):g} s, its shot has room for {float(left):.1f} s"
        warnings.append(storyboard.fault(wish.place, message, code="title-cut-short"))
    hurried = list(_hurried(storyboard, wish, shown))
    if not (hurried or wish.timed) and 2 * left < wanted:
        message = f"the {what} would stand for {float(wanted):g} s, its shot has room for {float(left):.1f} s"
        warnings.append(storyboard.fault(wish.place, message, code="title-cut-short"))
    return [], [*warnings, *hurried]


def _hurried(storyboard: Storyboard, wish: TitleWish, shown: Fraction) -> Iterator[Fault]:
    """Warn of a title that is gone before it can be read."""
    needed = len("".join(_texts(wish.options))) / _PACE
    if shown < needed:
        what = wish.cue.what
        message = f"the {what} stands for {float(shown):.1f} s; to read it takes {needed:.1f} s"
        longer = "give its shot more seconds" if wish.alone else "give it more `seconds:`"
        hint = f"shorten it, or {longer}"
        yield storyboard.fault(wish.place, message, code="title-hurried", hint=hint)


def _overlaps(storyboard: Storyboard, shown: list[tuple[int, int, TitleWish]]) -> Iterator[Fault]:
    """Warn where a title comes while another one still stands."""
    standing: tuple[int, int, TitleWish] | None = None
    for window in sorted(shown, key=lambda window: window[:2]):
        start, end, second = window
        if standing and start < standing[1]:
            first = standing[2]
            message = (
                f"this {second.cue.what} and the {first.cue.what} before it lie over each other"
            )
            hint = "let one come later (`from:`), or stand for fewer `seconds:`"
            yield storyboard.fault(second.place, message, code="titles-overlap", hint=hint)
        if standing is None or end > standing[1]:
            standing = window


def _own_seconds(storyboard: Storyboard, wish: TitleWish) -> list[Fault]:
    if not wish.timed:
        return []
    message = "a title card of its own stands as long as its shot"
    hint = "write `seconds:` beside `title_card:`, not in it"
    place = (*wish.place, "seconds")
    return [storyboard.fault(place, message, code="card-seconds", hint=hint, key=True)]


def _texts(options: Mapping[str, Any]) -> list[str]:
    named = [str(options[key]) for key in ("text", "line2", "subtitle") if key in options]
    return named + [str(link) for link in options.get("links", ())]


def _canonical(options: Mapping[str, Any]) -> str:
    return json.dumps(options, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
