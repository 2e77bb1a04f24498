"""Parts that need packages which are not in every installation: loaded late, and missed politely."""

from __future__ import annotations

import importlib
from typing import Any

from longtake.errors import LongtakeError


def load_extra(module: str, what: str, extra: str) -> Any:
    """Import a module of ours; a LongtakeError names the command where a package of its is missing.

    `what` says in the author's words what is wanted, `extra` which installation brings it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("longtake"):
            raise
        raise LongtakeError(
            f"{what} needs the package {error.name}",
            hint=f'`pip install "longtake[{extra}]"` installs it',
        ) from error
