"""The simulated API in One: addresses of pictures only, durations as text, results anywhere."""

from __future__ import annotations

import json

import pytest

from testing.pictures import picture, uri

SUBMIT = "/api/v1/videos/generations"


def put_up(shop, content=None, name="frame.png"):
    """Put a picture at the author's own place and give its address."""
    url = f"{shop.sim.url}/host/{name}"
    shop.open.put(url, content=content or picture(560, 320))
    return url


def order(shop, **fields):
    """Order a clip that begins on a picture with a public address."""
    said = {
        "model": "sim-tiny",
        "prompt": "a lighthouse",
        "image": put_up(shop),
        "duration": "1",
        "resolution": "36P",
    }
    return shop.web.post(SUBMIT, json=said | fields)


def look(shop, task):
    """Look at a task."""
    return shop.web.get(f"/api/v1/tasks/{task}").json()["data"]


def test_a_clip_from_order_to_file(apiinone):
    """PENDING, IN_PROGRESS, completed; the picture comes back beside the clip."""
    shop = apiinone(task_s=10, queue_s=1)
    task = order(shop).json()["data"]["task_id"]
    words = []
    for _ in range(3):
        done = look(shop, task)
        words.append(done["status"])
        shop.sim.tick(6)

    assert words == ["PENDING", "IN_PROGRESS", "completed"]
    assert done["input"]["image"] == f"{shop.sim.url}/host/frame.png"
    (link,) = done["result"]["videos"][0]["url"]
    assert shop.open.get(link).content[4:8] == b"ftyp"


def test_other_answers_to_a_finished_task(apiinone):
    """A scenario may have the clip told flat, or as the house behind does."""
    flat = apiinone(result_form="text")
    behind = apiinone(result_form="file")
    told = []
    for shop in (flat, behind):
        task = order(shop).json()["data"]["task_id"]
        shop.sim.tick(1)
        told.append(look(shop, task))

    assert told[0]["video_url"].endswith(".mp4")
    assert (told[1]["state"], "status" in told[1]) == ("success", False)
    assert json.loads(told[1]["resultJson"])["resultUrls"][0].endswith(".mp4")


@pytest.mark.parametrize(
    "fields",
    [
        {"duration": 1},
        {"duration": "4"},
        {"duration": "1.0"},
        {"model": "hailuo-2-3", "resolution": "768P", "duration": 6},
        {"model": "hailuo-2-3", "resolution": "1080P", "duration": "10"},
        {"model": "hailuo-2-3-pro"},
        {"image": None},
        {"image": uri(picture(560, 320))},
        {"image": "https://example.org/nobody-put-it-there.png"},
        {"prompt": ""},
    ],
)
def test_what_the_pages_do_not_allow(apiinone, fields):
    """A number for a length, a picture in the request, a grid that is none: 422, nothing paid."""
    shop = apiinone()
    answer = order(shop, **fields)

    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert shop.sim.oracle("submits")["paid"] == 0


def test_prices_of_both_tiers(apiinone):
    """Standard by either name, and pro."""
    shop = apiinone()
    models = ("hailuo-2-3", "hailuo/2-3-image-to-video-standard", "hailuo/2-3-image-to-video-pro")
    for model in models:
        for duration, resolution in (("6", "768P"), ("10", "768P"), ("6", "1080P")):
            order(shop, model=model, duration=duration, resolution=resolution)
    shop.sim.tick(1)
    charged = list(shop.sim.oracle("money")["by_task"].values())

    assert charged == [*["0.30", "0.45", "0.45"] * 2, "0.45", "0.85", "0.85"]


def test_a_failure_is_free(apiinone):
    """Only what succeeds is billed."""
    shop = apiinone(faults=[{"do": "fate", "ending": "failed"}])
    task = order(shop).json()["data"]["task_id"]
    shop.sim.tick(1)

    assert look(shop, task)["error"]["message"] == "generation failed"
    assert shop.sim.oracle("money")["charged"] == "0"


def test_the_place_for_pictures(apiinone):
    """What was put there is had there, by the same name only; whoever brings a key is noted."""
    shop = apiinone()
    url = put_up(shop, b"picture")
    shop.open.put(url, content=b"newer", headers={"Authorization": "Bearer x"})

    assert shop.open.get(url).content == b"newer"
    assert shop.open.get(f"{url}.old").status_code == 404
    bucket = shop.sim.oracle("bucket")
    assert (bucket["put"], len(bucket["secrets"])) == (2, 1)
    assert shop.sim.oracle("media")["requests"] == 0
