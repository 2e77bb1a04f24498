"""`fmt` writes a board in one way, or only says that it would."""

from __future__ import annotations

from pathlib import Path

from commands import TWO_SHOTS, Cli, Write

MESSY = "title:   'T'  # its name\nlongtake: 1\nscenes:\n- prompt: a lamp\n  id: lamp\n"
CLEAN = "longtake: 1\ntitle: T  # its name\nscenes:\n  - id: lamp\n    prompt: a lamp\n"


def test_a_board_is_laid_out(cli: Cli, write: Write) -> None:
    """The file is named and written; a second time there is nothing to do."""
    path = write(MESSY)
    first, second = cli("fmt"), cli("fmt", "board.yaml")

    assert (first.code, first.out, first.err) == (0, "board.yaml\n", "")
    assert path.read_text("utf-8") == CLEAN.replace("T  # its name", "T      # its name")
    assert (second.code, second.out) == (0, "")


def test_only_a_look(cli: Cli, write: Write) -> None:
    """With --check nothing is written, and the exit code tells."""
    path = write(MESSY)
    write(CLEAN, "other.yaml")
    said = cli("fmt", "board.yaml", "other.yaml", "--check")

    assert (said.code, said.out) == (1, "board.yaml\n")
    assert path.read_text("utf-8") == MESSY
    assert cli("fmt", "other.yaml", "--check").code == 0


def test_a_board_with_a_fault_is_left_alone(cli: Cli, write: Write) -> None:
    """Its fault is told, and no other file of the same command is written either."""
    good, bad = write(MESSY, "good.yaml"), write(MESSY + "  secondz: 2\n", "bad.yaml")
    said = cli("fmt", "good.yaml", "bad.yaml")

    assert (said.code, said.out) == (2, "")
    assert 'bad.yaml:6:3: unknown key "secondz"' in said.err
    assert good.read_text("utf-8") == MESSY and bad.read_text("utf-8").startswith(MESSY)


def test_a_bible(cli: Cli, write: Write) -> None:
    """A file without scenes is laid out too; its own faults are told."""
    path = write("vars: {a: 'b'}\nextends: house.yaml\n", "series.yaml")
    write("look: x\n", "house.yaml")

    assert cli("fmt", "series.yaml").code == 0
    assert path.read_text("utf-8") == "extends: house.yaml\nvars: {a: b}\n"
    write("lok: x\n", "series.yaml")
    assert 'unknown key "lok"' in cli("fmt", "series.yaml").err


def test_line_ends_and_links_stay(cli: Cli, write: Write, tmp_path: Path) -> None:
    """Windows line ends are kept, a link goes on being one, and who may read a file may still."""
    path = write("", "real/board.yaml")
    path.write_bytes(MESSY.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    (tmp_path / "link.yaml").symlink_to(path)
    cli("fmt", "link.yaml")

    assert (tmp_path / "link.yaml").is_symlink()
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") == 5
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_board_that_needs_nothing_is_not_touched(cli: Cli, write: Write) -> None:
    """Its file stays the same file."""
    path = write(TWO_SHOTS)
    before = path.stat().st_ino, path.stat().st_mtime_ns
    cli("fmt")

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before
