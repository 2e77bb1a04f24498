"""Clips and stills of other formats brought to the film's."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.errors import MediaError
from longtake.media.color import Matrix, frame_planes, frame_to_rgb, planes_to_frame, rgb_to_planes
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.frames import decode_frames
from longtake.media.normalise import (
    FilmFormat,
    Normaliser,
    film_frames,
    normalised_frames,
    rgb_still_to_film,
    still_to_film,
)
from longtake.media.probe import probe
from longtake.units import Focus, FrameRate, Size

CODES = {"bt709": 1, "bt601": 6, "bt2020": 9}
COLOURS = [
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 0),
    (0, 255, 255),
    (255, 0, 255),
    (200, 120, 80),
    (128, 128, 128),
]
FILM = FilmFormat(Size(192, 108), FrameRate.parse(24))


@dataclass(frozen=True)
class FilmFacts:
    matrix: Matrix = "bt709"
    full_range: bool = False
    siting: str = "left"


def bars(width: int, height: int) -> np.ndarray:
    """Eight patches beside each other."""
    rgb = np.zeros((height, width, 3), np.uint8)
    for n, colour in enumerate(COLOURS):
        rgb[:, n * width // 8 : (n + 1) * width // 8] = colour
    return rgb


def shade(n: int, width: int = 320, height: int = 180) -> np.ndarray:
    """A grey that tells the frame's number."""
    return np.full((height, width, 3), 20 + 5 * n, np.uint8)


def make_clip(
    path: Path,
    pictures: list[np.ndarray],
    *,
    rate: str = "24",
    matrix: Matrix = "bt709",
    full: bool = False,
    times: list[int] | None = None,
    sar: str = "1:1",
) -> Path:
    """Write pictures without loss, in the given matrix and range, fully tagged."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=Fraction(rate), options={"qp": "0"})
        video.height, video.width = pictures[0].shape[:2]
        codec = video.codec_context
        codec.pix_fmt, codec.time_base = "yuv420p", 1 / Fraction(rate)
        codec.sample_aspect_ratio = Fraction(sar.replace(":", "/"))
        codec.colorspace = codec.color_primaries = codec.color_trc = CODES[matrix]
        codec.color_range = 2 if full else 1
        for at, rgb in zip(times or range(len(pictures)), pictures, strict=True):
            frame = planes_to_frame(*rgb_to_planes(rgb, matrix, full))
            frame.colorspace, frame.color_range = CODES[matrix], codec.color_range
            frame.pts, frame.time_base = at, codec.time_base
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


def film_of(path: Path, film: FilmFormat = FILM) -> list[np.ndarray]:
    """All film frames of a clip as RGB."""
    facts = probe(path)
    frames = normalised_frames(path, facts, film, 0, film_frames(facts, film.rate))
    return [frame_to_rgb(frame, FilmFacts()) for _, frame in frames]


def worst_patch(rgb: np.ndarray) -> float:
    """How far the middle of the worst patch is from its colour."""
    height, width = rgb.shape[:2]
    rows = rgb[height * 2 // 5 : height * 3 // 5].astype(float)
    edges = [((n + 0.3) * width / 8, (n + 0.7) * width / 8) for n in range(8)]
    means = [rows[:, int(a) : int(b)].mean((0, 1)) for a, b in edges]
    return float(np.abs(np.array(means) - COLOURS).max())


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", ["bt709", "bt601", "bt2020"])
@pytest.mark.parametrize("width", [320, 192])
def test_saturated_patches_keep_their_colour(
    tmp_path: Path, matrix: Matrix, full: bool, width: int
) -> None:
    """From any matrix and range, scaled or not, no patch is more than two levels off."""
    picture = bars(width, width * 9 // 16)
    clip = make_clip(tmp_path / "a.mp4", [picture], matrix=matrix, full=full)
    assert worst_patch(film_of(clip)[0]) <= 2


def test_every_frame_is_in_the_film_format(tmp_path: Path) -> None:
    """Size, pixel format and all four colour tags are the film's; times are left open."""
    clip = make_clip(tmp_path / "a.mp4", [bars(160, 120)] * 2, matrix="bt601", full=True)
    for _, frame in normalised_frames(clip, probe(clip), FILM, 0, 2):
        assert (frame.width, frame.height, frame.format.name) == (192, 108, "yuv420p")
        assert (frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1)
        assert (frame.color_range, frame.pts) == (1, None)


