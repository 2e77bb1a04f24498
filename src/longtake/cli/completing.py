"""What a shell may complete: boards of a folder, and ids of a board's scenes and shots.

A shell asks while somebody types: nothing here fails aloud, and nothing is planned.
"""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from longtake.cli.board import boards_in
from longtake.errors import LongtakeError
from longtake.storyboard.check import named_scenes
from longtake.storyboard.load import load_storyboard

# A folder of thousands is looked at no further: somebody waits for the answer.
_FOLDERS = 50


def complete_boards(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the boards of a folder and of those in it; where there is none, the shell's own files."""
    typed = Path(incomplete)
    folder = typed if incomplete.endswith("/") else typed.parent
    try:
        inner = [each for each in sorted(folder.iterdir()) if _is_visible_folder(each)]
        found = [board for each in (folder, *inner[:_FOLDERS]) for board in boards_in(each)]
    except OSError:
        found = []
    names = [str(board) for board in found if str(board).startswith(incomplete.removeprefix("./"))]
    if not names:
        return [CompletionItem(incomplete, type="file")]
    dot = "./" if incomplete.startswith("./") else ""
    return [CompletionItem(dot + name) for name in names]


def complete_shots(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the ids of the scenes and shots of the board that is named, or of the only one here."""
    named = [
        Path(word) for word in (ctx.params.get("board"), *(ctx.params.get("words") or ())) if word
    ]
    try:
        boards = tuple(path for path in named if path.is_file()) or boards_in(Path())
        storyboard = load_storyboard(boards[0], hold_faults=True) if len(boards) == 1 else None
    except (LongtakeError, OSError):
        storyboard = None
    if storyboard is None:
        return []
    ids: dict[str, str] = {}
    for scene in named_scenes(storyboard):
        ids[scene.id] = scene.scene.title or ""
        for shot in scene.shots:
            prompt = shot.shot.prompt
            ids.setdefault(shot.id, prompt if isinstance(prompt, str) else "")
    # A help of one line; the shell's protocol is one item a line too.
    return [
        CompletionItem(name, help=" ".join(said.split())[:60] or None)
        for name, said in ids.items()
        if name.startswith(incomplete)
    ]


def complete_boards_or_shots(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer boards, and the shots of the only board here: a verb may be told a shot alone."""
    boards = [each for each in complete_boards(ctx, parameter, incomplete) if each.type == "plain"]
    found = boards + complete_shots(ctx, parameter, incomplete)
    return found or [CompletionItem(incomplete, type="file")]


def _is_visible_folder(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")
