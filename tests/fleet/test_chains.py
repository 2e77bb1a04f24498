"""A graph is cut into chains that never wait for each other in a circle."""

from __future__ import annotations

from pathlib import Path

from longtake.fleet.chains import chains_of
from longtake.planning import plan_film
from longtake.wishes import Wishes

BOARD = """longtake: 1
title: Chains
model: apimart/MiniMax-Hailuo-02
resolution: 768p
film: {size: 136x76}
scenes:
  - {id: a, prompt: a lamp is lit, seconds: 12}
  - {id: b, start: fresh, join: bridge 6s, prompt: a ship answers, seconds: 12}
  - {id: c, start: fresh, model: minimax/MiniMax-Hailuo-02, prompt: it is gone}
"""


def test_chains_of_a_board(tmp_path: Path) -> None:
    """What continues stands in one chain; a bridge waits for the clips on both its sides."""
    path = tmp_path / "board.yaml"
    path.write_text(BOARD)
    jobs = plan_film(path, Wishes()).jobs
    chains = chains_of(jobs, lambda job: {"apimart": "one", "minimax": "two"}[job.provider])

    told = {tuple(link.clip for link in chain): chain for chain in chains}
    assert set(told) == {("a/1", "a/2"), ("b/1", "b/2"), ("b.bridge",), ("c/1",)}
    assert told["b.bridge",][0].needs == ("a/2", "b/1")
    assert [link.queue for link in told["c/1",]] == ["two"]
    assert told["a/1", "a/2"][1].needs == ("a/1",)
