"""MiniMax v2 keeps the contract of a provider, speaks as its pages say, and lists its tasks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import (
    KeyRefused,
    OutcomeUnknown,
    ProviderError,
    RateLimited,
    Refused,
    Unreachable,
)
from longtake.generate.catalogue import load_offers
from longtake.generate.http import Reply
from longtake.generate.profile import Pictures
from longtake.generate.provider import ListedTask, TaskState
from longtake.generate.providers.minimax_v2 import (
    PROFILE,
    classify,
    encode,
    open_provider,
    read_list,
    read_status,
    read_submit,
)
from longtake.testing.cards import MINIMAX_V2
from longtake.testing.provider_cases import Order, caught
from longtake.testing.provider_suite import ProviderSuite

URI = "data:image/png;base64,AAAA"
OTHER = "data:image/png;base64,BBBB"
TEXT = {"type": "text", "text": "a lighthouse"}


def part(role: str, url: str = URI) -> dict[str, Any]:
    """Write a picture as it stands in a body."""
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


class TestMinimaxV2(ProviderSuite):
    """The contract, and what only the second generation does."""

    profile, opener = PROFILE, staticmethod(open_provider)
    host, key, tiny = "minimax", "minimax-key", "36P"
    orders = (
        Order("MiniMax-H3", "768P", 4, "1344x768"),
        Order("MiniMax-H3", "768P", 4, "768x1344"),
        Order("MiniMax-H3", "2K", 15, "2560x1440", "first"),
        Order("MiniMax-H3", "768P", 8, "1344x768", "last"),
        Order("MiniMax-H3", "768P", 8, "768x1344", "references"),
        Order("MiniMax-H3-Max", "768P", 5, "1344x768", "last"),
    )

    def test_a_key_of_the_other_region(self, tmp_path: Path) -> None:
        """The message names the host that was asked, and how to ask the other one."""
        provider = self.shop("mainland-key")
        error = caught(KeyRefused, provider.submit, self.small(tmp_path), "")

        assert "MINIMAX_API_HOST=https://api.minimax" in error.hint
        assert "2049" in error.message

    @pytest.mark.parametrize(
        ("code", "expected"),
        [("", OutcomeUnknown), ("1000", OutcomeUnknown), ("1002", RateLimited)],
    )
    def test_an_overloaded_service(
        self, code: str, expected: type[ProviderError], tmp_path: Path
    ) -> None:
        """529 by itself says nothing sure about a submit; a code that does is believed."""
        fault = {"do": "refuse", "kind": "overloaded", "code": code}
        provider = self.shop(faults=[fault])

        caught(expected, provider.submit, self.small(tmp_path), "")

    def test_a_look_at_an_overloaded_service(self, tmp_path: Path) -> None:
        """A later look helps."""
        provider = self.shop(faults=[{"do": "refuse", "kind": "overloaded", "on": "status"}])

        caught(Unreachable, provider.look, self.finished(provider, tmp_path))

    def test_a_submit_that_misses_something(self, tmp_path: Path) -> None:
        """An inner error after which the job may have been taken is no refusal."""
        provider = self.shop(faults=[{"do": "refuse", "kind": "missing", "when": "after"}])

        caught(OutcomeUnknown, provider.submit, self.small(tmp_path), "")
        assert self.sim.oracle("submits")["paid"] == 1

    def test_an_answer_without_its_envelope(self, tmp_path: Path) -> None:
        """A finished task that cannot be seen is told aloud, and not waited for to the end."""
        patch = {"do": "patch", "on": "status", "set": {"status": "succeeded"}, "remove": ["task"]}
        provider = self.shop(faults=[patch])
        task = self.finished(provider, tmp_path)
        for _ in range(3):
            caught(Unreachable, provider.look, task)
        error = caught(ProviderError, provider.look, task)

        assert (error.task, error.charged) == (task, None)
        assert "a form we do not know" in error.message
        self.sim.change(faults=[])
        assert provider.look(task).state is TaskState.DONE

    def test_seconds_that_were_metered(self, tmp_path: Path) -> None:
        """What the provider counted is told as seconds: it names no money."""
        provider = self.shop()
        report = provider.look(self.finished(provider, tmp_path))

        assert (report.charge, report.metered_s) == (None, 1)

    def test_ids_that_are_numbers(self, tmp_path: Path) -> None:
        """They are text to us, all digits kept."""
        provider = self.shop(number_ids=True)
        task = self.finished(provider, tmp_path)

        assert self.sim.oracle("tasks")[0]["id"] == task
        assert provider.look(task).state is TaskState.DONE

    def test_a_lost_answer_is_found_in_the_list(self, tmp_path: Path) -> None:
        """The task of a submit whose answer was lost stands there, with model, length and time."""
        provider = self.shop(clock="real", faults=[{"do": "drop", "when": "after"}])
        caught(OutcomeUnknown, provider.submit, self.small(tmp_path), "")
        made = self.sim.oracle("tasks")[0]

        (listed,) = provider.tasks_since("sim-tiny", made["created"]) or ()
        assert (listed.id, listed.model, listed.seconds) == (made["id"], "sim-tiny", 1)
        assert listed.created_s == int(made["created"])
        assert provider.tasks_since("sim-tiny", made["created"] + 1) == ()
        assert provider.tasks_since("MiniMax-H3", made["created"]) == ()

    def test_a_list_of_many_pages(self, tmp_path: Path) -> None:
        """All pages are read though the host gives fewer lines at once than asked for."""
        provider = self.shop(clock="real", number_ids=True)
        made = {provider.submit(self.small(tmp_path), "") for _ in range(21)}
        since = self.sim.oracle("tasks")[0]["created"]

        assert {task.id for task in provider.tasks_since("sim-tiny", since) or ()} == made
        assert self.sim.oracle("requests")["list"] == 2

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"do": "patch", "set": {"total": 2}}, Unreachable),
            ({"do": "patch", "remove": ["items.0.created_at"]}, Unreachable),
            ({"do": "patch", "remove": ["total"]}, Unreachable),
            ({"do": "not_json"}, Unreachable),
            ({"do": "drop"}, Unreachable),
            ({"do": "http", "status": 502}, Unreachable),
            ({"do": "refuse", "kind": "rate", "retry_after": "7"}, RateLimited),
            ({"do": "refuse", "kind": "key"}, KeyRefused),
        ],
    )
    def test_a_list_that_is_not_whole(
        self, fault: dict[str, Any], error: type[ProviderError], tmp_path: Path
    ) -> None:
        """Nothing is concluded from a part of it: what it lacks would count as never made."""
        provider = self.shop(clock="real", faults=[{**fault, "on": "list"}])
        provider.submit(self.small(tmp_path), "")
        since = self.sim.oracle("tasks")[0]["created"]

        caught(error, provider.tasks_since, "sim-tiny", since)

    def test_no_list_that_says_it(self, tmp_path: Path) -> None:
        """A host without a list, and a time before it begins: None, which is not the same as none."""
        provider = self.shop(clock="real", faults=[{"do": "http", "status": 404, "on": "list"}])
        provider.submit(self.small(tmp_path), "")
        since = self.sim.oracle("tasks")[0]["created"]

        assert provider.tasks_since("sim-tiny", since) is None
        self.sim.change(faults=[])
        assert provider.tasks_since("sim-tiny", since - 7 * 86400) is None
        assert provider.tasks_since("sim-tiny", since) != ()


def test_a_body_of_text_alone(tmp_path: Path) -> None:
    """The ratio nearest to the canvas; switches this model does not have are left out."""
    request = Order("MiniMax-H3", "768p", 8, "768x1344").request(tmp_path)

    assert encode(request, Pictures()) == {
        "model": "MiniMax-H3",
        "content": [TEXT],
        "resolution": "768P",
        "duration": 8,
        "ratio": "9:16",
    }


def test_a_body_with_a_first_frame(tmp_path: Path) -> None:
    """No ratio: the frame decides it."""
    request = Order("MiniMax-H3", "2k", 15, "2560x1440", "first").request(tmp_path)

    assert encode(request, Pictures(URI)) == {
        "model": "MiniMax-H3",
        "content": [TEXT, part("first_frame")],
        "resolution": "2K",
        "duration": 15,
    }


def test_a_body_with_two_frames(tmp_path: Path) -> None:
    """First and last by their roles; the watermark and the fast model's expansion as set."""
    options = {"watermark": True, "prompt_optimizer": False, "fast_pretreatment": True}
    order = Order("MiniMax-H3-Max", "768P", 5, "1344x768", "last")
    request = order.request(tmp_path, options=options)

    assert encode(request, Pictures(URI, OTHER)) == {
        "model": "MiniMax-H3-Max",
        "content": [TEXT, part("first_frame"), part("last_frame", OTHER)],
        "resolution": "768P",
        "duration": 5,
        "extra": {"prompt_expansion_mode": "disabled"},
        "aigc_watermark": True,
    }


