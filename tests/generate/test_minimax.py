"""MiniMax v1 keeps the contract of a provider, and speaks as its pages say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import (
    KeyRefused,
    OutcomeUnknown,
    OutOfFunds,
    ProviderError,
    RateLimited,
    Refused,
)
from longtake.generate.http import Reply
from longtake.generate.profile import Pictures
from longtake.generate.provider import TaskState
from longtake.generate.providers.minimax import (
    PROFILE,
    classify,
    encode,
    open_provider,
    read_status,
    read_submit,
)
from longtake.testing.provider_cases import Order, caught
from longtake.testing.provider_suite import ProviderSuite

URI = "data:image/png;base64,AAAA"


class TestMinimax(ProviderSuite):
    """The contract, and what only MiniMax does."""

    profile, opener = PROFILE, staticmethod(open_provider)
    host, key, tiny = "minimax", "minimax-key", "36P"
    orders = (
        Order("MiniMax-Hailuo-2.3", "768P", 10, "1366x768"),
        Order("MiniMax-Hailuo-2.3", "1080P", 6, "1920x1080", "first"),
        Order("MiniMax-Hailuo-2.3-Fast", "768P", 6, "1366x768", "first"),
        Order("MiniMax-Hailuo-02", "512P", 6, "910x512", "first"),
        Order("MiniMax-Hailuo-02", "768P", 10, "1366x768", "last"),
        Order("S2V-01", "720P", 6, "1280x720", "references"),
    )

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("1000", OutcomeUnknown),
            ("1001", OutcomeUnknown),
            ("1024", OutcomeUnknown),
            ("1033", OutcomeUnknown),
            ("1099", OutcomeUnknown),
            ("1002", RateLimited),
            ("1039", RateLimited),
            ("1041", RateLimited),
            ("2045", RateLimited),
            ("1004", KeyRefused),
            ("2038", KeyRefused),
            ("2049", KeyRefused),
            ("1008", OutOfFunds),
            ("1028", OutOfFunds),
            ("1030", OutOfFunds),
            ("2056", OutOfFunds),
            ("1026", Refused),
            ("1042", Refused),
            ("2013", Refused),
            ("2061", Refused),
        ],
    )
    def test_codes_inside_an_answer_of_200(self, code: str, expected: type[ProviderError]) -> None:
        """Each code of the pages is the error it means; what says nothing sure is unknown."""
        said = {"task_id": "", "base_resp": {"status_code": int(code), "status_msg": "x"}}
        kinds = {
            "busy": RateLimited,
            "key": KeyRefused,
            "funds": OutOfFunds,
            "moderation": Refused,
            "invalid": Refused,
            "unclear": OutcomeUnknown,
        }

        complaint = classify(Reply(200, {}, b"", said))
        assert complaint is not None and kinds[complaint.kind] is expected

    def test_a_key_of_the_other_region(self, tmp_path: Path) -> None:
        """The message names the host that was asked, and how to ask the other one."""
        provider = self.shop("mainland-key")
        error = caught(KeyRefused, provider.submit, self.small(tmp_path), "")

        assert "MINIMAX_API_HOST=https://api.minimax" in error.hint
        assert "2049" in error.message

    def test_the_mainland_host(self, tmp_path: Path) -> None:
        """A key of the mainland works on its own host."""
        self.shop()
        provider = self.visit(f"{self.sim.url}/minimax-mainland", "mainland-key")

        assert provider.submit(self.small(tmp_path), "").isdecimal()

    def test_a_second_host_for_the_clip(self, tmp_path: Path) -> None:
        """Where the first host of a clip is down, the backup is asked, without the key as well."""
        down = {"do": "http", "status": 503, "host": "media", "on": "download"}
        provider = self.shop(backup_url=True, faults=[down])
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert [each["host"] for each in self.sim.oracle("media")["all"]] == ["backup"]
        assert self.sim.oracle("requests")["download"] == 2
        assert self.sim.oracle("media")["secrets"] == []

    def test_a_file_that_cannot_be_found_for_a_moment(self, tmp_path: Path) -> None:
        """An error between task and file is asked again."""
        fault = {"do": "refuse", "kind": "server", "code": "1013", "on": "file", "times": 2}
        provider = self.shop(faults=[fault])
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert len(self.pauses) == 2

    def test_an_empty_status_with_an_error(self, tmp_path: Path) -> None:
        """A review that fails without a status is a failed task all the same."""
        patch = {
            "do": "patch",
            "on": "status",
            "set": {"status": "", "base_resp.status_code": 1027},
        }
        provider = self.shop(faults=[patch])
        report = provider.look(self.finished(provider, tmp_path))

        assert (report.state, report.refused) == (TaskState.FAILED, True)


def test_a_body_with_two_frames(tmp_path: Path) -> None:
    """Pictures stand in the body; resolutions are upper case, the watermark has its own name."""
    order = Order("MiniMax-Hailuo-02", "768p", 10, "1366x768", "last")
    options = {"watermark": True, "fast_pretreatment": False}
    request = order.request(tmp_path, options=options)

    assert encode(request, Pictures(URI, URI)) == {
        "model": "MiniMax-Hailuo-02",
        "prompt": "a lighthouse",
        "duration": 10,
        "resolution": "768P",
        "first_frame_image": URI,
        "last_frame_image": URI,
        "aigc_watermark": True,
        "fast_pretreatment": False,
    }


def test_a_body_with_one_person(tmp_path: Path) -> None:
    """S2V-01 is told neither length nor size."""
    request = Order("S2V-01", "720P", 6, "1280x720", "references").request(tmp_path)

    assert encode(request, Pictures(references=(URI,))) == {
        "model": "S2V-01",
        "prompt": "a lighthouse",
        "subject_reference": [{"type": "character", "image": [URI]}],
        "prompt_optimizer": False,
    }


@pytest.mark.parametrize(
    ("model", "faces"), [("S2V-01", (URI, URI)), ("MiniMax-Hailuo-2.3", (URI,)), ("MiniMax-H3", ())]
)
def test_what_this_api_does_not_make(model: str, faces: tuple[str, ...], tmp_path: Path) -> None:
    """Two people, people for another model, and the second generation are refused here."""
    request = Order(model, "768P", 6, "1366x768").request(tmp_path)

    caught(Refused, encode, request, Pictures(references=faces))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["base_resp", "status_code", "status", "file_id"]), inner)
    ),
)


@given(anything, st.integers(100, 599))
def test_answers_of_any_shape(said: object, status: int) -> None:
    """No JSON makes the readers fall over."""
    read_submit(said)
    read_status(said)
    classify(Reply(status, {}, b"", said))
