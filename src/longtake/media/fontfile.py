"""What a font file says of itself, as far as libass goes by it: its family, and how high its lines are."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import lru_cache

from longtake.errors import MediaError
from longtake.media.type import font_file

_FAMILY = 1
_WINDOWS, _ENGLISH = 3, 0x409
# Names that mean something else in a style: `@` turns text upright, the rest ends a name.
_PLAIN = re.compile(r"[^@{}\\(),\x00-\x1f\x7f][^{}\\(),\x00-\x1f\x7f]*")


@dataclass(frozen=True)
class FontNames:
    """A font's family name, and the height of its lines in parts of its size."""

    family: str
    line: float


@lru_cache(maxsize=32)
def font_names(font: str) -> FontNames:
    """Read a font file ("": the built-in face); of a collection the first font.

    Raises MediaError where it lacks what libass needs.
    """
    content = font_file(font)
    try:
        tables = _tables(content)
        family = _family(content, tables["name"])
        line = _line(content, tables)
    except (struct.error, KeyError, UnicodeDecodeError, ZeroDivisionError, StopIteration) as exc:
        raise MediaError(f"the font {font or 'of longtake'} is damaged") from exc
    if not _PLAIN.fullmatch(family):
        raise MediaError(
            f"the font {font} has a name that captions cannot be set by", hint="take another font"
        )
    return FontNames(family, line)


def _tables(content: bytes) -> dict[str, int]:
    """Map the tables of a font to where they begin in its file."""
    at = struct.unpack_from(">I", content, 12)[0] if content[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", content, at + 4)
    entries = (struct.unpack_from(">4sIII", content, at + 12 + 16 * n) for n in range(count))
    return {tag.decode("latin-1"): start for tag, _, start, _ in entries}


def _family(content: bytes, at: int) -> str:
    count, texts = struct.unpack_from(">HH", content, at + 2)
    found: dict[bool, str] = {}
    for n in range(count):
        entry = struct.unpack_from(">6H", content, at + 6 + 12 * n)
        platform, _, language, kind, length, start = entry
        if kind == _FAMILY and platform == _WINDOWS:
            where = at + texts + start
            found.setdefault(
                language == _ENGLISH, content[where : where + length].decode("utf-16-be")
            )
    return found.get(True) or next(iter(found.values()))


def _line(content: bytes, tables: dict[str, int]) -> float:
    """Add up ascent and descent: Windows' own where a font tells them, as libass does."""
    (units,) = struct.unpack_from(">H", content, tables["head"] + 18)
    up = down = 0
    if "OS/2" in tables:
        up, down = struct.unpack_from(">hh", content, tables["OS/2"] + 74)
    if not (up or down):
        up, under = struct.unpack_from(">hh", content, tables["hhea"] + 4)
        down = -under
    return float((up + down) / units)
