"""Titles look as they were designed to, whatever they say and wherever they stand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from longtake.errors import MediaError
from longtake.media import lowerthird, titlecard
from longtake.media.color import Plane
from longtake.media.drawers import drawer_of, plugged_kinds
from longtake.media.logo import draw_logo
from longtake.media.lowerthird import lower_third_too_long
from longtake.media.overlay import Picture, Window
from longtake.media.titlecard import title_card_too_long
from longtake.media.titlekit import Palette, Stage, contrast
from longtake.media.titlemotion import clip_drawing
from longtake.units import FrameRate, Size
from plug_ins import bring

sys.path.insert(0, str(Path(__file__).parent))
from title_goldens import CASES, FOLDER, NAME, SQUARE, TALL, WIDE, drawn

RATE = FrameRate.parse(24)
LONG = {
    "text": "Professor Doctor Anna-Katharina von Hohenlohe-Langenburg zu Waldeck",
    "line2": "Head of the Department of Coastal Engineering and Lighthouse Studies, Bergen",
    "subtitle": "A subtitle that says rather a lot more than subtitles usually say anywhere",
    "links": ["https://longtake.example/a/rather/long/address", "@lighthouse-keepers-of-norway"],
}
DESIGNS = [("lower_third", name) for name in lowerthird.PRESETS]
DESIGNS += [("title_card", name) for name in titlecard.PRESETS]


def standing(kind: str, size: Size, index: int = 36, **options: Any) -> Picture | None:
    """Draw a frame of a title of 72 frames."""
    return drawer_of(kind).draw(Window(size, RATE, 72, json.dumps(options)))(index)


@pytest.mark.parametrize("name", CASES)
def test_looks_as_designed(name: str) -> None:
    """Each design, coming, standing and going, is the picture that was looked at and kept."""
    wanted = np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB")).astype(int)
    apart = np.abs(drawn(*CASES[name]) - wanted)
    # Another FreeType may set an edge a little otherwise.
    assert apart.mean() < 0.8
    assert np.percentile(apart, 99.5) < 40


@pytest.mark.parametrize("size", [Size(1280, 720), Size(720, 1280), Size(720, 720)], ids=str)
@pytest.mark.parametrize(("kind", "preset"), DESIGNS)
def test_words_keep_within_the_safe_area(kind: str, preset: str, size: Size) -> None:
    """However long, no word leaves the safe area; shades may."""
    words = standing(kind, size, **LONG, preset=preset, motion="none", palette={"text": "#ff00ff"})
    assert words is not None
    rgba = words.rgba.astype(int)
    ink = (rgba[..., 0] > 200) & (rgba[..., 1] < 90) & (rgba[..., 2] > 200) & (rgba[..., 3] > 200)
    rows, columns = np.nonzero(ink)
    stage = Stage(size)
    assert rows.size > 100
    assert words.left + columns.min() >= stage.left - 4
    assert words.left + columns.max() <= stage.right + 4
    assert words.top + rows.min() >= stage.top - 4
    assert words.top + rows.max() <= stage.bottom + 4


@pytest.mark.parametrize("size", [Size(1280, 720), Size(720, 1280), Size(720, 720)], ids=str)
@pytest.mark.parametrize("text", ["The end", LONG["text"]])
def test_six_links_keep_within_the_safe_area(text: str, size: Size) -> None:
    """However many, links and words find room between top and bottom, or `check` says that they do not."""
    full = {**LONG, "text": text, "links": [f"longtake.example/episode/{n}" for n in range(6)]}
    stage = Stage(size)
    assert title_card_too_long(full | {"preset": "end"}, stage, "") == ()
    top, bottom = ink_between(size, **full)
    assert top >= stage.top - 4
    assert bottom <= stage.bottom + 4

    endless = full | {"links": [LONG["links"][0] * 2] * 6, "text": f"{LONG['text']} {LONG['text']}"}
    assert title_card_too_long(endless | {"preset": "end"}, Stage(Size(720, 720)), "") == ("links",)


def ink_between(size: Size, **options: Any) -> tuple[int, int]:
    """The first and the last row of an end card on which words stand."""
    words = standing("title_card", size, **options, preset="end", motion="none", alone=True)
    assert words is not None
    rows = np.flatnonzero((words.rgba[..., 3] > 200).any(axis=1))
    return words.top + int(rows[0]), words.top + int(rows[-1])


def test_a_small_line_is_measured_as_it_is_drawn() -> None:
    """A line that is set in capitals is too long where its capitals are."""
    stage = Stage(Size(1280, 720))
    texts = ["windmills and ways " * n for n in range(3, 12)]
    cards = [{"text": "A", "preset": "left", "subtitle": text} for text in texts]
    raised = [card | {"subtitle": str(card["subtitle"]).upper()} for card in cards]
    told = [title_card_too_long(card, stage, "") for card in cards]
    assert told == [title_card_too_long(card, stage, "") for card in raised]
    assert set(told) == {(), ("subtitle",)}


@pytest.mark.parametrize("light", [0, 128, 255])
@pytest.mark.parametrize("preset", lowerthird.PRESETS)
def test_name_is_read_on_any_picture(preset: str, light: int) -> None:
    """On black, grey and white the words stand out from what lies right around them."""
    size = Size(1280, 720)
    below = np.full((size.height, size.width, 3), light, np.uint8)
    title = {"text": "Margarethe", "preset": preset, "motion": "none"}
    shown = drawn("lower_third", title, size, 36, below)
    # Where another colour of words makes another picture, there are words.
    other = dict.fromkeys(("text", "ground"), "#ffffff") if preset == "tag" else {"text": "#909090"}
    changed = drawn("lower_third", {**title, "palette": other}, size, 36, below).astype(int)
    ink = Image.fromarray((np.abs(changed - shown).max(axis=2) > 80).astype(np.uint8) * 255)
    around = np.asarray(ink.filter(ImageFilter.MaxFilter(9))) > 0
    close = np.asarray(ink.filter(ImageFilter.MaxFilter(5))) > 0
    words, beside = (shown[mask].mean(axis=0) for mask in (np.asarray(ink) > 0, around & ~close))
    found = contrast(*(tuple(int(code) for code in side) for side in (words, beside)))  # type: ignore[arg-type]
    assert found > (3 if preset == "plain" else 4.5)


def test_dark_words_have_a_light_cloud() -> None:
    """Words of a dark colour, on a palette whose ground is dark too, are read on a dark picture."""
    below = np.full((720, 1280, 3), 20, np.uint8)
    palette = {"text": "#102040", "ground": "#101010"}
    title = {"text": "Margarethe", "preset": "plain", "motion": "none", "palette": palette}
    shown = drawn("lower_third", title, Size(1280, 720), 36, below)
    assert shown.mean(axis=2).max() > 150


def test_shade_of_a_line_fits_its_words() -> None:
    """On a white picture the far half and the upper half stay as they are."""
    below = np.full((720, 1280, 3), 250, np.uint8)
    shown = drawn("lower_third", {"text": "Ada", "preset": "line"}, Size(1280, 720), 36, below)
    assert shown[:, 640:].min() > 240
    assert shown[:460].min() > 240


def test_too_long_texts_are_named() -> None:
    """What fits at no size is told by its key; what fits small is not."""
    endless = "word " * 60
    stage = Stage(Size(1280, 720))
    assert lower_third_too_long({"text": "Ada", "line2": endless}, stage, "") == ("line2",)
    assert lower_third_too_long(NAME, Stage(Size(720, 1280)), "") == ()
    card = {"text": endless * 2, "links": ["fine", endless], "preset": "end"}
    assert title_card_too_long(card, stage, "") == ("text", "links")


def test_standing_title_is_one_picture() -> None:
    """Between its coming and its going every frame gives the very same array."""
    drawing = drawer_of("lower_third").draw(Window(WIDE, RATE, 96, json.dumps(NAME)))
    pictures = [drawing(index) for index in range(30, 80)]
    assert len({id(picture.rgba) for picture in pictures if picture}) == 1


def test_title_comes_and_goes() -> None:
    """It grows from nearly nothing to all of it, and is nearly gone in its last frame."""

    def ink(index: int) -> float:
        picture = standing("lower_third", WIDE, index, **NAME, preset="plain")
        assert picture is not None
        return float(picture.rgba[..., 3].sum()) * picture.strength

    shown = [ink(index) for index in (0, 3, 8, 20, 40, 66, 71)]
    assert shown[0] < 0.35 * shown[4]
    assert shown[:5] == sorted(shown[:5])
    assert shown[-1] < 0.2 * shown[4]


def test_card_that_stays_stands_in_its_last_frame() -> None:
    """The words of a card of its own leave with the picture, not before it."""
    last = standing("title_card", WIDE, 71, text="Night", stays=True)
    assert last is not None
    assert last.strength == 1.0


@pytest.mark.parametrize("motion", ["fade", "none"])
def test_quiet_motions_move_nothing(motion: str) -> None:
    """Where it only fades, or stands at once, each word is where it stays."""
    early, late = (
        standing("lower_third", WIDE, index, text="Ada", preset="plain", motion=motion)
        for index in (4, 40)
    )
    assert early and late
    seen = [np.argwhere(p.rgba[..., 3] > p.rgba[..., 3].max() * 0.6) for p in (early, late)]
    assert (seen[0].min(axis=0) == seen[1].min(axis=0)).all()


def test_writing_from_the_right_is_mirrored() -> None:
    """A Hebrew name stands at the right, its bar beyond it."""
    picture = standing("lower_third", WIDE, text="שומר המגדלור", preset="box")
    assert picture is not None
    assert picture.left > WIDE.width / 2
    bar = (picture.rgba[..., :3].astype(int) - (242, 181, 68)).__abs__().sum(axis=2) < 12
    assert np.nonzero(bar)[1].min() > picture.rgba.shape[1] * 0.9


def test_short_title_hurries() -> None:
    """One that stands half a second is there in the middle of it."""
    picture = drawer_of("lower_third").draw(Window(WIDE, RATE, 12, json.dumps(NAME)))(6)
    assert picture is not None
    assert picture.strength > 0.9
    assert picture.rgba[..., 3].max() > 240


def test_sizes_follow_the_short_side() -> None:
    """On a tall film as wide as another one is high, the words are as large."""
    heights = []
    for size in (WIDE, TALL, SQUARE):
        picture = standing("lower_third", size, text="H", preset="tag")
        assert picture is not None
        heights.append(picture.rgba.shape[0])
    assert heights[0] == heights[1] == heights[2]


def test_ground_has_no_bands() -> None:
    """A card's ground fills the picture, is lightest in the middle, and changes by noise, not in steps."""
    ground = standing("ground", WIDE, 0, text="x")
    assert ground is not None
    assert ground.rgba.shape == (216, 384, 4)
    light = ground.rgba[..., :3].mean(axis=2)
    assert light[80:130, 150:230].mean() > light[:20, :20].mean() + 10
    row = light[100].round().astype(int)
    assert np.count_nonzero(np.diff(row)) > 60


