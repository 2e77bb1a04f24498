"""Turn a storyboard into one long film.

    from longtake import Wishes, make_film
    film = make_film("board.yaml", Wishes(animatic=True))

Names are loaded when they are first used, so that `longtake --help` need not wait for decoders.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longtake.assemble.film import Film, Workshop, assemble_film
    from longtake.assemble.pieces import Span
    from longtake.cues import CueSheet
    from longtake.deliver.folder import Deliverable, deliver_film
    from longtake.errors import LongtakeError
    from longtake.film import make_film
    from longtake.generate.catalogue import load_offers
    from longtake.generate.provider import Provider
    from longtake.generate.run import generate_takes
    from longtake.plan.compile import compile_plan
    from longtake.plan.job import ClipJob, Handoff, Plan, Quote
    from longtake.plan.offer import Offer
    from longtake.storyboard.load import load_storyboard
    from longtake.storyboard.model import Scene, Shot, Storyboard
    from longtake.survey import survey_files
    from longtake.timeline import Cut, Seam, Timeline, Transition
    from longtake.vault.store import Vault
    from longtake.vault.take import Take
    from longtake.wishes import Wishes

__version__ = "0.1.0"

__all__ = [
    "ClipJob",
    "CueSheet",
    "Cut",
    "Deliverable",
    "Film",
    "Handoff",
    "LongtakeError",
    "Offer",
    "Plan",
    "Provider",
    "Quote",
    "Scene",
    "Seam",
    "Shot",
    "Span",
    "Storyboard",
    "Take",
    "Timeline",
    "Transition",
    "Vault",
    "Wishes",
    "Workshop",
    "assemble_film",
    "compile_plan",
    "deliver_film",
    "generate_takes",
    "load_offers",
    "load_storyboard",
    "make_film",
    "survey_files",
]

_HOMES = {
    "assemble.film": ("Film", "Workshop", "assemble_film"),
    "assemble.pieces": ("Span",),
    "cues": ("CueSheet",),
    "deliver.folder": ("Deliverable", "deliver_film"),
    "errors": ("LongtakeError",),
    "film": ("make_film",),
    "generate.catalogue": ("load_offers",),
    "generate.provider": ("Provider",),
    "generate.run": ("generate_takes",),
    "plan.compile": ("compile_plan",),
    "plan.job": ("ClipJob", "Handoff", "Plan", "Quote"),
    "plan.offer": ("Offer",),
    "storyboard.load": ("load_storyboard",),
    "storyboard.model": ("Scene", "Shot", "Storyboard"),
    "survey": ("survey_files",),
    "timeline": ("Cut", "Seam", "Timeline", "Transition"),
    "vault.store": ("Vault",),
    "vault.take": ("Take",),
    "wishes": ("Wishes",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"longtake.{module}"), name)
    raise AttributeError(f"module 'longtake' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
