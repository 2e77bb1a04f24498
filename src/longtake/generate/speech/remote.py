"""A voice over the wire: one request that is answered with the sound itself."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from longtake.cues import Word
from longtake.errors import Unreachable
from longtake.generate.complaints import Complaints
from longtake.generate.http import Ambiguous, Limits, NotSent, Reply, Timing, Wire, WireError
from longtake.generate.opening import open_wire
from longtake.generate.profile import Complaint, Profile
from longtake.generate.speech.speaker import Said

# A minute of uncompressed sound is 6 MB, and twice that where it comes written out in letters.
_MOST_ANSWER = 96_000_000
_MOST_WORDS = 2_000_000


@dataclass(frozen=True)
class SpeechDialect:
    """How one service speaks: what it is told, and what its answers mean.

    `encode` takes text, model and voice; `read` gives what was said, None where there is no sound in an
    answer; `read_words` reads the document that tells when words come.
    """

    encode: Callable[[str, str, str], dict[str, Any]]
    read: Callable[[Reply], Said | None]
    classify: Callable[[Reply], Complaint | None]
    read_words: Callable[[Any], tuple[Word, ...]] = lambda said: ()


def open_voice(
    profile: Profile,
    dialect: SpeechDialect,
    environment: Mapping[str, str],
    *,
    keyless: bool = False,
) -> RemoteSpeaker:
    """Open a service with the key of an environment; `keyless` where it may do without one.

    Raises KeyMissing, KeyRefused, and ProviderError for a host that must not be sent a key.
    """
    wire, account = open_wire(profile, environment, keyless=keyless)
    return RemoteSpeaker(profile, dialect, wire, account)


class RemoteSpeaker:
    """A service that says texts. May be called from several threads at once."""

    def __init__(self, profile: Profile, dialect: SpeechDialect, wire: Wire, account: str) -> None:
        self.name = profile.name
        # Room and pace of an account are told apart from those of its clips.
        self.account = f"{account}-speech"
        self.host = wire.host
        self.in_flight = profile.in_flight
        self.per_minute = profile.per_minute
        self._profile = profile
        self._dialect = dialect
        self._wire = wire
        self._complaints = Complaints(profile, wire)

    def __repr__(self) -> str:
        return f"RemoteSpeaker({self.name!r}, account {self.account})"

    def say(self, text: str, model: str, voice: str) -> Said:
        """Ask for a text to be said, once.

        Raises Unreachable, RateLimited, Refused, OutOfFunds or KeyRefused where nothing was taken,
        and OutcomeUnknown wherever that is not certain.
        """
        body = self._dialect.encode(text, model, voice)
        reply = self._sent(body)
        complaint = self._dialect.classify(reply)
        said = self._dialect.read(reply) if complaint is None else None
        if said is not None:
            return said
        self._complaints.refuse_strange(reply)
        if complaint is None:
            raise self._complaints.nobody_knows(f"no sound in {self._complaints.head(reply)}")
        lost = complaint.kind == "missing" and reply.status >= 500
        if complaint.kind == "unclear" or lost:
            raise self._complaints.nobody_knows(f"HTTP {reply.status} {complaint.message}")
        raise self._complaints.error(complaint, reply)

    def words(self, said: Said) -> tuple[Word, ...]:
        """Fetch when the words of what was said come; nothing where that cannot be had."""
        if not said.words_at:
            return ()
        # Its sound is paid and kept: whatever is odd about its words is no reason to stop.
        odd = (WireError, OSError, ValueError, RecursionError)
        with contextlib.suppress(*odd), TemporaryDirectory() as folder:
            path = Path(folder) / "words.json"
            self._wire.download(said.words_at, path, Limits(max_bytes=_MOST_WORDS, total_s=30.0))
            told = json.loads(path.read_bytes(), parse_float=Decimal)
            return self._dialect.read_words(told)
        return ()

    def interrupt(self) -> None:
        """A text under way is paid for: it is let finish."""

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def _sent(self, body: Mapping[str, object]) -> Reply:
        seconds = self._profile.submit_s
        try:
            return self._wire.send(
                "POST",
                self._profile.submit_path,
                body=body,
                timing=Timing(quiet_s=seconds, total_s=seconds),
                most=_MOST_ANSWER,
            )
        except NotSent as exc:
            raise Unreachable(f"{self.name}: {exc}") from exc
        except Ambiguous as exc:
            raise self._complaints.nobody_knows(str(exc)) from exc
