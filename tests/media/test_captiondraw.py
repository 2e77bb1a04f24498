"""Captions set by libass: shaped right, in the author's font, every sign of them a sign.

The pictures in `captions/` are what they shall look like; `python tests/media/test_captiondraw.py` with
`tests` and `src` on the path draws them anew, for somebody to look at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from longtake.errors import MediaError
from longtake.media.captiondraw import draw_caption
from longtake.media.fontfile import font_names
from longtake.media.overlay import Picture, Window
from longtake.units import FrameRate, Size

HERE = Path(__file__).parent
SIZE = Size(480, 270)
GROUND = (90, 120, 150, 255)

# name -> what is drawn, in which font
CAPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "latin": ({"text": "Every evening the keeper climbs\none hundred and ninety-nine steps."}, ""),
    "box": ({"text": "Oil, öl; ÅØ", "box": True, "colour": "#ffee00", "position": "top"}, ""),
    "hostile": ({"text": "{\\an8}{\\fs90}a \\N \\h <b>b</b>\n&lt; %{pts} 'q\" \\\\ {} \\"}, ""),
    "arabic": ({"text": "مرحبا بالعالم، مرحبا."}, "NotoSansArabic-part.ttf"),
    "hebrew": ({"text": "שלום (עולם), שלום."}, "NotoSansHebrew-part.ttf"),
    "chinese": (
        {"text": "每天傍晚，\n灯塔亮了。", "position": "middle"},
        "WenQuanYiMicroHei-part.ttf",
    ),
}


def drawn(wishes: dict[str, Any], font: str = "", size: Size = SIZE) -> Picture | None:
    """Draw a caption of 20 pixels' letters."""
    files = (("font", HERE / "fonts" / font),) if font else ()
    options = json.dumps({"size": "20", **wishes})
    return draw_caption(Window(size, FrameRate.parse(24), 1, options, files))(0)


def scene(wishes: dict[str, Any], font: str = "", size: Size = SIZE) -> Image.Image:
    """Lay a caption over a flat ground."""
    ground = Image.new("RGBA", (size.width, size.height), GROUND)
    picture = drawn(wishes, font, size)
    if picture:
        ground.alpha_composite(Image.fromarray(picture.rgba), (picture.left, picture.top))
    return ground.convert("RGB")


def ink(wishes: dict[str, Any], font: str = "") -> np.ndarray[Any, Any]:
    return np.abs(np.asarray(scene(wishes, font)).astype(int) - GROUND[:3]).sum(axis=2)


@pytest.mark.parametrize("name", CAPTIONS)
def test_captions_look_as_they_did(name: str) -> None:
    """Each picture equals the one that was looked at, up to what another libass rounds."""
    wishes, font = CAPTIONS[name]
    with Image.open(HERE / "captions" / f"{name}.png") as golden:
        apart = np.abs(np.asarray(golden.convert("RGB")).astype(int) - scene(wishes, font))
    assert apart.mean() < 0.4
    assert (apart.max(axis=2) > 60).sum() < 20


def test_colour_and_cover_are_those_that_were_asked() -> None:
    """Inside a letter the picture is wholly opaque and of the very colour: nothing is darkened."""
    picture = drawn({"text": "\N{FULL BLOCK}I", "colour": "#ff8040", "size": "90"})
    assert picture
    full = picture.rgba[picture.rgba[..., 3] == 255]
    colours, counts = np.unique(full[:, :3], axis=0, return_counts=True)
    assert colours[counts.argmax()].tolist() in ([255, 128, 64], [0, 0, 0])
    assert [255, 128, 64] in colours.tolist()


def test_half_covered_edges_keep_their_colour() -> None:
    """Where white letters without an edge cover a pixel in part, it is still white, only thinner."""
    picture = drawn({"text": "Soft", "box": True, "size": "80"})
    assert picture
    thin = picture.rgba[(picture.rgba[..., 3] > 200) & (picture.rgba[..., :3].min(axis=2) > 200)]
    assert len(thin) > 100
    assert (thin[:, :3].max(axis=1).astype(int) - thin[:, :3].min(axis=1)).max() <= 2


def test_right_to_left_begins_at_the_right() -> None:
    """A full stop behind Hebrew stands at its left."""
    bare, stopped = ink({"text": "שלום"}, "NotoSansHebrew-part.ttf"), ink({"text": "שלום."}, "NotoSansHebrew-part.ttf")  # fmt: skip
    bare_left, stopped_left = np.argmax(bare.any(axis=0)), np.argmax(stopped.any(axis=0))
    rows = np.nonzero(stopped[:, stopped_left : bare_left + 1].any(axis=1))[0]
    assert stopped_left < bare_left
    assert rows.max() - rows.min() < 8


def test_arabic_letters_are_joined() -> None:
    """Letters that belong together touch: one word is fewer pieces of ink than letters."""
    columns = ink({"text": "مرحبا", "box": False}, "NotoSansArabic-part.ttf").any(axis=0)
    runs = np.count_nonzero(np.diff(columns.astype(int)) == 1)
    assert runs <= 2


@pytest.mark.parametrize("text", ["", " ", "\n", "\u2060", "\x00\x07"])
def test_nothing_to_read_is_no_picture(text: str) -> None:
    """Blanks and unseen signs draw nothing."""
    assert drawn({"text": text}) is None


def test_lines_that_are_too_wide_are_broken() -> None:
    """A font wider than expected breaks its lines rather than pass the picture's edge."""
    picture = drawn({"text": "MMMM WWWW " * 6, "size": "40"})
    assert picture
    assert picture.left > 0 and picture.left + picture.rgba.shape[1] < SIZE.width


def test_upright_films_leave_room_for_buttons() -> None:
    """In an upright film captions stand higher, and follow the picture's own width."""
    high, wide = drawn({"text": "Up"}, size=Size(270, 480)), drawn({"text": "Up"})
    assert high and wide
    assert 480 - high.top - high.rgba.shape[0] > 1.5 * (270 - wide.top - wide.rgba.shape[0])


def test_folder_whose_name_is_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name of a folder gets into ffmpeg's own language, whatever signs it holds."""
    odd = tmp_path / "it's:a[folder],drawtext=text=x;%d"
    odd.mkdir()
    usual = ink({"text": "Words"})
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    assert (ink({"text": "Words"}) == usual).all()
    assert list(odd.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"ttcf", b"\0\1\0\0\0\x09" + bytes(40), b"name" * 99])
def test_damaged_font(tmp_path: Path, content: bytes) -> None:
    """A file that is no whole font is an error of ours."""
    (tmp_path / "f.ttf").write_bytes(content)
    with pytest.raises(MediaError, match="damaged"):
        font_names(str(tmp_path / "f.ttf"))


def test_font_whose_name_is_a_command(tmp_path: Path) -> None:
    """A family name that libass would obey is refused."""
    content = (HERE / "fonts" / "NotoSansHebrew-part.ttf").read_bytes()
    old, new = ("Noto Sans Hebrew".encode("utf-16-be"), "Noto}{\\fs90Hebrew".encode("utf-16-be"))
    (tmp_path / "f.ttf").write_bytes(content.replace(old, new[: len(old)]))
    with pytest.raises(MediaError, match="a name that captions cannot be set by"):
        font_names(str(tmp_path / "f.ttf"))


if __name__ == "__main__":
    for each, (wanted, file) in CAPTIONS.items():
        scene(wanted, file).save(HERE / "captions" / f"{each}.png", optimize=True)
