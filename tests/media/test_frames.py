"""Exact frames: a number is burnt into each frame, and the file is made awkward."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from longtake.errors import MediaError
from longtake.media.color import planes_to_frame
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.frames import decode_frames, first_frame, last_frame, measure_clip, save_png
from longtake.units import Size
from synthetic import luma_of

DARK, LIGHT = 90, 150
U, V = 116, 140
WEIGHTS = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114)}
CODES = {"bt709": 1, "bt601": 6}


def numbered(n: int) -> av.VideoFrame:
    """A frame whose luma shows the bits of its number; its chroma is even."""
    y = np.full((96, 160), DARK, np.uint8)
    for bit in range(8):
        y[32:64, bit * 20 : bit * 20 + 20] = LIGHT if n >> bit & 1 else DARK
    return planes_to_frame(y, np.full((48, 80), U, np.uint8), np.full((48, 80), V, np.uint8))


def number_in(picture: np.ndarray) -> int:
    """Read the number back from luma or RGB."""
    grey = picture if picture.ndim == 2 else picture.mean(axis=2)
    cells = grey[40:56].reshape(16, 8, 20)[:, :, 5:15].mean((0, 2))
    return sum(1 << bit for bit, cell in enumerate(cells) if cell > grey[4:20].mean() + 20)


def make_clip(
    path: Path,
    frames: int = 24,
    rate: str = "24",
    *,
    times: list[int] | None = None,
    matrix: str = "bt709",
    full: bool = False,
    sound_s: float = 0,
    **x264: str,
) -> Path:
    """Write a small H.264 clip of numbered frames; `times` are in frames of `rate`."""
    with av.open(str(path), "w") as out:
        options = {"crf": "10", "preset": "veryfast"} | x264
        video = out.add_stream("libx264", rate=Fraction(rate), options=options)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        codec = video.codec_context
        codec.time_base = 1 / Fraction(rate)
        codec.colorspace = codec.color_primaries = codec.color_trc = CODES[matrix]
        codec.color_range = 2 if full else 1
        sound = out.add_stream("aac", rate=48000, layout="mono") if sound_s else None
        for n, at in enumerate(times or range(frames)):
            frame = numbered(n)
            frame.colorspace, frame.color_range = CODES[matrix], 2 if full else 1
            frame.pts, frame.time_base = at, codec.time_base
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if sound:
            for at in range(0, int(sound_s * 48000) - 1023, 1024):
                block = av.AudioFrame.from_ndarray(
                    np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = 48000, at
                out.mux(sound.encode(block))
            out.mux(sound.encode())
    return path


def exact_rgb(level: int, matrix: str, full: bool) -> np.ndarray:
    """The RGB of one luma level and the clip's even chroma, in double precision."""
    kr, kb = WEIGHTS[matrix]
    light = level if full else (level - 16) * 255 / 219
    u, v = ((c - 128) * (1 if full else 255 / 224) for c in (U, V))
    r, b = light + 2 * (1 - kr) * v, light + 2 * (1 - kb) * u
    return np.array([r, (light - kr * r - kb * b) / (1 - kr - kb), b])


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30", "60"])
def test_last_frame_at_every_common_rate(tmp_path: Path, rate: str) -> None:
    """The last of 37 frames is frame 36 whatever the rate."""
    frame = last_frame(make_clip(tmp_path / "a.mp4", 37, rate))
    assert (frame.index, frame.count, number_in(frame.rgb)) == (36, 37, 36)


@pytest.mark.parametrize("frames", [1, 2])
def test_clip_of_one_or_two_frames(tmp_path: Path, frames: int) -> None:
    """Very short clips end on their last frame too."""
    frame = last_frame(make_clip(tmp_path / "a.mp4", frames))
    assert (frame.count, number_in(frame.rgb)) == (frames, frames - 1)


@pytest.mark.parametrize("sound_s", [0.7, 1.3])
def test_sound_shorter_or_longer_than_the_picture(tmp_path: Path, sound_s: float) -> None:
    """Sound that ends 300 ms before or after the picture moves nothing."""
    clip = make_clip(tmp_path / "a.mp4", 24, sound_s=sound_s)
    assert (number_in(last_frame(clip).rgb), measure_clip(clip).frames) == (23, 24)
    assert measure_clip(clip).duration_s == 1


@pytest.mark.parametrize("options", [{"bf": "3"}, {"bf": "0"}, {"bf": "8", "g": "12"}])
def test_reordered_pictures(tmp_path: Path, options: dict[str, str]) -> None:
    """B-frames are taken in the order shown, not in the order stored."""
    clip = make_clip(tmp_path / "a.mp4", 25, **options)
    assert number_in(last_frame(clip).rgb) == 24