def test_clip_in_the_film_format_passes_bit_for_bit(tmp_path: Path) -> None:
    """Nothing is computed where nothing has to change."""
    noise = np.random.default_rng(5).integers(0, 256, (108, 192, 3), dtype=np.uint8)
    clip = make_clip(tmp_path / "a.mp4", [noise, noise[::-1]])
    facts = probe(clip)
    assert Normaliser(facts, FILM).is_identity
    ours = normalised_frames(clip, facts, FILM, 0, 2)
    for (_, a), (_, b) in zip(ours, decode_frames(clip, 0, 2), strict=True):
        for ours_plane, theirs in zip(frame_planes(a), frame_planes(b), strict=True):
            assert np.array_equal(ours_plane, theirs)


@pytest.mark.parametrize(
    "other",
    [{"rate": "25"}, {"matrix": "bt601"}, {"full": True}, {"sar": "4:3"}, {"times": [0, 1, 5]}],
)
def test_any_difference_from_the_film_is_converted(
    tmp_path: Path, other: dict[str, object]
) -> None:
    """Rate, matrix, range, pixel shape and uneven times each end the free passage."""
    clip = make_clip(tmp_path / "a.mp4", [bars(192, 108)] * 3, **other)
    assert not Normaliser(probe(clip), FILM).is_identity


