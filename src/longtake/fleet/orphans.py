"""Clips that wait for a key which no worker has: bought with another one, or told that nobody can."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from dbos import DBOS, WorkflowStatus

from longtake.fleet import flows
from longtake.fleet.names import provider_queue
from longtake.fleet.roster import Pair, left_alone
from longtake.fleet.runs import Run, Runs, Worker


class Orphans:
    """Looks after queues that nobody serves, for one worker; `provide` sees to it that one is looked at.

    A queue must have been alone for `patience_s`: a worker that is started again has its key back soon.
    """

    def __init__(
        self,
        runs: Runs,
        me: Worker,
        patience_s: float,
        provide: Callable[[str, str], None],
        say: Callable[[str], None],
    ) -> None:
        self._runs = runs
        self._me = me
        self._patience_s = patience_s
        self._provide = provide
        self._say = say
        self._alone: dict[Pair, float] = {}
        self._told: set[Pair] = set()

    def look(self, running: Collection[Run]) -> None:
        """Buy with a key of one's own what waits for another; end what nobody can ever do."""
        mine, lost = left_alone(self._runs.queues(), self._runs.workers(), self._me.id)
        self._alone = {pair: self._alone.get(pair, time.monotonic()) for pair in (*mine, *lost)}
        self._told &= set(lost)
        for pair in self._long_alone(mine):
            self._take(*pair)
        stopped = {run.id for run in running if run.halted}
        for pair in self._long_alone(lost):
            self._give_up(pair, stopped)

    def _long_alone(self, pairs: Sequence[Pair]) -> list[Pair]:
        now = time.monotonic()
        return [pair for pair in pairs if now - self._alone[pair] >= self._patience_s]

    def _take(self, provider: str, account: str) -> None:
        waiting = _waiting(provider, account)
        if not waiting:
            return
        own = self._me.accounts[provider]
        self._provide(provider, own)
        for flow in waiting:
            DBOS.resume_workflow(flow.workflow_id, queue_name=provider_queue(provider, own))
        self._say(f"took over {len(waiting)} that waited for another key of {provider}")

    def _give_up(self, pair: Pair, stopped: Collection[str]) -> None:
        """Have those answered that would keep a run from its end: of stopped runs, or wanted by none.

        Any worker says then that the key is missing. The others wait for one that has it.
        """
        waiting = _waiting(*pair)
        ends = [
            flow
            for flow in waiting
            if flow.name == "settle" or flow.workflow_id.partition("-")[0] in stopped
        ]
        for flow in ends:
            DBOS.resume_workflow(flow.workflow_id, queue_name=flows.GRAPH)
        left = len(waiting) - len(ends)
        if left and pair not in self._told:
            self._told.add(pair)
            self._say(f"{left} waiting for a key of {pair[0]}, which no worker has")


def _waiting(provider: str, account: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(
        status="ENQUEUED",
        queue_name=provider_queue(provider, account),
        load_input=False,
        load_output=False,
    )
