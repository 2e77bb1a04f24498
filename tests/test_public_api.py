"""The public names are exactly those that are promised, each with a docstring of one purpose."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

import longtake

INIT = Path(longtake.__file__)


def test_names_are_sorted() -> None:
    """Capitals first, as `sorted` gives them."""
    assert longtake.__all__ == sorted(longtake.__all__)


@pytest.mark.parametrize("name", longtake.__all__)
def test_each_name_is_there_and_documented(name: str) -> None:
    """Every promised name can be had, and says in a sentence what it is."""
    value = getattr(longtake, name)

    assert (value.__doc__ or "").strip()


def test_names_for_type_checkers_are_the_same() -> None:
    """What a type checker sees and what is loaded at run time cannot come apart."""
    tree = ast.parse(INIT.read_text(encoding="utf-8"))
    seen = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("longtake.")
        for alias in node.names
    }

    assert seen == {
        (f"longtake.{home}", name) for home, names in longtake._HOMES.items() for name in names
    }
    assert {name for _, name in seen} == set(longtake.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as it does in any module."""
    with pytest.raises(AttributeError, match="no attribute 'make_movie'"):
        _ = longtake.make_movie


def test_the_version_is_the_package_s() -> None:
    """The version stands in two places that must agree."""
    text = (INIT.parents[2] / "pyproject.toml").read_text(encoding="utf-8")

    assert tomllib.loads(text)["project"]["version"] == longtake.__version__
