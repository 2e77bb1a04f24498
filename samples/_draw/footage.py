"""The brand's two pieces of footage, and the writers of MP4 and M4A files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from _draw import buildings as build
from _draw import landscape as land
from _draw.canvas import HEIGHT, WIDTH, Canvas, Field, Stencil, beam, colour, drift, glow, gradient
from _draw.synth import RATE, Sound

FPS = 24
Picture = NDArray[np.uint8]
LAMP_X, LAMP_Y = 640.0, build.lamp_of(392, 230)


def write_film(path: Path, pictures: Iterable[Picture], sound: Sound) -> None:
    """Write H.264 and AAC; tagged bt709 everywhere, and truly converted with its matrix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", options=options) as film:
        video = film.add_stream("libx264", rate=FPS, options={"crf": "20", "preset": "slow"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        coder = video.codec_context
        coder.thread_count = 1  # with more, the bytes change from machine to machine
        coder.color_range, coder.colorspace = 1, 1
        coder.color_primaries, coder.color_trc = 1, 1
        track = film.add_stream("aac", rate=RATE, layout="stereo")
        track.bit_rate = 96_000
        for place, picture in enumerate(pictures):
            rgb = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = rgb.reformat(
                format="yuv420p",
                src_colorspace="ITU709",
                dst_colorspace="ITU709",
                dst_color_range="MPEG",
            )
            frame.pts, frame.time_base = place, Fraction(1, FPS)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        _sound(film, track, sound)


def write_music(path: Path, sound: Sound) -> None:
    """Write AAC at 128 kbit/s in an .m4a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="ipod", options={"fflags": "+bitexact"}) as film:
        track = film.add_stream("aac", rate=RATE, layout="stereo")
        track.bit_rate = 128_000
        _sound(film, track, sound)


def _sound(film: av.container.OutputContainer, track: av.AudioStream, sound: Sound) -> None:
    planar = np.ascontiguousarray(sound.T.astype(np.float32))
    for start in range(0, planar.shape[1], 1024):
        piece = np.ascontiguousarray(planar[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        film.mux(track.encode(frame))
    film.mux(track.encode(None))


def opener() -> Iterator[Picture]:
    """Three seconds: the lamp comes on, its beam passes, and the name stays where it passed."""
    canvas = _night()
    name, under = _words(524, 574)
    lamp = _lamp()
    for place in range(3 * FPS):
        time = place / FPS
        pixels = canvas.pixels.copy()
        on = _ease(0.3, 0.9, time)
        _add(pixels, lamp, "#ffd693", on * (0.92 + 0.08 * np.sin(time * 5)))
        sweep = 215 + 110 * _ease(0.7, 2.0, time)
        if on > 0 and sweep < 324.9:
            strong = on * _ease(215, 228, sweep) * (1 - _ease(308, 324, sweep))
            _add(pixels, beam(LAMP_X, LAMP_Y, sweep, 5, 560), "#ffdf9e", 0.8 * strong)
        edge = 300 + 760 * _ease(0.9, 1.9, time)
        shown = 1 - drift(edge - 130, edge)
        _lay(pixels, name * shown, "#fff4e2")
        _lay(pixels, under, "#ffcf8f", _ease(1.9, 2.5, time))
        yield _eight(pixels, _ease(0, 0.3, time))


def endcard() -> Iterator[Picture]:
    """Four seconds: the name, the sentence under it, the light breathing; then dark."""
    canvas = _night()
    name, under = _words(524, 574)
    lamp, wide = _lamp(), [beam(LAMP_X, LAMP_Y, turn, 3, 520) for turn in (176, 4)]
    for place in range(4 * FPS):
        time = place / FPS
        pixels = canvas.pixels.copy()
        breath = 0.82 + 0.18 * np.sin(time * np.pi * 0.75 - 0.6)
        _add(pixels, lamp, "#ffd693", breath)
        for ray in wide:
            _add(pixels, ray, "#ffdf9e", 0.7 * breath)
        _lay(pixels, name, "#fff4e2", _ease(0.5, 1.1, time))
        _lay(pixels, under, "#ffcf8f", _ease(1.1, 1.8, time))
        yield _eight(pixels, _ease(0, 0.4, time) * (1 - _ease(3.5, 4 - 1 / FPS, time)))


def _night() -> Canvas:
    canvas = Canvas(
        gradient([(0, "#0d1834"), (330, "#1d3158"), (420, "#35507a"), (560, "#101d3c")])
    )
    land.stars(canvas, 201, 130, 330, 0.8)
    hills = land.ridge(202, 410, 396, 12)
    canvas.cut(lambda s: s.polygon(hills), gradient([(380, "#233c66"), (470, "#14244a")]))
    rock = land.crag(
        203, [(430, 426), (520, 402), (600, 390), (690, 390), (770, 404), (850, 426)], 3
    )
    low = [(1280, 426), (1280, 720), (0, 720), (0, 426)]
    canvas.cut(
        lambda s: s.polygon([*rock, *low]),
        gradient([(388, "#152548"), (450, "#0d1936"), (720, "#0a142d")]),
    )
    land.waves(canvas, 204, 440, "#7f9fd0", 0.1, count=160)
    land.glitter(canvas, 205, LAMP_X, 440, "#ffcf8f", 0.1, width=60, count=150)
    build.lighthouse(canvas, LAMP_X, 394, 230, build.NIGHT, lit=False)
    return canvas


def _lamp() -> Field:
    far = glow(LAMP_X, LAMP_Y, 260, power=3) * 0.8
    return np.asarray(np.maximum(far, glow(LAMP_X, LAMP_Y, 40, power=1.4)))


def _words(high: float, low: float) -> tuple[Field, Field]:
    name = Stencil().text(WIDTH / 2, high, "Harbour Light", 84, align="centre", weight=0.6).mask()
    words = "LAMPS WORTH LEAVING ON"
    return name, Stencil().text(WIDTH / 2, low, words, 20, align="centre", gap=5).mask()


def _ease(low: float, high: float, value: float) -> float:
    part = min(1.0, max(0.0, (value - low) / (high - low)))
    return part * part * (3 - 2 * part)


def _add(pixels: Field, field: Field, shade: str, strength: float) -> None:
    pixels += (1 - pixels) * colour(shade) * (field * np.float32(strength))[..., None]


def _lay(pixels: Field, mask: Field, shade: str, opacity: float = 1.0) -> None:
    pixels += (colour(shade) - pixels) * (mask * np.float32(opacity))[..., None]


def _eight(pixels: Field, bright: float) -> Picture:
    # The same dither on every frame: it hides bands and costs the encoder nothing after the first.
    rng = np.random.default_rng(7)
    fuzz = rng.random((HEIGHT, WIDTH, 1), np.float32) - np.float32(0.5)
    return np.clip(pixels * 255 * np.float32(bright) + fuzz + 0.5, 0, 255).astype(np.uint8)
