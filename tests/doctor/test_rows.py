"""The same facts give the same rows: what is well, what is not, and what each missing thing gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from longtake.doctor.facts import Clocks, Facts, Package, Place, Shop, Tried
from longtake.doctor.rows import Row, film_works, fits, judge
from longtake.generate.greeting import Greeting

GIGA = 1_000_000_000
WELL = Facts(
    python="3.11.7, Linux x86_64",
    packages=(Package("av", "18.1.0", ">=18.1,<19"),),
    ffmpeg=Tried("7.1"),
    encoder=Tried("x264"),
    letters=Tried("Latin text can be set"),
    models=Tried("12 models of 4 providers"),
    scripts=("Chinese", "Japanese", "Korean", "Thai"),
    unseen=(),
    places=(("films", Place("films", 5 * GIGA)), ("takes", Place("/home/vault", 5 * GIGA))),
    ledger=Tried("form 1, purchases: 3"),
    clocks=Clocks(now_s=1000.0, installed_s=900.0),
    shops=(Shop("lamp", 2, "LAMP_KEY"),),
    extras=(Package("uvicorn", "0.5"),),
    voice="/usr/bin/espeak-ng",
    speech=Tried("api.voices can be asked"),
    speech_command=True,
    picture_host=True,
)
SET = Shop("lamp", 2, "LAMP_KEY", key_is_set=True, host="api.lamp", host_variable="LAMP_HOST")


def row_of(name: str, **facts: Any) -> Row:
    """Give the row of a name where all is well but these facts."""
    return next(row for row in judge(replace(WELL, **facts)) if row.name == name)


def test_all_is_well() -> None:
    """Only the key of a provider that nobody set is missing, and what it would give is said."""
    rows = judge(WELL)

    assert [row.name for row in rows if row.state != "ok"] == ["lamp"]
    assert (row_of("lamp").found, row_of("lamp").unlocks) == (
        "LAMP_KEY is not set",
        "2 models to buy clips of",
    )
    assert film_works(rows)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("ffmpeg", {"ffmpeg": Tried(problem="none", remedy="install")}),
        ("encoder", {"encoder": Tried(problem="none")}),
        ("letters", {"letters": Tried(problem="none")}),
        ("models", {"models": Tried(problem="mine.json: this is no JSON")}),
        ("films", {"places": (("films", Place("films", problem="read-only file system")),)}),
        ("films", {"places": (("films", Place("films", 1000)),)}),
        ("packages", {"packages": (Package("av", "", ">=18.1"),)}),
    ],
)
def test_what_no_film_can_do_without(name: str, facts: dict[str, Any]) -> None:
    """Each of these alone keeps even a drawn film from being made."""
    rows = judge(replace(WELL, **facts))

    assert [row.name for row in rows if row.needed and row.state not in ("ok", "not asked")] == [
        name
    ]
    assert not film_works(rows)


@pytest.mark.parametrize(
    ("name", "state", "facts"),
    [
        ("packages", "fault", {"packages": (Package("av", "19.0", ">=18.1,<19"),)}),
        ("packages", "not asked", {"packages": None}),
        ("takes", "fault", {"places": (("takes", Place("/", problem="permission denied")),)}),
        ("ledger", "fault", {"ledger": Tried(problem="written by a newer longtake")}),
        ("CJK fonts", "missing", {"unseen": ("Korean",)}),
        ("other fonts", "missing", {"unseen": ("Thai",)}),
        ("simulator", "missing", {"extras": (Package("uvicorn", ""),)}),
        ("voice", "missing", {"voice": ""}),
        ("voice service", "missing", {"speech": Tried()}),
        ("voice service", "fault", {"speech": Tried(problem="no address a key may be sent to")}),
        ("voice program", "missing", {"speech_command": False}),
        ("pictures", "missing", {"picture_host": False}),
    ],
)
def test_what_a_drawn_film_can_do_without(name: str, state: str, facts: dict[str, Any]) -> None:
    """It is said, and the film can be made all the same."""
    rows = judge(replace(WELL, **facts))

    assert [(row.name, row.state) for row in rows if row.state != "ok" and row.name != "lamp"] == [
        (name, state)
    ]
    assert film_works(rows)


def test_what_the_animatic_cannot_draw() -> None:
    """The scripts are named that would be boxes, and no others."""
    row = row_of("CJK fonts", unseen=("Chinese", "Korean", "Thai"))

    assert row.found == "no font draws Chinese, Korean: an animatic shows boxes instead"
    assert "Noto Sans CJK" in row.unlocks


@pytest.mark.parametrize(
    ("clocks", "found"),
    [
        (Clocks(1000.0, 900.0, ahead=(("a", 2.0), ("b", -90.0))), "90 s behind that of b"),
        (Clocks(1000.0, 900.0, ahead=(("a", 4000.0),)), "4,000 s ahead of that of a"),
        (Clocks(1000.0, 900.0, strayed_s=-30.0), "jumped by -30 s while we looked"),
        (Clocks(1000.0, 200_000.0), "stands at a time before longtake was installed"),
    ],
)
def test_a_clock_that_is_wrong(clocks: Clocks, found: str) -> None:
    """By a host's time, by its own pace, by the age of the installation."""
    row = row_of("clock", clocks=clocks)

    assert (row.state, row.found) == ("fault", found)


