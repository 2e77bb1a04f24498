"""Films of other shapes from the command line: asked for, shown, told of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import TWO_SHOTS, Cli, Write
from longtake.media.probe import probe
from longtake.units import Size

CARD = """longtake: 1
title: T
film: {size: 320x180, fps: 12}
captions: {burn: true, file: words.srt}
scenes: [{id: a, title_card: {text: The lamp}, seconds: 2}]
"""
WORDS = "1\n00:00:00,200 --> 00:00:01,800\nEvery evening he climbs all of the hundred steps to the lamp in the tower.\n"


def test_shapes_of_an_animatic(write: Write, cli: Cli, tmp_path: Path) -> None:
    """Each is made beside the film, with its report, from the same takes; then nothing is to do."""
    write(TWO_SHOTS)
    made = cli("animatic", "--aspect", "9:16,1:1")
    films = tmp_path / "films/board"
    takes = sorted((tmp_path / ".longtake/takes").rglob("*.mp4"))
    assert made.code == 0, made.err
    names = ["film-animatic.mp4", "film-animatic-9x16.mp4", "film-animatic-1x1.mp4"]
    assert made.out.split() == [f"films/board/{name}" for name in names]
    sizes = [probe(films / name).size for name in names]
    assert sizes == [Size(160, 90), Size(90, 160), Size(90, 90)]
    assert "9:16: " in made.err and "frames are there" in made.err
    for kind in ("report-animatic-9x16.html", "contact-animatic-1x1.jpg"):
        assert (films / kind).is_file()

    again = cli("animatic", "--aspect", "1:1", "--aspect", "9:16")
    assert again.err.count("nothing to do") == 3
    assert sorted((tmp_path / ".longtake/takes").rglob("*.mp4")) == takes


def test_status_knows_them(write: Write, cli: Cli, tmp_path: Path) -> None:
    """Another focus makes the film of another shape old, and not the film; so does its deletion."""
    write(TWO_SHOTS)
    cli("animatic", "--aspect", "1:1")
    told = json.loads(cli("status", "--animatic", "--json").out)["other_shapes"]
    assert [(each["aspect"], each["up_to_date"], each["lacking"]) for each in told] == [
        ("1:1", True, 0)
    ]

    write(TWO_SHOTS.replace("scenes:", 'focus: "0.2,0.5"\nscenes:'))
    said = cli("status", "--animatic").out
    assert "film-animatic.mp4: up to date" in said
    assert "film-animatic-1x1.mp4: older than its storyboard; " in said

    write(TWO_SHOTS.replace("160x90", "90x90"))
    assert "1:1" not in cli("status", "--animatic").out
    (tmp_path / "films/board/film-animatic-1x1.mp4").unlink()
    assert "1:1" not in cli("status", "--animatic").out


def test_captions_and_titles_are_laid_out_for_each(write: Write, cli: Cli, tmp_path: Path) -> None:
    """In a narrow film the same words take more lines."""
    (tmp_path / "words.srt").write_text(WORDS)
    write(CARD)
    made = cli("animatic", "--aspect", "9:16")
    assert made.code == 0, made.err
    films = tmp_path / "films/board"
    wide, tall = ((films / f"captions-animatic{name}.srt").read_text() for name in ("", "-9x16"))
    assert wide.split() == tall.split()
    assert len(tall.splitlines()) > len(wide.splitlines())


def test_a_title_that_only_one_shape_has_room_for(write: Write, cli: Cli) -> None:
    """It is found before anything is made, at its place and with the size it does not fit."""
    write(
        CARD.replace("captions: {burn: true, file: words.srt}\n", "").replace(
            "The lamp", "The keeper " * 13
        )
    )
    assert cli("plan").code == 0
    told = cli("animatic", "--aspect", "9:16")
    assert told.code == 2
    assert "its text does not fit into 180x320" in told.err
    assert told.err.count("does not fit") == 1


def test_plan_shows_them(write: Write, cli: Cli) -> None:
    """Their sizes, and that they cost nothing more."""
    write(TWO_SHOTS)
    said = cli("plan", "--aspect", "9:16,4:5").out
    assert "9:16 (90x160), 4:5 (90x112), from the same takes: nothing more is bought" in said
    told = json.loads(cli("plan", "--aspect", "9:16", "--json").out)
    assert told["other_shapes"] == [{"aspect": "9:16", "size": "90x160"}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("9:0", '"9:0" is no shape such as 9:16'),
        ("abc", '"abc" is no shape such as 9:16'),
        ("1:1,", '"" is no shape such as 9:16'),
        ("9:16,1:1,18:32", "18:32 is named twice"),
        ("9:1", "a shape lies between 4:1 and 1:4, not 9:1"),
        ("16:9", "the film has the shape 16:9 already (160x90)"),
    ],
)
@pytest.mark.parametrize("verb", ["make", "animatic", "plan"])
def test_what_is_no_other_shape(
    write: Write, cli: Cli, tmp_path: Path, verb: str, words: str, said: str
) -> None:
    """It is an error of usage, and nothing is made."""
    write(TWO_SHOTS)
    told = cli(verb, "--aspect", words)
    assert (told.code, said in told.err) == (2, True), told.err
    assert not (tmp_path / "films").exists()
