"""What the page shows and plays, asked for over real HTTP."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reviewing import DRAWN, Visit, visited, words, written

TAKE = re.compile(r'src="(/take/[0-9a-f]{64})"')
SEAM = re.compile(r'href="(/seam\?number=\d+)"')
PICTURE = re.compile(r'src="(/picture\?[^"]+)"')


def first(pattern: re.Pattern[str], page: str) -> str:
    """Give the first address of a kind on a page."""
    found = pattern.search(page)
    assert found, page
    return found[1].replace("&amp;", "&")


def test_the_page_shows_the_film_in_story_order(visit: Visit) -> None:
    """Title, scenes, clips, money; the film itself to be played while no clip is chosen."""
    page = visit.page()

    said = words(page)
    listed = said[said.index("all clips") :]
    places = [listed.index(name) for name in ("The bay", "bay.1/1", "bay.2/1", "night")]
    assert places == sorted(places)
    assert "clips 3 of 3" in said and "spent 0.00 USD" in said and "up to date" in said
    assert 'src="/film?v=' in page
    assert "<script>" not in page and "style=" not in page and " on" + "click" not in page


def test_a_clip_is_looked_at(visit: Visit) -> None:
    """Its take, its prompt, its camera, the ways to its neighbours, the seam it is entered by."""
    page = visit.page(clip="bay.2/1")

    said = words(page)
    assert "it comes home" in said and "begins on the end of bay.1/1" in said
    assert TAKE.search(page)
    assert 'href="/?clip=bay.1%2F1"' in page and 'href="/?clip=night%2F1"' in page
    assert "into it, from bay.1/1" in said


def test_a_clip_that_is_not_there_is_no_fault(visit: Visit) -> None:
    """An old address shows the film; so do numbers that are none."""
    assert "/film?v=" in visit.page(clip="gone.1/1", page="x", show="nothing", at="<b>")


@pytest.mark.parametrize("what", ["film", "take"])
def test_parts_of_a_film_are_served(visit: Visit, what: str) -> None:
    """A player asks for parts: it gets them, or is told how long the file is."""
    address = "/film" if what == "film" else first(TAKE, visit.page(clip="bay.1/1"))
    whole = visit.client.get(address)
    size = len(whole.content)

    def part(asked: str) -> tuple[int, str, bytes]:
        answer = visit.client.get(address, headers={"Range": asked})
        return answer.status_code, answer.headers.get("content-range", ""), answer.content

    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    assert part("bytes=4-11") == (206, f"bytes 4-11/{size}", whole.content[4:12])
    assert part("bytes=-8") == (206, f"bytes {size - 8}-{size - 1}/{size}", whole.content[-8:])
    assert part(f"bytes={size - 3}-") == (
        206,
        f"bytes {size - 3}-{size - 1}/{size}",
        whole.content[-3:],
    )
    assert part(f"bytes={size}-")[0] == 416
    assert part(f"bytes={size}-")[1] == f"bytes */{size}"
    assert visit.client.head(address).headers["content-length"] == str(size)


@pytest.mark.parametrize(
    "address",
    [
        "/take/" + "0" * 64,
        "/take/..%2F..%2Fboard.yaml",
        "/take/%2Fetc%2Fpasswd",
        "/picture?clip=bay.1/1&side=9999",
        "/picture?clip=../../board.yaml&side=320",
        "/picture",
        "/seam?number=999",
        "/seam?number=-1",
        "/seam",
        "/nowhere",
        "/board.yaml",
    ],
)
def test_nothing_else_is_served(visit: Visit, address: str) -> None:
    """Only takes that a page has shown, and pictures of clips of the film."""
    assert visit.client.get(address).status_code == 404


def test_pictures_and_seams_are_made_once(visit: Visit, drawn: Path) -> None:
    """They are kept in the working folder, under the name of all they show."""
    page = visit.page(clip="bay.2/1")
    picture, seam = first(PICTURE, page), first(SEAM, page)
    answers = [visit.client.get(address) for address in (picture, picture, seam, seam)]

    assert [answer.headers["content-type"] for answer in answers[1:3]] == [
        "image/jpeg",
        "video/mp4",
    ]
    assert answers[0].content == answers[1].content
    assert answers[2].content == answers[3].content
    kept = sorted(path.suffix for path in (drawn.parent / ".longtake/review").iterdir())
    assert kept.count(".mp4") == 1 and ".jpg" in kept


def test_what_happens_is_told_from_the_mark_of_the_page(visit: Visit) -> None:
    """Nothing falls between reading the page and listening; a lost line goes on where it was cut."""
    mark = re.search(r'data-mark="([^"]+)"', visit.page())
    assert mark
    visit.review.journal.add("clip", clip="bay.1/1", state="making", percent=7, message="")
    visit.review.journal.add("clip", clip="bay.1/1", state="making", percent=8, message="")

    def heard(**options: dict[str, str]) -> tuple[str, str]:
        with visit.client.stream("GET", "/events", **options) as answer:  # type: ignore[arg-type]
            assert answer.headers["content-type"].startswith("text/event-stream")
            told = ""
            for line in answer.iter_lines():
                told += f"{line}\n"
                if line.startswith("data:"):
                    break
        number = re.search(r"^id: (.*)$", told, re.MULTILINE)
        assert number
        return told, number[1]

    told, number = heard(params={"since": mark[1]})
    assert '"percent": 7' in told
    again, _ = heard(params={"since": mark[1]}, headers={"Last-Event-ID": number})
    assert '"percent": 8' in again and '"percent": 7' not in again
    assert "event: resync" in heard(headers={"Last-Event-ID": "of another day"})[0]


def test_a_board_that_never_could_be_read(tmp_path: Path) -> None:
    """The page says what is wrong, with its line, and shows the film once it is mended."""
    board = written(tmp_path, DRAWN.replace("seconds: 2", "secs: 2"))
    with visited(board) as visit:
        before = words(visit.page())
        board.write_text(DRAWN, encoding="utf-8")
        visit.changed()
        after = words(visit.page())

    assert "board.yaml:8" in before and "seconds" in before
    assert "The bay" in after and "0 of 3" in after


def test_words_of_the_author_are_words(tmp_path: Path) -> None:
    """Titles, ids, prompts are shown as they are written, whatever they look like."""
    evil = "<img src=x onerror=alert(1)>"
    board = written(
        tmp_path,
        f'longtake: 1\ntitle: "{evil}"\nscenes:\n  - {{id: a, title: "{evil}", prompt: "{evil}"}}\n',
    )
    with visited(board) as visit:
        page = visit.page(clip="a/1")

    assert "<img src=x" not in page
    assert words(page).count(evil) >= 3


def test_a_bug_is_written_down_and_closes_nothing(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What we did wrong is said to the page's owner, and the next page is served."""
    heard: list[Exception] = []
    pages = visit.review.pages
    monkeypatch.setattr(pages, "_crashed", lambda error: heard.append(error) or "told")
    monkeypatch.setattr(visit.review.screening, "view", lambda *asked: 1 / 0)
    answer = visit.client.get("/")
    monkeypatch.undo()

    assert (answer.status_code, answer.text) == (500, "This is a bug of longtake. told")
    assert answer.headers["connection"] == "close", "or the next deed may meet a dropped line"
    assert isinstance(heard[0], ZeroDivisionError)
    assert visit.page()
