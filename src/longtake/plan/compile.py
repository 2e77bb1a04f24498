"""Turn a storyboard into clip jobs, handoffs, a quote and the timeline they fill; no disk, no clock."""

from __future__ import annotations

import graphlib
from collections.abc import Mapping
from dataclasses import replace

from longtake.cues import CueSheet
from longtake.errors import Fault, StoryboardError
from longtake.plan.anchors import anchor_warnings, with_anchors
from longtake.plan.aspect import clip_focus, focus_warnings
from longtake.plan.bridges import add_bridge, bridged
from longtake.plan.captions import plan_captions
from longtake.plan.edges import fitting_of
from longtake.plan.faces import face_warnings
from longtake.plan.job import ClipJob, DrawnClip, Handoff, Plan, Quote
from longtake.plan.joins import plan_joins
from longtake.plan.lint import chain_doubts
from longtake.plan.narration import frames_beside, narration_cues, plan_narration, room_faults
from longtake.plan.offer import Offer
from longtake.plan.quote import make_quote
from longtake.plan.recipes import handoffs_of, in_handoff_order, land_on_pictures, with_recipes
from longtake.plan.settings import ShotSettings, shot_settings
from longtake.plan.shots import Draft, add_shot
from longtake.plan.sound import plan_cues
from longtake.plan.survey import Survey
from longtake.plan.titles import plan_titles
from longtake.storyboard.check import NamedScene, NamedShot, muted_ids, named_scenes
from longtake.storyboard.diagnose import did_you_mean
from longtake.storyboard.grammar import Length, parse_colour
from longtake.storyboard.model import Storyboard
from longtake.storyboard.words import expand
from longtake.timeline import Join, Timeline, overlap
from longtake.units import FrameRate, Size

DRAWN_SIZE = Size(1280, 720)


def compile_plan(
    storyboard: Storyboard, offers: Mapping[str, Offer], survey: Survey | None = None
) -> Plan:
    """Turn a storyboard into clip jobs, handoffs, a quote and the timeline they fill.

    `offers` holds what may be bought, by name; `survey` what was found on disk. Frames are counted
    at the film's rate. Raises StoryboardError with every fault, those of the survey included.
    """
    survey = survey or Survey()
    scenes = named_scenes(storyboard)
    rate = FrameRate.parse(storyboard.film.fps)
    draft = Draft(storyboard, offers, survey, rate, film_size(storyboard, scenes, offers))
    draft.faults += survey.faults
    draft.ids = _first_clips(scenes)
    draft.spoken, spoken_faults = plan_narration(storyboard, scenes, survey, draft.ids)
    draft.beside = frames_beside([shot for scene in scenes for shot in scene.shots], rate)
    draft.faults += spoken_faults
    for scene in scenes:
        for shot in scene.shots:
            add_bridge(draft, scene, shot)
            add_shot(draft, scene, shot)
    anchorless = _finish_sources(draft)
    joins, join_faults, warnings = plan_joins(
        storyboard, draft.firsts, draft.clips, draft.sources, rate
    )
    draft.faults += join_faults
    _stop_on(draft)
    timeline = _timeline(draft, joins)
    draft.faults += _joins_that_do_not_fit(draft, timeline)
    room, tight = room_faults(storyboard, scenes, draft.spoken, timeline, draft.ids)
    cues, cue_faults = plan_cues(
        storyboard, scenes, survey, rate, draft.sounds, draft.sources.values()
    )
    clips = _clips_of_shots(draft)
    titles, title_faults, hurried = plan_titles(storyboard, scenes, survey, timeline, clips)
    sheet, unread = plan_captions(storyboard, scenes, survey, timeline, clips)
    said = narration_cues(draft.spoken)
    cues = replace(cues, narration=said, titles=titles, captions=sheet)
    draft.faults += room + cue_faults + title_faults
    speech = [spoken.job for spoken in draft.spoken.values() if spoken.job]
    quote = make_quote(tuple(draft.sources.values()), survey.owned, storyboard.budget, speech)
    draft.faults += _foreign_budget(storyboard, quote)
    _stop_on(draft)
    warnings += _face_warnings(draft) + anchorless + tight + hurried
    focus = clip_focus(storyboard, scenes, clips)
    warnings += focus_warnings(storyboard, scenes, timeline, focus, clips)
    warnings += [*unread, *survey.warnings]
    warnings += chain_doubts(draft, scenes)
    return replace(_plan(draft, scenes, timeline, cues, quote, warnings), focus=focus)


