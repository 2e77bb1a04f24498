"""Packages of others, as far as an installation shows them: entry points and modules."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

OFFERS: dict[str, Any] = {
    "schema": 1,
    "provider": "lamp",
    "key_variable": "LAMP_KEY",
    "models": [
        {
            "model": "one",
            "modes": ["text"],
            "prompt_limit": 100,
            "resolutions": [{"name": "36p", "canvas": "64x36", "lengths": [2]}],
        }
    ],
}


def bring(
    folder: Path, monkeypatch: pytest.MonkeyPatch, groups: Mapping[str, Mapping[str, str]]
) -> None:
    """Have a folder's modules stand for an installed package `lamp` with these entry points."""
    for name in [name for name in sys.modules if name.startswith(("lamp", "torch"))]:
        monkeypatch.delitem(sys.modules, name)
    told = folder / "lamp-1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Name: lamp\nVersion: 1\n")
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()))
    ]
    (told / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(folder)


def offering(folder: Path, package: str, text: str = "") -> None:
    """Write a package that holds a file of offers: those of the provider lamp, or any text."""
    offers = folder / package / "offers"
    offers.mkdir(parents=True)
    (folder / package / "__init__.py").touch()
    (offers / "lamp.json").write_text(text or json.dumps(OFFERS))
