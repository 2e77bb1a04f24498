"""Titles looked at before a film is made: with the film's size, and the fonts of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageFont

from longtake.errors import StoryboardError
from longtake.film import make_film
from longtake.planning import plan_film
from longtake.wishes import Wishes
from plug_ins import bring

HEAD = "longtake: 1\ntitle: T\nfilm: {size: 160x96}\n"
SHOT = "scenes: [{id: a, prompt: x, seconds: 8, lower_third: {text: %s}}]\n"


def codes(folder: Path, board: str) -> list[str]:
    """Plan a board; gives the codes of its faults, else of its warnings."""
    path = folder / "board.yaml"
    path.write_text(HEAD + board, encoding="utf-8")
    try:
        return [warning.code for warning in plan_film(path, Wishes()).warnings]
    except StoryboardError as error:
        return [fault.code for fault in error.faults]


def font(folder: Path) -> None:
    """Save Pillow's own face as a font file of the author's."""
    face = ImageFont.load_default(16)
    assert isinstance(face, ImageFont.FreeTypeFont)
    (folder / "face.ttf").write_bytes(face.font_bytes)


@pytest.mark.parametrize(
    ("board", "said"),
    [
        (SHOT % "Ada", []),
        (SHOT % ("word " * 80), ["title-too-long"]),
        (SHOT % "a\U0010abcdb", ["no-glyph"]),
        (SHOT % "A, preset: lyne", ["unknown-preset"]),
        (SHOT % "A, options: {a: 1}", ["title-options"]),
        ("brand: {palette: {text: '#202830'}}\n" + SHOT % "A", ["low-contrast"]),
        ("brand: {palette: {ground: white}}\n" + SHOT % "A", ["low-contrast", "low-contrast"]),
        ("brand: {font: none.ttf}\n" + SHOT % "A", ["missing-file"]),
        ("brand: {font: board.yaml}\n" + SHOT % "A", ["bad-file"]),
        ("brand: {logo: {file: none.png}}\n" + SHOT % "A", ["missing-file"]),
    ],
)
def test_board_and_what_is_said(tmp_path: Path, board: str, said: list[str]) -> None:
    """Each fault and warning of titles, and none where there is nothing to say."""
    found = codes(tmp_path, board)
    assert [code for code in found if code != "title-hurried"] == said


def test_fault_names_the_sign(tmp_path: Path) -> None:
    """Who cannot see a sign in the terminal reads its name."""
    path = tmp_path / "board.yaml"
    path.write_text(HEAD + SHOT % "a\U0010abcdb", encoding="utf-8")
    with pytest.raises(StoryboardError, match="unnamed, U\\+10ABCD"):
        plan_film(path, Wishes())


def test_font_file_of_the_author(tmp_path: Path) -> None:
    """Its bytes are part of the title; signs it lacks are set in another font, with a warning."""
    font(tmp_path)
    board = "brand: {font: face.ttf}\n" + SHOT
    assert codes(tmp_path, board % "Ada") == []
    assert codes(tmp_path, board % "Ада Берг") in (["other-font"], ["no-glyph"])
    plan = (
        plan_film(tmp_path / "board.yaml", Wishes()) if codes(tmp_path, board % "A") == [] else None
    )
    assert plan and [file.name for file in plan.cues.titles[0].files] == ["font"]


def test_logo_that_shows_nothing(tmp_path: Path) -> None:
    """It is said at its place before any film is made."""
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "l.png")
    assert codes(tmp_path, "brand: {logo: {file: l.png}}\n" + SHOT % "A") == ["bad-logo"]


def test_letters_that_this_pillow_cannot_join(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without Raqm Arabic would come out as loose letters in the wrong order: it is refused."""
    monkeypatch.setattr("longtake.media.type.features.check", lambda name: name != "raqm")
    found = codes(tmp_path, SHOT % "الحارس")
    assert found in (["unshaped"], ["no-glyph"])


def test_brand_of_a_series(tmp_path: Path) -> None:
    """A bible's brand is every episode's, with files seen from the bible; an episode may overrule parts."""
    (tmp_path / "house").mkdir()
    Image.new("RGB", (20, 20), "red").save(tmp_path / "house" / "l.png")
    (tmp_path / "house" / "house.yaml").write_text(
        "brand: {logo: {file: l.png}, palette: {accent: red, ground: navy}}\n"
    )
    board = "extends: house/house.yaml\nbrand: {palette: {accent: yellow}}\n" + SHOT % "A"
    assert codes(tmp_path, board) == []
    name, logo = plan_film(tmp_path / "board.yaml", Wishes()).cues.titles
    assert logo.files[0].path == tmp_path / "house" / "l.png"
    assert '"accent":"#ffff00","ground":"#000080"' in name.options


def test_plug_in_that_cannot_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset whose package is broken is a fault at the place that names it."""
    (tmp_path / "lamp.py").write_text("raise RuntimeError\n")
    bring(tmp_path, monkeypatch, {"longtake.titles": {"flicker": "lamp:draw"}})
    assert codes(tmp_path, SHOT % "A, preset: flicker") == ["bad-preset"]


def test_edited_title_renders_its_window_and_costs_nothing(tmp_path: Path) -> None:
    """From board to film: other words over a shot make its frames anew that they lie over, no more."""
    path = tmp_path / "board.yaml"
    scenes = (
        "scenes:\n"
        "  - {id: card, title_card: {text: Night}, seconds: 1}\n"
        "  - {id: a, prompt: x, seconds: 4, lower_third: {text: %s, from: 1, seconds: 2}}\n"
    )
    path.write_text(HEAD + scenes % "Ada")
    wishes = Wishes(animatic=True, workers=1)
    first = make_film(path, wishes)
    path.write_text(HEAD + scenes % "Bob")
    second = make_film(path, wishes)
    assert first.rendered > second.rendered == 48
    (window,) = (span for span in second.spans if "lower third" in span.reason)
    assert (window.start, window.end) == (48, 96)


def test_a_lower_third_stands_above_labels(tmp_path: Path) -> None:
    """Only where labels are drawn, and of all titles only what stands where they are."""
    path = tmp_path / "board.yaml"
    card = "title_card: {text: B, from: 5}"
    path.write_text(HEAD + SHOT.replace("lower_third", f"{card}, lower_third") % "A, seconds: 2")

    def raised(wishes: Wishes) -> list[str]:
        return [cue.kind for cue in plan_film(path, wishes).cues.titles if "raised" in cue.options]

    assert raised(Wishes(animatic=True)) == ["lower_third"]
    assert raised(Wishes(animatic=True, labels=False)) == raised(Wishes()) == []


@pytest.mark.parametrize("draw", ["lambda w: 1 / 0", "lambda w: lambda i: i / 0"])
def test_plug_in_that_fails_while_it_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw: str
) -> None:
    """It is tried out before anything is bought: behind all clips would be too late."""
    (tmp_path / "lamp.py").write_text(
        f"from longtake.media.overlay import Drawer\ndraw = Drawer({draw})\n"
    )
    name = f"flicker{len(draw)}"
    bring(tmp_path, monkeypatch, {"longtake.titles": {name: "lamp:draw"}})
    assert codes(tmp_path, SHOT % f"A, preset: {name}") == ["bad-preset"]
