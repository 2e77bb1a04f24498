"""What one model of one provider can make, and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from longtake.units import FrameRate, Money, Size, film_frames_until


@dataclass(frozen=True)
class Resolution:
    """One picture size of an offer: its canvas, the clip lengths it allows, what each costs.

    `lengths` are whole seconds, ascending. A price is looked up per length first, then per second;
    a length without either has no known price. `modes` are fewer than the offer's where not None.
    """

    name: str
    canvas: Size
    lengths: tuple[int, ...]
    per_clip: Mapping[int, Decimal] = field(default_factory=dict)
    per_second: Decimal | None = None
    modes: frozenset[str] | None = None

    @cached_property
    def amounts(self) -> tuple[Decimal | None, ...]:
        """What each of its lengths costs, None where that is not known."""
        return tuple(map(self.amount, self.lengths))

    def amount(self, seconds: int) -> Decimal | None:
        """What a clip costs, None where that is not known."""
        amount = self.per_clip.get(seconds)
        if amount is None and self.per_second is not None:
            amount = self.per_second * seconds
        return amount


@dataclass(frozen=True)
class Offer:
    """What one model of a provider can make, and for how much: lengths, sizes, handoff modes, prices.

    `modes` holds text, first, last, references: how a clip may begin and end. `most_references` is how
    many pictures of the cast a clip takes where there are any; `pictures` is "url" where they are taken
    by a public address alone, which a place of the author's own must give them. `frames` maps clip
    lengths to the frames really made of them at `rate`, where they are known not to be that many
    seconds. `draws` is true for the embedded animatic, which makes a clip at the film's own size and
    rate.
    """

    provider: str
    model: str
    resolutions: tuple[Resolution, ...]
    modes: frozenset[str]
    prompt_limit: int = 2000
    most_references: int = 1
    rate: FrameRate = field(default_factory=lambda: FrameRate.parse(24))
    frames: Mapping[int, int] = field(default_factory=dict)
    pictures: Literal["any", "url"] = "any"
    sound: bool = False
    currency: str = "USD"
    price_source: str = ""
    price_date: str = ""
    key_variable: str = ""
    aliases: tuple[str, ...] = ()
    draws: bool = False

    @property
    def name(self) -> str:
        """The offer as a board names it: provider/model, or the provider alone where it has no model."""
        return f"{self.provider}/{self.model}" if self.model else self.provider

    @property
    def any_size(self) -> bool:
        """True for the bare animatic, which has no resolutions of its own."""
        return self.draws and not self.model

    def resolution(self, name: str) -> Resolution | None:
        """Find a resolution by its name in any case."""
        wanted = name.casefold()
        return next((r for r in self.resolutions if r.name.casefold() == wanted), None)

    @property
    def cheapest(self) -> Resolution:
        """The resolution whose shortest clip costs least a second; the first where prices are unknown.

        One that can do less than its model is chosen by who asks for it only.
        """

        def rank(resolution: Resolution) -> Decimal:
            price = self.price(resolution, resolution.lengths[0])
            return price.amount / resolution.lengths[0] if price else Decimal("Infinity")

        able = [each for each in self.resolutions if each.modes is None]
        return min(able or self.resolutions, key=rank)

    def film_frames(self, seconds: int, film: FrameRate) -> int:
        """Count the film frames that a clip of so many seconds lasts, as far as is known beforehand."""
        if seconds not in self.frames:
            return film.frames(seconds)
        return film_frames_until(self.frames[seconds] - 1, self.rate, film)

    def price(self, resolution: Resolution, seconds: int) -> Money | None:
        """Price one clip, or None where the catalogue does not know."""
        if self.draws:
            return Money(Decimal(0), self.currency)
        amount = resolution.amount(seconds)
        return None if amount is None else Money(amount, self.currency)


def animatic_offer() -> Offer:
    """Give what the animatic can make: 2 to 10 whole seconds at the film's own size."""
    return Offer(
        provider="animatic",
        model="",
        resolutions=(Resolution("film", Size(1280, 720), tuple(range(2, 11))),),
        modes=frozenset({"text", "first", "last"}),
        # Longer than any board may be: what is only drawn has no limit of its own.
        prompt_limit=20_000,
        draws=True,
    )


def drawn_instead(offer: Offer) -> Offer:
    """Give the animatic in place of a paid offer: the same lengths and modes, drawn here, for nothing."""
    if offer.draws:
        return offer
    return replace(
        offer, provider="animatic", model=offer.name, draws=True, key_variable="", pictures="any"
    )
