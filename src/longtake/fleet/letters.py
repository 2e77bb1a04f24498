"""What travels between a client and the workers, as plain values that any program can read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import longtake.errors as errors
from longtake.errors import LongtakeError, PlanError
from longtake.events import Rendering, SeamsSeen
from longtake.generate.ensure import Progress
from longtake.plan.job import Plan
from longtake.reckoning import SharedBudget
from longtake.units import Aspect, FrameRate, Money, Size
from longtake.vault.take import Take
from longtake.wishes import Wishes

Letter = dict[str, Any]

_EVENTS: Mapping[str, Callable[..., Progress | Rendering | SeamsSeen]] = {
    "clip": Progress,
    "rendering": Rendering,
    "seams": SeamsSeen,
}
# Wishes that are plain values as they are.
_PLAIN = ("quality", "labels", "draft", "retakes", "agreed", "copies", "take_best", "there")


def written_event(event: Progress | Rendering | SeamsSeen) -> Letter:
    """Write down what a worker tells of a run."""
    kind = next(name for name, made in _EVENTS.items() if isinstance(event, made))  # type: ignore[arg-type]
    return {"event": kind, **asdict(event)}


def read_event(letter: Letter) -> Progress | Rendering | SeamsSeen | None:
    """Read what a worker told; None where a later version told something unknown here."""
    make = _EVENTS.get(str(letter.get("event")))
    try:
        return make(**{k: v for k, v in letter.items() if k != "event"}) if make else None
    except TypeError:
        return None


def written_error(error: LongtakeError) -> Letter:
    """Write down an error with its kind and all it knows."""
    facts = {k: v for k, v in vars(error).items() if isinstance(v, str | int | float | None)}
    message = f"{error.where}: {error.message}" if error.where else error.message
    code = error.exit_code
    return {**facts, "class": type(error).__name__, "message": message, "exit": code, "where": None}


def read_error(letter: Letter) -> LongtakeError:
    """Make an error again of what was written of it; one of an unknown kind keeps its exit code."""
    kind = getattr(errors, str(letter.get("class")), None)
    if not (isinstance(kind, type) and issubclass(kind, LongtakeError)):
        kind = LongtakeError
    # Errors of one kind are made of other things than those of another: what they know is enough.
    error = kind.__new__(kind)
    message = str(letter.get("message", ""))
    Exception.__init__(error, message)
    known = {k: v for k, v in letter.items() if k not in ("class", "exit", "exit_code")}
    error.__dict__.update({"hint": "", "where": None, **known, "message": message})
    if isinstance(error, errors.StoryboardError):
        error.faults = ()
    if error.exit_code != letter.get("exit", error.exit_code):
        error.exit_code = int(letter["exit"])
    return error


def written_wishes(wishes: Wishes) -> Letter:
    """Write down what of the wishes concerns those who make the film."""
    shared = wishes.shared
    return {name: getattr(wishes, name) for name in _PLAIN} | {
        "variables": dict(wishes.variables or {}),
        "budget": _amount(wishes.budget),
        "price": _amount(wishes.price),
        "accepted": sorted(wishes.accepted),
        "aspects": [str(aspect) for aspect in wishes.aspects],
        "since": wishes.since,
        "shared": {"limit": _amount(shared.limit), "boards": shared.boards} if shared else None,
    }


def read_wishes(letter: Letter) -> Wishes:
    """Read wishes; what is owned is for the reader to add."""
    shared = letter.get("shared")
    limit = _money(shared["limit"]) if shared else None
    return Wishes(
        **{name: letter[name] for name in _PLAIN if name in letter},
        variables=letter["variables"] or None,
        budget=_money(letter["budget"]),
        price=_money(letter["price"]),
        accepted=frozenset(letter["accepted"]),
        aspects=tuple(Aspect.parse(each) for each in letter["aspects"]),
        since=letter["since"],
        shared=SharedBudget(limit, tuple(shared["boards"])) if shared and limit else None,
    )


def written_take(take: Take) -> Letter:
    """Write down a take as a film shows it; its file is to be had by its key."""
    return asdict(take) | {
        "path": "",
        "rate": str(take.rate),
        "size": str(take.size),
        "charge": _amount(take.charge),
    }


def read_take(letter: Letter) -> Take:
    """Read a take, of which only what is known of its file is here."""
    width, _, height = letter["size"].partition("x")
    rate = FrameRate(Fraction(letter["rate"]))
    known = {"path": Path(), "rate": rate, "size": Size(int(width), int(height))}
    return Take(**{**letter, **known, "charge": _money(letter["charge"])})


def plan_digest(plan: Plan) -> str:
    """Name what a plan would make, by nothing that hangs on where its files lie."""
    made = [[source.id, source.recipe, source.frames] for source in plan.sources]
    takes = [[job.id, *job.numbers] for job in plan.jobs]
    said = [job.key for job in plan.speech]
    words = json.dumps([plan.title, made, takes, said, repr(plan.timeline)], ensure_ascii=True)
    return hashlib.sha256(words.encode()).hexdigest()


def refuse_other_plan(plan: Plan, digest: str) -> None:
    """Stop before anything is bought where a board means something else here than where it was sent."""
    if plan_digest(plan) != digest:
        raise PlanError(
            "the plan came out otherwise on a worker than where it was asked for",
            hint="the same longtake, offers, voices and LONGTAKE_SPEECH_* variables are needed on both",
        )


def _amount(money: Money | None) -> list[str] | None:
    return [str(money.amount), money.currency] if money else None


def _money(written: Any) -> Money | None:
    return Money(Decimal(written[0]), written[1]) if written else None
