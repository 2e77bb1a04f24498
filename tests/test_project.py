"""Of a folder's `.env` count keys, and nothing that a stranger could do harm with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from longtake.project import Project, environment, version_of
from longtake.units import Aspect

HOST = "APIMART_API_HOST=https://stranger.example"


def read(folder: Path, *lines: str) -> dict[str, str]:
    """Give what counts of a `.env` with these lines, beside what the process has."""
    (folder / ".env").write_text("\n".join(lines))
    names = [line.partition("=")[0] for line in lines]
    return {name: value for name, value in environment(folder).items() if name in names}


def test_a_key_and_the_host_it_goes_to(tmp_path: Path) -> None:
    """Both from the folder: its own key goes where it says."""
    found = read(tmp_path, "export APIMART_API_KEY='k'", "APIMART_API_KEY='k'", HOST)

    assert found == {"APIMART_API_KEY": "k", "APIMART_API_HOST": "https://stranger.example"}


@pytest.mark.parametrize("beside", ["", "APIMART_API_KEY=theirs", "APIMART_OTHER_KEY=theirs"])
def test_the_user_s_own_key_goes_to_no_host_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    """Whoever wrote the folder's `.env` would read the key there."""
    monkeypatch.setenv("APIMART_API_KEY", "mine")

    assert "APIMART_API_HOST" not in read(tmp_path, HOST, beside)
    assert environment(tmp_path)["APIMART_API_KEY"] == "mine"


def test_a_folder_starts_no_program(tmp_path: Path) -> None:
    """Neither a place for pictures nor anything that programs obey is read there."""
    lines = ("LONGTAKE_UPLOAD_COMMAND=sh x", "LONGTAKE_UPLOAD_PUT=x", "LD_PRELOAD=x.so", HOST)

    assert read(tmp_path, *lines) == {}


def test_a_key_for_voices_goes_where_the_process_says(tmp_path: Path) -> None:
    """A folder may bring that key; neither the service nor the program that speaks."""
    lines = (
        "LONGTAKE_SPEECH_KEY=k",
        "LONGTAKE_SPEECH_URL=https://x.example",
        "LONGTAKE_SPEECH_COMMAND=sh",
    )

    assert read(tmp_path, *lines) == {"LONGTAKE_SPEECH_KEY": "k"}


def test_names_of_versions() -> None:
    """A version is called by its variables, in the same way whatever their order."""
    assert version_of({}) == ""
    assert (
        version_of({"town": "linden", "season": "late autumn"}) == "season-late-autumn_town-linden"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"season": "Winter"}, {"season": "winter"}),
        ({"season": "winter 9x16"}, {"season": "winter 9:16"}),
        ({"a": "b", "c": "d"}, {"a": "b_c-d"}),
        ({"a": "b", "c": "d"}, {"a": "b c d"}),
        ({"a": "x" * 300}, {"a": "x" * 301}),
        ({f"v{n}": "x" * 50 for n in range(9)}, {f"v{n}": "x" * 50 for n in range(8)}),
        ({"a": "../../b"}, {"a": "b"}),
        ({"a": "冬"}, {"a": "夏"}),
    ],
)
def test_versions_never_share_a_film(one: dict[str, str], other: dict[str, str]) -> None:
    """Different values have different names, each of them a file name of a bearable length."""
    names = [version_of(one), version_of(other)]

    assert names[0] != names[1]
    assert all(re.fullmatch(r"[a-z0-9_-]{1,120}", name) for name in names)


@pytest.mark.parametrize("value", ["9x16", "animatic", "winter draft"])
def test_a_version_is_no_other_kind_of_film(tmp_path: Path, value: str) -> None:
    """A value that sounds like a shape or a kind of film is not mistaken for one."""
    project = Project.of(tmp_path / "b.yaml", {"v": value})
    plain = Project(tmp_path / "b.yaml", "v")
    others = [
        plain.film(kind, shape)
        for kind in ("", "animatic", "draft")
        for shape in (None, Aspect.parse("9:16"))
    ]
    project.films.mkdir(parents=True)
    project.film().touch()

    assert project.film() not in others
    assert project.other_shapes() == {} == plain.other_shapes()
