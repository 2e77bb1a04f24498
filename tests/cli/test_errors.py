"""The whole text of what goes wrong: what, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import TWO_SHOTS, Cli, Write
from longtake.cli.main import VERBS

FAULTY = """\
longtake: 1
title: Faults
scenes:
  - {id: one, still: gone.png}
  - {id: two, prompt: 船 a boat, start: lost.png}
"""
PAID = """\
longtake: 1
title: Paid
model: pixazo/hailuo-2-3
budget: 5.00 USD
scenes:
  - {id: lamp, start: lamp.png, prompt: a lamp, seconds: 12}
"""


@pytest.fixture
def paid(cli: Cli, write: Write) -> Path:
    """A board of two clips that cost money."""
    cli("init", "made")
    Path("made/stills/shore.png").rename("lamp.png")
    return write(PAID)


def test_faults_of_a_board(cli: Cli, write: Write) -> None:
    """Every fault at once: place, message, line, caret, hint; nothing on stdout."""
    write(FAULTY)
    said = cli("check")

    assert (said.code, said.out) == (2, "")
    assert (
        said.err
        == f"""\
board.yaml:4:22: there is no file gone.png
      - {{id: one, still: gone.png}}
                         ^^^^^^^^
hint: looked in {Path.cwd()}

board.yaml:5:40: there is no file lost.png
      - {{id: two, prompt: 船 a boat, start: lost.png}}
                                            ^^^^^^^^
hint: looked in {Path.cwd()}
"""
    )


def test_no_board_here(cli: Cli) -> None:
    """An empty folder leaves no choice."""
    assert cli("plan").err == (
        "error: there is no storyboard in this folder\n"
        "hint: name one, or write a small one with `longtake init`\n"
    )


def test_two_boards_here(cli: Cli, write: Write) -> None:
    """Two boards leave too much of it; a bible is none."""
    write(TWO_SHOTS, "one.yaml")
    write(TWO_SHOTS, "two.yaml")
    write("look: dark\n", "house.yaml")

    assert cli("plan").err == (
        "error: there are 2 storyboards in this folder: one.yaml, two.yaml\n"
        "hint: name the one you mean\n"
    )


def test_many_boards_here(cli: Cli, write: Write) -> None:
    """The first few are named, the others counted."""
    for number in range(7):
        write(TWO_SHOTS, f"{number}.yaml")

    assert cli("plan").err.splitlines()[0] == (
        "error: there are 7 storyboards in this folder: "
        "0.yaml, 1.yaml, 2.yaml, 3.yaml, 4.yaml and 2 more"
    )


def test_a_board_that_is_not_there(cli: Cli) -> None:
    """A file that is named and missing is a fault of the command."""
    said = cli("plan", "gone.yaml")

    assert (said.code, said.err) == (2, 'gone.yaml:1:1: there is no file "gone.yaml"\n')


def test_a_misspelt_verb(cli: Cli) -> None:
    """The nearest verb is asked for."""
    said = cli("anmatic")

    assert (said.code, said.err) == (
        2,
        'error: there is no verb "anmatic"\nhint: did you mean "animatic"?\n',
    )


def test_no_verb_at_all_like_it(cli: Cli) -> None:
    """Every verb is named, and what is a file of its own is told to be one."""
    assert cli("xyzzy").err.splitlines()[1] == f"hint: there are: {', '.join(VERBS)}"
    assert cli("report").err.splitlines()[1] == (
        "hint: it is a file beside the film, report.html: `longtake make` writes both"
    )


def test_an_unknown_option(cli: Cli) -> None:
    """The way to the options is named."""
    said = cli("plan", "--purple")

    assert (said.code, said.err) == (
        2,
        "error: no such option '--purple'\nhint: `longtake plan --help` lists what it takes\n",
    )


def test_a_variable_without_a_value(cli: Cli) -> None:
    """`--set` takes name=value and nothing else."""
    said = cli("plan", "--set", "season")

    assert (said.code, said.err) == (
        2,
        "error: invalid value for '--set': \"season\" is not of the form name=value\n"
        "hint: `longtake plan --help` lists what it takes\n",
    )


def test_a_budget_that_is_no_money(cli: Cli) -> None:
    """`--budget` takes an amount with its currency."""
    said = cli("make", "--budget", "much")

    assert (said.code, said.err) == (
        2,
        "error: invalid value for '--budget': \"much\" is no amount such as 12.00 USD\n"
        "hint: `longtake make --help` lists what it takes\n",
    )


def test_a_clip_that_does_not_exist(cli: Cli, write: Write) -> None:
    """A misspelt clip brings the nearest one."""
    write(TWO_SHOTS)
    said = cli("explain", "bay.1/11")

    assert (said.code, said.err) == (
        2,
        'error: there is no clip "bay.1/11"\nhint: did you mean "bay.1/1"?\n',
    )


def test_no_key(cli: Cli, paid: Path) -> None:
    """A paid model without its key names the variable, and the free way."""
    said = cli("make")

    assert (said.code, said.out) == (5, "")
    assert said.err == (
        "error: pixazo needs a key: PIXAZO_API_KEY is not set\n"
        "hint: `longtake animatic` makes the whole film now, drawn and free\n"
    )


def test_over_the_budget(cli: Cli, paid: Path) -> None:
    """The limit on the command line wins over the board's, and comes before the key."""
    said = cli("make", "--budget", "0.50 USD")

    assert (said.code, said.out) == (4, "")
    assert said.err == (
        "error: the quote is 0.70 USD, the budget 0.50 USD\n"
        "hint: raise `budget:`, shorten shots, or choose a cheaper model or resolution\n"
    )


def test_a_budget_raised_on_the_command_line(cli: Cli, paid: Path, write: Write) -> None:
    """A higher limit lets pass what the board's own would stop."""
    write(PAID.replace("5.00", "0.10"))

    assert cli("make").code == 4
    assert cli("make", "--budget", "1.00 USD").code == 5


def test_init_where_a_board_is(cli: Cli, write: Write) -> None:
    """What is there is never overwritten, and nothing is written beside it."""
    write(TWO_SHOTS)
    said = cli("init")

    assert (said.code, said.err) == (
        2,
        "error: board.yaml is there already; nothing was written\n"
        "hint: choose another folder: `longtake init FOLDER`\n",
    )
    assert not Path("stills").exists()


def test_words_that_command_a_terminal(cli: Cli, write: Write) -> None:
    """Text that turns the line around is made visible, and brackets stay brackets."""
    write('longtake: 1\ntitle: "[bold] red\\u202e [/x] [zoom in]"\nscenes: [{prompt: a boat}]\n')
    said = cli("plan")

    assert said.out.startswith("[bold] red\ufffd [/x] [zoom in]  board.yaml\n")
