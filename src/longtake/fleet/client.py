"""The one who sends boards to a fleet: sees how they go, and brings their films home."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from longtake.amend.showing import showings
from longtake.assemble.conform import conform
from longtake.assemble.film import Film, Workshop
from longtake.buying import agreed_to
from longtake.errors import Detached, LongtakeError, VaultError
from longtake.events import Assembled, Delivered, Event, Tell, silent
from longtake.files import sha256_of, write_json, written_aside
from longtake.film import Making, begun, with_choices
from longtake.finish import materials
from longtake.fleet.bundle import bundle_of, pack
from longtake.fleet.letters import (
    Letter,
    plan_digest,
    read_error,
    read_event,
    read_take,
    written_error,
    written_wishes,
)
from longtake.fleet.names import CANCELLED, board_name, film_name, keyless
from longtake.fleet.roster import unserved
from longtake.fleet.runs import Run, Runs, Worker, chosen, fresh_id
from longtake.generate.run import Takes
from longtake.history import film_of, save_history, save_shown
from longtake.holdings import Holdings
from longtake.plan.aspect import with_aspect
from longtake.units import Aspect
from longtake.vault.purchase import Purchase
from longtake.vault.take import Take
from longtake.wishes import Wishes

# A run is looked at so often.
_LOOK_S = 0.4
# What two runs of one film may differ in: money is of the run, not of what is made.
_OF_THE_RUN = ("since", "agreed", "budget", "price", "retakes", "shared")

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunRow:
    """A run, how many of its clips are there, and what was bought for its board since it began.

    `lacking` names providers of a run that goes on of which no worker has a key now.
    """

    run: Run
    made: int
    purchases: tuple[Purchase, ...]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A fleet as it stands."""

    workers: tuple[Worker, ...]
    runs: tuple[RunRow, ...]


