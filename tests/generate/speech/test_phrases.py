"""When phrases are said, heard in a voice that tells nothing of its words."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from longtake.generate.speech.phrases import heard_phrases

RATE = 16_000
TEXT = "He climbs the steps. Nobody asks him, and the lamp goes round."


def speak(path: Path, *lengths: float, hiss: float = 0.0, level: float = 0.2) -> None:
    """Write a voice that sounds and rests by turns for so many seconds, over a hiss."""
    noise = np.random.default_rng(1)
    parts = [
        noise.standard_normal(round(seconds * RATE)) * (hiss if number % 2 else level)
        for number, seconds in enumerate(lengths)
    ]
    sound = np.clip(np.concatenate(parts), -1, 1)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())


@pytest.mark.parametrize(("hiss", "level"), [(0.0, 0.2), (0.0005, 0.2), (0.0001, 0.01)])
def test_phrases_begin_where_the_voice_does(tmp_path: Path, hiss: float, level: float) -> None:
    """A quiet voice, and one over a hiss, is heard as well: to a twentieth of a second."""
    speak(tmp_path / "v.wav", 1.5, 0.4, 1.2, 0.25, 1.8, hiss=hiss, level=level)
    words = heard_phrases(tmp_path / "v.wav", TEXT)
    assert [word.text for word in words] == [
        "He climbs the steps.",
        "Nobody asks him,",
        "and the lamp goes round.",
    ]
    assert [float(w.start_s) for w in words] == pytest.approx([0, 1.9, 3.35], abs=0.06)
    assert float(words[-1].end_s) == pytest.approx(5.15, abs=0.06)


def test_silence_says_nothing(tmp_path: Path) -> None:
    """A file in which nothing is heard has no phrases."""
    speak(tmp_path / "v.wav", 2.0, level=0.0)
    assert heard_phrases(tmp_path / "v.wav", TEXT) == ()
