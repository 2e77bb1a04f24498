"""The simulated MiniMax v2: parts with roles, an envelope, real HTTP errors, and a list of tasks."""

from __future__ import annotations

import pytest

from testing.pictures import picture, uri


def frame(role=None, width=400, height=300):
    """Write a picture as a part of a request."""
    part = {"type": "image_url", "image_url": {"url": uri(picture(width, height))}}
    return part | ({"role": role} if role else {})


def test_a_clip_from_order_to_file(minimax):
    """queued, running, succeeded in an envelope; then a link, and seconds instead of money."""
    shop = minimax(task_s=10, queue_s=1)
    answer = shop.order(duration=2).json()
    words = []
    for _ in range(3):
        words.append(shop.task(answer["task_id"])["status"])
        shop.sim.tick(6)
    done = shop.task(answer["task_id"])

    assert set(answer) == {"task_id"}
    assert words == ["queued", "running", "succeeded"]
    assert shop.open.get(done["content"]["url"]).content[4:8] == b"ftyp"
    assert (done["usage"]["total_seconds"], done["usage"]["input_image_count"]) == (2, 0)


def test_a_link_that_ended_and_the_next_one(minimax):
    """An old link gives 403; a look at the same task gives another one, which works."""
    shop = minimax(url_life_s=60)
    task = shop.order().json()["task_id"]
    shop.sim.tick(1)
    old = shop.task(task)["content"]["url"]
    shop.sim.tick(100)
    new = shop.task(task)["content"]["url"]

    assert (shop.open.get(old).status_code, shop.open.get(new).status_code) == (403, 200)


@pytest.mark.parametrize(
    ("parts", "mode"),
    [
        ([], "text"),
        ([frame()], "first"),
        ([frame("first_frame")], "first"),
        ([frame("last_frame"), frame("first_frame")], "last"),
        ([frame("reference_image"), frame("reference_image", 300, 300)], "references"),
    ],
)
def test_roles_make_the_mode(minimax, parts, mode):
    """A picture without a role is the first frame."""
    shop = minimax()
    said = {"model": "MiniMax-H3", "resolution": "768P", "duration": 4, "parts": parts}

    assert shop.order(**said).status_code == 200
    made = shop.sim.oracle("tasks")[0]
    assert (made["mode"], len([sha for sha in made["pictures"] if sha])) == (mode, len(parts))


@pytest.mark.parametrize(
    ("ratio", "parts", "size"),
    [
        ("16:9", [], "1344x768"),
        ("9:16", [], "768x1344"),
        ("1:1", [frame("reference_image")], "768x768"),
        ("16:9", [frame("first_frame", 300, 400)], "768x1024"),
    ],
)
def test_what_decides_the_shape(minimax, ratio, parts, size):
    """The ratio where there are no frames, else the first frame, whatever is asked."""
    shop = minimax()
    shop.order(model="MiniMax-H3", resolution="768P", duration=4, ratio=ratio, parts=parts)

    assert shop.sim.oracle("tasks")[0]["size"] == size


@pytest.mark.parametrize(
    "fields",
    [
        {"content": [{"type": "text", "text": " "}]},
        {"content": "a lighthouse"},
        {"content": [{"type": "text", "text": "x" * 2001}]},
        {"resolution": None},
        {"resolution": "36p"},
        {"duration": None},
        {"duration": "1"},
        {"duration": 4},
        {"ratio": None},
        {"ratio": "adaptive"},
        {"ratio": "2:1"},
        {"extra": {"prompt_expansion_mode": "quality"}},
        {"model": "MiniMax-Hailuo-02"},
        {"model": "MiniMax-H3-Max", "resolution": "2K", "duration": 5},
        {"model": "MiniMax-H3-Max", "resolution": "768P", "duration": 4},
        {"parts": [frame("last_frame")]},
        {"parts": [frame("first_frame"), frame("first_frame")]},
        {"parts": [frame("first_frame"), frame("reference_image")]},
        {"parts": [frame("reference_video")]},
        {"parts": [frame("first_frame", 2000, 100)]},
        {"parts": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]},
    ],
)
def test_what_the_pages_do_not_allow(minimax, fields):
    """A slip is HTTP 400, with 2013 in parentheses at the end of its message; nothing is paid."""
    shop = minimax()
    answer = shop.order(**fields)
    error = answer.json()["error"]

    assert (answer.status_code, error["type"]) == (400, "bad_request_error")
    assert (error["http_code"], error["message"][-6:]) == ("400", "(2013)")
    assert shop.sim.oracle("submits")["paid"] == 0


