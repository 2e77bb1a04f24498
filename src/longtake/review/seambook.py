"""What is to be seen at each seam: measured in a thread of its own, one after another, when asked for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from pathlib import Path

from longtake.assemble.seams import SeamPlace, look_at_seams
from longtake.deliver.seamcards import SeamWords, seam_words
from longtake.review.journal import Journal

_UNREADABLE = "cannot be looked at"


class SeamBook:
    """Remembers what was seen; writes into the journal when something new is known."""

    def __init__(self, scans: Path, journal: Journal) -> None:
        self._scans = scans
        self._journal = journal
        self._known: dict[str, SeamWords] = {}
        self._asked: set[str] = set()
        self._orders: queue.SimpleQueue[SeamPlace | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="seams", daemon=True)

    def start(self) -> None:
        """Begin to look at what is asked for."""
        self._thread.start()

    def stop(self) -> None:
        """Look at nothing more."""
        self._orders.put(None)

    def find(self, key: str) -> SeamWords | None:
        """Give what was seen at the seam of that key; None where it is still to be looked at."""
        return self._known.get(key)

    def ask(self, places: Iterable[SeamPlace]) -> None:
        """Have seams looked at that never were."""
        for place in places:
            if place.key not in self._asked:
                self._asked.add(place.key)
                self._orders.put(place)

    def _work(self) -> None:
        while (place := self._orders.get()) is not None:
            self._known[place.key] = self._looked(place)
            if self._orders.empty():
                self._journal.add("seen")

    def _looked(self, place: SeamPlace) -> SeamWords:
        try:
            (look,) = look_at_seams((place,), self._scans).seams
        except Exception as error:  # noqa: BLE001 - one odd take must not end the looking at others
            return SeamWords(_UNREADABLE, "", False, (), (), (), (str(error),))
        return seam_words(look)
