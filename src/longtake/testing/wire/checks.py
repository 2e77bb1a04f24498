"""Checks that all wires share: types, lengths and resolutions, pictures. Each slip is a Refusal."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from PIL import Image, UnidentifiedImageError

from longtake.testing.cards import Card, PictureLimits
from longtake.testing.movie import ClipOrder, camera_words
from longtake.testing.wire.wire import Call, Refusal
from longtake.testing.world import Asked
from longtake.units import FrameRate, Size, half_up

_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "list": (list,),
}
_MOST_PIXELS = 40_000_000


def typed(said: Mapping[str, Any], name: str, kind: str, default: Any = None) -> Any:
    """Read a field of one JSON type; absent or null gives the default."""
    value = said.get(name)
    if value is None:
        return default
    # To Python a bool is an int; to the providers it is not.
    wrong = not isinstance(value, _KINDS[kind]) or (kind == "int" and isinstance(value, bool))
    if wrong:
        raise Refusal("invalid", f"{name} must be of type {kind}", param=name)
    return value


def one_of(value: str, allowed: tuple[str, ...], name: str) -> str:
    """Pass a value on if it is among those allowed."""
    if value not in allowed:
        raise Refusal("invalid", f"{name} must be one of {', '.join(allowed)}", param=name)
    return value


def prompt_of(said: Mapping[str, Any], card: Card, *, required: bool) -> str:
    """Read the prompt, within the model's limit."""
    prompt: str = typed(said, "prompt", "str", "")
    if required and not prompt.strip():
        raise Refusal("invalid", "prompt is required", param="prompt")
    if len(prompt) > card.prompt_limit:
        raise Refusal(
            "invalid", f"prompt is longer than {card.prompt_limit} characters", param="prompt"
        )
    return prompt


def grid(said: Mapping[str, Any], card: Card) -> tuple[str, int]:
    """Read resolution and duration, and that the model makes the two together."""
    if card.fixed and ("duration" in said or "resolution" in said):
        raise Refusal("invalid", f"{card.model} takes no duration and no resolution")
    resolution = typed(said, "resolution", "str", card.default[0])
    one_of(resolution, tuple(card.lengths), "resolution")
    seconds = typed(said, "duration", "int", card.default[1])
    if seconds not in card.lengths[resolution]:
        lengths = ", ".join(str(length) for length in card.lengths[resolution])
        raise Refusal(
            "invalid", f"duration must be one of {lengths} at {resolution}", param="duration"
        )
    return resolution, seconds


async def picture(call: Call, value: Any, name: str, limits: PictureLimits, inline: bool) -> str:
    """Take a picture by its address (or, where allowed, as a data URI) and give its hash."""
    if not isinstance(value, str) or not value:
        raise Refusal("invalid", f"{name} must be a URL", param=name)
    content = _inline(value, name, inline) if value.startswith("data:") else _fetched(call, value)
    if content is None:
        raise Refusal("invalid", f"{name} cannot be fetched", param=name)
    sha256 = hashlib.sha256(content).hexdigest()
    world = call.world
    if sha256 not in world.checked:
        world.checked[sha256] = await asyncio.to_thread(_decoded, content, name)
    _within(world.checked[sha256], len(content), limits, name)
    world.pictures[sha256] = content
    return sha256


