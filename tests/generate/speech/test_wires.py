"""Voices over real HTTP: what is asked, what is told, and what each kind of no means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from longtake.cues import Word
from longtake.errors import (
    KeyMissing,
    KeyRefused,
    OutcomeUnknown,
    OutOfFunds,
    ProviderError,
    RateLimited,
    Refused,
    Unreachable,
)
from longtake.generate.http import Limits, Resume, Wire
from longtake.generate.speech.minimax import DIALECT, PROFILE, read_words
from longtake.generate.speech.registry import open_speaker
from longtake.generate.speech.remote import RemoteSpeaker
from longtake.generate.speech.speaker import Said
from longtake.plan.speech import SpeechOffer
from longtake.testing import Simulator

VOICES = {
    "openai": ("tts-1", "alloy"),
    "minimax": ("speech-2.8-hd", "English_Graceful_Lady"),
}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Answer for both services."""
    with Simulator({}) as running:
        yield running


def opened(sim: Simulator, name: str, **changed: str) -> RemoteSpeaker:
    """Open a speaker at the simulator."""
    environment = {
        "LONGTAKE_SPEECH_URL": f"{sim.url}/openai/v1",
        "LONGTAKE_SPEECH_KEY": "openai-key",
        "MINIMAX_API_HOST": f"{sim.url}/minimax",
        "MINIMAX_API_KEY": "minimax-key",
        **changed,
    }
    speaker = open_speaker(SpeechOffer(name), environment)
    assert isinstance(speaker, RemoteSpeaker)
    return speaker


def say(sim: Simulator, name: str, faults: list[Mapping[str, Any]], **changed: str) -> Any:
    """Have one text said under faults."""
    sim.reset()
    sim.change(faults=faults)
    speaker = opened(sim, name, **changed)
    try:
        return speaker.say("Step by step.", *VOICES[name])
    finally:
        speaker.close()


@pytest.mark.parametrize("name", VOICES)
def test_a_text_is_said_and_paid_once(sim: Simulator, name: str) -> None:
    """The answer is a sound file; the other side books one sale of just this text."""
    said = say(sim, name, [])
    (task,) = sim.oracle("tasks")

    assert said.content[:4] == b"RIFF"
    assert (task["prompt"], task["mode"]) == ("Step by step.", "speech")
    assert sim.oracle("submits")["requests"] == 1
    assert sim.oracle("errors") == []


def test_minimax_tells_characters_and_words(sim: Simulator) -> None:
    """What is charged, and when each word comes, by the file it names."""
    sim.reset()
    speaker = opened(sim, "minimax")
    said = speaker.say("你好 there", "speech-2.8-hd", "x")
    words = speaker.words(said)
    speaker.close()

    assert said.characters == 10
    assert [word.text for word in words] == ["你好", "there"]
    assert words[0] == Word("你好", Fraction(0), Fraction(12, 100))


def test_words_that_cannot_be_had_are_none(sim: Simulator) -> None:
    """The voice is paid; its words' times are a gift, and no reason to stop."""
    sim.reset()
    sim.change(faults=[{"do": "http", "on": "file", "status": 500}])
    speaker = opened(sim, "minimax")
    said = speaker.say("Step.", *VOICES["minimax"])
    words = speaker.words(said)
    speaker.close()

    assert (words, bool(said.words_at)) == ((), True)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        [None, 3],
        {"subtitles": 7},
        {"subtitles": True},
        [{"timestamped_words": None}],
        [{"timestamped_words": 3}],
        [{"timestamped_words": "word"}],
        [{"timestamped_words": [{"word": "a", "time_begin": -1, "time_end": 2}]}],
        [{"timestamped_words": [{"word": "a", "time_begin": 9, "time_end": 2}]}],
        [{"timestamped_words": [{"word": 3.5, "time_begin": True, "time_end": 2}]}],
    ],
)
def test_times_of_another_form_tell_nothing(said: Any) -> None:
    """What nobody promised is read with care."""
    assert read_words(said) == ()


