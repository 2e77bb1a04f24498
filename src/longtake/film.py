"""make_film(): a storyboard becomes a film, stage by stage. Read this file first.

    file --load--> storyboard --compile--> plan --generate--> takes --assemble--> film --deliver--> files

Each stage hands the next one a frozen value. Everything is decided before anything is spent, and each
stage first looks at what exists: to call make_film again is always safe, and cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.assemble.film import Film, Workshop, assemble_film
from longtake.assemble.material import FileMaterial, Material, StillMaterial
from longtake.deliver.folder import deliver_film
from longtake.errors import BudgetExceeded, KeyMissing, ProviderError
from longtake.events import Assembled, Delivered, Event, Planned, Rendering, Tell, silent
from longtake.generate.catalogue import animatic_offers, load_offers
from longtake.generate.providers.animatic import DRAWING, Animatic
from longtake.generate.run import Takes, generate_takes
from longtake.history import film_name, save_history
from longtake.plan.compile import compile_plan
from longtake.plan.job import FootageClip, Plan, StillClip
from longtake.project import Project
from longtake.storyboard.load import load_storyboard
from longtake.survey import survey_files
from longtake.units import Money
from longtake.vault.store import Vault
from longtake.vault.take import Take


@dataclass(frozen=True)
class Wishes:
    """How a film is to be made: the animatic or the real thing, its quality, labels, variables.

    `labels` draws scene, prompt and timecode into animatic clips; `budget` wins over the board's;
    `workers` None means one a core.
    """

    animatic: bool = False
    quality: str = "normal"
    labels: bool = True
    budget: Money | None = None
    variables: Mapping[str, str] | None = None
    workers: int | None = None


def make_film(path: Path | str, wishes: Wishes | None = None, tell: Tell = silent) -> Film:
    """All five stages in order; safe to stop and call again.

    `tell` hears what happens as it does. Raises a LongtakeError; its `exit_code` is what the command
    line exits with. Takes that were made before an error are kept.
    """
    wishes = wishes or Wishes()
    project = Project(Path(path))
    plan = plan_film(project.board, wishes)
    tell(Planned(plan))
    refuse_what_cannot_be_made(plan)
    with project.hold():
        takes = make_takes(plan, project, wishes, tell)
        film = assemble_film(
            plan.timeline,
            {**materials(plan), **takes},
            project.film("animatic" if wishes.animatic else ""),
            workshop=Workshop(project.work, wishes.quality, plan.fit, wishes.workers),
            cues=plan.cues,
            title=plan.title,
            progress=lambda frames: tell(Rendering(frames, plan.timeline.frames)),
        )
        tell(Assembled(film))
        for deliverable in deliver_film(film, plan, project.films):
            tell(Delivered(deliverable.kind, deliverable.path))
    return film


def plan_film(path: Path, wishes: Wishes) -> Plan:
    """The first two stages: load the storyboard, look at its files, compile it. Makes nothing."""
    storyboard = load_storyboard(path, set_vars=wishes.variables)
    project = Project(storyboard.path)
    owned = drawn_takes(project).recipes()
    survey = survey_files(storyboard, owned=owned, notes=project.work / "files.json")
    offers = load_offers()
    plan = compile_plan(storyboard, animatic_offers(offers) if wishes.animatic else offers, survey)
    return replace(plan, quote=replace(plan.quote, budget=wishes.budget or plan.quote.budget))


def refuse_what_cannot_be_made(plan: Plan) -> None:
    """Stop before anything is spent: over budget, no key, or a provider this version cannot buy from."""
    if plan.quote.over_budget:
        raise BudgetExceeded(
            f"the quote is {plan.quote.total}, the budget {plan.quote.budget}",
            hint="raise `budget:`, shorten shots, or choose a cheaper model or resolution",
        )
    bought = [job for job in plan.jobs if not job.draws]
    if bought:
        raise _cannot_buy(bought[0].offer, bought[0].key_variable)


def make_takes(plan: Plan, project: Project, wishes: Wishes, tell: Tell) -> Mapping[str, Take]:
    """The third stage: make what is missing, keep what is there; errors come after all that could be made."""
    provider = Animatic()

    def listen(progress: Event) -> None:
        tell(progress)

    vault = drawn_takes(project)
    vault.open()
    try:
        options = {"labels": wishes.labels, "drawing": DRAWING}
        takes = generate_takes(
            plan, {provider.name: provider}, vault, listen=listen, options=options
        )
    finally:
        provider.close()
    keys = {clip: take.key for clip, take in takes.by_clip.items()}
    save_history(project.work, film_name(plan.board, animatic=wishes.animatic), plan, keys)
    _raise_first_error(takes)
    return takes.by_clip


def drawn_takes(project: Project) -> Vault:
    """The vault of animatic takes: they cost nothing and live with the project."""
    return Vault(project.work / "takes")


def materials(plan: Plan) -> dict[str, Material]:
    """What the film shows besides takes: stills and footage."""
    found: dict[str, Material] = {}
    for source in plan.sources:
        if isinstance(source, StillClip):
            found[source.id] = StillMaterial(source.path, source.sha256, source.camera)
        elif isinstance(source, FootageClip):
            found[source.id] = FileMaterial(source.path, source.sha256)
    return found


def _cannot_buy(offer: str, variable: str) -> ProviderError:
    way_out = "`longtake animatic` makes the whole film now, drawn and free"
    return KeyMissing(f"{offer} needs a key: {variable} is not set", hint=way_out)


def _raise_first_error(takes: Takes) -> None:
    for error in takes.errors.values():
        raise error
