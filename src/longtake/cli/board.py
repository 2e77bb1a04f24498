"""Find the storyboard a verb works on: the one named, or the only one in the folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

from longtake.storyboard.choices import ENDING
from longtake.storyboard.diagnose import did_you_mean, quoted

# A board says which version of the language it speaks; other YAML files do not.
_SAYS_LONGTAKE = re.compile(rb"^(?:\xef\xbb\xbf)?longtake[ \t]*:", re.MULTILINE)
_HAS_SCENES = re.compile(rb"^scenes[ \t]*:", re.MULTILINE)
# A board is text of a few pages; what says nothing in its first part is none.
_LOOK_AT = 1 << 20
# Of names that there are, so many are listed: more than there are verbs.
_NAMED = 30


class Misuse(click.UsageError):
    """The command line asks for something that is not there; `hint` says what to do."""

    def __init__(self, message: str, *, hint: str = "", ctx: click.Context | None = None) -> None:
        super().__init__(message, ctx)
        self.hint = hint


def find_board(named: Path | None) -> Path:
    """Give the board's path; raises Misuse where none is named and the folder leaves no choice.

    A file that is named is taken as it is: loading it says what is wrong with it.
    """
    if named is not None and not named.is_dir():
        return named
    folder = named or Path()
    boards = boards_in(folder)
    where = f"in {quoted(str(folder), 200)}" if named else "in this folder"
    if not boards:
        raise Misuse(
            f"there is no storyboard {where}",
            hint="name one, or write a small one with `longtake init`",
        )
    if len(boards) > 1:
        names = ", ".join(path.name for path in boards[:5])
        if len(boards) > 5:
            names += f" and {len(boards) - 5} more"
        raise Misuse(
            f"there are {len(boards)} storyboards {where}: {names}", hint="name the one you mean"
        )
    return boards[0]


def find_boards(named: tuple[Path, ...]) -> tuple[Path, ...]:
    """Give the paths of the boards that are named, each once, or of the only one in the folder.

    Where several are named, as by `*.yaml`, what lies beside boards is left out: choices and bibles.
    """
    found: dict[Path, Path] = {}
    for path in (find_board(name) for name in named or (None,)):
        if len(named) == 1 or not _is_beside(path):
            found.setdefault(path.resolve(), path)
    if not found:
        raise Misuse("none of these files is a storyboard", hint="a board has a title and scenes")
    return tuple(found.values())


def boards_in(folder: Path) -> tuple[Path, ...]:
    """List the storyboards of a folder; bibles, which have no scenes, are none."""
    found = [p for p in sorted(folder.iterdir()) if p.suffix in (".yaml", ".yml") and p.is_file()]
    return tuple(path for path in found if _is_board(path))


def unknown(
    message: str, word: str, known: Iterable[str], ctx: click.Context | None = None
) -> Misuse:
    """Make the error for a name that does not exist, with the nearest that does."""
    names = list(known)
    there = [*names[:_NAMED], *(["..."] if len(names) > _NAMED else [])]
    return Misuse(
        message, hint=did_you_mean(word, names) or f"there are: {', '.join(there)}", ctx=ctx
    )


def _is_board(path: Path) -> bool:
    start = _start_of(path)
    return bool(_SAYS_LONGTAKE.search(start) and _HAS_SCENES.search(start))


def _is_beside(path: Path) -> bool:
    """Tell whether a file is there and nothing in it wants to be a board."""
    start = _start_of(path)
    neither = not (_SAYS_LONGTAKE.search(start) or _HAS_SCENES.search(start))
    return bool(start) and (path.name.endswith(ENDING) or neither)


def _start_of(path: Path) -> bytes:
    """Read the first part of a file; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            # Parsing stops at the first fault; a board with a fault is a board all the same.
            return file.read(_LOOK_AT).replace(b"\r", b"\n")
    except OSError:
        return b""
