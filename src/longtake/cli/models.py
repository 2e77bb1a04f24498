"""`longtake models`: what every model can make, what that costs according to whom, and whose key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

import click

from longtake import __version__
from longtake.buying import bought_takes
from longtake.cli import options, say
from longtake.cli.board import unknown
from longtake.cli.faultobjects import FORM
from longtake.cli.say import DIM, HEADING, WARNING
from longtake.cli.table import aligned
from longtake.generate.catalogue import load_offers
from longtake.generate.mending import calibration_of
from longtake.plan.offer import Offer, Resolution
from longtake.plan.settings import find_offer
from longtake.project import environment, home
from longtake.vault.store import Vault

_MODES = ("text", "first", "last", "references")
_SITED = {"left": "left", "centre": "centred", "topleft": "top left", "top": "at the top"}


@dataclass(frozen=True, kw_only=True)
class PriceObject:
    """What a clip of so many seconds costs; `price` is null where nobody knows."""

    seconds: int
    price: str | None


@dataclass(frozen=True, kw_only=True)
class ResolutionObject:
    """A resolution of a model, the pixels it stands for, and its clips, shortest first.

    `canvas` is null where a model draws at the film's own size; `modes` where it can do all that its
    model can.
    """

    name: str
    canvas: str | None
    modes: tuple[str, ...] | None
    clips: tuple[PriceObject, ...]


@dataclass(frozen=True, kw_only=True)
class ColoursObject:
    """How a model makes its pictures of colours, learnt from `clips` of its clips.

    `matrix` and `siting` are null where those do not agree or cannot tell: then each clip's own tags
    are believed.
    """

    matrix: str | None
    siting: str | None
    clips: int


@dataclass(frozen=True, kw_only=True)
class ModelObject:
    """A model as a board names it. `modes` says how clips may begin and end: text (no picture),
    first, last, references (pictures of the cast, up to `most_references`). `pictures` is url where
    they are taken by a public address alone. `free` models are drawn here. `colours` is null until a clip
    that began on a picture has come back.
    """

    name: str
    aliases: tuple[str, ...]
    modes: tuple[str, ...]
    most_references: int
    prompt_limit: int
    pictures: str
    sound: bool
    free: bool
    price_date: str
    price_source: str
    colours: ColoursObject | None
    resolutions: tuple[ResolutionObject, ...]


@dataclass(frozen=True, kw_only=True)
class ProviderObject:
    """A provider; the key is read from `key_variable`, which is "" where none is needed."""

    name: str
    key_variable: str
    key_is_set: bool
    models: tuple[ModelObject, ...]


@dataclass(frozen=True, kw_only=True)
class ModelsDocument:
    """`longtake models --json`: the catalogue, with the user's own offers."""

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["models"] = "models"
    providers: tuple[ProviderObject, ...]


@click.command("models")
@click.argument("name", metavar="[PROVIDER[/MODEL]]", required=False)
@options.JSON
def command(name: str | None, as_json: bool) -> None:
    """Show one model, those of a provider, or all: what they make, what it costs, whether a key is set.

    Keys are looked for in the environment and in the `.env` of this folder; they are never shown.
    """
    offers = load_offers(own_offers())
    chosen = _named(offers, name)
    # A provider may stand in more than one file; the sort keeps the order of its models.
    chosen.sort(key=lambda offer: (not offer.draws, offer.provider))
    document = models_document(chosen, environment(Path()), bought_takes())
    if as_json:
        say.answer_json(document)
        return
    for number, each in enumerate(document.providers):
        if number:
            say.answer()
        _tell_provider(each, {offer.name: offer for offer in chosen})


def _named(offers: Mapping[str, Offer], name: str | None) -> list[Offer]:
    """Give the offers of a provider, the one of a model, by any of its names, or all."""
    of_provider = [offer for offer in offers.values() if name in (None, offer.provider)]
    one = find_offer(offers, name) if name and not of_provider else None
    if one:
        return [one]
    if name and not of_provider:
        kind = "model" if "/" in name else "provider"
        known = {offer.name if "/" in name else offer.provider for offer in offers.values()}
        raise unknown(f'there is no {kind} "{name}"', name, sorted(known))
    return of_provider


def own_offers() -> Path:
    """The folder of the user's own models and prices."""
    return home() / "offers"


def models_document(
    offers: list[Offer], variables: Mapping[str, str], vault: Vault
) -> ModelsDocument:
    """Write offers, those of a provider beside each other, as data, with what their takes told."""
    providers = []
    for name, of_provider in groupby(offers, lambda offer: offer.provider):
        models = list(of_provider)
        variable = models[0].key_variable
        providers.append(
            ProviderObject(
                name=name,
                key_variable=variable,
                key_is_set=bool(variables.get(variable)),
                models=tuple(_model(offer, vault) for offer in models),
            )
        )
    return ModelsDocument(providers=tuple(providers))


