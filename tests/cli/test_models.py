"""`models` shows the catalogue as a board can use it, the user's own prices included."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commands import Cli
from json_schemas import check
from longtake.cli.models import lengths_text
from longtake.errors import PlanError
from longtake.generate.catalogue import load_offers, read_offers
from longtake.plan.offer import Offer
from longtake.plan.settings import find_offer

ROOT = Path(__file__).parents[2]
CANARY = "canary-7f3a"
PIXAZO = """\
pixazo  key PIXAZO_API_KEY: not set

pixazo/hailuo-2-3
  text, first; silent; prompt up to 2,000 signs
  also called pixazo/minimax-hailuo-ai
  768P   1366x768   6, 10 s  6 s 0.35 USD, 10 s 0.60 USD
  1080P  1920x1080  6 s      6 s 0.35 USD
  prices of 2026-10-12: Pixazo model page
"""
OWN: dict[str, Any] = {
    "schema": 1,
    "provider": "pixazo",
    "key_variable": "PIXAZO_API_KEY",
    "models": [
        {
            "model": "hailuo-2-3",
            "modes": ["first"],
            "prompt_limit": 900,
            "currency": "EUR",
            "price_source": "our contract",
            "price_date": "2026-11-01",
            "resolutions": [
                {"name": "768P", "canvas": "1366x768", "lengths": [4, 5, 6], "per_second": "0.03"},
                {"name": "2K", "canvas": "2560x1440", "lengths": [6]},
            ],
        }
    ],
}


def changed(**values: Any) -> bytes:
    """Give the user's file with other values of its only model."""
    return json.dumps({**OWN, "models": [{**OWN["models"][0], **values}]}).encode()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a price list of the user's own."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    path = tmp_path / "home" / "offers" / "mine.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(json.dumps(OWN).encode())
    return path


@pytest.mark.parametrize("name", ["pixazo/hailuo-2-3", "pixazo/minimax-hailuo-ai"])
def test_one_model(cli: Cli, name: str) -> None:
    """A model is shown alone, by its name or another it goes by, to people and as data."""
    document = check("models", cli("models", name, "--json").out)

    assert cli("models", name).out == PIXAZO
    assert [model["name"] for each in document["providers"] for model in each["models"]] == [
        "pixazo/hailuo-2-3"
    ]


def test_a_model_that_is_not_there(cli: Cli) -> None:
    """The nearest name is offered."""
    said = cli("models", "pixazo/hailuo-2-4")

    assert (said.code, 'there is no model "pixazo/hailuo-2-4"' in said.err) == (2, True)
    assert "pixazo/hailuo-2-3" in said.err


def test_one_provider(cli: Cli) -> None:
    """Modes, sizes, lengths, prices, where they come from, and the variable of the key."""
    assert cli("models", "pixazo").out == PIXAZO


def test_a_model_that_takes_addresses_only(cli: Cli) -> None:
    """That its pictures must be public is said, and told to programs."""
    document = check("models", cli("models", "apiinone", "--json").out)

    assert "\n  first (pictures by public address); silent;" in cli("models", "apiinone").out
    assert {model["pictures"] for model in document["providers"][0]["models"]} == {"url"}


def test_all_providers(cli: Cli) -> None:
    """Each stands once, the free one first; a price that nobody knows is no price of nothing."""
    said = cli("models").out
    heads = [line.split()[0] for line in said.splitlines() if "key " in line or "drawn" in line]

    assert heads == ["animatic", "apiinone", "apimart", "minimax", "minimax-v2", "pixazo"]
    assert "  film  any size  2-10 s  free\n" in said
    assert "  512p   910x512    5, 10 s  price unknown\n" in said
    assert "  2K    2560x1440  4-15 s  0.09144 a second: 4 s 0.36576 USD, 15 s 1.3716 USD\n" in said


