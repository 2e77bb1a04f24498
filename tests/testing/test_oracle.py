"""The oracle: what really happened, counted as a provider counts it."""

from __future__ import annotations

import json

import httpx
import pytest

from longtake.errors import LongtakeError
from longtake.testing import Account, Scenario, Simulator, load_scenario
from testing.pictures import picture


def test_what_is_paid_twice_shows(apimart):
    """The same request has one identity, by whatever address its picture comes."""
    shop = apimart()
    urls = [shop.upload(picture()) for _ in range(2)]
    for url in urls:
        shop.submit(first_frame_image=url)
    shop.submit(first_frame_image=shop.upload(picture(level=30)))
    told = shop.sim.oracle("submits")

    assert urls[0] != urls[1]
    assert (told["paid"], len(told["twice"]), len(told["by_identity"])) == (3, 1, 2)


def test_money(apimart):
    """Open tasks hold their price, done ones are charged."""
    shop = apimart(task_s=10)
    shop.submit(duration=2)
    assert shop.sim.oracle("money")["held"] == "0.02"
    shop.sim.tick(11)
    shop.submit(duration=3)
    told = shop.sim.oracle("money")

    assert (told["charged"], told["held"], told["committed"]) == ("0.02", "0.03", "0.05")
    assert told["balances"]["apimart-key"] == "999.95"


def test_peaks(apimart):
    """The most tasks at once, and the most submits within a minute."""
    shop = apimart(task_s=10)
    for wait in (0, 11, 0, 60, 0):
        shop.sim.tick(wait)
        shop.submit(prompt=f"{wait}")

    assert shop.sim.oracle("in_flight")["peak"] == {"apimart-key": 2}
    assert shop.sim.oracle("per_minute")["apimart-key"]["submits"] == 3


def test_keys_by_host(apimart):
    """Each host names the keys it was shown; the media host none."""
    shop = apimart()
    shop.open.get(shop.make())

    assert shop.sim.oracle("keys") == {"apimart": ["apimart-key"], "media": []}


def test_tasks_and_requests(apimart):
    """A task tells what was asked and how often its clip was fetched."""
    shop = apimart()
    shop.open.get(shop.make(prompt="a gull"))
    task = shop.sim.oracle("tasks")[0]

    assert (task["prompt"], task["state"], task["downloads"]) == ("a gull", "done", 1)
    assert shop.sim.oracle("requests") == {"submit": 1, "status": 1, "download": 1}


def test_reset(apimart):
    """A reset empties the book and brings the first scenario back."""
    shop = apimart()
    shop.submit()
    shop.sim.change(faults=[{"do": "http"}])
    shop.sim.reset()

    assert shop.sim.oracle("submits")["paid"] == 0
    assert shop.submit().is_success


def test_early_rendering(apimart):
    """A scenario may have clips rendered from the moment they are ordered."""
    shop = apimart(render="early")
    shop.open.get(shop.make())

    assert shop.sim.oracle("rendered") == 1


def test_all_at_once(apimart):
    """The whole report is one JSON object."""
    assert set(apimart().sim.oracle()) >= {"tasks", "submits", "money", "media", "faults"}


def test_a_scenario_from_a_file(tmp_path):
    """YAML and JSON are read alike."""
    yaml, js = tmp_path / "a.yaml", tmp_path / "a.json"
    yaml.write_text("task_s: 3\nfaults:\n  - {do: drop, when: after, nth: 2}\n")
    js.write_text(json.dumps({"task_s": 3, "faults": [{"do": "drop", "when": "after", "nth": 2}]}))

    assert load_scenario(yaml) == load_scenario(js)
    assert load_scenario(yaml).faults[0].nth == (2,)


@pytest.mark.parametrize("text", ["[1]", "task: 3", "{", "accounts: {k: {balance: 1}}"])
def test_slips_in_a_scenario(tmp_path, text):
    """A scenario that cannot be read says so."""
    path = tmp_path / "a.yaml"
    path.write_text(text)

    with pytest.raises(LongtakeError):
        load_scenario(path)


def test_a_slip_at_run_time(apimart):
    """A wrong change is refused and changes nothing."""
    shop = apimart()
    with pytest.raises(LongtakeError, match="stauts"):
        shop.sim.change(faults=[{"do": "http", "stauts": 1}])

    assert shop.submit().is_success


def test_the_real_clock(apimart):
    """A real clock cannot be moved."""
    with pytest.raises(LongtakeError, match="real clock"):
        apimart(clock="real").sim.tick(1)


def test_a_port_that_is_taken(run):
    """A port in use is an error that names it."""
    port = int(run().url.rpartition(":")[2])
    with pytest.raises(LongtakeError, match=str(port)):
        Simulator(port=port)


def test_after_the_end_nobody_answers():
    """A stopped simulator lets go of its port, and of a client that hangs."""
    accounts = {"apimart-key": Account("apimart")}
    with Simulator(Scenario(accounts=accounts)) as sim:
        url = sim.url
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as web:
        web.get(url)
