"""Of a folder's `.env` count keys, and nothing that a stranger could do harm with."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.project import environment

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
