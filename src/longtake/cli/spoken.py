"""How narrations are told of: who says them, how long that takes, what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from longtake.cli.table import counted
from longtake.plan.job import Plan
from longtake.plan.speech import SpeechJob, Spoken


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


def said_over(plan: Plan, shot: str) -> Iterator[Spoken]:
    """Give the narrations that begin with a shot."""
    return (said for said in plan.spoken if plan.by_id[said.clip].shot == shot)


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
