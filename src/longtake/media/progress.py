"""The line along the bottom of an explainer: how far the film has come, and where its chapters begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from longtake.media.overlay import Drawing, Picture, Window
from longtake.media.titlekit import Palette, Stage
from longtake.units import Size

_TALL = 0.0065
_TRACK_ALPHA = 0.62


def draw_progress(window: Window) -> Drawing:
    """Draw a line that grows over the window's frames; chapters begin at its frames `marks`."""
    stage, palette = Stage(window.size), Palette.of(window.wishes)
    marks = [int(mark) for mark in window.wishes.get("marks") or ()]
    width, height = window.size.width, stage.of(_TALL, 3)
    track = _track(window.size, height, palette, [mark / window.frames for mark in marks])
    done = track.copy()
    done[..., :3] = np.where(done[..., 3:] > 0, palette.accent, done[..., :3])
    done[..., 3] = np.where(done[..., 3] > 0, 255, 0)
    x = np.arange(width) + 0.5

    def drawing(index: int) -> Picture:
        # The end lies between pixels: in a long film it moves by less than one a frame.
        cover = np.clip((index + 1) / window.frames * width - x + 0.5, 0, 1)
        return Picture(_mixed(track, done, cover), 0, window.size.height - height)

    return drawing


def _track(size: Size, height: int, palette: Palette, marks: Sequence[float]) -> NDArray[np.uint8]:
    """The whole line as it is before the film begins: thin gaps stand where chapters begin."""
    # Half-way between the colours of words and ground, it is seen on bright and on dark.
    between = [
        round(0.45 * ink + 0.55 * ground)
        for ink, ground in zip(palette.text, palette.ground, strict=True)
    ]
    track = np.empty((height, size.width, 4), np.uint8)
    track[...] = (*between, round(255 * _TRACK_ALPHA))
    gap = max(height // 2, 2)
    for mark in marks:
        at = round(mark * size.width)
        if gap < at < size.width - gap:
            track[:, at - gap // 2 : at - gap // 2 + gap, 3] = 0
    return track


def _mixed(
    track: NDArray[np.uint8], done: NDArray[np.uint8], cover: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Show `done` by a cover of columns, `track` by the rest of it."""
    part = cover[None, :, None]
    strength = track[..., 3:] * (1 - part) + done[..., 3:] * part
    ink = track[..., :3] * (track[..., 3:] * (1 - part)) + done[..., :3] * (done[..., 3:] * part)
    rgb = ink / np.maximum(strength, 1)
    mixed: NDArray[np.float64] = np.rint(np.concatenate([rgb, strength], axis=2))
    return mixed.astype(np.uint8)
