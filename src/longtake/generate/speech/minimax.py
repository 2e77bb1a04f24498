"""MiniMax T2A v2: a text said at once, its sound in hexadecimal letters, its words in a file beside.

Documented: the path, the fields of the body, `data.audio` as hex, `base_resp` with the code of a refusal
inside HTTP 200, `extra_info.usage_characters` (what is charged), and `data.subtitle_file` where
`subtitle_enable` was asked. Seen in others' answers, not documented: `subtitle_type: word`, and what such
a file holds (a list of sentences, each with `timestamped_words` of `word`, `time_begin`, `time_end` in
milliseconds). That the subtitle's address needs no key is a guess that costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from longtake.cues import Word
from longtake.generate.http import Reply
from longtake.generate.minimax_codes import CODES
from longtake.generate.profile import Complaint, Profile, at, kind_of_status, links_of, text_of
from longtake.generate.profile import whole_of as whole
from longtake.generate.speech.remote import RemoteSpeaker, SpeechDialect, open_voice
from longtake.generate.speech.speaker import Said

PROFILE = Profile(
    name="minimax",
    base_url="https://api.minimax.io",
    key_variable="MINIMAX_API_KEY",
    host_variable="MINIMAX_API_HOST",
    submit_path="/v1/t2a_v2",
    status_path="",
    other_hosts=("https://api.minimaxi.com",),
    in_flight=3,
    per_minute=20,
    submit_s=300.0,
)


def encode(text: str, model: str, voice: str) -> dict[str, Any]:
    """Write the body: the plain voice, lossless, with the times of its words."""
    return {
        "model": model,
        "text": text,
        "stream": False,
        "voice_setting": {"voice_id": voice, "speed": 1, "vol": 1, "pitch": 0},
        "audio_setting": {"sample_rate": 44100, "format": "flac", "channel": 1},
        "subtitle_enable": True,
        "subtitle_type": "word",
        "output_format": "hex",
    }


def read(reply: Reply) -> Said | None:
    """Read the sound, the characters that were counted, and where its words' times are."""
    try:
        content = bytes.fromhex(text_of(at(reply.said, "data", "audio")))
    except ValueError:
        return None
    if not content:
        return None
    counted = whole(at(reply.said, "extra_info", "usage_characters"))
    links = links_of(at(reply.said, "data", "subtitle_file"))
    return Said(content, counted, links[0] if links else "")


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by its code, whatever the HTTP status, else by that."""
    code = text_of(at(reply.said, "base_resp", "status_code")).strip()
    message = text_of(at(reply.said, "base_resp", "status_msg"))
    if code not in ("", "0"):
        return Complaint(CODES.get(code, "unclear"), f"{message} ({code})")
    return None if reply.status < 300 else Complaint(kind_of_status(reply.status), message)


def read_words(said: Any) -> tuple[Word, ...]:
    """Read when each word comes; a file of any other form tells nothing."""
    words = []
    for sentence in _listed(said if isinstance(said, list) else at(said, "subtitles")):
        for each in _listed(at(sentence, "timestamped_words")):
            text = text_of(at(each, "word"))
            start, end = (_seconds(at(each, name)) for name in ("time_begin", "time_end"))
            if text and start is not None and end is not None and start <= end:
                words.append(Word(text, start, end))
    return tuple(words)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _seconds(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    # In whole microseconds: a number with a billion digits behind its point is one, too.
    return Fraction(round(value * 1000), 1_000_000) if 0 <= value < 10**8 else None


DIALECT = SpeechDialect(encode, read, classify, read_words)


def open_speaker(environment: Mapping[str, str]) -> RemoteSpeaker:
    """Open MiniMax with the key of an environment, at the host of its region; raises KeyMissing."""
    return open_voice(PROFILE, DIALECT, environment)
