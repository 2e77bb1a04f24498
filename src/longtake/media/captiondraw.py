"""Captions as pictures, set by libass: it shapes Arabic, orders Hebrew and joins what belongs together.

libass comes with the bundled ffmpeg, which draws one caption on a transparent picture. It reads a file
of ours in a private folder, where no word of a caption is a command, and sees no fonts but the chosen.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from longtake.errors import MediaError
from longtake.media.color import Plane
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.fontfile import font_names
from longtake.media.overlay import Drawing, Picture, Window
from longtake.media.type import font_file, font_runs
from longtake.units import Size

_TIMEOUT_S = 60.0
_ALIGNMENT = {"bottom": 2, "middle": 5, "top": 8}
# Margins in parts of the picture. Upright films are watched under the buttons of an app.
_SIDE, _UPRIGHT_EDGE, _EDGE = 0.06, 0.16, 0.06
_OUTLINE, _SHADOW = 0.055, 0.03
# The box: its inner margins and the roundness of its corners in parts of the letters' size.
_BOX_SIDE, _BOX_EDGE, _BOX_ROUND = 0.45, 0.22, 0.22
_BOX_INK = (0, 0, 0, 168)
# Unseen, and no letter: behind it libass takes no sign for part of a command.
_JOINER = "\N{WORD JOINER}"
# An empty list of fonts: what the machine has besides must change no picture.
_NO_FONTS = '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig/>\n'

_STYLE = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
LayoutResX: {width}
LayoutResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,{family},{size},{colour},{colour},&H00000000,&H90000000,0,0,0,0,100,100,0,0,1,\
{outline},{shadow},{alignment},{side},{side},{edge},-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.00,0:00:10.00,Default,,0,0,0,,{text}
"""


def draw_caption(window: Window) -> Drawing:
    """Draw the lines `text` in letters of `size` pixels, in `colour`, at `position`, with `box` or none.

    The file `font` is taken for all signs it has.
    """
    wishes = window.wishes
    font = window.file("font")
    whole = _set(wishes, str(font) if font else "", window.size)
    seen = Image.fromarray(whole[..., 3]).getbbox()
    if seen is None:
        return lambda index: None
    left, top, right, bottom = seen
    words = Picture(_straight(whole[top:bottom, left:right]), left, top)
    picture = _boxed(words, wishes) if wishes.get("box") else words
    return lambda index: picture


def _set(wishes: Any, font: str, size: Size) -> Plane:
    """Let libass set a caption; gives RGBA (height, width, 4), its colours laid over black."""
    letters = float(Fraction(str(wishes["size"])))
    runs = [font_runs(line, font) for line in str(wishes["text"]).split("\n")]
    with tempfile.TemporaryDirectory(prefix="longtake-caption-") as name:
        folder = Path(name)
        _lay_out_fonts(folder / "fonts", {font, *(font for line in runs for font, _ in line)})
        script = _script(wishes, runs, font, letters, size)
        (folder / "caption.ass").write_text(script, encoding="utf-8")
        (folder / "fonts.conf").write_text(_NO_FONTS, encoding="utf-8")
        canvas = f"color=c=black@0.0:s={size}:r=1:d=1,format=rgba"
        graph = f"{canvas},ass=filename=caption.ass:fontsdir=fonts:alpha=1:shaping=complex"
        raw = run_ffmpeg(
            [
                "-f",
                "lavfi",
                "-i",
                graph,
                "-frames:v",
                "1",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgba",
                "-",
            ],
            timeout_s=_TIMEOUT_S,
            folder=folder,
            variables={"FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
    if len(raw) != size.width * size.height * 4:
        raise MediaError("ffmpeg drew no caption")
    return np.frombuffer(raw, np.uint8).reshape(size.height, size.width, 4)


def _script(
    wishes: Any, runs: list[list[tuple[str, str]]], font: str, letters: float, size: Size
) -> str:
    boxed = bool(wishes.get("box"))
    colour = str(wishes.get("colour", "#ffffff"))
    upright = size.height > size.width
    return _STYLE.format(
        width=size.width,
        height=size.height,
        family=font_names(font).family,
        size=_size_of(font, letters),
        # libass writes colours back to front, behind their transparency.
        colour=f"&H00{colour[5:7]}{colour[3:5]}{colour[1:3]}",
        outline=0 if boxed else round(letters * _OUTLINE, 2),
        shadow=0 if boxed else round(letters * _SHADOW, 2),
        alignment=_ALIGNMENT[str(wishes.get("position", "bottom"))],
        side=round(size.width * _SIDE),
        edge=round(size.height * (_UPRIGHT_EDGE if upright else _EDGE)),
        text="\\N".join("".join(_marked(line, letters)) for line in runs),
    )


def _marked(line: list[tuple[str, str]], letters: float) -> Iterator[str]:
    for font, text in line:
        yield f"{{\\fn{font_names(font).family}\\fs{_size_of(font, letters)}}}{escaped(text)}"


def escaped(text: str) -> str:
    """Write a line so that libass shows each of its signs and obeys none."""
    shown = text.replace("\\", "\\" + _JOINER).replace("{", "\\{").replace("}", "\\}")
    return re.sub(r"[\x00-\x1f\x7f]", " ", shown)


def _size_of(font: str, letters: float) -> float:
    """Give the size by which libass sets letters so high: it counts whole lines, not letters."""
    return round(letters * font_names(font).line, 2)


def _lay_out_fonts(folder: Path, fonts: set[str]) -> None:
    folder.mkdir()
    for font in fonts:
        name = hashlib.sha256(font.encode("utf-8", "surrogateescape")).hexdigest()[:24]
        if not font:
            (folder / name).write_bytes(font_file(font))
            continue
        try:
            (folder / name).symlink_to(Path(font).resolve())
        except OSError:
            shutil.copyfile(font, folder / name)


def _straight(rgba: Plane) -> Plane:
    """Take the black ground out of colours that lie over it: straight alpha."""
    alpha = rgba[..., 3:].astype(np.float32)
    colour = np.rint(rgba[..., :3] * np.float32(255) / np.maximum(alpha, 1))
    return np.dstack([np.minimum(colour, 255).astype(np.uint8), rgba[..., 3]])


def _boxed(words: Picture, wishes: Any) -> Picture:
    """Lay a dark box with round corners under what was set."""
    letters = float(Fraction(str(wishes["size"])))
    side, edge = round(letters * _BOX_SIDE), round(letters * _BOX_EDGE)
    text = Image.fromarray(words.rgba)
    box = Image.new("RGBA", (text.width + 2 * side, text.height + 2 * edge), (0, 0, 0, 0))
    corner = (box.width - 1, box.height - 1)
    ImageDraw.Draw(box).rounded_rectangle((0, 0, *corner), round(letters * _BOX_ROUND), _BOX_INK)
    box.alpha_composite(text, (side, edge))
    return Picture(np.asarray(box), words.left - side, words.top - edge)
