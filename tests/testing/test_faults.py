"""Faults on the way of a request: each strikes where, when and as often as it is told to."""

from __future__ import annotations

import httpx
import pytest

from longtake.errors import LongtakeError
from longtake.testing.faults import Fault
from testing.pictures import picture


def fault(do, **told):
    """Write one fault as a scenario does."""
    return {"faults": [{"do": do, **told}]}


@pytest.mark.parametrize("after", [None, "2", "-3", "nan", "1e9"])
def test_429(apimart, after):
    """Too many requests: the first is refused, with or without a Retry-After of any kind."""
    shop = apimart(**fault("refuse", kind="rate", retry_after=after, nth=1))
    first, second = shop.submit(), shop.submit()

    assert (first.status_code, second.status_code) == (429, 200)
    assert first.headers.get("Retry-After") == after
    assert shop.sim.oracle("submits")["paid"] == 1


def test_429_with_a_date(apimart):
    """Retry-After may be a date, counted from the simulator's clock."""
    shop = apimart(**fault("http", status=429, retry_after="date+5"))

    assert shop.submit().headers["Retry-After"].endswith(" GMT")


@pytest.mark.parametrize(("when", "paid"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_5xx_before_or_after_acceptance(apimart, status, when, paid):
    """The same answer, whether the task was made or not."""
    shop = apimart(**fault("http", status=status, when=when))

    assert shop.submit().status_code == status
    assert shop.sim.oracle("submits")["paid"] == paid


@pytest.mark.parametrize(("when", "paid"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("reset", [False, True])
def test_a_dropped_connection(apimart, when, paid, reset):
    """No answer comes, whether the task was made or not."""
    shop = apimart(**fault("drop", when=when, reset=reset))

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        shop.submit()
    assert shop.sim.oracle("submits")["paid"] == paid


def test_acceptance_that_comes_late(apimart):
    """The client is gone, and only seconds later is its task made."""
    shop = apimart(**fault("drop", when="after", late_s=4))
    with pytest.raises(httpx.RemoteProtocolError):
        shop.submit()

    assert shop.sim.oracle("submits")["paid"] == 0
    shop.sim.tick(5)
    shop.web.get("/v1/balance")
    assert shop.sim.oracle("submits")["paid"] == 1


def test_an_answer_that_never_comes(apimart):
    """The task is made, and the client waits until it gives up."""
    shop = apimart(**fault("hang", when="after"))
    with pytest.raises(httpx.ReadTimeout):
        shop.web.post(
            "/v1/videos/generations", json={"model": "sim-tiny", "prompt": "x"}, timeout=0.1
        )

    assert shop.sim.oracle("submits")["paid"] == 1


def test_an_answer_that_takes_its_time(apimart):
    """A delay waits on the simulator's clock before anything happens."""
    shop = apimart(**fault("delay", seconds=9, on="balance"))
    with pytest.raises(httpx.ReadTimeout):
        shop.web.get("/v1/balance", timeout=0.1)


@pytest.mark.parametrize(
    ("do", "told", "text"),
    [
        ("not_json", {}, "<html>"),
        ("empty", {}, ""),
        ("no_id", {}, '{"code":200,"data":[{"status":"submitted"}]}'),
    ],
)
def test_an_accepted_submit_without_an_id(apimart, do, told, text):
    """200, paid, and nothing in it by which to find the task."""
    shop = apimart(**fault(do, **told))
    answer = shop.submit()

    assert answer.status_code == 200
    assert answer.text.startswith(text)
    assert "task_01" not in answer.text
    assert shop.sim.oracle("submits")["paid"] == 1


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"kind": "moderation"}, 400, "content_rejected"),
        ({"kind": "balance"}, 402, 402),
        ({"kind": "invalid", "form": "200"}, 200, 400),
        ({"kind": "invalid", "form": "500"}, 500, 500),
        ({"kind": "idempotency_in_progress"}, 409, "idempotency_in_progress"),
        ({"kind": "idempotency_key_reused"}, 409, "idempotency_key_reused"),
        ({"kind": "idempotency_result_indeterminate"}, 409, "idempotency_result_indeterminate"),
        ({"kind": "idempotency_unavailable"}, 503, "idempotency_unavailable"),
        ({"kind": "too_large"}, 413, 413),
    ],
)
def test_every_refusal_of_apimart(apimart, told, status, code):
    """An error object, whatever HTTP status it comes with; nothing is paid."""
    shop = apimart(**fault("refuse", **told))
    answer = shop.submit()

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    if told.get("form") == "500":
        assert answer.json()["error"]["message"].startswith("build_request_failed")
    assert shop.sim.oracle("submits")["paid"] == 0


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"kind": "rate"}, 1002),
        ({"kind": "moderation"}, 1026),
        ({"kind": "balance"}, 1008),
        *(({"code": str(code)}, code) for code in (1000, 1001, 1024, 1033, 1039, 1042, 2045, 2061)),
    ],
)
def test_every_refusal_of_minimax(minimax, told, code):
    """A base_resp inside HTTP 200."""
    shop = minimax(**fault("refuse", **told))

    assert shop.ask()["base_resp"]["status_code"] == code