def test_a_body_with_references(tmp_path: Path) -> None:
    """Each picture with its role, and the ratio of the canvas."""
    request = Order("MiniMax-H3", "768P", 6, "1344x768", "references").request(tmp_path)

    assert encode(request, Pictures(references=(URI, OTHER))) == {
        "model": "MiniMax-H3",
        "content": [TEXT, part("reference_image"), part("reference_image", OTHER)],
        "resolution": "768P",
        "duration": 6,
        "ratio": "16:9",
    }


@pytest.mark.parametrize(
    ("prompt", "pictures"),
    [
        (" ", Pictures(URI)),
        ("x", Pictures(URI, references=(OTHER,))),
        ("x", Pictures(last=URI)),
        ("x", Pictures(references=(URI,) * 6)),
        ("x", Pictures("u" * 32_000_000, "v" * 32_000_000)),
    ],
)
def test_what_is_refused_before_it_is_sent(prompt: str, pictures: Pictures, tmp_path: Path) -> None:
    """No prompt, frames beside references, an end alone, pictures at extra cost, or too large."""
    request = Order("MiniMax-H3", "768P", 6, "1344x768").request(tmp_path, prompt=prompt)

    caught(Refused, encode, request, pictures)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "invalid params, prompt is required (2013)", "invalid"),
        (400, "invalid task_id", "invalid"),
        (401, "login fail (1004)", "key"),
        (401, "invalid api key (2049)", "key"),
        (402, "insufficient balance (1008)", "funds"),
        (422, "sensitive content (1026)", "moderation"),
        (422, "the file cannot be read", "invalid"),
        (429, "rate limit (1002)", "busy"),
        (500, "internal error (1000)", "unclear"),
        (500, "out of order (2013)", "invalid"),
        (500, "Record not found (1000)", "missing"),
        (400, "unknown error (1000) ", "unclear"),
        (400, "(2013) a code must be last (1033)", "unclear"),
        (529, "overloaded", "unclear"),
        (200, "who knows", "unclear"),
        (200, "rate limit (1002)", "busy"),
    ],
)
def test_complaints(status: int, message: str, kind: str) -> None:
    """The code that ends the message counts, then the HTTP status; the request is named."""
    said = {"type": "error", "error": {"type": "x", "message": message}, "request_id": "r1"}
    complaint = classify(Reply(status, {}, b"", said))

    assert complaint is not None
    assert (complaint.kind, complaint.message) == (kind, f"{message} (request r1)")


