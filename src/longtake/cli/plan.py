"""`longtake plan`: the whole chain before any of it is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from longtake.buying import missing_keys
from longtake.cli import options, say
from longtake.cli.board import find_board
from longtake.cli.captions import CaptionsObject, caption_counts
from longtake.cli.documents import plan_document
from longtake.cli.judged import judged_lines
from longtake.cli.say import DIM, HEADING, assembled, plain
from longtake.cli.spoken import voices_line
from longtake.cli.table import counted
from longtake.cli.tree import clock, models_of, plan_tree
from longtake.cues import MusicCue
from longtake.film import plan_film
from longtake.plan.job import DrawnClip, FootageClip, Plan, StillClip
from longtake.plan.parts import held_clips
from longtake.plan.waits import longest_wait
from longtake.project import Project
from longtake.standing import find_takes, judged
from longtake.units import Aspect
from longtake.wishes import Wishes


@click.command("plan")
@options.BOARD
@options.SET
@options.ANIMATIC
@options.DRAFT
@options.ASPECT
@click.option(
    "--all", "every", is_flag=True, help="One line for every clip, however many there are."
)
@options.JSON
def command(
    board: Path | None,
    variables: dict[str, str],
    animatic: bool,
    draft: bool,
    aspects: tuple[Aspect, ...],
    every: bool,
    as_json: bool,
) -> None:
    """Show the chain of clips: lengths, joins, what each begins on, prices. Makes nothing."""
    path = find_board(board)
    wishes = Wishes(animatic=animatic, draft=draft, variables=variables, aspects=aspects)
    plan = plan_film(path, wishes)
    if as_json:
        say.answer_json(plan_document(plan, path, animatic=animatic, aspects=aspects))
        return
    console = say.terminal(err=False)
    width = console.width if console.is_terminal else None
    say.answer((plain(plan.title), HEADING), (f"  {say.shown(path)}", DIM))
    say.answer()
    # One answer for all of the tree: each one opens a terminal of its own.
    say.answer(Text("\n").join(plan_tree(plan, width, every=every)))
    say.answer()
    for line in (*summary(plan), *_shapes(plan, aspects), *key_lines(plan, path)):
        say.answer(line)
    if not animatic:
        for line in judged_lines(*judged(find_takes(plan, Project(path)))):
            say.answer(line)
    if plan.warnings:
        say.tell()
    say.warn(plan.warnings)


def summary(plan: Plan) -> Iterator[Text]:
    """Say what the whole plan comes to."""
    timeline = plan.timeline
    length = f"{clock(plan, timeline.frames)}, {timeline.frames:,} frames at {timeline.rate} fps"
    yield _named("film", f"{length}, {timeline.size}")
    yield _named("clips", _clips(plan))
    voices = voices_line(plan)
    if voices:
        yield _named("voices", voices)
    if plan.cues.titles:
        yield _named("titles", _titles(plan))
    waits, wanted = longest_wait(plan), plan.to_buy
    if len(wanted) > 1:
        yield _named("wait", _wait(len(waits), len(wanted)))
    if any(job.is_open for job in plan.jobs):
        yield _named("takes", _takes(plan))
    yield _named("price", _price(plan))
    if plan.cues.music:
        yield _named("sound", _sound(plan))
    captions = caption_counts(plan)
    if captions:
        yield _named("captions", ", ".join(map(_captions, captions)))
    if plan.shortened:
        total = sum(frames for _, frames in plan.shortened)
        each = ", ".join(f"{between} by {frames}" for between, frames in plan.shortened[:3])
        more = f", and {len(plan.shortened) - 3} more" if len(plan.shortened) > 3 else ""
        yield _named("joins", f"shorten the film by {total:,} frames: {each}{more}")
    if plan.unused:
        yield _named("unused", f"accepted, but not used yet: {_by_key(plan.unused)}")


def key_lines(plan: Plan, board: Path) -> Iterator[Text]:
    """Say which keys a run will need that are not set."""
    keys = missing_keys(plan, Project(board).folder)
    if keys:
        yield _named("key", f"`make` will need {' and '.join(keys)}: not set yet")


def _shapes(plan: Plan, aspects: tuple[Aspect, ...]) -> Iterator[Text]:
    """Say in which other shapes the film is made."""
    if aspects:
        each = ", ".join(f"{aspect} ({aspect.of(plan.timeline.size)})" for aspect in aspects)
        yield _named("shapes", f"{each}, from the same takes: nothing more is bought")


def _sound(plan: Plan) -> str:
    """Name the beds, each with what it lies under, and what all of it is brought to."""
    cues = plan.cues
    beds = [f"{bed.path.name} under {_under(plan, bed)}" for bed in cues.music[:3]]
    if len(cues.music) > 3:
        beds.append(f"{len(cues.music) - 3} more")
    aim = "left as loud as it is" if cues.loudness is None else f"to {cues.loudness:g} LUFS"
    return f"{', '.join(beds)}; the film {aim}"


def _under(plan: Plan, bed: MusicCue) -> str:
    if bed.clips is None:
        return "the film"
    first = plan.by_id[bed.clips[0]]
    scene = [source.id for source in plan.sources if source.scene == first.scene]
    return first.scene if bed.clips == (scene[0], scene[-1]) else first.shot


def _by_key(unused: tuple[str, ...]) -> str:
    """Say each key once, with the first of the places where it stands."""
    places: dict[str, list[str]] = {}
    for key, _, place in (text.rpartition(" (") for text in unused):
        places.setdefault(key, []).append(place.removesuffix(")"))
    shown = {key: named[:4] + (["..."] if len(named) > 4 else []) for key, named in places.items()}
    return ", ".join(f"{key} ({', '.join(named)})" for key, named in shown.items())


def _clips(plan: Plan) -> str:
    owned = sum(has_take for _, _, has_take in plan.quote.lines)
    parts = [f"{len(plan.jobs) - owned} to make, {owned} owned"]
    models = models_of(plan.sources)
    if models:
        parts[0] += f" ({', '.join(models)})"
    for kind, word in ((StillClip, "still"), (DrawnClip, "title card"), (FootageClip, "footage")):
        count = sum(isinstance(source, kind) for source in plan.sources)
        if count:
            parts.append(f"{count} {word}{'s' if count > 1 and kind is not FootageClip else ''}")
    return ", ".join(parts)


def _titles(plan: Plan) -> str:
    """Count what is drawn over the film, and say where it lies over all of it."""
    counted: dict[str, int] = {}
    for cue in plan.cues.titles:
        if cue.clips:
            counted[cue.what] = counted.get(cue.what, 0) + 1
    parts = [f"{count} {what}{'s' if count > 1 else ''}" for what, count in counted.items()]
    everywhere = [cue.what for cue in plan.cues.titles if not cue.clips]
    if everywhere:
        parts.append(f"{' and '.join(everywhere)} over the whole film: every frame is rendered")
    return ", ".join(parts)


def _captions(of: CaptionsObject) -> str:
    shown = "drawn into the picture" if of.burned else "as a track"
    return f"{of.count:,} from {'the narration' if of.source == 'narration' else of.source} {shown}"


def _wait(longest: int, wanted: int) -> str:
    if longest == 1:
        return f"none: all {wanted} clips are made beside each other"
    return f"{longest} clips one after another at most, of {wanted}"


def _price(plan: Plan) -> str:
    quote = plan.quote
    free = all(job.free or job.owned for job in plan.speech)
    if free and all(job.draws for job in plan.jobs):
        return "free: every clip is drawn here"
    text = f"{quote.total} still to pay"
    if quote.unknown:
        spoken = {job.id for job in plan.speech} & set(quote.unknown)
        kinds = ((len(quote.unknown) - len(spoken), "clip"), (len(spoken), "voice"))
        told = " and ".join(counted(count, kind) for count, kind in kinds if count)
        text += f", without {told} whose price is unknown"
    if quote.budget:
        sure = quote.over_budget or not quote.unknown
        side = ", over" if quote.over_budget else ", within" if sure else "; it is to stay within"
        text += f"{side} the budget of {quote.budget}"
    return text


def _takes(plan: Plan) -> str:
    """Say where the chain will wait for a choice, and how much of it waits."""
    clips = [job.id for job in plan.jobs if job.is_open]
    named = ", ".join(clips[:5]) + (", ..." if len(clips) > 5 else "")
    held = held_clips(plan)
    waits = f"; {counted(len(held), 'clip')} behind wait for it" if held else ""
    return f"of {named} one is to be chosen with `longtake keep`{waits}"


def _named(name: str, text: str) -> Text:
    return assembled((f"{name:<8}" if len(name) < 8 else f"{name} ", DIM), plain(text))
