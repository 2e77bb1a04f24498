"""`longtake explain`: why a clip is kept or made again, and how each part of the film is made."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options, say
from longtake.cli.board import find_board, unknown
from longtake.cli.completing import complete_shots
from longtake.cli.explaindocument import explain_document
from longtake.cli.say import DIM, PATH, STATES, plain
from longtake.cli.spoken import voice_verdict
from longtake.plan.job import ClipJob, DrawnClip, FootageClip, Plan
from longtake.standing import Standing, look
from longtake.wishes import Wishes


@click.command("explain")
@options.BOARD_OR_SHOT
@click.argument("clip", required=False, shell_complete=complete_shots)
@options.SET
@options.ANIMATIC
@options.QUALITY
@options.NO_COPY
@options.JSON
def command(
    board: Path | None,
    clip: str | None,
    variables: dict[str, str],
    animatic: bool,
    quality: str,
    no_copy: bool,
    as_json: bool,
) -> None:
    """Say why CLIP (or each clip of a shot or scene) is kept or made again.

    Without CLIP: how each run of film frames is made, and what is still missing.
    """
    if clip is None and board is not None and not board.exists() and not board.suffix:
        board, clip = None, str(board)
    path = find_board(board)
    wishes = Wishes(animatic=animatic, quality=quality, copies=not no_copy, variables=variables)
    standing = look(path, wishes)
    clips = _named(standing.plan, clip) if clip else ()
    if as_json:
        say.answer_json(explain_document(standing, path, clips))
    elif clip:
        for name in clips:
            say.answer(_sentence(standing, name))
            for spoken in standing.plan.spoken:
                if spoken.clip == name:
                    say.answer(voice_verdict(spoken))
    else:
        _tell_spans(standing)


def _named(plan: Plan, name: str) -> tuple[str, ...]:
    """Give the clips that a clip's, shot's or scene's id stands for."""
    found = [s.id for s in plan.sources if name in (s.id, s.shot, s.scene)]
    if not found:
        known = dict.fromkeys(n for s in plan.sources for n in (s.id, s.shot, s.scene))
        raise unknown(f'there is no clip "{plain(name)}"', name, known)
    return tuple(found)


def _sentence(standing: Standing, name: str) -> str:
    source = standing.plan.by_id[name]
    said = next(v for v in standing.verdicts if v.clip == name)
    if isinstance(source, ClipJob) or said.state == "rejoined":
        return str(said)
    kind = "footage" if isinstance(source, FootageClip) else "a still"
    if isinstance(source, DrawnClip):
        return f"{name}: a title card, drawn into the film; nothing has to be made"
    return f"{name}: {kind}, taken into the film as it is; nothing has to be made"


def _tell_spans(standing: Standing) -> None:
    rate = standing.plan.timeline.rate
    names = max((len(plain(span.what)) for span in standing.spans), default=0)
    for span in standing.spans:
        length = f"{span.end - span.start:,}f"
        shown = (
            f"{rate.timecode(span.start)}  {length:>8}  {span.how}  {plain(span.what):<{names}}  "
        )
        lacks = [clip for clip in span.what.split(" -> ") if clip in standing.missing]
        words = (
            "  no take yet" if lacks else f"  {span.missing:,}f to render" if span.missing else ""
        )
        lack = (words, STATES["missing"])
        say.answer(shown, (plain(span.reason), DIM), lack)
    say.tell(say.TIMES)
    say.tell()
    for verdict in standing.verdicts:
        if verdict.clip in standing.missing or verdict.state == "rejoined":
            say.tell((str(verdict), STATES["missing"]))
    for spoken in standing.plan.spoken:
        if spoken.job and not spoken.job.owned:
            say.tell((voice_verdict(spoken), STATES["missing"]))
    state = "the film is up to date" if standing.up_to_date else standing.lack
    say.tell((say.shown(standing.film), PATH), f": {state}")
