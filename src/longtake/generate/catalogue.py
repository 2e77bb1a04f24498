"""The catalogue of models: data files, one a provider, turned into offers; users may add their own.

So may plug-ins: an entry point in the group `longtake.offers` has the provider's name and names a
package with a folder `offers` in it. None of their code runs for it but that package's `__init__`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from importlib.metadata import EntryPoint, entry_points
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from longtake.errors import PlanError
from longtake.generate.speech.catalogue import KEY as SPEECH_KEY
from longtake.plan.offer import Offer, Resolution, animatic_offer, drawn_instead
from longtake.units import Size

GROUP = "longtake.offers"

_Price = Annotated[str, Field(pattern=r"^\d{1,6}(\.\d{1,8})?$")]
_Length = Annotated[int, Field(ge=1, le=600)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]

_Mode = Literal["text", "first", "last", "references"]

# How pydantic's own words are said to somebody who edits a price list; the rest speaks for itself.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no key of an offers file",
    "too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be text, in quotes",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ResolutionRow(_Strict):
    """One picture size of a model; prices are text, because they are exact."""

    name: str
    canvas: str
    lengths: Annotated[list[_Length], Field(min_length=1)]
    per_clip: dict[Annotated[str, Field(pattern=r"^\d{1,3}$")], _Price] = {}
    per_second: _Price | None = None
    modes: list[_Mode] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        Size.parse(self.canvas)
        if any(later <= earlier for earlier, later in pairwise(self.lengths)):
            raise ValueError("lengths must ascend")
        strange = [length for length in self.per_clip if int(length) not in self.lengths]
        if strange:
            raise ValueError(f"per_clip prices {strange[0]} s, which is none of the lengths")
        return self


class ModelRow(_Strict):
    """One model: what it takes, what it makes, and what that costs according to whom.

    `frames` tells how many frames at 24 a second are really made of a length. An alias is another name
    of the model; one with a slash is whole, with another provider's name.
    """

    model: _Name
    aliases: list[str] = []
    modes: Annotated[list[_Mode], Field(min_length=1)]
    prompt_limit: Annotated[int, Field(ge=1)]
    pictures: Literal["any", "url"] = "any"
    most_references: Annotated[int, Field(ge=1)] = 1
    frames: dict[Annotated[str, Field(pattern=r"^\d{1,3}$")], Annotated[int, Field(ge=1)]] = {}
    sound: bool = False
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    price_source: str = ""
    price_date: Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""
    resolutions: Annotated[list[ResolutionRow], Field(min_length=1)]


class OffersFile(_Strict):
    """A file of offers: one provider and its models."""

    schema_: Literal[1] = Field(alias="schema")
    provider: _Name
    key_variable: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    models: list[ModelRow]


def load_offers(extra: Path | None = None) -> dict[str, Offer]:
    """Read every offer we know, by name: the embedded animatic and the models of all providers.

    `extra` is a folder of the user's own files; a model there takes the place of ours of that name.
    Raises PlanError naming file and fault; a plug-in with a fault is left out.
    """
    offers = [animatic_offer()]
    for text, name in _documents("longtake.generate"):
        offers += read_offers(text, name)
    for plug_in in plug_in_offers():
        offers += plug_in.offers
    for path in sorted(extra.glob("*.json")) if extra else ():
        offers += read_offers(path.read_bytes(), str(path))
    return {offer.name: offer for offer in offers}


@dataclass(frozen=True)
class PlugInOffers:
    """What a plug-in brings under the name of its provider: offers, or the fault that keeps them out."""

    name: str
    package: str
    offers: tuple[Offer, ...] = ()
    fault: str = ""


def plug_in_offers() -> tuple[PlugInOffers, ...]:
    """Read the offers of all plug-ins; whatever one of them does wrong harms no other."""
    ours = {name.removesuffix(".json") for _, name in _documents("longtake.generate")}
    return tuple(_plugged(entry, ours) for entry in sorted(entry_points(group=GROUP)))


def key_variables() -> frozenset[str]:
    """Name the variables of every key that a provider we know is opened with."""
    named = {offer.key_variable for offer in load_offers().values() if offer.key_variable}
    return frozenset(named | {SPEECH_KEY})


def animatic_offers(offers: Mapping[str, Offer]) -> dict[str, Offer]:
    """Give the same models to choose from, all drawn here for nothing in the chosen model's lengths."""
    return {name: drawn_instead(offer) for name, offer in offers.items()}


