"""One chain made by two providers, one of which takes pictures by their public address only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import longtake
from longtake.testing.serve import Simulator

BOARD = """longtake: 1
title: Relay
film: {size: 136x76, fps: 12}
resolution: 768P
scenes:
  - {id: a, model: pixazo/hailuo-2-3, prompt: a lamp is lit}
  - {id: b, model: apiinone/hailuo-2-3, prompt: a ship answers}
  - {id: c, model: pixazo/hailuo-2-3, prompt: the lamp goes out}
"""
PUT_UP = """import pathlib, sys, urllib.request
path = pathlib.Path(sys.argv[1])
url = sys.argv[2] + "/host/" + path.name
urllib.request.urlopen(urllib.request.Request(url, path.read_bytes(), method="PUT")).close()
print("put up", path.name)
print(url)
"""


def test_a_chain_over_two_providers(tmp_path: Path) -> None:
    """Each clip begins on the one before, whoever made it; a program of the author's own puts frames up."""
    (tmp_path / "board.yaml").write_text(BOARD)
    (tmp_path / "put.py").write_text(PUT_UP)
    with Simulator({"scale": 0.1, "rate": "12", "task_s": 0}) as sim:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(longtake.__file__).parents[1]),
            "LONGTAKE_HOME": str(tmp_path / "home"),
            "PIXAZO_API_HOST": f"{sim.url}/pixazo",
            "PIXAZO_API_KEY": "pixazo-key",
            "APIINONE_API_HOST": f"{sim.url}/apiinone",
            "APIINONE_API_KEY": "apiinone-key",
            "LONGTAKE_UPLOAD_COMMAND": f"{sys.executable} {tmp_path / 'put.py'} {{file}} {sim.url}",
        }
        program = [sys.executable, str(Path(__file__).parent / "hurry.py")]
        command = [*program, "make", "--quality", "draft", "--yes"]
        made, again = (
            subprocess.run(
                command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False
            )
            for _ in range(2)
        )
        tasks, keys = sim.oracle("tasks"), sim.oracle("keys")
        uploads, money = sim.oracle("uploads"), sim.oracle("money")

    assert (made.returncode, again.returncode) == (0, 0), made.stderr + again.stderr
    assert [(task["wire"], task["mode"]) for task in tasks] == [
        ("pixazo", "text"),
        ("apiinone", "first"),
        ("pixazo", "first"),
    ]
    assert [upload["sha256"] for upload in uploads] == [tasks[1]["pictures"][0]]
    assert money["charged"] == "1.00"
    assert keys == {"pixazo": ["pixazo-key"], "apiinone": ["apiinone-key"], "media": []}
    assert (tmp_path / "films/board/film.mp4").exists()
