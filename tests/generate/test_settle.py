"""What earlier runs bought is brought home by the next one, whatever became of the board since."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from longtake.buying import bought_takes, the_ledger
from longtake.errors import OutcomeUnknown
from longtake.events import Event
from longtake.film import make_takes
from longtake.generate import proof, purchase
from longtake.generate.clip import request_key
from longtake.generate.ensure import Progress
from longtake.generate.provider import Request
from longtake.generate.registry import open_provider
from longtake.generate.remote import RemoteProvider
from longtake.planning import plan_film
from longtake.project import Project, environment
from longtake.testing.serve import Simulator
from longtake.units import FrameRate, Money, Size
from longtake.vault.purchase import Admitted, Limits, Order, Purchase
from longtake.wishes import Wishes

DRAWN = "longtake: 1\ntitle: T\nscenes: [{id: a, still: lamp.png, seconds: 1}]\n"
BOUGHT = """longtake: 1
title: T
model: apimart/sim-tiny
scenes: [{id: a, prompt: a lamp, seconds: 1}]
"""
ASKED = Request(
    "MiniMax-Hailuo-2.3", "768p", 6, 144, Size(1366, 768), FrameRate.parse(24), "a lamp"
)


@pytest.fixture
def sim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A quick world, and an environment that leads to it."""
    with Simulator({"task_s": 0.02, "scale": 0.05}) as running:
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("APIMART_API_HOST", f"{running.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "apimart-key")
        monkeypatch.setenv("MINIMAX_API_HOST", f"{running.url}/minimax")
        monkeypatch.setenv("MINIMAX_API_KEY", "minimax-key")
        yield running


def board(folder: Path, text: str = DRAWN) -> Path:
    """Write a board and its still."""
    Image.new("RGB", (64, 36), "teal").save(folder / "lamp.png")
    path = folder / "board.yaml"
    path.write_text(text)
    return path


def ordered(
    path: Path, *, recipe: str = "gone", account: str = "", send: bool = True, asked: str = "{}"
) -> Purchase:
    """Buy a clip for a board as a run that was killed while its task ran."""
    provider = open_provider("apimart", environment(path.parent))
    ledger = the_ledger()
    ledger.open()
    names = (request_key("apimart", ASKED), "apimart", account or provider.account)
    order = Order(*names, ASKED.model, 6, str(path), "old.1", recipe, asked, Money(Decimal("0.29")))
    admission = ledger.admit(order, Limits(10, 100), 1000.0)
    assert isinstance(admission, Admitted)
    row = admission.purchase
    assert ledger.sending(row, 1000.0)
    if send:
        row = ledger.submitted(row.id, provider.submit(ASKED, row.nonce), 1001.0)
    provider.close()
    return row


def made(path: Path, wishes: Wishes | None = None) -> list[Progress]:
    """Make a board's takes; gives what was told about clips."""
    told: list[Progress] = []

    def tell(event: Event) -> None:
        if isinstance(event, Progress):
            told.append(event)

    project = Project(path)
    with project.hold():
        make_takes(plan_film(path, wishes or Wishes()), project, wishes or Wishes(), tell)
    return told


def test_a_paid_clip_comes_home_though_the_film_buys_nothing_any_more(
    tmp_path: Path, sim: Simulator
) -> None:
    """The board is stills only now; the clip of its earlier form is fetched and closed."""
    row = ordered(board(tmp_path))

    assert made(tmp_path / "board.yaml") == [Progress("old.1", "settled")]
    assert the_ledger().get(row.id).state == "done"
    assert bought_takes().find(row.key) is not None


def test_a_clip_of_the_same_recipe_but_another_key_comes_home(
    tmp_path: Path, sim: Simulator
) -> None:
    """Its words are still wanted, its frames were others: it is paid, so it is kept."""
    text = BOUGHT.replace("apimart/sim-tiny", "apimart/MiniMax-Hailuo-2.3")
    path = board(tmp_path, text.replace("seconds: 1", "seconds: 6"))
    row = ordered(path, recipe=plan_film(path, Wishes()).jobs[0].recipe)
    made(path, Wishes(agreed=True))

    assert [r.state for r in the_ledger().purchases()] == ["done", "done"]
    assert bought_takes().find(row.key) is not None


def test_a_clip_bought_with_another_key_is_told_and_left(
    tmp_path: Path, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the account that bought it can fetch it; the film itself is made."""
    # A task that is not known is asked for again for a while: it may be known late.
    monkeypatch.setattr(RemoteProvider, "pause_s", lambda *ages: 0.01)
    row = ordered(board(tmp_path), account="another")
    the_ledger().submitted(row.id, "task_of_another", 1001.0)
    (told,) = made(tmp_path / "board.yaml")

    assert told.state == "unsettled"
    assert "with another key" in told.message
    assert the_ledger().get(row.id).state == "submitted"


def test_a_renewed_key_of_the_same_account_fetches(tmp_path: Path, sim: Simulator) -> None:
    """Whether a key may have a clip is said by its provider, which knows the task."""
    row = ordered(board(tmp_path), account="renewed")

    assert made(tmp_path / "board.yaml") == [Progress("old.1", "settled")]
    assert the_ledger().get(row.id).state == "done"


def test_moderation_of_an_old_clip_shows_its_prompt(tmp_path: Path, sim: Simulator) -> None:
    """Though the board may have other words now, the refused ones are told."""
    sim.change(faults=[{"do": "fate", "ending": "moderation", "message": "naughty"}])
    row = ordered(board(tmp_path), asked='{"prompt": "a lamp"}')
    (told,) = made(tmp_path / "board.yaml")

    assert "naughty\nprompt: a lamp" in told.message
    assert the_ledger().get(row.id).state == "refused"


def test_a_doubt_about_other_frames_stops_the_clip(tmp_path: Path, sim: Simulator) -> None:
    """Nobody knows whether the clip was bought on an earlier frame: it is not bought on this one."""
    text = BOUGHT.replace("apimart/sim-tiny", "apimart/MiniMax-Hailuo-2.3")
    path = board(tmp_path, text.replace("seconds: 1", "seconds: 6"))
    row = ordered(path, recipe=plan_film(path, Wishes()).jobs[0].recipe, send=False)
    path.write_text(path.read_text().replace("title: T", "title: T\nlook: ''"))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="nobody knows whether") as caught:
            made(path, Wishes(agreed=True))
        assert f"reconcile {row.id}" in caught.value.hint

    assert sim.oracle("submits")["paid"] == 0


def test_a_provider_without_its_key_now_is_told_and_left(
    tmp_path: Path, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film that needs no key is made without one; what waits elsewhere is named."""
    row = ordered(board(tmp_path))
    monkeypatch.delenv("APIMART_API_KEY")
    (told,) = made(tmp_path / "board.yaml")

    assert (told.clip, told.state) == ("old.1", "unsettled")
    assert the_ledger().get(row.id).state == "submitted"


def test_an_old_doubt_is_told_even_if_nobody_waits_for_the_clip(
    tmp_path: Path, sim: Simulator
) -> None:
    """Killed while sending, then the shot was taken out: money may be gone, so it is said."""
    row = ordered(board(tmp_path), send=False)
    (told,) = made(tmp_path / "board.yaml")

    assert f"longtake reconcile {row.id}" in told.message
    assert the_ledger().get(row.id).state == "unknown"


LISTED = """longtake: 1
title: T
model: minimax-v2/MiniMax-H3
resolution: 768P
scenes:
  - {id: a, start: lamp.png, prompt: it burns, seconds: 4}
  - {id: b, start: %s, prompt: it goes out, seconds: 4}
"""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated list is never late: nothing is gained by waiting for it."""
    monkeypatch.setattr(purchase, "_LIST_AFTER_S", (0.0, 0.3))


@pytest.mark.usefixtures("at_once")
def test_a_lost_answer_is_settled_by_the_frame_its_clip_begins_on(
    tmp_path: Path, sim: Simulator
) -> None:
    """Where tasks are listed, one clip that begins on the frame sent is proof: nobody is asked."""
    path = board(tmp_path, LISTED % "other.png")
    noise = np.random.default_rng(1).integers(0, 255, (36, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "other.png")
    sim.change(faults=[{"do": "drop", "on": "submit", "when": "after", "times": 2}])
    made(path)

    assert [row.state for row in the_ledger().purchases()] == ["done", "done"]
    assert (sim.oracle("submits")["paid"], sim.oracle("submits")["twice"]) == (2, [])


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("lost", "taken"), [("burns", "goes out"), ("goes out", "burns")])
def test_stills_that_are_alike_prove_nothing(
    tmp_path: Path, sim: Simulator, monkeypatch: pytest.MonkeyPatch, lost: str, taken: str
) -> None:
    """One of two requests never arrived, and either may have become the task there is."""
    path = board(tmp_path, LISTED % "other.png")
    looked = proof.proved_task

    async def after_both(*asked: Any) -> str | None:
        # A look before the other request was sent could rightly prove whose the first task is.
        while [row.state for row in the_ledger().purchases()] != ["unknown", "unknown"]:
            await asyncio.sleep(0.01)
        return await looked(*asked)

    monkeypatch.setattr(purchase, "proved_task", after_both)
    noise = np.random.default_rng(1).integers(0, 255, (9, 16, 3), np.uint8)
    scene = Image.fromarray(noise).resize((1344, 768))
    scene.save(tmp_path / "lamp.png")
    scene.paste("white", (600, 300, 760, 420))
    scene.save(tmp_path / "other.png")
    never = {"do": "drop", "on": "submit", "when": "before", "prompt": lost, "times": 1}
    late = {"do": "drop", "on": "submit", "when": "after", "prompt": taken, "times": 1}
    sim.change(faults=[never, late])
    with pytest.raises(OutcomeUnknown):
        made(path, Wishes(agreed=True))

    assert [row.state for row in the_ledger().purchases()] == ["unknown", "unknown"]


@pytest.mark.usefixtures("at_once")
def test_whoever_sends_while_the_list_is_read_may_own_its_task(
    tmp_path: Path, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list shows the task of another run's request that has no answer yet: it is not taken for ours."""
    path = board(tmp_path, LISTED.rpartition("  - {id: b")[0])
    listed = RemoteProvider.tasks_since

    def sent_meanwhile(self: RemoteProvider, model: str, since_s: float) -> Any:
        (row,) = the_ledger().purchases()[:1]
        order = Order(
            "rival", row.provider, row.account, row.model, row.seconds, "other.yaml", "a", "r",
            json.dumps(row.asked), row.reserved,
        )  # fmt: skip
        if len(the_ledger().purchases()) == 1:
            admission = the_ledger().admit(order, Limits(10, 100), row.began)
            assert isinstance(admission, Admitted)
            assert the_ledger().sending(admission.purchase, row.began)
            first = bought_takes().sent(row.asked["first"])
            size, rate = Size(1366, 768), FrameRate.parse(24)
            self.submit(
                Request(model, "768P", 4, 96, size, rate, "it rivals", first=first),
                admission.purchase.nonce,
            )
        return listed(self, model, since_s)

    monkeypatch.setattr(RemoteProvider, "tasks_since", sent_meanwhile)
    sim.change(faults=[{"do": "drop", "on": "submit", "when": "before", "prompt": "burns"}])
    with pytest.raises(OutcomeUnknown):
        made(path)

    assert [row.task for row in the_ledger().purchases()] == ["", ""]
    assert sim.oracle("submits")["paid"] == 1


def test_two_tasks_that_begin_alike_prove_nothing(
    tmp_path: Path, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both answers were lost and both clips begin on one still: which is whose, only a person can say."""
    path = board(tmp_path, LISTED % "lamp.png")
    sim.change(faults=[{"do": "drop", "on": "submit", "when": "after", "times": 2}])
    for looks in ((), (0.0,)):
        monkeypatch.setattr(purchase, "_LIST_AFTER_S", looks)
        with pytest.raises(OutcomeUnknown):
            made(path)

        assert [row.state for row in the_ledger().purchases()] == ["unknown", "unknown"]
    assert sim.oracle("submits")["paid"] == 2


def test_an_animatic_asks_no_provider(tmp_path: Path, sim: Simulator) -> None:
    """What is drawn for nothing touches neither key nor ledger."""
    row = ordered(board(tmp_path))
    made(tmp_path / "board.yaml", Wishes(animatic=True))

    assert the_ledger().get(row.id).state == "submitted"
