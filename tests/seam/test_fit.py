"""Colour maps are learnt on pairs of cells, and an object that moved is no change of light."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.media.color import Sampling, rgb_to_planes
from longtake.seam.ends import small_picture
from longtake.seam.fit import SAME, ColourMap, code_matrix, colour_cells, fit_colour, limited
from longtake.seam.lab import to_lab
from longtake.seam.register import Move
from seam_ends import place

CELLS = colour_cells(small_picture(place(), Sampling()), Sampling())
WARMER = ColourMap.of(np.array([[1.04, 0.01, 0, 2], [0, 0.99, 0.01, -1], [0, 0.01, 0.95, 1.0]]))


def noisy(cells: np.ndarray, seed: int, size: float = 0.7) -> np.ndarray:
    """Add what a codec leaves."""
    return cells + np.random.default_rng(seed).normal(0, size, cells.shape).astype(np.float32)


def unlike(found: ColourMap, truth: ColourMap) -> float:
    """Give the mean distance in codes of what two maps make of the cells."""
    return float(np.abs(found.on(CELLS) - truth.on(CELLS)).mean())


def test_a_known_change_is_found() -> None:
    """Gains, mixing and offsets are learnt through the codec's noise."""
    fit = fit_colour(noisy(CELLS, 1), noisy(WARMER.on(CELLS), 2))

    assert fit is not None
    assert unlike(fit.map, WARMER) < 0.15
    assert fit.after < 0.5 * fit.before


def test_an_object_that_moved_changes_nothing() -> None:
    """A fifth of the picture showing something else leaves the map where it was."""
    target = WARMER.on(CELLS)
    target[10:30, 10:42] = (30, 200, 60)
    fit = fit_colour(noisy(CELLS, 1), noisy(target, 2))

    assert fit is not None
    assert unlike(fit.map, WARMER) < 0.3
    assert fit.share < 0.9


def test_noise_alone_is_no_change() -> None:
    """Two codings of one picture give the identity, not a smaller contrast."""
    fit = fit_colour(noisy(CELLS, 1, 2.0), noisy(CELLS, 2, 2.0))

    assert fit is not None
    assert unlike(fit.map, SAME) < 0.12


def test_too_few_pairs() -> None:
    """Black pictures and cells beyond the edge say nothing."""
    beyond = np.full_like(CELLS, np.nan)

    assert fit_colour(np.zeros_like(CELLS), CELLS) is None
    assert fit_colour(beyond, CELLS) is None


@pytest.mark.parametrize("sampling", [Sampling(), Sampling("bt601", True)])
def test_map_in_codes(sampling: Sampling) -> None:
    """The map of Y, Cb, Cr does to codes what the map of RGB does to colours."""
    matrix, offset = WARMER.in_codes(sampling)
    codes = np.array([90.0, 120.0, 150.0], np.float32)
    to_rgb = code_matrix(sampling)
    rgb = (to_rgb @ [*codes, 1])[:3]
    mapped = (to_rgb @ [*(matrix @ codes + offset), 1])[:3]

    assert mapped == pytest.approx(WARMER.on(rgb.astype(np.float32)), abs=1e-3)


def test_cells_are_averages_of_the_picture() -> None:
    """A cell holds the mean colour of its place, and nothing where a move shows none."""
    planes = rgb_to_planes(place())
    cells = colour_cells(planes, Sampling())
    moved = colour_cells(planes, Sampling(), Move(dx=0.25))

    assert cells.shape == (45, 80, 3)
    assert cells.mean((0, 1)) == pytest.approx(place().mean((0, 1)), abs=0.3)
    assert np.isnan(moved[:, :20]).all()
    assert moved[:, 21:] == pytest.approx(cells[:, 1:60], abs=25)


def test_a_map_is_held_back() -> None:
    """A correction beyond the limit is made smaller, one within it is not."""
    strong = ColourMap.of(np.diag([1.3, 1.3, 1.3, 0])[:3])
    held = limited(strong, CELLS, 2.0)

    moved = np.linalg.norm(to_lab(held.on(CELLS)) - to_lab(CELLS), axis=-1).mean()
    assert moved == pytest.approx(2.0, abs=0.2)
    assert limited(WARMER, CELLS, 50) == WARMER


def test_maps_after_each_other() -> None:
    """One map after another does both, and half-way is half of it."""
    colour = np.array([100.0, 50.0, 200.0], np.float32)

    assert WARMER.then(WARMER).on(colour) == pytest.approx(WARMER.on(WARMER.on(colour)), abs=1e-3)
    half = SAME.towards(WARMER, 0.5).on(colour)
    assert half == pytest.approx((colour + WARMER.on(colour)) / 2, abs=1e-3)
