"""Text as pictures: any text at all, wrapped, cut with an ellipsis, never a crash.

Latin text is set in the face that comes with Pillow, so that a film looks the same on every
machine. Signs it lacks come from a font of the system; what no font has becomes a box.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont, features

from longtake.errors import MediaError
from longtake.files import sha256_of
from longtake.media.probe import open_regular

Weight = Literal["regular", "medium", "bold"]
Colour = tuple[int, int, int]
Face = ImageFont.FreeTypeFont

_ELLIPSIS = "…"
_BOX = "\N{WHITE VERTICAL RECTANGLE}"
# No font has a picture for this sign; what it draws instead is its "missing" sign.
_MISSING = "\U0010fffd"
_LEADING = 1.28
# Heavier faces by a stroke of this part of the size: Pillow brings one weight only.
_STROKES = {"regular": 0.0, "medium": 0.012, "bold": 0.028}
# Writings whose letters join or change places, besides those that run from the right: India's,
# Tibetan, Burmese, Khmer.
_JOINED = (("\u0900", "\u0dff"), ("\u0f00", "\u109f"), ("\u1780", "\u17ff"))
# Fonts looked at for a missing sign, best known first; a machine may hold thousands.
_FONTS_TRIED = 240
_GOOD_FONTS = (
    ("notosans-regular", "dejavusans.", "arial.", "segoeui.", "helvetica."),
    ("notosanscjk", "arialuni", "pingfang", "hiragino", "msyh.", "msgothic", "wqy", "droidsans"),
    ("notosans", "freesans", "unifont", "symbola", "seguisym", "apple symbols", "nirmala"),
)
_FOLDERS = {
    "win32": ("~/AppData/Local/Microsoft/Windows/Fonts",),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
}


@dataclass(frozen=True)
class Style:
    """How text is set: its size in pixels, its weight, and a font file ("" for the built-in face).

    `tracking` is room between signs in parts of the size; text of joined letters takes none.
    """

    size: int
    weight: Weight = "regular"
    font: str = ""
    tracking: float = 0.0

    @property
    def stroke(self) -> float:
        # A font file of the author's has the weight that the author chose.
        return 0.0 if self.font else self.size * _STROKES[self.weight]


def text_image(
    text: str,
    size_px: int,
    colour: Colour,
    max_width_px: int,
    max_lines: int = 1,
    weight: Weight = "regular",
) -> Image.Image:
    """Set text in lines of at most so many pixels; gives RGBA as wide as its widest line.

    What does not fit into the lines is cut with an ellipsis. Control signs are dropped, and any
    white space counts as one blank.
    """
    style = Style(max(size_px, 4), weight)
    lines = set_lines(text, style, max_width_px, max_lines)
    leading = round(style.size * _LEADING)
    pad = round(style.stroke) + 1
    width = max((round(line_width(line, style)) for line in lines), default=0)
    picture = Image.new("RGBA", (width + 2 * pad, leading * max(len(lines), 1)), (*colour, 0))
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw_line(pen, line, (pad, number * leading + style.size), style, colour)
    return picture


def wrapped(
    text: str, size_px: int, max_width_px: int, max_lines: int, weight: Weight = "regular"
) -> list[str]:
    """Divide text into lines that fit a width, at blanks where there are any."""
    return set_lines(text, Style(max(size_px, 4), weight), max_width_px, max_lines)


def set_lines(text: str, style: Style, max_width_px: int, max_lines: int) -> list[str]:
    """Divide text into lines of a style; what is too much for them is cut with an ellipsis."""
    # No sign that is seen is narrower than an eighth of its size: the rest can never show.
    room = int(max_width_px / style.size * 8 + 2) * max_lines
    words = clean(text[: 20 * room])[:room].split()
    lines: list[str] = []
    while words and len(lines) < max_lines:
        line, words = _filled_line(words, style, max_width_px)
        lines.append(line)
    if words or len(clean(text)) > room:
        lines[-1] = _shortened(lines[-1], style, max_width_px)
    return lines


def clean(text: str) -> str:
    """Drop what cannot be drawn (controls, halves of surrogates, joiners) and spare blanks."""
    kept = (
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
        if sign.isspace() or not _is_unseen(sign)
    )
    return " ".join("".join(kept).split())


def undrawable(text: str, font: str = "") -> str:
    """Give the signs of a text that no font here has, and that are drawn as boxes."""
    return "".join(s for s in clean(text) if s != " " and _font_with(s, font) is None)


def foreign(text: str, font: str) -> str:
    """Give the signs of a text that a font file lacks, and that are set in another one."""
    return "".join(dict.fromkeys(s for s in clean(text) if s != " " and not _has(font, s)))


def borrowed_fonts(text: str, font: str = "") -> tuple[str, ...]:
    """Name the machine's own fonts that step in for a text: "name sha256" of each, sorted.

    Neither the built-in face nor `font` itself is among them.
    """
    if not font and text.isascii():
        return ()
    # Letters that join are looked up line by line, and lines are broken at blanks.
    parts = [text, *text.split("\n"), *text.split()]
    runs = (run for part in dict.fromkeys(parts) for run in _named_runs(clean(part), font))
    names = {name for name, _ in runs} - {"", font}
    return tuple(sorted(f"{Path(name).name} {_font_sha256(name)}" for name in names))


def unshaped(text: str) -> bool:
    """Tell whether a text has letters that join or run from the right, which this Pillow cannot set."""
    return not features.check("raqm") and any(map(_is_shaped, text))


def runs_from_right(text: str) -> bool:
    """Tell whether a text is of a writing that runs from right to left: by its first letter."""
    ways = (unicodedata.bidirectional(sign) for sign in text)
    return next((way for way in ways if way in ("L", "R", "AL")), "L") != "L"


def check_font(path: Path) -> None:
    """Open a font file; a MediaError says that it is none."""
    try:
        with open_regular(path):
            face = ImageFont.truetype(str(path), 16)
        face.getmask("A")
    except (OSError, ValueError) as exc:
        raise MediaError(
            f"{path}: is no font that can be used", hint="name a TrueType or OpenType file"
        ) from exc


def font_runs(line: str, font: str = "") -> list[tuple[str, str]]:
    """Divide a line into runs of one font, each with the font's file ("": the built-in face).

    `font` is taken for all signs it has. Blanks, marks and joiners stay with the sign before them;
    so does a sign that no font has.
    """
    chosen: list[tuple[str, str]] = []
    for sign in line:
        last = chosen[-1][0] if chosen else font
        clings = sign == " " or unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf")
        found = last if clings else _font_with(sign, font)
        chosen.append((last if found is None else found, sign))
    runs = groupby(chosen, key=lambda pair: pair[0])
    return [(name, "".join(sign for _, sign in signs)) for name, signs in runs]


def font_file(font: str) -> bytes:
    """Give the bytes of a font: of a file, or of the built-in face for ""."""
    return Path(font).read_bytes() if font else _face("", 16).font_bytes


def _is_unseen(sign: str) -> bool:
    # Variation selectors choose between two looks of the sign before them.
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Cn") or "\ufe00" <= sign <= "\ufe0f"


def _is_shaped(sign: str) -> bool:
    return unicodedata.bidirectional(sign) in ("R", "AL") or any(
        first <= sign <= last for first, last in _JOINED
    )


def _filled_line(words: list[str], style: Style, limit: int) -> tuple[str, list[str]]:
    line, rest = words[0], words[1:]
    if line_width(line, style) > limit:
        fits = _fitting(line, style, limit)
        return line[:fits], [line[fits:], *rest]
    while rest and line_width(f"{line} {rest[0]}", style) <= limit:
        line, rest = f"{line} {rest[0]}", rest[1:]
    return line, rest


def _shortened(line: str, style: Style, limit: int) -> str:
    if line_width(line + _ELLIPSIS, style) <= limit:
        return line + _ELLIPSIS
    return line[: _fitting(line, style, limit - line_width(_ELLIPSIS, style))].rstrip() + _ELLIPSIS


def _fitting(line: str, style: Style, limit: float) -> int:
    """Count the signs at the start of a line that fit, at least one."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if line_width(line[:middle], style) <= limit else (low, middle - 1)
        )
    return low