def test_a_clock_that_is_right() -> None:
    """A host's time is named as the proof where there is one."""
    told = Clocks(1000.0, 900.0, ahead=(("api.lamp", -3.0),))

    assert row_of("clock", clocks=told).found == "agrees with that of api.lamp"
    assert row_of("clock").found == "runs evenly; no host was asked for the time"


@pytest.mark.parametrize(
    ("shop", "state", "found"),
    [
        (replace(SET, problem="cannot be opened"), "fault", "cannot be opened"),
        (
            replace(SET, greeting=Greeting("api.lamp", True, "good")),
            "ok",
            "api.lamp (LAMP_HOST) accepts the key",
        ),
        (
            replace(SET, greeting=Greeting("api.lamp", True, "bad", "not accepted", "check it")),
            "fault",
            "not accepted",
        ),
        (
            replace(SET, greeting=Greeting("api.lamp", False, said="nobody there")),
            "fault",
            "api.lamp (LAMP_HOST): nobody there",
        ),
        (
            replace(SET, greeting=Greeting("api.lamp", True, said="HTTP 503")),
            "fault",
            "api.lamp (LAMP_HOST) does not say whether the key is good: HTTP 503",
        ),
        (
            replace(SET, host_variable="", greeting=Greeting("api.lamp", True)),
            "not asked",
            "api.lamp is there; only a purchase shows whether the key is good",
        ),
        (
            replace(SET, host="", host_variable=""),
            "not asked",
            "LAMP_KEY is set, for its host, which its package leaves unasked",
        ),
    ],
)
def test_a_provider_whose_key_is_set(shop: Shop, state: str, found: str) -> None:
    """What its host said decides; what was not asked is not claimed."""
    row = row_of("lamp", shops=(shop,))

    assert (row.state, row.found) == (state, found)


def test_a_provider_that_was_not_to_be_asked() -> None:
    """Offline the host is named, and nothing is said against the package."""
    row = row_of("lamp", shops=(SET,), offline=True)

    assert (row.state, row.found) == ("not asked", "LAMP_KEY is set, for api.lamp (LAMP_HOST)")


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("18.1.0", ">=18.1,<19", True),
        ("19.0.0", "<19,>=18.1", False),
        ("18.0.9", ">=18.1", False),
        ("1.10", ">=1.9", True),
        ("2.0rc1", "==2.0", True),
        ("3", "!=2", True),
        ("", ">=1", False),
    ],
)
def test_versions(version: str, wanted: str, expected: bool) -> None:
    """Numbers are compared part by part, as numbers."""
    assert fits(version, wanted) is expected