def read_offers(text: bytes, name: str) -> list[Offer]:
    """Turn one provider's document into offers; raises PlanError with all its faults at once."""
    try:
        document = OffersFile.model_validate_json(text.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        faults = "\n".join(f"{name}: {_fault(each)}" for each in error.errors()[:20])
        raise PlanError(
            faults, hint="the README shows such a file; what it does not name stays as it was"
        ) from error
    return [_offer(document, model) for model in document.models]


def _plugged(entry: EntryPoint, ours: set[str]) -> PlugInOffers:
    if entry.name in ours | {animatic_offer().provider}:
        fault = f"the name {entry.name} is taken by a provider of longtake itself"
        return PlugInOffers(entry.name, entry.value, fault=fault)
    try:
        offers = [
            offer for text, name in _documents(entry.value) for offer in read_offers(text, name)
        ]
    except PlanError as exc:
        return PlugInOffers(entry.name, entry.value, fault=exc.message)
    except Exception as exc:  # noqa: BLE001 - a plug-in may fail in any way, and harms no other
        return PlugInOffers(entry.name, entry.value, fault=f"{type(exc).__name__}: {exc}")
    names = (name for offer in offers for name in (offer.name, *offer.aliases))
    strange = next((name for name in names if not name.startswith(f"{entry.name}/")), None)
    if strange is not None:
        fault = f"it offers {strange}, and only {entry.name}/... is its own"
        return PlugInOffers(entry.name, entry.value, fault=fault)
    return PlugInOffers(entry.name, entry.value, tuple(offers))


def _documents(package: str) -> Iterator[tuple[bytes, str]]:
    folder: Traversable = resources.files(package) / "offers"
    for file in sorted(folder.iterdir(), key=lambda each: each.name.removesuffix(".json")):
        if file.name.endswith(".json"):
            yield file.read_bytes(), file.name


def _fault(error: Mapping[str, object]) -> str:
    """Say one fault as `models[0].resolutions[1].lengths: what is wrong`."""
    kind, place = str(error["type"]), error["loc"]
    steps = place if isinstance(place, tuple) else ()
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    message = str(error["msg"]).removeprefix("Value error, ")
    if kind == "json_invalid":
        message = f"this is no JSON: {message.removeprefix('Invalid JSON: ')}"
    elif kind == "string_pattern_mismatch":
        message = f'"{error["input"]}" is not of the form it must have'
    said = _WORDS.get(kind, message[:1].lower() + message[1:])
    return f"{where.lstrip('.')}: {said}" if where else said


def _offer(document: OffersFile, model: ModelRow) -> Offer:
    return Offer(
        provider=document.provider,
        model=model.model,
        resolutions=tuple(map(_resolution, model.resolutions)),
        modes=frozenset(model.modes),
        prompt_limit=model.prompt_limit,
        frames={int(length): frames for length, frames in model.frames.items()},
        pictures=model.pictures,
        most_references=model.most_references,
        sound=model.sound,
        currency=model.currency,
        price_source=model.price_source,
        price_date=model.price_date,
        key_variable=document.key_variable,
        aliases=tuple(
            alias if "/" in alias else f"{document.provider}/{alias}" for alias in model.aliases
        ),
    )


def _resolution(row: ResolutionRow) -> Resolution:
    return Resolution(
        name=row.name,
        canvas=Size.parse(row.canvas),
        lengths=tuple(row.lengths),
        per_clip={int(length): Decimal(price) for length, price in row.per_clip.items()},
        per_second=None if row.per_second is None else Decimal(row.per_second),
        modes=None if row.modes is None else frozenset(row.modes),
    )
