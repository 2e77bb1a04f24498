"""What voices cost, read from data files; a user's own files win over ours.

A service of one's own (`LONGTAKE_SPEECH_URL`) is in no table: what it costs, `LONGTAKE_SPEECH_PRICE`
says, for a million characters.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from longtake.errors import PlanError
from longtake.generate.addresses import is_loopback, read_base
from longtake.plan.speech import SpeechOffer, free_speakers
from longtake.units import Money

# The variables of the keys, as the speakers' own files name them.
_KEYS = {"openai": "LONGTAKE_SPEECH_KEY", "minimax": "MINIMAX_API_KEY"}
URL, KEY, PRICE = "LONGTAKE_SPEECH_URL", "LONGTAKE_SPEECH_KEY", "LONGTAKE_SPEECH_PRICE"
OPENAI = "https://api.openai.com/v1"

_Price = Annotated[str, Field(pattern=r"^\d{1,6}(\.\d{1,8})?$")]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SpeechRow(_Strict):
    """One model: what a million characters cost, according to whom; `wide` signs count twice where 2."""

    model: _Name
    per_million: _Price | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    wide: Literal[1, 2] = 1
    most_characters: Annotated[int, Field(ge=1)] = 4096
    price_source: str = ""
    price_date: Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""


class SpeechFile(_Strict):
    """A file of voices' prices: one speaker and its models, the usual one first."""

    schema_: Literal[1] = Field(alias="schema")
    speaker: Literal["openai", "minimax"]
    models: Annotated[list[SpeechRow], Field(min_length=1)]


def load_speakers(
    extra: Path | None = None, environment: Mapping[str, str] | None = None
) -> dict[str, SpeechOffer]:
    """Read what every speaker takes and costs, by `speaker/model`, its usual model by its name alone.

    `extra` is a folder of the user's own files: a model there takes the place of ours of that name.
    Raises PlanError naming file and fault.
    """
    offers = free_speakers()
    own = sorted(extra.glob("*.json")) if extra else []
    ours = resources.files("longtake.generate.speech") / "offers"
    texts = [(file.read_bytes(), file.name) for file in ours.iterdir() if file.name[-5:] == ".json"]
    for text, name in (*texts, *((path.read_bytes(), str(path)) for path in own)):
        for offer in read_speech_offers(text, name):
            offers.setdefault(offer.speaker, offer)
            offers[f"{offer.speaker}/{offer.model}"] = offer
            if offers[offer.speaker].model == offer.model:
                offers[offer.speaker] = offer
    return _elsewhere(offers, environment or {})


def read_speech_offers(text: bytes, name: str) -> list[SpeechOffer]:
    """Turn one speaker's document into offers; raises PlanError with all its faults at once."""
    try:
        document = SpeechFile.model_validate_json(text.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        faults = "\n".join(_fault(name, each["loc"], each["msg"]) for each in error.errors()[:20])
        raise PlanError(faults, hint="storyboard/reference.md shows such a file") from error
    return [
        SpeechOffer(
            document.speaker,
            row.model,
            None if row.per_million is None else Decimal(row.per_million),
            row.currency,
            row.most_characters,
            row.wide,
            price_source=row.price_source,
            price_date=row.price_date,
            key_variable=_KEYS[document.speaker],
        )
        for row in document.models
    ]


def _fault(name: str, place: Iterable[object], message: str) -> str:
    where = ".".join(str(step) for step in place)
    return f"{name}: {where}: {message}" if where else f"{name}: {message}"


def _elsewhere(
    offers: dict[str, SpeechOffer], environment: Mapping[str, str]
) -> dict[str, SpeechOffer]:
    """Take OpenAI's own prices away where another service is asked in its way."""
    place = environment.get(URL, "").strip().rstrip("/")
    told = _told_price(environment.get(PRICE, "").strip())
    if place and place != OPENAI:
        usual = offers["openai"]
        offers = {name: o for name, o in offers.items() if o.speaker != "openai"}
        amount = told.amount if told else None
        currency = told.currency if told else usual.currency
        # One on this very machine may do without.
        parts = read_base(place)
        key = "" if parts and is_loopback(parts.hostname or "") else KEY
        offers["openai"] = SpeechOffer(
            "openai",
            usual.model,
            amount,
            currency,
            usual.most_characters,
            at=place,
            key_variable=key,
        )
    elif told:
        for name, offer in offers.items():
            if offer.speaker == "openai" and offer.per_million is None:
                offers[name] = replace(offer, per_million=told.amount, currency=told.currency)
    return offers


def _told_price(written: str) -> Money | None:
    try:
        return Money.parse(written) if written else None
    except ValueError:
        raise PlanError(
            f'{PRICE} is no amount: "{written[:40]}"',
            hint=f"write what a million characters cost, such as {PRICE}='15.00 USD'",
        ) from None
