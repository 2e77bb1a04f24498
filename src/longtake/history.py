"""What each clip's recipe was when it was last made, and what is different now.

Only a memory for people: whether a take is used again is decided by its recipe and key, never here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from longtake.files import read_json, write_json
from longtake.plan.job import ClipJob, EndOf, Plan, StartOf

SCHEMA = 1

# How the parts of a recipe are called when they have changed, where their own name says too little.
_WORDS = {
    "first frame": "start",
    "last frame": "end",
    "prompt version": "prompt form",
    "rate": "frame rate",
    "scene": "scene's id",
    "shot": "shot's id",
}
# A prompt ends in its camera words.
_CAMERA_WORDS = re.compile(r" ?\[[^\[\]]*\]$")


@dataclass(frozen=True)
class ClipRecord:
    """A clip as it was last made: its recipe, what it was made of, the clips it leaned on, its key."""

    recipe: str
    parts: Mapping[str, Any]
    upstream: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Verdict:
    """What becomes of a clip: `state` is kept, again or never; `why` says what changed."""

    clip: str
    state: str
    why: str = ""

    def __str__(self) -> str:
        if self.state == "kept":
            return f"{self.clip}: kept"
        return (
            f"{self.clip}: never made"
            if self.state == "never"
            else f"{self.clip}: made again, {self.why}"
        )


History = Mapping[str, ClipRecord]


def film_name(board: str, *, animatic: bool) -> str:
    """Name a film among those of one folder."""
    return f"{board}/animatic" if animatic else board


def load_history(work: Path, film: str) -> dict[str, ClipRecord]:
    """Read what is remembered of a film's clips; nothing where nothing is, or where it is damaged."""
    return {clip: record for clip, record in _records(work, film) if record}


def known_keys(work: Path) -> dict[str, str]:
    """Map the recipes of all clips remembered in this folder to the keys their takes lie under."""
    films = _films(work)
    return {
        record.recipe: record.key for film in films for _, record in _records(work, film) if record
    }


def save_history(work: Path, film: str, plan: Plan, keys: Mapping[str, str]) -> None:
    """Remember the clips that have a take now, by the keys of these; what is known of others stays."""
    films = _films(work)
    made = {
        job.id: asdict(ClipRecord(job.recipe, dict(job.parts), _upstream(job), keys[job.id]))
        for job in plan.jobs
        if job.id in keys
    }
    clips = {**films.get(film, {}), **made}
    document = {"schema": SCHEMA, "films": {**films, film: clips}}
    if document["films"] != films:
        write_json(work / "clips.json", document)


def verdict(job: ClipJob, plan: Plan, history: History, owned: frozenset[str]) -> Verdict:
    """Say whether a clip is kept, made again (and why), or was never made.

    `owned` holds ids of the clips whose take for just this recipe exists.
    """
    if job.id in owned:
        return Verdict(job.id, "kept")
    known = history.get(job.id)
    if known is None:
        return Verdict(job.id, "never")
    return Verdict(job.id, "again", _reason(job, plan, known, history))


def owned_clips(plan: Plan) -> frozenset[str]:
    """List the clips whose takes exist, as the quote has found."""
    return frozenset(clip for clip, _, owned in plan.quote.lines if owned)


def _reason(job: ClipJob, plan: Plan, known: ClipRecord, history: History) -> str:
    changed = _changed(known.parts, job.parts)
    if changed:
        return f"its {_listed(changed)} changed"
    before, now = known.upstream, _upstream(job)
    if before != now:
        gone = ", ".join(before) or "nothing"
        return f"it continues {', '.join(now) or 'nothing'} where it continued {gone}"
    if known.recipe == job.recipe:
        return "its take is gone"
    root = _root(job, plan, history)
    return f"its handoff frame changed because {root} did"


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the parts that differ, in the recipe's order, each once and the most telling one."""
    names = _differing(before, now)
    inner = _differing(before.get("card") or {}, now.get("card") or {})
    if "card" in names:
        at = names.index("card")
        names[at : at + 1] = [name for name in inner if name not in names]
    if "prompt" in names and "prompt" not in inner:
        # Look and camera words are in the prompt as well: the one that was edited is named alone.
        texts = [_CAMERA_WORDS.sub("", str(parts.get("prompt"))) for parts in (before, now)]
        if texts[0] == texts[1]:
            names[names.index("prompt")] = "camera"
        elif "look" in inner:
            names.remove("prompt")
    return [_WORDS.get(name, name) for name in names]


def _root(job: ClipJob, plan: Plan, history: History) -> str:
    """Walk up the chain to the clip whose own words changed."""
    seen = {job.id}
    at = job
    while True:
        above = [plan.by_id[clip] for clip in _upstream(at) if clip in plan.by_id]
        turned = [
            clip
            for clip in above
            if clip.id not in seen
            and (known := history.get(clip.id))
            and known.recipe != clip.recipe
        ]
        # A still or footage is not remembered as a clip: where no take changed, it is the cause.
        local = [clip for clip in above if not isinstance(clip, ClipJob)]
        if not turned or not isinstance(turned[0], ClipJob):
            return (local or above or [at])[0].id if at is job else at.id
        at = turned[0]
        seen.add(at.id)
        if _changed(history[at.id].parts, at.parts):
            return at.id


def _upstream(job: ClipJob) -> tuple[str, ...]:
    return tuple(edge.clip for edge in (job.first, job.last) if isinstance(edge, EndOf | StartOf))


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = dict.fromkeys((*now, *before))
    return [name for name in names if before.get(name) != now.get(name)]


def _listed(words: list[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def _films(work: Path) -> dict[str, Any]:
    document = read_json(work / "clips.json")
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return {}
    films = document.get("films")
    return films if isinstance(films, dict) else {}


def _records(work: Path, film: str) -> Iterable[tuple[str, ClipRecord | None]]:
    clips = _films(work).get(film)
    for clip, row in clips.items() if isinstance(clips, dict) else ():
        yield clip, _record(row)


def _record(row: Any) -> ClipRecord | None:
    try:
        return ClipRecord(row["recipe"], dict(row["parts"]), tuple(row["upstream"]), row["key"])
    except (KeyError, TypeError, ValueError):
        return None
