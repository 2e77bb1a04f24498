"""Verbs on several boards: one after another, and the error of one stops none of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from longtake.cli import say
from longtake.errors import LongtakeError


@dataclass
class Ends:
    """How it ended on each board; the worst exit code is the highest one."""

    as_json: bool = False
    codes: dict[Path, int] = field(default_factory=dict)

    @property
    def worst(self) -> int:
        return max(self.codes.values(), default=0)

    def of(self, board: Path, act: Callable[[], None]) -> None:
        """Act on a board and note how that ended; what was raised on purpose is said."""
        self.codes[board] = 0
        try:
            act()
        except LongtakeError as error:
            self.codes[board] = say.failed(error, as_json=self.as_json, board=str(board))
        except BrokenPipeError:
            raise
        except OSError as error:
            self.codes[board] = say.refused(error, as_json=self.as_json, board=str(board))


def for_each(boards: Sequence[Path], act: Callable[[Path], None], *, as_json: bool) -> int:
    """Act on each board in turn and give the worst exit code; the error of a lone one is raised."""
    if len(boards) == 1:
        act(boards[0])
        return 0
    ends = Ends(as_json)
    for board in boards:
        ends.of(board, lambda board=board: act(board))  # type: ignore[misc]
    return ends.worst
