"""Make a film and show how it goes: what `animatic` and `make` share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from longtake import events
from longtake.assemble.film import Film
from longtake.cli import say
from longtake.cli.events import EventLines
from longtake.cli.progress import Bars, Lines
from longtake.cli.say import DIM, PATH
from longtake.cli.trace import traced
from longtake.errors import ConfirmationNeeded
from longtake.film import make_film
from longtake.plan.job import Plan
from longtake.units import Money
from longtake.wishes import Wishes

Gate = Callable[[Plan], None]


@dataclass(frozen=True)
class Consent:
    """What the author said about money on the command line."""

    budget: Money | None = None
    yes: bool = False


def make_and_show(
    board: Path, wishes: Wishes, *, gate: Gate, as_json: bool, trace: Path | None = None
) -> None:
    """Make the film of a board; `gate` may stop the plan, by an error, before anything is made.

    `trace` is where a trace of the run is written, made or not.
    """
    with traced(trace) as tell:
        if as_json:
            with EventLines(say.answer_json) as lines:
                make_film(board, wishes, _gated(gate, lines, tell))
            return
        _make_on_terminal(board, wishes, gate, tell)


def _make_on_terminal(board: Path, wishes: Wishes, gate: Gate, also: events.Tell) -> None:
    console = say.terminal()
    display = Bars(console) if console.is_terminal else Lines(console)
    beside: list[events.Delivered] = []

    def tell(event: events.Event) -> None:
        display(event)
        if isinstance(event, events.Delivered):
            beside.append(event)

    with display:
        film = make_film(board, wishes, _gated(gate, tell, also))
    if film.made or display.anything_said:
        _say_made(film, display, beside)
    else:
        say.tell(f"nothing to do: {say.shown(film.path)} is up to date")
    say.answer((say.shown(film.path), PATH))


def confirm(plan: Plan, consent: Consent) -> None:
    """Ask before money is spent; raises ConfirmationNeeded where nobody can answer, or says no.

    A budget given on the command line is the author's word already.
    """
    owned = {clip for clip, _, has_take in plan.quote.lines if has_take}
    paid = [job for job in plan.jobs if not job.draws and job.id not in owned]
    if not paid or consent.yes or consent.budget is not None:
        return
    clips = f"{len(paid):,} clip{'s' if len(paid) > 1 else ''}"
    if plan.quote.unknown:
        clips += f" ({len(plan.quote.unknown):,} of unknown price)"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfirmationNeeded(
            f"{clips} would cost {plan.quote.total}, and nobody is here to agree",
            hint="say `--yes`, or set a limit with `--budget`; nothing was bought",
        )
    if not click.confirm(f"Buy {clips} for {plan.quote.total}?", err=True):
        raise ConfirmationNeeded(
            "not agreed: nothing was bought", hint="`longtake animatic` is free"
        )


def _gated(gate: Gate, *listeners: events.Tell) -> events.Tell:
    """Let the gate look at the plan before anybody else hears of it."""

    def hear(event: events.Event) -> None:
        if isinstance(event, events.Planned):
            gate(event.plan)
        for tell in listeners:
            tell(event)

    return hear


def _say_made(film: Film, display: Lines, beside: list[events.Delivered]) -> None:
    timeline = film.timeline
    tenths = round(timeline.rate.seconds(timeline.frames) * 10)
    length = f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
    volume = film.path.stat().st_size
    size = f"{volume / 1e6:.1f} MB" if volume >= 100_000 else f"{volume / 1e3:.0f} kB"
    say.tell(
        f"{length}, {timeline.frames:,} frames at {timeline.rate} fps, {timeline.size}, {size}; ",
        f"{film.rendered:,} of {timeline.frames:,} frames rendered, ",
        f"{display.made:,} clip{'' if display.made == 1 else 's'} made, {display.kept:,} kept",
    )
    for file in beside:
        say.tell((f"{file.kind}: ", DIM), (say.shown(file.path), PATH))
