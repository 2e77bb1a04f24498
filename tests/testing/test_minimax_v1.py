"""The simulated MiniMax v1: errors inside 200, two steps to a file, keys that belong to a region."""

from __future__ import annotations

import pytest

from testing.pictures import picture, uri


def test_a_clip_from_order_to_file(minimax):
    """Queueing, Processing, Success; then a file id that is text here and a number there."""
    shop = minimax(task_s=10, queue_s=1)
    task = shop.ask()["task_id"]
    words = []
    for _ in range(3):
        words.append(shop.query(task)["status"])
        shop.sim.tick(6)
    done = shop.query(task)

    assert words == ["Queueing", "Processing", "Success"]
    assert (done["video_width"], done["video_height"]) == (64, 36)
    file = shop.retrieve(done["file_id"])["file"]
    assert (str(file["file_id"]), file["bytes"]) == (done["file_id"], 0)
    assert "Expires=" in file["download_url"]
    assert shop.open.get(file["download_url"]).content[4:8] == b"ftyp"


def test_the_file_itself_with_the_key(minimax):
    """retrieve_content gives the clip's bytes."""
    shop = minimax()
    task = shop.ask()["task_id"]
    shop.sim.tick(1)
    file_id = shop.query(task)["file_id"]
    answer = shop.web.get("/v1/files/retrieve_content", params={"file_id": file_id})

    assert answer.content[4:8] == b"ftyp"


def test_a_second_host_for_the_file(minimax):
    """A scenario may give a backup link, which works as well."""
    shop = minimax(backup_url=True)
    task = shop.ask()["task_id"]
    shop.sim.tick(1)
    file = shop.retrieve(shop.query(task)["file_id"])["file"]

    assert file["backup_download_url"] != file["download_url"]
    assert shop.open.get(file["backup_download_url"]).status_code == 200
    assert "backup" in shop.sim.oracle("keys")


@pytest.mark.parametrize(
    ("key", "host", "code"),
    [
        ("", "minimax", 1004),
        ("nobody", "minimax", 2049),
        ("mainland-key", "minimax", 2049),
        ("minimax-key", "minimax-mainland", 2049),
        ("mainland-key", "minimax-mainland", 0),
    ],
)
def test_a_key_works_in_its_own_region(minimax, key, host, code):
    """A key of the wrong region looks like a bad one, inside an HTTP 200."""
    shop = minimax(key=key, host=host)

    assert shop.ask()["base_resp"]["status_code"] == code


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "MiniMax-Hailuo-2.3", "resolution": "768p", "duration": 6},
        {"model": "MiniMax-Hailuo-2.3", "resolution": "768P", "duration": 5},
        {"model": "MiniMax-Hailuo-2.3-Fast", "resolution": "768P", "duration": 6},
        {"model": "MiniMax-Hailuo-02", "resolution": "512P", "duration": 6},
        {"model": "T2V-01", "resolution": "720P", "duration": 6},
        {"duration": "1"},
        {"prompt": None},
        {"prompt": "x" * 2001},
        {"first_frame_image": "data:image/png;base64,!!!"},
        {"first_frame_image": "https://example.org/a.png"},
        {"subject_reference": [{"type": "character", "image": ["a", "b"]}]},
    ],
)
def test_what_the_pages_do_not_allow(minimax, fields):
    """A slip is base_resp 2013 in an HTTP 200 with an empty task id; nothing is paid."""
    shop = minimax()
    said = shop.ask(**fields)

    assert (said["task_id"], said["base_resp"]["status_code"]) == ("", 2013)
    assert shop.sim.oracle("submits")["paid"] == 0


def test_a_last_frame_only_where_the_model_has_it(minimax):
    """Hailuo-02 ends on a picture, 2.3 refuses to, and 512P refuses too."""
    shop = minimax()
    frame = uri(picture(560, 320))
    both = {"first_frame_image": frame, "last_frame_image": frame, "duration": 6}

    def code(**fields):
        return shop.ask(**both, **fields)["base_resp"]["status_code"]

    assert code(model="MiniMax-Hailuo-02", resolution="768P") == 0
    assert code(model="MiniMax-Hailuo-2.3", resolution="768P") == 2013
    assert code(model="MiniMax-Hailuo-02", resolution="512P") == 2013


def test_one_face_for_a_subject(minimax):
    """S2V-01 takes exactly one picture of one person, and no length."""
    shop = minimax()
    said = {
        "model": "S2V-01",
        "prompt": "she waves",
        "subject_reference": [{"type": "character", "image": [uri(picture(400, 400))]}],
    }

    answer = shop.web.post("/v1/video_generation", json=said).json()
    assert answer["base_resp"]["status_code"] == 0
    assert shop.sim.oracle("tasks")[0]["mode"] == "references"


def test_the_canvas_follows_the_picture(minimax):
    """768P is 1366x768 for a wide picture, upright for an upright one, both by the short side."""
    shop = minimax()
    sizes = []
    for width, height in ((1366, 768), (1280, 720), (432, 768), (400, 400)):
        frame = uri(picture(width, height))
        shop.ask(model="MiniMax-Hailuo-2.3", resolution="768P", duration=6, first_frame_image=frame)
        sizes.append(shop.sim.oracle("tasks")[-1]["size"])

    assert sizes == ["1366x768", "1366x768", "768x1366", "768x768"]


def test_an_unknown_task(minimax):
    """A task nobody submitted is an error inside 200."""
    assert minimax().query("123")["base_resp"]["status_code"] == 2013
