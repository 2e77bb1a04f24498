"""Providers are found by name, loaded when opened, and cannot harm each other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from longtake.errors import KeyMissing, ProviderError
from longtake.generate.registry import open_provider
from plug_ins import bring


def test_our_own():
    """Each provider of ours opens with its key, under its own name."""
    for name, variable in (
        ("apiinone", "APIINONE_API_KEY"),
        ("apimart", "APIMART_API_KEY"),
        ("minimax", "MINIMAX_API_KEY"),
        ("minimax-v2", "MINIMAX_API_KEY"),
        ("pixazo", "PIXAZO_API_KEY"),
    ):
        with pytest.raises(KeyMissing, match=variable):
            open_provider(name, {})
        provider = open_provider(name, {variable: "key"})
        provider.close()
        assert provider.name == name


def test_a_name_nobody_has():
    """A slip is answered with the name that was meant."""
    with pytest.raises(ProviderError, match="did you mean apimart"):
        open_provider("apimrat", {})


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """A package that brings two providers, one of them broken."""
    (tmp_path / "lamp.py").write_text(
        "class Lamp:\n    name = 'lamp'\n    def __init__(self, environment): pass\n"
        "def broken(environment): raise RuntimeError('canary')\n"
    )
    providers = {"lamp": "lamp:Lamp", "broken": "lamp:broken", "gone": "lamp:gone"}
    bring(tmp_path, monkeypatch, {"longtake.providers": providers})


@pytest.mark.usefixtures("plug_in")
def test_a_plug_in():
    """A provider of another package opens like ours; a broken one is an error that names it."""
    assert open_provider("lamp", {}).name == "lamp"
    for name in ("broken", "gone"):
        with pytest.raises(ProviderError, match=f"{name} cannot be opened") as caught:
            open_provider(name, {})
        assert "lamp" in caught.value.hint
        assert "canary" not in str(caught.value)


def test_who_only_draws_waits_for_no_network_library():
    """The registry alone does not load httpx."""
    code = "import sys, longtake.generate.registry; sys.exit('httpx' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
