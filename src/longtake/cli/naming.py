"""Words of a command line that may begin with the storyboard they are about."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli.board import find_board


def named_words(words: tuple[str, ...], wanted: int) -> tuple[Path, tuple[str, ...]]:
    """Divide words into the storyboard and as many others as are wanted.

    Without a storyboard among them it is the only one of the folder. Raises a usage error where there
    are too few or too many.
    """
    if not wanted <= len(words) <= wanted + 1:
        raise click.UsageError(f"{wanted} words are wanted behind the file, not {len(words)}")
    named = Path(words[0]) if len(words) > wanted else None
    return find_board(named), words[-wanted:]
