"""What each kind of edit makes stale: a table of edits, and edits in any order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boards import plan_of
from longtake.amend.difference import Difference, difference
from longtake.plan.job import Plan

STILLS = {"start.png": "aa", "slide.png": "bb", "logo.png": "cc", "ann.png": "dd", "end.png": "ee"}
FOOTAGE = {"film.mp4": 240}
BOARD = """\
longtake: 1
title: The keeper
model: minimax/MiniMax-Hailuo-02
resolution: 768p
vars: {season: autumn}
look: warm light
cast: {ann: {text: "Ann, a keeper", face: ann.png}}
captions: {burn: true}
voice: openai/tts-1/alloy
budget: 50 USD
scenes:
  - id: title
    title_card: {text: The keeper}
    seconds: 3
  - id: dawn
    start: start.png
    shots:
      - {prompt: "the stairs in ${season}", seconds: 15}
      - {prompt: "${ann} opens the door", seconds: 6, narration: She opens it.}
      - {prompt: the lamp is dark, seconds: 5}
  - {id: slide, still: slide.png, seconds: 4, join: dissolve 12f}
  - {id: sea, prompt: the sea at night, seconds: 6, lower_third: The sea}
  - {id: archive, footage: film.mp4, seconds: 5}
  - {id: home, prompt: she walks home, seconds: 6, start: fresh, join: dissolve 12f}
