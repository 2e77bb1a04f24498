"""Who draws what: each kind of overlay and its drawer, ours and those of plug-ins.

A plug-in is a package with an entry point in the group `longtake.titles`: its name is the kind, its
value a `Drawer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeVar

import numpy as np

from longtake.errors import LongtakeError, MediaError
from longtake.media.captiondraw import draw_caption
from longtake.media.logo import draw_logo
from longtake.media.lowerthird import draw_lower_third
from longtake.media.overlay import Drawer, Drawing, Picture, Window
from longtake.media.progress import draw_progress
from longtake.media.titlecard import draw_ground, draw_title_card

Asked = TypeVar("Asked")
Told = TypeVar("Told")

GROUP = "longtake.titles"
_OURS: Mapping[str, Drawer] = {
    "caption": Drawer(draw_caption),
    "logo": Drawer(draw_logo),
    "progress": Drawer(draw_progress),
    "lower_third": Drawer(draw_lower_third, "2"),
    "title_card": Drawer(draw_title_card),
    "ground": Drawer(draw_ground),
}


@cache
def drawer_of(kind: str) -> Drawer:
    """Give the drawer of a kind of overlay.

    Raises MediaError where there is none of that name, or its plug-in is broken. The version of a
    plug-in's drawer is told together with that of its package.
    """
    if kind in _OURS:
        return _OURS[kind]
    entry = next(iter(entry_points(group=GROUP, name=kind)), None)
    if entry is None:
        raise MediaError(f'nobody draws titles of the kind "{kind}"')
    try:
        drawer = entry.load()
    except LongtakeError:
        raise
    except Exception as exc:  # a plug-in may fail in any way
        raise _broken(kind, entry.value, type(exc).__name__) from exc
    if not isinstance(drawer, Drawer):
        raise _broken(kind, entry.value, "it is no Drawer")
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    return Drawer(_Guarded(kind, entry.value, drawer).draw, f"{package} {drawer.version}")


@dataclass(frozen=True)
class _Guarded:
    """The drawer of a plug-in: however it fails, it is an error that names where it came from."""

    kind: str
    value: str
    drawer: Drawer

    def draw(self, window: Window) -> Drawing:
        drawing = self._tried(self.drawer.draw, window)
        return lambda index: self._checked(self._tried(drawing, index))

    def _tried(self, work: Callable[[Asked], Told], asked: Asked) -> Told:
        try:
            return work(asked)
        except LongtakeError:
            raise
        except Exception as exc:  # a plug-in may fail in any way
            raise _broken(self.kind, self.value, f"{type(exc).__name__}: {exc}") from exc

    def _checked(self, picture: object) -> Picture | None:
        if picture is None:
            return None
        if isinstance(picture, Picture):
            rgba: Any = picture.rgba
            if isinstance(rgba, np.ndarray) and rgba.dtype == np.uint8 and rgba.shape[2:] == (4,):
                return picture
        raise _broken(self.kind, self.value, "what it gives is no Picture of 8-bit RGBA")


def plugged_kinds() -> tuple[str, ...]:
    """Name the kinds of titles that plug-ins bring."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)} - set(_OURS)))


def _broken(kind: str, value: str, why: str) -> MediaError:
    return MediaError(
        f"the title preset {kind} cannot be drawn: {why}",
        hint=f"it comes with {value.partition(':')[0]}; update or remove that package",
    )
