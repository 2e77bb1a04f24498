"""What a run tells while it goes on; who listens decides how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

# Who only tells of a fault needs nothing of what makes clips and films: it would take longer to load
# than most boards to be checked.
if TYPE_CHECKING:
    from longtake.assemble.film import Film
    from longtake.assemble.shifts import Shift
    from longtake.generate.ensure import Progress, Step
    from longtake.offering import Offer
    from longtake.plan.job import Plan


@dataclass(frozen=True)
class Planned:
    """The plan stands; nothing was made yet.

    Once voices are made, or takes chosen, it may stand `again`; `before` is then the plan that was agreed
    to, None where nothing became dearer, and `why` says what made it so.
    """

    plan: Plan
    again: bool = False
    before: Plan | None = None
    why: str = ""


@dataclass(frozen=True)
class Offered:
    """Several takes of a clip are there and none was chosen; `taken` is the one that is gone on with."""

    offer: Offer
    taken: int | None = None


@dataclass(frozen=True)
class Voiced:
    """A voice is made, or failed, or waits for a reason that the message tells."""

    voice: str
    state: str
    message: str = ""


@dataclass(frozen=True)
class Listening:
    """Calls of providers are awaited at `url`; at the end of the making, how many `calls` came."""

    url: str
    calls: int | None = None


@dataclass(frozen=True)
class Rendering:
    """So many frames of a film are rendered since the last word, of `total` of the whole film.

    `aspect` is its shape, such as "9:16", where that is not the film's own.
    """

    frames: int
    total: int
    aspect: str = ""


@dataclass(frozen=True)
class Assembled:
    """A film is there, the one in its own shape first; `film.made` is false where nothing had to be done."""

    film: Film


@dataclass(frozen=True)
class SeamsSeen:
    """The seams before bought clips were looked at; `visible` of them can be seen in the film."""

    seams: int
    visible: int


@dataclass(frozen=True)
class Delivered:
    """A finished file beside the film."""

    kind: str
    path: Path


# Steps and shifts are many and for a trace only: who shows a run to a person leaves them out.
Event: TypeAlias = (
    "Planned | Offered | Voiced | Listening | Progress | Step | Shift | Rendering | Assembled"
    " | SeamsSeen | Delivered"
)
Tell: TypeAlias = Callable[["Event"], None]


def silent(event: Event) -> None:
    """Listen to nothing."""
