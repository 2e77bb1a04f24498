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
from longtake.cli.events import EventLines, StartEvent
from longtake.cli.progress import Lines, display_on
from longtake.cli.say import DIM, PATH, WARNING
from longtake.cli.table import counted, counted_both
from longtake.cli.trace import traced
from longtake.errors import ConfirmationNeeded, Fault
from longtake.film import make_film
from longtake.plan.job import Plan
from longtake.plan.quote import clips_total
from longtake.units import Money
from longtake.wishes import Wishes

# What may stop a plan, by an error; the second plan is the one that was agreed to before, and why it is
# another one now.
Gate = Callable[[Plan, Plan | None, str], None]
# Who makes the film of a board: this machine, or a fleet.
Maker = Callable[[Path, Wishes, events.Tell], Film]


@dataclass(frozen=True)
class Consent:
    """What the author said about money on the command line."""

    budget: Money | None = None
    yes: bool = False


def make_and_show(
    board: Path,
    wishes: Wishes,
    *,
    gate: Gate,
    as_json: bool,
    trace: Path | None = None,
    make: Maker = make_film,
) -> None:
    """Make the film of a board; `gate` may stop the plan, by an error, before anything is made.

    `trace` is where a trace of the run is written, made or not.
    """
    if as_json:
        say.answer_json(StartEvent())
    with traced(trace) as also:
        show_making(board, wishes, gate, also, as_json=as_json, make=make)


def show_making(
    board: Path,
    wishes: Wishes,
    gate: Gate,
    also: events.Tell,
    *,
    as_json: bool,
    label: str = "",
    make: Maker = make_film,
) -> None:
    """Make the film of a board and show how it goes; `label` counts it among others, `also` hears too."""
    if as_json:
        lines = EventLines(say.answer_json, str(board))
        make(board, wishes, gated(gate, lines, also))
    else:
        _make_on_terminal(board, wishes, gate, also, label, make)


def _make_on_terminal(
    board: Path, wishes: Wishes, gate: Gate, also: events.Tell, label: str, make: Maker
) -> None:
    display = display_on(say.terminal(), label)
    films: list[tuple[Film, list[events.Delivered]]] = []
    seams: list[events.SeamsSeen] = []
    plans: list[Plan] = []

    def tell(event: events.Event) -> None:
        display(event)
        match event:
            case events.Planned(plan):
                plans.append(plan)
                say.warn(_new_warnings(plans))
            case events.Assembled(film):
                films.append((film, []))
            case events.Delivered():
                films[-1][1].append(event)
            case events.SeamsSeen():
                seams.append(event)

    with display:
        make(board, wishes, gated(gate, tell, also))
    for film, beside in films:
        first = film is films[0][0]
        if film.made or (first and display.anything_said):
            _say_made(film, beside, display if first else None)
        else:
            say.tell(f"nothing to do: {say.shown(film.path)} is up to date")
        say.answer((say.shown(film.path), PATH))
    _say_seams(seams, wishes.flags, f" {say.shown(board)}" if label else "")


def confirm(plan: Plan, consent: Consent, before: Plan | None = None, why: str = "") -> None:
    """Ask before money is spent; raises ConfirmationNeeded where nobody can answer, or says no.

    A budget given on the command line is the author's word already. `before` is the plan that was
    agreed to, where it has become dearer since, and `why` what made it so.
    """
    what = _to_buy(plan)
    if not what:
        return
    longer = f"{why}: " if before else ""
    was = f" (not {clips_total(before.quote)})" if before else ""
    nothing = "no clip was bought" if before else "nothing was bought"
    cost = f"{plan.quote.total}{was}"
    agree(what, cost, len(plan.quote.unknown), consent, longer=longer, nothing=nothing)


def agree(
    what: str,
    cost: str,
    unknown: int,
    consent: Consent,
    *,
    longer: str = "",
    nothing: str = "nothing was bought",
) -> None:
    """Ask whether something is to be bought for so much, unless the author has said so already.

    Raises ConfirmationNeeded where nobody can answer, or says no.
    """
    if consent.yes or consent.budget is not None:
        return
    if unknown:
        what += f" ({unknown:,} of unknown price)"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfirmationNeeded(
            f"{longer}{what} would cost {cost}, and nobody is here to agree",
            hint=f"say `--yes`, or set a limit with `--budget`; {nothing}",
        )
    question = f"{longer}Buy {what} for {cost}?"
    if not click.confirm(question[:1].upper() + question[1:], err=True):
        raise ConfirmationNeeded(f"not agreed: {nothing}", hint="`longtake animatic` is free")


def gated_by_consent(consent: Consent, tell: events.Tell) -> events.Tell:
    """Ask before a plan is bought, and again where it became dearer, before anybody else hears of it."""
    return gated(lambda plan, before, why: confirm(plan, consent, before, why), tell)


def _to_buy(plan: Plan) -> str:
    """Say what money would be spent on, "" for nothing."""
    clips = len(plan.to_buy)
    takes = sum(len(plan.quote.lacking[job.id]) for job in plan.to_buy)
    voices = sum(not (job.owned or job.free) for job in plan.speech)
    what = counted_both(clips, voices)
    return what if takes == clips else f"{counted(takes, 'take')} ({what})"


def gated(gate: Gate, *listeners: events.Tell) -> events.Tell:
    """Let the gate look at the plan before anybody else hears of it, and again where it is dearer."""

    def hear(event: events.Event) -> None:
        if isinstance(event, events.Planned) and (event.before or not event.again):
            gate(event.plan, event.before, event.why)
        for tell in listeners:
            tell(event)

    return hear


def _say_made(film: Film, beside: list[events.Delivered], display: Lines | None) -> None:
    """Say what a film is, and what became of the clips where `display` has counted them for it."""
    timeline = film.timeline
    tenths = round(timeline.rate.seconds(timeline.frames) * 10)
    length = f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
    volume = film.path.stat().st_size
    size = f"{volume / 1e6:.1f} MB" if volume >= 100_000 else f"{volume / 1e3:.0f} kB"
    clips = f", {counted(display.made, 'clip')} made, {display.kept:,} kept" if display else ""
    say.tell(
        f"{length}, {timeline.frames:,} frames at {timeline.rate} fps, {timeline.size}, {size}; ",
        f"{film.rendered:,} of {timeline.frames:,} frames rendered{clips}",
    )
    for file in beside:
        say.tell((f"{file.kind}: ", DIM), (say.shown(file.path), PATH))


def _new_warnings(plans: list[Plan]) -> tuple[Fault, ...]:
    """List what the last plan warns of and the first did not: `plan` could not have shown it."""
    known = {(fault.where, fault.code) for fault in plans[0].warnings}
    return tuple(each for each in plans[-1].warnings if (each.where, each.code) not in known)


def _say_seams(looked: list[events.SeamsSeen], flags: str, board: str) -> None:
    """Say how many seams can be seen, and what shows them; nothing where none can."""
    verb = f"longtake seams{board}{flags}"
    for seen in looked:
        if seen.visible:
            count = counted(seen.seams, "seam")
            them = "it" if seen.visible == 1 else "them"
            visible = f"{seen.visible:,} of {count} can be seen"
            say.tell((visible, WARNING), f": `{verb}` shows {them}")
