"""Plug-ins add models to the catalogue; what one of them does wrong harms no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from longtake.generate.catalogue import key_variables, load_offers, plug_in_offers
from plug_ins import OFFERS, bring, offering


def test_models_of_a_plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They stand beside ours, and a user's own file wins over them too."""
    offering(tmp_path, "lamp_first")
    bring(tmp_path, monkeypatch, {"longtake.offers": {"lamp": "lamp_first"}})
    own = tmp_path / "own"
    own.mkdir()
    dearer = {**OFFERS, "models": [{**OFFERS["models"][0], "prompt_limit": 7}]}
    (own / "mine.json").write_text(json.dumps(dearer))

    assert load_offers()["lamp/one"].key_variable == "LAMP_KEY"
    assert {"APIMART_API_KEY", "MINIMAX_API_KEY", "LAMP_KEY"} <= key_variables()
    assert load_offers(own)["lamp/one"].prompt_limit == 7
    assert "minimax/S2V-01" in load_offers()


@pytest.mark.parametrize(
    ("name", "package", "fault"),
    [
        ("lamp", "lamp_gone", "ModuleNotFoundError"),
        ("lamp", "lamp_empty", "FileNotFoundError"),
        ("lamp", "lamp_crash", "RuntimeError: canary"),
        ("lamp", "lamp_text", "lamp.json: this is no JSON"),
        ("torch", "lamp_other", "it offers lamp/one, and only torch/... is its own"),
        ("lamp", "lamp_alias", "it offers minimax/S2V-01, and only lamp/... is its own"),
        ("apimart", "lamp_other", "the name apimart is taken"),
        ("animatic", "lamp_other", "the name animatic is taken"),
    ],
)
def test_a_plug_in_with_a_fault(
    name: str, package: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left out, with the reason; the catalogue is what it was before."""
    before = load_offers()
    offering(tmp_path, "lamp_other")
    offering(tmp_path, "lamp_text", text="{")
    named = {**OFFERS["models"][0], "aliases": ["minimax/S2V-01"]}
    offering(tmp_path, "lamp_alias", text=json.dumps({**OFFERS, "models": [named]}))
    offering(tmp_path, "lamp_crash")
    (tmp_path / "lamp_crash" / "__init__.py").write_text("raise RuntimeError('canary')\n")
    (tmp_path / "lamp_empty").mkdir()
    (tmp_path / "lamp_empty" / "__init__.py").touch()
    bring(tmp_path, monkeypatch, {"longtake.offers": {name: package}})
    told = [each for each in plug_in_offers() if each.package == package]

    assert [(each.name, each.offers) for each in told] == [(name, ())]
    assert fault in told[0].fault
    assert load_offers() == before
