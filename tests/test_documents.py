"""What the documents show is true: commands run, boards load and plan, links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from longtake.generate.catalogue import load_offers
from longtake.plan.compile import compile_plan
from longtake.storyboard.load import load_storyboard
from longtake.survey import survey_files
from longtake.testing.drift import Drift
from longtake.testing.faults import KINDS, Fault
from longtake.testing.scenario import Scenario

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/simulator.md",
        "docs/tutorial.md",
        "samples/README.md",
    )
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BOARDS = [
    path
    for folder in ("samples", "storyboard")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if "\nscenes:" in path.read_text(encoding="utf-8")
]


def blocks(page: Path, kind: str) -> list[str]:
    """Give the fenced blocks of one language on a page."""
    return [text for name, text in BLOCK.findall(page.read_text(encoding="utf-8")) if name == kind]


@pytest.mark.parametrize("path", BOARDS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_board_we_hand_out_plans_without_a_fault(path: Path) -> None:
    """Samples and ready-to-copy boards load, find their files, and compile without a warning."""
    storyboard = load_storyboard(path)

    assert compile_plan(storyboard, load_offers(), survey_files(storyboard)).warnings == ()


@pytest.mark.parametrize("path", BOARDS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_false_alarm_where_clips_are_bought(path: Path) -> None:
    """The doubts that only bought clips give rise to are not raised by boards we hand out."""
    storyboard = load_storyboard(path)
    bought = storyboard.model_copy(update={"model": "minimax/MiniMax-Hailuo-2.3"})

    assert compile_plan(bought, load_offers(), survey_files(bought)).warnings == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_boards_on_a_page_plan(page: Path, tmp_path: Path) -> None:
    """A board shown in a document can be copied and used."""
    for number, text in enumerate(blocks(page, "yaml")):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        storyboard = load_storyboard(path)

        assert compile_plan(storyboard, load_offers(), survey_files(storyboard)).jobs


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """No document points at a file that is not there."""
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_begins_with_two_commands_that_name_what_exists() -> None:
    """The first block is the set-up: it is what continuous integration runs, word for word."""
    first, second = blocks(ROOT / "README.md", "sh")[0].splitlines()

    for word in shlex.split(first):
        if word.endswith((".lock", ".yaml")):
            assert (ROOT / word).exists(), word
    assert second == ".venv/bin/python -m pytest -n auto --dist worksteal"


def test_the_python_example_of_the_readme_runs(tmp_path: Path) -> None:
    """The library is used as the README shows it, on a board of the smallest size."""
    (code,) = blocks(ROOT / "README.md", "python")
    board = tmp_path / "hello.yaml"
    text = (ROOT / "samples/hello/hello.yaml").read_text(encoding="utf-8")
    board.write_text(text.replace("640x360", "128x72").replace("seconds: 4", "seconds: 2"))
    code = code.replace("samples/hello/hello.yaml", board.as_posix())
    # A script of its own: worker processes import the module that started them.
    script = tmp_path / "example.py"
    body = "".join(f"    {line}\n" for line in code.splitlines())
    script.write_text(f"if __name__ == '__main__':\n{body}", encoding="utf-8")

    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "film-animatic.mp4" in done.stdout


def test_all_that_a_scenario_can_say_is_described() -> None:
    """The tables of the simulator's page name just what it understands, and the example is read."""
    page = ROOT / "docs/simulator.md"
    parts = page.read_text(encoding="utf-8").split("\n## ")[1:5]
    (example,) = blocks(page, "json")

    def named(text: str, column: int) -> set[str]:
        rows = [line.split(" | ") for line in text.splitlines() if re.match(r"\| ?`", line)]
        return {word for row in rows for word in re.findall(r"`(\w+)`", row[column])}

    faults, kinds = parts[2].split("| `do` |")
    tellings = {word for words in KINDS.values() for word in words}
    assert named(parts[0], 0) == {each.name for each in fields(Scenario)} | {"storm"}
    assert named(parts[1], 0) == {each.name for each in fields(Drift)}
    assert named(faults, 0) == {each.name for each in fields(Fault)} - {"do", "told"}
    assert named(kinds, 0) == set(KINDS)
    assert tellings <= named(kinds, 2)
    assert Scenario.read(json.loads(example)).faults[1].chance == 0.2


def test_every_verb_of_the_readme_exists() -> None:
    """The table of verbs and the program agree, both ways."""
    table = set(
        re.findall(r"^\| `longtake (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    done = subprocess.run(
        [sys.executable, "-m", "longtake", "--help"], capture_output=True, text=True, check=True
    )
    shown = set(re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE))

    assert table == shown
