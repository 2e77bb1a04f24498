"""Rows of words under each other, in columns as wide as their widest word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from longtake.cli.say import DIM, assembled, plain


def aligned(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Give each row as one line; columns in `right` are numbers and end under each other."""
    shown = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - cell_len(cell))
            cells.append(gap + cell if at in right else cell + gap)
        yield "  ".join(cells).rstrip()


def counted(number: int, word: str) -> str:
    """Write `1 clip` or `1,200 clips`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def counted_both(clips: int, voices: int) -> str:
    """Write `2 clips and 1 voice`, "" for none of either."""
    parts = [counted(clips, "clip")] if clips else []
    return " and ".join([*parts, counted(voices, "voice")] if voices else parts)


def first_of(names: Sequence[str], most: int = 8) -> str:
    """Name the first of many things, and whether there are more."""
    return plain(", ".join(names[:most]) + (", ..." if len(names) > most else ""))


def named_line(name: str, text: str) -> Text:
    """Write a line of a summary: what it is about, dim and in a column of its own, and what is said."""
    return assembled((f"{name:<8}" if len(name) < 8 else f"{name} ", DIM), plain(text))
