"""Every ending of a command has its exit code, and only words for people on the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from commands import TWO_SHOTS, Cli, Write, start
from longtake import errors
from longtake.cli.main import VERBS, run

HEAVY = (
    "rich",
    "pydantic",
    "yaml",
    "av",
    "numpy",
    "PIL",
    "moviepy",
    "jinja2",
    "asyncio",
    "longtake.film",
)
HELP = f"""\
import sys
from longtake.cli.main import run
assert run(["--help"]) == 0
print([name for name in {HEAVY} if name in sys.modules])
"""


def failing(error: BaseException) -> click.Command:
    """Give a command that ends in an error."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def command(as_json: bool) -> None:
        raise error

    return command


def test_help_names_every_verb(cli: Cli) -> None:
    """`--help` lists all verbs, each with a line of its own."""
    said = cli("--help")

    assert said.code == 0
    assert [verb for verb in VERBS if f"\n  {verb} " not in said.out] == []


def test_help_imports_nothing_heavy() -> None:
    """The help of all verbs does not wait for decoders, validators or the terminal library."""
    path = str(Path(errors.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {path!r})\n{HELP}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(cli: Cli, verb: str) -> None:
    """Each verb of the table exists and has a help of its own."""
    said = cli(verb, "--help")

    assert said.code == 0
    assert f"Usage: longtake {verb}" in said.out


def test_no_verb_at_all(cli: Cli) -> None:
    """Without a verb the help is shown, as an error of usage."""
    said = cli()

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: longtake [OPTIONS] COMMAND [ARGS]...")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.LongtakeError("x"), 1),
        (errors.PlanError("x"), 2),
        (errors.ConfirmationNeeded("x"), 3),
        (errors.BudgetExceeded("x"), 4),
        (errors.KeyMissing("x"), 5),
        (errors.ProjectBusy("x"), 11),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_have_exit_codes(error: BaseException, code: int) -> None:
    """What a command ends with tells a script what to do next."""
    assert run([], failing(error)) == code


def test_a_bug_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """A bug exits 70 and puts its traceback into a file that is named, not on the terminal."""
    code = run([], failing(ZeroDivisionError("by zero")))
    first, hint = capsys.readouterr().err.splitlines()

    assert (code, first) == (70, "error: this is a bug of longtake: ZeroDivisionError: by zero")
    log = Path(hint.partition(" with ")[2])
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")


def test_a_machine_that_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk is no bug of ours: the file and the reason are said."""
    code = run([], failing(OSError(28, "No space left on device", "films/a.mp4")))

    assert code == 1
    assert capsys.readouterr().err == (
        "error: films/a.mp4: no space left on device\n"
        "hint: nothing finished is lost; the same command goes on when that is mended\n"
    )


def test_an_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    """Who stops a run is told that nothing is lost."""
    run([], failing(KeyboardInterrupt()))

    assert capsys.readouterr().err == "\nstopped\nhint: the same command goes on where it stopped\n"


def test_an_error_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json an error is an object on stdout, and words for people stay on stderr."""
    run(["--json"], failing(errors.BudgetExceeded("too dear", hint="spend less")))
    said = capsys.readouterr()

    assert json.loads(said.out) == {
        "longtake": 1,
        "version": "0.1.0",
        "board": "",
        "event": "error",
        "exit": 4,
        "message": "too dear",
        "hint": "spend less",
        "faults": [],
    }
    assert said.err == "error: too dear\nhint: spend less\n"


def test_a_bug_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json a bug is an object too."""
    run(["--json"], failing(ZeroDivisionError("by zero")))

    assert json.loads(capsys.readouterr().out)["exit"] == 70


def test_a_reader_that_goes_away(write: Write, tmp_path: Path) -> None:
    """`longtake plan | head -1` says nothing of the pipe that closed."""
    write(TWO_SHOTS + "".join(f"  - {{prompt: scene {n}, seconds: 40}}\n" for n in range(600)))
    command = start(tmp_path, "plan")
    assert command.stdout and command.stderr
    command.stdout.readline()
    command.stdout.close()

    assert command.stderr.read() == ""
    assert command.wait() == 1
    command.stderr.close()
