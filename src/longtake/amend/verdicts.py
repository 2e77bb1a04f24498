"""What becomes of every clip after an edit: kept, re-joined, made again, or new; and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from longtake.amend.follow import followed, paired, same_recipe
from longtake.amend.showing import changes, showings
from longtake.history import (
    History,
    ShownClip,
    Verdict,
    load_history,
    load_shown,
    verdicts,
)
from longtake.plan.job import ClipJob, Plan


@dataclass(frozen=True)
class Memory:
    """What is remembered of a film: its clips as they were made, and how it showed them at last."""

    history: History
    shown: tuple[ShownClip, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.history or self.shown)


@dataclass(frozen=True)
class Amendment:
    """What becomes of every clip of a plan, in film order; `gone` names clips the film shows no more.

    `known` tells whether anything was remembered that could have changed.
    """

    verdicts: tuple[Verdict, ...]
    gone: tuple[str, ...] = ()
    known: bool = True

    def of(self, *states: str) -> tuple[Verdict, ...]:
        """Give the verdicts of some states."""
        return tuple(said for said in self.verdicts if said.state in states)


def load_memory(work: Path, film: str) -> Memory:
    """Read what is remembered of a film in its folder of working files."""
    return Memory(load_history(work, film), load_shown(work, film))


def amendment(plan: Plan, memory: Memory, owned: frozenset[str]) -> Amendment:
    """Say of each clip of a plan whether it is kept, joined anew, made again (and why), or new.

    `owned` holds ids of the clips whose takes exist. Stills, footage and cards, which nobody makes,
    are kept or joined anew. Nothing is remembered of a film that was never assembled, so of such a one
    nothing is joined anew.
    """
    if memory.is_empty:
        return Amendment(tuple(_unremembered(plan, owned)), known=False)
    pairs = paired(plan.jobs, memory.history, memory.shown)
    history = followed(plan, memory.history, memory.shown, pairs)
    made = {said.clip: said for said in verdicts(plan, history, owned)}
    shown = _Shown(plan, memory.shown, frozenset(pairs.values()))
    said = tuple(shown.verdict(source.id, made.get(source.id)) for source in plan.sources)
    return Amendment(said, shown.gone)


def _unremembered(plan: Plan, owned: frozenset[str]) -> Iterator[Verdict]:
    for source in plan.sources:
        new = isinstance(source, ClipJob) and source.id not in owned
        yield Verdict(source.id, "never" if new else "kept")


class _Shown:
    """A plan's clips beside how the film showed them when it was last assembled."""

    def __init__(
        self, plan: Plan, before: Sequence[ShownClip], followed_on: frozenset[str]
    ) -> None:
        self._now = {clip.clip: clip for clip in showings(plan)} if before else {}
        self._same = same_recipe(plan.sources, before)
        taken = {clip.clip for clip in self._same.values()}
        self._left = {clip.clip: clip for clip in before if clip.clip not in taken}
        drawn = {source.id for source in plan.sources if not isinstance(source, ClipJob)}
        self._followed_on = followed_on | drawn

    @property
    def gone(self) -> tuple[str, ...]:
        """Name what the film showed and shows no more, as it was called then."""
        return tuple(clip for clip in self._left if clip not in self._followed_on)

    def verdict(self, clip: str, made: Verdict | None) -> Verdict:
        """Judge one clip; `made` is what becomes of its take, where it has one."""
        if made and made.state != "kept":
            return made
        if not self._now:
            return made or Verdict(clip, "kept")
        now = self._now[clip]
        same = self._same.get(clip)
        before = same if made else same or self._left.get(clip)
        if before is None:
            why = "the film was last made without it"
            return Verdict(clip, "rejoined" if made else "never", why if made else "")
        why = changes(before, now)
        return Verdict(clip, "rejoined", why) if why else Verdict(clip, "kept")
