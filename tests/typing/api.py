"""How the library is used, for type checkers: never run."""

from __future__ import annotations

from pathlib import Path

from longtake import (
    Film,
    Plan,
    Storyboard,
    Timeline,
    Wishes,
    Workshop,
    assemble_film,
    compile_plan,
    load_offers,
    load_storyboard,
    make_film,
    survey_files,
)

storyboard: Storyboard = load_storyboard("board.yaml")
plan: Plan = compile_plan(storyboard, load_offers(), survey_files(storyboard))
timeline: Timeline = plan.timeline
frames: int = timeline.frames
film: Film = make_film("board.yaml", Wishes(animatic=True, quality="draft"))
again: Film = assemble_film(film.timeline, {}, Path("x.mp4"), workshop=Workshop(Path("work")))
