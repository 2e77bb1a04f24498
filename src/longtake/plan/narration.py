"""Narrations of a board: whose voice says what, how long that takes, and whether it fits its shot."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from longtake.cues import NarrationCue
from longtake.errors import Fault
from longtake.plan.pace import estimate_seconds
from longtake.plan.speech import SpeechJob, SpeechOffer, Spoken, VoiceFacts
from longtake.plan.survey import Survey
from longtake.speaking import phrase_words
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.grammar import JoinSpec, VoiceName, parse_level, parse_voice
from longtake.storyboard.model import Narration, Storyboard
from longtake.storyboard.spoken import narration_of
from longtake.storyboard.words import expand
from longtake.timeline import Timeline
from longtake.units import FrameRate

# What is left of a shot once its narration has ended: the next picture must not cut into the breath.
TAIL_S = Fraction(2, 5)
# Who speaks where a board names nobody.
USUAL_VOICE = VoiceName("espeak", "", "en")
# A language as it is spoken somewhere: espeak-ng says it as that language, where it knows no more of it.
_REGION = re.compile(r"([a-z]{2,3})-[a-z]{2}")


@dataclass(frozen=True)
class Place:
    """Where a narration stands: in a shot, or in a scene over all its shots."""

    id: str
    scene: NamedScene
    shot: NamedShot
    last: NamedShot
    written: Narration
    at: tuple[Any, ...]


def narrated(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[Place]:
    """Give each narration of a board with the shots it is said over, in film order."""
    for scene in scenes:
        if scene.scene.shots is not None:
            said = narration_of(scene.scene)
            first, last = scene.shots[0], scene.shots[-1]
            if said is not None:
                yield Place(scene.id, scene, first, last, said, (*scene.place, "narration"))
        for shot in scene.shots:
            said = narration_of(shot.shot)
            if said is not None:
                yield Place(shot.id, scene, shot, shot, said, (*shot.place, "narration"))


def voice_id(place: Place) -> str:
    """Name the voice of a narration, as the ledger and a run call it."""
    return f"{place.id} (voice)"


def speech_jobs(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...], survey: Survey
) -> dict[str, SpeechJob]:
    """List what voices are to say, by the id of the shot or scene it is said over."""
    jobs: dict[str, SpeechJob] = {}
    seen: set[str] = set()
    for place in narrated(storyboard, scenes):
        if place.written.file is None:
            job = _job(storyboard, place, survey)
            owned = job.key in survey.voices or job.key in seen
            jobs[place.id] = replace(job, owned=owned)
            seen.add(job.key)
    return jobs


def plan_narration(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    survey: Survey,
    first_clips: Mapping[str, str],
) -> tuple[dict[str, Spoken], list[Fault]]:
    """Give every narration by the id of its shot or scene, with the length that is known or guessed."""
    jobs = speech_jobs(storyboard, scenes, survey)
    found: dict[str, Spoken] = {}
    faults: list[Fault] = []
    for place in narrated(storyboard, scenes):
        text, level = plain_text(place.written.text or "", storyboard), place.written.level
        job = jobs.get(place.id)
        voice = survey.voices.get(job.key) if job else _from_file(storyboard, place, text, survey)
        low, high = (voice.seconds,) * 2 if voice else estimate_seconds(text)
        clip = first_clips[place.shot.id]
        found[place.id] = Spoken(place.id, clip, text, parse_level(level), low, high, voice, job)
        if job is not None:
            faults += _too_much(storyboard, place, job)
            # What was said once needs nobody to say it.
            faults += [] if voice else _no_such_voice(storyboard, place, survey)
    # One voice that many shots name by their board is one fault.
    return found, list(dict.fromkeys(faults))


def plain_text(text: str, storyboard: Storyboard) -> str:
    """Fill a narration's names in, and leave only the breaks that stand for a pause.

    How an author breaks lines, or an editor writes an accent, must not make a voice speak, and be
    paid, again.
    """
    parts = re.split(r"\n\s*\n", unicodedata.normalize("NFC", expand(text, storyboard)))
    return "\n\n".join(filter(None, (" ".join(part.split()) for part in parts)))


def auto_frames(spoken: Spoken, beside: int, rate: FrameRate) -> int:
    """Count the frames a shot needs for its narration, its tail and what the joins beside it take."""
    return math.ceil((spoken.high_s + TAIL_S) * rate.value) + beside


def frames_beside(shots: list[NamedShot], rate: FrameRate) -> dict[str, int]:
    """Count for each shot the frames that the joins at its ends may take from its narration.

    It begins in the middle of the transition before, and ends in the middle of the one behind; a seam
    takes a frame.
    """
    lengths = [_join_frames(shot.shot.joined, rate) for shot in shots]
    behind = [*lengths[1:], 0]
    return {
        shot.id: before // 2 + max(1, after - after // 2)
        for shot, before, after in zip(shots, lengths, behind, strict=True)
    }


def narration_cues(spoken: Mapping[str, Spoken]) -> tuple[NarrationCue, ...]:
    """Hang every narration on the clip it begins with."""
    return tuple(
        NarrationCue(
            shot=each.id,
            clip=each.clip,
            text=each.text,
            level=each.level,
            seconds=each.high_s,
            path=each.voice.path if each.voice else None,
            sha256=each.voice.sha256 if each.voice else "",
            words=each.voice.words if each.voice else (),
        )
        for each in spoken.values()
    )


def room_faults(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    spoken: Mapping[str, Spoken],
    timeline: Timeline,
    first_clips: Mapping[str, str],
) -> tuple[list[Fault], list[Fault]]:
    """Find narrations that are longer than what they are said over: faults, and what may become one."""
    shots = [shot for scene in scenes for shot in scene.shots]
    starts, rate = timeline.clip_starts, timeline.rate
    behind = {shot.id: starts[first_clips[after.id]] for shot, after in pairwise(shots)}
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for place in narrated(storyboard, scenes):
        said = spoken[place.id]
        room = behind.get(place.last.id, timeline.frames) - starts[said.clip]
        # Until there is a voice it is only likely: half of what the estimate allows is too long.
        if (said.low_s + said.high_s) / 2 > rate.seconds(room):
            fault = _too_long(storyboard, place, said, room, rate)
            (faults if said.voice else warnings).append(fault)
    return faults, warnings


def _job(storyboard: Storyboard, place: Place, survey: Survey) -> SpeechJob:
    voice, _ = _voice(storyboard, place)
    text = plain_text(place.written.text or "", storyboard)
    offer = _offer(voice, survey)
    return SpeechJob(voice_id(place), offer, voice.name, text, offer.price(text))


def _voice(storyboard: Storyboard, place: Place) -> tuple[VoiceName, tuple[Any, ...]]:
    """Find who speaks, and where that stands: the nearest word of narration, shot, scene and board wins."""
    own = place.shot.shot.voice if place.id == place.shot.id else None
    words = (
        (place.written.voice, place.at),
        (own, place.shot.place),
        (place.scene.scene.voice, place.scene.place),
        (storyboard.voice, ()),
    )
    written, at = next(((word, (*at, "voice")) for word, at in words if word), ("", place.at))
    voice = parse_voice(written) if written else USUAL_VOICE
    if not voice.speaker:
        member = storyboard.cast.get(voice.name)
        at = ("cast", voice.name, "voice")
        voice = parse_voice(member.voice) if member and member.voice else USUAL_VOICE
    return voice, at


def _no_such_voice(storyboard: Storyboard, place: Place, survey: Survey) -> list[Fault]:
    """Find a voice that espeak-ng lacks: some such it says in another's, without a word."""
    voice, at = _voice(storyboard, place)
    if voice.speaker != "espeak" or not survey.espeak:
        return []
    name, *_ = "/".join(filter(None, (voice.model, voice.name))).casefold().split("+")
    region = _REGION.fullmatch(name)
    if name in survey.espeak or (region and region[1] in survey.espeak):
        return []
    near = difflib.get_close_matches(name, sorted(survey.espeak), 1)
    hint = f'did you mean "espeak/{near[0]}"? ' if near else ""
    hint += "`espeak-ng --voices` lists the voices it has"
    message = f'espeak-ng has no voice "{name}"'
    return [storyboard.fault(at, message, code="no-such-voice", hint=hint)]


