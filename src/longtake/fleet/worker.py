"""A worker of a fleet: takes what lies in the queues, says that it lives, takes over from those that died."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from dbos import DBOS, DBOSPortableJSONSerializer, EnqueueOptions

from longtake.errors import KeyMissing, LongtakeError, VaultError
from longtake.files import lives
from longtake.fleet import flows
from longtake.fleet.floor import Floor, Teller
from longtake.fleet.jobs import Jobs
from longtake.fleet.names import provider_queue
from longtake.fleet.orphans import Orphans
from longtake.fleet.renderers import Renderers
from longtake.fleet.runs import Run, Runs
from longtake.fleet.runs import Worker as Hand
from longtake.generate.sendoff import SEND_WITHIN_S
from longtake.generate.settle import close_rows_of
from longtake.holdings import Holdings
from longtake.media.workers import cores
from longtake.vault.postgres import PATIENCE_S, is_outage
from longtake.vault.purchase import Purchase

# A worker says so often that it lives, and is taken for dead when it was silent for so long.
BEAT_S, DEAD_S = 2.0, 15.0
# What is bought and wanted by no run is brought home when it is looked for, so often.
SETTLE_S = 60.0
# So many clips a worker waits for at once; the ledger decides how many are bought.
_WIDE = 256
# A database that is away is looked for again so soon.
_AWAY_S = 0.5
_OVER = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Post:
    """What a worker is: the database it is of, what it owns with others, its folder, what it does.

    `encode_only` leaves providers to others; `cores` is how many pieces it renders at once. A worker is
    dead when it was silent for `dead_s`; queues are looked at every `poll_s`. `version` is shown to who
    asks for the fleet's state.
    """

    database: str
    holdings: Holdings
    folder: Path
    encode_only: bool = False
    cores: int = 0
    beat_s: float = BEAT_S
    dead_s: float = DEAD_S
    poll_s: float = 0.5
    version: str = ""

    @property
    def leaves_within_s(self) -> float:
        """How soon a request leaves, or never: nobody takes this worker for dead so early."""
        return min(SEND_WITHIN_S, self.dead_s * 2 / 3)


class Worker:
    """One process of a fleet, from `with` to its end."""

    def __init__(self, post: Post, say: Say = lambda line: None) -> None:
        host = socket.gethostname()
        # Never twice: a second process of one name would repeat the steps of the first.
        self.name = f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
        self._post = post
        what = "encode" if post.encode_only else "all"
        self._me = Hand(self.name, host, what, 0.0, post.version)
        self._say = say
        self._runs = Runs(post.database)
        self._started: set[str] = set()
        self._done: dict[str, float] = {}
        self._over = threading.Event()
        self._floor: Floor | None = None
        self._jobs: Jobs | None = None
        self._orphans: Orphans | None = None
        self._heart: threading.Thread | None = None

    def __enter__(self) -> Worker:
        post = self._post
        self._runs.open()
        self._runs.pair(post.holdings.vault)
        post.holdings.vault.open()
        holdings = replace(post.holdings, shared=True, owner=self.name)
        runs = post.folder / "runs" / self.name
        _sweep(runs.parent, self._me.host)
        runs.mkdir(parents=True)
        count = post.cores or cores()
        teller, renderers = Teller(self._runs), Renderers(count)
        floor = Floor(
            holdings, self._runs, post.folder, runs, count, teller, renderers, post.leaves_within_s
        )
        self._floor = floor
        if not post.encode_only:
            self._me = replace(self._me, accounts=floor.accounts())
            self._orphans = Orphans(self._runs, self._me, post.dead_s, self._provide, self._say)
        self._jobs = Jobs(floor, self._provide, post.dead_s, self._say)
        flows.serve(self._jobs)
        flows.POLL_S = post.poll_s
        # Before it takes any work: who works and never said that it lives is taken for dead.
        self._runs.beat(self._me)
        self._launch(floor)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._heart is not None:
            # It must not say that it lives after it has left.
            self._heart.join(self._post.beat_s)
        if self._floor is not None:
            self._floor.close()
        # What it had begun is given to others when it is buried; that needs no patience here.
        DBOS.destroy(workflow_completion_timeout_sec=0)
        shutil.rmtree(self._post.folder / "runs" / self.name, ignore_errors=True)
        with suppress(LongtakeError):
            self._runs.leave(self.name)
        self._runs.close()

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers it has keys of."""
        return tuple(sorted(self._me.accounts))

    def serve(self) -> None:
        """Beat, begin new runs and take over dead ones, until `stop` is called."""
        heart = threading.Thread(target=self._beat_on, name="longtake-heart", daemon=True)
        heart.start()
        # Not before it beats: an interrupt may come between the two.
        self._heart = heart
        up = last = time.monotonic()
        while not self._over.wait(self._post.beat_s):
            try:
                self._runs.beat(self._me)
                now = time.monotonic()
                # After an outage, or a sleep of one's own, everybody beats first: silence says nothing
                # of who lives.
                up = now if now - last > self._post.dead_s / 2 else up
                last = now
                running = self._runs.running()
                if now - up > self._post.dead_s:
                    self._take_over()
                    self._look_after_orphans(running)
                self._look_at_runs(running)
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                up = time.monotonic()
                self._say(f"the database is away: {error}")

    def _beat_on(self) -> None:
        """Beat whatever else waits: DBOS may wait for its database for longer than the dead are silent."""
        while not self._over.wait(self._post.beat_s):
            with suppress(LongtakeError):
                self._runs.beat(self._me)

    def stop(self) -> None:
        """End `serve`."""
        self._over.set()

    def _launch(self, floor: Floor) -> None:
        post = self._post
        DBOS(
            config={
                "name": flows.APPLICATION,
                "system_database_url": post.database,
                "application_version": flows.VERSION,
                "executor_id": self.name,
                "serializer": DBOSPortableJSONSerializer(),
                "enable_otlp": False,
                "log_level": "ERROR",
                "notification_listener_polling_interval_sec": post.poll_s,
            }
        )
        # What it has no key for it leaves to others.
        drawn = provider_queue("animatic", "")
        mine = [provider_queue(*pair) for pair in self._me.accounts.items()]
        rest = [] if post.encode_only else [flows.GRAPH, drawn, *mine]
        DBOS.listen_queues([flows.ENCODE, *rest])
        DBOS.launch()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        DBOS.register_queue(flows.GRAPH, polling_interval_sec=post.poll_s)
        # The number is one for all machines: the strongest of them says it, and none renders more pieces
        # at once than its own.
        known = DBOS.retrieve_queue(flows.ENCODE)
        most = max(floor.cores, known.worker_concurrency or 0 if known else 0)
        DBOS.register_queue(flows.ENCODE, worker_concurrency=most, polling_interval_sec=post.poll_s)

    def _provide(self, provider: str, account: str) -> None:
        """See to it that an account has a queue, and that it is known when nobody looks at it."""
        self._runs.add_queue(provider, account)
        queue, poll_s = provider_queue(provider, account), self._post.poll_s
        patiently(
            lambda: DBOS.register_queue(
                queue, worker_concurrency=_WIDE, polling_interval_sec=poll_s
            )
        )

    def _look_at_runs(self, running: tuple[Run, ...]) -> None:
        """Begin the runs that nobody has begun; stop the purchases of those that are to be stopped."""
        if self._jobs is not None:
            self._jobs.keep_only({run.id for run in running})
        if self._post.encode_only:
            return
        for run in running:
            if run.halted and self._floor:
                self._floor.heed(run)
            self._begin(run)
        if self._is_time("walks", self._post.dead_s):
            self._end_broken(running)
        if self._is_time("settle", SETTLE_S):
            self._settle({run.board for run in running})

    def _look_after_orphans(self, running: tuple[Run, ...]) -> None:
        if self._orphans is not None and self._is_time("orphans", self._post.dead_s):
            self._orphans.look(running)

    def _is_time(self, what: str, every_s: float) -> bool:
        """Tell whether something that is done now and then is to be done again."""
        now = time.monotonic()
        if now - self._done.get(what, -every_s) < every_s:
            return False
        self._done[what] = now
        return True

    def _begin(self, run: Run) -> None:
        if run.id in self._started:
            return
        _enqueue("film", run.id, run.id)
        self._started.add(run.id)

    def _end_broken(self, running: tuple[Run, ...]) -> None:
        """Say of runs whose walk broke off for good that they failed: nothing would ever end them."""
        for run in running:
            status = DBOS.get_workflow_status(run.id)
            known = self._runs.get(run.id)
            if status and status.status in _OVER and known and known.state == "running":
                why = {"class": "LongtakeError", "message": f"its walk ended as {status.status}"}
                self._runs.end(run.id, "failed", {"errors": {"": why}, "takes": {}})

    def _settle(self, at_work: set[str]) -> None:
        """Have brought home what was bought for boards of which no run goes on."""
        for row in self._post.holdings.ledger.unfinished():
            if row.state == "submitted" and row.board not in at_work:
                self._bring(row)

    def _bring(self, row: Purchase) -> None:
        clock = self._post.holdings.ledger.clock()
        # Where no worker has the key it waits at its provider.
        with suppress(KeyMissing):
            queue = self._jobs.queue_of(row) if self._jobs else flows.GRAPH
            # One of all workers brings it, and again only after a while.
            _enqueue("settle", f"settle-{row.id}-{int(clock // 600)}", row.id, queue)

    def _take_over(self) -> None:
        """Give the work of dead workers to those that live."""
        dead = set(self._runs.bury(self._post.dead_s))
        # Who buried them may have died over it: now and then all work is looked at.
        if not dead and not self._is_time("pending", self._post.dead_s):
            return
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        # In this order: a worker that came in between has no work on the list.
        living = {worker.id for worker in self._runs.workers()}
        for flow in pending:
            if flow.executor_id and flow.executor_id not in living:
                dead.add(flow.executor_id)
        if dead:
            # First of all: what a dead worker was sending is in the way of whoever goes on.
            holdings = self._post.holdings
            close_rows_of(holdings.ledger, holdings.voices, dead, holdings.ledger.clock())
        for name in dead:
            flows_of = [flow for flow in pending if flow.executor_id == name]
            for flow in flows_of:
                DBOS.resume_workflow(flow.workflow_id, queue_name=flow.queue_name)
            took = f": took over {len(flows_of)} of its steps" if flows_of else ""
            self._say(f"{name} is gone{took}")


def patiently(act: Callable[[], object], rest: Callable[[float], None] = time.sleep) -> None:
    """Do something with the database that may be done again, until it is not away; a minute at most.

    Raises VaultError then. Most calls of DBOS wait by themselves, those about queues do not.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            act()
            return
        except Exception as error:
            if not is_outage(error):
                raise
            if time.monotonic() >= until:
                raise VaultError(
                    "the database of the fleet was away for too long",
                    hint="`longtake make --fleet` goes on with what is made",
                ) from error
        rest(_AWAY_S)


def _enqueue(flow: str, name: str, of: str | int, queue: str = flows.GRAPH) -> None:
    """Have a flow of this version begun by any worker, unless one of its name was."""
    options: EnqueueOptions = {
        "workflow_name": flow,
        "queue_name": queue,
        "workflow_id": name,
        "app_version": flows.VERSION,
    }
    DBOS.enqueue_workflow_with_options(options, of)


def _sweep(folder: Path, host: str) -> None:
    """Remove what workers of this machine left that were killed."""
    for left in folder.glob(f"{host}-*-*"):
        number = left.name.rpartition("-")[0].rpartition("-")[2]
        if number.isdecimal() and not lives(int(number)):
            shutil.rmtree(left, ignore_errors=True)
