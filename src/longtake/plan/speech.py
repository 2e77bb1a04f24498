"""What is to be said, by whom, and what that costs: known before anybody has spoken."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from longtake.cues import Word
from longtake.units import Money

# What can be said on this machine at no cost; `command` is a program of the author's own.
FREE_SPEAKERS = ("espeak", "command")
_MILLION = 1_000_000


@dataclass(frozen=True)
class SpeechOffer:
    """What one model of a speaker takes and costs: so much for a million characters.

    `per_million` is None where nobody knows. Where `wide` is 2, signs of Chinese, Japanese and Korean
    count twice. `at` names the place it is asked at, where that is not the speaker's usual one.
    """

    speaker: str
    model: str = ""
    per_million: Decimal | None = None
    currency: str = "USD"
    most_characters: int = 4096
    wide: int = 1
    at: str = ""
    price_source: str = ""
    price_date: str = ""
    key_variable: str = ""

    def characters(self, text: str) -> int:
        """Count the characters of a text as they are charged, at worst."""
        doubled = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
        return len(text) + (self.wide - 1) * doubled

    def price(self, text: str) -> Money | None:
        """Price a text, None where nobody knows."""
        if self.speaker in FREE_SPEAKERS:
            return Money(Decimal(0), self.currency)
        return None if self.per_million is None else self.charge(self.characters(text))

    def charge(self, characters: int) -> Money | None:
        """Price so many characters as the speaker itself has counted them."""
        if self.per_million is None:
            return None
        return Money(self.per_million * characters / _MILLION, self.currency)


@dataclass(frozen=True)
class SpeechJob:
    """Words for a voice to say; `id` is how the ledger and a run call it, `key` names what is asked.

    `request` is what is asked in canonical form. Two jobs with one key are one purchase.
    """

    id: str
    offer: SpeechOffer
    voice: str
    text: str
    price: Money | None
    owned: bool = False

    @property
    def request(self) -> str:
        asked = {
            "kind": "speech",
            "speaker": self.offer.speaker,
            "model": self.offer.model,
            "at": self.offer.at,
            "voice": self.voice,
            "prompt": self.text,
        }
        return json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def key(self) -> str:
        return hashlib.sha256(self.request.encode()).hexdigest()

    @property
    def free(self) -> bool:
        return self.offer.speaker in FREE_SPEAKERS

    @property
    def said_by(self) -> str:
        """The voice as an author names it."""
        parts = (self.offer.speaker, self.offer.model, self.voice)
        return "/".join(part for part in parts if part)


@dataclass(frozen=True)
class VoiceFacts:
    """A voice that was made: its file, how long it is, and its words where somebody told them."""

    path: Path
    sha256: str
    seconds: Fraction
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """A narration: what is said over a shot (or a scene's shots), and how long that takes.

    Without a `voice` the length lies between `low_s` and `high_s`, else both are that of its file.
    `job` says how it is to be made; None for a file of the author's.
    """

    id: str
    clip: str
    text: str
    level: float
    low_s: Fraction
    high_s: Fraction
    voice: VoiceFacts | None = None
    job: SpeechJob | None = None


# Speakers' offers by `speaker/model`; what is asked for without a model is under the bare name.
Speakers = Mapping[str, SpeechOffer]


def free_speakers() -> dict[str, SpeechOffer]:
    """Give the offers that cost nothing."""
    return {name: SpeechOffer(name, most_characters=100_000) for name in FREE_SPEAKERS}
