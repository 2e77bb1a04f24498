"""What MiniMax answers about a task that nobody has tells a good key from a bad one."""

from __future__ import annotations

from typing import Any

import pytest

from longtake.generate.http import Reply
from longtake.generate.minimax_key import read_key


def second(status: int, message: str) -> Reply:
    """Give an answer of the second generation."""
    return Reply(status, {}, b"", {"type": "error", "error": {"message": message}})


def first(code: int, message: str) -> Reply:
    """Give an answer of the first generation, which is always a 200."""
    said: dict[str, Any] = {"base_resp": {"status_code": code, "status_msg": message}}
    return Reply(200, {}, b"", said)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (second(500, "record not found (1000)"), None),
        (first(2013, "invalid params, task not found"), None),
        (second(401, "invalid api key (2049)"), "key"),
        (second(401, "login fail: please carry the API secret key (1004)"), "key"),
        (first(2049, "invalid api key"), "key"),
        (second(500, "internal error (1000)"), "unclear"),
        (second(429, "too many (1002)"), "busy"),
        (Reply(404, {}, b"404 page not found", None), "missing"),
        (Reply(200, {}, b"[]", []), "unclear"),
    ],
)
def test_what_is_said_against_a_key(reply: Reply, kind: str | None) -> None:
    """Only an answer about the task itself speaks for the key, and only some speak against it."""
    complaint = read_key(reply)

    assert (complaint and complaint.kind) == kind
