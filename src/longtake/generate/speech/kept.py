"""A voice as it is kept: its file written whole, measured, and named by what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from longtake.errors import MediaError, TaskFailed
from longtake.generate.speech.phrases import heard_phrases
from longtake.generate.speech.speaker import Said, Speaker
from longtake.media.audio import sound_seconds
from longtake.plan.speech import SpeechJob
from longtake.vault.voices import Voice, VoiceShelf

# A text is not said for longer than this, whatever a file claims.
_LONGEST_S = Fraction(3600)


@dataclass(frozen=True)
class Booth:
    """Where a voice is made: who speaks, and the shelf it is kept on."""

    speaker: Speaker
    shelf: VoiceShelf


def ensure_made(job: SpeechJob, booth: Booth) -> Voice:
    """Give the voice of a job that costs nothing; may be called again by anyone, any time.

    Raises Refused in the speaker's own words, TaskFailed where it gave no sound.
    """
    kept = booth.shelf.find(job.key)
    if kept is not None:
        return kept
    said = booth.speaker.say(job.text, job.offer.model, job.voice)
    try:
        return keep(job, said, booth.shelf)
    except MediaError as error:
        raise TaskFailed(
            f'"{job.id}" was not said: {booth.speaker.name} gave no sound file: {error.message}',
            job=job.id,
        ) from error


def keep(job: SpeechJob, said: Said, shelf: VoiceShelf) -> Voice:
    """Put what was said on a shelf, with when its phrases are said; a MediaError says it is no sound."""
    part = shelf.scratch(job.key)
    try:
        part.write_bytes(said.content)
        seconds = sound_seconds(part)
        if seconds > _LONGEST_S:
            raise MediaError(f"it would last {float(seconds) / 60:.0f} minutes")
        words = heard_phrases(part, job.text)
        return shelf.add(Voice(job.key, job.said_by, job.text, "", part, seconds, words), part)
    finally:
        part.unlink(missing_ok=True)
