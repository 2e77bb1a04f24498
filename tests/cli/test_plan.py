"""`plan` shows the whole chain, as readable for four hundred clips as for three."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len

from boards import plan_of
from commands import TWO_SHOTS, Cli, Write
from json_schemas import check
from longtake.cli.plan import summary
from longtake.cli.tree import plan_tree
from longtake.history import save_history
from longtake.planning import plan_film
from longtake.wishes import Wishes

CHAIN = """\
longtake: 1
title: The ferryman
vars: {hour: evening}
film: {size: 160x90, fps: 24}
scenes:
  - id: shore
    title: The shore
    shots:
      - {prompt: "${hour} at the shore", seconds: 12}
      - {prompt: he pushes off, seconds: 4.5}
  - {id: lamp, prompt: a lamp, seconds: 3, start: fresh, join: dissolve 0.5s, narration: A lamp.}
"""
LONG = "longtake: 1\ntitle: Long\nscenes:\n  - {id: sea, prompt: the sea, seconds: 200}\n"


def test_a_model_that_makes_more_than_its_lengths_say() -> None:
    """What is made is told as it is long, beside the length that is asked of the model."""
    board = CHAIN.replace("film:", "model: minimax-v2/MiniMax-H3\nfilm:").replace("4.5", "4")
    (note,) = [
        line.plain.strip() for line in plan_tree(plan_of(board), None) if "4 s asked" in line
    ]

    assert note == "4 s asked, 4.46 s made by a clip of 4 s: 11 frames (0.46 s) spare at the end"


def test_a_key_that_is_not_set(cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `make` will ask for is said before, by `plan` and `check`, and is no fault."""
    write(CHAIN.replace("film:", "model: apimart/MiniMax-Hailuo-2.3\nfilm:"))
    said, checked = cli("plan"), cli("check")
    monkeypatch.setenv("APIMART_API_KEY", "x")

    assert "key     `make` will need APIMART_API_KEY: not set yet\n" in said.out
    assert "`make` will need APIMART_API_KEY" in checked.err
    assert (said.code, checked.code) == (0, 0)
    assert "will need" not in cli("plan").out + cli("check").err
    assert "will need" not in cli("plan", "--animatic").out


def test_a_chain(cli: Cli, write: Write) -> None:
    """Scenes, shots and clips with lengths, joins, handoffs, prices, and what it all comes to."""
    write(CHAIN)

    assert (
        cli("plan").out
        == """\
The ferryman  board.yaml

                 clip  film  join          begins               price
shore  0:00.0  The shore
├─ shore.1
│  ├─ shore.1/1  10 s  239f                fresh                 free
│  └─ shore.1/2   2 s   47f  seam          continues shore.1/1   free
└─ shore.2/1      5 s  120f  seam          continues shore.1/2   free
   4.5 s asked, 5 s made: 12 frames (0.5 s) spare at the end
lamp  0:16.7
└─ lamp/1         3 s   72f  dissolve 12f  fresh                 free
   narration by espeak/en, about 0.4 to 1.5 s, free

film    0:19.4, 466 frames at 24 fps, 160x90
clips   4 to make, 0 owned (animatic)
voices  1 to make, 0 owned (espeak/en)
price   free: every clip is drawn here
captions 1 from the narration as a track
"""
    )


def test_a_choice_for_a_clip_that_is_gone_is_silenced_by_the_board(cli: Cli, write: Write) -> None:
    """It is warned of, with a code; the board may silence that, a scene may not."""
    Path("board.choices.yaml").write_text("longtake: 1\nclips: {gone/1: {take: 2}}\n")
    code, silence = "unknown-choice", "silence: [unknown-choice]"
    in_scene = CHAIN.replace("  - id: shore\n", f"  - id: shore\n    {silence}\n")
    on_board = CHAIN.replace("scenes:\n", f"{silence}\nscenes:\n")
    found = []
    for board in (CHAIN, in_scene, on_board):
        write(board)
        assert cli("check").code == 0
        warnings = json.loads(cli("plan", "--json").out)["warnings"]
        found.append(code in [each["code"] for each in warnings])

    assert found == [True, True, False]


def test_music_and_loudness_are_named() -> None:
    """What sounds under what, and what the film is brought to; a board without music says nothing."""
    scenes = (
        "scenes: [{id: a, prompt: x, music: {file: low.wav}}, {id: b, shots: [{prompt: y, music: "
        "[{file: one.wav}, {file: two.wav}]}, {prompt: z}]}]"
    )
    head = "longtake: 1\ntitle: T\n"

    def sound(board: str) -> list[str]:
        said = [line.plain for line in summary(plan_of(head + board))]
        return [line.removeprefix("sound").strip() for line in said if line.startswith("sound")]

    assert sound("music: {file: sea.wav}\n" + scenes) == [
        "sea.wav under the film, low.wav under a, one.wav under b.1, 1 more; the film to -14 LUFS"
    ]
    off = "film: {loudness: off}\nscenes: [{id: a, prompt: x, music: {file: low.wav}}]"
    assert sound(off) == ["low.wav under a; the film left as loud as it is"]
    assert sound("scenes: [{prompt: x}]") == []


