"""`longtake plan`: the whole chain before any of it is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from longtake.amend.verdicts import Amendment
from longtake.cli import options, say
from longtake.cli.amended import amended_line, amended_lines
from longtake.cli.board import find_boards
from longtake.cli.captions import CaptionsObject, caption_counts
from longtake.cli.documents import plan_document
from longtake.cli.each import for_each
from longtake.cli.judged import approved_words, judged_lines
from longtake.cli.keys import key_lines
from longtake.cli.say import DIM, HEADING, plain
from longtake.cli.spoken import voices_line
from longtake.cli.table import counted, counted_both, first_of, named_line
from longtake.cli.tree import clock, models_of, plan_tree
from longtake.cues import MusicCue
from longtake.plan.job import DrawnClip, FootageClip, Plan, StillClip
from longtake.plan.parts import held_clips
from longtake.plan.together import quote_together
from longtake.plan.waits import longest_wait
from longtake.planning import plan_film
from longtake.project import Project
from longtake.standing import amended, find_takes, judged
from longtake.units import Aspect
from longtake.wishes import Wishes


@click.command("plan")
@options.BOARDS
@options.SET
@options.ANIMATIC
@options.DRAFT
@options.ASPECT
@click.option(
    "--all", "every", is_flag=True, help="One line for every clip, however many there are."
)
@options.JSON
def command(
    boards: tuple[Path, ...],
    variables: dict[str, str],
    animatic: bool,
    draft: bool,
    aspects: tuple[Aspect, ...],
    every: bool,
    as_json: bool,
) -> int:
    """Show the chain of clips: lengths, joins, what each begins on, prices. Makes nothing.

    Of several boards it says what an edit does to each (such as one of a bible they share), and what
    all of them cost; `--all` shows their chains as well.
    """
    paths = find_boards(boards)
    wishes = Wishes(animatic=animatic, draft=draft, variables=variables, aspects=aspects)
    plans: list[Plan] = []

    def show(path: Path) -> None:
        plan = plan_film(path, wishes)
        edit = amended(plan, Project.of(path, variables), wishes)
        plans.append(plan)
        if as_json:
            say.answer_json(plan_document(plan, path, edit, animatic=animatic, aspects=aspects))
            return
        _show(plan, path, edit, wishes, every=every, chain=every or len(paths) == 1)
        if len(paths) > 1:
            say.answer()

    code = for_each(paths, show, as_json=as_json)
    if len(paths) > 1 and not as_json:
        say.answer(_together(plans, len(paths)))
    return code


def _show(
    plan: Plan, path: Path, edit: Amendment, wishes: Wishes, *, every: bool, chain: bool
) -> None:
    console = say.terminal(err=False)
    width = console.width if console.is_terminal else None
    say.answer((plain(plan.title), HEADING), (f"  {say.shown(path)}", DIM))
    say.answer()
    if chain:
        tree = plan_tree(plan, width, every=every, amended=edit if edit.known else None)
        say.answer_lines(tree)
        say.answer()
    for line in _edit_lines(plan, edit, every):
        say.answer(line)
    for line in (*summary(plan, wishes), *_shapes(plan, wishes.aspects), *key_lines(plan, path)):
        say.answer(line)
    if not wishes.animatic:
        for line in judged_lines(*judged(find_takes(plan, Project(path))), wishes.flags):
            say.answer(line)
    if plan.warnings:
        say.tell()
    say.warn(plan.warnings)


def _together(plans: list[Plan], boards: int) -> Text:
    """Say what several boards come to; what more than one of them needs is counted once."""
    quote = quote_together(plans)
    what = counted_both(quote.clips, quote.voices)
    price = f"{quote.total} still to pay" if what else "nothing still to pay"
    if quote.unknown:
        price += f", without {quote.unknown:,} of unknown price"
    whole = counted(len(plans), "board") + (f" of {boards:,}" if len(plans) < boards else "")
    return named_line("all", f"{whole}; {f'{what} to buy, ' if what else ''}{price}")


def _edit_lines(plan: Plan, edit: Amendment, every: bool) -> Iterator[Text]:
    """Say what an edit does, in a block of its own; nothing where it does nothing."""
    if edit.known and (edit.gone or len(edit.of("kept")) < len(edit.verdicts)):
        yield from amended_lines(plan, edit, every=every)
        yield Text()
        yield named_line("edit", amended_line(plan, edit))


def summary(plan: Plan, wishes: Wishes | None = None) -> Iterator[Text]:
    """Say what the whole plan comes to."""
    timeline = plan.timeline
    length = f"{clock(plan, timeline.frames)}, {timeline.frames:,} frames at {timeline.rate} fps"
    yield named_line("film", f"{length}, {timeline.size}")
    yield named_line("clips", _clips(plan))
    voices = voices_line(plan)
    if voices:
        yield named_line("voices", voices)
    if plan.cues.titles:
        yield named_line("titles", _titles(plan))
    waits, wanted = longest_wait(plan), plan.to_buy
    if len(wanted) > 1:
        yield named_line("wait", _wait(len(waits), len(wanted)))
    if any(job.is_open for job in plan.jobs):
        yield named_line("takes", _takes(plan, wishes or Wishes()))
    if plan.approved:
        yield named_line("approved", approved_words(plan))
    yield named_line("price", _price(plan))
    if plan.cues.music:
        yield named_line("sound", _sound(plan))
    captions = caption_counts(plan)
    if captions:
        yield named_line("captions", ", ".join(map(_captions, captions)))
    if plan.shortened:
        total = sum(frames for _, frames in plan.shortened)
        each = ", ".join(f"{between} by {frames}" for between, frames in plan.shortened[:3])
        more = f", and {len(plan.shortened) - 3} more" if len(plan.shortened) > 3 else ""
        yield named_line("joins", f"shorten the film by {counted(total, 'frame')}: {each}{more}")
    if plan.muted:
        yield named_line("muted", f"{_first(plan.muted)}: left out of the film")


def _shapes(plan: Plan, aspects: tuple[Aspect, ...]) -> Iterator[Text]:
    """Say in which other shapes the film is made."""
    if aspects:
        each = ", ".join(f"{aspect} ({aspect.of(plan.timeline.size)})" for aspect in aspects)
        yield named_line("shapes", f"{each}, from the same takes: nothing more is bought")


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


def _first(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8:,} more" if len(names) > 8 else "")


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


def _takes(plan: Plan, wishes: Wishes) -> str:
    """Say where the chain will wait for a choice, and how much of it waits."""
    clips = [job.id for job in plan.jobs if job.is_open]
    held = held_clips(plan)
    waits = f"; {counted(len(held), 'clip')} behind wait for it" if held else ""
    return f"of {first_of(clips, 5)} one is to be chosen with `longtake keep{wishes.flags}`{waits}"
