"""What each clip's recipe was when it was last made, and what is different now.

Only a memory for people: whether a take is used again is decided by its recipe and key, never here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from longtake.files import read_json, write_json
from longtake.plan.job import ClipJob, EndOf, Plan, Source
from longtake.project import Project
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
    which of its takes was kept, and what its prompt was put together from.
    """

    recipe: str
    parts: Mapping[str, Any]
    upstream: tuple[str, ...]
    key: str
    take: int = 1
    wording: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ShownClip:
    """A clip as a film showed it when that was last assembled: its recipe, and what was done with it."""

    clip: str
    recipe: str
    facets: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a clip: `state` is kept, rejoined, again or never; `why` says what changed, or is open.

    A clip is rejoined where its take stays and the film shows it otherwise than it did.
    """

    clip: str
    state: str
    why: str = ""

    def __str__(self) -> str:
        if self.state == "kept":
            return f"{self.clip}: kept" + (f"; {self.why}" if self.why else "")
        if self.state == "rejoined":
            return f"{self.clip}: re-joined, {self.why}"
        return (
            f"{self.clip}: never made"
            if self.state == "never"
            else f"{self.clip}: made again, {self.why}"
        )


History = Mapping[str, ClipRecord]


def film_name(board: str, flavour: str = "", version: str = "") -> str:
    """Name a film among those of one folder; a version is remembered beside the others.

    `flavour` is animatic, draft or nothing.
    """
    return "/".join(filter(None, (board, version, flavour)))


def film_of(project: Project, flavour: str) -> str:
    """Name a kind of film of a project's board, as `film_name` does."""
    return film_name(project.board.stem, flavour, project.version)


def record_of(job: ClipJob, key: str) -> ClipRecord:
    """Write down a clip as it is made now."""
    parts, wording = dict(job.parts), dict(job.wording)
    return ClipRecord(job.recipe, parts, job.upstream, key, job.take, wording)


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
    made = {job.id: asdict(record_of(job, keys[job.id])) for job in plan.jobs if job.id in keys}
    clips = {**(before if isinstance(before, dict) else {}), **made}
    document = {"schema": SCHEMA, "films": {**films, film: clips}}
    if document["films"] != films:
        write_json(work / "clips.json", document)


def load_shown(work: Path, film: str) -> tuple[ShownClip, ...]:
    """Read how a film showed its clips when it was last assembled, in film order."""
    films = _films(work, "shown.json")
    rows = films.get(film)
    found = []
    for row in rows if isinstance(rows, list) else ():
        clip, recipe, facets = (
            (row.get(key) for key in ("clip", "recipe", "facets"))
            if isinstance(row, dict)
            else (None, None, None)
        )
        if isinstance(clip, str) and isinstance(recipe, str) and isinstance(facets, dict):
            found.append(ShownClip(clip, recipe, facets))
    return tuple(found)


def save_shown(work: Path, film: str, shown: Iterable[ShownClip]) -> None:
    """Remember how a film shows its clips, now that it is assembled."""
    films = _films(work, "shown.json")
    document = {"schema": SCHEMA, "films": {**films, film: list(map(asdict, shown))}}
    if document["films"] != films:
        write_json(work / "shown.json", document)


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


def _reason(job: ClipJob, known: ClipRecord, causes: _Causes) -> str:
    changed = _named(_changed(known.parts, job.parts), known.wording, job.wording)
    moved = _moved(known, job) if changed == [_WORDS["first frame"]] else ""
    if moved:
        return f"its handoff frame changed because {moved}"
    if changed:
        return f"its {listed(changed)} changed"
    before, now = known.upstream, job.upstream
    if before != now:
        gone = ", ".join(before) or "nothing"
        return f"it continues {', '.join(now) or 'nothing'} where it continued {gone}"
    if known.recipe == job.recipe:
        return "its take is gone" if job.takes == 1 else "not all of its takes are there"
    return f"its handoff frame changed because {causes.why(job)}"


def _moved(known: ClipRecord, job: ClipJob) -> str:
    """Say why a clip begins on another frame of the clip that it continued before; "" for other reasons."""
    was, now = (parts.get("first frame") for parts in (known.parts, job.parts))
    if not (isinstance(was, dict) and isinstance(now, dict) and isinstance(job.first, EndOf)):
        return ""
    ends = "handoff at frame"
    if known.upstream != job.upstream or ends not in was:
        return ""
    if was[ends] != now[ends]:
        return f"{job.first.clip} ends on another one"
    repaired = was.get("repairs") != now.get("repairs")
    return f"the repairs of {job.first.clip} did" if repaired else ""


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the parts that differ, in the recipe's order, each once and the most telling one."""
    names = differing(before, now)
    inner = differing(before.get("card") or {}, now.get("card") or {})
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


def _named(changed: list[str], was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name what of a prompt changed: its own text, the look, or what a name in it stands for."""
    if "prompt" not in changed or not (was and now):
        return changed
    words = [] if was.get("text") == now.get("text") else ["prompt"]
    words += [] if was.get("look") == now.get("look") else ["look"]
    old, new = (side.get("names") or {} for side in (was, now))
    if "prompt" not in words and isinstance(old, dict):
        words += [f"${{{name}}}" for name in differing(old, new)]
    at = changed.index("prompt")
    told = [word for word in words if word not in changed[:at] + changed[at + 1 :]]
    return [*changed[:at], *(told or ["prompt"]), *changed[at + 1 :]]


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
        return [self._plan.by_id[clip] for clip in job.upstream if clip in self._plan.by_id]


def _name(known: ClipRecord) -> str:
    return take_name(known.recipe, known.take)


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the parts that are not the same in two maps, those of now first."""
    names = dict.fromkeys((*now, *before))
    return [name for name in names if before.get(name) != now.get(name)]


def listed(words: list[str]) -> str:
    """Write words as a list: `prompt, camera and look`."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def _films(work: Path, file: str = "clips.json") -> dict[str, Any]:
    document = read_json(work / file)
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
    take, wording = row.get("take", 1), row.get("wording")
    return ClipRecord(
        recipe,
        parts,
        tuple(upstream),
        key,
        take if isinstance(take, int) else 1,
        wording if isinstance(wording, dict) else {},
    )
