"""Boards written in a test become storyboards and plans without touching a disk for their files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from longtake.errors import StoryboardError
from longtake.generate.catalogue import animatic_offers, load_offers
from longtake.plan.compile import compile_plan
from longtake.plan.job import Plan
from longtake.plan.survey import FootageFacts, StillFacts, Survey
from longtake.storyboard.choices import ClipChoice
from longtake.storyboard.load import load_storyboard
from longtake.units import Size


def plan_of(
    text: str,
    *,
    stills: dict[str, str] | None = None,
    footage: dict[str, int] | None = None,
    owned: frozenset[str] = frozenset(),
    hosted: bool = False,
    animatic: bool = False,
    choices: Mapping[str, ClipChoice] | None = None,
) -> Plan:
    """Compile a board given as text; `stills` maps file names to hashes, `footage` to frames.

    `hosted` says that pictures have a place on the open net, `choices` what was chosen of clips.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        path = folder / "board.yaml"
        path.write_text(text, encoding="utf-8")
        survey = Survey(
            stills={
                folder / file: StillFacts(sha256, Size(1280, 720))
                for file, sha256 in (stills or {}).items()
            },
            footage={
                folder / file: FootageFacts(file, frames, Size(1280, 720), True)
                for file, frames in (footage or {}).items()
            },
            owned=owned,
            hosted=hosted,
            choices=choices or {},
        )
        offers = animatic_offers(load_offers()) if animatic else load_offers()
        return compile_plan(load_storyboard(path), offers, survey)


def faults_of(text: str, *, stills: dict[str, str] | None = None, hints: bool = False) -> list[str]:
    """Compile a board that must not compile; gives its faults as `board.yaml:LINE:COL: message`."""
    try:
        plan_of(text, stills=stills)
    except StoryboardError as error:
        return [
            f"{Path(fault.where.file).name}:{fault.where.line}:{fault.where.column}: "
            f"{fault.message}" + (f"|{fault.hint}" if hints else "")
            for fault in error.faults
        ]
    raise AssertionError("the board has no fault")
