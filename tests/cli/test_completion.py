"""A shell completes verbs, options, boards and shots, without a word of complaint."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

import longtake as package
from commands import TWO_SHOTS, Cli, Write
from longtake.cli.main import longtake

SHELLS = ("bash", "zsh", "fish")


def offered(folder: Path, *words: str) -> list[str]:
    """Complete the last word as bash asks for it."""
    with contextlib.chdir(folder):
        asked = ShellComplete(longtake, {}, "longtake", "_LONGTAKE_COMPLETE")
        found = asked.get_completions(list(words[:-1]), words[-1])
    return [f"{each.type},{each.value}" for each in found]


def test_verbs_and_options(tmp_path: Path) -> None:
    """The first word is a verb, and each verb has its options."""
    assert offered(tmp_path, "an") == ["plain,animatic"]
    assert offered(tmp_path, "make", "--dr") == ["plain,--draft"]
    assert "plain,make" in offered(tmp_path, "maek", "")
    assert offered(tmp_path, "make", "--quality", "f") == ["plain,final"]


def test_boards(tmp_path: Path, write: Write) -> None:
    """Boards of the folder and of those in it are offered, other YAML files are not."""
    write(TWO_SHOTS, "film.yaml")
    write(TWO_SHOTS, "sub/far.yaml")
    write("look: x\n", "house.yaml")

    assert offered(tmp_path, "plan", "") == ["plain,film.yaml", "plain,sub/far.yaml"]
    assert offered(tmp_path, "plan", "./fi") == ["plain,./film.yaml"]
    assert offered(tmp_path, "plan", "sub/") == ["plain,sub/far.yaml"]
    assert offered(tmp_path, "plan", "nowhere/x") == ["file,nowhere/x"]


def test_shots(tmp_path: Path, write: Write) -> None:
    """Ids of a board's scenes and shots are offered, of a board with faults too where they are known."""
    write(TWO_SHOTS, "film.yaml")

    assert offered(tmp_path, "explain", "film.yaml", "bay.") == ["plain,bay.1", "plain,bay.2"]
    assert offered(tmp_path, "explain", "b") == ["plain,bay", "plain,bay.1", "plain,bay.2"]
    write(TWO_SHOTS + "  - {still: gone.png, secondz: 1}\n", "film.yaml")
    assert offered(tmp_path, "explain", "film.yaml", "bay.2") == ["plain,bay.2"]
    write("{", "film.yaml")
    assert offered(tmp_path, "explain", "film.yaml", "b") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell(shell: str, cli: Cli) -> None:
    """It names the variable by which longtake is asked, in that shell's own way."""
    said = cli("completion", shell)

    assert said.code == 0
    assert f"_LONGTAKE_COMPLETE={shell}_complete" in said.out


def test_another_shell(cli: Cli) -> None:
    """Shells that nobody wrote this for are refused, and the others named."""
    said = cli("completion", "csh")
    assert (said.code, "'bash', 'zsh', 'fish'" in said.err) == (2, True)


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
def test_in_a_real_bash(tmp_path: Path, write: Write) -> None:
    """Bash reads the script and completes by it; a name of two words stays one word."""
    write(TWO_SHOTS, "film.yaml")
    write(TWO_SHOTS, "my film.yaml")
    (tmp_path / "longtake").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m longtake "$@"\n')
    (tmp_path / "longtake").chmod(0o755)
    script = (
        'export PATH="$PWD:$PATH"; eval "$(longtake completion bash)"; compopt() { :; }\n'
        'ask=$(complete -p longtake | sed "s/.*-F \\([^ ]*\\) .*/\\1/")\n'
        "COMP_WORDS=(longtake explain film.yaml bay.1); COMP_CWORD=3; $ask longtake\n"
        "COMP_WORDS=(longtake plan 'my\\ f'); COMP_CWORD=2; $ask longtake; echo \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("bay.1 my\\ film.yaml\n", "")
