"""Looking at providers: whose key is set, whether their hosts are there, whether the keys are good."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from longtake.doctor.facts import Shop, Tried
from longtake.errors import KeyMissing, LongtakeError
from longtake.generate.catalogue import PlugInOffers
from longtake.generate.provider import Provider
from longtake.generate.registry import open_provider
from longtake.generate.remote import RemoteProvider
from longtake.generate.speech import openai
from longtake.plan.offer import Offer

_AT_ONCE = 8


def look_at_shops(
    offers: Iterable[Offer],
    plugged: Iterable[PlugInOffers],
    environment: Mapping[str, str],
    *,
    offline: bool = False,
) -> tuple[Shop, ...]:
    """Look at every provider that offers something, and at plug-ins that cannot; asks all at once."""
    paid = [offer for offer in offers if not offer.draws]
    counts = Counter(offer.provider for offer in paid)
    variables = {offer.provider: offer.key_variable for offer in paid}
    broken = [
        Shop(
            plug_in.name,
            0,
            "",
            problem=plug_in.fault,
            remedy=f"it comes with {plug_in.package}; update or remove that package",
        )
        for plug_in in plugged
        if plug_in.fault
    ]
    known = [Shop(name, counts[name], variables[name]) for name in sorted(counts)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looked = pool.map(lambda shop: _looked_at(shop, environment, offline), known)
        return (*looked, *broken)


def look_at_speech(environment: Mapping[str, str]) -> Tried:
    """Look whether a service that speaks in OpenAI's way could be asked; nothing is asked."""
    try:
        with contextlib.closing(openai.open_speaker(environment)) as speaker:
            return Tried(f"{speaker.host} can be asked")
    except KeyMissing:
        return Tried()
    except LongtakeError as exc:
        return Tried(problem=exc.message, remedy=exc.hint)


def _looked_at(shop: Shop, environment: Mapping[str, str], offline: bool) -> Shop:
    if not environment.get(shop.key_variable, "").strip():
        return shop
    shop = replace(shop, key_is_set=True)
    try:
        provider = open_provider(shop.name, environment)
    except LongtakeError as exc:
        return replace(shop, problem=exc.message, remedy=exc.hint)
    try:
        return _greeted(shop, provider, environment, offline)
    finally:
        provider.close()


def _greeted(shop: Shop, provider: Provider, environment: Mapping[str, str], offline: bool) -> Shop:
    # A plug-in may speak in ways of its own, which nobody here can use to ask.
    if not isinstance(provider, RemoteProvider):
        return shop
    variable = provider.host_variable if environment.get(provider.host_variable) else ""
    shop = replace(shop, host=provider.host, host_variable=variable)
    return shop if offline else replace(shop, greeting=provider.greet())