def test_uneven_frame_times(tmp_path: Path) -> None:
    """A variable rate, its last frame a second after the one before, still ends on that frame."""
    clip = make_clip(tmp_path / "a.mp4", times=[0, 1, 2, 5, 6, 9, 10, 34], bf="2")
    found = measure_clip(clip)
    assert (number_in(last_frame(clip).rgb), found.frames, found.vfr) == (7, 8, True)


def test_start_trimmed_by_an_edit_list(tmp_path: Path) -> None:
    """Frames before an edit list's start are not shown, so they are not counted."""
    whole, cut = make_clip(tmp_path / "a.mp4", 24, g="48"), tmp_path / "b.mp4"
    run_ffmpeg(["-ss", "0.25", "-i", str(whole), "-c", "copy", str(cut)], timeout_s=30)
    numbers = [number_in(last_frame(cut, k).rgb) for k in range(measure_clip(cut).frames)]
    assert numbers == list(range(6, 24))


def test_end_trimmed_by_an_edit_list(tmp_path: Path) -> None:
    """Frames after an edit list's end are not shown: the last frame lies before them."""
    clip = make_clip(tmp_path / "a.mp4", 24, bf="0")
    octets = bytearray(clip.read_bytes())
    scale = struct.unpack_from(">I", octets, octets.index(b"mvhd") + 16)[0]
    place = octets.index(b"elst") + 12
    struct.pack_into(">I", octets, place, scale // 2)
    clip.write_bytes(octets)
    frame = last_frame(clip)
    assert (frame.count, number_in(frame.rgb)) == (12, 11)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", ["bt709", "bt601"])
def test_colour_is_within_a_level_of_double_precision(
    tmp_path: Path, matrix: str, full: bool
) -> None:
    """Matrix and range come from the clip's tags; no pixel is a level off its exact value."""
    clip = make_clip(tmp_path / "a.mp4", 6, matrix=matrix, full=full, qp="0")
    rgb = last_frame(clip).rgb
    for level, pixels in ((DARK, rgb[:30]), (LIGHT, rgb[34:62, 2:18])):
        assert np.abs(pixels - exact_rgb(level, matrix, full)).max() <= 1


def test_out_point_before_the_last_frame(tmp_path: Path) -> None:
    """A frame asked for by number is that one, and the count is still the clip's."""
    frame = last_frame(make_clip(tmp_path / "a.mp4", 24), 9)
    assert (number_in(frame.rgb), frame.index, frame.count) == (9, 9, 24)


def test_out_point_behind_the_end(tmp_path: Path) -> None:
    """A number the clip does not reach is an error that says how many frames there are."""
    with pytest.raises(MediaError, match="no frame 24, but only 24"):
        last_frame(make_clip(tmp_path / "a.mp4", 24), 24)


def test_clip_that_lies_on_its_side(tmp_path: Path) -> None:
    """The frame handed on stands upright as players show it."""
    clip, turned = make_clip(tmp_path / "a.mp4", 5), tmp_path / "b.mp4"
    run_ffmpeg(
        ["-display_rotation", "90", "-i", str(clip), "-c", "copy", str(turned)], timeout_s=30
    )
    rgb = last_frame(turned).rgb
    assert rgb.shape == (160, 96, 3)
    assert number_in(np.rot90(rgb, -1)) == 4


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("groups", ["open-gop=0", "open-gop=1", "intra-refresh=1"])
def test_run_of_frames_from_the_middle(tmp_path: Path, name: str, groups: str) -> None:
    """Seeking gives the very frames, bit for bit, that decoding from the first gives."""
    clip = make_clip(tmp_path / name, 40, **{"g": "8", "bf": "3", "x264-params": groups})
    whole = [frame.to_ndarray() for _, frame in decode_frames(clip, 0, 40)]
    assert [number_in(picture[:96]) for picture in whole] == list(range(40))
    for start, end in ((7, 9), (17, 40), (33, 34)):
        run = [frame.to_ndarray() for _, frame in decode_frames(clip, start, end)]
        assert np.array_equal(run, whole[start:end])


def test_the_last_frame_alone(tmp_path: Path) -> None:
    """Frames that only come out when the decoder is emptied are found by a search, too."""
    clip = make_clip(tmp_path / "a.mp4", 40, g="24", bf="3")
    found = [(k, frame) for start in (37, 38, 39) for k, frame in decode_frames(clip, start, 40)]

    assert [k for k, _ in found] == [37, 38, 39, 38, 39, 39]
    assert [number_in(frame.to_ndarray()[:96]) for _, frame in found] == [k for k, _ in found]


def test_the_first_frame(tmp_path: Path) -> None:
    """It is the frame that decoding everything gives."""
    clip = make_clip(tmp_path / "a.mp4", 9)

    assert np.array_equal(first_frame(clip), last_frame(clip, 0).rgb)


def test_clip_whose_pixels_are_not_square(tmp_path: Path) -> None:
    """The frame handed on has square pixels, as players show it."""
    clip, wide = make_clip(tmp_path / "a.mp4", 5), tmp_path / "b.mp4"
    run_ffmpeg(["-i", str(clip), "-vf", "setsar=3/2", str(wide)], timeout_s=30)
    assert last_frame(wide).rgb.shape == (96, 240, 3)


def test_run_of_frames_begins_at_the_key_picture_before_it(tmp_path: Path) -> None:
    """A late run survives damage to an earlier group: that group is never decoded."""
    clip = make_clip(tmp_path / "a.mp4", 40, g="8", bf="0", sc_threshold="0")
    with av.open(str(clip)) as container:
        places = [p.pos for p in container.demux(video=0) if p.pos]
    octets = bytearray(clip.read_bytes())
    for at in range(places[8] + 20, places[9]):
        octets[at] ^= 0xA5
    clip.write_bytes(octets)
    assert [k for k, _ in decode_frames(clip, 25, 30)] == list(range(25, 30))
    with pytest.raises(MediaError):
        list(decode_frames(clip, 0, 30))


def test_run_of_frames_with_uneven_times(tmp_path: Path) -> None:
    """Numbers count frames, not time, also after a seek into a variable rate."""
    clip = make_clip(tmp_path / "a.mp4", times=[n + n // 3 for n in range(30)], g="6", bf="2")
    found = [number_in(frame.to_ndarray()[:96]) for _, frame in decode_frames(clip, 20, 26)]
    assert found == list(range(20, 26))


def test_run_of_frames_with_several_threads(tmp_path: Path) -> None:
    """Threads change nothing but the time it takes."""
    clip = make_clip(tmp_path / "a.mp4", 24, g="8")
    one, many = ([frame.to_ndarray() for _, frame in decode_frames(clip, 9, 20, t)] for t in (1, 2))
    assert len(one) == 11
    assert all(np.array_equal(a, b) for a, b in zip(one, many, strict=True))


def test_run_of_frames_behind_the_end(tmp_path: Path) -> None:
    """A run longer than the clip is an error, not a shorter run."""
    with pytest.raises(MediaError, match="ends before frame 29"):
        list(decode_frames(make_clip(tmp_path / "a.mp4", 24), 20, 30))


def test_empty_run_of_frames(tmp_path: Path) -> None:
    """No frames asked for, none given."""
    assert list(decode_frames(make_clip(tmp_path / "a.mp4", 3), 2, 2)) == []


def test_one_decode_shows_every_frame_on_the_way(tmp_path: Path) -> None:
    """Whoever else must see the frames sees each once, in order, while the clip is measured."""
    seen: list[int] = []
    clip = make_clip(tmp_path / "a.mp4", 24)
    measure_clip(clip, lambda frame: seen.append(number_in(luma_of(frame))))

    assert seen == list(range(24))


def test_measured_clip(tmp_path: Path) -> None:
    """Frames, size, rate and length are those of what was written."""
    found = measure_clip(make_clip(tmp_path / "a.mp4", 36, "24000/1001"))
    assert (found.frames, found.size, found.vfr) == (36, Size(160, 96), False)
    assert (found.rate, found.duration_s) == (Fraction(24000, 1001), Fraction(36036, 24000))


def test_damaged_clip_is_not_measured(tmp_path: Path) -> None:
    """Bytes changed inside a picture make the clip an error, not a picture patched up."""
    clip = make_clip(tmp_path / "a.mp4", 24)
    octets = bytearray(clip.read_bytes())
    place = octets.index(b"mdat")
    octets[place + 1500 : place + 1900] = bytes(400)
    clip.write_bytes(octets)
    with pytest.raises(MediaError):
        measure_clip(clip)


def test_png_holds_every_level(tmp_path: Path) -> None:
    """What is written is what is read, and no other file is left in the folder."""
    rgb = np.arange(256 * 3, dtype=np.uint32).astype(np.uint8).reshape(16, 16, 3)
    save_png(rgb, tmp_path / "a.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), rgb)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_png_that_cannot_be_put_in_place(tmp_path: Path) -> None:
    """A failed write leaves nothing half done behind."""
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OSError):
        save_png(np.zeros((4, 4, 3), np.uint8), tmp_path / "a.png")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
