"""The tutorial, followed word by word in a fresh folder: commands, edits, and what it says is seen."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from calls import free_port
from reviewing import bill_number

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDS = re.compile(r"# exit code (\d+)")
TO_START = ("longtake simulate", "longtake review")
# A simulated task is done in a moment: nobody waits as for one of minutes.
HURRIED = Path(__file__).parent / "hurry.py"
FULL, SMALL = "1280x720", "160x90"


@dataclass
class Reader:
    """Somebody who does what the tutorial says, with a film that is small and quickly made."""

    folder: Path
    port: int = field(default_factory=free_port)
    said: str = ""
    task: str = ""
    number: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put `longtake` where a shell finds it."""
        programs = self.folder.parent / "programs"
        programs.mkdir()
        program = programs / "longtake"
        command = shlex.join([sys.executable, str(HURRIED)])
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        program.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
        }

    @property
    def board(self) -> Path:
        """The board that is edited."""
        return self.folder / "board.yaml"

    def do(self, kind: str, text: str) -> None:
        """Do what a block says."""
        if kind == "sh":
            self.said = ""
            for line in text.splitlines():
                self.command(line.replace("8123", str(self.port)))
        elif kind == "diff":
            self.edit(text)
        elif kind == "json":
            small = json.loads(text) | {"scale": 0.12}
            (self.folder / "takes.json").write_text(json.dumps(small))
        else:
            assert kind == "text", f"nobody knows what to do with a block of {kind}"
            self.compare(text)

    def command(self, line: str) -> None:
        """Type a line into the terminal; those that go on running get terminals of their own."""
        words = shlex.split(line, comments=True)
        if words[0] == "export":
            self.environment |= dict(each.split("=", 1) for each in words[1:])
        elif words[0] == "cd":
            self.folder /= words[1]
        elif words[0] == "curl":
            self.ask(words)
        elif line.startswith(TO_START):
            self.running.append(self.go_on(words))
        else:
            self.run(line)

    def run(self, line: str) -> None:
        """Run a command to its end; it ends as the tutorial says."""
        line = line.replace("NUMBER", self.number).replace("TASK", self.task)
        ended = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        found = ENDS.search(line)
        assert ended.returncode == (int(found[1]) if found else 0), f"{line}\n{ended.stdout}"
        self.said += ended.stdout.replace(SMALL, FULL)
        doubt = re.search(r"reconcile (\d+) --made", ended.stdout)
        self.number = doubt[1] if doubt else self.number
        if line.startswith("longtake init"):
            board = self.folder / line.split()[-1] / "board.yaml"
            board.write_text(board.read_text().replace(FULL, SMALL))

    def go_on(self, words: list[str]) -> subprocess.Popen[str]:
        """Start what runs until it is stopped, and do what is done while it runs."""
        unseen = ["--no-open"] if words[1] == "review" else []
        running = subprocess.Popen(
            [*words, *unseen],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert running.stdout is not None
        address = re.search(r"http://\S+[^\s;]", running.stdout.readline())
        assert address, words
        if words[1] == "review":
            keep_second_take(address[0])
        return running

    def ask(self, words: list[str]) -> None:
        """Ask the simulator as curl does."""
        url = f"http://{next(each for each in words if each.startswith('127.0.0.1'))}"
        if "-d" in words:
            answer = httpx.post(url, content=words[words.index("-d") + 1], trust_env=False)
        else:
            answer = httpx.get(url, trust_env=False)
            self.task = answer.json()[-1]["id"]
        assert answer.status_code == 200, answer.text

    def edit(self, text: str) -> None:
        """Change the board as a diff shows it."""
        lines = [(line[:1], line[1:]) for line in text.splitlines()]
        before = "\n".join(line for sign, line in lines if sign != "+")
        after = "\n".join(line for sign, line in lines if sign != "-")
        board = self.board.read_text()
        assert board.count(before) == 1, f"not once in the board:\n{before}"
        self.board.write_text(board.replace(before, after))

    def compare(self, text: str) -> None:
        """Hold what was said against what the tutorial shows of it."""
        said = [" ".join(line.split()) for line in self.said.splitlines()]
        for line in text.splitlines():
            shown = " ".join(line.split())
            assert shown == "..." or any(each.startswith(shown) for each in said), (
                f"{shown}\n\n{self.said}"
            )

    def close(self) -> None:
        """Stop what still runs."""
        for each in self.running:
            each.terminate()
            each.communicate()


def keep_second_take(address: str) -> None:
    """Choose on the page as the tutorial says: the take, its bill, and yes to it."""
    parts = urlsplit(address)
    base = f"{parts.scheme}://{parts.netloc}"
    with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
        assert client.get("/", params=parse_qs(parts.query)).status_code == 200
        choice = {"clip": "shore.2/1", "number": "2"}
        shown = client.post("/keep", data=choice, headers={"Origin": base})
        agreed = choice | {"bill": bill_number(shown.text)}
        done = client.post("/keep", data=agreed, headers={"Origin": base}, follow_redirects=True)
        assert "take 2 of shore.2/1 is kept" in done.text


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_new_user_comes_to_the_end(tmp_path: Path) -> None:
    """Every command of the tutorial works in its order, and what it shows is what is seen."""
    folder = tmp_path / "folder"
    folder.mkdir()
    reader = Reader(folder)
    try:
        for kind, text in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
            reader.do(kind, text)
    finally:
        reader.close()

    assert (reader.folder / "films" / "board" / "film.mp4").is_file()
