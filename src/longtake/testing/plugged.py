"""Wires that plug-ins bring: the other side of their providers, so that they can be tried here too."""

from __future__ import annotations

from importlib.metadata import entry_points

from longtake.testing.wire.wire import Wire

GROUP = "longtake.wires"


def plugged_wires() -> tuple[tuple[Wire, ...], tuple[str, ...]]:
    """Load the wires of all plug-ins; gives them, and what is wrong with those that cannot be used."""
    wires, left_out = [], []
    for entry in sorted(entry_points(group=GROUP)):
        try:
            wire = entry.load()()
            # Asked here, so that a fault in them is the plug-in's and no other's.
            wire.endpoints()
        except Exception as exc:  # noqa: BLE001 - a plug-in may fail in any way, and harms no other
            left_out.append(f"the wire {entry.name} of {entry.value} is left out: {exc!r}")
        else:
            wires.append(wire)
    return tuple(wires), tuple(left_out)
