"""Stills: three formats, decoded upright; everything else refused in words."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.errors import MediaError
from longtake.media.stills import check_still, open_still, still_size
from longtake.units import Size


def halves(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left, blue on the right."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2, 0] = rgb[:, width // 2 :, 2] = 255
    return Image.fromarray(rgb)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG header of any size, with no picture behind it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 99) + b"IDAT"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_whatever_the_name(tmp_path: Path, kind: str) -> None:
    """The content counts, not the ending."""
    halves().save(tmp_path / "a.picture", kind, quality=95)
    rgb = open_still(tmp_path / "a.picture")
    assert (rgb.shape, rgb.dtype) == ((20, 40, 3), np.uint8)
    assert np.abs(rgb[10, 5].astype(int) - (255, 0, 0)).max() < 8


@pytest.mark.parametrize("orientation", [6, 8])
def test_picture_that_a_phone_stored_on_its_side(tmp_path: Path, orientation: int) -> None:
    """The camera's orientation is applied, to the size too."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    halves().save(tmp_path / "a.png", exif=exif)
    top = open_still(tmp_path / "a.png")[2, 10]
    assert still_size(tmp_path / "a.png") == check_still(tmp_path / "a.png") == Size(20, 40)
    assert tuple(top) == ((255, 0, 0) if orientation == 6 else (0, 0, 255))


def test_transparent_picture(tmp_path: Path) -> None:
    """What is transparent shows the background, black unless another is asked for."""
    Image.new("RGBA", (4, 4), (255, 255, 255, 0)).save(tmp_path / "a.png")
    assert (open_still(tmp_path / "a.png") == 0).all()
    assert tuple(open_still(tmp_path / "a.png", "#ff8000")[0, 0]) == (255, 128, 0)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA"])
def test_grey_palette_and_black_and_white(tmp_path: Path, mode: str) -> None:
    """Every kind of PNG becomes RGB."""
    Image.new("L", (4, 4), 255).convert(mode).save(tmp_path / "a.png")
    assert (open_still(tmp_path / "a.png") == 255).all()


def test_picture_of_sixteen_bits(tmp_path: Path) -> None:
    """Deep grey is scaled to eight bits, not cut off."""
    Image.fromarray(np.full((4, 4), 128 * 257, np.uint16)).save(tmp_path / "a.png")
    assert (open_still(tmp_path / "a.png") == 128).all()


def test_cmyk_jpeg(tmp_path: Path) -> None:
    """A picture made for print becomes RGB."""
    halves().convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert open_still(tmp_path / "a.jpg").shape == (20, 40, 3)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats(tmp_path: Path, kind: str) -> None:
    """A format outside the three is refused even under a good name."""
    halves().save(tmp_path / "a.png", kind)
    with pytest.raises(MediaError, match="is no PNG, JPEG or WEBP"):
        check_still(tmp_path / "a.png")


def test_page_that_calls_itself_a_picture(tmp_path: Path) -> None:
    """The message shows the words that were found."""
    (tmp_path / "a.png").write_text("<!doctype html><title>404</title>")
    with pytest.raises(MediaError, match="begins with: <!doctype html>"):
        open_still(tmp_path / "a.png")


def test_picture_cut_off(tmp_path: Path) -> None:
    """The check decodes to the end, and sees what is missing there."""
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="damaged"):
        check_still(tmp_path / "a.png")


@pytest.mark.parametrize("side", [6400, 12_000, 60_000])
def test_picture_with_too_many_pixels(tmp_path: Path, side: int) -> None:
    """A picture that claims over 40 million pixels is refused by its header alone."""
    (tmp_path / "a.png").write_bytes(png_that_claims(side, side))
    with pytest.raises(MediaError, match="too many pixels"):
        open_still(tmp_path / "a.png")


def test_pipe_folder_device_and_nothing(tmp_path: Path) -> None:
    """What is no file is refused at once, without waiting."""
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", tmp_path, Path("/dev/zero"), tmp_path / "none.png"):
        with pytest.raises(MediaError, match=r"is no file|cannot be opened"):
            check_still(path)
