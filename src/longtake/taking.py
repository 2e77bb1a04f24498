"""The first three stages for some clips alone: their takes are made or bought, and no film of them."""

from __future__ import annotations

from dataclasses import replace

from longtake.buying import last_purchase
from longtake.events import Planned, Tell, silent
from longtake.film import generated_takes, refuse
from longtake.generate.run import Takes
from longtake.plan.job import Plan
from longtake.project import Project
from longtake.runlog import RunName, written_down
from longtake.wishes import Wishes


def take_clips(plan: Plan, project: Project, wishes: Wishes, tell: Tell = silent) -> Takes:
    """Make what a plan of some clips lacks; safe to stop and call again.

    What went wrong with a clip, and what is to be chosen from, is in the result. Raises a LongtakeError
    before anything is made where it cannot be, or not for that money.
    """
    refuse(plan, project, wishes)
    tell(Planned(plan))
    log = RunName.of(project, wishes.flavour)
    with project.hold(), written_down(log, plan, tell) as tell:
        return generated_takes(
            plan, project, replace(wishes, since=last_purchase(wishes.holdings)), tell
        )
