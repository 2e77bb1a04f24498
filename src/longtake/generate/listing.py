"""A provider's own list of tasks: where a job is found whose answer was lost."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from longtake.errors import Unreachable
from longtake.generate.complaints import Complaints
from longtake.generate.http import Wire, WireError
from longtake.generate.profile import Dialect, Listing, Profile
from longtake.generate.provider import ListedTask

_PAGES = 200


class TaskList:
    """The list of one account's tasks, whole or not at all: what it lacks would count as never made."""

    def __init__(
        self, profile: Profile, dialect: Dialect, wire: Wire, complaints: Complaints
    ) -> None:
        self._profile = profile
        self._read = dialect.read_list
        self._classify = dialect.classify
        self._wire = wire
        self._complaints = complaints

    def since(self, model: str, since_s: float) -> tuple[ListedTask, ...] | None:
        """List all tasks of a model made at or after a time, oldest first; None: no list says that.

        Times are those of the provider's clock, in whole seconds. Raises Unreachable where the list
        cannot be had whole just now.
        """
        # Tasks older than the list are missing in it, though they were made.
        if self._read is None or time.time() - since_s > self._profile.list_life_s:
            return None
        found: dict[str, ListedTask] = {}
        total = 0
        for page in range(1, _PAGES + 1):
            listing = self._page(self._read, model, page)
            if listing is None:
                return None
            before, total = len(found), listing.total
            found |= {task.id: task for task in listing.tasks}
            if len(found) >= total:
                wanted = [
                    task
                    for task in found.values()
                    if task.model == model and task.created_s >= math.floor(since_s)
                ]
                return tuple(sorted(wanted, key=lambda task: (task.created_s, task.id)))
            if len(found) == before:
                break
        raise Unreachable(
            f"{self._profile.name}: its list shows {len(found)} of {total} tasks",
            hint="the list may have changed while it was read: ask again",
        )

    def _page(self, read: Callable[[Any], Listing | None], model: str, page: int) -> Listing | None:
        """Read one page; None says that this host has no list."""
        name = self._profile.name
        path = self._profile.list_path.format(model=quote(model, safe=""), page=page)
        try:
            reply = self._wire.send("GET", path)
        except WireError as exc:
            raise Unreachable(f"{name}: {exc}") from exc
        if reply.status in (404, 405):
            # Such a host passes requests on, and this one it does not know.
            return None
        complaint = self._classify(reply)
        if complaint is not None:
            raise self._complaints.error(complaint, reply)
        listing = read(reply.said)
        if listing is None:
            raise Unreachable(f"{name}: no list of tasks in {self._complaints.head(reply)}")
        return listing