def film_size(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...], offers: Mapping[str, Offer]
) -> Size:
    """Give the film's size: as written, else the canvas of the first clip that is bought."""
    if storyboard.film.size:
        return Size.parse(storyboard.film.size)
    for scene in scenes:
        for shot in scene.shots:
            made = [each for each in (bridged(shot), shot) if each and each.shot.prompt is not None]
            if not made:
                continue
            settings = shot_settings(storyboard, scene, made[0], offers)
            if isinstance(settings, ShotSettings) and not settings.offer.any_size:
                return settings.resolution.canvas
    return DRAWN_SIZE


def _first_clips(scenes: tuple[NamedScene, ...]) -> dict[str, str]:
    """Map every id an author can name to the first clip behind it."""
    ids: dict[str, str] = {}
    for scene in scenes:
        for shot in scene.shots:
            clip = f"{shot.id}/1" if shot.shot.prompt is not None else shot.id
            ids.setdefault(scene.id, clip)
            ids[shot.id] = clip
    return ids


def _finish_sources(draft: Draft) -> list[Fault]:
    """Check that every edge leads to a clip and none in a circle, then write anchors and recipes."""
    unknown = _unknown_clips(draft)
    draft.faults += unknown
    if unknown:
        return []
    sources = land_on_pictures(draft.sources)
    try:
        draft.order = in_handoff_order(sources)
    except graphlib.CycleError as error:
        circle = tuple(reversed(error.args[1]))
        message = f"these clips wait for each other: {' -> '.join(circle)}"
        hint = "end the shot on a picture instead"
        place = (*_shot_of(draft, circle[0]).place, "end")
        draft.faults.append(draft.storyboard.fault(place, message, code="circle", hint=hint))
        return []
    anchored, unmet = with_anchors(sources, draft.order, draft.anchors)
    fitting, choices = fitting_of(draft.storyboard), draft.survey.choices
    draft.sources = with_recipes(anchored, draft.order, fitting, choices)
    return anchor_warnings(draft.storyboard, unmet)


