"""Whether MiniMax takes a key: a question that costs nothing, the same for both generations of its API."""

from __future__ import annotations

import re

from longtake.generate.http import Reply
from longtake.generate.minimax_codes import CODES
from longtake.generate.profile import Complaint, at, kind_of_status, text_of

# A task that no account has: a good key is told so, another one is refused before.
KEY_PATH = "/v2/query/video_generation/0"
# The second generation ends its messages with their code.
_TRAILING_CODE = re.compile(r"\((\d{4})\)\s*$")


def read_key(reply: Reply) -> Complaint | None:
    """Say what the answer about a task that nobody has says against the key: nothing, if only that."""
    message = text_of(at(reply.said, "error", "message"))
    message = message or text_of(at(reply.said, "base_resp", "status_msg"))
    if "not found" in message.casefold():
        return None
    told = _TRAILING_CODE.search(message)
    code = told[1] if told else text_of(at(reply.said, "base_resp", "status_code"))
    return Complaint(CODES.get(code) or kind_of_status(reply.status), message)
