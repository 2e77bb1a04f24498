"""APIMart keeps the contract of a provider, and speaks as its pages say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import OutcomeUnknown, ProviderError, RateLimited, Refused, Unreachable
from longtake.generate.http import Reply
from longtake.generate.profile import Pictures
from longtake.generate.providers.apimart import (
    PROFILE,
    classify,
    encode,
    open_provider,
    read_status,
    read_submit,
)
from longtake.testing.provider_cases import Order, caught
from longtake.testing.provider_suite import ProviderSuite

FRAMES = Pictures("https://up/first.png", "https://up/last.png")
FACES = Pictures(references=("https://up/a.png", "https://up/b.png"))


class TestApimart(ProviderSuite):
    """The contract, and what only APIMart does."""

    profile, opener = PROFILE, staticmethod(open_provider)
    host, key, tiny, tells_charge = "apimart", "apimart-key", "36p", True
    orders = (
        Order("MiniMax-Hailuo-2.3", "768p", 10, "1366x768"),
        Order("MiniMax-Hailuo-2.3", "1080p", 6, "1920x1080", "first"),
        Order("MiniMax-Hailuo-2.3-Fast", "768p", 6, "1366x768", "first"),
        Order("MiniMax-Hailuo-02", "512p", 5, "910x512"),
        Order("MiniMax-Hailuo-02", "768p", 10, "1366x768", "last"),
        Order("MiniMax-Hailuo-03", "768p", 5, "1366x768"),
        Order("MiniMax-Hailuo-03", "768p", 6, "1366x768", "last"),
        Order("MiniMax-Hailuo-03", "768p", 6, "1366x768", "references"),
        Order("MiniMax-H3", "768P", 4, "1344x768"),
        Order("MiniMax-H3", "768P", 4, "768x1344"),
        Order("MiniMax-H3", "2K", 15, "2560x1440", "last"),
        Order("MiniMax-H3", "768P", 8, "1344x768", "references"),
    )

    @pytest.mark.parametrize("shape", ["list", "object", "flat"])
    def test_shapes_of_the_submit_reply(self, shape: str, tmp_path: Path) -> None:
        """A list, an object with an id, an object with a task id: all three are accepted."""
        provider = self.shop(submit_shape=shape)

        assert provider.look(provider.submit(self.small(tmp_path), "n")).charge is None

    @pytest.mark.parametrize("form", ["text", "file"])
    def test_forms_of_the_result(self, form: str, tmp_path: Path) -> None:
        """A link that is a bare text, and the older way over a file id, lead to the clip as well."""
        provider = self.shop(result_form=form)
        provider.fetch(self.finished(provider, tmp_path), tmp_path / "clip.mp4")

        assert (tmp_path / "clip.mp4").stat().st_size > 1000

    @pytest.mark.parametrize("form", ["500", "200"])
    def test_a_slip_in_another_guise(self, form: str, tmp_path: Path) -> None:
        """A wrong parameter stays one inside a 500 or a 200."""
        no = {"do": "refuse", "kind": "invalid", "form": form, "message": "invalid size"}
        provider = self.shop(faults=[no])

        error = caught(Refused, provider.submit, self.small(tmp_path), "")
        assert "invalid size" in error.message and error.kind == "invalid"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("idempotency_in_progress", OutcomeUnknown),
            ("idempotency_key_reused", OutcomeUnknown),
            ("idempotency_result_indeterminate", OutcomeUnknown),
            ("idempotency_unavailable", RateLimited),
        ],
    )
    def test_words_about_the_nonce(
        self, kind: str, expected: type[ProviderError], tmp_path: Path
    ) -> None:
        """Only one of them promises that nothing was carried out."""
        provider = self.shop(faults=[{"do": "refuse", "kind": kind}])

        caught(expected, provider.submit, self.small(tmp_path), "nonce")

    def test_a_nonce_that_is_honoured(self, tmp_path: Path) -> None:
        """The same nonce with the same body gives the first answer again, paid once."""
        provider = self.shop(idempotency="honoured")
        request = self.small(tmp_path)
        tasks = {provider.submit(request, "nonce") for _ in range(2)}

        assert len(tasks) == 1
        assert self.sim.oracle("submits")["by_idempotency_key"] == {"nonce": 1}

    def test_pictures_are_uploaded_once(self, tmp_path: Path) -> None:
        """A picture that two clips begin on has one address; `prepare` sends it ahead."""
        provider = self.shop(faults=[{"do": "http", "status": 503, "on": "upload", "times": 2}])
        request = Order("sim-tiny", "36p", 1, "64x36", "first").request(tmp_path)
        provider.prepare(request)
        for _ in range(2):
            provider.submit(request, "")

        uploads = self.sim.oracle("uploads")
        assert [each["sha256"] for each in uploads] == [request.first_sha256]
        assert len(self.pauses) == 2

    def test_uploads_that_fail_for_good(self, tmp_path: Path) -> None:
        """Without its picture no job is sent."""
        provider = self.shop(faults=[{"do": "drop", "on": "upload"}])
        request = Order("sim-tiny", "36p", 1, "64x36", "first").request(tmp_path)

        caught(Unreachable, provider.submit, request, "")
        assert self.sim.oracle("submits")["requests"] == 0

    def test_a_failure_that_is_paid_all_the_same(self, tmp_path: Path) -> None:
        """The money it names is gone, whatever became of the clip."""
        fate = {"do": "fate", "ending": "failed", "billed": True}
        cost = {"do": "patch", "on": "status", "set": {"data.cost": 0.29}}
        provider = self.shop(faults=[fate, cost])
        report = provider.look(self.finished(provider, tmp_path))

        assert (str(report.charge), report.charged) == ("0.29 USD", True)

    def test_a_picture_out_of_limits(self, tmp_path: Path) -> None:
        """A frame the model would refuse is not even uploaded."""
        provider = self.shop()
        request = Order("MiniMax-Hailuo-02", "768p", 5, "400x200", "first").request(tmp_path)

        assert "400x200" in caught(Refused, provider.submit, request, "").message
        assert self.sim.oracle("uploads") == []

    def test_uploads_that_ended_early(self, tmp_path: Path) -> None:
        """A submit refused for a picture that is gone is right the next time."""
        provider = self.shop()
        request = Order("sim-tiny", "36p", 1, "64x36", "first").request(tmp_path)
        provider.prepare(request)
        self.sim.tick(73 * 3600)

        caught(Refused, provider.submit, request, "")
        assert provider.submit(request, "")


def test_a_body_with_nothing_but_words(tmp_path: Path) -> None:
    """Text alone: only the switches that are set are sent."""
    request = Order("MiniMax-Hailuo-2.3", "768P", 6, "1366x768").request(tmp_path)

    assert encode(request, Pictures()) == {
        "model": "MiniMax-Hailuo-2.3",
        "prompt": "a lighthouse",
        "duration": 6,
        "resolution": "768p",
        "prompt_optimizer": False,
    }


def test_a_body_with_two_frames(tmp_path: Path) -> None:
    """First and last frame by their addresses; H3 knows no optimizer."""
    request = Order("MiniMax-H3", "2k", 8, "2560x1440", "last").request(tmp_path)

    assert encode(request, FRAMES) == {
        "model": "MiniMax-H3",
        "prompt": "a lighthouse",
        "duration": 8,
        "resolution": "2K",
        "first_frame_image": "https://up/first.png",
        "last_frame_image": "https://up/last.png",
    }


def test_a_body_with_references(tmp_path: Path) -> None:
    """H3 takes a list of pictures and the aspect of the canvas, 03 a list of people."""
    h3 = Order("MiniMax-H3", "768P", 8, "768x1344", "references").request(tmp_path)
    people = Order("MiniMax-Hailuo-03", "768p", 5, "1366x768", "references").request(tmp_path)

    assert encode(h3, FACES)["image_urls"] == list(FACES.references)
    assert encode(h3, FACES)["aspect_ratio"] == "9:16"
    assert encode(people, FACES)["subject_reference"] == [
        {"type": "character", "image": ["https://up/a.png"]},
        {"type": "character", "image": ["https://up/b.png"]},
    ]


def test_frames_exclude_references(tmp_path: Path) -> None:
    """Both at once are refused here, before they are refused there."""
    order = Order("MiniMax-H3", "768P", 8, "1344x768", "references")
    request = order.request(tmp_path, first=tmp_path / "red.png")

    assert "not both" in caught(Refused, encode, request, FACES).message


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "status", "error", "cost", "url", "id"]), inner)
    ),
)


@given(anything, st.integers(100, 599))
def test_answers_of_any_shape(said: object, status: int) -> None:
    """No JSON makes the readers fall over."""
    read_submit(said)
    read_status(said)
    classify(Reply(status, {}, b"", said))
