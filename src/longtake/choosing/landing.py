"""Land on a clip that is there already: the frame to end on, and the judgement over what came of it.

new take  ... x x x |          must end as the old one did:
next clip           | y y y    it was bought on that frame, and stays
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.assemble.seams import SeamPlace, look_at_seams, take_ends
from longtake.buying import bought_takes
from longtake.choosing.followers import bound_to_start, owned_followers
from longtake.choosing.keeping import Consequence, change, kept_choice
from longtake.errors import LandingRefused
from longtake.generate.handoff import Handoffs
from longtake.offering import short_name
from longtake.plan.job import ClipJob, Plan
from longtake.project import Project
from longtake.seam.verdict import Finding
from longtake.standing import find_takes
from longtake.storyboard.choices import WRITTEN, Choices, ClipChoice
from longtake.vault.take import Take
from longtake.wishes import Wishes

# How two clips move is told, and decides nothing here: the frames are what was asked for.
_TOLD_ONLY = frozenset({"turn", "leap", "pace", "jump", "freeze_frames"})


@dataclass(frozen=True)
class Landing:
    """A take that ends where the next clip begins: it is kept, and the clips `on` stay as they are.

    `said` tells what was measured.
    """

    clip: str
    number: int
    on: tuple[str, ...]
    said: str


def landing_frame(film: Plan, project: Project, job: ClipJob) -> str:
    """Give the frame that the first clip behind another one was bought on, by the hash of its bytes."""
    return _sent(film, owned_followers(film, job)[0], find_takes(film, project))


def settle(
    board: Path,
    wishes: Wishes,
    film: Plan,
    job: ClipJob,
    takes: Iterable[Take],
    tail: Consequence,
) -> Landing:
    """Keep the first of some takes that lands, and let the clips behind it stay.

    Raises LandingRefused where none does: nothing is chosen then.
    """
    project, whys = Project(board), []
    kept = find_takes(film, project)
    for take in sorted(takes, key=lambda take: take.number):
        on, why = _judged(film, project, job, take, kept)
        if on and not why:
            return _keep(board, wishes, film, job, take, on)
        whys.append(f"take {take.number}: {'; '.join(why) or 'nothing begins where it ends'}")
    raise LandingRefused(
        f'"{job.id}" does not end where the next clip begins: {"; ".join(whys)}',
        hint="it is in the vault and not chosen; all the same "
        f"`longtake keep{wishes.flags} {short_name(film, job)} TAKE` keeps it: {tail.said}",
    )


def _judged(
    film: Plan, project: Project, job: ClipJob, take: Take, kept: Mapping[str, Take]
) -> tuple[tuple[ClipJob, ...], list[str]]:
    """List the clips that were bought on the frame a take was to end on, and what is amiss with its end."""
    on = tuple(f for f in owned_followers(film, job) if _sent(film, f, kept) == take.lands)
    pairs = (((job.id, take), (follower.id, kept[follower.id])) for follower in on)
    return on, [finding.words for pair in pairs for finding in _amiss(project, *pair)]


def _keep(
    board: Path, wishes: Wishes, film: Plan, job: ClipJob, take: Take, on: tuple[ClipJob, ...]
) -> Landing:
    change(board, lambda choices: _landed(choices, job, take, on, wishes), film, wishes)
    names = tuple(follower.id for follower in on)
    stay = "it stays" if len(names) == 1 else "they stay"
    said = f"take {take.number} ends where {', '.join(names)} begins: {stay} as bought"
    ends = bound_to_start(film, job)
    said += f"; {', '.join(ends)}, made to end on its start, is to be made again" if ends else ""
    return Landing(job.id, take.number, names, said)


def _sent(film: Plan, follower: ClipJob, kept: Mapping[str, Take]) -> str:
    """Give the frame a clip was bought on, by the hash of its bytes."""
    if follower.begins:
        return follower.begins
    assert follower.first is not None, "what follows a clip begins on its end"
    handoffs = Handoffs.of(film, bought_takes())
    return handoffs.frame(follower.first, follower.canvas, kept).sha256


def _amiss(project: Project, before: tuple[str, Take], after: tuple[str, Take]) -> list[Finding]:
    """Find in which ways the end of a take is not the picture that the next clip begins with."""
    place = SeamPlace(1, take_ends(*before), take_ends(*after), 0, 0, 0)
    (look,) = look_at_seams((place,), project.scans).seams
    found = look.repaired.judgement.findings
    return [each for each in found if each.counts and each.field not in _TOLD_ONLY]


def _landed(
    choices: Choices, job: ClipJob, take: Take, on: tuple[ClipJob, ...], wishes: Wishes
) -> Choices:
    old = choices.of(draft=wishes.draft, version=wishes.version)
    said: dict[str, ClipChoice | None] = {job.id: kept_choice(old.get(job.id), job, take)}
    for follower in on:
        before = old.get(follower.id) or ClipChoice()
        stays = {"stays": follower.recipe[:WRITTEN], "begins": take.lands}
        said[follower.id] = before.model_copy(update=stays)
    return choices.with_clips(said, draft=wishes.draft, version=wishes.version)
