"""What each simulated model can make and asks for it, as its provider's own pages say.

Written apart from the offers of `longtake.generate` on purpose: a slip there must show as a refusal
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from longtake.units import Size, half_up

_H3_768 = ("1344x768", "768x1344", "1536x672", "1024x768", "768x1024", "768x768")
_H3_2K = ("2560x1440", "1440x2560", "2944x1248", "1920x1440", "1440x1920", "1440x1440")
_WIDE = Fraction(16, 9)


@dataclass(frozen=True)
class PictureLimits:
    """What a picture must be to be taken as a frame or a reference."""

    most_bytes: int = 20_000_000
    least_side: int = 301
    most_side: int = 100_000
    flattest: Fraction = Fraction(2, 5)
    widest: Fraction = Fraction(5, 2)


@dataclass(frozen=True)
class Card:
    """One model: its modes, grid of lengths by resolution, canvases, prices and limits.

    `canvases` name every size of a resolution, the landscape one first. `follows` models keep the
    short side of the first and take the aspect of the picture; the others take the nearest size.
    `prices` are for a second where the key is a resolution, for a clip where it is (resolution,
    seconds).
    """

    model: str
    modes: frozenset[str]
    lengths: Mapping[str, tuple[int, ...]]
    canvases: Mapping[str, tuple[str, ...]]
    default: tuple[str, int]
    prices: Mapping[str | tuple[str, int], str] = field(default_factory=dict)
    prompt_limit: int = 2000
    sound: bool = False
    steps_of_17: bool = False
    follows: bool = True
    last_resolutions: frozenset[str] | None = None
    fixed: bool = False
    limits: PictureLimits = PictureLimits()

    def price(self, resolution: str, seconds: int) -> Decimal:
        """Say what a clip costs; a model without a known price costs 0.05 a second."""
        clip = self.prices.get((resolution, seconds))
        if clip is not None:
            return Decimal(clip)
        return Decimal(self.prices.get(resolution, "0.05")) * seconds

    def frames(self, seconds: int) -> int:
        """Count the frames of a clip at 24 a second; some models make 5 and a multiple of 17."""
        if not self.steps_of_17:
            return 24 * seconds
        # The nearest such count; a clip of 4 s was measured at 107 frames, one step more.
        return 17 * max(6, half_up(Fraction(24 * seconds - 5, 17))) + 5

    def canvas(self, resolution: str, aspect: Fraction | None) -> Size:
        """Give the size of a clip: by the picture's aspect, 16:9 without one."""
        sizes = [Size.parse(text) for text in self.canvases[resolution]]
        if aspect is None:
            return sizes[0]
        nearest = min(sizes, key=lambda size: abs(size.aspect - aspect))
        if not self.follows or nearest.aspect == aspect or abs(nearest.aspect - aspect) < 0.002:
            return nearest
        short = min(sizes[0].width, sizes[0].height)
        long = 2 * half_up(short * max(aspect, 1 / aspect) / 2)
        return Size(long, short) if aspect >= 1 else Size(short, long)


def _table(cards: Iterable[Card]) -> dict[str, Card]:
    return {card.model: card for card in cards}


def _both(landscape: str) -> tuple[str, ...]:
    width, _, height = landscape.partition("x")
    return (landscape, f"{height}x{width}")


def _hailuo_canvases(upper: bool) -> dict[str, tuple[str, ...]]:
    letter = "P" if upper else "p"
    sizes = {"512": "910x512", "720": "1280x720", "768": "1366x768", "1080": "1920x1080"}
    return {f"{name}{letter}": _both(size) for name, size in sizes.items()}


def _tiny(letter: str) -> Card:
    return Card(
        model="sim-tiny",
        modes=frozenset({"text", "first", "last"}),
        lengths={f"36{letter}": (1, 2, 3, 5, 6, 10)},
        canvases={f"36{letter}": _both("64x36")},
        default=(f"36{letter}", 1),
        prices={f"36{letter}": "0.01"},
        limits=PictureLimits(least_side=8),
    )


_TEXT_FIRST = frozenset({"text", "first"})
_ALL = frozenset({"text", "first", "last", "references"})
_H3_LIMITS = PictureLimits(30_000_000, 256, 5760, Fraction(2, 5), Fraction(5, 2))


def _h3(model: str, lengths: Mapping[str, tuple[int, ...]], **others: Any) -> Card:
    return Card(
        model=model,
        lengths=lengths,
        canvases={"768P": _H3_768, "2K": _H3_2K},
        prompt_limit=7000,
        sound=True,
        steps_of_17=True,
        follows=False,
        limits=_H3_LIMITS,
        **others,
    )


_TO_15 = {"768P": tuple(range(4, 16)), "2K": tuple(range(4, 16))}

