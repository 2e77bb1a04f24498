"""Who speaks in a board, and which of their voices are there already."""

from __future__ import annotations

from dataclasses import replace

from longtake.generate.speech.catalogue import load_speakers
from longtake.generate.speech.programs import espeak_voices
from longtake.holdings import Holdings
from longtake.plan.narration import speech_jobs
from longtake.plan.speech import SpeechJob, VoiceFacts
from longtake.plan.survey import Survey
from longtake.project import Project, environment
from longtake.storyboard.check import named_scenes
from longtake.storyboard.model import Storyboard
from longtake.vault.voices import Voice, VoiceShelf

# Of the voices that cost nothing only these are made for a film that is merely drawn: what a program
# of the author's own costs, nobody here knows.
FOR_NOTHING = ("espeak",)


def with_voices(
    survey: Survey, storyboard: Storyboard, project: Project, holdings: Holdings
) -> Survey:
    """Give a survey with what is known of those who speak, and the voices that are there already."""
    speakers = load_speakers(holdings.catalogue / "speech", environment(project.folder))
    survey = replace(survey, speakers=speakers)
    found = {}
    jobs = speech_jobs(storyboard, named_scenes(storyboard), survey).values()
    for job in jobs:
        voice = find_voice(job, project, holdings)
        if voice is not None:
            facts = VoiceFacts(voice.path, voice.sha256, voice.seconds, voice.words)
            found[job.key] = facts
    asks = any(job.offer.speaker == "espeak" for job in jobs)
    return replace(survey, voices=found, espeak=espeak_voices() if asks else frozenset())


def find_voice(job: SpeechJob, project: Project, holdings: Holdings) -> Voice | None:
    """Find the voice of a job where it would be kept."""
    return shelf_of(job, project, holdings).find(job.key)


def shelf_of(job: SpeechJob, project: Project, holdings: Holdings) -> VoiceShelf:
    """Choose where a voice is kept: with the project if it costs nothing, else with all paid takes."""
    free = job.offer.speaker in FOR_NOTHING
    return holdings.free_voices(project.work) if free else holdings.voices
