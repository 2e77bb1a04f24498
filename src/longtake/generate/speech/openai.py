"""OpenAI's way of saying a text, which many services and programs of one's own speak as well.

`POST /audio/speech` with model, input, voice and response_format is documented, as are the bytes of the
sound as its whole answer. Errors are `{"error": {message, type, code}}`; that an exhausted balance is a
429 with the code `insufficient_quota` was seen, not documented. Whether a text whose answer is lost was
charged, nobody says: it is taken for charged until a person knows better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from longtake.generate.http import Reply
from longtake.generate.profile import Complaint, Profile, at, is_moderation, kind_of_status, text_of
from longtake.generate.speech.catalogue import KEY, OPENAI, URL
from longtake.generate.speech.remote import RemoteSpeaker, SpeechDialect, open_voice
from longtake.generate.speech.speaker import Said

PROFILE = Profile(
    name="openai",
    base_url=OPENAI,
    key_variable=KEY,
    host_variable=URL,
    submit_path="/audio/speech",
    status_path="",
    in_flight=3,
    # The lowest tier that may speak at all is allowed more; other services are slower than theirs.
    per_minute=50,
    submit_s=300.0,
)
_FUNDS = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")


def encode(text: str, model: str, voice: str) -> dict[str, Any]:
    """Write the body; a sound that was never compressed can be measured and mixed best."""
    return {"model": model, "input": text, "voice": voice, "response_format": "wav"}


def read(reply: Reply) -> Said | None:
    """Take the whole answer for sound, unless it is a document."""
    return Said(reply.body) if reply.body and reply.said is None else None


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by its code, else by its HTTP status."""
    if 200 <= reply.status < 300:
        return None
    error = at(reply.said, "error")
    message = text_of(at(error, "message")) or text_of(error) or text_of(at(reply.said, "detail"))
    code = text_of(at(error, "code")) or text_of(at(error, "type"))
    kind = kind_of_status(reply.status)
    if code in _FUNDS:
        kind = "funds"
    elif kind == "invalid" and (code == "content_policy_violation" or is_moderation(message)):
        kind = "moderation"
    return Complaint(kind, message)


DIALECT = SpeechDialect(encode, read, classify)


def open_speaker(environment: Mapping[str, str]) -> RemoteSpeaker:
    """Open OpenAI, or the service that the environment names; one on this machine needs no key."""
    return open_voice(PROFILE, DIALECT, environment, keyless=True)