def ordered(
    call: Call, card: Card, resolution: str, seconds: int, prompt: str, **pictures: str
) -> ClipOrder:
    """Write the order of a clip as its model would make it, and as the faults spoil it.

    `pictures` may name `first`, `last` and `ratio` ("9:16", where no picture decides).
    """
    scenario = call.world.scenario
    told: dict[str, Any] = {}
    for fault in call.faults:
        if fault.do == "clip":
            told.update(fault.told)
    first, last = pictures.get("first", ""), pictures.get("last", "")
    aspect = _aspect(call, first or last, pictures.get("ratio", ""))
    size = Size.parse(told["size"]) if "size" in told else card.canvas(resolution, aspect)
    rate = str(told.get("rate", scenario.rate))
    frames = card.frames(seconds) + scenario.extra_frames + told.get("extra_frames", 0)
    if not card.steps_of_17:
        frames = half_up(frames * FrameRate.parse(rate).value / 24)
    seed = hashlib.sha256(f"{card.model}/{prompt}".encode()).hexdigest()
    if card.model.startswith("sim-"):
        # A storm's clips that begin on nothing in particular are a handful.
        seed = f"tiny {int(seed[0], 16) % 4}"
    return ClipOrder(
        size=size if "size" in told else _scaled(size, scenario.scale),
        frames=told.get("frames", frames),
        rate=rate,
        seed=seed,
        first=first,
        last=last,
        words=camera_words(prompt),
        sound=told.get("sound", card.sound),
        drift=told.get("drift", scenario.drift_of.get(card.model, scenario.drift)),
    )


def asked_for(
    call: Call,
    card: Card,
    said: Mapping[str, Any],
    mode: str,
    prompt: str,
    frames: Mapping[str, str],
    references: tuple[str, ...] = (),
) -> Asked:
    """Gather a checked request; `frames` names first and last picture and the ratio asked for."""
    resolution, seconds = grid(said, card)
    plain = {
        name: value
        for name, value in said.items()
        if isinstance(value, bool | int) or name in ("aspect_ratio", "ratio", "size")
    }
    return Asked(
        model=card.model,
        mode=mode,
        params={**plain, "resolution": resolution, "duration": seconds, "mode": mode},
        order=ordered(call, card, resolution, seconds, prompt, **frames),
        price=card.price(resolution, seconds),
        seconds=seconds,
        resolution=resolution,
        prompt=prompt,
        pictures=(frames.get("first", ""), frames.get("last", ""), *references),
    )


def unknown_fields(call: Call, said: Mapping[str, Any], known: frozenset[str]) -> None:
    """Note the fields nobody reads; the real APIs ignore them without a word."""
    for name in sorted(set(said) - known):
        call.world.ignored[name] += 1


def _inline(value: str, name: str, allowed: bool) -> bytes:
    head, _, text = value.partition(",")
    kinds = ("data:image/png;base64", "data:image/jpeg;base64", "data:image/webp;base64")
    if not allowed or head not in kinds:
        raise Refusal("invalid", f"{name} must be a URL; base64 is no longer supported", param=name)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise Refusal("invalid", f"{name} is not base64", param=name) from exc


def _fetched(call: Call, url: str) -> bytes | None:
    upload = call.world.uploads.get(url)
    if upload is None:
        return None
    if call.world.clock.now() - upload.at > call.world.scenario.upload_life_s:
        return None
    return call.world.pictures[upload.sha256]


def _decoded(content: bytes, name: str) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Refusal("invalid", f"{name} has too many pixels", param=name)
            image.load()
            return image.width, image.height
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as exc:
        raise Refusal("invalid", f"{name} is no readable picture", param=name) from exc


def _within(size: tuple[int, int], count: int, limits: PictureLimits, name: str) -> None:
    if count > limits.most_bytes:
        raise Refusal("invalid", f"{name} is larger than {limits.most_bytes} bytes", param=name)
    if min(size) < limits.least_side or max(size) > limits.most_side:
        raise Refusal("invalid", f"{name} is {size[0]}x{size[1]}: a side out of range", param=name)
    if not limits.flattest <= Fraction(*size) <= limits.widest:
        raise Refusal("invalid", f"{name} is {size[0]}x{size[1]}: aspect out of range", param=name)


def _aspect(call: Call, sha256: str, ratio: str) -> Fraction | None:
    if sha256:
        return Fraction(*call.world.checked[sha256])
    if ratio:
        return Fraction(*(int(part) for part in ratio.split(":")))
    return None


def _scaled(size: Size, scale: float) -> Size:
    if scale == 1:
        return size
    sides = (max(16, 2 * round(side * scale / 2)) for side in (size.width, size.height))
    return Size(*sides)
