"""What workers do for runs: each job may be given to anyone, any time, again; none knows who gives it.

What goes wrong is part of an answer, never an exception: to the one who walks the graph a clip that was
refused is as final as one that was made.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress

from longtake.assemble.ensure import bring_pieces, ensure_piece
from longtake.assemble.film import Cutting, Film
from longtake.errors import KeyMissing, LongtakeError, VaultError
from longtake.events import Assembled, Delivered, Event, Rendering, SeamsSeen
from longtake.files import read_json
from longtake.finish import LastStages
from longtake.fleet.chains import chains_of
from longtake.fleet.floor import Floor
from longtake.fleet.letters import Letter, written_error, written_event, written_take
from longtake.fleet.names import CANCELLED, film_name, provider_queue
from longtake.fleet.roster import account_for
from longtake.fleet.site import Site, open_site
from longtake.generate.clip import Desk
from longtake.generate.collect import Till
from longtake.generate.ensure import (
    Progress,
    ensure_clip,
    ensure_offered,
    had,
    held_by,
    to_choose,
)
from longtake.generate.settle import bring_in
from longtake.plan.job import ClipJob
from longtake.units import take_name
from longtake.vault.purchase import Limits, Purchase

Keys = Mapping[str, str]
_ENDS = {"choose": "waiting for a choice"}
# A worker with a key is looked for again so soon.
_LOOK_S = 0.5


class Jobs:
    """All that a worker can be asked to do; `provide` sees to it that an account has a queue.

    A film waits for a worker with a key for `patience_s` before it is given up. `say` hears of films
    that begin and end here, for who watches this worker.
    """

    def __init__(
        self,
        floor: Floor,
        provide: Callable[[str, str], None],
        patience_s: float = 0.0,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._floor = floor
        self._provide = provide
        self._patience_s = patience_s
        self._say = say
        self._sites: dict[str, Site] = {}
        self._locks: dict[str, threading.Lock] = {}

    async def begin(self, run: str) -> Letter:
        """Look at a run: its chains, the queues of their providers, what earlier runs left open."""
        try:
            return await asyncio.to_thread(self._begun, run)
        except Exception as error:  # noqa: BLE001 # whatever it is, the client must hear of it
            return {"error": _told(error)}

    async def clip(self, run: str, clip: str, keys: Keys) -> Letter:
        """Make a clip, or all its takes where one is to be chosen; `keys` are of the takes it hangs on."""
        try:
            site = await asyncio.to_thread(self._site, run)
            await asyncio.to_thread(self._heed, run)
        except Exception as error:  # noqa: BLE001 # whatever it is, the client must hear of it
            return {"error": _told(error)}
        job = _job(site, clip)
        try:
            answer = await self._made(site, job, keys)
        except KeyMissing as error:
            # Nobody has the key: a run that was stopped meanwhile ends for that.
            answer = {"error": _told(self._floor.halt(run).reason or error)}
        except Exception as error:  # noqa: BLE001 # it stops what continues this clip, and nothing else
            answer = {"error": _told(error)}
        await asyncio.to_thread(self._halt_all, run)
        site.tell(_ending(clip, answer, asked=bool(job.asked)))
        return answer

    async def settle(self, purchase: int) -> Letter:
        """Bring home what is paid, whether or not a board still asks for it."""
        floor = self._floor
        ledger, clock = floor.holdings.ledger, floor.holdings.ledger.clock
        try:
            row = await asyncio.to_thread(ledger.get, purchase)
            if row.state != "submitted":
                return {"state": row.state}
            provider = floor.provider(row.provider)
            desk = Desk(provider, floor.holdings.vault)
            pace = Limits(provider.in_flight, provider.per_minute)
            owner = floor.holdings.owner
            await bring_in(row, desk, Till(ledger, pace, row.board, clock, owner=owner))
        except Exception as error:  # noqa: BLE001 # it stays open, and is tried again later
            return {"error": _told(error)}
        return {"state": "done"}

    async def cut(self, run: str, keys: Keys) -> Letter:
        """Count the pieces that the film in each of its shapes is rendered from."""
        try:
            site = await asyncio.to_thread(self._site, run)
            cuttings = await asyncio.to_thread(site.cuttings, keys)
            units = [site.units(keys, shape) for shape in range(len(cuttings))]
            lacking = sum(unit.frames for unit in units[0])
            self._tell_rendered(run, cuttings[0], cuttings[0].timeline.frames - lacking)
        except Exception as error:  # noqa: BLE001 # whatever it is, the client must hear of it
            return {"error": _told(error)}
        return {"units": list(map(len, units))}

    async def piece(self, run: str, keys: Keys, shape: int, unit: int) -> Letter:
        """Render one unit of a film where nobody has; what cannot be is left to who assembles it."""
        try:
            return {"frames": await asyncio.to_thread(self._rendered, run, keys, shape, unit)}
        except Exception as error:  # noqa: BLE001 # the assembly meets the same, and says so
            return {"error": _told(error)}

    async def film(self, run: str, keys: Keys) -> Letter:
        """Assemble and deliver the film, in all its shapes, and put it where the client finds it."""
        try:
            return await asyncio.to_thread(self._assembled, run, keys)
        except Exception as error:  # noqa: BLE001 # whatever it is, the client must hear of it
            return {"error": _told(error)}

    async def finish(self, run: str, state: str, outcome: Letter) -> None:
        """Write down what came of a run, and clear up."""
        await asyncio.to_thread(self._finished, run, state, outcome)

    def keep_only(self, runs: Collection[str]) -> None:
        """Forget all runs but these: the others are over."""
        for run in set(self._sites).difference(runs):
            self._drop(run)

    def _site(self, run: str) -> Site:
        with self._locks.setdefault(run, threading.Lock()):
            if run not in self._sites:
                known = self._floor.runs.get(run)
                if known is None:
                    raise VaultError(f"nobody knows of a run {run}")
                if known.halted:
                    self._floor.heed(known)
                self._sites[run] = open_site(self._floor, known)
            return self._sites[run]

    def _begun(self, run: str) -> Letter:
        site = self._site(run)
        self._say(f"run {run} begins: {site.plan.title}")
        until = time.monotonic() + self._patience_s
        queues = {
            name: self._queue(name, until=until)
            for name in {job.provider for job in site.plan.jobs}
        }
        unfinished = self._floor.holdings.ledger.unfinished(site.run.board)
        paid = [row for row in unfinished if row.state == "submitted"]
        bought = self._bought(site, paid)
        chains = chains_of(site.plan.jobs, lambda job: bought.get(job.id) or queues[job.provider])
        return {
            "chains": [[link.as_json() for link in each] for each in chains],
            "settle": list(self._left_over(site, paid)),
        }

    def _bought(self, site: Site, paid: Sequence[Purchase]) -> dict[str, str]:
        """Find the queues of clips that are bought already: only their own account can fetch them."""
        by_name = {take_name(row.recipe, row.take): row for row in paid}
        found: dict[str, str] = {}
        for job in site.plan.jobs:
            names = [take_name(job.recipe, number) for number in job.numbers]
            own = [by_name[name] for name in names if name in by_name]
            if own and own[0].provider == job.provider:
                found[job.id] = self.queue_of(own[0])
        return found

    def _left_over(self, site: Site, paid: Sequence[Purchase]) -> Iterator[Letter]:
        """List what earlier runs of the board bought and this one has no use for, as far as it can be had."""
        wanted = site.plan.take_names
        for row in paid:
            if take_name(row.recipe, row.take) not in wanted:
                with suppress(KeyMissing):
                    yield {"purchase": row.id, "queue": self.queue_of(row)}

    def queue_of(self, row: Purchase) -> str:
        """See to it that a paid clip has a queue where it can be fetched; raises KeyMissing."""
        return self._queue(row.provider, row.account)

    def _queue(self, provider: str, account: str = "", *, until: float = 0.0) -> str:
        """Open the queue of an account that a worker has the key of, if need be one that comes soon."""
        account = "" if provider == "animatic" else self._account(provider, account, until)
        self._provide(provider, account)
        return provider_queue(provider, account)

    def _account(self, provider: str, account: str, until: float) -> str:
        while True:
            found = account_for(self._floor.runs.workers(), provider, account)
            if found is not None:
                return found
            if time.monotonic() >= until:
                raise KeyMissing(
                    f"no worker of the fleet has a key of {provider}",
                    hint="keys are read when a worker starts, from its own environment: set it there "
                    "and start the worker again",
                )
            time.sleep(_LOOK_S)

    async def _made(self, site: Site, job: ClipJob, keys: Keys) -> Letter:
        takes = await asyncio.to_thread(site.takes, keys)
        bench = await asyncio.to_thread(site.bench, job)
        if job.is_open:
            offered, errors = await ensure_offered(job, takes, bench)
            answer: Letter = {"offered": [written_take(take) for take in offered]}
            return answer | ({"error": _told(errors[0])} if errors else {})
        made = await ensure_clip(job, job.take, takes, bench)
        return {"take": written_take(made.take), "kept": made.kept}

    def _heed(self, run: str) -> None:
        """Stop at the next clip where a run was stopped a moment ago: that is looked for rarely."""
        known = self._floor.runs.get(run)
        if known is not None:
            self._floor.heed(known)

    def _halt_all(self, run: str) -> None:
        """What stops purchases here stops them everywhere: funds, a key, a price nobody expected."""
        reason = self._floor.halt(run).reason
        if reason is not None:
            # A database that is away must not undo what came of a clip.
            with suppress(VaultError):
                self._floor.runs.halt(run, written_error(reason))

    def _rendered(self, run: str, keys: Keys, shape: int, unit: int) -> int:
        site = self._site(run)
        cutting = site.cuttings(keys)[shape]
        part = site.units(keys, shape)[unit]
        rendered = ensure_piece(part, site.exchange, self._floor.render)
        # Pieces of all shapes come beside each other: what is told is how far the film itself is.
        if not shape:
            self._tell_rendered(run, cutting, part.frames)
        return rendered

    def _tell_rendered(self, run: str, cutting: Cutting, frames: int) -> None:
        event = Rendering(frames, cutting.timeline.frames)
        self._floor.tell(run, written_event(event))

    def _assembled(self, run: str, keys: Keys) -> Letter:
        site = self._site(run)
        films: list[Letter] = []
        files: list[Letter] = []

        def tell(event: Event) -> None:
            match event:
                case Assembled(film):
                    films.append(self._published(site, film))
                case Delivered(kind, path):
                    self._floor.holdings.vault.put(film_name(run, path.name), path)
                    files.append({"kind": kind, "name": path.name, "film": len(films) - 1})
                case SeamsSeen():
                    self._floor.tell(run, written_event(event))

        shown = site.shown(keys)
        plan, wishes = site.plan, site.wishes
        last = LastStages(plan, shown, site.project, site.workshop, wishes.flavour, tell)
        for cutting, aspect in zip(site.cuttings(keys), site.aspects, strict=True):
            bring_pieces(cutting, site.exchange)
            last.film(aspect)
        return {"films": films, "files": files}

    def _published(self, site: Site, film: Film) -> Letter:
        self._floor.holdings.vault.put(film_name(site.run.id, film.path.name), film.path)
        record = read_json(site.workshop.record(film.path)) or {}
        return {
            "name": film.path.name,
            "rendered": film.rendered,
            "record": {name: record.get(name) for name in ("key", "joints")},
        }

    def _finished(self, run: str, state: str, outcome: Letter) -> None:
        stopped = outcome.get("stopped", {}).items()
        letters = [(run, written_event(_ending(*each, asked=False))) for each in stopped]
        # At once: a client that sees the end of a run looks for no more of it.
        with suppress(VaultError):
            self._floor.runs.tell(letters) if letters else None
        known = self._floor.runs.get(run)
        if known and state == "failed" and (known.halted or {}).get("message") == CANCELLED:
            state = "cancelled"
        self._floor.runs.end(run, state, outcome)
        self._say(f"run {run} is {_ENDS.get(state, state)}")
        self._drop(run)

    def _drop(self, run: str) -> None:
        self._sites.pop(run, None)
        self._floor.halts.pop(run, None)
        shutil.rmtree(self._floor.boards / run, ignore_errors=True)


def _job(site: Site, clip: str) -> ClipJob:
    return next(job for job in site.plan.jobs if job.id == clip)


def _ending(clip: str, answer: Letter, *, asked: bool) -> Progress:
    """Say the last word about a clip."""
    if "held" in answer:
        return held_by(clip, answer["held"])
    if "error" in answer:
        return Progress(clip, "failed", message=str(answer["error"].get("message", "")))
    if "take" in answer:
        return had(clip, kept=answer["kept"])
    return to_choose(clip, len(answer["offered"]))


def _told(error: BaseException) -> Letter:
    """Write down what went wrong; of what was not foreseen the worker's own log holds all."""
    if isinstance(error, LongtakeError):
        return written_error(error)
    traceback.print_exception(error, file=sys.stderr)
    bug = LongtakeError(f"a worker met {type(error).__name__}: {error}")
    return {**written_error(bug), "exit": 70}
