"""`longtake diff`: what lies between two boards, and what it costs, before anything is made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click
from rich.text import Text

from longtake import __version__
from longtake.amend.difference import Difference, difference
from longtake.cli import options, say
from longtake.cli.amended import State, amended_line, amended_lines, state_of
from longtake.cli.board import Misuse, find_board
from longtake.cli.faultobjects import FORM
from longtake.cli.say import DIM, HEADING, assembled, plain
from longtake.cli.spoken import price_words
from longtake.cli.table import named_line
from longtake.cli.tree import clock
from longtake.plan.job import Plan
from longtake.planning import plan_film
from longtake.storyboard.read import MAX_BYTES
from longtake.wishes import Wishes

STDIN = "-"


@dataclass(frozen=True, kw_only=True)
class DiffClipObject:
    """A clip of the new board: kept, rejoined, made again or never made in the old one, and why.

    `price` is what it would cost to make, null for nothing or where nobody knows; `owned` tells that
    its take is there already.
    """

    clip: str
    state: State
    why: str
    price: str | None
    owned: bool | None


@dataclass(frozen=True, kw_only=True)
class DiffDocument:
    """`longtake diff --json`: two boards, as if the film of the old one were made.

    `gone` names clips of the old one alone, `voices` what is to be said anew, `besides` what else is
    heard or read otherwise. `price` is that of the changes, without those named in `unknown`; `total`
    is all that is still to be paid for the new board. Lengths are frames.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["diff"] = "diff"
    old: str
    new: str
    clips: tuple[DiffClipObject, ...]
    gone: tuple[str, ...]
    voices: tuple[str, ...]
    besides: tuple[str, ...]
    frames_before: int
    frames: int
    price: str
    unknown: tuple[str, ...]
    total: str


@click.command("diff")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="[NEW]", required=False, type=click.Path(path_type=Path))
@options.SET
@options.ANIMATIC
@options.DRAFT
@click.option("--all", "every", is_flag=True, help="Name every clip, however many there are.")
@options.JSON
def command(
    old: Path,
    new: Path | None,
    variables: dict[str, str],
    animatic: bool,
    draft: bool,
    every: bool,
    as_json: bool,
) -> None:
    """Say what becomes of the film of OLD where it is made of NEW, and for how much. Makes nothing.

    OLD may be `-`: the board is then read from standard input as if it lay where NEW does, as in
    `git show HEAD:board.yaml | longtake diff - board.yaml`.
    """
    after = find_board(new)
    wishes = Wishes(animatic=animatic, draft=draft, variables=variables)
    found = difference(_plan_before(old, after, wishes), plan_film(after, wishes))
    if as_json:
        say.answer_json(_document(found, old, after))
        return
    say.answer(
        (plain(found.after.title), HEADING), (f"  {say.shown(old)} -> {say.shown(after)}", DIM)
    )
    say.answer()
    for line in _lines(found, after, every):
        say.answer(line)


def _plan_before(old: Path, new: Path, wishes: Wishes) -> Plan:
    if str(old) != STDIN:
        return plan_film(find_board(old), wishes)
    text = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise Misuse("standard input is larger than 8 MiB", hint="a storyboard is text")
    return plan_film(new, wishes, text=text)


def _lines(found: Difference, new: Path, every: bool) -> Iterator[Text]:
    if found.is_none:
        yield assembled("nothing changes that is seen or heard in the film")
        return
    changes = list(amended_lines(found.after, found.amendment, every=every))
    for job in found.voices:
        changes.append(assembled(f"{'new':<10}  ", plain(job.id), f"  {price_words(job)}"))
    if found.besides:
        changes.append(assembled((f"{'besides':<10}  ", DIM), ", ".join(found.besides)))
    yield from changes
    yield Text()
    yield named_line("edit", amended_line(found.after, found.amendment))
    was, now = (clock(plan, plan.timeline.frames) for plan in (found.before, found.after))
    yield named_line("film", f"{now}, was {was}" if was != now else f"{now}, as before")
    yield named_line("price", _price(found, new))


def _price(found: Difference, new: Path) -> str:
    quote = found.after.quote
    changes = (
        f"{found.price} for what changed" if found.price.amount else "nothing for what changed"
    )
    if found.unknown:
        changes += f", without {len(found.unknown):,} of unknown price"
    if quote.total == found.price:
        return changes
    return f"{changes}; {quote.total} still to pay for all of {say.shown(new)}"


def _document(found: Difference, old: Path, new: Path) -> DiffDocument:
    lines = {clip: (price, owned) for clip, price, owned in found.after.quote.lines}
    clips = []
    for said in found.amendment.verdicts:
        price, owned = lines.get(said.clip, (None, None))
        state = state_of(said)
        wanted = price is not None and not owned and state in ("again", "never")
        clips.append(
            DiffClipObject(
                clip=said.clip,
                state=state,
                why=said.why,
                price=str(price) if wanted else None,
                owned=owned,
            )
        )
    return DiffDocument(
        old=str(old),
        new=str(new),
        clips=tuple(clips),
        gone=found.amendment.gone,
        voices=tuple(job.id for job in found.voices),
        besides=found.besides,
        frames_before=found.before.timeline.frames,
        frames=found.after.timeline.frames,
        price=str(found.price),
        unknown=found.unknown,
        total=str(found.after.quote.total),
    )
