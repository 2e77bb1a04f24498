"""One look through a clip gives the numbers of every frame and pictures of its ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.errors import MediaError
from longtake.media.clipwriter import write_clip
from longtake.media.color import Sampling, rgb_to_planes
from longtake.seam.look import cells, grid_of, look_at, reduce_planes
from longtake.seam.scan import KEPT, Scanner, black_bars, scan_clip, scan_from_bytes
from longtake.testing.drift import Drift, Shade
from longtake.units import FrameRate, Size
from seam.takes import FRAMES, Facts, before, ground, moment, scanned, take
from synthetic import Sound, make_clip

SIZE = Size(320, 180)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real file of the moving world."""
    path = tmp_path_factory.mktemp("scan") / "clip.mp4"
    frames = (moment(k) for k in range(FRAMES))
    write_clip(frames, path, size=SIZE, rate=FrameRate.parse("24"), crf=10)
    return path


def test_every_frame_is_measured_and_both_ends_are_kept(clip: Path) -> None:
    """A file gives a row for each frame, and pictures of the first and last fourteen."""
    scan = scan_clip(clip)

    assert scan.frames == FRAMES
    assert (len(scan.head), len(scan.tail)) == (KEPT, KEPT)
    assert scan.profile.change[0] == 0
    assert scan.profile.change[1:].min() > 1
    assert np.abs(scan.tail[-1].luma - scanned([moment(FRAMES - 1)]).tail[0].luma).mean() < 1.5


def test_a_stored_scan_is_the_same_scan(clip: Path) -> None:
    """What is written and read again measures the same; a torn or foreign file is no scan."""
    scan = scan_clip(clip)
    stored = scan.to_bytes()
    read = scan_from_bytes(stored)

    assert read is not None
    assert read.rate == scan.rate
    assert np.array_equal(read.profile.gain, scan.profile.gain)
    assert np.abs(read.tail[0].luma - scan.tail[0].luma).max() <= 1 / 128
    assert scan_from_bytes(stored[:-4000]) is None
    assert scan_from_bytes(b"no scan") is None


def test_the_same_picture_as_png_and_as_frame_looks_the_same() -> None:
    """The handoff picture that was sent can be held against frames."""
    sent, shown = look_at(ground()), scanned([rgb_to_planes(ground())]).head[0]

    assert np.abs(sent.luma - shown.luma).max() < 1e-3
    assert np.abs(sent.lab - shown.lab).max() < 1e-3


def test_a_frame_between_the_ends_has_no_picture() -> None:
    """Only the ends are kept."""
    scan = take(0, frames=2 * KEPT + 3)

    assert scan.look(KEPT - 1) is scan.head[-1]
    assert scan.look(KEPT + 3) is scan.tail[0]
    with pytest.raises(IndexError):
        scan.look(KEPT + 1)


def test_a_line_moved_by_a_row_is_as_sharp() -> None:
    """An edge along a row counts alike wherever it lies, and one at the very rim not at all."""
    grain = np.random.default_rng(3).integers(98, 103, (540, 960)).astype(np.uint8)

    def sharpness(row: int) -> float:
        lined = grain.copy()
        lined[row] = 200
        grey = np.full((270, 480), 128, np.uint8)
        return reduce_planes((lined, grey, grey), Sampling()).sharpness

    inside = [sharpness(row) for row in range(200, 212)]
    assert max(inside) < 1.6 * min(inside)
    assert sharpness(538) == pytest.approx(sharpness(539), rel=0.05)


def test_blur_costs_sharpness() -> None:
    """A blurred frame measures less sharpness, and about as much light."""
    plain, soft = before().profile, before(Drift(blur=1.5)).profile

    assert soft.sharpness[5] < plain.sharpness[5] / 4
    assert soft.luma[5] == pytest.approx(plain.luma[5], abs=0.5)


def test_gain_follows_light_and_not_motion() -> None:
    """A fade shows in the gain to a hundredth; a pan over light and dark does not."""
    still = before().profile.gain
    faded = before(Drift(fade_frames=8, fade_to=0.8)).profile.gain

    assert np.abs(still).max() < 0.012
    assert faded[-8:].sum() == pytest.approx(np.log(0.8), abs=0.03)


def test_saturation_is_measured() -> None:
    """More colour measures more saturation."""
    plain, strong = before().profile, before(Drift(static=Shade(saturation=1.2))).profile

    assert strong.saturation[3] / plain.saturation[3] == pytest.approx(1.2, abs=0.02)


def test_bars_are_told_from_a_dark_picture() -> None:
    """Bars are measured as shares of the side; a night has none, nor has black."""
    barred = before(Drift(bars=0.2)).profile
    night = np.full((180, 320), 9.0, np.float32)

    assert barred.top[0] == pytest.approx(0.1, abs=0.006)
    assert barred.bottom[0] == pytest.approx(0.1, abs=0.006)
    assert black_bars(night) == (0, 0, 0, 0)
    assert black_bars(night * 0) == (0, 0, 0, 0)


def test_a_turned_clip_is_looked_at_upright() -> None:
    """Pictures and bars of a clip stored on its side are those the viewer sees."""
    lying = tuple(np.ascontiguousarray(np.rot90(p)) for p in Drift(bars=0.2).apply(moment(0), 0, 1))
    scanner = Scanner(Facts(rotation=90))
    scanner.add_planes((lying[0], lying[1], lying[2]))
    scan = scanner.scan()

    assert scan.head[0].luma.shape == (180, 320)
    assert scan.head[0].lab.shape == (9, 16, 3)
    assert scan.profile.top[0] > 0.09
    assert scan.profile.left[0] == 0


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        (Size(1920, 1080), (180, 320)),
        (Size(768, 1344), (320, 180)),
        (Size(768, 768), (240, 240)),
        (Size(64, 36), (20, 60)),
        (Size(18, 10), (10, 18)),
    ],
)
def test_the_grid_follows_the_shape(size: Size, grid: tuple[int, int]) -> None:
    """About as many cells for every shape, and never more than samples."""
    assert grid_of(size) == grid


def test_cells_are_means_of_whole_samples() -> None:
    """Even and uneven grids average the samples they stand for, white without overflow."""
    plane = np.random.default_rng(1).integers(0, 256, (180, 320)).astype(np.uint8)
    boxed = np.asarray(Image.fromarray(plane.astype(np.float32)).resize((80, 45), 4))

    assert np.abs(cells(plane, 45, 80) - boxed).max() < 1e-3
    assert cells(plane, 7, 9).mean() == pytest.approx(plane.mean(), abs=0.5)
    assert cells(np.full((160, 160), 255, np.uint8), 5, 5).max() == 255


def test_the_sound_of_both_ends_is_kept(tmp_path: Path) -> None:
    """The last samples before the picture's end are found, also where the sound outlasts it."""
    made = make_clip(tmp_path / "loud.mp4", 1, 48, sound=Sound(beeps_s=(0.1, 1.9)))
    scan = scan_clip(made.path)

    assert scan.sound is not None
    assert np.abs(scan.sound.after(4800, 480)).max() > 0.2
    assert np.abs(scan.sound.before(96_000, 4700)).max() > 0.2
    assert np.abs(scan.sound.before(90_000, 4700)).max() < 0.05


def test_a_clip_without_frames_is_no_clip() -> None:
    """Nothing shown, nothing measured."""
    with pytest.raises(MediaError):
        Scanner(Facts()).scan()
