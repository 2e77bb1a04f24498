"""The simulated APIMart answers as its pages say and refuses what they refuse."""

from __future__ import annotations

import hashlib

import pytest

from testing.pictures import picture, uri


def test_a_clip_from_order_to_file(apimart):
    """Submitted, processing with progress, completed with cost and a link that ends."""
    shop = apimart(task_s=10, queue_s=1)
    task = shop.ordered()

    assert shop.look(task)["status"] == "submitted"
    shop.sim.tick(6)
    assert shop.look(task)["status"] == "processing"
    assert shop.look(task)["progress"] == 50
    shop.sim.tick(6)
    done = shop.look(task)
    assert (done["status"], done["progress"], done["cost"]) == ("completed", 100, 0.01)
    assert done["result"]["videos"][0]["expires_at"] > done["completed"]
    assert shop.open.get(shop.link(task)).content[4:8] == b"ftyp"


def test_both_shapes_of_the_submit_reply(apimart):
    """The response-version header brings 202 and an object; without it a list comes."""
    shop = apimart()
    headers = {"X-APIMart-Response-Version": "2026-07-27"}
    said = {"model": "sim-tiny", "prompt": "x"}
    answer = shop.web.post("/v1/videos/generations", json=said, headers=headers)

    assert answer.status_code == 202
    assert shop.look(answer.json()["data"]["id"])["status"] == "processing"
    assert isinstance(shop.submit().json()["data"], list)


def test_shapes_a_scenario_fixes(apimart):
    """The submit reply may be a flat object, the link a bare string."""
    shop = apimart(submit_shape="flat", result_form="text")
    task = shop.submit().json()["data"]["task_id"]
    shop.sim.tick(1)

    assert shop.look(task)["result"]["videos"][0]["url"].startswith("http://127.0.0.1:")


def test_the_older_way_to_a_file(apimart):
    """Where a scenario wants it, a finished task names a file that has to be retrieved."""
    shop = apimart(result_form="file", words={"done": "Success"})
    task = shop.ordered()
    shop.sim.tick(1)
    done = shop.look(task)

    assert done["status"] == "Success"
    link = shop.retrieve(done["file_id"])["file"]["download_url"]
    assert shop.open.get(link).status_code == 200


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": "MiniMax-Hailuo-9"}, "model"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"duration": "1"}, "duration"),
        ({"duration": True}, "duration"),
        ({"duration": 4}, "duration"),
        ({"resolution": "36P"}, "resolution"),
        ({"prompt_optimizer": "no"}, "prompt_optimizer"),
        ({"first_frame_image": "http://127.0.0.1:1/gone.png"}, "first_frame_image"),
        ({"first_frame_image": uri(picture())}, "first_frame_image"),
        ({"model": "MiniMax-Hailuo-2.3", "resolution": "1080p", "duration": 10}, "duration"),
        ({"model": "MiniMax-Hailuo-2.3-Fast", "duration": 6}, "first_frame_image"),
        ({"model": "MiniMax-H3", "duration": 5, "resolution": "768p"}, "resolution"),
        ({"model": "MiniMax-H3", "duration": 3}, "duration"),
        ({"model": "MiniMax-H3", "duration": 5, "aspect_ratio": "2:1"}, "aspect_ratio"),
        ({"model": "MiniMax-H3", "duration": 5, "callback_url": "http://x"}, "callback_url"),
    ],
)
def test_what_the_pages_do_not_allow(apimart, fields, param):
    """A slip is a 400 of the documented form that names the field; nothing is paid."""
    shop = apimart()
    answer = shop.submit(**fields)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["param"]) == (
        400,
        "invalid_request_error",
        param,
    )
    assert shop.sim.oracle("submits")["paid"] == 0


def test_frames_exclude_references(apimart):
    """H3 takes either frames or reference pictures."""
    shop = apimart()
    url = shop.upload(picture(320, 320))
    fields = {"model": "MiniMax-H3", "duration": 5, "first_frame_image": url, "image_urls": [url]}

    assert "exclude" in shop.submit(**fields).json()["error"]["message"]


