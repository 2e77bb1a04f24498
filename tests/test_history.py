"""Why a clip is made again is said in one sentence, from what is remembered of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards import plan_of
from longtake.files import write_bytes, write_json
from longtake.history import (
    ClipRecord,
    ShownClip,
    Verdict,
    film_name,
    known_keys,
    load_history,
    load_shown,
    save_history,
    save_shown,
)
from longtake.history import (
    verdicts as all_verdicts,
)
from longtake.storyboard.choices import ClipChoice

BOARD = """\
longtake: 1
title: Three
look: warm light
scenes:
  - id: dawn
    title: Dawn
    shots:
      - {prompt: the keeper climbs, camera: [Push in], seconds: 15}
      - {prompt: he opens the door, seconds: 4}
"""
CLIPS = ("dawn.1/1", "dawn.1/2", "dawn.2/1")


def verdicts(work: Path, board: str, owned: tuple[str, ...] = ()) -> list[str]:
    """Make the board of this test, edit it, and ask about each clip."""
    before = plan_of(BOARD)
    save_history(work, "board", before, {clip: f"key of {clip}" for clip in CLIPS})
    recipes = frozenset(job.recipe for job in before.jobs if job.id in (owned or CLIPS))
    plan = plan_of(board, owned=recipes)
    history = load_history(work, "board")
    return [str(said) for said in all_verdicts(plan, history, plan.quote.owned)]


def test_nothing_changed(tmp_path: Path) -> None:
    """What is owned is kept."""
    assert verdicts(tmp_path, BOARD) == [f"{clip}: kept" for clip in CLIPS]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("he opens the door", "he shuts the door", "prompt"),
        ("he opens the door, seconds: 4", "he opens the door, seconds: 5", "seconds"),
        ("door, seconds: 4", "gate, seconds: 5", "seconds and prompt"),
        ("door, seconds: 4", "door, camera: [Pan left], seconds: 4", "camera"),
        ("door, seconds: 4", "door, look: cold, seconds: 4", "look"),
        ("door, seconds: 4", "door, seconds: 4, start: fresh", "start"),
    ],
)
def test_what_the_author_changed(tmp_path: Path, old: str, new: str, what: str) -> None:
    """The part that was edited is named, and not what follows from it."""
    assert verdicts(tmp_path, BOARD.replace(old, new))[-1] == (
        f"dawn.2/1: made again, its {what} changed"
    )


def test_another_take_further_up_is_kept(tmp_path: Path) -> None:
    """Its words are the same: the take is named, however far down the chain one asks."""
    board = BOARD.replace("seconds: 15}", "seconds: 15, model: minimax/MiniMax-Hailuo-02}")
    before = plan_of(board)
    first, *rest = (job.id for job in before.jobs)
    save_history(tmp_path, "board", before, {job.id: job.id for job in before.jobs})
    plan = plan_of(board, choices={first: ClipChoice(take=2)}, owned=frozenset({}))
    said = all_verdicts(plan, load_history(tmp_path, "board"), frozenset({first}))

    why = f"made again, its handoff frame changed because take 2 of {first} is kept now"
    assert [str(each) for each in said] == [f"{first}: kept", *(f"{clip}: {why}" for clip in rest)]


def test_several_takes_without_a_choice(tmp_path: Path) -> None:
    """They are all kept, and which of them the film shows is still open."""
    board = BOARD.replace("look: warm", "model: minimax/MiniMax-Hailuo-02\ntakes: 2\nlook: warm")
    plan = plan_of(board)
    first, *_ = all_verdicts(plan, {}, frozenset({plan.jobs[0].id}))

    assert str(first) == "dawn.1/1: kept; one of its takes is to be chosen"


def test_a_clip_further_up_changed(tmp_path: Path) -> None:
    """Down the chain the clip that began it is named, however far up it is."""
    *_, third = verdicts(tmp_path, BOARD.replace("the keeper climbs", "the keeper runs"))

    assert third == "dawn.2/1: made again, its handoff frame changed because dawn.1/2 did"


class Counted(dict[str, ClipRecord]):
    """A memory that counts how often it is asked."""

    asked = 0

    def get(self, key: str, default: ClipRecord | None = None) -> ClipRecord | None:  # type: ignore[override]
        self.asked += 1
        return super().get(key, default)


def test_a_long_chain_is_walked_once(tmp_path: Path) -> None:
    """Every clip of a long chain names the one that began it, and each is looked up a few times."""
    board = "longtake: 1\ntitle: L\nscenes:\n" + "  - {prompt: a stair}\n" * 200
    before = plan_of(board)
    save_history(tmp_path, "board", before, {job.id: job.id for job in before.jobs})
    history = Counted(load_history(tmp_path, "board"))
    plan = plan_of(board.replace("a stair", "a door", 1))
    said = all_verdicts(plan, history, frozenset())

    assert {verdict.why for verdict in said[1:]} == {
        "its handoff frame changed because scene-1/1 did"
    }
    assert history.asked <= 4 * len(plan.jobs)


def test_a_take_that_was_deleted(tmp_path: Path) -> None:
    """The same recipe without its take says so."""
    assert (
        verdicts(tmp_path, BOARD, owned=CLIPS[:2])[-1] == "dawn.2/1: made again, its take is gone"
    )


def test_takes_that_are_asked_for_later(tmp_path: Path) -> None:
    """A bought clip, of which the board now wants several takes, lost nothing."""
    board = BOARD + "model: apimart/MiniMax-H3\n"
    before = plan_of(board)
    save_history(tmp_path, "board", before, {job.id: job.id for job in before.jobs})
    plan = plan_of(board.replace("door,", "door, takes: 2,"))
    history = load_history(tmp_path, "board")

    said = all_verdicts(plan, history, frozenset())[-1]
    assert str(said).endswith(": made again, not all of its takes are there")


def test_a_clip_nobody_made(tmp_path: Path) -> None:
    """A new shot was never made."""
    more = BOARD + "      - {prompt: and looks out}\n"

    assert verdicts(tmp_path, more)[-1] == "dawn.3/1: never made"


def test_films_of_one_folder_are_kept_apart(tmp_path: Path) -> None:
    """The animatic of a board has a memory of its own; keys are found over all films."""
    plan = plan_of(BOARD)
    save_history(tmp_path, film_name("board", "animatic"), plan, {"dawn.1/1": "k"})

    assert load_history(tmp_path, film_name("board")) == {}
    assert known_keys(tmp_path) == {plan.jobs[0].recipe: "k"}


@pytest.mark.parametrize(
    "odd",
    [
        {"recipe": ["r"]},
        {"key": 5},
        {"parts": [1]},
        {"parts": {"card": 5}},
        {"upstream": "dawn.1/1"},
        {"upstream": [["x"]]},
    ],
)
def test_an_odd_memory(tmp_path: Path, odd: dict[str, object]) -> None:
    """A record that is not as it was written counts as never made."""
    record = {"recipe": "r", "parts": {}, "upstream": [], "key": "k"}
    films = {"board": {"sound/1": record, "odd/1": {**record, **odd}}}
    write_json(tmp_path / "clips.json", {"schema": 1, "films": films})

    assert list(load_history(tmp_path, "board")) == ["sound/1"]
    assert known_keys(tmp_path) == {"r": "k"}


def test_how_a_film_showed_its_clips(tmp_path: Path) -> None:
    """It is remembered by film, and what is not as it was written counts for nothing."""
    shown = ShownClip("a/1", "r", {"part": [0, 5]})
    save_shown(tmp_path, "board", [shown])
    save_shown(tmp_path, film_name("board", "draft"), [])
    rows = [{"clip": "b"}, 5, {"clip": "c", "recipe": "r", "facets": {}}]
    write_json(tmp_path / "odd" / "shown.json", {"schema": 1, "films": {"board": rows, "more": 7}})

    assert load_shown(tmp_path, "board") == (shown,)
    assert load_shown(tmp_path, "board/draft") == load_shown(tmp_path / "odd", "more") == ()
    assert [clip.clip for clip in load_shown(tmp_path / "odd", "board")] == ["c"]


def test_an_odd_film_is_written_over(tmp_path: Path) -> None:
    """Where a film's clips were no map, they are one again after a run."""
    write_json(tmp_path / "clips.json", {"schema": 1, "films": {"board": 5}})
    save_history(tmp_path, "board", plan_of(BOARD), {"dawn.1/1": "k"})

    assert list(load_history(tmp_path, "board")) == ["dawn.1/1"]


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"schema": 1, "films": {"board": {"x": 7}}}'])
def test_a_damaged_memory(tmp_path: Path, damage: bytes) -> None:
    """What cannot be read is forgotten: it is only for people."""
    write_bytes(tmp_path / "clips.json", damage)

    assert load_history(tmp_path, "board") == {}


