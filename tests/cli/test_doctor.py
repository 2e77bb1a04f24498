"""`doctor` shows what is there and what is missing, shows no key, and exits by the free film."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Cli
from json_schemas import check
from longtake.testing import Simulator

CANARY = "canary-3e77"


def told(out: str) -> list[str]:
    """Give what was said line by line, without the blanks that only align it."""
    return [" ".join(line.split()) for line in out.splitlines()]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))


def test_a_machine_that_is_well(cli: Cli, tmp_path: Path) -> None:
    """The free film works without any key; what a key would give is said; nothing is written."""
    said = cli("doctor")

    assert said.code == 0, said.out
    assert told(said.out)[:1] == ["the free film"]
    assert "missing minimax MINIMAX_API_KEY is not set" in told(said.out)
    assert "gives: 5 models to buy clips of" in told(said.out)
    assert said.out.endswith("\nfilms can be drawn here, free\n")
    assert list(tmp_path.iterdir()) == []


def test_lines_fit_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is wrapped in a column of its own."""
    for columns in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = cli("doctor").out.splitlines()

        assert max(map(len, lines)) <= columns
        assert [line for line in lines if line != line.rstrip()] == []


def test_a_folder_in_which_nothing_can_be_made(cli: Cli, tmp_path: Path) -> None:
    """Then no film works: exit 1, and the last line names why."""
    (tmp_path / "films").touch()
    said = cli("doctor")

    assert said.code == 1
    assert "films cannot be written: not a directory" in said.out
    assert said.out.endswith("\nno film can be made here: films\n")


def test_keys_from_the_folder(cli: Cli, tmp_path: Path) -> None:
    """A good key is told so, a bad one too; neither is shown, and a bad one is no reason to fail."""
    with Simulator() as sim:
        (tmp_path / ".env").write_text(
            f"APIMART_API_KEY=apimart-key\nAPIMART_API_HOST={sim.url}/apimart\n"
            f"MINIMAX_API_KEY={CANARY}\nMINIMAX_API_HOST={sim.url}/minimax\n"
        )
        said, asked = cli("doctor"), sim.oracle("requests")
        offline = cli("doctor", "--offline")
        asked_again = sim.oracle("requests")

    assert said.code == 0
    assert "ok apimart 127.0.0.1 (APIMART_API_HOST) accepts the key" in told(said.out)
    assert "fault minimax the key is not accepted by minimax: invalid api key" in told(said.out)
    assert said.out.endswith("; clips can be bought from apimart\n")
    assert any(line.startswith("not asked apimart") for line in told(offline.out))
    assert asked["balance"] == 1 and "submit" not in asked
    assert asked_again == asked
    assert CANARY not in said.out + said.err and "apimart-key" not in said.out


def test_the_examination_as_data(cli: Cli, tmp_path: Path) -> None:
    """Every row with its state; the exit code is the same."""
    (tmp_path / ".longtake").touch()
    said = cli("doctor", "--offline", "--json")
    document = check("doctor", said.out)
    rows = {row["name"]: row for row in document["rows"]}

    assert (said.code, document["film_works"]) == (1, False)
    assert rows["pieces"] == {
        "group": "the free film",
        "name": "pieces",
        "state": "fault",
        "found": ".longtake cannot be written: not a directory",
        "unlocks": "make it writable, or work in another folder",
        "needed": True,
    }


def test_words_of_a_host_cannot_command_the_terminal(cli: Cli, tmp_path: Path) -> None:
    """What a host says is shown without its control signs."""
    refusal = {"do": "refuse", "kind": "key", "on": "any", "message": "no\x1b[2J\u202eway"}
    with Simulator({"faults": [refusal]}) as sim:
        (tmp_path / ".env").write_text(
            f"APIMART_API_KEY=apimart-key\nAPIMART_API_HOST={sim.url}/apimart\n"
        )
        said = cli("doctor")

    assert "no [2Jway" in said.out
    assert "\x1b" not in said.out and "\u202e" not in said.out
