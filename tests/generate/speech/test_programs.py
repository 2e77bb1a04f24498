"""Voices of this machine: espeak-ng, and a program of the author's own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from longtake.errors import KeyMissing, ProviderError, Refused, TaskFailed
from longtake.generate.speech.kept import Booth, ensure_made
from longtake.generate.speech.programs import open_command, open_espeak
from longtake.generate.speech.speaker import Said
from longtake.plan.speech import SpeechJob, SpeechOffer
from longtake.units import Money
from longtake.vault.voices import VoiceShelf

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng")
NOTHING = Money.parse("0 USD")


def job(speaker: str, voice: str, text: str = "A lamp. [[-]] <b>; $(x)") -> SpeechJob:
    """Give words to say."""
    return SpeechJob("a (voice)", SpeechOffer(speaker), voice, text, NOTHING)


def booth(folder: Path, speaker: object) -> Booth:
    """Give a shelf beside a speaker."""
    shelf = VoiceShelf(folder)
    shelf.open()
    return Booth(speaker, shelf)  # type: ignore[arg-type]


def script(folder: Path, body: str) -> str:
    """Write a program; gives the command that runs it."""
    path = folder / "say.py"
    path.write_text(f"import sys, os, wave\n{body}\n", encoding="utf-8")
    return f"{sys.executable} {path}"


WAVE = """
def write(path):
    with wave.open(path, "wb") as out:
        out.setnchannels(1); out.setsampwidth(2); out.setframerate(8000)
        out.writeframes(b"\\0\\0" * 8000)
"""


@needs_espeak
def test_espeak_says_a_text_once(tmp_path: Path) -> None:
    """Its voice is a measured sound file; what is there is not said again."""
    first = ensure_made(job("espeak", "en-gb"), booth(tmp_path, open_espeak()))
    again = ensure_made(job("espeak", "en-gb"), booth(tmp_path, None))

    assert 0.5 < first.seconds < 6
    assert again == first
    assert first.path.read_bytes()[:4] == b"RIFF"


@needs_espeak
def test_a_voice_espeak_does_not_have(tmp_path: Path) -> None:
    """Its own words are told, and where its voices are listed."""
    with pytest.raises(Refused, match="voice does not exist") as caught:
        ensure_made(job("espeak", "klingon-x"), booth(tmp_path, open_espeak()))

    assert "--voices" in caught.value.hint


def test_without_espeak_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without it is told how to get it."""
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(KeyMissing, match="there is no espeak-ng") as caught:
        open_espeak()
    assert "apt install espeak-ng" in caught.value.hint


def test_a_program_gets_text_voice_and_file(tmp_path: Path) -> None:
    """The text comes on its input, the file as its last word, the voice where it asks for it."""
    body = (
        WAVE
        + f"""
open({str(tmp_path / "told")!r}, "w").write(sys.stdin.read() + "|" + sys.argv[1] + "|" + os.environ.get("X_KEY", "no key"))
write(sys.argv[2])"""
    )
    environment = {**os.environ, "X_KEY": "secret"}
    environment["LONGTAKE_SPEECH_COMMAND"] = script(tmp_path, body) + " --as={voice}"
    speaker = open_command(environment, {"X_KEY"})
    voice = ensure_made(job("command", "{file}"), booth(tmp_path / "vault", speaker))

    # What stands in a voice's name is not looked at for marks again.
    assert (tmp_path / "told").read_text() == "A lamp. [[-]] <b>; $(x)|--as={file}|no key"
    assert voice.seconds == 1


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        ("sys.exit('no such voice')", Refused, "failed with 1: no such voice"),
        ("pass", Refused, "wrote no sound"),
        ("open(sys.argv[1], 'w').write('<html>')", TaskFailed, "gave no sound file"),
    ],
)
def test_a_program_that_says_nothing(
    tmp_path: Path, body: str, error: type[ProviderError], said: str
) -> None:
    """A failure is told in the program's last words, and nothing is kept."""
    speaker = open_command({"LONGTAKE_SPEECH_COMMAND": script(tmp_path, body)}, ())

    with pytest.raises(error, match=said):
        ensure_made(job("command", "ada"), booth(tmp_path / "vault", speaker))
    assert list(VoiceShelf(tmp_path / "vault").keys()) == []
    assert list((tmp_path / "vault" / "sounds").iterdir()) == []


def test_a_program_is_named_by_the_environment_alone() -> None:
    """Without the variable nothing is run, whatever a board calls its voice."""
    with pytest.raises(KeyMissing, match="LONGTAKE_SPEECH_COMMAND is not set"):
        open_command({}, ())


def test_a_sound_of_hours_is_none(tmp_path: Path) -> None:
    """A file that claims an endless length is not kept."""

    class Endless:
        name = "espeak"

        def say(self, text: str, model: str, voice: str) -> Said:
            rate = (1).to_bytes(4, "little")
            head = b"RIFF\x98\x0e\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0" + rate + rate + b"\x01\0\x08\0"
            return Said(head + b"data\x74\x0e\0\0" + b"\x80" * 3700)

    with pytest.raises(TaskFailed, match="no sound file"):
        ensure_made(job("espeak", "en"), booth(tmp_path, Endless()))
