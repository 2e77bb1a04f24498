"""Voices of a film: those that are there, handed to the plan; those that lack, made before any clip."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

from longtake.buying import Purse
from longtake.errors import LongtakeError, ProviderError
from longtake.events import Tell, Voiced
from longtake.generate.speech.kept import Booth, ensure_made
from longtake.generate.speech.registry import open_speaker
from longtake.plan.job import Plan
from longtake.plan.narration import speech_jobs
from longtake.plan.speech import SpeechJob, VoiceFacts, free_speakers
from longtake.plan.survey import Survey
from longtake.project import Project, environment, home
from longtake.storyboard.check import named_scenes
from longtake.storyboard.model import Storyboard
from longtake.vault.voices import Voice, VoiceShelf

# Of the voices that cost nothing only these are made for a film that is merely drawn: what a program
# of the author's own costs, nobody here knows.
_FOR_NOTHING = ("espeak",)


def with_voices(survey: Survey, storyboard: Storyboard, project: Project) -> Survey:
    """Give a survey with what is known of those who speak, and the voices that are there already."""
    survey = replace(survey, speakers=free_speakers())
    found = {}
    for job in speech_jobs(storyboard, named_scenes(storyboard), survey).values():
        voice = find_voice(job, project)
        if voice is not None:
            facts = VoiceFacts(voice.path, voice.sha256, voice.seconds, voice.words)
            found[job.key] = facts
    return replace(survey, voices=found)


def find_voice(job: SpeechJob, project: Project) -> Voice | None:
    """Find the voice of a job where it would be kept."""
    return _shelf(job, project).find(job.key)


def make_voices(plan: Plan, project: Project, purse: Purse, tell: Tell, *, drawn: bool) -> bool:
    """Make the voices a plan lacks; tells whether there are new ones.

    For a film that is `drawn` only what costs nothing and is at hand: what cannot be said stays an
    estimate. Else raises the first error, once all others are made.
    """
    lacking = [job for job in plan.speech if not job.owned]
    if drawn:
        lacking = [job for job in lacking if job.offer.speaker in _FOR_NOTHING]
    errors: list[LongtakeError] = []
    made = 0
    with ExitStack() as open_ones:
        for jobs in _by_speaker(lacking):
            try:
                speaker = open_speaker(jobs[0].offer, environment(project.folder))
            except ProviderError as error:
                errors.append(error)
                continue
            open_ones.callback(speaker.close)
            shelf = _shelf(jobs[0], project)
            shelf.open()
            booth = Booth(speaker, shelf)
            failed = _made(jobs, lambda job, booth=booth: ensure_made(job, booth), 2, tell)  # type: ignore[misc]
            made += len(jobs) - len(failed)
            errors += failed
    if errors and not drawn:
        raise errors[0]
    return made > 0


def _made(
    jobs: list[SpeechJob], make: Callable[[SpeechJob], Voice], beside: int, tell: Tell
) -> list[LongtakeError]:
    """Make voices, some beside each other; gives the errors, one for each that failed."""
    errors = []
    with ThreadPoolExecutor(beside, "longtake-voice") as threads:
        for job, voice in [(job, threads.submit(make, job)) for job in jobs]:
            try:
                voice.result()
            except LongtakeError as error:
                errors.append(error)
                tell(Voiced(job.id, "failed", error.message))
            else:
                tell(Voiced(job.id, "made"))
    return errors


def _by_speaker(jobs: Iterable[SpeechJob]) -> list[list[SpeechJob]]:
    groups: dict[str, list[SpeechJob]] = {}
    for job in jobs:
        groups.setdefault(job.offer.speaker, []).append(job)
    return list(groups.values())


def _shelf(job: SpeechJob, project: Project) -> VoiceShelf:
    """Choose where a voice is kept: with the project if it costs nothing, else with all paid takes."""
    free = job.offer.speaker in _FOR_NOTHING
    return VoiceShelf(project.work / "takes" if free else home() / "vault")