def _clips_of_shots(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Map every shot to its clips in film order."""
    shots: dict[str, tuple[str, ...]] = {}
    for source in draft.sources.values():
        shots[source.shot] = (*shots.get(source.shot, ()), source.id)
    return shots


def _unknown_clips(draft: Draft) -> list[Fault]:
    faults = []
    for handoff in handoffs_of(draft.sources):
        source = draft.sources.get(handoff.source)
        if isinstance(source, DrawnClip):
            what = f'the title card "{handoff.source}" hands no frame on'
            hint = "write `start: fresh`, or name a picture"
            faults.append(_bad_edge(draft, handoff, what, "edge-of-a-card", hint))
        elif source is None:
            what = f'there is no clip "{handoff.source}"'
            hint = did_you_mean(handoff.source, draft.sources) or "`plan` lists the clips"
            faults.append(_bad_edge(draft, handoff, what, "unknown-clip", hint))
    return faults


def _bad_edge(draft: Draft, handoff: Handoff, what: str, code: str, hint: str) -> Fault:
    shot = _shot_of(draft, handoff.target)
    place = (*shot.place, "start" if handoff.edge == "end" else "end")
    return draft.storyboard.fault(place, f'shot "{shot.id}": {what}', code=code, hint=hint)


def _shot_of(draft: Draft, clip: str) -> NamedShot:
    return next(shot for shot, index, _ in draft.firsts if draft.clips[index].id == clip)


def _timeline(draft: Draft, joins: tuple[Join, ...]) -> Timeline:
    film = draft.storyboard.film

    def fade(text: str | None) -> int:
        return Length.parse(text).frames(draft.rate) if text else 0

    return Timeline(
        rate=draft.rate,
        size=draft.size,
        clips=tuple(draft.clips),
        joins=joins,
        fade_in=fade(film.fade_in),
        fade_out=fade(film.fade_out),
        background=parse_colour(film.background),
    )


def _joins_that_do_not_fit(draft: Draft, timeline: Timeline) -> list[Fault]:
    """Put the blame on joins: each on the longest one beside a clip that cannot hold it."""
    blamed: dict[int, tuple[int, int]] = {}
    for index, missing in timeline.too_short():
        beside = [join for join in (index - 1, index) if 0 <= join < len(timeline.joins)]
        worst = max(beside, key=lambda join: overlap(timeline.joins[join]))
        blamed[worst] = max(blamed.get(worst, (0, 0)), (missing, index))
    faults = [_join_too_long(draft, timeline, *entry) for entry in blamed.items()]
    fades = timeline.fade_in + timeline.fade_out
    if not faults and fades > timeline.frames:
        message = f"fade_in and fade_out are {fades} frames long, the film has {timeline.frames}"
        faults.append(draft.storyboard.fault(("film",), message, code="fade-too-long"))
    return faults


def _join_too_long(draft: Draft, timeline: Timeline, join: int, short: tuple[int, int]) -> Fault:
    missing, index = short
    shot = next(shot for shot, at, _ in reversed(draft.firsts) if at <= join + 1)
    clip = timeline.laid[index]
    frames = max(clip.frames, 0)
    hint = f"shorten the transitions at its ends by {missing} frames, or lengthen the shot"
    if not any(map(overlap, timeline.joins[max(0, index - 1) : index + 1])):
        hint = "lengthen its shot: the last frame before a seam is shown by the next clip alone"
    return draft.storyboard.fault(
        (*shot.place, "join"),
        f'clip "{clip.id}" shows {frames} frames, its joins need {clip.frames + missing}',
        code="join-too-long",
        hint=hint,
    )


def _foreign_budget(storyboard: Storyboard, quote: Quote) -> list[Fault]:
    if quote.budget is None or quote.budget.currency == quote.total.currency:
        return []
    message = f"the budget is in {quote.budget.currency}, the prices are in {quote.total.currency}"
    hint = f"name the budget in {quote.total.currency}"
    return [storyboard.fault(("budget",), message, code="foreign-budget", hint=hint)]


def _face_warnings(draft: Draft) -> list[Fault]:
    jobs = (source for source in draft.sources.values() if isinstance(source, ClipJob))
    sent = [face for job in jobs for face in job.faces]
    return face_warnings(draft.storyboard, draft.unsent, sent, draft.offers, draft.survey)


def _stop_on(draft: Draft) -> None:
    if draft.faults:
        raise StoryboardError(draft.storyboard.in_file_order(draft.faults))


def _plan(
    draft: Draft,
    scenes: tuple[NamedScene, ...],
    timeline: Timeline,
    cues: CueSheet,
    quote: Quote,
    warnings: list[Fault],
) -> Plan:
    storyboard = draft.storyboard
    shortened = tuple(
        (f"{timeline.clips[i].id} -> {timeline.clips[i + 1].id}", frames)
        for i, frames in enumerate(timeline.shortened())
        if frames
    )
    return Plan(
        title=expand(storyboard.title, storyboard),
        board=storyboard.name,
        sources=tuple(draft.sources.values()),
        handoffs=handoffs_of(draft.sources),
        quote=quote,
        timeline=timeline,
        cues=cues,
        scenes=cues.chapters,
        shots=tuple(draft.notes),
        fit=storyboard.film.fit,
        muted=muted_ids(storyboard),
        shortened=shortened,
        warnings=storyboard.in_file_order(storyboard.heard((*storyboard.warnings, *warnings))),
        by_id=draft.sources,
        spoken=tuple(draft.spoken.values()),
    )