def test_faces_a_model_takes(cli: Cli) -> None:
    """How many pictures of the cast go with a clip stands beside the word, and in the data."""
    (models,) = [
        p["models"] for p in check("models", cli("models", "apimart", "--json").out)["providers"]
    ]
    most = {model["name"]: model["most_references"] for model in models}

    assert "text, first, last, references (up to 5); with sound" in cli("models", "apimart").out
    assert (most["apimart/MiniMax-H3"], most["apimart/MiniMax-Hailuo-02"]) == (5, 0)


def test_an_unknown_provider(cli: Cli) -> None:
    """The nearest name is offered."""
    said = cli("models", "minimx")

    assert (said.code, said.out) == (2, "")
    assert said.err == 'error: there is no provider "minimx"\nhint: did you mean "minimax"?\n'


def test_a_key_is_never_shown(cli: Cli, tmp_path: Path) -> None:
    """That it is set is said, from `.env` too; its value is not."""
    (tmp_path / ".env").write_text(f"PIXAZO_API_KEY='{CANARY}'\n")
    said = cli("models", "pixazo")
    document = check("models", cli("models", "pixazo", "--json").out)

    assert said.out.startswith("pixazo  key PIXAZO_API_KEY: set\n")
    assert document["providers"][0]["key_is_set"] is True
    assert CANARY not in said.out + json.dumps(document)


def test_the_catalogue_as_data(cli: Cli) -> None:
    """Every length of every resolution has its price, or null."""
    document = check("models", cli("models", "minimax", "--json").out)
    models = {model["name"]: model for model in document["providers"][0]["models"]}

    assert models["minimax/MiniMax-Hailuo-02"]["resolutions"][0] == {
        "name": "512P",
        "canvas": "910x512",
        "modes": ["first"],
        "clips": [{"seconds": 6, "price": "0.10 USD"}, {"seconds": 10, "price": "0.15 USD"}],
    }
    assert models["minimax/S2V-01"]["resolutions"][0]["clips"] == [{"seconds": 6, "price": None}]


@pytest.mark.usefixtures("own")
def test_prices_of_ones_own(cli: Cli) -> None:
    """A model in the user's folder takes the place of ours; all else stays."""
    assert (
        cli("models", "pixazo").out
        == """\
pixazo  key PIXAZO_API_KEY: not set

pixazo/hailuo-2-3
  first; silent; prompt up to 900 signs
  768P  1366x768   4-6 s  0.03 a second: 4 s 0.12 EUR, 6 s 0.18 EUR
  2K    2560x1440  6 s    price unknown
  prices of 2026-11-01: our contract
"""
    )
    assert "minimax/S2V-01" in cli("models").out


def test_a_file_with_faults(cli: Cli, own: Path) -> None:
    """File and place are named, all faults at once."""
    own.write_bytes(changed(mode=["first"], prompt_limit="900", resolutions=[]))
    said = cli("models")

    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"error: {own}: models[0].prompt_limit: must be a whole number\n"
        f"{own}: models[0].resolutions: must not be empty\n"
        f"{own}: models[0].mode: is no key of an offers file\n"
        "hint: the README shows such a file; what it does not name stays as it was\n"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b'{"schema": 1,', "this is no JSON: EOF while parsing a value at line 1 column 13"),
        (b"[]", "input should be an object"),
        (json.dumps({**OWN, "schema": 2}).encode(), "schema: input should be 1"),
        (json.dumps({**OWN, "key_variable": "the key"}).encode(), 'key_variable: "the key" is not'),
        (changed(price_date="yesterday"), 'models[0].price_date: "yesterday" is not of the form'),
        (
            changed(resolutions=[{"name": "a", "canvas": "a", "lengths": [6], "per_second": 0.1}]),
            "models[0].resolutions[0].per_second: must be text, in quotes",
        ),
        (
            changed(resolutions=[{"name": "a", "canvas": "9x9", "lengths": [6]}]),
            'models[0].resolutions[0]: "9x9" is no size such as 1280x720',
        ),
        (
            changed(resolutions=[{"name": "a", "canvas": "16x16", "lengths": [6, 6]}]),
            "models[0].resolutions[0]: lengths must ascend",
        ),
        (
            changed(
                resolutions=[
                    {"name": "a", "canvas": "16x16", "lengths": [6], "per_clip": {"5": "1"}}
                ]
            ),
            "models[0].resolutions[0]: per_clip prices 5 s, which is none of the lengths",
        ),
    ],
)
def test_faults_of_an_offers_file(text: bytes, fault: str) -> None:
    """Whatever could make a price or a length doubtful is refused."""
    with pytest.raises(PlanError) as caught:
        read_offers(text, "mine.json")

    assert caught.value.message.startswith(f"mine.json: {fault}")


