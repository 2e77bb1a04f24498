"""What a clip is said to be, and what is refused before libav sees it."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from longtake.errors import MediaError
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.probe import probe, read_grid, recall, seen_of
from longtake.units import Size

TAGS = {"bt709": "bt709", "bt601": "smpte170m", "bt2020": "bt2020nc"}


def make(
    path: Path, size: str = "160x96", rate: str = "24", *options: str, graph: str = ""
) -> Path:
    """Write half a second of a test picture as ffmpeg does by default: without colour tags."""
    source = f"testsrc2=s={size}:r={rate}:d=0.5{graph}"
    quick = ["-pix_fmt", "yuv420p", "-preset", "ultrafast"]
    run_ffmpeg(["-f", "lavfi", "-i", source, *quick, *options, str(path)], timeout_s=60)
    return path


def test_plain_clip(tmp_path: Path) -> None:
    """Codec, size, rate, length and count are those written."""
    facts = probe(make(tmp_path / "a.mp4"))
    assert (facts.codec, facts.size, facts.pix_fmt) == ("h264", Size(160, 96), "yuv420p")
    assert (facts.rate, facts.vfr, facts.duration_s) == (24, False, Fraction(1, 2))
    assert (facts.frames, facts.sar, facts.rotation) == (12, 1, 0)
    assert (facts.has_sound, facts.siting) == (False, "left")


def test_what_another_process_saw_is_believed_until_the_file_changes(tmp_path: Path) -> None:
    """Facts that were handed over stand for a look; a file that was written to is looked at again."""
    path = make(tmp_path / "clip.mp4")
    seen = seen_of(path)
    recall([replace(seen, facts=replace(seen.facts, frames=7))])
    assert probe(path).frames == 7

    os.utime(path, ns=(1, 1))
    assert probe(path) == seen.facts


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.webm", "vp9", ("-c:v", "libvpx-vp9", "-deadline", "realtime")),
        ("a.mkv", "h264", ()),
        ("a.mov", "h264", ()),
        ("a.mp4", "hevc", ("-c:v", "libx265", "-x265-params", "log-level=none")),
    ],
)
def test_containers_and_codecs(
    tmp_path: Path, name: str, codec: str, options: tuple[str, ...]
) -> None:
    """Each container is opened by its own demuxer, and keeps its exact rate."""
    facts = probe(make(tmp_path / name, "160x96", "24000/1001", *options))
    assert (facts.codec, facts.rate, facts.vfr) == (codec, Fraction(24000, 1001), False)


@pytest.mark.parametrize(
    ("size", "matrix"), [("160x720", "bt709"), ("1280x96", "bt709"), ("160x96", "bt601")]
)
def test_untagged_matrix_follows_the_size(tmp_path: Path, size: str, matrix: str) -> None:
    """Without tags HD is bt709, and what is smaller bt601."""
    facts = probe(make(tmp_path / "a.mp4", size))
    assert (facts.matrix, facts.full_range) == (matrix, False)


@pytest.mark.parametrize("size", ["160x96", "160x720"])
@pytest.mark.parametrize("matrix", ["bt709", "bt601", "bt2020"])
def test_tagged_matrix_beats_the_size(tmp_path: Path, matrix: str, size: str) -> None:
    """The clip's own matrix tag is believed at any size."""
    graph = f",setparams=colorspace={TAGS[matrix]}:range=pc"
    facts = probe(make(tmp_path / "a.mp4", size, graph=graph))
    assert (facts.matrix, facts.full_range) == (matrix, True)


def test_primaries_tell_the_matrix_where_only_they_are_tagged(tmp_path: Path) -> None:
    """A small clip with bt709 primaries and no matrix tag is bt709."""
    graph = ",setparams=color_primaries=bt709"
    assert probe(make(tmp_path / "a.mp4", graph=graph)).matrix == "bt709"


def test_matrix_that_cannot_be_converted(tmp_path: Path) -> None:
    """A colour matrix outside the three is refused, not guessed at."""
    clip = make(tmp_path / "a.mp4", graph=",format=yuv420p,setparams=colorspace=ycgco")
    with pytest.raises(MediaError, match="colour matrix"):
        probe(clip)


def test_chroma_siting_of_the_stream(tmp_path: Path) -> None:
    """Chroma that lies top-left is seen, though PyAV does not report it."""
    clip = make(tmp_path / "a.mp4", "160x96", "24", "-x264-params", "chromaloc=2")
    assert probe(clip).siting == "topleft"


