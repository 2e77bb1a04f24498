"""A provider of a package of its own: built, installed where it was never heard of, and bought from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

import longtake

PACKAGE = Path(__file__).parents[1] / "samples" / "plugin-fal"
BOARD = """longtake: 1
title: Elsewhere
model: fal/hailuo-2.3
resolution: 768p
film: {size: 136x76}
scenes: [{id: lamp, prompt: a lamp is lit, seconds: 6}]
"""


class House:
    """An environment of its own with longtake and the plug-in in it, and a folder with a board."""

    def __init__(self, root: Path, python: str) -> None:
        self.root = root
        self.python = python
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.environment = {**kept, "LONGTAKE_HOME": str(root / "home")}
        (root / "board.yaml").write_text(BOARD)

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a module of that environment."""
        return subprocess.run(
            [self.python, "-m", *arguments],
            cwd=self.root,
            env={**self.environment, **variables},
            text=True,
            capture_output=True,
            check=False,
        )


def pip(*arguments: str) -> None:
    """Run the pip of this environment without any index."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The wheel built from the sample, and installed."""
    root = tmp_path_factory.mktemp("house")
    wheels, venv = root / "wheels", root / "venv"
    pip(
        "wheel",
        "-q",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "-w",
        str(wheels),
        str(PACKAGE),
    )
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    base = {"base": str(venv), "platbase": str(venv)}
    site = Path(sysconfig.get_path("purelib", vars=base))
    # Its dependencies are those of this environment, longtake the one under test.
    paths = [Path(longtake.__file__).parents[1], *map(sysconfig.get_path, ("purelib", "platlib"))]
    (site / "rest.pth").write_text("\n".join(map(str, paths)) + "\n")
    (wheel,) = wheels.glob("*.whl")
    pip("install", "-q", "--no-deps", "--no-index", "--target", str(site), str(wheel))
    python = shutil.which("python", path=sysconfig.get_path("scripts", vars=base))
    assert python
    return House(root, python)


@pytest.fixture
def simulator(house: House) -> Iterator[str]:
    """The simulator of that environment, which plays the plug-in's side too; gives its address."""
    (house.root / "scenario.yaml").write_text("{scale: 0.1, task_s: 0}\n")
    code = (
        "import sys; from pathlib import Path; from longtake.testing import *\n"
        "with Simulator(load_scenario(Path('scenario.yaml'))) as sim:\n"
        "    print(sim.url, flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [house.python, "-c", code],
        cwd=house.root,
        env=house.environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stdin
        yield process.stdout.readline().strip()
        process.stdin.close()


def test_its_models_are_listed(house: House) -> None:
    """`models fal` shows what it makes and whose key it needs."""
    said = house.run("longtake", "models", "fal")

    assert said.stdout.startswith("fal  key FAL_KEY: not set\n\nfal/hailuo-2.3\n"), said.stderr


def test_boards_may_name_it(house: House) -> None:
    """`check` knows its models and their limits."""
    sound = house.run("longtake", "check", "board.yaml")
    (house.root / "long.yaml").write_text(BOARD.replace("768p", "2K"))
    faulty = house.run("longtake", "check", "long.yaml")

    assert (sound.returncode, faulty.returncode) == (0, 2), sound.stderr
    assert "hint: fal/h3 makes 2K" in faulty.stderr


@pytest.mark.slow
def test_it_keeps_the_contract(house: House) -> None:
    """Its own tests pass, the contract of all providers among them."""
    rooted = ("--rootdir", str(PACKAGE), "-c", str(PACKAGE / "pyproject.toml"))
    done = house.run("pytest", "-vv", "-p", "no:cacheprovider", *rooted, str(PACKAGE / "tests"))

    assert done.returncode == 0, done.stdout
    assert "[hailuo-02-last-768P] PASSED" in done.stdout


def test_a_film_is_bought_from_it(house: House, simulator: str) -> None:
    """One clip, paid once at its listed price, becomes the film."""
    variables = {"FAL_KEY": "fal-key", "FAL_API_HOST": f"{simulator}/fal"}
    command = ("longtake", "make", "board.yaml", "--quality", "draft", "--yes")
    done, again = house.run(*command, **variables), house.run(*command, **variables)
    with urlopen(f"{simulator}/_sim/oracle/tasks") as answer:
        (task,) = json.load(answer)

    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert (task["wire"], task["model"], task["charged"]) == ("fal", "hailuo-2.3", "0.28")
    assert "0.28 USD" in house.run("longtake", "ledger").stdout
    assert (house.root / "films" / "board" / "film.mp4").stat().st_size > 1000
