"""Pixazo keeps the contract of a provider, and speaks as its page says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import KeyRefused, OutOfFunds, Refused, TaskFailed
from longtake.generate.http import Reply
from longtake.generate.profile import Pictures
from longtake.generate.provider import TaskState
from longtake.generate.providers.pixazo import (
    PROFILE,
    classify,
    encode,
    open_provider,
    read_polling,
    read_status,
    read_submit,
    submit_path,
)
from longtake.generate.transfer import Limits
from longtake.testing.provider_cases import Order, caught
from longtake.testing.provider_suite import ProviderSuite

URI = "data:image/png;base64,AAAA"


class TestPixazo(ProviderSuite):
    """The contract, and what only Pixazo does."""

    profile, opener = PROFILE, staticmethod(open_provider)
    host, key = "pixazo", "pixazo-key"
    called = {"hailuo-2-3": "minimax-hailuo-ai"}  # noqa: RUF012 # as the suite declares it
    orders = (
        Order("hailuo-2-3", "768P", 6, "1366x768"),
        Order("hailuo-2-3", "768P", 10, "1366x768", "first"),
        Order("hailuo-2-3", "1080P", 6, "1920x1080", "first"),
        Order("hailuo-2-3", "768P", 6, "768x1366", "first"),
    )

    def test_the_address_of_the_answer_is_polled(self, tmp_path: Path) -> None:
        """Where the template would lead nowhere, the address that came with the task does."""
        self.shop()
        self.profile = replace(PROFILE, status_path="/nowhere/{task}")
        provider = self.visit(f"{self.sim.url}/{self.host}")

        assert provider.look(self.finished(provider, tmp_path)).state is TaskState.DONE

    @pytest.mark.parametrize(
        "place",
        [
            "{backup}/stolen",
            "http://127.0.0.1.example.org/a",
            "http://127.0.0.1@example.org/a",
            "/v2/requests/status/1",
            "{api}/pixazo/\r\nX-Key: 1",
            "",
        ],
    )
    def test_an_address_on_another_host_is_not_polled(self, place: str, tmp_path: Path) -> None:
        """The key goes to the host that was configured; the template finds the task there."""
        provider = self.shop()
        site = self.sim.stage.site
        place = place.format(backup=site.backup, api=site.api)
        self.sim.change(faults=[{"do": "patch", "set": {"polling_url": place}}])

        assert provider.look(self.finished(provider, tmp_path)).state is TaskState.DONE
        assert self.sim.oracle("media")["requests"] == 0

    def test_an_address_that_leads_nowhere(self, tmp_path: Path) -> None:
        """An address the host itself does not know is given up for the template."""
        provider = self.shop()
        place = f"{self.sim.url}/pixazo/v2/requests/status/gone"
        self.sim.change(faults=[{"do": "patch", "set": {"polling_url": place}}])
        task = self.finished(provider, tmp_path)

        assert [provider.look(task).state for _ in range(2)] == [TaskState.RUNNING, TaskState.DONE]

    def test_a_later_run_looks_by_the_id_alone(self, tmp_path: Path) -> None:
        """What another run submitted is found without the address it was told."""
        task = self.finished(self.shop(), tmp_path)
        later = self.visit(f"{self.sim.url}/{self.host}")

        assert later.look(task).state is TaskState.DONE

    @pytest.mark.parametrize(
        ("fate", "charged", "billed"),
        [
            ({"ending": "failed"}, None, "0.01"),
            ({"ending": "failed", "billed": False}, None, "0"),
            ({"ending": "failed", "words": {"failed": "ERROR"}}, False, "0"),
            ({"ending": "cancelled"}, False, "0"),
            ({"ending": "moderation"}, False, "0"),
        ],
    )
    def test_the_money_of_a_task_that_fails(
        self, fate: dict[str, object], charged: bool | None, billed: str, tmp_path: Path
    ) -> None:
        """An ERROR is free; nobody knows of a FAILED one, which may be billed or not."""
        provider = self.shop(faults=[{"do": "fate", **fate}])
        task = self.finished(provider, tmp_path)
        report = provider.look(task)

        assert (report.state, report.charged) == (TaskState.FAILED, charged)
        assert self.sim.oracle("money")["charged"] == billed
        error = caught(TaskFailed, provider.fetch, task, tmp_path / "clip.mp4")
        assert error.charged is charged

    def test_a_clip_without_name_and_type(self, tmp_path: Path) -> None:
        """The address has no ending and the type says nothing: the bytes are a clip all the same."""
        provider = self.shop()
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")
        (note,) = self.sim.oracle("media")["all"]

        assert "." not in note["path"].rpartition("/")[2]
        assert note["type"] == "application/octet-stream"
        assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"

    def test_no_money_left(self, tmp_path: Path) -> None:
        """A 402 names what is missing, in its two parts."""
        provider = self.shop(accounts={self.key: {"host": self.host, "balance": "0"}})
        error = caught(OutOfFunds, provider.submit, self.small(tmp_path), "")

        assert "Insufficient Balance: top up your wallet" in error.message

    def test_a_picture_stands_in_the_request(self, tmp_path: Path) -> None:
        """Nothing is uploaded: the very bytes of the frame come in the body."""
        provider = self.shop()
        request = Order("hailuo-2-3", "768P", 6, "1366x768", "first").request(tmp_path)
        provider.submit(request, "")

        assert self.sim.oracle("uploads") == []
        assert self.sim.oracle("tasks")[0]["pictures"][0] == request.first_sha256

    def test_a_key_in_the_usual_header(self, tmp_path: Path) -> None:
        """The gateway reads its own header only."""
        self.shop()
        self.profile = replace(PROFILE, auth_header=("Authorization", "Bearer {key}"))
        provider = self.visit(f"{self.sim.url}/{self.host}", limits=Limits())

        caught(KeyRefused, provider.submit, self.small(tmp_path), "")


def test_a_body_with_nothing_but_words(tmp_path: Path) -> None:
    """No model stands in the body; the watermark has its own name."""
    order = Order("hailuo-2-3", "768p", 10, "1366x768")
    request = order.request(tmp_path, options={"watermark": False, "prompt_optimizer": True})

    assert submit_path(request) == "/minimax-hailuo-ai/v1/generate"
    assert encode(request, Pictures()) == {
        "prompt": "a lighthouse",
        "duration": 10,
        "resolution": "768P",
        "prompt_optimizer": True,
        "aigc_watermark": False,
    }


def test_a_body_with_a_first_frame(tmp_path: Path) -> None:
    """A clip that begins on a picture is ordered at another path."""
    request = Order("hailuo-2-3", "1080P", 6, "1920x1080", "first").request(tmp_path)

    assert submit_path(request) == "/minimax-hailuo-ai/v1/imageToVideo"
    assert encode(request, Pictures(URI)) == {
        "prompt": "a lighthouse",
        "duration": 6,
        "resolution": "1080P",
        "first_frame_image": URI,
        "prompt_optimizer": False,
    }


@pytest.mark.parametrize("pictures", [Pictures(URI, URI), Pictures(references=(URI,))])
def test_what_is_not_made_here(pictures: Pictures, tmp_path: Path) -> None:
    """A last frame and references are refused before anything is sent."""
    caught(Refused, encode, Order("hailuo-2-3", "768P", 6, "1366x768").request(tmp_path), pictures)


def test_a_failed_task_by_the_page() -> None:
    """The error stands beside an output of null."""
    said = {"request_id": "x", "status": "ERROR", "error": "it broke", "output": None}
    status = read_status(said)

    assert (status.message, status.links, status.charged) == ("it broke", (), False)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["output", "media_url", "status", "error", "message", "polling_url"]),
            inner,
        )
    ),
)


@given(anything, st.integers(100, 599))
def test_answers_of_any_shape(said: object, status: int) -> None:
    """No JSON makes the readers fall over."""
    read_submit(said)
    read_polling(said)
    read_status(said)
    classify(Reply(status, {}, b"", said))