APIMART = _table(
    (
        Card(
            model="MiniMax-Hailuo-2.3",
            modes=_TEXT_FIRST,
            lengths={"768p": (6, 10), "1080p": (6,)},
            canvases=_hailuo_canvases(upper=False),
            default=("768p", 6),
            prices={"768p": "0.0488", "1080p": "0.072"},
        ),
        Card(
            model="MiniMax-Hailuo-2.3-Fast",
            modes=frozenset({"first"}),
            lengths={"768p": (6, 10), "1080p": (6,)},
            canvases=_hailuo_canvases(upper=False),
            default=("768p", 6),
            prices={"768p": "0.0248", "1080p": "0.0424"},
        ),
        Card(
            model="MiniMax-Hailuo-02",
            modes=frozenset({"text", "first", "last"}),
            lengths={"512p": (5, 10), "768p": (5, 10), "1080p": (5,)},
            canvases=_hailuo_canvases(upper=False),
            default=("768p", 5),
        ),
        Card(
            model="MiniMax-Hailuo-03",
            modes=_ALL,
            lengths={"512p": (5, 6, 10), "768p": (5, 6, 10), "1080p": (5, 6)},
            canvases=_hailuo_canvases(upper=False),
            default=("768p", 5),
            prices={"512p": "0.0104", "768p": "0.04", "1080p": "0.08"},
            sound=True,
        ),
        _h3(
            "MiniMax-H3",
            _TO_15,
            modes=_ALL,
            default=("2K", 5),
            prices={"768P": "0.05712", "2K": "0.09144"},
        ),
        _tiny("p"),
    )
)

MINIMAX_V1 = _table(
    (
        Card(
            model="MiniMax-Hailuo-2.3",
            modes=_TEXT_FIRST,
            lengths={"768P": (6, 10), "1080P": (6,)},
            canvases=_hailuo_canvases(upper=True),
            default=("768P", 6),
            prices={("768P", 6): "0.28", ("768P", 10): "0.56", ("1080P", 6): "0.49"},
        ),
        Card(
            model="MiniMax-Hailuo-2.3-Fast",
            modes=frozenset({"first"}),
            lengths={"768P": (6, 10), "1080P": (6,)},
            canvases=_hailuo_canvases(upper=True),
            default=("768P", 6),
            prices={("768P", 6): "0.19", ("768P", 10): "0.32", ("1080P", 6): "0.33"},
        ),
        Card(
            model="MiniMax-Hailuo-02",
            modes=frozenset({"text", "first", "last"}),
            lengths={"512P": (6, 10), "768P": (6, 10), "1080P": (6,)},
            canvases=_hailuo_canvases(upper=True),
            default=("768P", 6),
            prices={
                ("512P", 6): "0.10",
                ("512P", 10): "0.15",
                ("768P", 6): "0.28",
                ("768P", 10): "0.56",
                ("1080P", 6): "0.49",
            },
            last_resolutions=frozenset({"768P", "1080P"}),
        ),
        *(
            Card(
                model=model,
                modes=modes,
                lengths={"720P": (6,)},
                canvases=_hailuo_canvases(upper=True),
                default=("720P", 6),
                fixed=True,
            )
            for model, modes in (
                ("S2V-01", frozenset({"references"})),
                ("T2V-01", frozenset({"text"})),
                ("T2V-01-Director", frozenset({"text"})),
                ("I2V-01", frozenset({"first"})),
                ("I2V-01-Director", frozenset({"first"})),
                ("I2V-01-live", frozenset({"first"})),
            )
        ),
        _tiny("P"),
    )
)

MINIMAX_V2 = _table(
    (
        _h3(
            "MiniMax-H3",
            _TO_15,
            modes=_ALL,
            default=("768P", 5),
            prices={"768P": "0.08", "2K": "0.13"},
        ),
        _h3(
            "MiniMax-H3-Max",
            {"768P": tuple(range(5, 16))},
            modes=frozenset({"text", "first", "last"}),
            default=("768P", 5),
            prices={"768P": "0.08"},
        ),
        _tiny("P"),
    )
)

# By the name that stands in the path.
PIXAZO = _table(
    (
        Card(
            model="minimax-hailuo-ai",
            modes=_TEXT_FIRST,
            lengths={"768P": (6, 10), "1080P": (6,)},
            canvases=_hailuo_canvases(upper=True),
            default=("768P", 6),
            prices={("768P", 6): "0.35", ("768P", 10): "0.60", ("1080P", 6): "0.35"},
        ),
        replace(_tiny("P"), modes=_TEXT_FIRST),
    )
)

APIINONE = _table(
    (
        *(
            Card(
                model=model,
                modes=frozenset({"first"}),
                lengths={"768P": (6, 10), "1080P": (6,)},
                canvases=_hailuo_canvases(upper=True),
                default=("768P", 6),
                prices={("768P", 6): least, ("768P", 10): most, ("1080P", 6): most},
            )
            for model, least, most in (
                ("hailuo-2-3", "0.30", "0.45"),
                ("hailuo/2-3-image-to-video-standard", "0.30", "0.45"),
                ("hailuo/2-3-image-to-video-pro", "0.45", "0.85"),
            )
        ),
        replace(_tiny("P"), modes=frozenset({"first"})),
    )
)
