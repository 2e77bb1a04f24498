"""The last two stages: what the takes and all else of a plan show becomes a film, and what lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from longtake.amend.showing import showings
from longtake.assemble.film import Film, Workshop, assemble_film
from longtake.assemble.material import DrawnMaterial, FileMaterial, Material, StillMaterial
from longtake.assemble.overlays import card_drawings
from longtake.assemble.seams import FilmSeams, UnseenSeams, seam_places
from longtake.assemble.shifts import timed
from longtake.deliver.folder import deliver_film
from longtake.events import Assembled, Delivered, Rendering, SeamsSeen, Tell
from longtake.history import film_of, save_shown
from longtake.plan.aspect import with_aspect
from longtake.plan.job import DrawnClip, FootageClip, Plan, StillClip
from longtake.project import Project
from longtake.units import Aspect
from longtake.vault.take import Take


@dataclass(frozen=True)
class LastStages:
    """The last two stages, for the film itself and for those of other shapes."""

    plan: Plan
    shown: Mapping[str, Take | Material]
    project: Project
    workshop: Workshop
    flavour: str
    tell: Tell

    def film(self, aspect: Aspect | None = None, ahead: int = 0) -> Film:
        """Assemble and deliver one film, of which `ahead` frames were rendered before this."""
        plan, project, tell = self.plan, self.project, self.tell
        planned = with_aspect(plan, aspect) if aspect else plan
        film = assemble_film(
            planned.timeline,
            self.shown,
            project.film(self.flavour, aspect),
            workshop=self.workshop,
            cues=plan.cues,
            title=plan.title,
            progress=lambda frames: tell(
                Rendering(frames, plan.timeline.frames, str(aspect or ""))
            ),
            watch=tell,
        )
        film = replace(film, rendered=film.rendered + ahead)
        if aspect is None:
            save_shown(project.work, film_of(project, self.flavour), showings(plan))
        tell(Assembled(film))
        # How takes meet is looked at as they were made, whatever is cut off them here.
        seams = UnseenSeams(seam_places(plan.timeline, self.shown, plan.fit), project.scans)
        with timed(tell, "deliver"):
            deliverables = deliver_film(film, planned, project.films, seams, self._seams_of(aspect))
        for deliverable in deliverables:
            tell(Delivered(deliverable.kind, deliverable.path))
        return film

    def _seams_of(self, aspect: Aspect | None) -> Callable[[FilmSeams], None]:
        """Give who hears of the seams: they are those of the film itself, and told once."""
        if aspect:
            return lambda seen: None
        return lambda seen: _tell_seams(seen, self.plan, self.tell)


def materials(plan: Plan) -> dict[str, Material]:
    """What the film shows besides takes: stills, footage and title cards."""
    found: dict[str, Material] = {}
    for source in plan.sources:
        if isinstance(source, StillClip):
            found[source.id] = StillMaterial(
                source.path, source.sha256, source.camera, source.frames
            )
        elif isinstance(source, FootageClip):
            found[source.id] = FileMaterial(source.path, source.sha256)
        elif isinstance(source, DrawnClip):
            drawings = card_drawings(source.title, source.frames, plan.timeline.rate)
            found[source.id] = DrawnMaterial(drawings, source.frames)
    return found


def _tell_seams(found: FilmSeams, plan: Plan, tell: Tell) -> None:
    """Count the seams before bought clips; how drawn ones meet says nothing of the film to come."""
    bought = {job.id for job in plan.jobs if not job.draws}
    drawn = {job.id for job in plan.jobs if job.draws}
    looks = [
        look
        for look in found.seams
        # A bridge may land on what no model makes.
        if look.place.after.clip in bought
        or (look.place.before.clip in bought and look.place.after.clip not in drawn)
    ]
    if looks:
        tell(SeamsSeen(len(looks), sum(not look.clean for look in looks)))