def test_ink_on_the_accent_is_what_is_read_best() -> None:
    """On a bright accent it is dark, on a dark one bright."""
    bright = Palette.of({"palette": {"accent": "#ffee88"}})
    dark = Palette.of({"palette": {"accent": "#102060"}})
    assert bright.on(bright.accent) == bright.ground
    assert dark.on(dark.accent) == dark.text


def test_contrast_is_that_of_wcag() -> None:
    """Black on white has 21, a colour on itself 1."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((90, 20, 200), (90, 20, 200)) == 1


@pytest.mark.parametrize(
    ("corner", "left", "top"), [("top-left", True, True), ("bottom-right", False, False)]
)
def test_logo_lies_in_its_corner(tmp_path: Path, corner: str, left: bool, top: bool) -> None:
    """Cut to what is seen of it, within the margins, thinned by its opacity."""
    picture = Image.new("RGBA", (400, 400), (0, 255, 0, 0))
    picture.paste((200, 10, 10, 255), (100, 100, 300, 200))
    picture.save(tmp_path / "logo.png")
    options = json.dumps({"corner": corner, "opacity": 0.5})
    window = Window(WIDE, RATE, 1, options, (("logo", tmp_path / "logo.png"),))
    logo = draw_logo(window)(0)
    assert logo is not None
    assert logo.strength == 0.5
    assert logo.rgba.shape[1] == pytest.approx(2 * logo.rgba.shape[0], abs=1)
    assert (logo.left < WIDE.width / 2, logo.top < WIDE.height / 2) == (left, top)
    # Nothing of the green that hides under alpha 0.
    assert seen_green(logo.rgba) < 40


def seen_green(rgba: Plane) -> int:
    return int(rgba[..., 1][rgba[..., 3] > 20].max())


def test_logo_that_shows_nothing_is_refused(tmp_path: Path) -> None:
    """A picture that is transparent all over is no logo."""
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(tmp_path / "logo.png")
    with pytest.raises(MediaError, match="transparent"):
        draw_logo(Window(WIDE, RATE, 1, "{}", (("logo", tmp_path / "logo.png"),)))


def test_moviepy_clip_lies_over_the_film() -> None:
    """A plug-in may compose with MoviePy: its mask is the alpha, and time runs with the frames."""
    from moviepy import ColorClip, CompositeVideoClip

    square = ColorClip((20, 10), color=(255, 0, 0), duration=2).with_opacity(0.5)
    moved = square.with_position(lambda at: (int(at * 24), 0))
    clip = CompositeVideoClip([moved], size=(60, 10), bg_color=None)
    drawing = clip_drawing(clip, Window(WIDE, RATE, 48), 7, 9)
    picture = drawing(24)
    assert picture is not None
    assert (picture.left, picture.top, picture.rgba.shape) == (7, 9, (10, 60, 4))
    assert [int(picture.rgba[5, x, 3]) for x in (22, 25, 43, 46)] == [0, 128, 128, 0]
    assert list(picture.rgba[5, 30, :3]) == [255, 0, 0]


def test_preset_of_a_plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package brings a drawer by its entry point; its version tells of itself and of the package."""
    (tmp_path / "lamp.py").write_text(
        "from longtake.media.overlay import Drawer\nneon = Drawer(lambda w: lambda i: None, '7')\n"
    )
    bring(tmp_path, monkeypatch, {"longtake.titles": {"neon": "lamp:neon"}})
    assert plugged_kinds() == ("neon",)
    assert drawer_of("neon").version == "lamp 1 7"