@pytest.mark.parametrize(("angle", "turn"), [("90", 270), ("180", 180), ("270", 90)])
def test_rotation_and_pixel_shape_make_the_display_size(
    tmp_path: Path, angle: str, turn: int
) -> None:
    """The coded size stays as it is; the size shown is stretched first, then turned."""
    wide = make(tmp_path / "a.mp4", graph=",setsar=4/3")
    turned = tmp_path / "b.mp4"
    copy = ["-display_rotation", angle, "-i", str(wide), "-c", "copy", str(turned)]
    run_ffmpeg(copy, timeout_s=60)
    facts = probe(turned)
    assert (facts.size, facts.sar, facts.rotation) == (Size(160, 96), Fraction(4, 3), turn)
    assert facts.display_size == (Size(213, 96) if turn == 180 else Size(96, 213))


def test_narrow_pixels_make_the_picture_taller(tmp_path: Path) -> None:
    """A pixel shape never throws samples away."""
    facts = probe(make(tmp_path / "a.mp4", graph=",setsar=3/4"))
    assert facts.display_size == Size(160, 128)


def test_sound(tmp_path: Path) -> None:
    """A sound track is seen, its rate too, and it does not lengthen the clip."""
    clip, loud = make(tmp_path / "a.mp4"), tmp_path / "b.mp4"
    tone = ["-f", "lavfi", "-i", "sine=d=0.9:r=44100"]
    run_ffmpeg(["-i", str(clip), *tone, "-c:v", "copy", str(loud)], timeout_s=60)
    facts = probe(loud)
    assert (facts.has_sound, facts.sound_rate, facts.duration_s) == (True, 44100, Fraction(1, 2))


def test_variable_rate(tmp_path: Path) -> None:
    """Frames that lie on no grid make the rate an average."""
    graph = ",select='not(mod(n\\,3))+lt(n\\,6)'"
    facts = probe(make(tmp_path / "a.mp4", "160x96", "24", "-fps_mode", "vfr", graph=graph))
    assert (facts.vfr, facts.frames) == (True, 8)
    assert facts.rate == facts.frames / facts.duration_s


def test_frames_trimmed_by_an_edit_list_are_not_on_the_grid(tmp_path: Path) -> None:
    """Only frames that are shown have a time, though the key picture before them is known."""
    clip, cut = make(tmp_path / "a.mp4"), tmp_path / "b.mp4"
    run_ffmpeg(["-ss", "0.25", "-i", str(clip), "-c", "copy", str(cut)], timeout_s=60)
    grid = read_grid(cut)
    assert (len(grid.pts), grid.pts[0], grid.duration_s) == (6, 0, Fraction(1, 4))
    assert grid.keys[0] < 0


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile private.mp4\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nprivate.mp4\n#EXT-X-ENDLIST\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        "<!doctype html><html><body>502 Bad Gateway</body></html>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\n",
    ],
)
def test_text_that_calls_itself_a_clip(tmp_path: Path, text: str) -> None:
    """Playlists and pages named .mp4 are shown to the author, never followed."""
    make(tmp_path / "private.mp4")
    (tmp_path / "a.mp4").write_text(text)
    with pytest.raises(MediaError, match="is no MP4, MOV, WebM or Matroska video; it begins") as e:
        probe(tmp_path / "a.mp4")
    assert text.split()[0] in e.value.message


def test_quoted_beginning_is_short_and_clean(tmp_path: Path) -> None:
    """What is shown of a foreign file holds no control signs and ends after 80."""
    (tmp_path / "a.mp4").write_text("\x1b[31m\u202e" + "x" * 500)
    with pytest.raises(MediaError) as e:
        probe(tmp_path / "a.mp4")
    assert e.value.message.endswith("begins with: [31m" + "x" * 76)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"\0\0\0\x18ftypisom" * 9])
def test_files_that_hold_no_video(tmp_path: Path, content: bytes) -> None:
    """Empty, binary and hollow files are errors of one kind."""
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(MediaError):
        probe(tmp_path / "a.mp4")


def test_pipe_folder_device_and_nothing(tmp_path: Path) -> None:
    """What is no file is refused at once: nothing waits for a writer that never comes."""
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", tmp_path, Path("/dev/zero"), tmp_path / "none.mp4"):
        with pytest.raises(MediaError, match=r"is no file|cannot be opened"):
            probe(path)


def test_sound_without_a_picture(tmp_path: Path) -> None:
    """A file with nothing but sound is no clip."""
    path = tmp_path / "a.mp4"
    run_ffmpeg(["-f", "lavfi", "-i", "sine=d=0.2", str(path)], timeout_s=60)
    with pytest.raises(MediaError, match="holds no video"):
        probe(path)
