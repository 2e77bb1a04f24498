"""The simulator's voices: as strict as the documents, paid by the character, in both forms."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from longtake.testing import Simulator

TEXT = "One two."


@pytest.fixture
def ask(run: Callable[..., Simulator]) -> Iterator[Callable[..., httpx.Response]]:
    """Ask for a voice in OpenAI's way, or in MiniMax's where a `text` is sent."""
    sim = run(
        accounts={"openai-key": {"host": "openai", "balance": "0.001"}, "mm": {"host": "minimax"}}
    )
    with httpx.Client(base_url=sim.url, trust_env=False, timeout=10) as web:

        def send(key: str = "openai-key", **fields: Any) -> httpx.Response:
            path = "/minimax/v1/t2a_v2" if "text" in fields else "/openai/v1/audio/speech"
            head = {"Authorization": f"Bearer {key}"}
            return web.post(path, json=fields, headers=head)

        send.sim = sim  # type: ignore[attr-defined]
        yield send


def good(**changed: Any) -> dict[str, Any]:
    """Give a request that is right, but for these fields."""
    return {"model": "tts-1", "input": TEXT, "voice": "alloy", "response_format": "wav"} | changed


def test_a_voice_is_a_tone_a_word(ask: Callable[..., httpx.Response]) -> None:
    """A real sound file, as long as its words take, charged at once."""
    answer = ask(**good())
    with wave.open(io.BytesIO(answer.content)) as sound:
        seconds = sound.getnframes() / sound.getframerate()

    assert answer.status_code == 200
    assert seconds == pytest.approx(0.06 * 7 + 2 * 0.12)
    assert ask.sim.oracle("money")["charged"] == "0.00012"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("key", "changed", "status", "code"),
    [
        ("wrong", {}, 401, "invalid_api_key"),
        ("openai-key", {"model": "tts-9"}, 404, "model_not_found"),
        ("openai-key", {"voice": "Ada"}, 400, "invalid_request_error"),
        ("openai-key", {"input": ""}, 400, "invalid_request_error"),
        ("openai-key", {"input": "x" * 4097}, 400, "invalid_request_error"),
        ("openai-key", {"response_format": "midi"}, 400, "invalid_request_error"),
        ("openai-key", {"input": "x" * 100}, 429, "insufficient_quota"),
    ],
)
def test_openai_says_no(
    ask: Callable[..., httpx.Response], key: str, changed: dict[str, Any], status: int, code: str
) -> None:
    """Each slip has its status and code, and sells nothing."""
    answer = ask(key, **good(**changed))

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert ask.sim.oracle("submits")["paid"] == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("key", "changed", "code"),
    [
        ("wrong", {}, 2049),
        ("mm", {"model": "speech-9"}, 2013),
        ("mm", {"voice_setting": {}}, 2013),
        ("mm", {"text": "x" * 10_000}, 2013),
        ("mm", {"output_format": "url"}, 2013),
    ],
)
def test_minimax_says_no_inside_a_200(
    ask: Callable[..., httpx.Response], key: str, changed: dict[str, Any], code: int
) -> None:
    """The code stands in `base_resp`; there is no sound beside it."""
    said = {"model": "speech-2.8-hd", "text": TEXT, "voice_setting": {"voice_id": "a"}} | changed
    answer = ask(key, **said)

    assert (answer.status_code, answer.json()["base_resp"]["status_code"]) == (200, code)
    assert answer.json()["data"] is None
