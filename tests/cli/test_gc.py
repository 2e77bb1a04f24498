"""`gc` lists what nothing needs; without `--yes` it removes nothing, and no paid take unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commands import TWO_SHOTS, Cli, Write
from longtake.buying import bought_takes
from longtake.files import PART
from longtake.history import film_name, save_history
from longtake.planning import plan_film
from longtake.storyboard.choices import choices_path
from longtake.vault.store import Vault
from longtake.wishes import Wishes
from purchases import done

LONG_AGO = 1_500_000_000.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a half-written file and a frame nobody sent, both of long ago."""
    home = tmp_path / "home"
    monkeypatch.setenv("LONGTAKE_HOME", str(home))
    vault = Vault(home / "vault")
    vault.open()
    torn = vault.root / "objects" / f"ab{PART}fetch.mp4"
    torn.write_bytes(b"x" * 1500)
    still = vault.frame("still", lambda part: part.write_bytes(b"y" * 200_000) and None)
    for path in (torn, still):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return home


def films(home: Path) -> int:
    """Count the takes that lie in a home."""
    return len(list((home / "vault" / "objects").glob("*/*.mp4")))


def test_what_could_go(cli: Cli, home: Path) -> None:
    """Files and bytes are listed, and stay; with `--yes` they go, and there is no more to say."""
    done(home, "bay.1/1")
    said = cli("gc")

    assert said.out == (
        "half-written file, 1.5 kB  home/vault/objects/ab.part-fetch.mp4\n"
        "frame that no purchase sent, 0.2 MB  home/vault/frames/still.png\n"
        "2 things could be removed, 0.2 MB\n"
    )
    assert said.err == "hint: the same command with `--yes` removes them\n"
    assert cli("gc", "--yes").out.splitlines()[-1] == "2 things removed, 0.2 MB"
    assert cli("gc").out == "nothing can be removed\n"
    assert films(home) == 1


def test_takes_of_a_board_that_is_gone(cli: Cli, home: Path) -> None:
    """They are listed with their price when asked for, and removed by a second word alone."""
    done(home, "bay.1/1", charge="0.25", at=LONG_AGO, board="/films/gone.yaml")
    cli("gc", "--yes")
    assert films(home) == 1

    said = cli("gc", "--unused", "30")
    assert said.out.splitlines()[0].startswith('take of "bay.1/1" of /films/gone.yaml, ')
    assert said.out.splitlines()[0].endswith(", paid 0.25 USD")
    assert said.out.splitlines()[1].endswith("; its takes cost 0.25 USD")
    assert films(home) == 1

    assert cli("gc", "--unused", "30", "--yes").out.endswith("; the takes had cost 0.25 USD\n")
    assert films(home) == 0
    assert cli("verify").code == 0


def test_takes_that_a_board_uses(cli: Cli, home: Path, write: Write) -> None:
    """Whatever a board that exists asks for stays, whoever bought it, however long ago."""
    board = write(TWO_SHOTS)
    recipe = plan_film(board, Wishes()).jobs[0].recipe
    done(home, "bay.1/1", b"one", at=LONG_AGO, board=str(board))
    done(home, "old/1", b"two", at=LONG_AGO, board="/films/gone.yaml", recipe=recipe)
    said = cli("gc", "--unused", "1", "--yes")

    assert 'take of "bay.1/1"' in said.out
    assert 'take of "old/1"' not in said.out
    assert films(home) == 1


def test_takes_that_were_not_kept(cli: Cli, home: Path, write: Write) -> None:
    """All takes of a recipe in use stay, whichever of them is kept: they were bought to choose from."""
    board = write(TWO_SHOTS)
    recipe = plan_film(board, Wishes()).jobs[0].recipe
    _, take = done(home, "bay.1/1", b"two", at=LONG_AGO, board=str(board), recipe=recipe)
    record = home / "vault" / "takes" / f"{take.key}.json"
    record.write_text(record.read_text().replace('"take": 1', '"take": 2'))
    choices_path(board).write_text("clips: {bay.1/1: {take: 1}}\n")

    assert bought_takes().recipes() == {f"{recipe}#2"}
    assert "take of" not in cli("gc", "--unused", "1", "--yes").out
    assert films(home) == 1


def test_a_board_with_a_fault(cli: Cli, home: Path, write: Write) -> None:
    """Where nobody can tell what is used, no take is removed."""
    board = write("longtake: 1\nscenes: 7\n")
    done(home, "bay.1/1", at=LONG_AGO, board=str(board))
    said = cli("gc", "--unused", "1", "--yes")

    assert said.code == 2
    assert said.err.startswith("error: nobody can tell which takes board.yaml uses: ")
    assert films(home) == 1


def test_takes_of_another_version(cli: Cli, home: Path, write: Write) -> None:
    """What `--set` made is needed as long as its board is, though the board alone asks for other words."""
    dressed = TWO_SHOTS.replace("a boat sets out", '"${w}"')
    board = write(dressed.replace("scenes:", "vars: {w: dawn}\nscenes:"))
    winter = plan_film(board, Wishes(variables={"w": "winter"}))
    keys = {job.id: f"key of {job.id}" for job in winter.jobs}
    plain = plan_film(board, Wishes())
    for plan, version in ((winter, "w-winter"), (plain, "")):
        save_history(
            board.parent / ".longtake",
            film_name("board", version=version),
            plan,
            keys,
        )
    recipe = winter.jobs[0].recipe
    done(home, "bay.1/1", b"one", at=LONG_AGO, board=str(board), recipe=recipe)
    cli("gc", "--unused", "1", "--yes")

    assert films(home) == 1


def test_a_chosen_take_is_in_use_though_its_shot_is_left_out(
    cli: Cli, write: Write, home: Path
) -> None:
    """The choices file alone tells of it: no working file does any more, nor a muted shot's plan."""
    board = write(TWO_SHOTS)
    old = {"at": LONG_AGO, "board": str(board.resolve())}
    done(home, "gone.1/1", b"chosen", recipe="ab" * 32, **old)
    done(home, "bay.9/1", b"never", recipe="cd" * 32, **old)
    choices_path(board).write_text(
        'clips:\n  "bay.7/1@season-winter": {take: 1, of: abababababababab}\n'
    )
    said = cli("gc", "--unused", "30").out

    assert ('take of "bay.9/1"' in said, 'take of "gone.1/1"' in said) == (True, False)
