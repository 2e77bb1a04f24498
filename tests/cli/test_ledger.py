"""`ledger` shows what was bought and what it came to, and never what could be misused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from commands import Cli
from json_schemas import check
from longtake.vault.ledger import Ledger
from purchases import MORNING, done, intent, submitted

DAY_S = 86400.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with purchases in five states and two currencies."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    home = tmp_path / "home"
    done(home, "bay.1/1", at=MORNING - 30 * DAY_S, charge="0.25")
    done(home, "bay.1/2", board="/films/dawn.yaml")
    failed = submitted(home, "bay.2/1", model="apimart/MiniMax-H3", price="0.57 USD")
    Ledger(home / "ledger.db").refunded(failed.id, "it broke", MORNING)
    submitted(home, "bay.3/1", at=MORNING + 60, price="2.00 CNY")
    lost = intent(home, "bay.4/1", at=MORNING + 61)
    Ledger(home / "ledger.db").unknown(lost.id, "no answer", MORNING + 91)
    return home


@pytest.mark.usefixtures("home")
def test_all_purchases(cli: Cli) -> None:
    """A line for each, newest last, and what all came to in each currency."""
    assert (
        cli("ledger").out
        == """\
   time (UTC)        board      clip     model                      s  state         quote      charge  task
1  2026-09-12 09:14  bay.yaml   bay.1/1  minimax/MiniMax-Hailuo-02  6  done       0.28 USD    0.25 USD  task-1
2  2026-10-12 09:14  dawn.yaml  bay.1/2  minimax/MiniMax-Hailuo-02  6  done       0.28 USD  (0.28 USD)  task-2
3  2026-10-12 09:14  bay.yaml   bay.2/1  apimart/MiniMax-H3         6  refunded   0.57 USD    0.00 USD  task-3
4  2026-10-12 09:15  bay.yaml   bay.3/1  minimax/MiniMax-Hailuo-02  6  submitted  2.00 CNY              task-4
5  2026-10-12 09:15  bay.yaml   bay.4/1  minimax/MiniMax-Hailuo-02  6  unknown    0.28 USD

charged  0.00 CNY for 0 clips, 2.00 CNY reserved for 1 more
charged  0.53 USD for 2 clips, 0.28 USD reserved for 1 more
(in brackets: what was reserved, for nobody told the charge)
"""
    )


@pytest.mark.usefixtures("home")
def test_sums_by_month_and_model(cli: Cli) -> None:
    """Groups are shown in their order, each currency on a line of its own."""
    assert (
        cli("ledger", "--by", "month,model").out
        == """\
month    model                      clips  voices   charged  open  reserved
2026-09  minimax/MiniMax-Hailuo-02      1       0  0.25 USD     0  0.00 USD
2026-10  apimart/MiniMax-H3             0       0  0.00 USD     0  0.00 USD
2026-10  minimax/MiniMax-Hailuo-02      0       0  0.00 CNY     1  2.00 CNY
2026-10  minimax/MiniMax-Hailuo-02      1       0  0.28 USD     1  0.28 USD
"""
    )


@pytest.mark.usefixtures("home")
def test_an_unknown_group(cli: Cli) -> None:
    """What sums can be grouped by is said."""
    said = cli("ledger", "--by", "month,colour")

    assert said.code == 2
    assert said.err.startswith(
        "error: invalid value for '--by': \"colour\" is none of month, model, provider, board\n"
    )


@pytest.mark.usefixtures("home")
def test_purchases_as_data(cli: Cli) -> None:
    """The document is what its schema says; grouped, it holds sums alone."""
    every = check("ledger", cli("ledger", "--json").out)
    grouped = check("ledger", cli("ledger", "--by", "board", "--json").out)

    assert [row["state"] for row in every["rows"]][2:] == ["refunded", "submitted", "unknown"]
    assert every["rows"][0]["closed"] == "2026-09-12 09:15:33"
    assert (grouped["rows"], grouped["sums"][0]["group"]) == ([], ["/films/bay.yaml"])


@pytest.mark.usefixtures("home")
def test_purchases_for_a_spreadsheet(cli: Cli) -> None:
    """The first line names the columns; grouped sums come the same way."""
    head, first, *rest = csv.reader(cli("ledger", "--csv").out.splitlines())
    sums = cli("ledger", "--by", "provider", "--csv").out.splitlines()

    assert dict(zip(head, first, strict=True))["charge"] == "0.25 USD"
    assert len(rest) == 4
    assert sums[:2] == [
        "provider,clips,voices,charged,open,reserved",
        "apimart,0,0,0.00 USD,0,0.00 USD",
    ]


def test_words_of_a_provider_are_harmless(cli: Cli, home: Path) -> None:
    """No link that lets anybody fetch is shown, and no cell is a formula."""
    row = intent(home, "bay.5/1", at=MORNING + 100)
    message = "=HYPERLINK(1) see https://cdn.example/a.mp4?Signature=s3cret&Key=k for\nit"
    Ledger(home / "ledger.db").unknown(row.id, message, MORNING + 101)
    table, rows = cli("ledger", "--json").out, cli("ledger", "--csv").out

    assert "s3cret" not in table + rows
    assert json.loads(table)["rows"][-1]["message"].endswith("https://cdn.example/a.mp4 for\nit")
    assert list(csv.reader(rows.splitlines()))[-1][-1].startswith("'=HYPERLINK(1) see https://cdn")


def test_nothing_bought(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To look makes no ledger."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "none"))

    assert cli("ledger").out == "nothing was bought yet\n"
    assert check("ledger", cli("ledger", "--json").out)["sums"] == []
    assert not (tmp_path / "none").exists()
