"""How a film shows each of its clips: compared with how it did, it says what is joined anew and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from longtake.assemble.captions import film_captions
from longtake.assemble.overlays import LaidOverlays, Layer, film_overlays
from longtake.history import ShownClip, differing, listed
from longtake.plan.job import ClipJob, Plan, Source
from longtake.timeline import Join, Seam, Timeline, TimelineClip, Transition

# What an author calls the parts of what no model makes.
_WORDS = {
    "still": "picture",
    "footage": "file",
    "frames": "length",
    "start": "part",
    "end": "part",
    "title": "text",
    "kind": "design",
    "files": "font",
}
_PLURAL = {"caption": "captions"}
_CUT = "cut"


def showings(plan: Plan) -> tuple[ShownClip, ...]:
    """Write down how a plan's film shows each of its clips, in film order."""
    timeline = plan.timeline
    drawn = LaidOverlays(film_overlays(timeline, plan.cues, film_captions(timeline, plan.cues)))
    film = {
        "size": str(timeline.size),
        "frame rate": str(timeline.rate),
        "fit": plan.fit,
        "background": timeline.background,
    }
    joins = (None, *timeline.joins, None)
    found = []
    for index, (at, clip) in enumerate(timeline.placed()):
        source = plan.by_id[clip.id]
        before, behind = (_neighbour(plan, index + step) for step in (-1, 1))
        facets = {
            "film": film,
            "take": source.take if isinstance(source, ClipJob) else 1,
            "part": [clip.start, clip.end],
            "before": _join(joins[index], before),
            "behind": _join(joins[index + 1], behind),
            "drawn": [_drawn(layer) for layer in drawn.layers(at, at + clip.frames)],
            "fades": _fades(timeline, at, clip),
            "repairs": _repairs(source),
            "own": {} if isinstance(source, ClipJob) else dict(source.parts),
        }
        found.append(ShownClip(clip.id, source.recipe, facets))
    return tuple(found)


def changes(before: ShownClip, now: ShownClip) -> str:
    """Say what is different in how a film shows a clip; nothing where nothing is."""
    return "; ".join(dict.fromkeys(_changes(before.facets, now.facets)))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    # One word for what all clips share: their own lengths and sizes follow from it.
    film = _changed(old, new, "film")
    if film:
        yield f"the film's {listed(film)} changed"
        return
    own = _changed(old, new, "own")
    if own:
        yield f"its {listed(list(dict.fromkeys(_WORDS.get(name, name) for name in own)))} changed"
        return
    if old.get("take", 1) != new.get("take", 1):
        yield f"take {new.get('take', 1)} of it is kept now"
    joins = [*_join_change(old, new, "before"), *_join_change(old, new, "behind")]
    yield from joins
    # A transition takes its frames from the part that is shown: one word for both.
    if not joins:
        yield from _part_change(old.get("part"), new.get("part"))
    drawn = _drawn_change(old.get("drawn"), new.get("drawn"))
    if drawn:
        yield f"its {listed(drawn)} changed"
    if old.get("fades") != new.get("fades"):
        yield "the film's fade over it changed"
    if old.get("repairs") != new.get("repairs"):
        yield "its repairs changed"


def _join_change(old: Mapping[str, Any], new: Mapping[str, Any], side: str) -> Iterator[str]:
    was, now = ((facets.get(side) or {}) for facets in (old, new))
    if was == now:
        return
    words = [join.get("join") or _CUT for join in (was, now)]
    if words[0] != words[1]:
        yield f"the join {side} it changed from {words[0]} to {words[1]}"
    else:
        yield f"the {words[1]} {side} it shows a clip that changed"


def _part_change(was: Any, now: Any) -> Iterator[str]:
    if was == now or not (isinstance(was, list) and isinstance(now, list)):
        return
    more = (now[1] - now[0]) - (was[1] - was[0])
    if more:
        frames = "1 frame" if abs(more) == 1 else f"{abs(more):,} frames"
        yield f"{frames} {'more' if more > 0 else 'less'} of it are shown"
    else:
        yield "another part of it is shown"


def _drawn_change(was: Any, now: Any) -> list[str]:
    """Name the kinds of what is drawn over a clip that differ, each once."""
    rows = [[tuple(row) for row in side or ()] for side in (was, now)]
    other = [row for one, two in (rows, rows[::-1]) for row in one if row not in two]
    return list(dict.fromkeys(_PLURAL.get(row[0], row[0]) for row in other))


def _neighbour(plan: Plan, index: int) -> Source | None:
    clips = plan.timeline.clips
    return plan.by_id[clips[index].id] if 0 <= index < len(clips) else None


def _join(join: Join | None, neighbour: Source | None) -> dict[str, str]:
    """Write a join down; a transition shows its neighbour, and changes with it."""
    if isinstance(join, Transition) and neighbour is not None:
        return {"join": join.written, "with": _shown_of(neighbour)}
    # To be cut off from a neighbour, or to have none, changes no frame.
    return {"join": "seam"} if isinstance(join, Seam) else {}


def _shown_of(source: Source) -> str:
    return source.kept_name if isinstance(source, ClipJob) else source.recipe


def _drawn(layer: Layer) -> list[str]:
    overlay = layer.overlay
    files = [[file.name, file.sha256] for file in overlay.files]
    place = [layer.start, layer.end, layer.first, layer.frames]
    facts = json.dumps([overlay.kind, overlay.options, files, place])
    return [overlay.what, hashlib.sha256(facts.encode()).hexdigest()[:16]]


def _fades(timeline: Timeline, at: int, clip: TimelineClip) -> list[list[int]]:
    """Give the part of the film's fades that lies over a clip."""
    begin = timeline.frames - timeline.fade_out
    rising = [[at, timeline.fade_in]] if at < timeline.fade_in else []
    falling = [[begin - at, timeline.fade_out]] if at + clip.frames > begin else []
    return rising + falling


def _repairs(source: Source) -> dict[str, str]:
    return source.repairs.as_parts() if isinstance(source, ClipJob) and not source.draws else {}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], facet: str) -> list[str]:
    """Name the parts of a facet that differ."""
    was, now = (facets.get(facet) for facets in (old, new))
    return differing(was if isinstance(was, dict) else {}, now if isinstance(now, dict) else {})