def test_names_a_model_had_before() -> None:
    """An alias with a slash is a whole name, any other one a model of the same provider."""
    offers = load_offers()
    names = ("minimax/MiniMax-H3", "minimax/Hailuo-03", "minimax-v2/Hailuo-03")

    found = [find_offer(offers, name) for name in names]
    assert [offer and offer.name for offer in found] == ["minimax-v2/MiniMax-H3"] * 3
    assert find_offer(offers, "Hailuo-03") is None


def test_the_example_of_the_readme_is_such_a_file() -> None:
    """A price list can be copied from the README."""
    (text,) = re.findall(r"^```json\n(.*?)^```", readme(), re.MULTILINE | re.DOTALL)

    assert [offer.name for offer in read_offers(text.encode(), "README.md")]


MODES = {
    "text": "text",
    "first": "first frame",
    "last": "first and last frame",
    "references": "faces",
}


def readme_row(offer: Offer) -> str:
    """Write the line of a model in the README's table of all systems."""
    shown = offer.resolution("768p") or offer.resolutions[0]
    sizes = ", ".join(f"{r.name} {r.canvas}" for r in offer.resolutions)
    lengths = lengths_text(shown.lengths)
    price = offer.price(shown, 6 if 6 in shown.lengths else shown.lengths[0])
    cells = (
        f"`{offer.name}`",
        ", ".join(MODES[mode] for mode in MODES if mode in offer.modes),
        lengths,
        sizes,
        "yes" if offer.sound else "no",
        "?" if price is None else f"{price.amount:.2f}",
        "" if (minute := a_minute(offer)) is None else f"{minute:.2f}",
        offer.price_date,
    )
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def test_the_table_of_the_readme() -> None:
    """Every system that can be bought from stands there: what it takes, makes, and costs."""
    lines = readme().splitlines()
    head = next(
        at for at, line in enumerate(lines) if line.startswith("| model | begins and ends on")
    )
    wanted = [readme_row(offer) for offer in load_offers().values() if not offer.draws]

    assert lines[head + 2 : head + 2 + len(wanted) + 1] == [*wanted, ""]


def a_minute(offer: Offer) -> Decimal | None:
    """Price sixty seconds at 768p in clips of ten seconds, joined by cuts or seams."""
    resolution = offer.resolution("768p")
    price = offer.price(resolution, 10) if resolution and not offer.draws else None
    return price.amount * 6 if price else None


def readme() -> str:
    """Give the text of the README."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_clips_have_told_of_their_colours(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where clips of a model have come back, the matrix and siting they agree on stand beside it."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path))
    seen = [{"matrix": "bt601", "siting": siting} for siting in ("left", "left", "top", None)]
    folder = tmp_path / "vault" / "calibrations"
    folder.mkdir(parents=True)
    row = {"lean": 1.0, "spread": 2.0, "shift": [0, 0]}
    document = {"observations": [{**row, **each} for each in seen]}
    (folder / "pixazo-hailuo-2-3.json").write_text(json.dumps(document))
    models = check("models", cli("models", "--json").out)["providers"]
    colours = {model["name"]: model["colours"] for each in models for model in each["models"]}

    assert "  colours: bt601, chroma left; 4 clips seen\n" in cli("models", "pixazo").out
    assert colours.pop("pixazo/hailuo-2-3") == {"matrix": "bt601", "siting": "left", "clips": 4}
    assert set(colours.values()) == {None}
