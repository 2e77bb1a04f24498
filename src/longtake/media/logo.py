"""The author's logo in a corner of the film: as large as it may be without being looked at."""

from __future__ import annotations

import numpy as np
from PIL import Image

from longtake.errors import MediaError
from longtake.media.overlay import Drawing, Picture, Window
from longtake.media.stills import open_transparent

# A logo's height and greatest width, and its distance from the edges, in parts of the short side.
_HEIGHT = 0.07
_WIDEST = 0.32
_MARGIN = 0.05


def draw_logo(window: Window) -> Drawing:
    """Draw the file `logo` by `corner` (such as top-right), `size` (of the usual) and `opacity`."""
    wishes, path = window.wishes, window.file("logo")
    if path is None:
        raise MediaError("a logo needs a file")
    short = min(window.size.width, window.size.height)
    share = float(wishes.get("size", 1.0)) * short
    logo = _fitted(open_transparent(path), share * _WIDEST, share * _HEIGHT)
    margin = round(short * _MARGIN)
    down, _, across = str(wishes.get("corner", "top-right")).partition("-")
    left = margin if across == "left" else window.size.width - margin - logo.width
    top = margin if down == "top" else window.size.height - margin - logo.height
    picture = Picture(np.asarray(logo), left, top, float(wishes.get("opacity", 0.8)))
    return lambda index: picture


def _fitted(logo: Image.Image, width: float, height: float) -> Image.Image:
    """Scale a logo to fit into a box, cut to what can be seen of it first."""
    seen = logo.getchannel("A").getbbox()
    if seen is None:
        raise MediaError("the logo is transparent all over")
    logo = logo.crop(seen)
    share = min(width / logo.width, height / logo.height)
    size = max(round(logo.width * share), 1), max(round(logo.height * share), 1)
    # Colours under alpha 0 must not bleed into the edges: they are weighted by what is seen.
    return logo.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
