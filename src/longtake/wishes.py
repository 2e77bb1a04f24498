"""How a film is to be made: what the caller may choose besides the board."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from longtake.generate.places import Webhook
from longtake.holdings import Holdings, own_holdings
from longtake.project import version_of
from longtake.reckoning import Purse, SharedBudget
from longtake.units import Aspect, Money


@dataclass(frozen=True)
class Wishes:
    """How a film is to be made: the animatic or the real thing, its quality, and what it may cost.

    `labels` draws scene, prompt and timecode into animatic clips; `draft` takes the board's draft
    model; `variables` win over the board's `vars`; `budget` wins over the board's; `retakes` allows
    attempts after a failed one; `price` is what a clip may cost where no table knows; `accepted`
    names clips that may begin on another frame than they were given; `agreed` allows purchases that
    the quote did not count; `webhook` is where providers may call when a clip is ready. `workers` None
    means one a core; `copies` lets frames that nothing is done to pass into the film as they are.
    `since` is the last purchase before the run, where that is known already; `ingest` renders while
    paid clips are waited for. `aspects` are the shapes in which the film is made besides its own.
    `take_best` goes on with the best of several takes by their rank where none was chosen. `shared` is a
    budget for several boards of one run; `common` are holdings that machines share, None stands for the
    user's own; `there` says that the film is made by other machines, with keys and hosts of their own.
    """

    animatic: bool = False
    quality: str = "normal"
    labels: bool = True
    draft: bool = False
    variables: Mapping[str, str] | None = None
    budget: Money | None = None
    retakes: int = 0
    price: Money | None = None
    accepted: frozenset[str] = frozenset()
    agreed: bool = False
    webhook: Webhook | None = None
    workers: int | None = None
    since: int | None = None
    shared: SharedBudget | None = None
    copies: bool = True
    ingest: bool = True
    aspects: tuple[Aspect, ...] = ()
    take_best: bool = False
    there: bool = False
    common: Holdings | None = field(default=None, compare=False)

    @property
    def holdings(self) -> Holdings:
        """What is owned already, and where what is bought goes: the user's own are looked up when asked."""
        return self.common or own_holdings()

    @property
    def flavour(self) -> str:
        """The kind of film that is made: animatic, draft, or nothing for the film itself."""
        return "animatic" if self.animatic else "draft" if self.draft else ""

    @property
    def flags(self) -> str:
        """What a command about this very film needs besides: ` --draft --set season=winter`, or nothing.

        Each with a space before it, quoted for a shell.
        """
        values = (f"{name}={value}" for name, value in (self.variables or {}).items())
        sets = "".join(f" --set {shlex.quote(value)}" for value in values)
        return (f" --{self.flavour}" if self.flavour else "") + sets

    @property
    def version(self) -> str:
        """The name of the version that these variables make, nothing without any."""
        return version_of(self.variables or {})

    @property
    def purse(self) -> Purse:
        """What concerns money."""
        return Purse(self.budget, self.retakes, self.price, self.agreed, self.since, self.shared)
