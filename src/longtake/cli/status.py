"""`longtake status`: what is made, what is missing, and who is at work."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options, say
from longtake.cli.board import find_boards
from longtake.cli.each import for_each
from longtake.cli.fleet import open_fleet
from longtake.cli.fleetstatus import tell_fleet
from longtake.cli.judged import approved_words, judged_lines
from longtake.cli.ledger import open_purchases
from longtake.cli.say import DIM, HEADING, PATH, WARNING
from longtake.cli.spoken import voices_line
from longtake.cli.statusdocument import status_document
from longtake.cli.table import counted_both, first_of
from longtake.standing import Standing, look
from longtake.vault.purchase import Purchase
from longtake.wishes import Wishes

# Beyond so many clips only those that are missing are listed.
LIST_UP_TO = 40


@click.command("status")
@options.BOARDS
@options.SET
@options.ANIMATIC
@options.QUALITY
@click.option("--all", "every", is_flag=True, help="List every clip, however many there are.")
@options.FLEET
@options.DATABASE
@options.VAULT
@options.JSON
def command(
    boards: tuple[Path, ...],
    variables: dict[str, str],
    animatic: bool,
    quality: str,
    every: bool,
    far: bool,
    database: str | None,
    vault: str | None,
    as_json: bool,
) -> int:
    """Show which clips are made, whether the film is up to date, and who holds the project.

    With `--fleet`: the workers, and the runs of these storyboards, or of all, from wherever you are.
    """
    if far:
        fleet = open_fleet(database, vault)
        names = [str(board.resolve()) for board in boards]
        tell_fleet(fleet, names, every=every, as_json=as_json)
        return 0
    paths = find_boards(boards)
    wishes = Wishes(animatic=animatic, quality=quality, variables=variables)

    def tell(path: Path) -> None:
        if len(paths) > 1 and not as_json:
            say.answer((say.shown(path), HEADING))
        _tell(path, wishes, every, as_json)
        if path != paths[-1] and not as_json:
            say.answer()

    return for_each(paths, tell, as_json=as_json)


def _tell(path: Path, wishes: Wishes, every: bool, as_json: bool) -> None:
    standing = look(path, wishes)
    purchases = open_purchases(path)
    if as_json:
        say.answer_json(status_document(standing, path, purchases))
        return
    _tell_clips(standing, every, wishes)
    _tell_film(standing)
    _tell_purchases(purchases)
    if standing.holder:
        say.answer((f"{'run':<8}", DIM), (standing.holder, WARNING))


def _tell_clips(standing: Standing, every: bool, wishes: Wishes) -> None:
    jobs = standing.plan.jobs
    width = say.width_of(say.terminal(err=False))
    missing = frozenset(standing.missing)
    for job in jobs:
        state = _state(standing, job.id)
        if every or len(jobs) <= LIST_UP_TO or state in ("missing", "refused", "choose"):
            say.answer(say.state_line(job.id, state, width))
    if jobs:
        say.answer()
    owned = len(jobs) - len(missing)  # Of what is to be chosen from no take is the film's yet.
    lacking = len(missing.difference(standing.to_choose))
    say.answer((f"{'clips':<8}", DIM), f"{owned:,} owned, {lacking:,} missing")
    if standing.to_choose:
        named = first_of(standing.to_choose)
        say.answer(
            (f"{'choose':<8}", DIM),
            (f"one of the takes of {named}", WARNING),
            f": `longtake keep{wishes.flags}`",
        )
    if standing.plan.approved:
        say.answer((f"{'approved':<9}", DIM), approved_words(standing.plan))
    voices = voices_line(standing.plan)
    if voices:
        say.answer((f"{'voices':<8}", DIM), voices)
    for line in judged_lines(standing.refused, standing.accepted, wishes.flags):
        say.answer(line)


def _state(standing: Standing, clip: str) -> str:
    if clip in standing.to_choose:
        return "choose"
    if clip in standing.missing:
        return "missing"
    if clip in standing.refused:
        return "refused"
    return "accepted" if clip in standing.accepted else "owned"


def _tell_film(standing: Standing) -> None:
    if standing.up_to_date:
        state = "up to date"
    elif standing.film.exists():
        state = f"older than its storyboard; {standing.lack}"
    else:
        state = f"not made yet; {standing.lack}"
    say.answer((f"{'film':<8}", DIM), (say.shown(standing.film), PATH), f": {state}")
    for other in standing.others:
        many = f"{other.lacking:,}" if other.lacking else "none"
        old = f"older than its storyboard; {many} of its frames would be rendered"
        state = "up to date" if other.up_to_date else old
        say.answer((f"{other.aspect!s:<8}", DIM), (say.shown(other.film), PATH), f": {state}")


def _tell_purchases(purchases: tuple[Purchase, ...]) -> None:
    """Say what is being bought for this board, and what nobody knows about."""
    under_way = [row for row in purchases if row.state != "unknown"]
    if under_way:
        clips = first_of([row.clip for row in under_way])
        say.answer((f"{'buying':<8}", DIM), f"{_counted(under_way)} under way: {clips}")
    unknown = [row for row in purchases if row.state == "unknown"]
    if unknown:
        numbers = first_of([str(row.id) for row in unknown])
        were = "was" if len(unknown) == 1 else "were"
        text = f"nobody knows whether {_counted(unknown)} {were} bought ({numbers})"
        say.answer((f"{'unknown':<8}", DIM), (text, WARNING), ": `longtake reconcile`")


def _counted(rows: list[Purchase]) -> str:
    voices = sum(row.is_speech for row in rows)
    return counted_both(len(rows) - voices, voices)
