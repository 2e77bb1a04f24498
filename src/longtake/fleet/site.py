"""A run as a worker sees it: its plan, made again from what was sent, and the jobs that are done for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from longtake.assemble.ensure import Exchange, Showing, film_units
from longtake.assemble.film import Cutting, Workshop
from longtake.assemble.material import Material
from longtake.assemble.render import RenderUnit
from longtake.buying import run_limits
from longtake.errors import PlanError
from longtake.finish import materials
from longtake.fleet.bundle import unpack
from longtake.fleet.floor import Floor
from longtake.fleet.letters import read_wishes, refuse_other_plan, written_event
from longtake.fleet.runs import Run
from longtake.generate.collect import Till
from longtake.generate.ensure import Bench, Progress, Shop, known_clip
from longtake.generate.providers.animatic import DRAWING, Animatic
from longtake.plan.aspect import with_aspect
from longtake.plan.job import ClipJob, Plan
from longtake.planning import plan_film
from longtake.project import Project
from longtake.units import Aspect
from longtake.vault.take import Take
from longtake.wishes import Wishes


@dataclass
class Site:
    """One run on one worker. Opened by `open_site`; its parts are made when they are needed."""

    floor: Floor
    run: Run
    plan: Plan
    project: Project
    wishes: Wishes
    _tills: dict[str, Till] = field(default_factory=dict)
    _cuttings: dict[str, tuple[Cutting, ...]] = field(default_factory=dict)
    _units: dict[tuple[str, int], tuple[RenderUnit, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def workshop(self) -> Workshop:
        """Where this worker keeps pieces, for all runs."""
        wishes, folder = self.wishes, self.floor.folder / "workshop"
        return Workshop(folder, wishes.quality, self.plan.fit, self.floor.cores, wishes.copies)

    @property
    def exchange(self) -> Exchange:
        """Where pieces are handed to other workers."""
        return Exchange(self.floor.holdings.vault, self.workshop)

    @property
    def aspects(self) -> tuple[Aspect | None, ...]:
        """The shapes the film is made in, its own first."""
        return (None, *self.wishes.aspects)

    def tell(self, progress: Progress) -> None:
        """Tell the client how a clip goes."""
        self.floor.tell(self.run.id, written_event(progress))

    def bench(self, job: ClipJob) -> Bench:
        """Give what a clip of this run is made with; raises KeyMissing."""
        name = job.provider
        return Bench(
            self.plan,
            {name: self.shop(name)},
            self.tell,
            options={"labels": self.wishes.labels, "drawing": DRAWING},
            accepted=self.wishes.accepted,
        )

    def shop(self, name: str) -> Shop:
        """Open the shop of a provider; raises KeyMissing."""
        vault = self.floor.holdings.vault
        if name == "animatic":
            return Shop(Animatic(self.floor.folder / "drawings"), vault)
        provider = self.floor.provider(name)
        with self._lock:
            if name not in self._tills:
                self._tills[name] = self._till(name)
        return Shop(provider, vault, self._tills[name])

    def takes(self, keys: Mapping[str, str]) -> dict[str, Take]:
        """Find takes by their keys, as the film shows them; raises PlanError where one is gone."""
        rate, vault = self.plan.timeline.rate, self.floor.holdings.vault
        jobs = {job.id: job for job in self.plan.jobs}
        found = {clip: known_clip(jobs[clip], key, vault, rate) for clip, key in keys.items()}
        gone = [clip for clip, take in found.items() if take is None]
        if gone:
            raise PlanError(
                f"takes of {', '.join(gone)} are no longer in the vault",
                hint="send the board again: what was bought is looked for at its provider",
            )
        return {clip: take for clip, take in found.items() if take is not None}

    def shown(self, keys: Mapping[str, str]) -> dict[str, Take | Material]:
        """Give all that the film shows."""
        return {**materials(self.plan), **self.takes(keys)}

    def cuttings(self, keys: Mapping[str, str]) -> tuple[Cutting, ...]:
        """Decide about the film in each of its shapes, once."""
        name = repr(sorted(keys.items()))
        with self._lock:
            if name not in self._cuttings:
                shown = self.shown(keys)
                self._cuttings[name] = tuple(
                    self._showing(aspect, shown).cut(self.workshop) for aspect in self.aspects
                )
            return self._cuttings[name]

    def units(self, keys: Mapping[str, str], shape: int) -> tuple[RenderUnit, ...]:
        """List what the film in one of its shapes is rendered from, worked out once for all its pieces."""
        cutting, name = self.cuttings(keys)[shape], (repr(sorted(keys.items())), shape)
        with self._lock:
            if name not in self._units:
                self._units[name] = film_units(cutting)
            return self._units[name]

    def _showing(self, aspect: Aspect | None, shown: Mapping[str, Take | Material]) -> Showing:
        plan = with_aspect(self.plan, aspect) if aspect else self.plan
        return Showing(plan.timeline, shown, self.plan.cues, self.plan.title)

    def _till(self, name: str) -> Till:
        holdings, letter = self.floor.holdings, self.run.letter
        limits = run_limits(self.plan, self.wishes.purse, holdings.ledger)
        provider = self.floor.provider(name)
        pace = replace(limits, in_flight=provider.in_flight, per_minute=provider.per_minute)
        agreed = letter["agreed"]
        return Till(
            holdings.ledger,
            pace,
            self.run.board,
            holdings.ledger.clock,
            self.floor.halt(self.run.id),
            None if agreed is None else frozenset(agreed),
            owner=holdings.owner,
            line=self.floor.line(name),
            leaves_within_s=self.floor.leaves_within_s,
        )


def open_site(floor: Floor, run: Run) -> Site:
    """Make a run's plan again; raises LongtakeError where that comes out otherwise than it was sent."""
    folder = floor.boards / run.id
    vault = floor.holdings.vault
    board, catalogue = unpack(run.bundle, vault, folder / "tree")
    wishes = replace(
        read_wishes(run.letter["wishes"]),
        common=replace(floor.holdings, catalogue=catalogue),
    )
    plan = plan_film(board, wishes)
    refuse_other_plan(plan, run.letter["digest"])
    return Site(floor, run, plan, Project.of(board, wishes.variables), wishes)
