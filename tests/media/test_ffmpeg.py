"""The bundled ffmpeg as a child, and files that are not what they should be."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from longtake.errors import MediaError
from longtake.media.ffmpeg import run_ffmpeg, strict_check

NOISE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=1,noise=alls=20:allf=t")
TONE = ("-f", "lavfi", "-i", "sine=440:d=1")
H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-crf", "12")
AAC = ("-c:a", "aac")
FOREVER = ("-f", "lavfi", "-i", "testsrc2=s=64x64", "-f", "null", "-")


def make(path: Path, *options: str) -> Path:
    """Write a second of noise, which fills a file well."""
    run_ffmpeg([*NOISE, *options, str(path)], timeout_s=60)
    return path


@pytest.fixture(scope="module", params=["+faststart", "0"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good clip with picture and tone, its index in front or behind."""
    folder = tmp_path_factory.mktemp("whole")
    return make(folder / "a.mp4", *TONE, *H264, *AAC, "-movflags", request.param)


def test_output_is_what_the_child_wrote() -> None:
    """Standard input goes in, standard output comes back."""
    raw = ["-f", "u8", "-ar", "8000", "-ac", "1", "-i", "pipe:0", "-f", "u8", "pipe:1"]
    assert run_ffmpeg(raw, stdin=bytes(range(256)), timeout_s=30) == bytes(range(256))


def test_failure_tells_the_log_and_the_command() -> None:
    """The error holds ffmpeg's own words and a line to try again by hand."""
    with pytest.raises(MediaError) as error:
        run_ffmpeg(["-i", "no such file.mp4", "-f", "null", "-"], timeout_s=30)
    assert "No such file or directory" in error.value.message
    assert "-i 'no such file.mp4' -f null -" in error.value.message


def test_child_that_takes_too_long() -> None:
    """When the time is up the child is killed and the call returns."""
    with pytest.raises(MediaError, match=r"not done after 0\.2 s"):
        run_ffmpeg(FOREVER, timeout_s=0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child's life to ours")
def test_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    """After kill -9 of the parent the pipe that ffmpeg writes to comes to its end."""
    os.mkfifo(tmp_path / "pictures")
    endless = [*FOREVER[:4], "-y", "-f", "rawvideo", f"file:{tmp_path / 'pictures'}"]
    code = f"from longtake.media.ffmpeg import run_ffmpeg\nrun_ffmpeg({endless!r}, timeout_s=99)"
    parent = subprocess.Popen([sys.executable, "-c", code])
    with (tmp_path / "pictures").open("rb") as pipe:
        assert pipe.read(1000)
        parent.kill()
        parent.wait()
        # What ffmpeg had already written fits a pipe; a survivor would write for ever.
        assert len(pipe.read(50_000_000)) < 50_000_000


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", H264),
        ("a.mov", H264),
        ("a.mkv", H264),
        ("a.mp4", (*TONE, *H264, *AAC, "-movflags", "frag_keyframe+empty_moov")),
        ("a.mp4", (*H264, "-bf", "8", "-x264-params", "open-gop=1:keyint=8")),
        ("a.mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")),
        ("a.mp4", (*H264, "-metadata", "title=A title")),
        ("a.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")),
    ],
)
def test_good_files_pass(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    """Whole files of every container and codec are let through."""
    strict_check(make(tmp_path / name, *options))


def test_good_files_with_sound_pass(whole: Path) -> None:
    """With the index in front or behind, picture and sound are let through."""
    strict_check(whole)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_file_cut_off(whole: Path, tmp_path: Path, share: float) -> None:
    """A download that broke off is refused wherever it broke."""
    octets = whole.read_bytes()
    (tmp_path / "a.mp4").write_bytes(octets[: int(len(octets) * share)])
    with pytest.raises(MediaError):
        strict_check(tmp_path / "a.mp4")


def test_file_without_its_last_byte(whole: Path, tmp_path: Path) -> None:
    """One byte is enough to be missed."""
    (tmp_path / "a.mp4").write_bytes(whole.read_bytes()[:-1])
    with pytest.raises(MediaError, match="cut off"):
        strict_check(tmp_path / "a.mp4")


@pytest.mark.parametrize("block", [256, 4096, 65_536])
@pytest.mark.parametrize("seed", range(3))
def test_block_of_zeros(whole: Path, tmp_path: Path, seed: int, block: int) -> None:
    """A block that was never written to the disk is found though all boxes fit."""
    octets = bytearray(whole.read_bytes())
    at = random.Random(seed).randrange(len(octets) // 10, len(octets) * 8 // 10 - block)
    octets[at : at + block] = bytes(block)
    (tmp_path / "a.mp4").write_bytes(octets)
    with pytest.raises(MediaError):
        strict_check(tmp_path / "a.mp4")


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes(whole: Path, tmp_path: Path, seed: int) -> None:
    """Thirty flipped bytes in the middle of the pictures do not pass for a good clip."""
    octets = bytearray(whole.read_bytes())
    chance = random.Random(seed)
    for _ in range(30):
        octets[chance.randrange(len(octets) // 5, len(octets) * 4 // 5)] ^= 0xFF
    (tmp_path / "a.mp4").write_bytes(octets)
    with pytest.raises(MediaError, match="cannot be decoded"):
        strict_check(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile {secret}\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
        "<!doctype html><html><body>502 Bad Gateway</body></html>",
    ],
)
def test_playlists_and_pages(whole: Path, tmp_path: Path, text: str) -> None:
    """A text that names a good clip is not taken for it."""
    (tmp_path / "a.mp4").write_text(text.format(secret=whole))
    with pytest.raises(MediaError, match="it begins with"):
        strict_check(tmp_path / "a.mp4")