def line_width(line: str, style: Style) -> float:
    """Measure a line in pixels, from where it begins to where a next sign would."""
    gap = _gap(line, style)
    runs = _runs(line, style.size, style.font)
    return sum(face.getlength(run) + gap * len(run) for face, run in runs)


def draw_line(
    pen: ImageDraw.ImageDraw, line: str, at: tuple[float, float], style: Style, colour: Colour
) -> None:
    """Draw a line whose left end stands at a point of its base line."""
    x, y = at
    for face, run, wide in _set(line, style):
        pen.text((x, y), run, fill=colour, font=face, anchor="ls", stroke_width=style.stroke)
        x += wide


def _set(line: str, style: Style) -> Iterator[tuple[Face, str, float]]:
    """Divide a line into what is drawn at once: its face, its signs, and how wide they stand."""
    gap = _gap(line, style)
    for face, run in _runs(line, style.size, style.font):
        if not gap:
            yield face, run, face.getlength(run)
            continue
        # Measured from the run's start, so that pairs keep the distance the face gives them.
        ends = [face.getlength(run[: count + 1]) for count in range(len(run))]
        for sign, end, start in zip(run, ends, [0.0, *ends], strict=False):
            yield face, sign, end - start + gap


def _gap(line: str, style: Style) -> float:
    """Give what stands between the signs of a line besides; writings that are joined stay so."""
    gap = style.tracking * style.size
    return 0.0 if gap and any(map(_is_shaped, line)) else gap


