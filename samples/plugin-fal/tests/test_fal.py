"""fal.ai keeps the contract of a provider, and speaks as its pages say."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from longtake.errors import OutOfFunds, TaskFailed
from longtake.generate.catalogue import load_offers, read_offers
from longtake.generate.http import Reply
from longtake.generate.profile import Pictures
from longtake.generate.provider import TaskState
from longtake.testing.provider_cases import Order, caught
from longtake.testing.provider_suite import ProviderSuite
from longtake_fal.provider import (
    PROFILE,
    classify,
    encode,
    open_provider,
    read_status,
    read_submit,
    submit_path,
)

URI = "data:image/png;base64,AAAA"


class TestFal(ProviderSuite):
    """The contract, and what only fal.ai does."""

    profile, opener = PROFILE, staticmethod(open_provider)
    host, key, tiny = "fal", "fal-key", "36P"
    orders = (
        Order("hailuo-2.3", "768P", 10, "1366x768", "first"),
        Order("hailuo-2.3", "1080P", 6, "1920x1080"),
        Order("hailuo-2.3-fast", "768P", 6, "1366x768", "first"),
        Order("hailuo-02", "768P", 10, "1366x768", "last"),
        Order("h3", "768P", 5, "1344x768", "last"),
        Order("h3", "2K", 7, "2560x1440"),
    )

    def own_id(self, task: str) -> str:
        """A task is named by its path, which ends in fal's own id."""
        return task.rpartition("/")[2]

    def test_a_task_elsewhere(self, tmp_path: Path) -> None:
        """Addresses on another host give their path alone: the key goes to the host it is for."""
        away = "https://203.0.113.9/fal-ai/sim-tiny/requests/"
        provider = self.shop()
        first = self.finished(provider, tmp_path)
        name = self.own_id(first)
        moved = {"status_url": f"{away}{name}/status", "response_url": f"{away}{name}"}
        self.sim.change(
            faults=[{"do": "patch", "on": ["submit", "status"], "set": moved}],
        )
        provider.submit(self.small(tmp_path), "")
        provider.fetch(first, tmp_path / "clip.mp4")

        assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
        assert self.sim.oracle("keys") == {"fal": ["fal-key"], "media": []}

    def test_a_task_that_failed_without_a_word(self, tmp_path: Path) -> None:
        """COMPLETED without an error, but with a result that is one: the task failed."""
        hidden = {"do": "patch", "on": "status", "remove": ["error", "error_type"]}
        provider = self.shop(faults=[{"do": "fate", "ending": "failed", "message": "no"}, hidden])
        task = self.finished(provider, tmp_path)

        assert provider.look(task).state is TaskState.DONE
        error = caught(TaskFailed, provider.fetch, task, tmp_path / "clip.mp4")
        assert (error.charged, error.message) == (None, "fal: body: no")

    def test_an_account_without_money(self, tmp_path: Path) -> None:
        """A lock for an empty balance comes as 403, which otherwise is about the key."""
        provider = self.shop(accounts={"fal-key": {"host": "fal", "balance": "0"}})

        caught(OutOfFunds, provider.submit, self.small(tmp_path), "")


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (Order("hailuo-2.3", "768P", 6, "64x36"), "fal-ai/minimax/hailuo-2.3/standard/text-"),
        (Order("hailuo-02", "1080p", 6, "64x36", "last"), "fal-ai/minimax/hailuo-02/pro/image-"),
        (Order("h3", "2K", 6, "64x36", "first"), "minimax/h3/image-"),
    ],
)
def test_paths(order: Order, path: str, tmp_path: Path) -> None:
    """Model, tier and mode make the path."""
    assert submit_path(order.request(tmp_path)) == f"/{path}to-video"


def test_bodies(tmp_path: Path) -> None:
    """A length is text, none at all in the pro tier, and a number for H3 alone."""
    standard = Order("hailuo-02", "768P", 10, "64x36", "last").request(tmp_path)
    pro = Order("hailuo-2.3", "1080P", 6, "64x36").request(tmp_path, options={})
    h3 = Order("h3", "2K", 7, "64x36").request(tmp_path)

    assert encode(standard, Pictures(URI, URI)) == {
        "prompt": "a lighthouse",
        "duration": "10",
        "image_url": URI,
        "end_image_url": URI,
        "prompt_optimizer": False,
    }
    assert encode(pro, Pictures()) == {"prompt": "a lighthouse"}
    assert encode(h3, Pictures()) == {"prompt": "a lighthouse", "duration": 7, "resolution": "2K"}


@pytest.mark.parametrize(
    ("url", "task"),
    [
        ("https://queue.fal.run/fal-ai/minimax/requests/7-a/status", "fal-ai/minimax/requests/7-a"),
        ("https://queue.fal.run/minimax/h3/requests/7/status?logs=1", "minimax/h3/requests/7"),
        ("https://queue.fal.run/minimax/h3/requests/7", ""),
        ("https://queue.fal.run/requests/7/status", ""),
        (None, ""),
    ],
)
def test_where_a_task_is(url: str | None, task: str) -> None:
    """A task is its path; an answer without one is none that can be used."""
    assert read_submit({"request_id": "7", "status_url": url}) == task


@pytest.mark.parametrize(
    ("kind", "charged", "refused"),
    [
        ("runner_disconnected", False, False),
        ("internal_server_error", False, False),
        ("content_policy_violation", None, True),
        ("value_error", None, False),
    ],
)
def test_what_a_failure_costs(kind: str, charged: bool | None, refused: bool) -> None:
    """A failure of the machines is free; of the others nobody knows."""
    status = read_status({"status": "COMPLETED", "error": "no", "error_type": kind})

    assert (status.word, status.charged, status.refused) == ("FAILED", charged, refused)


def test_a_result_path_of_either_form() -> None:
    """The result lies at the task or below it: both are written down at fal."""
    for ending in ("", "/response"):
        url = f"https://queue.fal.run/minimax/h3/requests/7{ending}"
        assert read_status({"status": "COMPLETED", "response_url": url}).file == url[22:]


@pytest.mark.parametrize("said", [None, [], {"detail": [3]}, {"detail": {"a": 1}}, {"error": 5}])
def test_answers_of_any_shape(said: object) -> None:
    """No JSON makes the readers fall over."""
    read_submit(said)
    read_status(said)
    assert classify(Reply(500, {}, b"", said)) is not None


def test_the_offers_fit_the_provider() -> None:
    """Every model and resolution of the table has a path; installed, they are in the catalogue."""
    table = resources.files("longtake_fal") / "offers" / "fal.json"
    offers = read_offers(table.read_bytes(), "fal.json")

    assert {offer.name for offer in offers} <= set(load_offers())
    for offer in offers:
        assert offer.model in PROFILE.pictures
        for resolution in offer.resolutions:
            order = Order(offer.model, resolution.name, resolution.lengths[0], "64x36")
            assert submit_path(order.request(Path())).endswith("/text-to-video")


def test_the_page_of_a_proxy() -> None:
    """What is not fal's own answer says nothing about the job."""
    complaint = classify(Reply(502, {}, b"<html>", None))

    assert complaint is not None and complaint.kind == "unclear"