@pytest.mark.parametrize(
    ("fate", "code"),
    [
        ({"ending": "moderation"}, "content_rejected"),
        ({"ending": "failed"}, "500"),
        ({"ending": "failed", "code": "77", "message": "why"}, "77"),
    ],
)
def test_a_task_that_fails(apimart, fate, code):
    """It ends as failed with the provider's words, and its money comes back."""
    shop = apimart(**fault("fate", **fate))
    task = shop.ordered()
    shop.sim.tick(1)

    assert shop.look(task)["status"] == "failed"
    assert shop.look(task)["error"]["code"] == code
    assert shop.sim.oracle("money")["committed"] == "0"


def test_output_moderation_at_minimax(minimax):
    """The query says Fail, with 1027 in its base_resp."""
    shop = minimax(**fault("fate", ending="moderation"))
    task = shop.ask()["task_id"]
    shop.sim.tick(1)
    said = shop.query(task)

    assert (said["status"], said["base_resp"]["status_code"]) == ("Fail", 1027)


def test_a_task_that_is_stuck(apimart):
    """It runs for ever, under a word nobody knows, and holds its money and its place."""
    shop = apimart(**fault("fate", ending="stuck", word="Pondering"))
    task = shop.ordered()
    shop.sim.tick(10**6)

    assert shop.look(task)["status"] == "Pondering"
    assert shop.sim.oracle("in_flight")["now"] == {"apimart-key": 1}


@pytest.mark.parametrize("word", ["Success", "succeeded", "COMPLETED", "done"])
def test_spellings(minimax, word):
    """A state is spelt as the scenario says."""
    shop = minimax(words={"done": word})
    task = shop.ask()["task_id"]
    shop.sim.tick(1)

    assert shop.query(task)["status"] == word


def test_a_cancelled_task(apimart):
    """A task may end as cancelled."""
    shop = apimart(**fault("fate", ending="cancelled"))
    task = shop.ordered()
    shop.sim.tick(1)

    assert shop.look(task)["status"] == "cancelled"


def test_a_charge_above_the_price(apimart):
    """The task reports, and the account pays, what the scenario says."""
    shop = apimart(**fault("fate", charge="0.75"))
    task = shop.ordered()
    shop.sim.tick(1)

    assert shop.look(task)["cost"] == 0.75
    assert shop.sim.oracle("money")["charged"] == "0.75"


def test_fields_that_are_missing_or_odd(minimax):
    """Any answer can be changed, place by place."""
    patch = {"do": "patch", "on": ["status", "file"], "set": {"@status": "Unknown"}}
    shop = minimax(faults=[patch | {"remove": ["file.bytes", "base_resp", "no.such.place"]}])
    task = shop.ask()["task_id"]
    shop.sim.tick(1)
    said = shop.query(task)

    assert (said["status"], "base_resp" in said) == ("Unknown", False)
    assert "bytes" not in shop.retrieve(said["file_id"])["file"]


