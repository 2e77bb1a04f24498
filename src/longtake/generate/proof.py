"""Proof that a request without an answer was taken: the one task that begins on the frame it sent.

Only where a provider lists its tasks, and only for a clip that was given a first frame: words alone
fit too many tasks.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from longtake.errors import LongtakeError
from longtake.generate.clip import Desk, Wanted, wait_for
from longtake.generate.handoff import RESPECTED
from longtake.generate.provider import ListedTask, Request, TaskState
from longtake.media.color import Plane
from longtake.media.frames import last_frame
from longtake.media.likeness import likeness
from longtake.media.stills import open_still
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase
from longtake.vault.store import Vault

# Two clocks may differ, and a request may be carried out long after its connection broke.
_BEFORE_S, _AFTER_S = 120.0, 600.0


async def proved_task(
    wanted: Wanted, request: Request, purchase: Purchase, desk: Desk, ledger: Ledger
) -> str | None:
    """Name the task that an unanswered request became: "" without proof, None where none can be had.

    Proof is exactly one task of the provider's list that nobody owns, of this model, length and time,
    whose clip begins on the frame that was sent, while no other open request sent one like it.
    """
    if request.first is None or purchase.account != desk.provider.account:
        return None
    try:
        since = purchase.began - _BEFORE_S
        listed = await asyncio.to_thread(desk.provider.tasks_since, request.model, since)
        if listed is None:
            return None
        # Only now: whoever sends while the list is read may be whose task it shows.
        if await asyncio.to_thread(_has_rivals, purchase, request.first, desk.vault, ledger):
            return ""
        fitting = _fitting(listed, purchase, ledger)
        matching = [
            task.id for task in fitting if await _begins_on(task, wanted, request.first, desk)
        ]
    except LongtakeError:
        # A list that cannot be read, or a clip that cannot be seen, proves nothing either way.
        return ""
    return matching[0] if len(matching) == 1 else ""


def _has_rivals(purchase: Purchase, first: Path, vault: Vault, ledger: Ledger) -> bool:
    """Tell whether a clip that begins alike may be that of another request without a task.

    Where that one's own first frame cannot be looked at, it may.
    """

    def kind(row: Purchase) -> tuple[object, ...]:
        return row.provider, row.account, row.model, row.seconds

    for row in ledger.unfinished():
        if row.id == purchase.id or row.task or kind(row) != kind(purchase):
            continue
        sent = vault.sent(str(row.asked.get("first")))
        if sent is None or _alike(open_still(sent), first):
            return True
    return False


def _fitting(
    listed: tuple[ListedTask, ...], purchase: Purchase, ledger: Ledger
) -> list[ListedTask]:
    owned = ledger.owned_tasks(purchase.provider, [task.id for task in listed])
    last = (purchase.answered or purchase.began) + _AFTER_S
    return [
        task
        for task in listed
        if task.seconds == purchase.seconds
        and task.created_s <= last
        and task.state is not TaskState.FAILED
        and task.id not in owned
    ]


async def _begins_on(task: ListedTask, wanted: Wanted, first: Path, desk: Desk) -> bool:
    """Fetch a task's clip, which costs nothing, and compare its first frame with the one sent."""
    await wait_for(wanted, task.id, desk)
    part = desk.vault.scratch(f"proof-{task.id}")
    try:
        await asyncio.to_thread(desk.provider.fetch, task.id, part)
        # The whole clip is decoded, so that a damaged one proves nothing: no work for the event loop.
        begun = await asyncio.to_thread(last_frame, part, 0)
        return await asyncio.to_thread(_alike, begun.rgb, first)
    finally:
        part.unlink(missing_ok=True)


def _alike(picture: Plane, sent: Path) -> bool:
    return likeness(picture, open_still(sent)) >= RESPECTED