@pytest.mark.parametrize("angle", ["90", "180", "270"])
def test_clip_that_lies_on_its_side(tmp_path: Path, angle: str) -> None:
    """A turned clip stands as ffmpeg itself shows it."""
    clip, turned = make_clip(tmp_path / "a.mp4", [bars(160, 96)]), tmp_path / "b.mp4"
    copy = ["-display_rotation", angle, "-i", str(clip), "-c", "copy", str(turned)]
    run_ffmpeg(copy, timeout_s=60)
    shown = probe(turned).display_size
    raw = ["-i", str(turned), "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    theirs = np.frombuffer(run_ffmpeg(raw, timeout_s=60), np.uint8).astype(float)
    ours = film_of(turned, FilmFormat(shown, FILM.rate))[0]
    # At the edges of the patches ffmpeg's own turn moves the chroma; the patches must agree.
    assert (np.abs(ours - theirs.reshape(ours.shape)) <= 4).mean() > 0.85


def test_tall_clip_in_a_wide_film_is_surrounded(tmp_path: Path) -> None:
    """Where the shapes differ the picture is whole, in the middle, on the background."""
    clip = make_clip(tmp_path / "a.mp4", [np.full((180, 90, 3), 200, np.uint8)])
    rgb = film_of(clip, FilmFormat(FILM.size, FILM.rate, background="#0000ff"))[0].astype(int)
    assert np.abs(rgb[50, 10] - (0, 0, 255)).max() <= 2
    assert np.abs(rgb[50, 180] - (0, 0, 255)).max() <= 2
    assert np.abs(rgb[:, 74:118] - 200).max() <= 2


def test_tall_clip_that_covers_a_wide_film(tmp_path: Path) -> None:
    """With cover the middle of the picture fills the film."""
    picture = np.zeros((180, 90, 3), np.uint8)
    picture[60:120] = 200
    clip = make_clip(tmp_path / "a.mp4", [picture])
    rgb = film_of(clip, FilmFormat(FILM.size, FILM.rate, "cover"))[0].astype(int)
    assert np.abs(rgb - 200).max() <= 2


@pytest.mark.parametrize(("width", "surrounded"), [(164, False), (168, True)])
def test_auto_covers_below_three_per_cent(tmp_path: Path, width: int, surrounded: bool) -> None:
    """Shapes that differ by 2.5 % are cut, by 5 % surrounded."""
    clip = make_clip(tmp_path / "a.mp4", [np.full((90, width, 3), 200, np.uint8)])
    assert bool(film_of(clip)[0][0].max() < 100) is surrounded


def edges_of(rgb: np.ndarray) -> list[float]:
    """How bright the outermost rows and columns are: left, right, top, bottom."""
    return [float(edge.mean()) for edge in (rgb[:, 0], rgb[:, -1], rgb[0], rgb[-1])]


@pytest.mark.parametrize("made", ["1366x768", "1344x768"])
@pytest.mark.parametrize("film", ["1280x720", "1366x768", "1920x1080", "1344x768"])
def test_what_models_make_fills_the_usual_films(tmp_path: Path, made: str, film: str) -> None:
    """No bar appears at any edge, and the middle of the picture stays in the middle; `pad` is obeyed."""
    size, own = Size.parse(film), Size.parse(made)
    picture = np.full((own.height, own.width, 3), 200, np.uint8)
    middle = slice(own.height // 2 - 40, own.height // 2 + 40)
    picture[middle, own.width // 2 - 40 : own.width // 2 + 40] = 20
    clip = make_clip(tmp_path / "a.mp4", [picture])
    shown = film_of(clip, FilmFormat(size, FILM.rate))[0]
    assert shown.shape == (size.height, size.width, 3)
    assert min(edges_of(shown)) > 197
    rows, columns = np.nonzero(shown[:, :, 1] < 110)
    assert abs(rows.mean() + 0.5 - size.height / 2) <= 1.5
    assert abs(columns.mean() + 0.5 - size.width / 2) <= 1.5
    padded = film_of(clip, FilmFormat(size, FILM.rate, "pad"))[0]
    barred = abs(float(own.aspect / size.aspect) - 1) > 0.01
    assert (min(edges_of(padded)) < 30) is barred


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    """A 4:3 raster with wide pixels fills a 16:9 film."""
    clip = make_clip(tmp_path / "a.mp4", [bars(144, 108)], sar="4:3")
    assert worst_patch(film_of(clip)[0]) <= 2


@pytest.mark.parametrize(
    ("rate", "frames", "shown"),
    [
        ("12", 6, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        ("48", 12, [0, 2, 4, 6, 8, 10]),
        ("30", 10, [0, 1, 2, 3, 5, 6, 7, 8]),
        ("24000/1001", 10, [*range(10)]),
    ],
)
def test_rate_is_converted_by_picking(
    tmp_path: Path, rate: str, frames: int, shown: list[int]
) -> None:
    """Film frame k is the clip's frame on screen just after k / 24 s, whatever its rate."""
    clip = make_clip(tmp_path / "a.mp4", [shade(n) for n in range(frames)], rate=rate)
    assert [round((rgb.mean() - 20) / 5) for rgb in film_of(clip)] == shown


def test_uneven_times_are_held(tmp_path: Path) -> None:
    """A frame of a variable rate stays on screen until the next one is due."""
    pictures = [shade(n) for n in range(4)]
    clip = make_clip(tmp_path / "a.mp4", pictures, times=[0, 3, 4, 8])
    shown = [round((rgb.mean() - 20) / 5) for rgb in film_of(clip)]
    assert shown[:9] == [0, 0, 0, 1, 2, 2, 2, 2, 3]


def test_part_of_a_clip(tmp_path: Path) -> None:
    """Film frames are numbered from the clip's start, and a part equals that part of the whole."""
    clip = make_clip(tmp_path / "a.mp4", [shade(n) for n in range(15)], rate="30")
    whole, facts = film_of(clip), probe(clip)
    part = list(normalised_frames(clip, facts, FILM, 5, 9))
    assert [k for k, _ in part] == [5, 6, 7, 8]
    for k, frame in part:
        assert np.array_equal(frame_to_rgb(frame, FilmFacts()), whole[k])


def test_more_film_than_clip(tmp_path: Path) -> None:
    """A clip never lasts longer than it is."""
    clip = make_clip(tmp_path / "a.mp4", [shade(0)] * 5)
    assert film_frames(clip, FrameRate.parse(48)) == 10
    with pytest.raises(MediaError, match="lasts 5 frames"):
        list(normalised_frames(clip, probe(clip), FILM, 0, 6))


def test_the_last_frame_of_a_clip_of_another_rate(tmp_path: Path) -> None:
    """A film frame that begins while a clip's last frame is on screen shows it, and none does behind it."""
    clip = make_clip(tmp_path / "a.mp4", [shade(n) for n in range(15)], rate="25")
    (found,) = normalised_frames(clip, probe(clip), FILM, 14, 15)
    assert abs(float(frame_to_rgb(found[1], FilmFacts()).mean()) - float(shade(14).mean())) < 2
    with pytest.raises(MediaError, match="lasts 15 frames"):
        list(normalised_frames(clip, probe(clip), FILM, 0, 16))


def test_clip_far_too_narrow_to_cover(tmp_path: Path) -> None:
    """A strip is not blown up until memory ends."""
    clip = make_clip(tmp_path / "a.mp4", [np.zeros((2000, 16, 3), np.uint8)])
    with pytest.raises(MediaError, match="too narrow"):
        film_of(clip, FilmFormat(FILM.size, FILM.rate, "cover"))


def test_still_is_fitted_like_a_clip() -> None:
    """Cover fills the film, pad surrounds with the background, the right size passes."""
    tall, red = np.full((180, 90, 3), 200, np.uint8), (255, 0, 0)
    assert (rgb_still_to_film(tall, FILM.size, "cover") == 200).all()
    padded = rgb_still_to_film(tall, FILM.size, "auto", "#ff0000")
    assert padded.shape == (108, 192, 3)
    assert tuple(padded[50, 10]) == red
    assert tuple(padded[50, 96]) == (200, 200, 200)
    assert rgb_still_to_film(padded, FILM.size) is padded


def marked(x: int, y: int, width: int = 320, height: int = 180) -> np.ndarray:
    """A grey picture with a red mark around a place."""
    picture = np.full((height, width, 3), 60, np.uint8)
    picture[y - 6 : y + 6, x - 6 : x + 6] = (255, 0, 0)
    return picture


def mark_in(rgb: np.ndarray) -> tuple[float, float]:
    """Where the mark is seen: column and row of its middle."""
    rows, columns = np.nonzero(rgb[..., 0].astype(int) - rgb[..., 1] > 100)
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


def in_shape(size: Size, focus: str) -> FilmFormat:
    """The format of a film in another shape."""
    return FilmFormat(size, FILM.rate, focus=Focus.parse(focus))


@pytest.mark.parametrize(
    ("focus", "place"), [("0.7,0.5", (224, 90)), ("0.3,0.2", (96, 36)), ("0.5,0.5", (160, 90))]
)
@pytest.mark.parametrize("size", ["180x180", "180x320", "90x160", "240x300", "108x192"])
def test_focus_is_in_the_middle(
    tmp_path: Path, size: str, focus: str, place: tuple[int, int]
) -> None:
    """In a taller film the point the author named stands in the middle across, and round."""
    film = in_shape(Size.parse(size), focus)
    shown = film_of(make_clip(tmp_path / "a.mp4", [marked(*place)]), film)[0]
    factor = film.size.height / 180
    assert shown.shape[:2] == (film.size.height, film.size.width)
    across, down = mark_in(shown)
    assert abs(across - film.size.width / 2) <= 1 + factor
    assert abs(down - place[1] * factor) <= 1
    assert min(edges_of(shown)) > 55
    red = shown[..., 0].astype(int) - shown[..., 1] > 100
    wide, high = red.any(0).sum(), red.any(1).sum()
    assert abs(wide - high) <= 2


@pytest.mark.parametrize(("focus", "across"), [("0,0.5", 20), ("0.05,1", 20), ("1,0", 160)])
def test_crop_stays_inside_the_picture(tmp_path: Path, focus: str, across: int) -> None:
    """A point at the edge moves the part that is kept only as far as there is picture."""
    picture = marked(20, 90) if across == 20 else marked(300, 90)
    clip = make_clip(tmp_path / "a.mp4", [picture])
    shown = film_of(clip, in_shape(Size(180, 180), focus))[0]
    assert abs(mark_in(shown)[0] - across) <= 0.5


def test_square_of_a_wide_clip_is_cut_sample_for_sample(tmp_path: Path) -> None:
    """Where nothing is scaled no sample of luma or chroma changes, and chroma stays at its luma."""
    noise = np.random.default_rng(6).integers(0, 256, (180, 320, 3), dtype=np.uint8)
    clip = make_clip(tmp_path / "a.mp4", [noise])
    ((_, shown),) = normalised_frames(clip, probe(clip), in_shape(Size(180, 180), "0.4,0"), 0, 1)
    ((_, whole),) = decode_frames(clip, 0, 1)
    for plane, full, left in zip(
        frame_planes(shown), frame_planes(whole), (38, 19, 19), strict=True
    ):
        assert np.array_equal(plane, full[:, left : left + plane.shape[1]])


@pytest.mark.parametrize("angle", ["90", "180", "270"])
def test_focus_of_a_clip_that_lies_on_its_side(tmp_path: Path, angle: str) -> None:
    """The point is meant in the picture as it is seen, not as it is coded."""
    picture = marked(200, 60)
    clip, turned = make_clip(tmp_path / "a.mp4", [picture]), tmp_path / "b.mp4"
    copy = ["-display_rotation", angle, "-i", str(clip), "-c", "copy", str(turned)]
    run_ffmpeg(copy, timeout_s=60)
    size = probe(turned).display_size
    across, down = mark_in(film_of(turned, FilmFormat(size, FILM.rate))[0])
    focus = f"{across / size.width:.4f},{down / size.height:.4f}"
    wide, high = mark_in(film_of(turned, in_shape(Size(100, 100), focus))[0])
    # Along the side that is cut the mark is in the middle, along the other where it was.
    if size.width > size.height:
        assert abs(wide - 50) <= 1.5 and abs(high - down * 100 / size.height) <= 1
    else:
        assert abs(high - 50) <= 1.5 and abs(wide - across * 100 / size.width) <= 1


def test_focus_with_pixels_that_are_not_square(tmp_path: Path) -> None:
    """A raster with wide pixels is cut by what is seen, and its mark comes out round."""
    clip = make_clip(tmp_path / "a.mp4", [marked(200, 90, 240, 180)], sar="4:3")
    shown = film_of(clip, in_shape(Size(180, 180), f"{200 / 240:.4f},0.5"))[0]
    across, _ = mark_in(shown)
    # As far to the right as there is picture: 320 columns are seen, the last 180 kept.
    assert abs(across - (200 * 4 / 3 - 140)) <= 1.5


def test_clip_of_the_films_own_shape_is_shown_whole(tmp_path: Path) -> None:
    """Upright footage in an upright film loses nothing, whatever the focus."""
    clip = make_clip(tmp_path / "a.mp4", [marked(45, 20, 90, 160)])
    for focus in ("0,0", "1,1", "whole"):
        assert (
            np.hypot(
                *np.subtract(mark_in(film_of(clip, in_shape(Size(180, 320), focus))[0]), (90, 40))
            )
            <= 0.7
        )


@pytest.mark.parametrize("size", ["180x320", "200x200", "400x100"])
def test_whole_picture_amid_its_blurred_self(tmp_path: Path, size: str) -> None:
    """All of it is seen, untouched, in the middle; around it is no edge, no mark, and less light."""
    film = in_shape(Size.parse(size), "whole")
    picture = bars(320, 180)
    shown = film_of(make_clip(tmp_path / "a.mp4", [picture]), film)[0]
    scale = min(film.size.width / 320, film.size.height / 180)
    wide, high = 2 * round(160 * scale), 2 * round(90 * scale)
    left, top = (film.size.width - wide) // 4 * 2, (film.size.height - high) // 4 * 2
    assert worst_patch(shown[top : top + high, left : left + wide]) <= 3
    beside = shown.copy()
    beside[top : top + high, left : left + wide] = 0
    assert 20 < beside[beside.sum(2) > 0].mean() < 0.75 * picture.mean()
    steps = np.abs(np.diff(shown[: max(top - 2, 0)].astype(int), axis=1))
    assert steps.size == 0 or steps.max() < 30


def test_still_in_another_shape_is_cut_from_the_picture_itself() -> None:
    """The focus of a still is found in the file, not in the film's own cut of it."""
    picture = marked(60, 150, 400, 600)
    shown, around = still_to_film(picture, in_shape(Size(160, 90), "0.15,0.25"))
    assert around is None
    assert abs(mark_in(shown)[1] - 45) <= 1
    assert abs(mark_in(shown)[0] - 24) <= 1
    inner, around = still_to_film(picture, in_shape(Size(160, 90), "whole"))
    assert around is not None
    assert inner.shape[:2] == (90, 60)
