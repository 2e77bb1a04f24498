"""Several takes, a choice, another roll and a landing, bought from a simulated provider."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Cli, Write
from longtake.buying import bought_takes, the_ledger
from longtake.planning import plan_film
from longtake.storyboard.choices import read_choices
from longtake.testing.serve import Simulator
from longtake.wishes import Wishes

HEAD = """longtake: 1
title: Takes
model: apimart/MiniMax-Hailuo-02
resolution: 512p
film: {size: 136x76, fps: 12}
"""
CHAIN = (
    HEAD
    + """scenes:
  - {id: a, prompt: a lamp is lit}
  - {id: b, prompt: "a ship answers [Pan left]"}
  - {id: c, prompt: the sea}
"""
)
SEVERAL = (
    CHAIN.replace("{id: b,", "{id: b, takes: 3,") + "  - {id: d, start: fresh, prompt: gulls}\n"
)
DARKER, FLASHING = {"ramp": {"exposure": 0.9}}, {"flash_frame": 20}
MAKE = ("make", "--quality", "draft", "--price", "0.30USD")
REROLL = ("reroll", "b", "--price", "0.30USD")


@pytest.fixture
def sim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A small and quick world in which no two takes of a clip are alike, and one of three is the best."""
    world = {"task_s": 0.01, "scale": 0.1, "rate": "12", "drift_of_take": [DARKER, {}, FLASHING]}
    with Simulator(world) as running:
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("APIMART_API_HOST", f"{running.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "apimart-key")
        yield running


def paid(sim: Simulator) -> int:
    """Count what was sold, and that no order was sold twice."""
    submits = sim.oracle("submits")
    assert set(submits["by_idempotency_key"].values()) <= {1}
    return int(submits["paid"])


def test_several_takes_wait_for_a_choice(cli: Cli, write: Write, sim: Simulator) -> None:
    """All that does not hang on them is made; then the takes are shown, and how one is kept."""
    write(SEVERAL)
    stopped = cli(*MAKE, "--yes")

    assert (stopped.code, paid(sim)) == (3, 5)
    lines = stopped.err.splitlines()
    assert any(line.startswith("d/1 ") and line.endswith(" made") for line in lines)
    assert any(line.startswith("c/1 ") and line.endswith(" held") for line in lines)
    assert "b/1: choose one of 3 takes, side by side in films/board/takes/b-1.jpg" in lines
    told = {line.split()[3]: line for line in lines if line.startswith("    longtake keep b ")}
    assert sorted(told) == ["1", "2", "3"]
    (proposed,) = (line for line in told.values() if "proposed" in line)
    assert proposed.endswith("   proposed: begins on the handoff frame; sharp")
    assert any("3rd: " in line and "darker at the end" in line for line in told.values())
    assert any("2nd: " in line and "flashes at frame 20" in line for line in told.values())
    assert "error: a clip waits for your choice: b/1" in lines
    assert Path("films/board/takes/b-1.jpg").is_file()


def test_what_waits_for_a_choice_needs_no_yes(cli: Cli, write: Write, sim: Simulator) -> None:
    """A run that can buy nothing more asks for no money, but for the choice."""
    write(SEVERAL)
    cli(*MAKE, "--yes")
    again = cli(*MAKE)

    assert (again.code, paid(sim)) == (3, 5)
    assert "waits for your choice" in again.err
    assert "of b/1 one is to be chosen" in cli("plan").out
    assert "b/1 ............................................................. choose" in (
        cli("status").out
    )


def test_the_chain_goes_on_from_the_kept_take(cli: Cli, write: Write, sim: Simulator) -> None:
    """`keep` spends nothing; the next clip begins on the frame that this take ended on."""
    board = write(SEVERAL)
    cli(*MAKE, "--yes")
    kept = cli("keep", "b", "3")
    made = cli(*MAKE, "--yes")

    assert (kept.code, kept.err.splitlines()[0]) == (0, "no other clip has to be made again")
    assert read_choices(board).clips["b/1"].take == 3
    assert (made.code, paid(sim)) == (0, 6)
    assert "nothing to do" in cli(*MAKE).err
    job = plan_film(board, Wishes()).jobs[1]
    assert len([name for name in bought_takes().recipes() if name.startswith(job.recipe)]) == 3
    assert (job.take, job.is_open) == (3, False)


def test_the_best_by_rank_is_gone_on_with_where_that_is_wished(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """`--take-best` makes the film in one run and writes down what it took."""
    board = write(SEVERAL)
    made = cli(*MAKE, "--yes", "--take-best")

    assert (made.code, paid(sim)) == (0, 6), made.err
    kept = read_choices(board).clips["b/1"].take
    assert f"b/1: take {kept} is kept, the best by rank (begins on the handoff" in made.err


def test_a_choice_is_told_as_data(cli: Cli, write: Write, sim: Simulator) -> None:
    """`make --json` writes the takes with places and reasons, then the error that ends the run."""
    write(SEVERAL)
    said = [json.loads(line) for line in cli(*MAKE, "--yes", "--json").out.splitlines()]
    (choice,) = [line for line in said if line.get("event") == "choice"]

    assert (choice["clip"], choice["shot"], choice["taken"]) == ("b/1", "b", None)
    assert [take["take"] for take in choice["takes"]] == [1, 2, 3]
    assert sorted(take["place"] for take in choice["takes"]) == [1, 2, 3]
    assert [take["place"] for take in choice["takes"] if take["proposed"]] == [1]
    assert (said[-1]["event"], said[-1]["exit"]) == ("error", 3)


def test_another_roll_leaves_the_film_as_it_is(cli: Cli, write: Write, sim: Simulator) -> None:
    """Its price is agreed to first; the takes lie in the vault until one is kept, with its bill."""
    board = write(CHAIN)
    cli(*MAKE, "--yes")
    unasked = cli(*REROLL, "--n", "2")
    assert (unasked.code, paid(sim)) == (3, 3)
    assert "2 takes (1 clip) would cost 0.50 USD" in unasked.err

    rolled = cli(*REROLL, "--n", "2", "--yes")
    assert (rolled.code, paid(sim)) == (0, 5)
    assert "nothing to do" in cli(*MAKE).err
    assert not board.with_name("board.choices.yaml").exists()

    refused = cli("keep", "b", "2")
    bill = (
        "1 later clip begins on the old frame: make again for 0.25 USD, or land on the existing"
        " clip: `longtake reroll b --land`"
    )
    assert (refused.code, refused.err.splitlines()[0]) == (3, bill)
    assert cli("keep", "b", "2", "--yes").code == 0
    assert cli(*MAKE).code == 3
    assert (cli(*MAKE, "--yes").code, paid(sim)) == (0, 6)
    # The first take and what was made behind it are still there.
    assert cli("keep", "b", "1").err.startswith("no other clip has to be made again")
    assert "made" not in cli(*MAKE).err.replace("0 clips made", "")
    assert paid(sim) == 6


def test_a_take_that_lands_is_kept_and_the_next_clip_stays(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """It was asked to end on the frame the next clip was bought on, and does."""
    board = write(CHAIN)
    cli(*MAKE, "--yes")
    before = [job.recipe for job in plan_film(board, Wishes()).jobs]
    landed = cli(*REROLL, "--land", "--yes")

    assert (landed.code, paid(sim)) == (0, 4), landed.err
    assert "b/1: take 2 ends where c/1 begins: it stays as bought" in landed.err
    assert [job.recipe for job in plan_film(board, Wishes()).jobs] == before
    made = cli(*MAKE)
    assert (made.code, paid(sim)) == (0, 4), made.err
    assert "continues b/1, stays as it was bought" in cli("plan").out
    # With other words of its own the next clip is made again, from where the kept take ends.
    board.write_text(CHAIN.replace("the sea", "the open sea"))
    assert (cli(*MAKE, "--yes").code, paid(sim)) == (0, 5)


def test_a_take_that_does_not_land_is_not_kept(cli: Cli, write: Write, sim: Simulator) -> None:
    """It stays in the vault; what hangs on the clip is told with its price."""
    board = write(CHAIN)
    cli(*MAKE, "--yes")
    sim.change(drift_of_take=[{"soft_frames": 60, "soft_radius": 9.0}])
    missed = cli(*REROLL, "--land", "--yes")

    assert (missed.code, paid(sim)) == (1, 4), missed.err
    assert '"b/1" does not end where the next clip begins' in missed.err
    assert "1 later clip begins on the old frame: make again for 0.30 USD" in missed.err
    assert not board.with_name("board.choices.yaml").exists()
    assert "nothing to do" in cli(*MAKE).err
    assert cli("keep", "b", "2", "--yes").code == 0


def test_a_model_without_last_frames_cannot_land(cli: Cli, write: Write, sim: Simulator) -> None:
    """That is said before anything is bought, with the bill of what hangs on the clip."""
    write(CHAIN.replace("MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3").replace("512p", "768p"))
    cli(*MAKE, "--yes")
    refused = cli(*REROLL, "--land", "--yes")

    assert (refused.code, paid(sim)) == (2, 3)
    assert "apimart/MiniMax-Hailuo-2.3 takes no last frame" in refused.err
    assert "make again for 0.2928 USD" in refused.err


def test_what_was_never_made_is_not_rolled_again(cli: Cli, write: Write, sim: Simulator) -> None:
    """`make` makes first takes; a shot nobody knows is named with the nearest."""
    write(CHAIN)

    assert '"b/1" was not made yet' in cli(*REROLL, "--yes").err
    assert 'no shot or clip "bb"' in cli("reroll", "bb", "--yes").err
    assert '"b/1" has no take 1; there: none' in cli("keep", "b", "1").err
    assert paid(sim) == 0
    assert not the_ledger().exists() or the_ledger().purchases() == ()


def test_a_take_of_the_draft_is_another_film_s(cli: Cli, write: Write, sim: Simulator) -> None:
    """Its command says so, its choice stands apart, and the film itself knows nothing of it."""
    draft = "draft: {model: apimart/MiniMax-Hailuo-2.3}\n"
    board = write(SEVERAL.replace("film:", f"{draft}film:"))
    stopped = cli("make", "--draft", "--quality", "draft", "--yes")
    assert "    longtake keep --draft b 3 " in stopped.err
    assert Path("films/board/takes-draft/b-1.jpg").is_file()
    assert cli("keep", "--draft", "b", "3").code == 0

    choices = read_choices(board)
    assert (dict(choices.clips), choices.draft.clips["b/1"].take) == ({}, 3)
    assert plan_film(board, Wishes(draft=True)).jobs[1].take == 3
    assert plan_film(board, Wishes()).jobs[1].is_open


def test_hints_are_commands_for_the_film_that_was_made(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """What is printed can be typed: it names the draft, and the variables of the version."""
    draft = "draft: {model: apimart/MiniMax-Hailuo-2.3}\nvars: {kind: small}\n"
    board = write(SEVERAL.replace("a ship", "a ${kind} ship").replace("film:", f"{draft}film:"))
    film = ("--draft", "--set", "kind=dark grey")
    flags = "--draft --set 'kind=dark grey'"
    stopped = cli("make", *film, "--quality", "draft", "--yes")
    assert f"hint: `longtake keep {flags} SHOT TAKE` chooses" in stopped.err
    assert f"one is to be chosen with `longtake keep {flags}`" in cli("plan", *film).out
    assert f"`longtake reroll {flags} b` buys" in cli("keep", *film, "b", "9").err

    (line,) = (line for line in stopped.err.splitlines() if f"keep {flags} b 3 " in line)
    assert cli(*shlex.split(line.partition("   ")[2].strip().partition("   ")[0])[1:]).code == 0
    assert next(iter(read_choices(board).draft.clips)).startswith("b/1@")
    rest = cli("make", *film, "--quality", "draft", "--yes")
    assert "`longtake approve --set 'kind=dark grey' SHOT...`" in rest.err
    cli("make", *film[1:], "--quality", "draft", "--price", "0.30USD", "--yes")
    assert ": `longtake keep --set 'kind=dark grey'`" in cli("status", *film[1:]).out


def test_a_clip_stays_on_the_very_frame_it_was_bought_on(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """An older take that lands on another frame is kept with the whole bill of what that changes."""
    board = write(CHAIN)
    cli(*MAKE, "--yes")
    cli(*REROLL, "--land", "--yes")
    cli(*REROLL, "--n", "1", "--yes")
    cli("keep", "b", "3", "--yes")
    cli(*MAKE, "--yes")
    landed = cli(*REROLL, "--land", "--yes")
    assert "take 4 ends where c/1 begins" in landed.err
    board.write_text(CHAIN + "  - {id: d, prompt: gulls}\n")
    assert (cli(*MAKE, "--yes").code, paid(sim)) == (0, 8)

    refused = cli("keep", "b", "2")
    assert (refused.code, refused.err.splitlines()[0].partition(":")[0]) == (
        3,
        "2 later clips begin on the old frame",
    )
    assert cli("keep", "b", "2", "--yes").code == 0
    assert cli(*MAKE).code == 3
    assert (cli(*MAKE, "--yes").code, "nothing to do" in cli(*MAKE).err) == (0, True)


def test_a_version_s_choice_is_its_own(cli: Cli, write: Write, sim: Simulator) -> None:
    """To choose in one version takes back nothing that was chosen in the film."""
    several = SEVERAL.replace("a ship", "a ${kind} ship").replace(
        "film:", "vars: {kind: tall}\nfilm:"
    )
    board = write(several)
    low = ("--set", "kind=low")
    cli(*MAKE, "--yes")
    cli("keep", "b", "3")
    cli(*MAKE, *low, "--yes")
    assert cli("keep", "b", "2", *low).code == 0

    assert plan_film(board, Wishes()).jobs[1].take == 3
    assert plan_film(board, Wishes(variables={"kind": "low"})).jobs[1].take == 2
    assert not any(job.is_open for job in plan_film(board, Wishes()).jobs)


def test_what_ends_on_the_start_of_a_clip_is_billed_as_such(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """No landing spares a bridge that leads to the clip: that is said before the take is bought."""
    write(
        HEAD
        + """scenes:
  - {id: a, prompt: a lamp is lit}
  - {id: b, prompt: a ship, start: fresh, join: bridge 5s}
  - {id: c, prompt: the sea, end: d.start}
  - {id: d, prompt: gulls, start: a.end}
  - {id: e, prompt: fog}
"""
    )
    cli(*MAKE, "--yes")
    rolled = cli(*REROLL, "--n", "1", "--yes")
    bill = "1 later clip begins on the old frame and b.bridge ends on the old start: make again for"
    assert bill in rolled.err, rolled.err
    assert "--land" not in rolled.err
    landed = cli(*REROLL, "--land", "--yes")
    assert (landed.code, paid(sim)) == (2, 7)
    assert "it begins on no frame, and a last one is taken only beside a first" in landed.err

    landed = cli("reroll", "d", "--price", "0.30USD", "--land", "--yes")
    assert landed.code == 0, landed.err
    assert "is made again once a take is kept: c/1 (0.25 USD)\n" in landed.err
    assert "c/1, made to end on its start, is to be made again" in landed.err
    assert cli(*MAKE).code == 3