def _runs(line: str, size: int, first: str) -> Iterator[tuple[Face, str]]:
    """Divide a line into runs of one face; a sign that no font has becomes a box."""
    for name, run in _named_runs(line, first):
        yield _face(name, size), run


def _named_runs(line: str, first: str) -> Iterator[tuple[str, str]]:
    if any(map(_is_shaped, line)):
        # Only within one run are letters joined and directions mixed as they should be.
        whole = _font_with_all("".join(sorted(set(line) - {" "})), first)
        if whole is not None:
            yield whole, line
            return
    chosen: list[tuple[str, str]] = []
    for sign in line:
        font = _font_with(sign, first)
        if sign == " " and chosen:
            font = chosen[-1][0]
        if font is None:
            font = _font_with(_BOX, first)
            chosen.append(("", "?") if font is None else (font, _BOX))
        else:
            chosen.append((font, sign))
    for name, signs in groupby(chosen, key=lambda pair: pair[0]):
        yield name, "".join(sign for _, sign in signs)


@lru_cache(maxsize=64)
def _face(font: str, size: int) -> Face:
    face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise MediaError("this Pillow cannot set text", hint="install a Pillow built with FreeType")
    return face


@lru_cache(maxsize=8192)
def _font_with(sign: str, first: str = "") -> str | None:
    """Find the font that has a sign: "" for the built-in one, None for no font at all."""
    if not first and sign.isascii():
        return ""
    return next((font for font in (first, "", *_system_fonts()) if _has(font, sign)), None)


@lru_cache(maxsize=1024)
def _font_with_all(signs: str, first: str) -> str | None:
    """Find a font that has all of these signs."""
    fonts = dict.fromkeys((first, "", *_system_fonts()))
    return next((font for font in fonts if all(_has(font, sign) for sign in signs)), None)


@lru_cache(maxsize=8192)
def _has(font: str, sign: str) -> bool:
    known = _probe(font)
    # Colour fonts and broken ones refuse to be opened or drawn at a free size.
    if known is None:
        return False
    face, missing = known
    try:
        mask = face.getmask(sign)
    except (OSError, ValueError):
        return False
    return (mask.size, bytes(mask)) != missing


@cache
def _font_sha256(font: str) -> str:
    return sha256_of(Path(font))


@cache
def _probe(font: str) -> tuple[Face, tuple[tuple[int, int], bytes]] | None:
    try:
        face = _face(font, 16)
        mask = face.getmask(_MISSING)
    except (OSError, ValueError):
        return None
    return face, (mask.size, bytes(mask))


@cache
def _system_fonts() -> tuple[str, ...]:
    """List fonts of the usual folders, those known to hold many signs first."""
    usual = _FOLDERS.get(sys.platform, _FOLDERS["linux"])
    # os.path, because Path.expanduser raises where there is no home.
    folders = [os.path.expanduser(folder) for folder in usual]  # noqa: PTH111
    if sys.platform == "win32":
        folders.insert(0, os.environ.get("WINDIR", "C:/Windows") + "/Fonts")
    found = (
        Path(folder, name)
        for root in folders
        for folder, _, names in os.walk(root)
        for name in names
        if name.lower().endswith((".ttf", ".otf", ".ttc"))
    )
    return tuple(str(path) for path in sorted(found, key=_rank)[:_FONTS_TRIED])


def _rank(path: Path) -> tuple[int, str]:
    name = path.name.lower()
    # Of one face the upright letters of usual weight come first.
    order = f"{'regular' not in name:d}{name}"
    for rank, known in enumerate(_GOOD_FONTS):
        if name.startswith(known):
            return rank, order
    return len(_GOOD_FONTS), order
