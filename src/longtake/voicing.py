"""Voices of a film: those that are there, handed to the plan; those that lack, made before any clip."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Lock

from longtake.buying import agreed_to, run_limits
from longtake.casting import FOR_NOTHING, shelf_of
from longtake.errors import Fault, LongtakeError, ProviderError
from longtake.events import Event, Tell, Voiced
from longtake.generate.collect import Halt, Till
from longtake.generate.settle import close_dead_rows
from longtake.generate.speech.kept import Booth, ensure_made
from longtake.generate.speech.purchase import Buying, ensure_spoken
from longtake.generate.speech.registry import open_speaker
from longtake.generate.speech.speaker import Speaker
from longtake.holdings import Holdings
from longtake.plan.job import Plan
from longtake.plan.narration import narrated, voice_id
from longtake.plan.speech import SpeechJob
from longtake.project import Project, environment
from longtake.reckoning import Purse
from longtake.storyboard.check import named_scenes
from longtake.storyboard.model import Storyboard
from longtake.vault.voices import Voice, VoiceShelf

# Nobody waits longer for the answer to a text: after that it holds no place any more.
_UNDER_WAY_S = 300.0


def refuse_missing_speakers(plan: Plan, project: Project) -> None:
    """Stop before anything is spent where somebody is to speak who cannot: no key, no program."""
    for jobs in _by_speaker(job for job in plan.speech if not job.owned):
        if _may_be_silent(plan, jobs[0]):
            continue
        open_speaker(jobs[0].offer, environment(project.folder)).close()


def make_voices(
    plan: Plan, project: Project, purse: Purse, holdings: Holdings, tell: Tell, *, drawn: bool
) -> bool:
    """Make the voices a plan lacks; tells whether there are new ones.

    For a film that is `drawn` only what costs nothing and is at hand: what cannot be said stays an
    estimate. Else raises the first error, once all others are made; a film of which no clip is bought
    goes without espeak where that is not installed.
    """
    lacking = [job for job in plan.speech if not job.owned]
    if drawn:
        lacking = [job for job in lacking if job.offer.speaker in FOR_NOTHING]
    errors: list[LongtakeError] = []
    # One for all who speak: a doubt about one voice stops what would be bought of the next.
    made, tell, halt = 0, _one_at_a_time(tell), Halt()
    for jobs in _by_speaker(lacking):
        try:
            speaker = open_speaker(jobs[0].offer, environment(project.folder))
        except ProviderError as error:
            if _may_be_silent(plan, jobs[0]) and not drawn:
                tell(Voiced(jobs[0].id, "missing", f"{error.message}; {error.hint}"))
            else:
                errors.append(error)
            continue
        with closing(speaker):
            booth = Booth(speaker, _opened_shelf(jobs[0], project, holdings))
            make = _maker(jobs[0], booth, plan, project, purse, holdings, halt, tell)
            failed = _made(jobs, make, speaker, tell)
        made += len(jobs) - len(failed)
        errors += failed
    if errors and not drawn:
        raise errors[0]
    return made > 0


class Unsaid:
    """Hears of voices, passes on what it hears, and remembers why a film goes without one of them."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._why: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        """Hear one event."""
        if isinstance(event, Voiced) and event.state in ("failed", "missing"):
            self._why[event.voice] = event.message
        self._tell(event)

    def warnings(self, storyboard: Storyboard) -> list[Fault]:
        """Say at each silent narration why it is, for whoever reads the report only."""
        silent = (
            (place, self._why.get(voice_id(place)))
            for place in narrated(storyboard, named_scenes(storyboard))
        )
        return [
            storyboard.fault(place.at, f'"{place.id}" is silent: {why}', code="silent-voice")
            for place, why in silent
            if why
        ]


def _maker(
    job: SpeechJob,
    booth: Booth,
    plan: Plan,
    project: Project,
    purse: Purse,
    holdings: Holdings,
    halt: Halt,
    tell: Tell,
) -> Callable[[SpeechJob], Voice]:
    """Give what makes voices of one speaker: bought where they cost something."""
    if job.free:
        return lambda each: ensure_made(each, booth)
    ledger, board = holdings.ledger, str(project.board.resolve())
    ledger.open()
    # The project's lock is held: whatever of this board is still being sent was left by a dead run.
    close_dead_rows(ledger, holdings.voices, board, time.time())
    limits = run_limits(plan, purse, ledger)
    speaker = booth.speaker
    pace = replace(
        limits,
        in_flight=speaker.in_flight,
        per_minute=speaker.per_minute,
        unknown_s=_UNDER_WAY_S,
    )
    agreed = agreed_to((each.id for each in plan.speech if not each.owned), purse)
    till = Till(ledger, pace, board, time.time, halt, agreed)

    def waits(voice: str, why: str) -> None:
        tell(Voiced(voice, "waiting", why))

    buying = Buying(booth, till, waits=waits)
    return lambda each: ensure_spoken(each, buying)


def _opened_shelf(job: SpeechJob, project: Project, holdings: Holdings) -> VoiceShelf:
    shelf = shelf_of(job, project, holdings)
    shelf.open()
    return shelf


def _made(
    jobs: list[SpeechJob], make: Callable[[SpeechJob], Voice], speaker: Speaker, tell: Tell
) -> list[LongtakeError]:
    """Make voices, some beside each other; gives the errors, one for each that failed."""
    errors = []
    with ThreadPoolExecutor(speaker.in_flight, "longtake-voice") as threads:
        try:
            for job, voice in [(job, threads.submit(make, job)) for job in jobs]:
                try:
                    voice.result()
                except LongtakeError as error:
                    errors.append(error)
                    tell(Voiced(job.id, "failed", error.message))
                else:
                    tell(Voiced(job.id, "made"))
        except BaseException:
            # What is under way is paid for and let finish; nothing else is begun.
            threads.shutdown(wait=False, cancel_futures=True)
            speaker.interrupt()
            raise
    return errors


def _may_be_silent(plan: Plan, job: SpeechJob) -> bool:
    """Tell whether a film may go without a voice: only where no clip is bought by a guess at its length."""
    return job.offer.speaker in FOR_NOTHING and all(clip.draws for clip in plan.jobs)


def _one_at_a_time(tell: Tell) -> Tell:
    """Let threads tell what they have to say one after the other."""
    lock = Lock()

    def told(event: Event) -> None:
        with lock:
            tell(event)

    return told


def _by_speaker(jobs: Iterable[SpeechJob]) -> list[list[SpeechJob]]:
    groups: dict[str, list[SpeechJob]] = {}
    for job in jobs:
        groups.setdefault(job.offer.speaker, []).append(job)
    return list(groups.values())
