"""Voices over the wire: OpenAI's `/audio/speech`, and MiniMax's T2A v2 with the times of its words.

What is sold is a real sound file: a tone for each word, as long as the word takes, rests between them.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from longtake.testing.movie import ClipOrder
from longtake.testing.wire.checks import typed
from longtake.testing.wire.minimax_v1 import MinimaxV1
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Asked, Task
from longtake.units import Size

_RATE = 16_000
_LETTER_S, _REST_S = 0.06, 0.12
_NO_CLIP = ClipOrder(Size(16, 16), 1, "24", "speech")

# A million characters, as the real ones are priced.
_OPENAI = {"tts-1": Decimal(15), "tts-1-hd": Decimal(30), "gpt-4o-mini-tts": Decimal(12)}
_MINIMAX = {
    "speech-2.8-hd": Decimal(100),
    "speech-2.8-turbo": Decimal(60),
    "speech-2.6-turbo": Decimal(60),
}
_FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
_VOICES = frozenset({"alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"})
_MOST_OPENAI, _MOST_MINIMAX = 4096, 10_000
_ERRORS: Mapping[str, tuple[int, str]] = {
    "no_key": (401, "invalid_api_key"),
    "key": (401, "invalid_api_key"),
    "balance": (429, "insufficient_quota"),
    "invalid": (400, "invalid_request_error"),
    "moderation": (400, "content_policy_violation"),
    "rate": (429, "rate_limit_exceeded"),
    "in_flight": (429, "rate_limit_exceeded"),
    "too_large": (413, "invalid_request_error"),
    "missing": (404, "model_not_found"),
    "server": (500, "server_error"),
}


class OpenaiSpeech(Wire):
    """OpenAI's way: the answer is the sound itself."""

    name = "openai_speech"
    hosts = ("openai",)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List the one path."""
        return (Endpoint("POST", "/v1/audio/speech", "submit", self._speech),)

    def about(self, said: Mapping[str, Any]) -> tuple[str, str]:
        """Give model and text of a request, for faults that choose by them."""
        return str(said.get("model", "")), str(said.get("input", ""))

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no with an `error` and a status that fits it."""
        status, code = _ERRORS.get(refusal.kind, _ERRORS["server"])
        error = {"message": refusal.message, "type": "error", "param": None}
        return Reply({"error": error | {"code": refusal.code or code}}, status, refused=True)

    async def _speech(self, call: Call) -> Reply:
        self.admit(call)
        said = call.asked()
        model, text = typed(said, "model", "str", ""), typed(said, "input", "str", "")
        if model not in _OPENAI:
            raise Refusal("missing", f"the model {model} does not exist")
        if typed(said, "voice", "str", "") not in _VOICES:
            raise Refusal("invalid", "voice must be one of those there are")
        if not text or len(text) > _MOST_OPENAI:
            raise Refusal("invalid", f"input must have 1 to {_MOST_OPENAI} characters")
        if typed(said, "response_format", "str", "mp3") not in _FORMATS:
            raise Refusal("invalid", "response_format")
        _sold(self, call, model, text, _OPENAI[model] * len(text))
        return Reply(_sound(text)[0], media_type="audio/wav")


class MinimaxSpeech(MinimaxV1):
    """MiniMax's way: refusals inside HTTP 200, the sound written in hexadecimal letters."""

    name = "minimax_speech"

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List the path of the voice, and that of the times of its words."""
        return (
            Endpoint("POST", "/v1/t2a_v2", "submit", self._speech),
            Endpoint("GET", "/subtitles/{task}", "file", self._subtitles),
        )

    def about(self, said: Mapping[str, Any]) -> tuple[str, str]:
        """Give model and text of a request, for faults that choose by them."""
        return str(said.get("model", "")), str(said.get("text", ""))

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no as all of MiniMax's first generation does."""
        reply = super().refusal(refusal)
        body = {"data": None, "trace_id": "", "base_resp": reply.body["base_resp"]}
        return replace(reply, body=body)

    async def _speech(self, call: Call) -> Reply:
        self.admit(call)
        said = call.asked()
        model, text = typed(said, "model", "str", ""), typed(said, "text", "str", "")
        voice = said.get("voice_setting")
        if model not in _MINIMAX or not isinstance(voice, dict) or not voice.get("voice_id"):
            raise Refusal("invalid", "model or voice_setting")
        if not text or len(text) >= _MOST_MINIMAX or said.get("output_format", "hex") != "hex":
            raise Refusal("invalid", "text or output_format")
        # Signs of Chinese are charged twice, so it is said and seen.
        counted = len(text) + sum("一" <= sign <= "鿿" for sign in text)
        task = _sold(self, call, model, text, _MINIMAX[model] * counted)
        sound, _ = _sound(text)
        told: dict[str, Any] = {"audio": sound.hex(), "status": 2}
        if typed(said, "subtitle_enable", "bool", False):
            told["subtitle_file"] = f"{call.site.api}/{call.host}/subtitles/{task.id}"
        extra = {"usage_characters": counted, "audio_format": "wav", "audio_size": len(sound)}
        ok = {"status_code": 0, "status_msg": "success"}
        return Reply({"data": told, "extra_info": extra, "trace_id": task.id, "base_resp": ok})

    async def _subtitles(self, call: Call) -> Reply:
        task = call.world.tasks.get(call.request.path_params["task"])
        if task is None:
            return Reply(b"", 404, refused=True)
        _, words = _sound(task.asked.prompt)
        timed = [
            {"word": word, "time_begin": round(start * 1000), "time_end": round(end * 1000)}
            for word, start, end in words
        ]
        return Reply([{"text": task.asked.prompt, "timestamped_words": timed}])


def _sold(wire: Wire, call: Call, model: str, text: str, price: Decimal) -> Task:
    """Book a voice as sold: paid at once, by the million characters."""
    wire.pace(call)
    price /= 1_000_000
    if call.world.balance(call.key) < price:
        raise Refusal("balance")
    said = call.asked()
    params: dict[str, Any] = {"voice": said.get("voice") or said.get("voice_setting")}
    asked = Asked(model, "speech", params, _NO_CLIP, price, 0, "", text)
    fate = replace(call.fate, task_s=0.0)
    return call.world.accept(wire.name, call.host, call.key, asked, "", fate, wire.task_id)


def _sound(text: str) -> tuple[bytes, list[tuple[str, float, float]]]:
    """Say a text in tones; gives the file, and when each word begins and ends."""
    words: list[tuple[str, float, float]] = []
    parts, at = [], 0.0
    for number, word in enumerate(text.split()):
        length = _LETTER_S * len(word)
        words.append((word, at, at + length))
        times = np.arange(round(length * _RATE)) / _RATE
        parts += [np.sin(times * 2 * np.pi * (220 + 20 * (number % 7))) * 8000]
        parts += [np.zeros(round(_REST_S * _RATE))]
        at += length + _REST_S
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(np.concatenate(parts).astype("<i2").tobytes())
    return file.getvalue(), words