def test_a_redirect_to_a_thief(apimart):
    """A 307 leads to another host, which notes whether the key came along."""
    shop = apimart(**fault("redirect", on="balance"))
    answer = shop.web.get("/v1/balance")
    shop.open.get(answer.headers["location"], headers={"Authorization": "Bearer apimart-key"})

    assert answer.status_code == 307
    assert shop.sim.oracle("media")["secrets"][0]["host"] == "stolen"


def test_faults_choose_their_requests(apimart):
    """By model, by prompt, by number, and only so many times."""
    faults = [
        {"do": "http", "status": 501, "prompt": "storm", "times": 1},
        {"do": "http", "status": 502, "model": "MiniMax-*"},
        {"do": "http", "status": 503, "nth": [3]},
    ]
    shop = apimart(faults=faults)
    prompts = ["calm", "a storm", "a storm", "calm"]

    assert [shop.submit(prompt=prompt).status_code for prompt in prompts] == [200, 501, 503, 200]
    assert shop.submit(model="MiniMax-H3", duration=5).status_code == 502


def test_the_balance_gone_at_clip_k(apimart):
    """The third submit and all after it are refused for want of money."""
    shop = apimart(**fault("refuse", kind="balance", skip=2))

    assert [shop.submit().status_code for _ in range(4)] == [200, 200, 402, 402]


def test_chance_is_the_same_in_every_run(run, apimart):
    """Half of the looks fail, and the same ones again under the same seed."""
    chance = fault("http", status=503, on="status", chance=0.5)

    def codes(seed):
        shop = apimart(seed=seed, **chance)
        task = shop.ordered()
        return [shop.web.get(f"/v1/tasks/{task}").status_code for _ in range(40)]

    first = codes(1)
    assert first == codes(1)
    assert first != codes(2)
    assert 10 < first.count(503) < 30


def test_a_fault_for_each_task(apimart):
    """`per_task` counts the looks at each task apart."""
    shop = apimart(**fault("http", status=503, on="status", nth=2, per_task=True))
    tasks = [shop.ordered(), shop.ordered()]
    codes = [[shop.web.get(f"/v1/tasks/{t}").status_code for _ in range(3)] for t in tasks]

    assert codes == [[200, 503, 200]] * 2


def test_a_storm_leaves_the_book_true(apimart):
    """Whatever the client hears, each accepted submit is one task in the book."""
    shop = apimart(storm={"chance": 0.6})
    heard = 0
    for number in range(30):
        try:
            heard += shop.submit(prompt=f"clip {number}").text.count("task_01")
        except httpx.TransportError:
            continue
    told = shop.sim.oracle()

    assert heard < told["submits"]["paid"] < 30
    assert sum(told["faults"]["count"].values()) >= 5


def test_faults_at_run_time(apimart):
    """A scenario can be changed while it runs; what has happened stays in the book."""
    shop = apimart()
    shop.submit()
    shop.sim.change(**fault("http", status=503))

    assert shop.submit().status_code == 503
    assert shop.sim.oracle("submits")["paid"] == 1


def test_uploads_fail_too(apimart):
    """A fault on another route leaves submits alone."""
    shop = apimart(**fault("http", status=503, on="upload"))
    answer = shop.web.post("/v1/uploads/images", files={"file": ("a.png", picture())})

    assert (answer.status_code, shop.submit().status_code) == (503, 200)


@pytest.mark.parametrize(
    "written",
    [
        {"do": "explode"},
        {"do": "http", "stauts": 500},
        {"do": "http", "on": "submitt"},
        {"do": "drop", "when": "during"},
        {"do": "clip", "drift": {"blurr": 1}},
    ],
)
def test_slips_in_a_fault(written):
    """A fault that cannot be read is an error, not a fault that never strikes."""
    with pytest.raises(LongtakeError):
        Fault.read(written)
