"""All a voice must do for us: say a text, and tell when its words are said where it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from longtake.cues import Word


@dataclass(frozen=True)
class Said:
    """What a speaker gave: the bytes of a sound file, and what its answer told besides.

    `characters` is how many of them are charged, where that is told; `words_at` is where its words'
    times can be had.
    """

    content: bytes
    characters: int | None = None
    words_at: str = ""


class Speaker(Protocol):
    """Says texts. What that costs is known before, by its offer.

    Errors are those of `longtake.errors`, and say whether money is gone: Unreachable, RateLimited,
    Refused, OutOfFunds and KeyRefused mean that nothing was taken; OutcomeUnknown that nobody knows.
    Used from several threads; no text is ever sent twice by one call.
    """

    # the part of a voice before its first slash
    name: str

    # names the account without telling its key; "" where there is none
    account: str

    # how many texts may be under way at once, and how many may be sent a minute
    in_flight: int
    per_minute: int

    # say a text in a voice; `model` is "" where there is only one
    def say(self, text: str, model: str, voice: str) -> Said: ...

    # say when the words of what was said come; nothing where that cannot be had
    def words(self, said: Said) -> tuple[Word, ...]: ...

    # end what can be ended without loss: the run is being stopped
    def interrupt(self) -> None: ...

    # let go of connections
    def close(self) -> None: ...
