"""The film laid out: each clip with its state, in pages of whole scenes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from longtake.history import Verdict
from longtake.review.running import ClipNow, Run
from longtake.review.screening import run_words
from longtake.review.sheet import OPEN, Sheet, lay_sheet, pages, states, strip
from longtake.standing import look
from reviewing import ANIMATIC, BOUGHT, FINAL, written

CLIPS = ["bay.1/1", "bay.2/1", "night/1"]
SCENES = "\n".join(
    f"  - {{id: s{number}, shots: [{', '.join(['{prompt: a boat}'] * shots)}]}}"
    for number, shots in enumerate((3, 2, 7, 1, 1))
)
LONG = f"longtake: 1\ntitle: Long\nfilm: {{size: 160x90}}\nscenes:\n{SCENES}\n"


@pytest.fixture(scope="session")
def sheet(drawn: Path) -> Sheet:
    """A film that is made."""
    return lay_sheet(look(drawn, ANIMATIC))


@pytest.fixture
def unmade(tmp_path: Path) -> Sheet:
    """A longer one that is not."""
    return lay_sheet(look(written(tmp_path, LONG), ANIMATIC))


def lacking(sheet: Sheet, *clips: str) -> Sheet:
    """Take away the takes of some clips, whose words were changed."""
    verdicts = tuple(
        Verdict(each.clip, "again", "its prompt changed") if each.clip in clips else each
        for each in sheet.standing.verdicts
    )
    amendment = replace(sheet.standing.amendment, verdicts=verdicts)
    return replace(sheet, standing=replace(sheet.standing, missing=clips, amendment=amendment))


def words(sheet: Sheet, run: Run, *, live: bool) -> list[str]:
    """Say the states in story order."""
    found = states(sheet, run, live=live)
    return [found[clip].word for clip in CLIPS]


def test_what_is_there_is_kept(sheet: Sheet) -> None:
    """With or without a run that made it."""
    assert words(sheet, Run(), live=False) == ["kept"] * 3


def test_a_clip_that_waits_for_a_choice(tmp_path: Path) -> None:
    """What continues a clip of several takes says that one of them is to be chosen first."""
    sheet = lay_sheet(look(written(tmp_path, BOUGHT), FINAL))
    found = states(sheet, Run(), live=False)

    assert [found[clip].word for clip in ("a.1/1", "a.2/1")] == ["not made", "not made"]
    assert found["a.1/1"].why == ""
    assert "is chosen" in found["a.2/1"].why


def test_a_run_at_work_says_how_clips_are(sheet: Sheet) -> None:
    """While it lasts its word counts; what it has made is news until it ends."""
    run = Run(began=1.0, clips={"bay.1/1": ClipNow("made"), "bay.2/1": ClipNow("making", 40)})
    lack = lacking(sheet, "bay.2/1", "night/1")

    assert words(lack, run, live=True) == ["made", "making", "made again"]
    assert states(lack, run, live=True)["bay.2/1"].percent == 40
    assert words(lack, run, live=False) == ["kept", "made again", "made again"]


def test_a_failure_stays_until_the_clip_is_there(sheet: Sheet) -> None:
    """The run is over, its reason is still the one that counts."""
    run = Run(began=1.0, ended=2.0, clips={"night/1": ClipNow("failed", message="no money")})

    assert states(lacking(sheet, "night/1"), run, live=False)["night/1"].why == "no money"
    assert words(sheet, run, live=False)[2] == "kept"


def test_a_take_the_chain_stops_at(sheet: Sheet) -> None:
    """It is named before anything a run said, with its reason."""
    refused = replace(sheet, standing=replace(sheet.standing, refused={"bay.2/1": "it jumps"}))
    run = Run(clips={"bay.2/1": ClipNow("made")})

    why = states(refused, run, live=True)["bay.2/1"].why
    assert why == "it jumps; `longtake make --accept bay.2/1` takes it as it is"
    assert words(refused, run, live=True)[1] == "refused"


def test_the_take_of_a_version_is_accepted_by_its_own_command(tmp_path: Path) -> None:
    """What takes it as it is can be typed as it stands there."""
    wishes = replace(FINAL, draft=True, variables={"kind": "dark grey"})
    board = written(tmp_path, BOUGHT.replace("scenes:", "vars: {kind: red}\nscenes:"))
    sheet = lay_sheet(look(board, wishes))
    refused = replace(sheet, standing=replace(sheet.standing, refused={"a.1/1": "it jumps"}))

    why = states(refused, Run(), live=False)["a.1/1"].why
    assert f"`longtake make{wishes.flags} --accept a.1/1`" in why
    assert wishes.flags == " --draft --set 'kind=dark grey'"


def test_pages_hold_whole_scenes_where_they_fit(unmade: Sheet) -> None:
    """A scene longer than a page goes on over the next ones; no clip is lost or shown twice."""
    known = states(unmade, Run(), live=False)
    found = pages(unmade, known, lambda line: True, size=5)

    shown = [[(part.scene.id, len(part.lines), part.goes_on) for part in page] for page in found]
    assert shown == [
        [("s0", 3, False), ("s1", 2, False)],
        [("s2", 5, False)],
        [("s2", 2, True), ("s3", 1, False), ("s4", 1, False)],
    ]
    every = [line.number for page in found for part in page for line in part.lines]
    assert every == list(range(14))


def test_what_is_not_wanted_is_left_out(sheet: Sheet) -> None:
    """With nothing left there is one empty page."""
    known = states(lacking(sheet, "night/1"), Run(), live=False)
    found = pages(sheet, known, lambda line: line.state.word in OPEN)

    assert [line.card.id for part in found[0] for line in part.lines] == ["night/1"]
    assert pages(sheet, known, lambda line: False) == ((),)


def test_the_strip_shows_the_most_urgent_of_neighbours(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bars cover the film without a gap, however many clips one stands for."""
    monkeypatch.setattr("longtake.review.sheet._BARS", 2)
    bars = strip(sheet, states(lacking(sheet, "bay.2/1"), Run(), live=False))

    assert [bar.slug for bar in bars] == ["made-again", "kept"]
    ends = [float(bar.x) + float(bar.width) for bar in bars]
    assert [float(bars[0].x), ends[0], ends[1]] == pytest.approx(
        [0, float(bars[1].x), 1000], abs=0.01
    )


@pytest.mark.parametrize(
    ("run", "holder", "live", "slug", "said"),
    [
        (Run(), "", False, "none", "no run yet"),
        (Run(), "another run holds it", False, "waiting", "another run holds it"),
        (Run(began=1.0), "", False, "failed", "was broken off"),
        (Run(began=1.0, ended=2.0, message="no money"), "", False, "failed", "no money"),
        (Run(began=1.0, ended=2.0), "", False, "kept", "nothing had to be made"),
        (Run(began=1.0, rendered=30, total=60), "x", True, "making", "30 of 60 frames"),
        (Run(began=1.0, clips={"a": ClipNow("made")}), "x", True, "making", "1 made"),
    ],
)
def test_how_a_run_is_told(run: Run, holder: str, live: bool, slug: str, said: str) -> None:
    """At work, over, failed, broken off, or somebody else's."""
    told = run_words(run, holder, live=live)

    assert (told.slug, said in told.text) == (slug, True)
