"""The house's plan holds: who may import whom, no circles, nothing hidden, files of a size."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "longtake"
BASE = {"errors", "units", "files"}

# room -> (own rooms it may import, third-party packages it may import)
ROOMS: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "units": (set(), set()),
    "files": (BASE, set()),
    "timeline": (BASE, set()),
    "cues": (BASE, set()),
    "speaking": (BASE | {"cues"}, set()),
    "subtitles": (BASE | {"cues"}, set()),
    "extras": (BASE, set()),
    "serving": (BASE, {"uvicorn"}),
    "storyboard": (BASE, {"pydantic", "pydantic_core", "yaml", "wcwidth"}),
    "media": (BASE, {"av", "imageio_ffmpeg", "moviepy", "PIL", "numpy"}),
    "vault": (BASE | {"cues", "extras"}, {"sqlite3"}),
    "project": (BASE, {"filelock", "platformdirs"}),
    "plan": (BASE | {"storyboard", "timeline", "cues", "speaking"}, set()),
    "seam": (BASE | {"media"}, {"numpy"}),
    "generate": (
        BASE | {"cues", "speaking", "plan", "vault", "seam", "media"},
        {"httpx", "pydantic"},
    ),
    "assemble": (
        BASE | {"timeline", "cues", "speaking", "subtitles", "vault", "seam", "media"},
        {"numpy", "wcwidth"},
    ),
    "deliver": (
        BASE | {"assemble", "timeline", "cues", "subtitles", "plan", "vault", "media"},
        {"jinja2", "markupsafe", "PIL", "numpy", "av"},
    ),
    "survey": (BASE | {"storyboard", "plan", "media", "cues", "subtitles"}, set()),
    "titles": (BASE | {"storyboard", "plan", "media"}, set()),
    "history": (BASE | {"plan", "project"}, set()),
    "amend": (BASE | {"plan", "history", "timeline", "assemble"}, set()),
    "holdings": (BASE | {"vault", "project", "extras"}, set()),
    "reckoning": (BASE | {"holdings", "plan", "project"}, set()),
    "casting": (
        BASE | {"storyboard", "plan", "generate", "vault", "project", "holdings"},
        set(),
    ),
    "buying": (
        BASE | {"holdings", "reckoning", "plan", "generate", "vault", "project", "extras"},
        set(),
    ),
    "doctor": (BASE | {"plan", "generate", "vault", "media", "project", "buying"}, set()),
    "wishes": (BASE | {"reckoning", "holdings", "generate", "project"}, set()),
    "voicing": (
        BASE
        | {"storyboard", "plan", "generate", "vault", "project", "buying", "holdings", "events"}
        | {"casting", "reckoning"},
        set(),
    ),
    "ranking": (
        BASE | {"plan", "generate", "vault", "seam", "media", "buying", "project"},
        set(),
    ),
    "offering": (
        BASE
        | {"storyboard", "plan", "generate", "vault", "deliver", "buying", "project", "ranking"}
        | {"wishes"},
        set(),
    ),
    "events": (BASE | {"plan", "generate", "assemble", "offering"}, set()),
    "runlog": (BASE | {"plan", "generate", "events", "project"}, set()),
    "ahead": (BASE | {"plan", "generate", "assemble", "vault", "events", "wishes"}, set()),
}
ALL_ROOMS = set(ROOMS) | {
    *("film", "finish", "fleet", "planning", "standing", "taking", "choosing", "review", "cli"),
    "testing",
}
ANYWHERE = {
    "testing": (ALL_ROOMS, {"av", "starlette", "uvicorn", "numpy", "PIL", "httpx", "yaml"}),
    "film": (ALL_ROOMS - {"cli", "review", "fleet"}, set[str]()),
    "finish": (ALL_ROOMS - {"cli", "review", "fleet"}, set[str]()),
    "fleet": (ALL_ROOMS - {"cli", "review", "testing"}, {"dbos"}),
    "planning": (ALL_ROOMS - {"assemble", "deliver", "film", "cli", "review"}, set[str]()),
    "standing": (ALL_ROOMS - {"cli", "review"}, set[str]()),
    "taking": (ALL_ROOMS - {"cli", "review"}, set[str]()),
    "choosing": (ALL_ROOMS - {"cli", "review"}, set[str]()),
    "review": (ALL_ROOMS - {"cli", "testing"}, {"starlette", "jinja2", "markupsafe"}),
    "__main__": ({"cli"}, set[str]()),
    "cli": (ALL_ROOMS | {"__init__"}, {"click", "rich", "platformdirs", "PIL", "numpy"}),
}
# What one file alone may import besides: it is loaded only where it is needed.
ALONE = {
    "generate/webhook.py": {"serving", "starlette"},
    "vault/postgres.py": {"psycopg"},
    "vault/depot.py": {"obstore"},
}


def modules() -> list[Path]:
    """List the files of the package."""
    return sorted(SRC.rglob("*.py"))


def room_of(path: Path) -> str:
    """Name the room a file stands in."""
    return path.relative_to(SRC).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> tuple[tuple[str, int], ...]:
    """List all modules a file imports, each with the nesting depth of the statement."""
    found: list[tuple[str, int]] = []

    def walk(node: ast.AST, depth: int) -> None:
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.Import):
            found.extend((alias.name, depth) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.append((node.module, depth))
        for child in ast.iter_child_nodes(node):
            walk(child, depth + inside)

    walk(ast.parse(path.read_text(encoding="utf-8")), 0)
    return tuple(found)


def third_party(name: str) -> bool:
    """Tell a package from PyPI from Python's own and ours."""

    return name not in sys.stdlib_module_names and name != "longtake"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SRC)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    """The import table of DESIGN.md section 2 holds for every file."""
    room = room_of(path)
    if room == "__init__":
        return
    own, outside = (ROOMS | ANYWHERE)[room]
    alone = ALONE.get(path.relative_to(SRC).as_posix(), set())
    for module, _ in imports(path):
        first, _, rest = module.partition(".")
        if first == "longtake":
            target = rest.partition(".")[0] or "__init__"
            assert target in own | {room} | alone, f"{room} must not import {module}"
        elif third_party(first) or first == "sqlite3":
            assert first in outside | alone, f"{room} must not import {module}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SRC)))
