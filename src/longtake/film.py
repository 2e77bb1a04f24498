"""make_film(): a storyboard becomes a film, stage by stage. Read this file first.

    file --load--> storyboard --compile--> plan --generate--> takes --assemble--> film --deliver--> files

Each stage hands the next one a frozen value. Everything is decided before anything is spent, and each
stage first looks at what exists: to call make_film again is always safe, and cheap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.ahead import nobody, rendered_ahead
from longtake.assemble.film import Film, Workshop
from longtake.assemble.ingest import ComingFilm
from longtake.buying import (
    Counter,
    last_purchase,
    open_receiver,
    open_shops,
    refuse_what_cannot_be_made,
)
from longtake.events import (
    Listening,
    Offered,
    Planned,
    Tell,
    silent,
)
from longtake.finish import LastStages, materials
from longtake.generate.ensure import Shop
from longtake.generate.providers.animatic import DRAWING, Animatic
from longtake.generate.run import Landed, Takes, generate_takes
from longtake.history import film_of, save_history
from longtake.offering import Offer, best_chosen, choice_needed, offers_of
from longtake.plan.job import Plan
from longtake.plan.quote import has_grown
from longtake.planning import compile_board, drawn_takes, load_board
from longtake.project import Project
from longtake.runlog import RunName, written_down
from longtake.storyboard.choices import Choices, read_choices, save_choices
from longtake.storyboard.model import Storyboard
from longtake.storyboard.schema import keep_schema
from longtake.vault.take import Take
from longtake.voicing import Unsaid, make_voices, refuse_missing_speakers
from longtake.wishes import Wishes

# Why a film is planned again once its narration was said.
LONGER_VOICES = "the voices are longer than was estimated"


def make_film(path: Path | str, wishes: Wishes | None = None, tell: Tell = silent) -> Film:
    """All five stages in order; safe to stop and call again.

    `tell` hears what happens as it does. Raises a LongtakeError; its `exit_code` is what the command
    line exits with. Takes that were made before an error are kept.
    """
    with begun(path, wishes or Wishes(), tell) as making:
        plan, project, wishes, tell = making.plan, making.project, making.wishes, making.tell
        workshop = Workshop(project.work, wishes.quality, plan.fit, wishes.workers, wishes.copies)
        given = materials(plan)
        coming = ComingFilm(plan.timeline, given, workshop, plan.cues)
        with rendered_ahead(plan, coming, wishes, tell) as ahead:
            plan, takes = _chosen_takes(making, ahead.land)
        last = LastStages(plan, {**given, **takes}, project, workshop, wishes.flavour, tell)
        film = last.film(ahead=ahead.frames)
        for aspect in wishes.aspects:
            last.film(aspect)
    return film


@dataclass(frozen=True)
class Making:
    """A film whose plan stands and is agreed to, its voices made: what the next stages are given."""

    plan: Plan
    storyboard: Storyboard
    project: Project
    wishes: Wishes
    tell: Tell


@contextmanager
def begun(
    path: Path | str, wishes: Wishes, tell: Tell, *, agreed: bool = False
) -> Iterator[Making]:
    """Go through all that comes before the takes of a film, and hold its project while they are made.

    `agreed` says that its plan was agreed to before: nobody is asked again.
    """
    project = Project.of(Path(path), wishes.variables)
    storyboard = load_board(project.board, wishes)
    plan = compile_board(storyboard, wishes)
    refuse(plan, project, wishes)
    tell(Planned(plan, again=agreed))
    log = RunName.of(project, wishes.flavour)
    with project.hold(), written_down(log, plan, tell) as tell:
        keep_schema(project.work)
        if wishes.since is None:
            wishes = replace(wishes, since=last_purchase(wishes.holdings))
        unsaid = Unsaid(tell)
        if make_voices(plan, project, wishes.purse, wishes.holdings, unsaid, drawn=wishes.animatic):
            plan = _voiced(plan, storyboard, project, wishes, tell)
        warnings = (*plan.warnings, *storyboard.heard(unsaid.warnings(storyboard)))
        yield Making(replace(plan, warnings=warnings), storyboard, project, wishes, tell)


def refuse(plan: Plan, project: Project, wishes: Wishes) -> None:
    """Stop before anything is spent on what cannot be made, or not for that money."""
    refuse_what_cannot_be_made(plan, project, wishes.purse, keys=not wishes.there)
    if not wishes.animatic:
        refuse_missing_speakers(plan, project)


def _voiced(
    before: Plan, storyboard: Storyboard, project: Project, wishes: Wishes, tell: Tell
) -> Plan:
    """Plan again with the real lengths of voices; what became dearer is agreed to again, or not bought."""
    plan = compile_board(storyboard, wishes)
    refuse(plan, project, wishes)
    tell_again(before, plan, LONGER_VOICES, tell)
    return plan


def tell_again(before: Plan, after: Plan, why: str, tell: Tell) -> None:
    """Tell of a plan that took the place of another; what became dearer may be stopped by an error."""
    dearer = before if has_grown(before, after) else None
    tell(Planned(after, again=True, before=dearer, why=why))


def _chosen_takes(making: Making, landed: Landed) -> tuple[Plan, Mapping[str, Take]]:
    """Make takes until none is left to be chosen: by rank where that is wished, else the author is asked."""
    while True:
        takes = generated_takes(making.plan, making.project, making.wishes, making.tell, landed)
        after = with_choices(making, takes)
        if after is None:
            return making.plan, takes.by_clip
        making = replace(making, plan=after)


def with_choices(making: Making, takes: Takes) -> Plan | None:
    """Choose among takes where that is wished; gives the plan that follows, None where nothing was open.

    Raises what went wrong with a clip, and ChoiceNeeded where the author is to choose.
    """
    plan, wishes, tell = making.plan, making.wishes, making.tell
    offers = offers_of(plan, making.project, takes.offered, takes.by_clip, wishes)
    going_on = wishes.take_best and not takes.errors
    for offer in offers:
        tell(Offered(offer, offer.best.number if going_on else None))
    raise_first_error(takes)
    if not offers:
        return None
    if not wishes.take_best:
        raise choice_needed(offers)
    return _with_best(offers, plan, making.storyboard, wishes, tell)


def _with_best(
    offers: tuple[Offer, ...], plan: Plan, storyboard: Storyboard, wishes: Wishes, tell: Tell
) -> Plan:
    """Choose the proposed takes and plan again; what that makes dearer is agreed to before it is written."""

    def with_best(choices: Choices) -> Choices:
        draft, version = wishes.draft, wishes.version
        known = choices.followed(plan.moved_choices, draft=draft, version=version)
        return best_chosen(known, plan, offers, draft=draft, version=version)

    board = storyboard.path
    choices = read_choices(board)
    before = compile_board(storyboard, wishes, choices)
    after = compile_board(storyboard, wishes, with_best(choices))
    tell_again(before, after, "clips that are there begin on other takes", tell)
    with Project(board).choosing():
        save_choices(board, with_best(read_choices(board)), after.by_id)
    return after


def make_takes(
    plan: Plan, project: Project, wishes: Wishes, tell: Tell, landed: Landed = nobody
) -> Mapping[str, Take]:
    """The third stage: make or buy what is missing, keep what is there; `landed` sees each at once.

    Errors come after all that could be made.
    """
    takes = generated_takes(plan, project, wishes, tell, landed)
    raise_first_error(takes)
    return takes.by_clip


def generated_takes(
    plan: Plan, project: Project, wishes: Wishes, tell: Tell, landed: Landed = nobody
) -> Takes:
    """Make or buy what is missing; what went wrong, and what is to be chosen from, is in the result."""
    holdings = wishes.holdings
    drawing = Shop(Animatic(project.work / "drawings"), drawn_takes(project, holdings))
    drawing.vault.open()
    options = {"labels": wishes.labels, "drawing": DRAWING}
    try:
        with (
            open_receiver(plan, wishes.webhook) as (bell, invite),
            # A film that is drawn asks no ledger, and no provider about what is still to come from it.
            nullcontext(Counter({}))
            if wishes.animatic
            else open_shops(plan, project, wishes.purse, holdings, invite) as counter,
        ):
            called = wishes.webhook if plan.to_buy else None
            if bell and called:
                tell(Listening(called.url))
            takes = generate_takes(
                plan,
                {drawing.provider.name: drawing, **counter.shops},
                listen=tell,
                steps=tell,
                landed=landed,
                options=options,
                accepted=wishes.accepted,
                left_over=counter.left_over,
                bell=bell,
            )
            if bell and called:
                tell(Listening(called.url, bell.rings))
    finally:
        drawing.provider.close()
    keys = {clip: take.key for clip, take in takes.by_clip.items()}
    save_history(project.work, film_of(project, wishes.flavour), plan, keys)
    return takes


def raise_first_error(takes: Takes) -> None:
    """Raise what went wrong first, where anything did."""
    for error in takes.errors.values():
        raise error
