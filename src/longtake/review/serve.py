"""Serving the review page of a board on 127.0.0.1, for as long as it is wanted.

Built on starlette and uvicorn, which are not part of every installation: see `longtake.extras`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from longtake.review.app import Pages
from longtake.review.desk import Crashed, Desk, unheard
from longtake.review.gate import Gate
from longtake.review.journal import Journal
from longtake.review.screening import Screening
from longtake.review.watch import Watch
from longtake.serving import Server, listening
from longtake.wishes import Wishes

_HOST = "127.0.0.1"


class Review:
    """The page of one board; `port` 0 is any free one. Raises LongtakeError for one that is taken.

    `crashed` hears of bugs of ours.
    """

    def __init__(
        self, board: Path, wishes: Wishes, port: int = 0, crashed: Crashed = unheard
    ) -> None:
        self._sockets = [
            listening(_HOST, port, "another one with `--port`, or none for any free one")
        ]
        self.port: int = self._sockets[0].getsockname()[1]
        self.journal = Journal()
        self.watch = Watch(board, wishes, self.journal)
        self.screening = Screening(self.watch, self.journal)
        desk = Desk(board, wishes, self.journal, crashed)
        self.pages = Pages(self.screening, desk, crashed)
        self._gate = Gate(self.pages.app(), self.port)
        self._server = Server(self._gate, http="h11", ws="none", timeout_keep_alive=30)

    @property
    def address(self) -> str:
        """What the author opens; whoever has it can spend the author's money."""
        return f"http://{_HOST}:{self.port}/?key={self._gate.key}"

    def __enter__(self) -> Self:
        self._begin()
        self._server.start(self._sockets, "review")
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.stop(self._sockets)
        self._end()

    def cut(self) -> None:
        """Break off every line to a browser; each comes back and catches up."""
        self._server.cut()

    def serve(self) -> None:
        """Answer in this thread, the main one, until interrupted."""
        self._begin()
        try:
            self._server.serve_here(self._sockets)
        finally:
            self._server.stop(self._sockets)
            self._end()

    def _begin(self) -> None:
        self.watch.start()
        self.screening.book.start()

    def _end(self) -> None:
        self.screening.book.stop()
        self.watch.stop()
