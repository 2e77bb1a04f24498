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
from longtake.plan.job import ClipJob, EndOf, Plan, Source, StartOf
from longtake.units import take_name

SCHEMA = 1

# How the parts of a recipe are called when they have changed, where their own name says too little.
_WORDS = {
    "first frame": "start",
    "last frame": "end",
    "prompt version": "prompt form",
    "bridge version": "bridge's own words",
    "rate": "frame rate",
    "scene": "scene's id",
    "shot": "shot's id",
}
# A prompt ends in its camera words.
_CAMERA_WORDS = re.compile(r" ?\[[^\[\]]*\]$")


@dataclass(frozen=True)
class ClipRecord:
    """A clip as it was last made: its recipe, what it was made of, the clips it leaned on, its key,
    and which of its takes was kept.
    """

    recipe: str
    parts: Mapping[str, Any]
    upstream: tuple[str, ...]
    key: str
    take: int = 1


@dataclass(frozen=True)
class Verdict:
    """What becomes of a clip: `state` is kept, again or never; `why` says what changed, or is open."""

    clip: str
    state: str
    why: str = ""

    def __str__(self) -> str:
        if self.state == "kept":
            return f"{self.clip}: kept" + (f"; {self.why}" if self.why else "")
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
    """Map the names of all takes remembered in this folder to the keys they lie under."""
    films = _films(work)
    return {
        _name(record): record.key for film in films for _, record in _records(work, film) if record
    }


def save_history(work: Path, film: str, plan: Plan, keys: Mapping[str, str]) -> None:
    """Remember the clips that have a take now, by the keys of these; what is known of others stays."""
    films = _films(work)
    before = films.get(film)
    made = {
        job.id: asdict(
            ClipRecord(job.recipe, dict(job.parts), _upstream(job), keys[job.id], job.take)
        )
        for job in plan.jobs
        if job.id in keys
    }
    clips = {**(before if isinstance(before, dict) else {}), **made}
    document = {"schema": SCHEMA, "films": {**films, film: clips}}
    if document["films"] != films:
        write_json(work / "clips.json", document)


def verdicts(plan: Plan, history: History, owned: frozenset[str]) -> tuple[Verdict, ...]:
    """Say of each clip whether it is kept, made again (and why), or was never made; in film order.

    `owned` holds ids of the clips whose take for just this recipe exists.
    """
    causes = _Causes(plan, history)

    def verdict(job: ClipJob) -> Verdict:
        if job.id in owned:
            return Verdict(
                job.id, "kept", "one of its takes is to be chosen" if job.is_open else ""
            )
        known = history.get(job.id)
        if known is None:
            return Verdict(job.id, "never")
        return Verdict(job.id, "again", _reason(job, known, causes))

    return tuple(map(verdict, plan.jobs))


def owned_clips(plan: Plan) -> frozenset[str]:
    """List the clips whose takes exist, as the quote has found."""
    return frozenset(clip for clip, _, owned in plan.quote.lines if owned)


def _reason(job: ClipJob, known: ClipRecord, causes: _Causes) -> str:
    changed = _changed(known.parts, job.parts)
    if changed:
        return f"its {_listed(changed)} changed"
    before, now = known.upstream, _upstream(job)
    if before != now:
        gone = ", ".join(before) or "nothing"
        return f"it continues {', '.join(now) or 'nothing'} where it continued {gone}"
    if known.recipe == job.recipe:
        return "its take is gone"
    return f"its handoff frame changed because {causes.why(job)}"


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


class _Causes:
    """Which clip began a change; each clip is asked once, so that a long chain is walked once."""

    def __init__(self, plan: Plan, history: History) -> None:
        self._plan = plan
        self._history = history
        self._known: dict[str, str] = {}

    def above(self, job: ClipJob) -> str:
        """Walk up the chain from a clip to the one whose own words changed."""
        turned = self._turned(job)
        if turned:
            return self._root(turned)
        # A still or footage is not remembered as a clip: where no take changed, it is the cause.
        above = self._above(job)
        local = [source for source in above if not isinstance(source, ClipJob)]
        return (local or above or [job])[0].id

    def why(self, job: ClipJob) -> str:
        """Say what began the change of a clip's handoff frame."""
        clip = self.above(job)
        known, now = self._history.get(clip), self._plan.by_id.get(clip)
        if known is None or not isinstance(now, ClipJob) or known.recipe != now.recipe:
            return f"{clip} did"
        # The same words, and another of its takes.
        return f"take {now.take} of {clip} is kept now" if known.take != now.take else f"{clip} did"

    def _root(self, job: ClipJob) -> str:
        walked: list[str] = []
        at = job
        while at.id not in self._known:
            walked.append(at.id)
            own = _changed(self._history[at.id].parts, at.parts)
            turned = None if own else self._turned(at)
            if turned is None:
                self._known[at.id] = at.id
            else:
                at = turned
        root = self._known[at.id]
        self._known.update(dict.fromkeys(walked, root))
        return root

    def _turned(self, job: ClipJob) -> ClipJob | None:
        """Find the clip that a clip leans on and whose recipe is not what it was."""
        for source in self._above(job):
            known = self._history.get(source.id)
            if isinstance(source, ClipJob) and known and _name(known) != source.kept_name:
                return source
        return None

    def _above(self, job: ClipJob) -> list[Source]:
        return [self._plan.by_id[clip] for clip in _upstream(job) if clip in self._plan.by_id]


def _name(known: ClipRecord) -> str:
    return take_name(known.recipe, known.take)


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
    """Read one clip; what is not as it was written, by whatever hand, counts as never made."""
    if not isinstance(row, dict):
        return None
    recipe, parts, upstream, key = (row.get(k) for k in ("recipe", "parts", "upstream", "key"))
    if not (isinstance(recipe, str) and isinstance(key, str) and isinstance(parts, dict)):
        return None
    if not (isinstance(upstream, list) and all(isinstance(clip, str) for clip in upstream)):
        return None
    if not isinstance(parts.get("card") or {}, dict):
        return None
    take = row.get("take", 1)
    return ClipRecord(recipe, parts, tuple(upstream), key, take if isinstance(take, int) else 1)
