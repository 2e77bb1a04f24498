"""`check` finds everything before anything runs, and makes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from commands import TWO_SHOTS, Cli, Write
from json_schemas import check
from longtake.files import read_json


def test_a_sound_board(cli: Cli, write: Write) -> None:
    """Nothing to find is said in one line on stdout."""
    write(TWO_SHOTS)
    said = cli("check")

    assert (said.code, said.err) == (0, "")
    assert said.out == "board.yaml: no faults, 1 scene, 2 shots\n"


def test_a_doubt(cli: Cli, write: Write) -> None:
    """A warning stands on stderr and stops nothing."""
    write(TWO_SHOTS.replace("comes home,", "comes home, join: dissolve 0.5s,"))
    said = cli("check")

    assert (said.code, said.out) == (0, "board.yaml: no faults, 1 warning, 1 scene, 2 shots\n")
    assert (
        'warning: shot "bay.2": a dissolve over a handoff shows the same moment twice' in said.err
    )


def test_doubts_as_data(cli: Cli, write: Write) -> None:
    """With --json each warning has its code, and one that the board silences is not there."""
    doubtful = TWO_SHOTS.replace("comes home,", "comes home in 2.39:1, join: dissolve 0.5s,")
    write(doubtful)
    codes = [each["code"] for each in check("check", cli("check", "--json").out)["warnings"]]
    write(doubtful.replace("  - id: bay", "  - id: bay\n    silence: [letterbox]"))
    left = [each["code"] for each in check("check", cli("check", "--json").out)["warnings"]]

    assert (codes, left) == (["letterbox", "ghost"], ["ghost"])


def test_a_missing_still(cli: Cli, write: Write) -> None:
    """Files are looked at as well."""
    write(TWO_SHOTS + "  - {still: gone.png}\n")
    said = cli("check")

    assert said.code == 2
    assert "board.yaml:9:13: there is no file gone.png" in said.err


def test_nothing_is_made(cli: Cli, write: Write, tmp_path: Path) -> None:
    """A check leaves the folder as it was."""
    write(TWO_SHOTS)
    cli("check")

    assert [path.name for path in tmp_path.iterdir()] == ["board.yaml"]


def test_as_data(cli: Cli, write: Write) -> None:
    """With --json one object says what the board holds."""
    write(TWO_SHOTS)
    found = check("check", cli("check", "--json").out)

    assert (found["scenes"], found["shots"], found["clips"]) == (1, 2, 2)


def test_faults_as_data(cli: Cli, write: Write) -> None:
    """With --json each fault is an object of its own."""
    write(TWO_SHOTS + "  - {still: gone.png}\n  - {footage: lost.mp4}\n")
    said = cli("check", "--json")
    found = check("error", said.out)

    assert (said.code, found["exit"], found["message"]) == (2, 2, "2 faults")
    assert [fault["line"] for fault in found["faults"]] == [9, 10]


def test_flawed_values_and_files_at_once(cli: Cli, write: Write) -> None:
    """A value that cannot be, a name that leads nowhere and a missing file are told in one go."""
    write(
        "longtake: 1\ntitle: T\nfilm: {fps: fast}\nscenes:\n"
        "  - {id: a, still: gone.png, secondz: 2}\n  - {id: b, prompt: x, start: c.end}\n"
    )
    said = cli("check")
    places = [line.partition(" ")[0] for line in said.err.splitlines() if "board.yaml:" in line]

    assert said.code == 2
    assert places == [
        "board.yaml:3:13:",
        "board.yaml:5:20:",
        "board.yaml:5:30:",
        "board.yaml:6:31:",
    ]
    assert "there is no file gone.png" in said.err


def test_faults_of_words_and_of_files(cli: Cli, write: Write) -> None:
    """A wrong reference hides no missing file: both come, in file order."""
    write(
        TWO_SHOTS + "  - {still: gone.png}\n  - {prompt: x, start: zoo.end}\n  - {still: no.png}\n"
    )
    found = check("error", cli("check", "--json").out)

    assert [(fault["line"], fault["code"]) for fault in found["faults"]] == [
        (9, "missing-file"),
        (10, "unknown-id"),
        (11, "missing-file"),
    ]


def test_a_folder_whose_name_is_no_text(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are no UTF-8 in the way to a board hurt nothing, and are remembered."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    (folder / ".longtake").mkdir(parents=True)
    monkeypatch.chdir(folder)
    Image.new("RGB", (32, 32)).save(folder / "a.png")
    Path("board.yaml").write_text(TWO_SHOTS + "  - {still: a.png}\n", encoding="utf-8")

    assert cli("check").code == 0
    found = check("plan", cli("plan", "--json").out)
    assert found["clips"][-1]["file"].endswith("a.png")
    (remembered,) = read_json(folder / ".longtake" / "files.json")["files"]
    assert remembered == str((folder / "a.png").resolve())


def test_pictures_without_a_public_address(
    cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that takes addresses only needs a place for pictures; a folder of a stranger names none."""
    Image.new("RGB", (640, 360)).save(tmp_path / "q.png")
    write(
        "longtake: 1\ntitle: T\nmodel: apiinone/hailuo-2-3\nscenes: [{start: q.png, prompt: a boat}]"
    )
    without = cli("check")
    (tmp_path / ".env").write_text("LONGTAKE_UPLOAD_COMMAND='put {file}'\n")
    from_file = cli("check")
    (tmp_path / ".env").unlink()
    monkeypatch.setenv("LONGTAKE_UPLOAD_PUT", "https://bucket.example/{name}")

    assert without.code == 2
    assert "hint: set LONGTAKE_UPLOAD_COMMAND or LONGTAKE_UPLOAD_PUT" in without.err
    assert (from_file.code, cli("plan").code) == (2, 0)
    assert cli("plan", "--animatic").code == 0