def lengths_text(lengths: tuple[int, ...]) -> str:
    """Write lengths short: `6, 10 s`, `4-15 s`."""
    if len(lengths) > 2 and lengths == tuple(range(lengths[0], lengths[-1] + 1)):
        return f"{lengths[0]}-{lengths[-1]} s"
    return ", ".join(map(str, lengths)) + " s"


def price_text(offer: Offer, resolution: Resolution) -> str:
    """Write what clips of a resolution cost: a price a second, or one for each length."""
    if offer.draws:
        return "free"
    priced = [(seconds, offer.price(resolution, seconds)) for seconds in resolution.lengths]
    known = [(seconds, price) for seconds, price in priced if price is not None]
    if not known:
        return "price unknown"
    if resolution.per_second is not None and not resolution.per_clip:
        (shortest, least), (longest, most) = known[0], known[-1]
        span = f"{shortest} s {least}" + (f", {longest} s {most}" if longest != shortest else "")
        return f"{resolution.per_second} a second: {span}"
    return ", ".join(
        f"{seconds} s {price if price is not None else 'unknown'}" for seconds, price in priced
    )


def _model(offer: Offer, vault: Vault) -> ModelObject:
    return ModelObject(
        name=offer.name,
        aliases=offer.aliases,
        modes=tuple(mode for mode in _MODES if mode in offer.modes),
        most_references=offer.most_references if "references" in offer.modes else 0,
        prompt_limit=offer.prompt_limit,
        pictures=offer.pictures,
        sound=offer.sound,
        free=offer.draws,
        price_date=offer.price_date,
        price_source=offer.price_source,
        colours=_colours(offer, vault),
        resolutions=tuple(_resolution(offer, each) for each in offer.resolutions),
    )


def _colours(offer: Offer, vault: Vault) -> ColoursObject | None:
    found = calibration_of(vault, offer.provider, offer.model)
    if not found.observations:
        return None
    return ColoursObject(matrix=found.matrix, siting=found.siting, clips=found.observations)


def _colours_text(colours: ColoursObject) -> str:
    learnt = [colours.matrix, f"chroma {_SITED[colours.siting]}" if colours.siting else None]
    said = ", ".join(word for word in learnt if word) or "as each clip is tagged"
    return f"colours: {said}; {colours.clips} clip{'s' if colours.clips > 1 else ''} seen"


def _resolution(offer: Offer, resolution: Resolution) -> ResolutionObject:
    prices = [(seconds, offer.price(resolution, seconds)) for seconds in resolution.lengths]
    return ResolutionObject(
        name=resolution.name,
        canvas=None if offer.any_size else str(resolution.canvas),
        modes=None if resolution.modes is None else tuple(sorted(resolution.modes)),
        clips=tuple(
            PriceObject(seconds=seconds, price=None if price is None else str(price))
            for seconds, price in prices
        ),
    )


def _only(resolution: Resolution) -> str:
    if resolution.modes is None:
        return ""
    return f" ({', '.join(sorted(resolution.modes))} only)"


def _tell_provider(provider: ProviderObject, offers: Mapping[str, Offer]) -> None:
    if not provider.key_variable:
        key = ("drawn on this machine, without a key", DIM)
    elif provider.key_is_set:
        key = (f"key {provider.key_variable}: set", "green")
    else:
        key = (f"key {provider.key_variable}: not set", WARNING)
    say.answer((provider.name, HEADING), "  ", key)
    for model in provider.models:
        say.answer()
        for line in _model_lines(model, offers[model.name]):
            say.answer(line)


def _model_lines(model: ModelObject, offer: Offer) -> Iterator[str]:
    yield model.name
    sound = "with sound" if model.sound else "silent"
    modes = ", ".join(
        f"{mode} (up to {model.most_references})" if mode == "references" else mode
        for mode in model.modes
    )
    if model.pictures == "url":
        modes += " (pictures by public address)"
    takes = f"{modes}; {sound}; prompt up to {model.prompt_limit:,} signs"
    yield f"  {takes}"
    if model.aliases:
        yield f"  also called {', '.join(model.aliases)}"
    rows = [
        (
            each.name,
            "any size" if offer.any_size else str(each.canvas),
            lengths_text(each.lengths),
            price_text(offer, each) + _only(each),
        )
        for each in offer.resolutions
    ]
    for line in aligned(rows):
        yield f"  {line}"
    if model.colours:
        yield f"  {_colours_text(model.colours)}"
    if model.price_source:
        yield f"  prices of {model.price_date or 'an unknown day'}: {model.price_source}"
