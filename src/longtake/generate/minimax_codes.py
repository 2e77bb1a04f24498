"""What MiniMax's own codes mean; both generations of its API use the same ones."""

from __future__ import annotations

from collections.abc import Mapping

from longtake.generate.profile import Kind

# Those left out (1000, 1001, 1013, 1024, 1033, ...) say nothing sure.
CODES: Mapping[str, Kind] = {
    "1002": "busy",
    "1004": "key",
    "1008": "funds",
    "1026": "moderation",
    "1027": "moderation",
    "1028": "funds",
    "1030": "funds",
    "1039": "busy",
    "1041": "busy",
    "1042": "invalid",
    "2013": "invalid",
    "2038": "key",
    "2045": "busy",
    "2049": "key",
    # A plan's window of hours is used up: no wait within a run would do.
    "2056": "funds",
    "2061": "invalid",
}
REJECTED = ("1026", "1027")