def _offer(voice: VoiceName, survey: Survey) -> SpeechOffer:
    """Find what a voice's model costs; of a model that no table knows, nobody knows."""
    usual = survey.speakers.get(voice.speaker, SpeechOffer(voice.speaker))
    if not voice.model or voice.model == usual.model:
        return usual
    named = survey.speakers.get(f"{voice.speaker}/{voice.model}")
    # A service of one's own has one price, whatever its models are called.
    price = usual.per_million if usual.at else None
    return named or replace(usual, model=voice.model, per_million=price)


def _from_file(
    storyboard: Storyboard, place: Place, text: str, survey: Survey
) -> VoiceFacts | None:
    path = storyboard.path_of((*place.at, "file"), place.written.file or "")
    facts = survey.sounds.get(path)
    if facts is None:
        return None
    words = phrase_words(text, facts.heard, facts.seconds)
    return VoiceFacts(path, facts.sha256, facts.seconds, words)


def _too_much(storyboard: Storyboard, place: Place, job: SpeechJob) -> list[Fault]:
    most, count = job.offer.most_characters, len(job.text)
    if count <= most:
        return []
    message = (
        f'"{place.id}": the narration is {count:,} characters long, {job.said_by} says {most:,}'
    )
    hint = "divide it among several shots"
    return [storyboard.fault(place.at, message, code="narration-too-much", hint=hint)]


def _too_long(
    storyboard: Storyboard, place: Place, said: Spoken, room: int, rate: FrameRate
) -> Fault:
    over = place.last is not place.shot
    who, longer = (f'scene "{place.id}"', "its shots") if over else (f'shot "{place.id}"', "it")
    length = f"{float(said.high_s):.1f} s"
    if said.voice is None:
        length = f"about {float(said.low_s):.1f} to {length}"
    message = f"{who} has {float(rate.seconds(room)):.1f} s for a narration of {length}"
    more = math.ceil(said.high_s + TAIL_S - rate.seconds(room))
    ways = [f"make {longer} {more} s longer", *([] if over else ["write `seconds: auto`"])]
    if place.shot.shot.footage and not over:
        ways = [f"show footage that is {more} s longer"]
    shorter = "shorten the text" if said.job else "name a shorter file"
    hint = f"{', '.join(ways)}, or {shorter}: speech is never cut"
    return storyboard.fault(place.at, message, code="narration-too-long", hint=hint)


def _join_frames(join: JoinSpec | None, rate: FrameRate) -> int:
    """Count the frames that a join takes of what is said beside it: a bridge is a clip of its own."""
    if join is None or join.length is None or join.kind == "bridge":
        return 0
    return join.length.frames(rate)
