"""What the page says at a moment: put together from the sheet, the run, the money and the seams."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from longtake.choosing.takes import all_takes, candidates
from longtake.deliver.seamcards import SeamWords
from longtake.deliver.wording import seconds_words
from longtake.errors import LongtakeError
from longtake.plan.job import ClipJob, Source
from longtake.project import Project
from longtake.ranking import Candidate
from longtake.review.frames import Frames
from longtake.review.journal import Journal
from longtake.review.running import Run
from longtake.review.seambook import SeamBook
from longtake.review.sheet import OPEN, Bar, Line, ScenePart, Sheet, lay_sheet, lines, pages
from longtake.review.sheet import states as states_of
from longtake.review.sheet import strip as strip_of
from longtake.review.spending import Spending, spending
from longtake.review.watch import Watch
from longtake.standing import Standing
from longtake.vault.take import Take

# Films of no more seams have all of them looked at, so that the bad ones can be listed.
_FEW_SEAMS = 200
# What may be listed, and how it is called.
SHOWN = {"all": "all clips", "open": "to do", "seams": "seams to be seen"}


@dataclass(frozen=True)
class RunWords:
    """How the run goes, in words; `percent` of what it does now, where that is known."""

    text: str
    slug: str
    percent: int | None = None
    hint: str = ""


@dataclass(frozen=True)
class SeamView:
    """A seam as it is shown: `words` are None while nobody has looked at it yet."""

    number: int
    before: str
    after: str
    words: SeamWords | None


@dataclass(frozen=True)
class Stage:
    """The clip that is looked at, what stands around it, and what can be played of it."""

    line: Line
    before: str
    after: str
    take: Take | None
    candidates: tuple[Candidate, ...]
    is_made: bool
    price: str
    seams: tuple[SeamView, ...]


@dataclass(frozen=True)
class FilmView:
    """One page of the film, with all that stands above and beside it."""

    mark: str
    standing: Standing
    wrong: str
    film_state: str
    length: str
    spending: Spending
    run: RunWords
    strip: tuple[Bar, ...]
    parts: tuple[ScenePart, ...]
    page: int
    pages: int
    shown: str
    counts: Mapping[str, int]
    seams: Mapping[str, SeamView]
    stage: Stage | None


class Screening:
    """Everything that is known of one board while its page is open."""

    def __init__(self, watch: Watch, journal: Journal) -> None:
        self.watch = watch
        self.journal = journal
        self.book = SeamBook(Project(watch.board).scans, journal)
        self._laid: tuple[int, Sheet] | None = None
        self._ranked: dict[str, tuple[Standing, tuple[Candidate, ...]]] = {}
        self._lock = threading.Lock()

    def sheet(self) -> Sheet | None:
        """Give the film as it was last seen; None where it never could be."""
        seen = self.watch.known()
        if seen.standing is None:
            return None
        with self._lock:
            if self._laid is None or self._laid[0] != seen.number:
                self._laid = seen.number, lay_sheet(seen.standing)
                self._ask_few(self._laid[1])
            return self._laid[1]

    def frames(self, sheet: Sheet) -> Frames:
        """Give where pictures of the film's clips are kept."""
        return Frames(sheet.standing.project.work / "review", sheet.standing.plan.fit)

    def view(self, page: int = 1, shown: str = "all", clip: str = "") -> FilmView | None:
        """Put a page together; None where the board never could be read."""
        # What happens from here on is told after the page: nothing falls between.
        mark = self.journal.mark
        sheet, watch = self.sheet(), self.watch
        if sheet is None:
            return None
        standing = sheet.standing
        known = states_of(sheet, watch.run, live=watch.live)
        every = tuple(lines(sheet, known))
        wanted = self._wanted(shown, sheet)
        found = pages(sheet, known, wanted)
        page = _page_of(found, page, clip)
        parts = found[page - 1]
        on_page = [line for part in parts for line in part.lines]
        places = [sheet.seams[line.card.id] for line in on_page if line.seam]
        if not watch.live:
            self.book.ask(places)
        return FilmView(
            mark=mark,
            standing=standing,
            wrong=watch.seen.wrong,
            film_state=film_state(standing),
            length=seconds_words(sheet.timeline.rate, sheet.timeline.frames).partition(" · ")[0],
            spending=spending(watch.board, standing.plan.quote),
            run=run_words(watch.run, watch.holder, live=watch.live),
            strip=strip_of(sheet, known),
            parts=parts,
            page=page,
            pages=len(found),
            shown=shown,
            counts={name: sum(map(self._wanted(name, sheet), every)) for name in SHOWN},
            seams={place.after.clip: self._seam(place.after.clip, sheet) for place in places},
            stage=self._stage(sheet, every, clip) if clip in sheet.numbers else None,
        )

    def _wanted(self, shown: str, sheet: Sheet) -> Callable[[Line], bool]:
        if shown == "open":
            return lambda line: line.state.word in OPEN
        if shown == "seams":
            return lambda line: bool(line.seam) and self._is_visible(sheet, line.card.id)
        return lambda line: True

    def _is_visible(self, sheet: Sheet, clip: str) -> bool:
        words = self.book.find(sheet.seam_keys[clip])
        return words is not None and not words.clean

    def _seam(self, clip: str, sheet: Sheet) -> SeamView:
        place = sheet.seams[clip]
        return SeamView(
            place.number, place.before.clip, clip, self.book.find(sheet.seam_keys[clip])
        )

    def _stage(self, sheet: Sheet, every: tuple[Line, ...], clip: str) -> Stage:
        number = sheet.numbers[clip]
        ids = [card.id for card in sheet.cards[max(0, number - 1) : number + 2]]
        behind = sheet.cards[number + 1].id if number + 1 < len(sheet.cards) else ""
        around = [name for name in (clip, behind) if name in sheet.seams]
        self.book.ask(sheet.seams[name] for name in around)
        prices = {name: price for name, price, _ in sheet.standing.plan.quote.lines}
        price, source = prices.get(clip), sheet.standing.plan.by_id[clip]
        is_made = isinstance(source, ClipJob) and not source.draws
        return Stage(
            line=every[number],
            before=ids[0] if number else "",
            after=behind,
            take=sheet.standing.takes.get(clip),
            candidates=self._candidates(sheet.standing, source),
            is_made=is_made,
            price=str(price) if price and price.amount else "",
            seams=tuple(self._seam(name, sheet) for name in around),
        )

    def _candidates(self, standing: Standing, source: Source) -> tuple[Candidate, ...]:
        """Give the takes of a clip where there are several; ranking them decodes them once."""
        if not isinstance(source, ClipJob) or source.draws:
            return ()
        known = self._ranked.get(source.id)
        if known is None or known[0] is not standing:
            known = standing, _ranked(standing, source)
            self._ranked[source.id] = known
        return known[1]

    def _ask_few(self, sheet: Sheet) -> None:
        if len(sheet.seams) <= _FEW_SEAMS and not self.watch.live:
            self.book.ask(sheet.seams.values())