def test_pictures_out_of_limits(apimart):
    """A real model refuses a picture that is too small, or too flat."""
    shop = apimart()
    small, flat = shop.upload(picture(400, 200)), shop.upload(picture(900, 310))
    fields = {"model": "MiniMax-Hailuo-02", "duration": 5}

    for url in (small, flat):
        assert shop.submit(**fields, first_frame_image=url).status_code == 400
    assert shop.submit(**fields, first_frame_image=shop.upload(picture(560, 320))).is_success


def test_unknown_fields_are_ignored_without_a_word(apimart):
    """A wrong field name is accepted and paid; only the oracle tells."""
    shop = apimart()

    assert shop.submit(start_frame="x", seed=4).is_success
    assert shop.sim.oracle("ignored_fields") == {"start_frame": 1, "seed": 1}


def test_keys(apimart):
    """No key, an unknown key and a key of another provider are 401."""
    for key in ("", "nobody", "minimax-key"):
        answer = apimart(key=key).submit()
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")


def test_uploads(apimart):
    """An upload is kept under its bytes' hash; what is no picture is refused."""
    shop = apimart()
    content = picture(kind="WEBP")
    url = shop.upload(content)

    assert shop.open.get(url).content == content
    assert shop.sim.oracle("uploads")[0]["sha256"] == hashlib.sha256(content).hexdigest()
    for files in ({"file": ("a.png", b"hello")}, {"image": ("a.png", content)}):
        assert shop.web.post("/v1/uploads/images", files=files).status_code == 400


def test_an_upload_ends(apimart):
    """After 72 hours an uploaded picture is no longer found."""
    shop = apimart()
    url = shop.upload(picture())
    shop.sim.tick(73 * 3600)

    assert shop.submit(first_frame_image=url).status_code == 400


def test_the_balance(apimart):
    """Open tasks hold their price; what is left is told, and when it is gone submits are 402."""
    accounts = {"apimart-key": {"host": "apimart", "balance": "0.02"}}
    shop = apimart(accounts=accounts)
    shop.submit()
    assert shop.web.get("/v1/balance").json()["remain_balance"] == 0.01
    shop.submit()

    assert shop.submit().status_code == 402
    shop.sim.top_up("apimart-key", "1.00")
    assert shop.submit().is_success


def test_limits_of_an_account(apimart):
    """Beyond its tasks at once, and beyond its submits a minute, an account hears 429."""
    limits = {"host": "apimart", "in_flight": 1, "per_minute": 3}
    shop = apimart(accounts={"apimart-key": limits}, task_s=10)
    codes = [shop.submit().status_code, shop.submit().status_code]
    shop.sim.tick(11)
    codes += [shop.submit().status_code, shop.submit().status_code]
    shop.sim.tick(61)

    assert codes == [200, 429, 200, 429]
    assert shop.submit().is_success


def test_an_idempotency_key_that_is_honoured(apimart):
    """The same key replays the first answer; with another body it is a 409."""
    shop = apimart(idempotency="honoured")
    headers = {"Idempotency-Key": "clip-1"}
    said = {"model": "sim-tiny", "prompt": "x"}
    first, again = (
        shop.web.post("/v1/videos/generations", json=said, headers=headers) for _ in range(2)
    )
    said["prompt"] = "y"
    other = shop.web.post("/v1/videos/generations", json=said, headers=headers)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert shop.sim.oracle("submits")["by_idempotency_key"] == {"clip-1": 1}


def test_an_idempotency_key_that_is_not(apimart):
    """By default the key protects from nothing: the second submit is paid again."""
    shop = apimart()
    for _ in range(2):
        shop.web.post(
            "/v1/videos/generations",
            json={"model": "sim-tiny", "prompt": "x"},
            headers={"Idempotency-Key": "clip-1"},
        )

    assert shop.sim.oracle("submits")["by_idempotency_key"] == {"clip-1": 2}
    assert len(shop.sim.oracle("submits")["twice"]) == 1


def test_somebody_elses_task(apimart):
    """An unknown task is 404, and so is a language with a region."""
    shop = apimart()
    task = shop.ordered()

    assert shop.web.get("/v1/tasks/task_01NONE").status_code == 404
    assert shop.web.get(f"/v1/tasks/{task}", params={"language": "zh-CN"}).status_code == 400
