"""A film watched in the browser from end to end, and what was seen of it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from longtake import Film
from longtake.media.color import Plane, Sampling, frame_planes, planes_to_rgb
from longtake.media.frames import decode_frames
from longtake.serving import Server, listening

from .browser import open_tab
from .reels import Reel, joints

Colours = NDArray[np.float32]

_PLAYER = Path(__file__).with_name("player.html")
_RATE = 4
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Grabbed:
    """What the browser showed when it was sent to the middle of a film frame.

    `stands` is the time it gives the frame itself, `read` the captions over it.
    """

    rgb: Plane
    stands: float
    read: list[str]


@dataclass(frozen=True)
class Viewing:
    """A film and all that was seen and heard of it."""

    reel: Reel
    film: Film
    facts: dict[str, Any]
    grabbed: dict[int, Grabbed]
    played: dict[str, Any]
    heard: dict[str, Any]
    complaints: tuple[str, ...]
    strangers: tuple[str, ...]


def view(reel: Reel, film: Film) -> Viewing:
    """Open a film in a player page, go to every joint of it, play it, listen to it."""
    with served(film.path.parent) as address, open_tab(address) as tab:
        tab.page.goto(f"{address}player.html")
        facts = tab.page.evaluate("facts()")
        grabbed = {
            frame: _grabbed(tab.page.evaluate("(time) => grab(time)", _middle(film, frame)))
            for frame in _looked_at(film)
        }
        played = tab.page.evaluate("(rate) => play(rate)", _RATE)
        heard = tab.page.evaluate("hear()")
    complaints, strangers = tuple(tab.complaints), tuple(tab.strangers)
    return Viewing(reel, film, facts, grabbed, played, heard, complaints, strangers)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a film's folder and the player page on this machine, parts of files too; gives the address."""
    routes = [
        Route("/player.html", lambda request: FileResponse(_PLAYER)),
        Mount("/", StaticFiles(directory=folder)),
    ]
    sockets = [listening("127.0.0.1", 0)]
    server = Server(Starlette(routes=routes))
    server.start(sockets, "films")
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"
    finally:
        server.stop(sockets)


def decoded(film: Path, frames: Iterable[int]) -> dict[int, Plane]:
    """Decode frames of a film to RGB as what every film of ours is: bt709, limited range."""
    wanted = set(frames)
    return {
        number: planes_to_rgb(*frame_planes(frame), Sampling())
        for number, frame in decode_frames(film, min(wanted), max(wanted) + 1)
        if number in wanted
    }


def halved(rgb: Plane) -> Colours:
    """Give a picture at half its size.

    At full size ways differ by which the halved chroma is spread again, and none of them is wrong.
    """
    wide = rgb.astype(np.float32)
    tall = wide[0::2] + wide[1::2]
    return (tall[:, 0::2] + tall[:, 1::2]) / np.float32(4)


def apart(seen: Colours, right: Colours) -> Colours:
    """Give the distances in codes of colours (..., 3) of the browser from the right ones.

    Without a graphics card Chromium turns YUV into RGB by libyuv, which has no room for the weight of
    blue in bt709: it takes 128/64 for 2.1124. Blue is right anywhere from there to what it should be.
    """
    luma, blue = right @ _LUMA, right[..., 2]
    short = luma + (blue - luma) * np.float32(2 / 2.1124)
    near = right.copy()
    near[..., 2] = np.clip(seen[..., 2], np.minimum(blue, short), np.maximum(blue, short))
    return np.abs(seen - near)


def _looked_at(film: Film) -> list[int]:
    """Choose the frames around each joint and amid each clip, and order them so that every seek is far."""
    last = film.timeline.frames - 1
    near = {min(edge + step, last) for edge in joints(film) for step in (-1, 0, 1)}
    amid = {at + clip.frames // 2 for at, clip in film.timeline.placed()}
    frames = sorted({0, last} | near | amid)
    there, back = frames[: len(frames) // 2], frames[len(frames) // 2 :][::-1]
    # The player stands on frame 0 at first, and tells of a frame only when it is another one.
    order = [frame for pair in zip(back, there, strict=False) for frame in pair]
    return order + [frame for frame in frames if frame not in order]


def _middle(film: Film, frame: int) -> float:
    return float((frame + Fraction(1, 2)) / film.timeline.rate.value)


def _grabbed(answer: dict[str, Any]) -> Grabbed:
    with Image.open(io.BytesIO(base64.b64decode(answer["picture"]))) as picture:
        return Grabbed(np.asarray(picture.convert("RGB")), answer["stands"], answer["read"])