@pytest.mark.parametrize("value", ["lamp:missing", "lamp:number"])
def test_broken_preset_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """What cannot be loaded, or is no drawer, says where it came from."""
    (tmp_path / "lamp.py").write_text("number = 3\n")
    bring(tmp_path, monkeypatch, {"longtake.titles": {f"bad-{value[5:]}": value}})
    with pytest.raises(MediaError) as error:
        drawer_of(f"bad-{value[5:]}")
    assert "lamp" in error.value.hint


BREAKS = """
import numpy as np
from longtake.media.overlay import Drawer, Picture

def soon(window): raise KeyError("soon")
def late(window): return lambda index: 1 / (index - 24)
def grey(window): return lambda index: Picture(np.zeros((9, 9), np.uint8))
def fine(window): return lambda index: Picture(np.zeros((9, 9, 4), np.uint8))

soon, late, grey, fine = (Drawer(draw) for draw in (soon, late, grey, fine))
"""


@pytest.mark.parametrize(
    ("name", "why"),
    [("soon", "KeyError: 'soon'"), ("late", "ZeroDivisionError"), ("grey", "8-bit RGBA")],
)
def test_however_a_preset_fails_its_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    """What raises while it draws, or draws something else, is an error that says whose it is."""
    (tmp_path / "lamp.py").write_text(BREAKS)
    groups = {f"torch-{name}": f"lamp:{name}", f"torch-no-{name}": "lamp:fine"}
    bring(tmp_path, monkeypatch, {"longtake.titles": groups})
    window = Window(WIDE, RATE, 48, "{}")
    assert drawer_of(f"torch-no-{name}").draw(window)(24) is not None
    with pytest.raises(MediaError, match=why) as error:
        drawer_of(f"torch-{name}").draw(window)(24)
    assert "lamp" in error.value.hint
