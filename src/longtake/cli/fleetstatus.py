"""What `longtake status --fleet` shows: the workers, the runs, how far their clips are, what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from longtake import __version__
from longtake.cli import say
from longtake.cli.faultobjects import FORM
from longtake.cli.ledger import moment
from longtake.cli.say import DIM, HEADING, WARNING
from longtake.cli.table import aligned, named_line
from longtake.fleet.names import SILENT_S, board_name, keyless
from longtake.units import sums_of


@dataclass(frozen=True, kw_only=True)
class WorkerObject:
    """A worker: what it does (all or encode), and how many seconds it was not heard of.

    `providers` are those it has keys of, `longtake` the version it is.
    """

    name: str
    what: str
    silent_s: float
    providers: tuple[str, ...]
    longtake: str


@dataclass(frozen=True, kw_only=True)
class RunObject:
    """A run: `state` is running, done, choose, failed or cancelled.

    `halted` says why nothing more is bought for it. `clips` counts its clips, `made` those that are
    there; `spent` is what was bought for its board since it began, in every currency. `message` is what
    went wrong; `lacking` names providers it waits for because no worker has a key of them.
    """

    run: str
    board: str
    title: str
    state: str
    halted: str | None
    clips: int
    made: int
    price: str
    spent: tuple[str, ...]
    began: str
    ended: str | None
    message: str | None
    lacking: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FleetDocument:
    """`longtake status --fleet --json`: the newest runs first."""

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["fleet"] = "fleet"
    workers: tuple[WorkerObject, ...]
    runs: tuple[RunObject, ...]


def tell_fleet(fleet: Any, boards: Sequence[str], *, every: bool, as_json: bool) -> None:
    """Show the runs of a fleet: those of `boards`, or all; those that are over only where asked for."""
    seen = fleet.seen()
    rows = [row for row in seen.runs if not boards or row.run.board in boards]
    going = [row for row in rows if row.run.state == "running"]
    # Of what is over the last few are worth a look.
    shown = (
        rows if every or boards or as_json else [*going, *[r for r in rows if r not in going][:5]]
    )
    document = FleetDocument(
        workers=tuple(
            WorkerObject(
                name=w.id,
                what=w.what,
                silent_s=round(w.silent_s, 1),
                providers=tuple(sorted(w.accounts)),
                longtake=w.version,
            )
            for w in seen.workers
        ),
        runs=tuple(map(_run_object, shown)),
    )
    if as_json:
        say.answer_json(document)
    else:
        _tell(document)


def _tell(document: FleetDocument) -> None:
    living = [worker for worker in document.workers if worker.silent_s < SILENT_S]
    many = f"{len(living):,}" if living else "none"
    gone = len(document.workers) - len(living)
    silent = f", {gone:,} silent" if gone else ""
    say.answer((f"{'workers':<8}", DIM), (many + silent, "" if living else WARNING))
    for worker in document.workers:
        say.answer(*_worker_line(worker))
    if not document.runs:
        say.answer(named_line("runs", "none"))
        return
    rows = [("run", "film", "board", "state", "clips", "spent", "began")]
    for run in document.runs:
        state = "stopping" if run.halted and run.state == "running" else run.state
        money = " and ".join(run.spent) or "nothing"
        made = f"{run.made:,}/{run.clips:,}"
        # The title may be that of all episodes; the file tells them apart.
        rows.append((run.run, run.title, board_name(run.board), state, made, money, run.began))
    head, *lines = aligned(rows, frozenset({4}))
    say.answer((head, HEADING))
    for line, run in zip(lines, document.runs, strict=True):
        say.answer(line)
        # What was stopped after its last purchase is done all the same.
        why = run.message or (None if run.state == "done" else run.halted)
        if run.lacking:
            why = f"{keyless(run.lacking)}: what is not bought yet waits for one"
        if why:
            say.answer(f"{'':<14}", (why.splitlines()[0], WARNING))


def _worker_line(worker: WorkerObject) -> tuple[tuple[str, str], ...]:
    """Say what a worker does; one that is silent is perhaps gone, and is taken off the list later."""
    does = f"buys from {', '.join(worker.providers)}, renders" if worker.providers else "renders"
    alone = "" if worker.providers or worker.what == "encode" else ", has no provider's key"
    silent = f", silent for {worker.silent_s:.0f} s" if worker.silent_s >= SILENT_S else ""
    return (
        (f"{'':<8}{worker.name}  ", WARNING if silent else ""),
        (f"{does}{alone}{silent}", WARNING if silent else DIM),
        (f"  {worker.longtake}", DIM),
    )


def _run_object(row: Any) -> RunObject:
    run = row.run
    outcome = run.outcome or {}
    first = next(iter(outcome.get("errors", {}).values()), None)
    return RunObject(
        run=run.id,
        board=run.board,
        title=run.title,
        state=run.state,
        halted=run.halted["message"] if run.halted else None,
        clips=run.clips,
        made=row.made,
        price=run.price,
        spent=tuple(map(str, sums_of(each.bound for each in row.purchases))),
        began=moment(run.began),
        ended=None if run.ended is None else moment(run.ended),
        message=first["message"] if first else None,
        lacking=row.lacking,
    )
