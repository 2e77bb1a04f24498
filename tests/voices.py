"""A speaker that says as it is told to, and a till to buy its voices from."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from longtake.cues import Word
from longtake.generate.collect import Till
from longtake.generate.settle import close_dead_rows
from longtake.generate.speech.kept import Booth
from longtake.generate.speech.purchase import Buying, ensure_spoken
from longtake.generate.speech.speaker import Said
from longtake.plan.speech import SpeechJob, SpeechOffer
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.voices import Voice, VoiceShelf

OFFER = SpeechOffer("openai", "tts-1", Decimal(15))


def a_job(text: str = "Step by step.", offer: SpeechOffer = OFFER) -> SpeechJob:
    """Give words to be bought."""
    return SpeechJob("a (voice)", offer, "alloy", text, offer.price(text))


def tone(seconds: float = 1.0) -> bytes:
    """Write a sound file of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * round(seconds * 8000))
    return file.getvalue()


@dataclass
class Talker:
    """A speaker that sells voices, counts its sales, and misbehaves as told."""

    name: str = "openai"
    account: str = "acc-speech"
    in_flight: int = 3
    per_minute: int = 100
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    content: bytes = field(default_factory=tone)
    characters: int | None = None
    sold: list[str] = field(default_factory=list)

    def say(self, text: str, model: str, voice: str) -> Said:
        if self.before:
            raise self.before.pop(0)
        self.sold.append(text)
        if self.after:
            raise self.after.pop(0)
        return Said(self.content, self.characters, "somewhere")

    def words(self, said: Said) -> tuple[Word, ...]:
        return (Word("Step", Fraction(0), Fraction(1, 2)),)

    def interrupt(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Counter:
    """A shelf and a ledger on disk, and a clock that pauses move on."""

    folder: Path
    talker: Talker = field(default_factory=Talker)
    now: float = 1000.0
    limits: Limits = field(default_factory=lambda: Limits(3, 100))
    agreed: frozenset[str] | None = None

    def buy(self, job: SpeechJob | None = None, board: str = "board") -> Voice:
        """Buy as one process would that holds its board's lock."""
        buying = self.open(board)
        close_dead_rows(buying.till.ledger, buying.booth.shelf, board, self.now)
        return ensure_spoken(job or a_job(), buying)

    def open(self, board: str = "board") -> Buying:
        """Open ledger and shelf as a run does."""
        ledger, shelf = Ledger(self.folder / "ledger.db"), VoiceShelf(self.folder / "vault")
        ledger.open()
        shelf.open()
        till = Till(ledger, self.limits, board, lambda: self.now, agreed=self.agreed)
        return Buying(Booth(self.talker, shelf), till, self.pause)

    def pause(self, seconds: float) -> None:
        self.now += seconds

    @property
    def rows(self) -> list[tuple[str, str]]:
        """List all purchases: their states, and what each cost."""
        rows = Ledger(self.folder / "ledger.db").purchases()
        return [(row.state, str(row.charge or row.reserved)) for row in rows]