def test_a_time_of_many_digits_is_a_short_one() -> None:
    """It is read to the microsecond, as it is written down, and not as a fraction that fills the memory."""
    time = {"word": "a", "time_begin": Decimal("1e-400000000"), "time_end": Decimal("2.0004")}

    assert read_words([{"timestamped_words": [time]}]) == (
        Word("a", Fraction(0), Fraction(2, 1000)),
    )


class NestedWords(Wire):
    """A line over which a file of words comes that holds a list in a list in a list, and so on."""

    def download(
        self, url: str, path: Path, limits: Limits | None = None, resume: Resume | None = None
    ) -> None:
        path.write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")


def test_a_file_that_cannot_be_read_tells_no_words() -> None:
    """A document nested without end is as good as none."""
    wire = NestedWords("http://127.0.0.1:9", {}, "")
    speaker = RemoteSpeaker(PROFILE, DIALECT, wire, "acc")
    words = speaker.words(Said(b"", words_at="somewhere"))
    speaker.close()

    assert words == ()


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("key", KeyRefused),
        ("balance", OutOfFunds),
        ("rate", RateLimited),
        ("moderation", Refused),
        ("invalid", Refused),
        ("server", OutcomeUnknown),
    ],
)
def test_each_no_means_what_it_says(
    sim: Simulator, name: str, kind: str, error: type[ProviderError]
) -> None:
    """Only a certain no lets a text be sent again; moderation is told from a slip."""
    with pytest.raises(error) as caught:
        say(sim, name, [{"do": "refuse", "kind": kind}])

    assert (getattr(caught.value, "kind", "") == "moderation") == (kind == "moderation")
    assert caught.value.charged is (None if error is OutcomeUnknown else False)


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize(
    "fault",
    [
        {"do": "drop", "when": "after"},
        {"do": "not_json"},
        {"do": "empty"},
        {"do": "http", "status": 502, "when": "after"},
        {"do": "http", "status": 403, "when": "after"},
    ],
)
def test_a_lost_answer_leaves_doubt(sim: Simulator, name: str, fault: Mapping[str, Any]) -> None:
    """The text may have been said and paid: nobody here knows, and it is not sent again."""
    if name == "openai" and fault["do"] == "not_json":
        # A page in place of sound is bytes like any: who keeps it finds that out.
        assert say(sim, name, [fault]).content.startswith(b"<html>")
        return
    with pytest.raises(OutcomeUnknown):
        say(sim, name, [fault])
    assert sim.oracle("submits")["requests"] == 1


def test_a_closed_door_is_no_doubt(sim: Simulator) -> None:
    """Where nobody listens nothing was sent."""
    speaker = opened(sim, "openai", LONGTAKE_SPEECH_URL="http://127.0.0.1:9/v1")

    with pytest.raises(Unreachable):
        speaker.say("x", "tts-1", "alloy")


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"LONGTAKE_SPEECH_URL": "", "LONGTAKE_SPEECH_KEY": ""}, KeyMissing, "LONGTAKE_SPEECH_KEY"),
        ({"LONGTAKE_SPEECH_KEY": "a b"}, KeyRefused, "signs that no key has"),
        ({"LONGTAKE_SPEECH_URL": "http://voices.example/v1"}, ProviderError, "no address a key"),
    ],
)
def test_a_key_is_looked_at_before_it_is_used(
    sim: Simulator, changed: dict[str, str], error: type[ProviderError], said: str
) -> None:
    """Missing, misspelt, or about to be sent over an open line."""
    with pytest.raises(error, match=said):
        opened(sim, "openai", **changed)


def test_a_service_of_this_machine_needs_no_key(sim: Simulator) -> None:
    """Whoever runs a voice of their own has no key to show; here it is asked for, and refused."""
    speaker = opened(sim, "openai", LONGTAKE_SPEECH_KEY="")

    with pytest.raises(KeyRefused):
        speaker.say("x", "tts-1", "alloy")


def test_the_key_is_in_no_message(sim: Simulator) -> None:
    """Whoever writes it into an answer: it is not shown."""
    fault = {"do": "refuse", "kind": "invalid", "message": "bad key openai-key given"}
    with pytest.raises(Refused) as caught:
        say(sim, "openai", [fault])

    assert "openai-key" not in str(caught.value)
    assert "[key]" in str(caught.value)