"""
CHAIN = ("dawn.1/1", "dawn.1/2", "dawn.2/1", "dawn.3/1")
BOUGHT = (*CHAIN, "sea/1", "home/1")
ALL = ("title", *CHAIN, "slide", "sea/1", "archive", "home/1")
# Every transition beside a clip that is made again shows it.
BESIDE = {"slide": "rejoined"}


@dataclass(frozen=True)
class Edit:
    """An edit of the board: what is replaced by what, and what becomes of the clips, of now and gone."""

    name: str
    old: str = ""
    new: str = ""
    expected: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    stills: Mapping[str, str] = field(default_factory=dict)
    footage: Mapping[str, int] = field(default_factory=dict)


def again(*clips: str, **more: str) -> dict[str, str]:
    """Say that clips are made again, and what becomes of others."""
    return dict.fromkeys(clips, "again") | more


def rejoined(*clips: str) -> dict[str, str]:
    """Say that clips are joined anew."""
    return dict.fromkeys(clips, "rejoined")


INSERTED = again("dawn.3/1", "dawn.4/1") | {"dawn.2/1": "never"} | BESIDE
EDITS = [
    Edit("nothing", "title: The keeper", "title: The keeper"),
    # What is in a recipe, and all that continues it.
    Edit("prompt", "opens the door", "shuts the door", again(*CHAIN[2:]) | BESIDE),
    Edit("prompt of the last", "walks home", "runs home", again("home/1") | rejoined("archive")),
    Edit("camera", "dark, seconds", "dark, camera: [Pan left], seconds", again(CHAIN[3]) | BESIDE),
    Edit("look", "warm light", "cold light", again(*BOUGHT) | rejoined("slide", "archive")),
    Edit("look of a shot", "dark, sec", "dark, look: cold, sec", again(CHAIN[3]) | BESIDE),
    Edit("cast text", "a keeper", "a young keeper", again(*CHAIN[2:]) | BESIDE),
    Edit("variable", "autumn", "spring", again(*CHAIN) | BESIDE),
    Edit("seconds", "home, seconds: 6", "home, seconds: 10", again("home/1") | rejoined("archive")),
    Edit("split", "15}", "15, split: price}", {}),
    Edit(
        "more shown", "seconds: 15", "seconds: 16", rejoined(CHAIN[1]) | again(*CHAIN[2:]) | BESIDE
    ),
    Edit("a clip more", "seconds: 15", "seconds: 20", again(*CHAIN[1:]) | BESIDE),
    Edit("less shown", "sea at night, seconds: 6", "sea at night, seconds: 5", rejoined("sea/1")),
    Edit(
        "less handed on",
        'door", seconds: 6',
        'door", seconds: 5',
        rejoined(CHAIN[2]) | again(CHAIN[3]) | BESIDE,
    ),
    Edit("resolution", "dark, sec", "dark, resolution: 512p, sec", again(CHAIN[3]) | BESIDE),
    Edit(
        "model of one", "night, sec", "night, model: apimart/MiniMax-Hailuo-02, sec", again("sea/1")
    ),
    Edit("still it starts on", stills={"start.png": "a1"}, expected=again(*CHAIN) | BESIDE),
    Edit(
        "fresh start",
        "dark, sec",
        "dark, start: fresh, sec",
        again(CHAIN[3]) | rejoined(CHAIN[2]) | BESIDE,
    ),
    Edit("switch", "night, sec", "night, watermark: true, sec", again("sea/1")),
    # What hangs on the clip before.
    Edit(
        "repairs",
        'door", sec',
        'door", repair: "off", sec',
        rejoined(CHAIN[2]) | again(CHAIN[3]) | BESIDE,
    ),
    Edit(
        "color",
        'door", sec',
        'door", color: match, sec',
        rejoined(CHAIN[2]) | again(CHAIN[3]) | BESIDE,
    ),
    Edit("lighting", "dark, sec", "dark, lighting: changes, sec", rejoined(CHAIN[3])),
    Edit("anchor", "dark, sec", "dark, reanchor: end.png, sec", rejoined(CHAIN[3])),
    # What costs nothing.
    Edit("title", "title: The keeper", "title: Ann"),
    Edit("budget", "50 USD", "60 USD"),
    Edit("card", "text: The keeper}", "text: Ann}", rejoined("title")),
    Edit(
        "transition", "4, join: dissolve 12f", "4, join: dip black 6f", rejoined(CHAIN[3], "slide")
    ),
    Edit(
        "bridge",
        "fresh, join: dissolve 12f",
        "fresh, join: bridge 6s",
        {"home.bridge": "never"} | rejoined("archive", "home/1"),
    ),
    Edit("no transition", "4, join: dissolve 12f", "4", rejoined(CHAIN[3], "slide")),
    Edit("seam to cut", "dark, sec", "dark, join: cut, sec", rejoined(CHAIN[2], CHAIN[3])),
    Edit("lower third", "third: The sea", "third: The North Sea", rejoined("sea/1")),
    Edit(
        "title over a shot", "home, sec", "home, title_card: {text: Home}, sec", rejoined("home/1")
    ),
    Edit("burned captions", "burn: true", "burn: true, style: {size: 50}", rejoined(CHAIN[2])),
    Edit("no captions", "captions: {burn: true}", 'captions: "off"', rejoined(CHAIN[2], "sea/1")),
    Edit("narration", "She opens it.", "She opens the old door.", rejoined(CHAIN[2])),
    Edit("voice", "tts-1/alloy", "tts-1/onyx"),
    Edit("music", "budget:", "music: {file: m.wav}\nbudget:"),
    Edit("music of a scene", "night, sec", "night, music: {file: m.wav}, sec"),
    Edit("loudness", "budget:", "film: {loudness: -20 LUFS}\nbudget:"),
    Edit("own sound", "night, sec", "night, sound: drop, sec"),
    Edit("logo", "budget:", "brand: {logo: {file: logo.png}}\nbudget:", rejoined(*ALL)),
    Edit("fade", "budget:", "film: {fade_out: 1s}\nbudget:", rejoined("home/1")),
    Edit("size", "budget:", "film: {size: 640x360}\nbudget:", rejoined(*ALL)),
    Edit(
        "fit",
        "budget:",
        "film: {fit: pad}\nbudget:",
        again(*CHAIN) | rejoined("title", "slide", "sea/1", "archive", "home/1"),
    ),
    Edit(
        "background",
        "budget:",
        'film: {background: "#202020"}\nbudget:',
        again(*CHAIN) | rejoined("title", "slide", "sea/1", "archive", "home/1"),
    ),
    Edit("rate", "budget:", "film: {fps: 25}\nbudget:", rejoined(*ALL) | again(*CHAIN[1:])),
    Edit("still", stills={"slide.png": "b1"}, expected=rejoined("slide", CHAIN[3])),
    Edit("focus", "night, sec", "night, focus: whole, sec"),
    Edit("member nobody names", "cast: {", "cast: {bob: {text: Bob}, "),
    Edit("variable nobody names", "{season", "{x: y, season"),
    Edit("face of no use", stills={"ann.png": "d1"}),
    # By id.
    Edit(
        "insert into a chain",
        '      - {prompt: "${ann}',
        '      - {prompt: far away a ship}\n      - {prompt: "${ann}',
        INSERTED,
    ),
    Edit(
        "insert a scene",
        "  - {id: slide",
        "  - {id: new, prompt: a gull, start: fresh, join: cut}\n  - {id: slide",
        {"new/1": "never"} | rejoined(CHAIN[3], "slide"),
    ),
    Edit(
        "insert at the end of a chain",
        "  - {id: slide",
        "      - {prompt: a gull flies off}\n  - {id: slide",
        {"dawn.4/1": "never"} | rejoined(CHAIN[3], "slide"),
    ),
    Edit(
        "drop from a chain",
        '      - {prompt: "${ann} opens the door", seconds: 6, narration: She opens it.}\n',
        "",
        again("dawn.2/1") | BESIDE,
        gone=("dawn.2/1",),
    ),
    Edit(
        "drop a scene",
        "  - {id: sea, prompt: the sea at night, seconds: 6, lower_third: The sea}\n",
        "",
        gone=("sea/1",),
    ),
    Edit(
        "mute in a chain",
        'door", sec',
        'door", mute: true, sec',
        again("dawn.3/1") | BESIDE,
        gone=("dawn.2/1",),
    ),
    Edit("mute a scene", "prompt: the sea", "mute: true, prompt: the sea", gone=("sea/1",)),
    Edit(
        "mute the end",
        "dark, sec",
        "dark, mute: true, sec",
        rejoined(CHAIN[2], "slide"),
        gone=("dawn.3/1",),
    ),
    Edit("rename", "id: sea", "id: ocean"),
]


@cache
def planned(board: str, stills: tuple[tuple[str, str], ...] = ()) -> Plan:
    """Plan a board of this test."""
    return plan_of(board, stills=STILLS | dict(stills), footage=FOOTAGE)


def compared(board: str, stills: Mapping[str, str]) -> Difference:
    """Compare the board of this test with an edited one."""
    return difference(planned(BOARD), planned(board, tuple(stills.items())))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_what_an_edit_makes_stale(edit: Edit) -> None:
    """Only what the edit touches is made again or joined anew, and only the first costs money."""
    assert edit.old in BOARD
    found = compared(BOARD.replace(edit.old, edit.new, 1) if edit.old else BOARD, edit.stills)
    states = {said.clip: said.state for said in found.amendment.verdicts if said.state != "kept"}

    assert states == dict(edit.expected)
    assert found.amendment.gone == edit.gone
    prices = {clip: price for clip, price, _ in found.after.quote.lines}
    made = [prices[clip] for clip, state in states.items() if state in ("again", "never")]
    voices = [job.price for job in found.voices]
    assert found.price.amount == sum(price.amount for price in made + voices if price)


PROMPTS = ("the stairs at dawn", "a gull over the pier", "she opens the door", "waves at night")
SHOTS = st.tuples(st.sampled_from(PROMPTS), st.sampled_from(["", "fresh", "start.png"]))
SCENES = st.lists(st.lists(SHOTS, min_size=1, max_size=3), min_size=1, max_size=4)
Scenes = list[list[tuple[str, str]]]


def written(scenes: Scenes) -> str:
    """Write a board of scenes without ids: they are called by their places."""
    lines = ["longtake: 1", "title: T", "model: minimax/MiniMax-Hailuo-02", "scenes:"]
    for shots in scenes:
        lines.append("  - shots:")
        for prompt, start in shots:
            begins = f", start: {start}" if start else ""
            lines.append(f"      - {{prompt: {prompt}, seconds: 6{begins}}}")
    return "\n".join(lines) + "\n"


@st.composite
def edited(draw: st.DrawFn) -> tuple[Scenes, Scenes]:
    """Draw a board, and the same with scenes and shots put in, moved, left out and written anew."""
    before = draw(SCENES)
    after = [list(shots) for shots in before]
    for _ in range(draw(st.integers(0, 3))):
        shots = draw(st.sampled_from(after))
        at = draw(st.integers(0, len(shots) - 1))
        match draw(st.sampled_from(["insert", "drop", "rewrite", "move"])):
            case "insert":
                shots.insert(at, draw(SHOTS))
            case "drop" if len(shots) > 1:
                del shots[at]
            case "rewrite":
                shots[at] = draw(SHOTS)
            case "move":
                after.append(after.pop(0))
    return before, after


@settings(max_examples=60, deadline=None)
@given(edited())
def test_any_edits(boards: tuple[Scenes, Scenes]) -> None:
    """A take is kept just where its recipe stays, every other clip says why, and all of it adds up."""
    before, after = (planned(written(scenes)) for scenes in boards)
    found = difference(before, after)
    verdicts = {said.clip: said for said in found.amendment.verdicts}
    stays = {job.recipe for job in before.jobs}

    for job in after.jobs:
        said = verdicts[job.id]
        assert (said.state in ("kept", "rejoined")) == (job.recipe in stays)
        assert bool(said.why) == (said.state in ("rejoined", "again"))
        named = re.search(r"because (\S+) (?:did|ends)", said.why)
        assert named is None or verdicts[named[1]].state != "kept"
    wanted = [job.price for job in after.jobs if job.recipe not in stays and job.price]
    assert found.price.amount == sum(price.amount for price in wanted)
    assert difference(after, after).is_none
