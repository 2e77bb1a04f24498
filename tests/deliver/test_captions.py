"""Captions beside the film: named so that players find them, or do not show them twice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import pytest

from longtake.assemble.captions import film_captions
from longtake.assemble.film import Film
from longtake.cues import CaptionFile, CaptionSheet, CaptionStyle, CueSheet, NarrationCue, TimedText
from longtake.deliver.captions import write_captions
from longtake.subtitles import read_subtitles
from longtake.timeline import Timeline, TimelineClip
from longtake.units import FrameRate, Size

RATE = FrameRate.parse("24000/1001")
HOSTILE = "<b>{\\an8}</b> & \\N --> x"


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """A film of a minute, as its deliverables see it."""
    timeline = Timeline(RATE, Size(1280, 720), (TimelineClip("a", "a", 0, 1440),), ())
    return Film(tmp_path / "film.mp4", timeline, (), made=True, rendered=0)


def cues(*texts: str, burn: bool = False) -> CueSheet:
    said = tuple(TimedText(Fraction(n), n + Fraction(2, 3), t) for n, t in enumerate(texts))
    style = ((("a", CaptionStyle()),)) if burn else ()
    return CueSheet(captions=CaptionSheet((CaptionFile("w", said, frozenset("a")),), burned=style))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_both_files_say_what_the_film_says(film: Film, tmp_path: Path) -> None:
    """Read back, each caption has its words, and its times fall on its frames."""
    sheet = replace(
        cues("one", HOSTILE),
        narration=(
            NarrationCue("a", "a", "Now he speaks. And he says more.", -18.0, Fraction(40)),
        ),
    )
    captions = film_captions(film.timeline, sheet)
    files = write_captions(film, sheet, tmp_path)
    assert [path.name for path in files] == ["film.srt", "film.vtt"]
    for path in files:
        found = read_subtitles(path.read_bytes(), path.name)
        frames = [(ceil(c.start_s * RATE.value), ceil(c.end_s * RATE.value), c.text) for c in found]
        assert frames == [(c.start, c.end, c.text) for c in captions]


def test_libav_reads_them_without_a_command(film: Film, tmp_path: Path) -> None:
    """What another reader takes out of the files is the words, with no markup come alive."""
    srt, vtt = write_captions(film, cues(HOSTILE), tmp_path)
    for path, form in ((srt, "srt"), (vtt, "webvtt")):
        with av.open(str(path), format=form) as opened:
            packets = [p for p in opened.demux() if p.dts is not None]
            (line,) = [subtitle.ass for p in packets for subtitle in p.decode()]  # type: ignore[union-attr]
        said = line.split(b",", 8)[8].decode().replace("\u2060", "")
        for sign in ("<b>", "</b>", "& ", "-->", "an8}"):
            assert sign in said, form
        assert "{\\an8" not in said.replace("\\{", "") or form == "srt"


def test_burned_captions_are_not_laid_over_the_film_again(film: Film, tmp_path: Path) -> None:
    """Where any are in the picture the files have a name that no player takes up by itself."""
    write_captions(film, cues("x"), tmp_path)
    write_captions(film, cues("x", burn=True), tmp_path)
    assert names(tmp_path) == ["captions.srt", "captions.vtt"]
    animatic = replace(film, path=tmp_path / "film-animatic.mp4")
    write_captions(animatic, cues("x", burn=True), tmp_path)
    assert "captions-animatic.srt" in names(tmp_path)


def test_files_of_captions_that_are_gone(film: Film, tmp_path: Path) -> None:
    """Ours are taken away with the captions; what an author put there stays."""
    write_captions(film, cues("x"), tmp_path)
    (tmp_path / "captions.srt").write_text("mine")
    assert write_captions(film, CueSheet(), tmp_path) == ()
    assert names(tmp_path) == ["captions.srt"]


def test_unchanged_files_are_left_alone(film: Film, tmp_path: Path) -> None:
    """The second time nothing is written."""
    before = [path.stat().st_ino for path in write_captions(film, cues("x"), tmp_path)]
    assert [path.stat().st_ino for path in write_captions(film, cues("x"), tmp_path)] == before
    assert [path.stat().st_ino for path in write_captions(film, cues("y"), tmp_path)] != before