def test_a_long_shot_is_folded() -> None:
    """Equal clips of one chain share a line beyond twelve of them, unless all are asked for."""
    plan = plan_of(LONG)
    folded = [line.plain for line in plan_tree(plan, None)]
    every = [line.plain for line in plan_tree(plan, None, every=True)]

    assert len(plan.jobs) == 20
    assert len(every) == 22
    assert "".join(folded).count("chained clips") == 1
    assert len(folded) < 7


def test_four_hundred_clips(cli: Cli, write: Write) -> None:
    """A line a clip and a line a scene, and a dozen lines around them."""
    write("longtake: 1\ntitle: Big\nscenes:\n" + "  - {prompt: again, seconds: 40}\n" * 100)

    assert len(cli("plan").out.splitlines()) < 400 + 100 + 12


def test_a_narrow_terminal() -> None:
    """No line is wider than the terminal; what begins a clip is cut first."""
    still = "x" * 90 + ".png"
    plan = plan_of(CHAIN.replace("start: fresh", f"start: {still}"), stills={still: "00"})

    for width in (80, 120):
        assert max(cell_len(line.plain) for line in plan_tree(plan, width)) <= width


def test_a_variable_set(cli: Cli, write: Write) -> None:
    """`--set` wins over the board."""
    write(CHAIN)
    found = check("plan", cli("plan", "--json", "--set", "hour=midnight").out)

    assert found["clips"][0]["prompt"].startswith("midnight at the shore")


def test_as_data(cli: Cli, write: Write) -> None:
    """With --json the same is one object: clips with frames, joins and edges."""
    write(CHAIN)
    found = check("plan", cli("plan", "--json").out)
    first, second, third, lamp = found["clips"]

    assert [clip["id"] for clip in found["clips"]] == [
        "shore.1/1",
        "shore.1/2",
        "shore.2/1",
        "lamp/1",
    ]
    assert second["first"] == {"kind": "end", "of": "shore.1/1"}
    assert (second["join"]["kind"], lamp["join"]["frames"], first["join"]) == ("seam", 12, None)
    assert lamp["at"] + lamp["end"] - lamp["start"] == found["film"]["frames"]
    assert third["price"] == "0.00 USD"


def test_the_animatic_of_a_paid_board(cli: Cli, write: Write) -> None:
    """`--animatic` plans the chosen model's lengths, drawn and free."""
    write(TWO_SHOTS.replace("longtake: 1\n", "longtake: 1\nmodel: apimart/MiniMax-Hailuo-02\n"))
    found = check("plan", cli("plan", "--animatic", "--json").out)

    assert {clip["seconds"] for clip in found["clips"]} == {5}
    assert found["quote"]["total"] == "0.00 USD"


CAST = """\
longtake: 1
title: Ann
model: apimart/MiniMax-H3
cast: {ann: {text: an old woman, face: ann.png}}
scenes:
  - {id: a, prompt: "${ann} waves"}
  - {id: b, prompt: "${ann} turns"}
"""


def test_faces_of_the_cast(cli: Cli, write: Write, tmp_path: Path) -> None:
    """The clip that gets a face says so; of the one that does not a warning tells why."""
    write(CAST)
    Image.new("RGB", (400, 400)).save(tmp_path / "ann.png")
    said = cli("plan")
    found = check("plan", cli("plan", "--json").out)

    assert "fresh, with ann" in said.out
    assert 'the face of "ann" is not sent with shot "b": it begins or ends on a frame' in said.err
    assert [clip["faces"] for clip in found["clips"]] == [["ann"], []]
    assert [warning["code"] for warning in found["warnings"]] == ["unsent-face"]


def test_a_small_face(cli: Cli, write: Write, tmp_path: Path) -> None:
    """A face is enlarged to what models take, and that is said."""
    write(CAST)
    Image.new("RGB", (300, 400)).save(tmp_path / "ann.png")

    assert 'the face of "ann" is 300x400, so small that it is enlarged' in cli("check").err


def test_why_a_clip_with_another_face_is_made_again(cli: Cli, write: Write, tmp_path: Path) -> None:
    """The recipe of a clip names its faces, and so does the reason."""
    write(CAST)
    Image.new("RGB", (400, 400)).save(tmp_path / "ann.png")
    plan = plan_film(tmp_path / "board.yaml", Wishes())
    save_history(tmp_path / ".longtake", "board", plan, {job.id: "0" * 64 for job in plan.jobs})
    Image.new("RGB", (400, 400), "red").save(tmp_path / "ann.png")

    assert cli("explain", "a/1").out == "a/1: made again, its faces changed\n"


def test_how_long_clips_wait_for_each_other(cli: Cli, write: Write, tmp_path: Path) -> None:
    """The longest run of purchases is named; pictures at both ends of clips take it apart."""
    head = "longtake: 1\ntitle: Two\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768p\n"
    write(head + "scenes: [{id: a, prompt: x, seconds: 12}, {id: b, prompt: y, reanchor: p.png}]\n")
    Image.new("RGB", (400, 300)).save(tmp_path / "p.png")
    chained, found = cli("plan").out, check("plan", cli("plan", "--json").out)
    write(head + "scenes: [{id: a, prompt: x, end: p.png}, {id: b, prompt: y, start: p.png}]\n")

    assert "\nwait    3 clips one after another at most, of 3\n" in chained
    assert ", led to " in chained
    assert found["longest_wait"] == ["a/1", "a/2", "b/1"]
    assert found["clips"][2]["anchor"] == "p.png"
    assert "\nwait    none: all 2 clips are made beside each other\n" in cli("plan").out
