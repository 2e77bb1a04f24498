"""Voices on their shelf: whole, found by what was asked, and never another's bytes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from longtake.cues import Word
from longtake.vault.voices import Voice, VoiceShelf

KEY = "a" * 64


def shelve(shelf: VoiceShelf, content: bytes = b"RIFFvoice", key: str = KEY) -> Voice:
    """Put a voice on a shelf."""
    shelf.open()
    part = shelf.scratch(key)
    part.write_bytes(content)
    words = (Word("Hi", Fraction(1, 8), Fraction(1, 3)),)
    return shelf.add(Voice(key, "espeak/en", "Hi", "", part, Fraction(5, 7), words), part)


def test_a_voice_is_found_as_it_was_put(tmp_path: Path) -> None:
    """Length, words and bytes come back; times to the microsecond."""
    shelf = VoiceShelf(tmp_path)
    kept = shelve(shelf)
    found = shelf.find(KEY)

    assert found is not None
    assert (found.path, found.sha256, found.seconds) == (kept.path, kept.sha256, Fraction(5, 7))
    assert found.words == (Word("Hi", Fraction(1, 8), Fraction(333333, 1_000_000)),)
    assert found.path.suffix == ".wav"
    assert shelf.find("b" * 64) is None


@pytest.mark.parametrize("content", [b"RIFFother", b"RIFF", None])
def test_a_file_that_is_not_what_was_stored_is_no_voice(
    tmp_path: Path, content: bytes | None
) -> None:
    """Changed, torn or gone: the record alone is nothing."""
    shelf = VoiceShelf(tmp_path)
    kept = shelve(shelf)
    kept.path.unlink() if content is None else kept.path.write_bytes(content)

    assert shelf.find(KEY) is None


@pytest.mark.parametrize("record", ["{}", "[]", '{"schema": 2}', "no json"])
def test_a_damaged_record_is_no_voice(tmp_path: Path, record: str) -> None:
    """What cannot be read stops nobody."""
    shelf = VoiceShelf(tmp_path)
    shelve(shelf)
    (tmp_path / "voices" / f"{KEY}.json").write_text(record)

    assert shelf.find(KEY) is None


def test_a_record_names_no_file_elsewhere(tmp_path: Path) -> None:
    """A record that was tampered with does not lead out of the shelf."""
    shelf = VoiceShelf(tmp_path / "vault")
    kept = shelve(shelf)
    (tmp_path / "stolen.wav").write_bytes(b"RIFFvoice")
    kept.path.unlink()
    record = tmp_path / "vault" / "voices" / f"{KEY}.json"
    record.write_text(record.read_text().replace(kept.path.name, "../../stolen.wav"))

    assert shelf.find(KEY) is None


def test_words_can_be_told_later(tmp_path: Path) -> None:
    """The times of words may come after the file is safe."""
    shelf = VoiceShelf(tmp_path)
    told = shelf.tell_words(shelve(shelf), (Word("Yo", Fraction(0), Fraction(1)),))

    assert shelf.find(KEY) == told
