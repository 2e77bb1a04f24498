"""The first two stages of a film: a storyboard is loaded, its files are looked at, it becomes a plan.

They make nothing and need nothing of what makes films: `check` and `plan` are quick.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from longtake.casting import with_voices
from longtake.errors import StoryboardError
from longtake.generate.catalogue import animatic_offers, load_offers
from longtake.generate.places import has_host
from longtake.holdings import Holdings, own_holdings
from longtake.plan.aspect import with_aspect
from longtake.plan.compile import compile_plan
from longtake.plan.draft import as_draft
from longtake.plan.job import Plan
from longtake.plan.quote import with_budget, with_charges, with_price, without_paid_voices
from longtake.plan.titles import raised
from longtake.project import Project, environment
from longtake.reckoning import told_charges
from longtake.storyboard.choices import Choices, read_choices
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.model import Storyboard
from longtake.survey import survey_files
from longtake.titles import title_faults
from longtake.vault.store import Vault
from longtake.wishes import Wishes


def plan_film(
    path: Path, wishes: Wishes, choices: Choices | None = None, text: bytes | None = None
) -> Plan:
    """The first two stages: load the storyboard, look at its files, compile it. Makes nothing.

    `choices` stand in for those that are written beside the board, `text` for what the file says.
    """
    return compile_board(load_board(path, wishes, text), wishes, choices)


def load_board(path: Path, wishes: Wishes, text: bytes | None = None) -> Storyboard:
    """The first stage: read the storyboard; its faults are held until its files were looked at."""
    storyboard = load_storyboard(path, set_vars=wishes.variables, hold_faults=True, text=text)
    # Its faults come first: they may be what its draft lacks.
    return as_draft(storyboard) if wishes.draft and not storyboard.held_faults else storyboard


def compile_board(storyboard: Storyboard, wishes: Wishes, choices: Choices | None = None) -> Plan:
    """The second stage: look at the files of a storyboard and compile it, with all faults at once."""
    project, holdings = Project(storyboard.path), wishes.holdings
    owned = drawn_takes(project, holdings).recipes() | holdings.vault.recipes()
    hosted = wishes.there or has_host(environment(project.folder))
    notes = project.work / "files.json"
    survey = survey_files(storyboard, owned=owned, notes=notes, hosted=hosted)
    if storyboard.held_faults:
        raise StoryboardError(storyboard.in_file_order((*storyboard.held_faults, *survey.faults)))
    choices = read_choices(project.board) if choices is None else choices
    survey = replace(survey, choices=choices.of(draft=wishes.draft, version=wishes.version))
    survey = with_voices(survey, storyboard, project, holdings)
    offers = load_offers(holdings.catalogue / "offers")
    plan = compile_plan(storyboard, animatic_offers(offers) if wishes.animatic else offers, survey)
    faults, doubts = title_faults(
        storyboard, plan, *(with_aspect(plan, shape) for shape in wishes.aspects)
    )
    if faults:
        raise StoryboardError(storyboard.in_file_order(faults))
    shots = [note.shot for note in plan.shots]
    strangers = choices.strangers(plan.by_id, shots, draft=wishes.draft)
    # What is approved is of the film itself: its draft and its animatic own other takes.
    approved = tuple(s for s in shots if s in choices.approved and not wishes.flavour)
    heard = storyboard.heard((*doubts, *strangers))
    plan = replace(plan, warnings=(*plan.warnings, *heard), approved=approved)
    if wishes.animatic:
        plan = without_paid_voices(plan)
        plan = _above_labels(plan) if wishes.labels else plan
    plan = with_charges(with_price(plan, wishes.price), told_charges(plan, holdings))
    return with_budget(plan, wishes.budget)


def _above_labels(plan: Plan) -> Plan:
    """Lift lower thirds above the labels of drawn clips."""
    drawn = {job.id for job in plan.jobs}
    titles = (raised(cue) if drawn & set(cue.clips) else cue for cue in plan.cues.titles)
    return replace(plan, cues=replace(plan.cues, titles=tuple(titles)))


def drawn_takes(project: Project, holdings: Holdings | None = None) -> Vault:
    """The vault of animatic takes: they cost nothing and live with the project."""
    return (holdings or own_holdings()).drawn_takes(project.work)