def test_a_complaint_of_the_first_generation() -> None:
    """A gateway that speaks v1 is understood, in an HTTP 200 as well."""
    said = {"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}}
    complaint = classify(Reply(200, {}, b"", said))

    assert complaint is not None and complaint.kind == "key"
    said["base_resp"]["status_code"] = 0
    assert classify(Reply(200, {}, b"", said)) is None


def test_a_task_outside_its_envelope_is_none() -> None:
    """Nothing at the top level is taken for a task."""
    task = {"id": "1", "status": "succeeded", "content": {"url": "https://a.b/c.mp4"}}

    assert read_status(task).word == ""
    assert read_status({"task": task}).links == ("https://a.b/c.mp4",)


def test_a_line_of_a_list() -> None:
    """Ids and words of any form; a word nobody knows is a task that still runs."""
    line = {"id": 424, "model": "MiniMax-H3", "status": "Expired", "created_at": 1785125529}
    listing = read_list({"items": [line, {**line, "status": "Pondering"}], "total": 9})

    assert listing is not None and listing.total == 9
    task = ListedTask("424", "MiniMax-H3", 0, 1785125529.0, TaskState.FAILED)
    assert listing.tasks == (task, replace(task, state=TaskState.RUNNING))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.decimals(allow_nan=False, allow_infinity=False).map(Decimal),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["task", "status", "error", "message", "items", "total", "id"]), inner
        )
    ),
)


@given(anything, st.integers(100, 599))
def test_answers_of_any_shape(said: object, status: int) -> None:
    """No JSON makes the readers fall over."""
    read_submit(said)
    read_status(said)
    read_list(said)
    classify(Reply(status, {}, b"", said))


@pytest.mark.parametrize("model", ["MiniMax-H3", "MiniMax-H3-Max"])
def test_the_catalogue_counts_frames_as_the_model_makes_them(model: str) -> None:
    """For each length the catalogue knows how many frames come: 5 and a multiple of 17."""
    offer = load_offers()[f"minimax-v2/{model}"]
    lengths = {length for resolution in offer.resolutions for length in resolution.lengths}
    assert offer.frames == {length: MINIMAX_V2[model].frames(length) for length in lengths}