def test_how_the_fast_model_expands_a_prompt(minimax):
    """Only H3-Max has the words for it, and only those words."""
    shop = minimax()
    said = {"model": "MiniMax-H3-Max", "resolution": "768P", "duration": 5}

    def status(mode):
        return shop.order(**said, extra={"prompt_expansion_mode": mode}).status_code

    assert [status(mode) for mode in ("disabled", "quality", "balance", True)] == [
        200,
        200,
        400,
        400,
    ]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("no_key", 401, "(1004)"),
        ("key", 401, "(2049)"),
        ("balance", 402, "(1008)"),
        ("moderation", 422, "(1026)"),
        ("rate", 429, "(1002)"),
        ("in_flight", 429, "(1041)"),
        ("server", 500, "(1000)"),
        ("overloaded", 529, " later"),
    ],
)
def test_a_no_in_its_own_words(minimax, kind, status, code):
    """Each refusal has its real HTTP status, and the vendor's code where there is one."""
    shop = minimax(faults=[{"do": "refuse", "kind": kind}])
    answer = shop.order()

    assert (answer.status_code, answer.json()["type"]) == (status, "error")
    assert answer.json()["error"]["message"].endswith(code)


def test_a_key_opens_both_generations_of_its_region(minimax):
    """The same host and key answer v1 and v2; a task is known to the one that made it."""
    shop = minimax()
    old, new = shop.ask()["task_id"], shop.order().json()["task_id"]

    assert minimax(key="mainland-key").order().status_code == 401
    assert minimax(key="mainland-key", host="minimax-mainland").order().status_code == 200
    assert shop.web.get(f"/v2/query/video_generation/{old}").status_code == 500
    assert shop.task(new)["id"] == new
    assert [task["id"] for task in shop.listed()["items"]] == [new]


def test_tasks_that_end_badly(minimax):
    """A failed task says why in its envelope, with a code that is text."""
    for ending, code in (("failed", "1033"), ("moderation", "1027")):
        shop = minimax(faults=[{"do": "fate", "ending": ending}])
        task = shop.order().json()["task_id"]
        shop.sim.tick(1)
        told = shop.task(task)
        assert (told["status"], told["error"]["code"], told["usage"]) == ("failed", code, {})


def test_ids_that_are_numbers(minimax):
    """A scenario may write them so, everywhere; the task is still asked for by its digits."""
    shop = minimax(number_ids=True)
    task = shop.order().json()["task_id"]

    assert isinstance(task, int)
    assert shop.task(str(task))["id"] == shop.listed()["items"][0]["id"] == task


def test_a_list_in_pages(minimax):
    """Newest first, twenty at the most whatever is asked for, with the count of all."""
    shop = minimax()
    made = []
    for _ in range(23):
        made.append(shop.order().json()["task_id"])
        shop.sim.tick(1)
    pages = [shop.listed(page_num=number, page_size=100) for number in (1, 2, 3)]

    assert [len(page["items"]) for page in pages] == [20, 3, 0]
    assert {page["total"] for page in pages} == {23}
    assert [task["id"] for page in pages for task in page["items"]] == made[::-1]
    assert [task["id"] for task in shop.listed(page_num=2, page_size=2)["items"]] == made[-3:-5:-1]


def test_a_list_of_some(minimax):
    """Filters are obeyed together; another key's tasks, and those of last week, are not shown."""
    shop = minimax(
        task_s=100, accounts={key: {"host": "minimax"} for key in ("minimax-key", "other")}
    )
    first = shop.order().json()["task_id"]
    shop.sim.tick(200)
    second = shop.order().json()["task_id"]

    def ids(**asked):
        return [task["id"] for task in shop.listed(**asked)["items"]]

    assert ids(filter_status="succeeded") == [first]
    assert ids(filter_status="running", filter_model="sim-tiny") == [second]
    assert ids(filter_model="MiniMax-H3") == ids(filter_task_type="regeneration") == []
    assert ids(filter_task_ids=[first, "1"]) == [first]
    shop.web.headers["authorization"] = "Bearer other"
    assert ids() == []
    shop.web.headers["authorization"] = "Bearer minimax-key"
    shop.sim.tick(7 * 86400 - 100)
    assert ids() == [second]
    assert shop.web.get(f"/v2/query/video_generation/{first}").status_code == 500


@pytest.mark.parametrize("asked", [{"page_num": 0}, {"page_size": "all"}])
def test_a_page_that_is_none(minimax, asked):
    """Pages count from one."""
    answer = minimax().web.get("/v2/query/video_generation", params=asked)

    assert answer.status_code == 400


def test_a_task_that_is_cancelled_or_forgotten(minimax):
    """What waits is cancelled for nothing, what ended is forgotten, what runs goes on."""
    shop = minimax(queue_s=10, task_s=10)
    waiting, running = shop.order().json()["task_id"], shop.order().json()["task_id"]

    def removed(task):
        return shop.web.delete(f"/v2/video_generation/{task}")

    said = {"task_id": waiting, "action": "cancelled", "status": "cancelled"}
    assert removed(waiting).json() == said
    assert removed(waiting).status_code == 400
    shop.sim.tick(15)
    assert removed(running).status_code == 400
    shop.sim.tick(10)
    assert removed(running).json()["action"] == "deleted"
    assert shop.listed()["total"] == 1
    assert shop.web.get(f"/v2/query/video_generation/{running}").status_code == 500
    assert shop.sim.oracle("money")["by_task"] == {waiting: "0", running: "0.01"}
