"""What voices cost: our tables, a user's own files, and a service of one's own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from longtake.errors import PlanError
from longtake.generate.speech.catalogue import load_speakers
from longtake.plan.speech import SpeechOffer
from longtake.units import Money


def test_every_price_has_its_source() -> None:
    """A price nobody can check is no price."""
    offers = load_speakers().values()

    assert all(o.price_source and o.price_date for o in offers if o.per_million)
    assert {o.speaker for o in offers} == {"espeak", "command", "openai", "minimax"}


def test_the_usual_model_is_the_first() -> None:
    """A voice without a model is said by the one that the table begins with."""
    offers = load_speakers()

    assert offers["openai"] is offers["openai/tts-1"]
    assert offers["minimax"].model == "speech-2.8-hd"


def test_signs_that_count_twice() -> None:
    """MiniMax counts Chinese signs double; the reserve is never less than that."""
    offer = load_speakers()["minimax"]

    assert offer.characters("你好 a") == 6
    assert offer.price("你好 a") == Money(Decimal("0.0006"))
    assert load_speakers()["openai"].characters("你好 a") == 4


def test_a_users_own_file_wins(tmp_path: Path) -> None:
    """A price of one's own takes the place of ours, model by model."""
    text = '{"schema": 1, "speaker": "openai", "models": [{"model": "tts-1", "per_million": "9"}]}'
    (tmp_path / "openai.json").write_text(text)
    offers = load_speakers(tmp_path)

    assert offers["openai"].per_million == offers["openai/tts-1"].per_million == 9
    assert offers["openai/tts-1-hd"].per_million == 30


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "schema"),
        ('{"schema": 1, "speaker": "siri", "models": []}', "speaker"),
        ('{"schema": 1, "speaker": "openai", "models": [{"model": "x", "per_million": 3}]}', "per"),
    ],
)
def test_a_fault_in_a_file_names_its_place(tmp_path: Path, text: str, said: str) -> None:
    """Whoever edits a price list is told where the slip is."""
    (tmp_path / "mine.json").write_text(text)

    with pytest.raises(PlanError, match=rf"mine\.json: .*{said}"):
        load_speakers(tmp_path)


def test_another_service_has_none_of_openais_prices() -> None:
    """What a service of one's own costs only its owner can say; its voices are others' voices."""
    url = {"LONGTAKE_SPEECH_URL": "https://voices.example/v1/"}
    offers = load_speakers(None, url)
    told = load_speakers(None, url | {"LONGTAKE_SPEECH_PRICE": "4 EUR"})

    assert offers["openai"] == SpeechOffer(
        "openai", "tts-1", at="https://voices.example/v1", key_variable="LONGTAKE_SPEECH_KEY"
    )
    assert "openai/tts-1-hd" not in offers
    assert told["openai"].price("x" * 1000) == Money(Decimal("0.004"), "EUR")


def test_a_price_fills_only_what_is_unknown() -> None:
    """OpenAI's own table stands; the word of the environment is for what it leaves open."""
    offers = load_speakers(None, {"LONGTAKE_SPEECH_PRICE": "20.00 USD"})

    assert (
        load_speakers(None, {"LONGTAKE_SPEECH_URL": "http://localhost:1/v1"})["openai"].key_variable
        == ""
    )
    assert offers["openai/gpt-4o-mini-tts"].per_million == 20
    assert offers["openai"].per_million == 15
    with pytest.raises(PlanError, match="no amount"):
        load_speakers(None, {"LONGTAKE_SPEECH_PRICE": "cheap"})
