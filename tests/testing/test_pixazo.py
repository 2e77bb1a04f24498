"""The simulated Pixazo: a path for each mode, an address to poll, media without name or type."""

from __future__ import annotations

import pytest

from testing.pictures import picture, uri

MODEL = "/minimax-hailuo-ai/v1"
TINY = {"prompt": "a lighthouse", "duration": 1, "resolution": "36P"}


def test_a_clip_from_order_to_file(pixazo):
    """202 with an address of the same host; QUEUED, PROCESSING, COMPLETED; a clip without a name."""
    shop = pixazo(task_s=10, queue_s=1)
    answer = shop.web.post("/sim-tiny/v1/generate", json=TINY)
    told = answer.json()
    words = []
    for _ in range(3):
        done = shop.web.get(told["polling_url"]).json()
        words.append(done["status"])
        shop.sim.tick(6)

    assert (answer.status_code, told["status"]) == (202, "QUEUED")
    assert told["polling_url"].startswith(f"{shop.sim.url}/pixazo/v2/requests/status/")
    assert words == ["QUEUED", "PROCESSING", "COMPLETED"]
    (link,) = done["output"]["media_url"]
    media = shop.open.get(link)
    assert "." not in link.rpartition("/")[2]
    assert media.headers["content-type"] == "application/octet-stream"
    assert media.content[4:8] == b"ftyp"


def test_a_key_in_another_header(pixazo):
    """Only the gateway's own header is read, and only a key of this host is good."""
    shop = pixazo(key="")
    bearer = {"Authorization": "Bearer pixazo-key"}

    def status(**headers):
        return shop.web.post(f"{MODEL}/generate", json=TINY, headers=headers).status_code

    assert (status(**bearer), status(**{"Ocp-Apim-Subscription-Key": "minimax-key"})) == (401, 403)


@pytest.mark.parametrize(
    "fields",
    [
        {"duration": "6"},
        {"duration": 5},
        {"resolution": "768p"},
        {"resolution": "1080P", "duration": 10},
        {"prompt": ""},
        {"prompt": "x" * 2001},
        {"aigc_watermark": "no"},
    ],
)
def test_what_the_page_does_not_allow(pixazo, fields):
    """A slip is a 400 in two words; nothing is paid."""
    shop = pixazo()
    said = {"prompt": "a lighthouse", "duration": 6, "resolution": "768P"} | fields
    answer = shop.web.post(f"{MODEL}/generate", json=said)

    assert (answer.status_code, set(answer.json())) == (400, {"error", "message"})
    assert shop.sim.oracle("submits")["paid"] == 0


def test_pictures_belong_to_one_path(pixazo):
    """imageToVideo needs one, as data or as an address; generate does not read it."""
    shop = pixazo()
    said = {"prompt": "a lighthouse"}
    frame = {"first_frame_image": uri(picture(560, 320))}
    without = shop.web.post(f"{MODEL}/imageToVideo", json=said)
    with_one = shop.web.post(f"{MODEL}/imageToVideo", json=said | frame)
    unread = shop.web.post(f"{MODEL}/generate", json=said | frame)

    assert (without.status_code, with_one.status_code, unread.status_code) == (400, 202, 202)
    assert [task["mode"] for task in shop.sim.oracle("tasks")] == ["first", "text"]
    assert shop.sim.oracle("ignored_fields") == {"first_frame_image": 1}


def test_prices(pixazo):
    """A clip costs by its length and size, as the page says."""
    shop = pixazo()
    for duration, resolution in ((6, "768P"), (10, "768P"), (6, "1080P")):
        said = {"prompt": "x", "duration": duration, "resolution": resolution}
        shop.web.post(f"{MODEL}/generate", json=said)
    shop.sim.tick(1)

    money = shop.sim.oracle("money")
    assert list(money["by_task"].values()) == ["0.35", "0.60", "0.35"]


@pytest.mark.parametrize(
    ("fate", "word", "charged"),
    [
        ({"ending": "failed"}, "FAILED", "0.01"),
        ({"ending": "failed", "billed": False}, "FAILED", "0"),
        ({"ending": "failed", "words": {"failed": "ERROR"}}, "ERROR", "0"),
        ({"ending": "moderation"}, "ERROR", "0"),
        ({"ending": "cancelled"}, "ERROR", "0"),
    ],
)
def test_what_a_failure_costs(pixazo, fate, word, charged):
    """An ERROR is free; a FAILED one is billed unless the scenario says otherwise."""
    shop = pixazo(faults=[{"do": "fate", **fate}])
    told = shop.web.post("/sim-tiny/v1/generate", json=TINY).json()
    shop.sim.tick(1)
    done = shop.web.get(told["polling_url"]).json()

    assert (done["status"], done["output"]) == (word, None)
    assert done["error"]
    assert shop.sim.oracle("money")["charged"] == charged


def test_faults_by_model(pixazo):
    """The model that stands in the path is the one a fault chooses by."""
    shop = pixazo(faults=[{"do": "refuse", "kind": "balance", "model": "sim-*"}])
    statuses = [
        shop.web.post(f"{path}/generate", json=TINY | fields).status_code
        for path, fields in (
            ("/sim-tiny/v1", {}),
            (MODEL, {"duration": 6, "resolution": "768P"}),
            ("/other/v1", {}),
        )
    ]

    assert statuses == [402, 202, 404]
