"""What is wrong with narration and voices, as far as the document alone shows it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from longtake.errors import Fault
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.storyboard.grammar import parse_voice
from longtake.storyboard.model import Narration, Shot, Storyboard
from longtake.storyboard.naming import placed_scenes

Place = tuple[Any, ...]


def narration_of(shot: Shot) -> Narration | None:
    """Give a shot's narration in its long form, None where nothing is said."""
    written = shot.narration
    return _spoken(written) if isinstance(written, str) else written


# Each narration is asked for some ten times before a board is planned.
@lru_cache(maxsize=16384)
def _spoken(text: str) -> Narration:
    return Narration(text=text)


def find_spoken_faults(storyboard: Storyboard) -> Iterator[Fault]:
    """Find narrations that say nothing, voices nobody has, and lengths that follow no narration."""
    yield from _voice(storyboard, storyboard.voice, ("voice",))
    for name, member in storyboard.cast.items():
        place = ("cast", name, "voice")
        if member.voice and not parse_voice(member.voice).speaker:
            message = f"the voice of {quoted(name)} is that of another member of the cast"
            hint = "write it like espeak/en-gb"
            yield storyboard.fault(place, message, code="borrowed-voice", hint=hint)
    for scene_place, scene in placed_scenes(storyboard):
        yield from _part(storyboard, scene, scene_place)
        for number, shot in enumerate(scene.shots or ()):
            yield from _part(storyboard, shot, (*scene_place, "shots", number))
            if shot.narration is not None and scene.narration is not None:
                yield storyboard.fault(
                    (*scene_place, "shots", number, "narration"),
                    "this shot and its scene both have a narration",
                    code="narration-twice",
                    hint="one voice speaks at a time: keep one of them",
                    key=True,
                )


def _part(storyboard: Storyboard, part: Shot, place: Place) -> Iterator[Fault]:
    yield from _voice(storyboard, part.voice, (*place, "voice"))
    said = narration_of(part)
    at = (*place, "narration")
    if part.seconds == "auto" and said is None:
        yield storyboard.fault(
            (*place, "seconds"),
            "`seconds: auto` takes the length from a narration, and there is none here",
            code="auto-without-narration",
            hint="write a `narration:` beside it, or the length as a number",
        )
    if said is None:
        return
    inside = (*at, "voice") if isinstance(part.narration, Narration) else at
    yield from _voice(storyboard, said.voice, inside)
    if said.file is None and not (said.text or "").strip():
        message, hint = "this narration says nothing", "write its text, or name a sound file"
        yield storyboard.fault(at, message, code="empty-narration", hint=hint)
    elif said.file is not None and said.voice is not None:
        message = "a narration from a file is not said by a voice"
        hint = "leave out `voice:`, or `file:`"
        yield storyboard.fault(inside, message, code="voice-and-file", hint=hint, key=True)


def _voice(storyboard: Storyboard, written: str | None, place: Place) -> Iterator[Fault]:
    """Check that a member of the cast whose voice is meant is there, and has one."""
    voice = parse_voice(written) if written else None
    if voice is None or voice.speaker:
        return
    member = storyboard.cast.get(voice.name)
    if member is None:
        message = f"nobody in the cast is called {quoted(voice.name)}"
        hint = did_you_mean(voice.name, storyboard.cast) or "write a voice like espeak/en-gb"
        yield storyboard.fault(place, message, code="unknown-voice", hint=hint)
    elif member.voice is None:
        message = f"{quoted(voice.name)} of the cast has no voice"
        hint = f"write `voice:` under `cast: {voice.name}`, such as espeak/en-gb"
        yield storyboard.fault(place, message, code="no-voice", hint=hint)