def test_no_own_import_is_hidden_in_a_function(path: Path) -> None:
    """What a file needs of us stands at its top."""
    hidden = [name for name, depth in imports(path) if depth and name.startswith("longtake")]

    assert hidden == []


def test_there_are_no_import_circles() -> None:
    """Every file can be imported before all that import it."""
    names = {module_name(path): path for path in modules()}
    edges = {
        name: {target for module, _ in imports(path) for target in targets(module, path, names)}
        for name, path in names.items()
    }
    while edges:
        free = [name for name, needs in edges.items() if not needs & set(edges)]
        assert free, f"a circle among {sorted(edges)}"
        for name in free:
            del edges[name]


def module_name(path: Path) -> str:
    """Give a file's dotted name."""
    parts = ("longtake", *path.relative_to(SRC).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def targets(module: str, path: Path, names: dict[str, Path]) -> set[str]:
    """Give the own modules an import statement names, the packages around them left out."""
    return {module} & set(names) - {module_name(path)}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SRC)))
def test_a_file_fits_in_the_head(path: Path) -> None:
    """400 lines, or 600 with the reason on the first line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    limit = 600 if lines and lines[0].startswith("# long because") else 400

    assert len(lines) <= limit


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SRC)))
def test_a_provider_knows_no_other(path: Path) -> None:
    """Files of two providers never import each other."""
    if path.parent.name != "providers":
        return
    assert not [
        name for name, _ in imports(path) if name.startswith("longtake.generate.providers.")
    ]


def test_nothing_but_the_command_line_prints() -> None:
    """`print` and writes to the standard streams stand in cli/ alone."""
    for path in modules():
        if room_of(path) == "cli":
            continue
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert "print" not in calls, path
