"""The catalogue of models: data files, one a provider, turned into offers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from importlib import resources
from typing import Any

from longtake.generate.providers.animatic import animatic_offer
from longtake.plan.offer import Offer, Resolution, drawn_instead
from longtake.units import Size


def load_offers() -> dict[str, Offer]:
    """Read every offer we know, by name: the embedded animatic and the models of all providers."""
    offers = [animatic_offer()]
    for file in sorted((resources.files("longtake.generate") / "offers").iterdir(), key=str):
        if file.name.endswith(".json"):
            offers += read_offers(json.loads(file.read_text(encoding="utf-8")))
    return {offer.name: offer for offer in offers}


def animatic_offers(offers: Mapping[str, Offer]) -> dict[str, Offer]:
    """Give the same models to choose from, all drawn here for nothing in the chosen model's lengths."""
    return {name: drawn_instead(offer) for name, offer in offers.items()}


def read_offers(document: Mapping[str, Any]) -> list[Offer]:
    """Turn one provider's document into offers."""
    return [_offer(document, model) for model in document["models"]]


def _offer(document: Mapping[str, Any], model: Mapping[str, Any]) -> Offer:
    return Offer(
        provider=document["provider"],
        model=model["model"],
        resolutions=tuple(_resolution(row) for row in model["resolutions"]),
        modes=frozenset(model["modes"]),
        prompt_limit=model["prompt_limit"],
        sound=model.get("sound", False),
        price_source=model.get("price_source", ""),
        price_date=model.get("price_date", ""),
        key_variable=document["key_variable"],
        aliases=tuple(model.get("aliases", ())),
    )


def _resolution(row: Mapping[str, Any]) -> Resolution:
    return Resolution(
        name=row["name"],
        canvas=Size.parse(row["canvas"]),
        lengths=tuple(row["lengths"]),
        per_clip={int(length): Decimal(price) for length, price in row.get("per_clip", {}).items()},
        per_second=Decimal(row["per_second"]) if "per_second" in row else None,
    )
