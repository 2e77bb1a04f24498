"""`--set` makes a version beside the others: its own film, report and memory, the same takes."""

from __future__ import annotations

import json
from pathlib import Path

from commands import Cli, Write

BOARD = """\
longtake: 1
title: A and B
vars: {season: autumn}
film: {size: 160x90, fps: 12}
scenes:
  - {prompt: a boat sets out, seconds: 1}
  - {prompt: "${season}", start: fresh, seconds: 1}
"""
WINTER = ("--set", "season=winter")


def test_two_versions(cli: Cli, write: Write) -> None:
    """Neither overwrites the other, each stands as it was made, and each verb finds its own."""
    write(BOARD)
    plain, winter = cli("make", "--json"), cli("make", *WINTER, "--json")
    made = sorted(path.name for path in Path("films/board").iterdir())
    lines = [[json.loads(line) for line in said.out.splitlines()] for said in (plain, winter)]
    clips = [{each["clip"] for each in some if each.get("state") == "made"} for some in lines]

    assert made == [
        "contact-season-winter.jpg",
        "contact.jpg",
        "film-season-winter.mp4",
        "film.mp4",
        "report-season-winter.html",
        "report.html",
    ]
    assert clips == [{"scene-1/1", "scene-2/1"}, {"scene-2/1"}]
    for more in ((), WINTER):
        assert json.loads(cli("status", *more, "--json").out)["up_to_date"] is True
        assert {
            each["state"] for each in json.loads(cli("explain", *more, "--json").out)["clips"]
        } == {"kept"}


def test_a_change_is_told_against_its_own_version(cli: Cli, write: Write) -> None:
    """What was made of another version is no reason to make a clip again."""
    write(BOARD)
    cli("make")
    cli("make", *WINTER)
    write(BOARD.replace("${season}", "${season}, late"))

    assert cli("explain", "scene-2/1").out == cli("explain", "scene-2/1", *WINTER).out
    assert "never made" in cli("explain", "scene-2/1", "--set", "season=spring").out


def test_hints_name_the_version(cli: Cli, write: Write) -> None:
    """What makes, approves or shows something of a version is said with its variables."""
    write(BOARD.replace("start: fresh, ", ""))

    for flags, verb in (((), "make"), (("--animatic",), "animatic")):
        said = cli("seams", *flags, *WINTER).err
        assert f"hint: `longtake {verb} --set season=winter` makes what is missing" in said
    assert "`longtake approve --set season=winter SHOT...`" in cli("promote", *WINTER).err


def test_a_run_keeps_the_schema_fresh(cli: Cli, write: Write) -> None:
    """What editors read is that of the version that made the film; a file that is right is left alone."""
    write(BOARD)
    schema = Path(".longtake/schema.json")
    schema.parent.mkdir()
    schema.write_text("{}")
    cli("animatic")
    fresh = schema.read_text("utf-8")
    before = schema.stat().st_mtime_ns, schema.stat().st_ino
    cli("animatic")

    assert json.loads(fresh)["properties"]["silence"]
    assert (schema.stat().st_mtime_ns, schema.stat().st_ino) == before
