"""`longtake keep`: of several takes of a clip one goes into the film."""

from __future__ import annotations

import sys

import click

from longtake.choosing.keeping import Consequence, consequence, keep
from longtake.cli import options, say
from longtake.cli.completing import complete_boards_or_shots
from longtake.cli.naming import named_words
from longtake.cli.say import PATH, WARNING
from longtake.errors import ConfirmationNeeded
from longtake.storyboard.choices import choices_path
from longtake.wishes import Wishes


@click.command("keep")
@click.argument(
    "words",
    metavar="[FILE] SHOT TAKE",
    nargs=-1,
    required=True,
    shell_complete=complete_boards_or_shots,
)
@options.DRAFT
@options.SET
@click.option("--yes", is_flag=True, help="Keep it though other clips must be made again then.")
def command(words: tuple[str, ...], draft: bool, variables: dict[str, str], yes: bool) -> None:
    """Keep take number TAKE of SHOT (a shot, or one of its clips), and say what that changes.

    Nothing is spent: `longtake make` goes on from the take that is kept. The choice is written beside the
    storyboard, into FILE.choices.yaml.
    """
    board, (shot, number) = named_words(words, 2)
    if not number.isdecimal():
        raise click.UsageError(f'"{number}" is no number of a take: `longtake keep SHOT TAKE`')
    wishes = Wishes(draft=draft, variables=variables)
    changed = consequence(board, wishes, shot, int(number))
    _agree(changed, yes)
    clip = keep(board, wishes, shot, int(number))
    say.tell(f"take {int(number)} of {clip} is kept: ", (say.shown(choices_path(board)), PATH))


def _agree(changed: Consequence, yes: bool) -> None:
    """Say what a choice changes; asks where that costs money later, and stops where nobody answers."""
    if not changed.made_again:
        say.tell(changed.said)
        return
    say.tell((changed.said, WARNING))
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfirmationNeeded(
            "nobody is here to agree: nothing was changed",
            hint="say `--yes`; nothing is spent before the film is made again",
        )
    if not click.confirm(f"Keep take {changed.number} of {changed.clip}?", err=True):
        raise ConfirmationNeeded("not agreed: nothing was changed")
