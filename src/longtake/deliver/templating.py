"""How pages are written: templates of ours, every outside string escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

HOME = "longtake.deliver"


@cache
def environment(package: str = HOME) -> Environment:
    """Give the templates of a package; those that it lacks come from here."""
    packages = dict.fromkeys((package, HOME))
    return Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def template_text(name: str, package: str = HOME) -> str:
    """Read a file that lies among the templates of a package."""
    return (resources.files(package) / "templates" / name).read_text(encoding="utf-8")