def test_a_verdict_as_text() -> None:
    """One clip, one sentence."""
    assert (
        str(Verdict("a/1", "again", "its prompt changed")) == "a/1: made again, its prompt changed"
    )


WORDS = """\
longtake: 1
title: W
model: minimax/MiniMax-Hailuo-02
look: warm light
vars: {hour: dusk}
cast: {ann: {text: "Ann, at ${hour}"}}
scenes: [{id: a, prompt: "${ann} rows", seconds: 6}]
"""


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("rows", "swims", "prompt"),
        ("warm", "cold", "look"),
        ("Ann,", "Anna,", "${ann}"),
        ("hour: dusk", "hour: noon", "${ann}"),
        ('rows", seconds', 'rows", camera: [Pan left], seconds', "camera"),
        ("warm light\n", "cold\nresolution: 512p\n", "resolution and look"),
    ],
)
def test_words_of_a_bought_clip(tmp_path: Path, old: str, new: str, what: str) -> None:
    """What a prompt is put together from is named: the author's text, the look, what a name stands for."""
    start = WORDS.replace("prompt:", "start: s.png, prompt:")
    stills = {"s.png": "aa"}
    save_history(tmp_path, "board", plan_of(start, stills=stills), {"a/1": "k"})
    plan = plan_of(start.replace(old, new), stills=stills)
    (said,) = all_verdicts(plan, load_history(tmp_path, "board"), frozenset())

    assert said.why.startswith(f"its {what} ")
