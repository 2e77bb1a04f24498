"""`longtake seams`: every seam of the film, what is to be seen at it, and what repairs made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import click
from rich.cells import cell_len
from rich.text import Text

from longtake.assemble.seams import (
    BrokenLimit,
    FilmSeams,
    SeamLook,
    SeamPlace,
    count_seams,
    look_at_seams,
    seam_places,
)
from longtake.cli import options, say
from longtake.cli.board import Misuse, find_board
from longtake.cli.say import DIM, ERROR, HINT, PATH, WARNING
from longtake.cli.seamdocument import seams_document
from longtake.cli.table import counted, first_of
from longtake.deliver.replay import write_replay
from longtake.finish import materials
from longtake.plan.job import Plan
from longtake.planning import plan_film
from longtake.project import Project
from longtake.standing import find_takes
from longtake.timeline import Seam
from longtake.units import FrameRate
from longtake.wishes import Wishes

# Wider than this the eye loses the line.
_WIDEST = 120


# What makes the takes of each kind of film.
def _makes(wishes: Wishes) -> str:
    """Name the verb that makes a film of this kind, with its options."""
    return (
        f"animatic{replace(wishes, animatic=False).flags}"
        if wishes.animatic
        else f"make{wishes.flags}"
    )


@click.command("seams")
@options.BOARD
@options.DRAFT
@options.ANIMATIC
@options.SET
@click.option(
    "--play",
    metavar="N",
    type=click.IntRange(min=1),
    help="Write a short film that plays seam N over and over, as bought beside as repaired.",
)
@options.JSON
def command(
    board: Path | None,
    draft: bool,
    animatic: bool,
    variables: dict[str, str],
    play: int | None,
    as_json: bool,
) -> int:
    """Look at every seam of the film: its verdict, and the numbers behind it.

    A number is shown as bought and as repaired, with its limit. Exits 1 where a seam is still to be seen
    after its repair, or cannot be looked at for want of a take; 0 where all are clean.
    """
    path = find_board(board)
    wishes = Wishes(animatic=animatic, draft=draft, variables=variables)
    plan, project = plan_film(path, wishes), Project.of(path, variables)
    takes = find_takes(plan, project)
    places = seam_places(plan.timeline, {**materials(plan), **takes}, plan.fit)
    if play is not None:
        return _play(play, places, plan, project.film(wishes.flavour), _makes(wishes))
    found = look_at_seams(places, project.scans)
    beside = _beside_seams(plan)
    missing = tuple(job.id for job in plan.jobs if job.id in beside and job.id not in takes)
    if as_json:
        rate = plan.timeline.rate
        say.answer_json(seams_document(found, str(path), wishes.flavour, missing, rate))
    else:
        _tell(found, missing, plan)
        if missing:
            hint = f"`longtake {_makes(wishes)}` makes what is missing"
            say.tell(("hint: ", HINT), hint)
    return 1 if missing or not all(look.clean for look in found.seams) else 0


def _play(number: int, places: tuple[SeamPlace, ...], plan: Plan, film: Path, verb: str) -> int:
    place = next((place for place in places if place.number == number), None)
    if place is None:
        most = count_seams(plan.timeline)
        if number > most:
            has = counted(most, "seam") if most else "no seam"
            raise Misuse(f"there is no seam {number}: the film has {has}")
        raise Misuse(
            f"seam {number} cannot be played: one of its clips has no take",
            hint=f"`longtake {verb}` makes it",
        )
    mark = film.stem.removeprefix("film")
    path = film.with_name(f"seam{mark}-{number}.mp4")
    write_replay(place, plan.timeline, plan.fit, path)
    say.answer((say.shown(path), PATH))
    return 0


def _beside_seams(plan: Plan) -> frozenset[str]:
    """Name the clips that stand beside a seam."""
    joined = zip(plan.timeline.clips, plan.timeline.clips[1:], plan.timeline.joins, strict=False)
    return frozenset(
        clip.id for one, other, join in joined if isinstance(join, Seam) for clip in (one, other)
    )


def _tell(found: FilmSeams, missing: tuple[str, ...], plan: Plan) -> None:
    for line in _lines(found.seams, plan.timeline.rate):
        say.answer(line)
    if found.seams:
        say.answer()
    say.answer(_summary(found.seams) if found.seams else _none(plan))
    if found.seams:
        say.tell(say.TIMES)
    if missing:
        lacking = count_seams(plan.timeline) - len(found.seams)
        say.answer(
            (f"{counted(lacking, 'seam')} cannot be looked at: ", WARNING),
            f"no take of {first_of(missing)}",
        )


def _none(plan: Plan) -> str:
    if count_seams(plan.timeline):
        return "no seam of this film was made yet"
    return "this film has no seam: no clip of it goes on where another ended"


def _lines(looks: tuple[SeamLook, ...], rate: FrameRate) -> Iterator[Text]:
    console = say.terminal(err=False)
    numbers = max((len(str(look.place.number)) for look in looks), default=0)
    names = max((cell_len(say.plain(look.place.after.clip)) for look in looks), default=0)
    words = max((len(look.verdict) for look in looks), default=0)
    for look in looks:
        place, name = look.place, say.plain(look.place.after.clip)
        head = say.assembled(
            f"{place.number:>{numbers}}  ",
            (rate.timecode(place.at), DIM),
            f"  {name}{' ' * (names - cell_len(name))}  ",
            (f"{look.verdict:<{words}}", "green" if look.clean else ERROR),
        )
        # A pipe gets one line a seam; a terminal a column that can be read.
        width = max(24, min(console.width, _WIDEST) - head.cell_len - 2)
        parts = packed(details(look), width if console.is_terminal else 0)
        for at, part in enumerate(parts):
            line = Text.assemble(head if at == 0 else " " * head.cell_len, "  ", say.plain(part))
            line.rstrip()
            yield line


def packed(words: Iterable[str], width: int) -> list[str]:
    """Put words into lines of at most so many cells, parted by commas; 0 is one line for all."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]}, {word}" if lines[-1] else word
        if lines[-1] and width and cell_len(longer) + 1 > width:
            lines[-1] += ","
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def details(look: SeamLook) -> Iterator[str]:
    """Say in a few words each what stands behind a verdict."""
    if look.mended:
        yield f"was {look.plain.judgement.verdict}"
    for each in look.broken:
        yield numbers(each)
    if look.place.trimmed:
        yield f"{counted(look.place.trimmed, 'frame')} trimmed before it"
    if look.place.dropped:
        yield f"{counted(look.place.dropped, 'frame')} left out behind it"
    if look.refused:
        yield look.refused


def numbers(each: BrokenLimit) -> str:
    """Write a number as bought and as repaired, with the limit that one of them breaks."""
    plain, repaired = (_number(value) for value in (each.plain, each.repaired))
    both = plain if plain == repaired else f"{plain} -> {repaired}"
    return (
        f"{each.field} {both} (limit {_number(each.limit)}{'' if each.counts else ', told only'})"
    )


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.0f}" if value == int(value) and abs(value) < 1000 else f"{value:.2f}"


def _summary(looks: tuple[SeamLook, ...]) -> Text:
    clean = [look for look in looks if look.clean]
    mended = sum(look.mended for look in looks)
    bad = Counter(look.verdict for look in looks if not look.clean)
    parts = [f"{len(clean):,} clean" + (f" ({mended:,} by repair)" if mended else "")]
    parts += [f"{count:,} {verdict}" for verdict, count in bad.most_common()]
    for word, count in (
        ("trimmed", sum(look.place.trimmed for look in looks)),
        ("left out", sum(look.place.dropped for look in looks)),
    ):
        if count:
            parts.append(f"{counted(count, 'frame')} {word}")
    style = "green" if not bad else WARNING
    return say.assembled((counted(len(looks), "seam"), style), f": {', '.join(parts)}")
