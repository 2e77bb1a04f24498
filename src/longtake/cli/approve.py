"""`longtake approve`: shots of the draft that are good enough to be made for good."""

from __future__ import annotations

import click

from longtake.choosing.keeping import approve
from longtake.choosing.promoting import named_shots
from longtake.cli import options, say
from longtake.cli.board import find_board
from longtake.cli.completing import complete_boards_or_shots
from longtake.cli.naming import board_and_names
from longtake.cli.say import PATH
from longtake.cli.table import first_of
from longtake.plan.promotion import jobs_by_shot
from longtake.planning import plan_film
from longtake.storyboard.choices import choices_path
from longtake.wishes import Wishes


@click.command("approve")
@click.argument(
    "words", metavar="[FILE] SHOT...", nargs=-1, shell_complete=complete_boards_or_shots
)
@click.option("--all", "every", is_flag=True, help="All shots of the film.")
@click.option("--not", "off", is_flag=True, help="Take the approval back.")
@options.SET
def command(words: tuple[str, ...], every: bool, off: bool, variables: dict[str, str]) -> None:
    """Approve shots (or all of a scene) as the draft shows them. Spends nothing.

    `longtake promote` makes the final clips of the approved shots. They are written beside the
    storyboard, into FILE.choices.yaml.
    """
    named, names = board_and_names(words)
    if bool(names) == every:
        raise click.UsageError("name shots, or say `--all`")
    board, wishes = find_board(named), Wishes(variables=variables)
    plan = plan_film(board, wishes)
    shots = tuple(jobs_by_shot(plan)) if every else named_shots(plan, names)
    approve(board, wishes, shots, on=not off)
    verb = f"{'is' if len(shots) == 1 else 'are'} {'no longer ' if off else ''}approved"
    say.tell(f"{first_of(shots)} {verb}: ", (say.shown(choices_path(board)), PATH))