def _ranked(standing: Standing, job: ClipJob) -> tuple[Candidate, ...]:
    try:
        found = all_takes(standing.plan, standing.project, (job,))[job.id]
        return candidates(standing, job, found.values()) if len(found) > 1 else ()
    except LongtakeError:
        # A take that cannot be read is for `longtake verify` to tell.
        return ()


def film_state(standing: Standing) -> str:
    """Say whether the film is what its board asks for."""
    if standing.up_to_date:
        return "up to date"
    if standing.film.exists():
        return f"older than its storyboard; {standing.lack}"
    return "not made yet"


def run_words(run: Run, holder: str, *, live: bool) -> RunWords:
    """Say how the run goes on, or ended."""
    if live:
        return _live_words(run)
    if holder:
        return RunWords(holder, "waiting")
    if run.began is None:
        return RunWords("no run yet", "none")
    if run.ended is None:
        hint = "the same command goes on where it stopped"
        return RunWords(f"the run of {_clock(run.began)} was broken off", "failed", hint=hint)
    if run.message:
        return RunWords(f"{_clock(run.ended)}: {run.message}", "failed", hint=run.hint)
    slug = "failed" if run.counts.get("failed") else "kept"
    return RunWords(f"last run {_clock(run.ended)}: {_counted(run)}", slug)


def _live_words(run: Run) -> RunWords:
    if run.total:
        shape = f" in {run.aspect}" if run.aspect else ""
        percent = 100 * run.rendered // run.total
        text = f"rendering the film{shape}: {run.rendered:,} of {run.total:,} frames"
        return RunWords(text, "making", percent)
    return RunWords(f"making: {_counted(run) if run.clips else 'just begun'}", "making")


def _counted(run: Run) -> str:
    counts = run.counts
    told = [f"{counts[word]:,} {word}" for word in ("made", "making", "waiting", "choose", "failed")
            if counts.get(word)]  # fmt: skip
    return ", ".join(told) or "nothing had to be made"


def _clock(time_s: float) -> str:
    return datetime.fromtimestamp(time_s).strftime("%d %b %H:%M")


def _page_of(found: tuple[tuple[ScenePart, ...], ...], page: int, clip: str) -> int:
    """Choose the page a clip is on, where one is looked at, else the one asked for, if there is one."""
    for number, parts in enumerate(found, 1):
        if clip and any(line.card.id == clip for part in parts for line in part.lines):
            return number
    return min(max(1, page), len(found))
