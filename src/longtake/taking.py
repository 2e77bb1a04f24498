"""The first three stages for some clips alone: their takes are made or bought, and no film of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from longtake.buying import last_purchase
from longtake.events import Planned, Tell, silent
from longtake.film import generated_takes, plan_film, refuse
from longtake.generate.run import Takes
from longtake.plan.job import Plan
from longtake.plan.parts import only_clips
from longtake.project import Project
from longtake.runlog import RunName, written_down
from longtake.wishes import Wishes


def make_clips(board: Path, wishes: Wishes, tell: Tell = silent) -> Takes:
    """Make the clips of `wishes.only`, and what they hang on; safe to stop and call again.

    What went wrong with a clip, and what is to be chosen from, is in the result. Raises a LongtakeError
    before anything is made where it cannot be, or not for that money.
    """
    plan = plan_film(board, wishes)
    return take_clips(
        only_clips(plan, wishes.only), Project.of(board, wishes.variables), wishes, tell
    )


def take_clips(plan: Plan, project: Project, wishes: Wishes, tell: Tell = silent) -> Takes:
    """Make what a plan of some clips lacks; as `make_clips`."""
    refuse(plan, project, wishes)
    tell(Planned(plan))
    log = RunName.of(project, wishes.flavour)
    with project.hold(), written_down(log, plan, tell) as tell:
        return generated_takes(
            plan, project, replace(wishes, since=last_purchase(wishes.holdings)), tell
        )
