"""Keys and hosts are tried for nothing; a key is shown to its own host and to nobody else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from longtake.doctor.facts import Shop, Tried
from longtake.doctor.shops import look_at_shops, look_at_speech
from longtake.generate.catalogue import load_offers, plug_in_offers
from longtake.testing import Simulator
from plug_ins import bring, offering

CANARY = "canary-90c1"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """The usual hosts."""
    with Simulator() as running:
        yield running


def looked(sim: Simulator, offline: bool = False, **variables: str) -> dict[str, Shop]:
    """Look at all providers, with hosts at the simulator, by name."""
    hosts = {f"{name.upper()}_API_HOST": f"{sim.url}/{name}" for name in ("apimart", "minimax")}
    offers = load_offers().values()
    shops = look_at_shops(offers, plug_in_offers(), {**hosts, **variables}, offline=offline)
    return {shop.name: shop for shop in shops}


def key_of(shop: Shop) -> str:
    """Say what became of a key."""
    assert shop.greeting
    return shop.greeting.key


def test_keys_that_are_good(sim: Simulator) -> None:
    """Each is told so at its host, nothing is submitted, and the clock is compared."""
    shops = looked(sim, APIMART_API_KEY="apimart-key", MINIMAX_API_KEY="minimax-key")

    assert [key_of(shops[name]) for name in ("apimart", "minimax")] == ["good", "good"]
    assert shops["minimax"].host_variable == "MINIMAX_API_HOST"
    assert sim.oracle("submits")["requests"] == 0
    greeting = shops["apimart"].greeting
    assert greeting and greeting.clock_s is not None and abs(greeting.clock_s) < 60


def test_a_key_of_the_other_region(sim: Simulator) -> None:
    """The hint names the host where it may work."""
    greeting = looked(sim, MINIMAX_API_KEY="mainland-key")["minimax"].greeting

    assert greeting and greeting.key == "bad"
    assert "2049" in greeting.said
    assert "MINIMAX_API_HOST=https://api.minimax" in greeting.hint


def test_a_key_that_nobody_knows(sim: Simulator) -> None:
    """It is bad, and what is said of it does not hold it."""
    shops = looked(sim, APIMART_API_KEY=CANARY, MINIMAX_API_KEY=CANARY)

    assert [key_of(shops[name]) for name in ("apimart", "minimax")] == ["bad", "bad"]
    assert CANARY not in repr(shops)


def test_a_host_that_is_not_well(sim: Simulator) -> None:
    """An answer that says nothing of the key leaves it open, with what was said."""
    sim.change(faults=[{"do": "http", "status": 503, "on": "any"}])
    greeting = looked(sim, MINIMAX_API_KEY="minimax-key")["minimax"].greeting

    assert greeting and (greeting.reached, greeting.key) == (True, "unasked")
    assert greeting.said == "HTTP 503"


def test_offline(sim: Simulator) -> None:
    """No host is asked, though keys are set."""
    shops = looked(sim, offline=True, APIMART_API_KEY="apimart-key")

    assert shops["apimart"].key_is_set and shops["apimart"].greeting is None
    assert shops["apimart"].host == "127.0.0.1"
    assert sim.oracle("keys") == {}


def test_a_key_or_host_that_can_be_none(sim: Simulator) -> None:
    """They are named before anything is sent, and not repeated."""
    shops = looked(sim, APIMART_API_KEY=f"{CANARY}\nx", MINIMAX_API_HOST="http://a.example")
    broken = looked(sim, MINIMAX_API_KEY="k", MINIMAX_API_HOST="http://a.example")["minimax"]

    assert "APIMART_API_KEY holds signs" in shops["apimart"].problem
    assert "MINIMAX_API_HOST is no address" in broken.problem
    assert CANARY not in repr(shops)


def test_plug_ins(sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that brings offers alone cannot be opened; one with a fault is named with it."""
    offering(tmp_path, "lamp_shop")
    offering(tmp_path, "torch_shop", text="{")
    entries = {"lamp": "lamp_shop", "torch": "torch_shop"}
    bring(tmp_path, monkeypatch, {"longtake.offers": entries})
    shops = looked(sim, LAMP_KEY="x")

    assert 'there is no provider "lamp"' in shops["lamp"].problem
    assert "this is no JSON" in shops["torch"].problem
    assert "torch_shop" in shops["torch"].remedy


def test_a_plug_in_that_speaks_its_own_way(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that is built otherwise is left unasked, and closed again."""
    offering(tmp_path, "lamp_own")
    (tmp_path / "lamp_own" / "__init__.py").write_text(
        "class Lamp:\n"
        "    name = 'lamp'\n"
        "    closed = False\n"
        "    def __init__(self, environment): pass\n"
        "    def close(self): Lamp.closed = True\n"
    )
    entries = {
        "longtake.offers": {"lamp": "lamp_own"},
        "longtake.providers": {"lamp": "lamp_own:Lamp"},
    }
    bring(tmp_path, monkeypatch, entries)
    shop = looked(sim, LAMP_KEY="x")["lamp"]

    assert (shop.key_is_set, shop.greeting, shop.problem) == (True, None, "")
    assert sys.modules["lamp_own"].Lamp.closed


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, Tried()),
        ({"LONGTAKE_SPEECH_KEY": "k"}, Tried("api.openai.com can be asked")),
        ({"LONGTAKE_SPEECH_URL": "http://127.0.0.1:9/v1"}, Tried("127.0.0.1 can be asked")),
    ],
)
def test_who_could_speak(variables: dict[str, str], told: Tried) -> None:
    """A key, or a service of this machine's own, is enough; nothing is asked."""
    assert look_at_speech(variables) == told


def test_a_service_that_must_not_be_sent_a_key() -> None:
    """An open line is a fault, and how to write it is said."""
    told = look_at_speech({"LONGTAKE_SPEECH_URL": "http://x.example", "LONGTAKE_SPEECH_KEY": "k"})

    assert "LONGTAKE_SPEECH_URL is no address a key may be sent to" in told.problem
