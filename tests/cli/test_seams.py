"""`longtake seams` says what is to be seen at each seam, and ends with 1 where something is."""

from __future__ import annotations

from pathlib import Path

import av

from commands import SMALL, TWO_SHOTS, Cli, Write
from json_schemas import check
from longtake.cli.seams import packed


def test_a_film_with_a_seam(cli: Cli, write: Write) -> None:
    """One line a seam, a sum, and a document of the form that is described."""
    write(TWO_SHOTS)
    made = cli("make", "--quality", "draft")
    said = cli("seams")
    document = check("seams", cli("seams", "--json").out)
    (seam,) = document["seams"]

    assert said.out.startswith(f"1  00:01:11  bay.2/1  {seam['repaired']}")
    assert said.out.splitlines()[-1].startswith("1 seam: ")
    assert (seam["before"], seam["after"], seam["at"]) == ("bay.1/1", "bay.2/1", 23)
    assert [clip["clip"] for clip in document["chains"][0]] == ["bay.1/1", "bay.2/1"]
    assert said.code == (0 if seam["clean"] else 1)
    # How drawn clips meet is no news.
    assert "can be seen" not in made.err


def test_the_report_shows_them(cli: Cli, write: Write) -> None:
    """A film of drawn clips has its seams in the report, and a run with nothing to do leaves it."""
    write(TWO_SHOTS)
    cli("animatic", "--quality", "draft")
    report = Path("films/board/report-animatic.html")
    inode = report.stat().st_ino
    html = report.read_text(encoding="utf-8")
    cli("animatic", "--quality", "draft")

    assert 'id="seams"' in html
    assert html.count("<polyline") == 8
    assert html.count('class="seamcard"') == 1
    assert report.stat().st_ino == inode
    assert check("seams", cli("seams", "--animatic", "--json").out)["film"] == "animatic"


def test_before_anything_is_made(cli: Cli, write: Write) -> None:
    """The clips that lack are named, and it is no success."""
    write(TWO_SHOTS)
    said = cli("seams")

    assert said.code == 1
    assert "1 seam cannot be looked at: no take of bay.1/1, bay.2/1" in said.out
    assert "hint: `longtake make` makes what is missing" in said.err
    assert "hint: `longtake animatic` makes" in cli("seams", "--animatic").err
    assert check("seams", cli("seams", "--json").out)["missing"] == ["bay.1/1", "bay.2/1"]


def test_a_film_without_seams(cli: Cli, write: Write) -> None:
    """There is nothing to be seen, made or not."""
    write(f"longtake: 1\ntitle: One\n{SMALL}scenes: [{{id: bay, prompt: x, seconds: 2}}]\n")
    said = cli("seams")

    assert said.code == 0
    assert said.out == "this film has no seam: no clip of it goes on where another ended\n"


def test_a_seam_is_played(cli: Cli, write: Write) -> None:
    """Both ways side by side under a strip of words, two seconds four times, beside the film."""
    write(TWO_SHOTS)
    cli("make", "--quality", "draft")
    said = cli("seams", "--play", "1")

    assert (said.code, said.out) == (0, "films/board/seam-1.mp4\n")
    with av.open("films/board/seam-1.mp4") as film:
        stream = film.streams.video[0]
        frames = sum(1 for _ in film.decode(stream))
        assert (stream.width, stream.height, frames) == (320, 90 + 28, 4 * 24)


def test_a_seam_that_is_not_there(cli: Cli, write: Write) -> None:
    """It is said how many there are, or that its clips lack."""
    write(TWO_SHOTS)

    assert "there is no seam 7: the film has 1 seam" in cli("seams", "--play", "7").err
    lacking = cli("seams", "--play", "1")
    assert (lacking.code, Path("films").exists()) == (2, False)
    assert "seam 1 cannot be played: one of its clips has no take" in lacking.err


def test_words_are_packed() -> None:
    """A number stays with its limit; a pipe gets all on one line."""
    words = ["aa 1 (limit 2)", "bb 3 (limit 4)", "cc 5 (limit 6)"]

    assert packed(words, 31) == ["aa 1 (limit 2), bb 3 (limit 4),", "cc 5 (limit 6)"]
    assert packed(words, 5) == [f"{words[0]},", f"{words[1]},", words[2]]
    assert packed(words, 0) == [", ".join(words)]
    assert packed([], 9) == [""]