@dataclass(frozen=True)
class Fleet:
    """The machines that share a database and a vault; `say` hears what concerns no clip.

    `rest` waits so many seconds.
    """

    database: str
    holdings: Holdings
    say: Say = lambda line: None
    rest: Callable[[float], None] = time.sleep
    _sent_ids: set[str] = field(default_factory=set, compare=False, repr=False)

    def wishes(self, wishes: Wishes) -> Wishes:
        """Give wishes as they are for a film that the fleet makes."""
        return replace(wishes, there=True, common=replace(self.holdings, shared=True))

    def make_film(self, path: Path | str, wishes: Wishes, tell: Tell = silent) -> Film:
        """Have a film made and bring it home; as `make_film`, and as safe to stop and call again.

        A run of just this film that goes on, or is done, is gone on with: nobody is asked again. Stopped
        by the keyboard it raises Detached, and the fleet goes on.
        """
        wishes = self.wishes(wishes)
        with self._runs() as runs:
            self._open(runs)
            known = self._known(runs, Path(path), wishes)
            with begun(
                path, wishes, tell, agreed=known is not None and known.state == "running"
            ) as making:
                while True:
                    run = known or self._sent(runs, making)
                    # What was sent a moment ago with other boards may be done: it is told all the same.
                    told = run.outcome if run.id not in self._sent_ids else None
                    outcome = told or self._followed(runs, run, making.tell)
                    after = with_choices(making, _takes(outcome, self.holdings))
                    if after is None:
                        return self._brought(run, outcome, making)
                    making, known = replace(making, plan=after), None

    def send(self, path: Path, wishes: Wishes, tell: Tell = silent) -> str:
        """Send a board to be made, and come back at once; gives the id of its run."""
        wishes = self.wishes(wishes)
        with self._runs() as runs:
            self._open(runs)
            known = self._known(runs, path, wishes)
            if known is not None:
                return known.id
            with begun(path, wishes, tell) as making:
                return self._sent(runs, making).id

    def meet(self) -> None:
        """See to it that the vault is the one of this fleet; raises VaultError."""
        with self._runs() as runs:
            self._open(runs)

    def seen(self) -> Seen:
        """Look at the workers and the runs of the fleet, the newest first."""
        with self._runs() as runs:
            made, listed, workers = runs.made(), runs.listed(), runs.workers()
            bought: dict[str, list[Purchase]] = {run.board: [] for run in listed}
            # Of all that was ever bought, what is of these boards alone.
            for row in self.holdings.ledger.since(0, bought):
                bought[row.board].append(row)
            rows = (
                RunRow(
                    run,
                    made.get(run.id, 0),
                    tuple(row for row in bought[run.board] if _is_of(row, run)),
                    _lacking(run, workers) if made.get(run.id, 0) < run.clips else (),
                )
                for run in listed
            )
            return Seen(workers, tuple(rows))

    def cancel(self, word: str) -> tuple[Run, ...]:
        """Have nothing more bought for the runs a word names: an id, its beginning, or a board's file.

        What is paid already is still brought home. Raises VaultError where no run goes on by that name.
        """
        with self._runs() as runs:
            going = runs.running()
            board = str(Path(word).resolve())
            meant = chosen(going, word) or tuple(run for run in going if run.board == board)
            # As `status --fleet` shows it, and no more: a bare file name may be that of many.
            meant = meant or tuple(run for run in going if board_name(run.board) == word)
            if not meant:
                raise VaultError(
                    f'no run goes on by the name "{word}"',
                    hint="`longtake status --fleet` lists them",
                )
            hint = "what was paid for is kept; `longtake make --fleet` goes on with it"
            for run in meant:
                runs.halt(run.id, written_error(LongtakeError(CANCELLED, hint=hint)))
            return meant

    @contextmanager
    def _runs(self) -> Iterator[Runs]:
        runs = Runs(self.database)
        runs.open()
        try:
            yield runs
        finally:
            runs.close()

    def _open(self, runs: Runs) -> None:
        runs.pair(self.holdings.vault)
        self.holdings.vault.open()

    def _known(self, runs: Runs, path: Path, wishes: Wishes) -> Run | None:
        """Find the run that makes, or made, just this film."""
        board = str(path.resolve())
        others = runs.of_board(board)
        if not others:
            return None
        bundle, _ = bundle_of(path, wishes.variables, self.holdings.catalogue)
        asked = _of_the_film(written_wishes(wishes))
        for run in others:
            same = run.bundle == bundle.name and _of_the_film(run.letter["wishes"]) == asked
            if same and not run.halted and (run.state == "running" or self._is_kept(run)):
                return run
        return None

    def _is_kept(self, run: Run) -> bool:
        """Tell whether a run is done, and all that it made still lies in the vault."""
        if run.state != "done" or run.outcome is None:
            return False
        files = (*run.outcome["films"], *run.outcome["files"])
        return all(self.holdings.vault.has(film_name(run.id, file["name"])) for file in files)

    def _sent(self, runs: Runs, making: Making) -> Run:
        plan, wishes, project = making.plan, making.wishes, making.project
        holdings = wishes.holdings
        bundle = pack(project.board, wishes.variables, holdings.catalogue, holdings.vault)
        agreed = agreed_to((clip for clip, _, owned in plan.quote.lines if not owned), wishes.purse)
        letter = {
            "wishes": written_wishes(wishes),
            "agreed": None if agreed is None else sorted(agreed),
            "digest": plan_digest(plan),
            "providers": sorted({job.provider for job in plan.to_buy}),
        }
        board, price = str(project.board.resolve()), str(plan.quote.total)
        run = fresh_id()
        runs.add(run, bundle.name, board, plan.title, letter, len(plan.jobs), price)
        sent = runs.get(run)
        self._sent_ids.add(run)
        if sent is None:
            raise VaultError(f"the run {run} is not in the database it was just written to")
        return sent

    def _followed(self, runs: Runs, run: Run, tell: Tell) -> Letter:
        """Tell how a run goes until it has ended; gives what came of it."""
        seen, lacked = 0, None
        try:
            self.say(f"run {run.id}: {_hands(runs.workers())}")
            while True:
                lacking = _lacking(run, runs.workers())
                if lacking and lacking != lacked and runs.made().get(run.id, 0) < run.clips:
                    self.say(f"{keyless(lacking)}; its clips wait until one comes that has it")
                lacked = lacking
                now = runs.get(run.id)
                seen = _pass_on(runs, run.id, seen, tell)
                if now is None:
                    raise VaultError(f"the run {run.id} is no longer known to {runs.place}")
                over = now.state != "running" and now.outcome is not None
                self.rest(_LOOK_S)
                if over:
                    # Workers tell in bundles: their last words come after the end.
                    _pass_on(runs, run.id, seen, tell)
                    return now.outcome or {}
        except KeyboardInterrupt:
            raise Detached(
                f"the fleet goes on with the run {run.id}",
                hint="the same command looks at it again, `longtake status --fleet` from anywhere; "
                f"`longtake cancel {run.id}` stops it before the next purchase",
            ) from None

    def _brought(self, run: Run, outcome: Letter, making: Making) -> Film:
        """Lay the film and what belongs to it where a run here would have left them."""
        plan, project, wishes, tell = making.plan, making.project, making.wishes, making.tell
        takes = _known_takes(outcome)
        save_history(
            project.work,
            film_of(project, wishes.flavour),
            plan,
            {clip: take.key for clip, take in takes.items()},
        )
        save_shown(project.work, film_of(project, wishes.flavour), showings(plan))
        shown = {**materials(plan), **takes}
        workshop = Workshop(project.work, wishes.quality, plan.fit)
        films: list[Film] = []
        shapes: tuple[Aspect | None, ...] = (None, *wishes.aspects)
        for number, (aspect, told) in enumerate(zip(shapes, outcome["films"], strict=True)):
            planned = with_aspect(plan, aspect) if aspect else plan
            path = project.films / told["name"]
            made = self._fetch(run, path)
            stat = path.stat()
            mark = {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
            write_json(workshop.record(path), {**told["record"], **mark})
            rendered = told["rendered"] + outcome["rendered"][number]
            film = Film(path, conform(planned.timeline, shown), (), made, rendered if made else 0)
            films.append(film)
            tell(Assembled(film))
            for file in outcome["files"]:
                if file["film"] == number:
                    self._fetch(run, project.films / file["name"])
                    tell(Delivered(file["kind"], project.films / file["name"]))
        return films[0]

    def _fetch(self, run: Run, path: Path) -> bool:
        """Bring a finished file home; False where just that one is there already."""
        kept = self.holdings.vault.get(film_name(run.id, path.name))
        if kept is None:
            raise VaultError(
                f"{path.name} of the run {run.id} is no longer in the vault",
                hint="`longtake make --fleet` makes it again; the clips are kept",
            )
        if path.is_file() and sha256_of(path) == sha256_of(kept):
            return False
        with written_aside(path) as part:
            shutil.copyfile(kept, part)
        return True


def _of_the_film(wishes: Letter) -> Letter:
    """Give what of the wishes decides about the film itself."""
    plain = {name: value for name, value in wishes.items() if name not in _OF_THE_RUN}
    return dict(sorted(plain.items()))


def _takes(outcome: Letter, holdings: Holdings) -> Takes:
    """Read what came of clips; takes to choose from are brought here, to be looked at."""
    errors = {clip: read_error(error) for clip, error in outcome["errors"].items()}
    takes = Takes(_known_takes(outcome), errors, held=dict(outcome.get("held", {})))
    if not outcome.get("offered"):
        return takes
    vault = holdings.vault
    for clip, letters in outcome["offered"].items():
        there = (vault.find(each["key"], each["recipe"]) for each in letters)
        takes.offered[clip] = tuple(take for take in there if take is not None)
    # Those beside them are looked at, too: the frames they hand on.
    for clip, take in takes.by_clip.items():
        kept = vault.find(take.key, take.recipe)
        if kept is not None:
            takes.by_clip[clip] = replace(take, path=kept.path)
    return takes


def _known_takes(outcome: Letter) -> dict[str, Take]:
    return {clip: read_take(letter) for clip, letter in outcome.get("takes", {}).items()}


def _lacking(run: Run, workers: tuple[Worker, ...]) -> tuple[str, ...]:
    """List the providers that a run which goes on lacks a key of; where no worker lives, that is told."""
    goes_on = run.state == "running" and any(each.lives for each in workers)
    return unserved(run.providers, workers) if goes_on else ()


def _is_of(row: Purchase, run: Run) -> bool:
    """Tell whether a purchase of a run's board was made while the run went on."""
    return row.began >= run.began and (run.ended is None or row.began <= run.ended)


def _pass_on(runs: Runs, run: str, seen: int, tell: Tell) -> int:
    """Tell what was told since; gives the number of the last word."""
    while letters := runs.told(run, seen):
        seen = letters[-1][0]
        for _, letter in letters:
            event: Event | None = read_event(letter)
            if event is not None:
                tell(event)
    return seen


def _hands(workers: tuple[Worker, ...]) -> str:
    many = sum(worker.lives for worker in workers)
    if not many:
        return "no worker is there; it begins when one comes"
    return f"{many} workers" if many > 1 else "1 worker"
