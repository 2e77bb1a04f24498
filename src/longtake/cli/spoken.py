"""How narrations are told of: who says them, how long that takes, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.cli.table import counted
from longtake.plan.job import Plan
from longtake.plan.speech import SpeechJob, Spoken


@dataclass(frozen=True, kw_only=True)
class VoiceObject:
    """A narration: what is said, from which clip on, by whom, or from which file.

    It is `low_s` to `high_s` long, both the same where the voice is there. `price` and `owned` are of
    voices that are made.
    """

    id: str
    clip: str
    text: str
    voice: str
    file: str
    low_s: float
    high_s: float
    price: str | None
    owned: bool | None


def voice_objects(plan: Plan) -> tuple[VoiceObject, ...]:
    """Write a plan's narrations as data."""
    return tuple(map(_voice_object, plan.spoken))


def _voice_object(spoken: Spoken) -> VoiceObject:
    job = spoken.job
    return VoiceObject(
        id=spoken.id,
        clip=spoken.clip,
        text=spoken.text,
        voice=job.said_by if job else "",
        file=str(spoken.voice.path) if spoken.voice else "",
        low_s=round(float(spoken.low_s), 3),
        high_s=round(float(spoken.high_s), 3),
        price=str(job.price) if job and job.price else None,
        owned=job.owned if job else None,
    )


def voice_verdict(spoken: Spoken) -> str:
    """Say what becomes of a narration: `a (voice): kept, said by espeak/en`."""
    job = spoken.job
    if job is None:
        return f"{spoken.id} (voice): a file of yours, taken as it is"
    if job.owned:
        return f"{job.id}: kept, said by {job.said_by}"
    return f"{job.id}: never said by {job.said_by} in these words; {price_words(job)}"


def narration_words(spoken: Spoken) -> str:
    """Say in one line what becomes of a narration: `narration by espeak/en, 3.2 s`."""
    length = f"{float(spoken.high_s):.1f} s"
    if spoken.voice is None:
        length = f"about {float(spoken.low_s):.1f} to {length}"
    if spoken.job is None:
        name = spoken.voice.path.name if spoken.voice else "a file"
        return f"narration from {name}, {length}"
    return f"narration by {spoken.job.said_by}, {length}, {price_words(spoken.job)}"


def price_words(job: SpeechJob) -> str:
    """Say what a voice is still to cost."""
    if job.owned:
        return "owned"
    if job.price is None:
        return "price unknown"
    return str(job.price) if job.price.amount else "free"


def said_over(plan: Plan) -> dict[str, list[Spoken]]:
    """Map shots to the narrations that begin with them."""
    shots: dict[str, list[Spoken]] = {}
    for said in plan.spoken:
        shots.setdefault(plan.by_id[said.clip].shot, []).append(said)
    return shots


def voices_line(plan: Plan) -> str:
    """Say how many voices are to be made, "" for a film in which nobody speaks."""
    if not plan.spoken:
        return ""
    lacking = [job for job in plan.speech if not job.owned]
    files = sum(said.job is None for said in plan.spoken)
    parts = [f"{len(lacking)} to make, {len(plan.speech) - len(lacking)} owned"]
    speakers = dict.fromkeys(job.said_by for job in lacking)
    if speakers:
        parts[0] += f" ({', '.join(list(speakers)[:4])}{', ...' if len(speakers) > 4 else ''})"
    if files:
        parts.append(f"{counted(files, 'file')} of yours")
    return ", ".join(parts)
