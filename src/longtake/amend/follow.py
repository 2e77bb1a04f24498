"""Follow clips through an edit: which remembered clip is which one of the plan, whatever it is called.

Ids may be places (`dawn.2`), and a shot put in above moves them all; so records are found by what the
clips are made of, and by their names only where that leaves a choice.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from longtake.history import ClipRecord, History, ShownClip
from longtake.plan.job import ClipJob, Plan, Source

# What stands in the place of a clip that is in the film no more.
GONE = "a clip that is gone"
# Of their words, prompts of one shot share at least this much before and after an edit.
_ALIKE = 0.4
_SAME_NAME = 0.3
# Beyond so many comparisons of prompts the names decide.
_MOST_COMPARED = 10_000
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"(\d+)")


def paired(
    jobs: Sequence[ClipJob], history: History, shown: Sequence[ShownClip] = ()
) -> dict[str, str]:
    """Map the ids of clips to those under which they are remembered; new clips have none.

    `shown` tells in which order the film had them.
    """
    return _Pairing(jobs, history, [clip.clip for clip in shown]).pairs


def followed(
    plan: Plan, history: History, shown: Sequence[ShownClip], pairs: Mapping[str, str]
) -> dict[str, ClipRecord]:
    """Give the records of a plan's clips under their ids of now; new clips have none.

    `pairs` tells which is which. The clips that a record leaned on go by their ids of now, too.
    """
    now_of = {known.clip: new for new, known in same_recipe(plan.sources, shown).items()}
    now_of |= {old: new for new, old in pairs.items()}

    def renamed(old: str) -> str:
        # A name that another clip bears now would mislead.
        return now_of.get(old, GONE if old in plan.by_id and old in history else old)

    return {
        new: replace(history[old], upstream=tuple(map(renamed, history[old].upstream)))
        for new, old in pairs.items()
    }


def same_recipe(sources: Iterable[Source], shown: Sequence[ShownClip]) -> dict[str, ShownClip]:
    """Find for clips how those of just their recipes were shown: under the same id, else in order."""
    wanted = list(sources)
    named = {(known.recipe, known.clip): known for known in shown}
    found = {s.id: named[s.recipe, s.id] for s in wanted if (s.recipe, s.id) in named}
    taken = {known.clip for known in found.values()}
    free: dict[str, deque[ShownClip]] = defaultdict(deque)
    for known in shown:
        if known.clip not in taken:
            free[known.recipe].append(known)
    for source in wanted:
        rest = free.get(source.recipe)
        if source.id not in found and rest:
            found[source.id] = rest.popleft()
    return found


class _Pairing:
    """Pairs clips with records, the surest first; each of them once."""

    def __init__(self, jobs: Sequence[ClipJob], history: History, order: Sequence[str]) -> None:
        self.pairs: dict[str, str] = {}
        known = sorted(history, key=_in_order)
        self._order = [old for old in order if old in history] or known
        self._now = [job.id for job in jobs]
        self._jobs = {job.id: job for job in jobs}
        self._free = {old: history[old] for old in known}
        self._alike_by(lambda clip: clip.recipe)
        self._alike_by(_own_parts)
        self._alike_in_words()
        self._between_the_same()
        self._alike_by(lambda clip: "")

    def _pair(self, new: str, old: str) -> None:
        self.pairs[new] = old
        del self._jobs[new], self._free[old]

    def _alike_by(self, key_of: Callable[[ClipJob | ClipRecord], str]) -> None:
        """Pair what has the same key: under one name, then, where the key says anything, in order."""
        jobs = {new: key_of(job) for new, job in self._jobs.items()}
        records = {old: key_of(record) for old, record in self._free.items()}
        for new in [new for new, key in jobs.items() if records.get(new) == key]:
            self._pair(new, new)
        rest: dict[str, deque[str]] = defaultdict(deque)
        for old in self._free:
            rest[records[old]].append(old)
        for new in list(self._jobs):
            key = jobs[new]
            if key and rest.get(key):
                self._pair(new, rest[key].popleft())

    def _alike_in_words(self) -> None:
        """Pair what was written anew in part: the prompts with most words in common first."""
        if len(self._jobs) * len(self._free) > _MOST_COMPARED:
            return
        now = {new: _words(job.parts) for new, job in self._jobs.items()}
        before = {old: _words(record.parts) for old, record in self._free.items()}
        scores = []
        for (new, words), (old, known) in product(now.items(), before.items()):
            share = len(words & known) / max(1, len(words | known))
            if share >= _ALIKE:
                scores.append((-share - _SAME_NAME * (new == old), new, old))
        for _, new, old in sorted(scores, key=lambda row: row[0]):
            if new in self._jobs and old in self._free:
                self._pair(new, old)

    def _between_the_same(self) -> None:
        """Pair what stands between the same two clips as before, where it is as many as then."""
        place = {old: at for at, old in enumerate(self._order)}
        before = -1
        run: list[str] = []
        for new in [*self._now, ""]:
            if new in self._jobs:
                run.append(new)
                continue
            at = place.get(self.pairs.get(new, ""), -1) if new else len(self._order)
            free = [old for old in self._order[before + 1 : max(at, 0)] if old in self._free]
            if len(free) == len(run):
                for pair in zip(run, free, strict=True):
                    self._pair(*pair)
            before, run = at, []


def _own_parts(clip: ClipJob | ClipRecord) -> str:
    """Write what a clip is made of, without the names that a drawn one shows of itself."""
    parts = dict(clip.parts)
    if isinstance(parts.get("card"), dict):
        parts["card"] = {k: v for k, v in parts["card"].items() if k not in ("scene", "shot")}
    return json.dumps(parts, sort_keys=True)


def _words(parts: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(_WORD.findall(str(parts.get("prompt"))))


def _in_order(clip: str) -> list[str]:
    """Sort ids as people count: dawn.2 before dawn.10."""
    return [part.zfill(9) for part in _DIGITS.split(clip)]
