"""API in One keeps the contract of a provider, and speaks as its pages say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import KeyRefused, OutcomeUnknown, OutOfFunds, ProviderError, Refused
from longtake.generate.http import Reply
from longtake.generate.places import COMMAND, PUT
from longtake.generate.profile import Pictures
from longtake.generate.provider import TaskState
from longtake.generate.providers.apiinone import (
    PROFILE,
    classify,
    encode,
    open_provider,
    read_status,
    read_submit,
)
from longtake.testing.provider_cases import Order, caught
from longtake.testing.provider_suite import ProviderSuite
from longtake.testing.serve import Simulator

FRAME = "https://bucket.example/frame.png"
CLIP = "https://cdn.example/clip.mp4"


class TestApiInOne(ProviderSuite):
    """The contract, and what only API in One does."""

    profile, opener = PROFILE, staticmethod(open_provider)
    host, key, begins = "apiinone", "apiinone-key", "first"
    called = {  # noqa: RUF012 # as the suite declares it
        "hailuo-2-3-standard": "hailuo/2-3-image-to-video-standard",
        "hailuo-2-3-pro": "hailuo/2-3-image-to-video-pro",
    }
    orders = (
        Order("hailuo-2-3", "768P", 6, "1366x768", "first"),
        Order("hailuo-2-3-standard", "768P", 10, "1366x768", "first"),
        Order("hailuo-2-3-pro", "1080P", 6, "1920x1080", "first"),
        Order("hailuo-2-3", "768P", 6, "768x1366", "first"),
    )

    def beside(self) -> Mapping[str, str]:
        """The simulator holds a place where pictures may lie."""
        if not hasattr(self, "sim"):
            self.sim = self.stack.enter_context(Simulator())
        return {PUT: f"{self.sim.url}/host/{{name}}"}

    def test_pictures_are_put_up_once(self, tmp_path: Path) -> None:
        """Two clips that begin on one picture share its address; no key came near the place."""
        provider = self.shop()
        request = self.small(tmp_path)
        provider.prepare(request)
        for _ in range(2):
            provider.submit(request, "")

        (upload,) = self.sim.oracle("uploads")
        assert upload["sha256"] == request.first_sha256
        bucket = self.sim.oracle("bucket")
        assert (bucket["put"], bucket["secrets"]) == (1, [])
        assert "authorization" not in bucket["headers"]

    def test_a_place_that_is_down_for_a_moment(self, tmp_path: Path) -> None:
        """A PUT is tried again until it is through, and the picture is still only one."""
        provider = self.shop(faults=[{"do": "http", "status": 503, "on": "upload", "times": 2}])
        provider.submit(self.small(tmp_path), "")

        assert len(self.pauses) == 2
        assert self.sim.oracle("submits")["paid"] == 1

    def test_a_picture_that_is_no_longer_there(self, tmp_path: Path) -> None:
        """A submit refused for a picture that is gone is right the next time."""
        provider = self.shop()
        request = self.small(tmp_path)
        provider.prepare(request)
        self.sim.tick(73 * 3600)

        caught(Refused, provider.submit, request, "")
        assert provider.submit(request, "")

    def test_no_place_for_pictures(self, tmp_path: Path) -> None:
        """Without one nothing is sent, and the two ways to name one are told."""
        self.shop()
        host = f"{self.sim.url}/{self.host}"
        environment = {"APIINONE_API_KEY": self.key, "APIINONE_API_HOST": host}
        provider = open_provider(environment)
        self.stack.callback(provider.close)
        error = caught(Refused, provider.submit, self.small(tmp_path), "")

        assert COMMAND in error.hint and PUT in error.hint
        assert self.sim.oracle("submits")["requests"] == 0

    @pytest.mark.parametrize("form", ["list", "text", "file"])
    def test_forms_of_the_result(self, form: str, tmp_path: Path) -> None:
        """A list of videos, a bare address, JSON within JSON: the clip is found, not the picture."""
        provider = self.shop(result_form=form)
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"

    def test_a_failure_told_by_the_house_behind(self, tmp_path: Path) -> None:
        """`fail` with a failMsg is a failed task, of which nothing is charged."""
        fate = {"do": "fate", "ending": "failed", "message": "no luck"}
        provider = self.shop(result_form="file", faults=[fate])
        report = provider.look(self.finished(provider, tmp_path))

        assert (report.state, report.message) == (TaskState.FAILED, "no luck")
        assert (report.charged, self.sim.oracle("money")["charged"]) == (False, "0")

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("key", KeyRefused),
            ("balance", OutOfFunds),
            ("invalid", Refused),
            ("server", OutcomeUnknown),
        ],
    )
    def test_a_no_inside_an_answer_of_200(
        self, kind: str, expected: type[ProviderError], tmp_path: Path
    ) -> None:
        """The code in the body counts where HTTP says nothing."""
        provider = self.shop(faults=[{"do": "refuse", "kind": kind, "form": "200"}])

        caught(expected, provider.submit, self.small(tmp_path), "")
        assert self.sim.oracle("submits")["paid"] == 0


def test_a_body(tmp_path: Path) -> None:
    """The length is text, the size upper case, the picture an address; no switch is known."""
    order = Order("hailuo-2-3-pro", "768p", 10, "1366x768", "first")

    assert encode(order.request(tmp_path), Pictures(FRAME)) == {
        "model": "hailuo/2-3-image-to-video-pro",
        "prompt": "a lighthouse",
        "image": FRAME,
        "duration": "10",
        "resolution": "768P",
    }


@pytest.mark.parametrize(
    "pictures", [Pictures(), Pictures(FRAME, FRAME), Pictures(FRAME, references=(FRAME,))]
)
def test_what_is_not_made_here(pictures: Pictures, tmp_path: Path) -> None:
    """Words alone, a last frame and references are refused before anything is sent."""
    caught(Refused, encode, Order("hailuo-2-3", "768P", 6, "1366x768").request(tmp_path), pictures)


@pytest.mark.parametrize(
    "task",
    [
        {"result": CLIP},
        {"result": {"video": {"url": CLIP}}},
        {"output": [CLIP, "https://cdn.example/second.mp4"]},
        {"videos": [{"cover": FRAME, "url": CLIP}]},
        {"data": {"video_urls": [CLIP]}},
        {"resultJson": json.dumps({"resultUrls": [CLIP]})},
        {"image_url": FRAME, "callback_url": FRAME, "input": {"url": FRAME}, "url": CLIP},
    ],
)
def test_where_a_clip_may_stand(task: dict[str, object]) -> None:
    """The first address at a place for results is the clip; pictures and callbacks are passed by."""
    status = read_status({"code": 200, "data": {"task_id": "n1", "status": "completed", **task}})

    assert status.links == (CLIP,)


def test_an_answer_that_is_too_deep() -> None:
    """A result within results without end has no clip."""
    said: object = CLIP
    for _ in range(500):
        said = {"result": [said]}

    assert read_status({"data": said}).links == ()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "{", '{"url": 1}', CLIP]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "status", "error", "code", "result", "url", "task_id"]), inner
        )
    ),
)


@given(anything, st.integers(100, 599))
def test_answers_of_any_shape(said: object, status: int) -> None:
    """No JSON makes the readers fall over."""
    read_submit(said)
    read_status(said)
    classify(Reply(status, {}, b"", said))
