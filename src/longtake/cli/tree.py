"""A plan as a tree of text: scenes, shots, clips, one line each, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from longtake.amend.verdicts import Amendment
from longtake.cli.amended import WORDS
from longtake.cli.say import DIM, HEADING, PATH, STATES, WARNING, assembled, plain
from longtake.cli.spoken import narration_words, said_over
from longtake.plan.job import (
    ClipJob,
    DrawnClip,
    Edge,
    EndOf,
    FootageClip,
    Plan,
    ShotNote,
    Source,
    StartOf,
    StillFrame,
)
from longtake.plan.speech import Spoken
from longtake.timeline import Join, Seam, TimelineClip, Transition

# A shot of more clips than this shows runs of equal ones as one line, unless all are asked for.
FOLD_BEYOND = 12
_GAP = 2
_HEADS = ("", "clip", "film", "join", "begins", "take", "price")


@dataclass(frozen=True)
class _Clip:
    """What one line shows: a clip, or `count` equal ones of a chain folded into one line."""

    source: Source
    laid: TimelineClip
    join: Join | None
    owned: bool
    film_frames: int
    state: str
    count: int = 1
    last: str = ""
    lacking: int = 1

    @property
    def likeness(self) -> tuple[object, ...]:
        """Two neighbours with equal likeness may be folded."""
        job = self.source
        chained = isinstance(job, ClipJob) and isinstance(job.first, EndOf) and job.last is None
        alike = chained and isinstance(self.join, Seam)
        takes = (job.numbers, self.lacking) if isinstance(job, ClipJob) else ()
        return (alike or job.id, job.frames, self.owned, self.state, takes)


@dataclass(frozen=True)
class _Row:
    """A line of the tree: guide and name, then columns; a headline or a note has no columns."""

    guide: str
    name: str
    style: str
    cells: tuple[tuple[str, str], ...] = ()


def plan_tree(
    plan: Plan, width: int | None, *, every: bool = False, amended: Amendment | None = None
) -> Iterator[Text]:
    """Write a plan's chain line by line, cut to `width` cells; None leaves every line whole.

    Where something is `amended`, what becomes of each clip has a column of its own.
    """
    states = {said.clip: said.state for said in amended.verdicts} if amended else {}
    rows = [row for part in _scenes(plan, every, states) for row in part]
    yield from _laid_out(rows, width, _HEADS if states else (*_HEADS[:5], *_HEADS[6:]))


def models_of(sources: Iterable[Source]) -> tuple[str, ...]:
    """Name the models that make these clips, each once."""
    jobs = [source for source in sources if isinstance(source, ClipJob)]
    return tuple(dict.fromkeys(f"{j.offer}{'' if j.draws else ' ' + j.resolution}" for j in jobs))


def clock(plan: Plan, frames: int) -> str:
    """Write a length of film as m:ss.t."""
    tenths = round(plan.timeline.rate.seconds(frames) * 10)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest // 10:02d}.{rest % 10}"


def _scenes(plan: Plan, every: bool, states: Mapping[str, str]) -> Iterator[list[_Row]]:
    titles = dict(plan.scenes)
    starts = plan.timeline.scene_starts()
    several = len(models_of(plan.sources)) > 1
    said = said_over(plan)
    notes = {note.shot: list(_notes(plan, note, said.get(note.shot, []))) for note in plan.shots}
    for scene, clips in groupby(_clips(plan, states), key=lambda clip: clip.source.scene):
        of_scene = list(clips)
        title = titles[scene] if titles[scene] != scene else ""
        models = models_of(clip.source for clip in of_scene) if several else ()
        head = [scene, plain(title), clock(plan, starts[scene]), plain(", ".join(models))]
        rows = [_Row("", "\0".join(head), HEADING)]
        yield rows + _shots(plan, of_scene, notes, every, name_models=len(models) > 1)


def _clips(plan: Plan, states: Mapping[str, str]) -> Iterator[_Clip]:
    owned = {clip: has_take for clip, _, has_take in plan.quote.lines}
    timeline = plan.timeline
    joins = (None, *timeline.joins)
    for (_, laid), join in zip(timeline.placed(), joins, strict=True):
        lacking = len(plan.quote.lacking.get(laid.id, ()))
        source, has_take = plan.by_id[laid.id], owned.get(laid.id, False)
        state = states.get(laid.id, "")
        yield _Clip(source, laid, join, has_take, laid.frames, state, lacking=lacking)


def _shots(
    plan: Plan, clips: list[_Clip], notes: dict[str, list[str]], every: bool, *, name_models: bool
) -> list[_Row]:
    """Write the shots of a scene; a shot of one clip, or the only one, needs no line of its own."""
    groups = [list(group) for _, group in groupby(clips, key=lambda clip: clip.source.shot)]
    blocks: list[tuple[_Row, list[_Row]]] = []
    for group in groups:
        shot = group[0].source.shot
        shown = group if every or len(group) <= FOLD_BEYOND else list(_folded(group))
        lines = [_line(plan, clip, name_models) for clip in shown]
        lines += [_Row("", note, DIM) for note in notes[shot]]
        if len(group) == 1 or shot == group[0].source.scene:
            blocks += [(line, []) for line in lines]
        else:
            blocks.append((_Row("", shot, ""), lines))
    return list(_guided(blocks))


def _guided(blocks: list[tuple[_Row, list[_Row]]], above: str = "") -> Iterator[_Row]:
    """Draw the branches of a tree before its lines."""
    # A note hangs on the clip above it: it is no branch.
    branches = [number for number, (row, below) in enumerate(blocks) if row.cells or below]
    for number, (row, below) in enumerate(blocks):
        last = not branches or number >= branches[-1]
        branch = ("└─ " if last else "├─ ") if row.cells or below else ("   " if last else "│  ")
        yield _Row(above + branch, row.name, row.style, row.cells)
        if below:
            yield from _guided([(line, []) for line in below], above + ("   " if last else "│  "))


def _folded(clips: list[_Clip]) -> Iterator[_Clip]:
    for _, run in groupby(clips, key=lambda clip: clip.likeness):
        alike = list(run)
        if len(alike) < 3:
            yield from alike
            continue
        first, last = alike[0], alike[-1]
        frames = sum(clip.film_frames for clip in alike)
        yield replace(first, film_frames=frames, count=len(alike), last=last.source.id)


def _line(plan: Plan, clip: _Clip, name_models: bool) -> _Row:
    source = clip.source
    name = source.id
    if clip.count > 1:
        name += f"..{clip.last.rpartition('/')[2]}"
    seconds = f"{_seconds(plan, source.frames)} s"
    begins = f"{clip.count} chained clips" if clip.count > 1 else _begins(source)
    if name_models and isinstance(source, ClipJob):
        begins += f", {models_of([source])[0]}"
    state = ((WORDS[clip.state], STATES.get(clip.state, "")),) if clip.state else ()
    cells = (
        (seconds, ""),
        (f"{clip.film_frames:,}f", ""),
        _join(clip.join),
        (begins, ""),
        *state,
        _price(clip),
    )
    return _Row("", name, PATH, cells)


def _seconds(plan: Plan, frames: int) -> str:
    return f"{float(plan.timeline.rate.seconds(frames)):.2f}".rstrip("0").rstrip(".")


def _begins(source: Source) -> str:
    if isinstance(source, FootageClip):
        return f"footage {_short(source.path)} from frame {source.start}"
    if isinstance(source, DrawnClip):
        return f"title card: {source.text}"
    if not isinstance(source, ClipJob):
        moves = "" if source.camera in ((), ("Static shot",)) else f", {', '.join(source.camera)}"
        return f"still {_short(source.path)}{moves}"
    last = f", ends on {_edge(source.last)}" if source.last else ""
    anchor = source.repairs.anchor
    if isinstance(anchor, StillFrame) and anchor != source.last:
        last += f", led to {_short(anchor.path)}"
    last += _takes(source)
    if isinstance(source.first, EndOf):
        return f"continues {source.first.clip}{last}"
    faces = f", with {' and '.join(face.name for face in source.faces)}" if source.faces else ""
    return (f"starts on {_edge(source.first)}" if source.first else f"fresh{faces}") + last


def _takes(job: ClipJob) -> str:
    """Say which take is kept, where it is not the only one, or how many there are to choose from."""
    if job.is_open:
        return f", {len(job.numbers)} takes to choose from"
    kept = f", take {job.take}" if job.take != 1 else ""
    return kept + (", stays as it was bought" if job.begins else "")


def _edge(edge: Edge) -> str:
    if isinstance(edge, StillFrame):
        return _short(edge.path)
    return f"the start of {edge.clip}" if isinstance(edge, StartOf) else f"the end of {edge.clip}"


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def _join(join: Join | None) -> tuple[str, str]:
    if isinstance(join, Transition):
        return join.written, "magenta"
    return ("", "") if join is None else ("seam", DIM) if isinstance(join, Seam) else ("cut", "")


def _price(clip: _Clip) -> tuple[str, str]:
    job = clip.source
    if not isinstance(job, ClipJob):
        return "", ""
    if clip.owned:
        if job.is_open:
            return "choose", STATES["choose"]
        return ("", "") if clip.state else ("owned", STATES["owned"])
    if job.price is None:
        return "unknown", WARNING
    return ("free", DIM) if job.draws else (str(job.price * clip.count * clip.lacking), "")


def _notes(plan: Plan, note: ShotNote, said: list[Spoken]) -> Iterator[str]:
    """Say what is left over of a shot, what the other way of dividing it gives, what is said over it."""
    if note.surplus:
        made = f"{' + '.join(map(str, note.clips))} s made"
        # As many clips share a frame at their seams; some models make more than their lengths say.
        if note.made != sum(map(plan.timeline.rate.frames, note.clips)) - len(note.clips) + 1:
            longer = (
                f"{'clips' if len(note.clips) > 1 else 'a clip'} of {made.removesuffix(' made')}"
            )
            made = f"{_seconds(plan, note.made)} s made by {longer}"
        yield (
            f"{_seconds(plan, note.wanted)} s asked, {made}: {note.surplus} frames "
            f"({_seconds(plan, note.surplus)} s) spare at the end"
        )
    if note.other_split:
        yield note.other_split
    if note.told:
        yield note.told
    for spoken in said:
        yield plain(narration_words(spoken))


def _laid_out(rows: list[_Row], width: int | None, heads: tuple[str, ...]) -> Iterator[Text]:
    rows = [replace(row, cells=tuple((plain(t), style) for t, style in row.cells)) for row in rows]
    lines = [row for row in rows if row.cells]
    names = max(cell_len(row.guide + row.name) for row in lines)
    columns = [
        # Many cells of a long plan say the same.
        max(map(cell_len, {head, *(row.cells[at][0] for row in lines)}))
        for at, head in enumerate(heads[1:])
    ]
    if width is not None:
        # What begins a clip is the one column that may be cut: it only repeats what the board says.
        fixed = names + sum(columns) - columns[3] + _GAP * len(columns)
        columns[3] = max(16, min(columns[3], width - fixed))
    head = _Row("", "", DIM, tuple((name, DIM) for name in heads[1:]))
    for row in (head, *rows):
        if row.cells:
            yield _columns(row, names, columns)
        else:
            yield _headline(row, width)


def _columns(row: _Row, names: int, columns: list[int]) -> Text:
    parts = [(row.guide, DIM), (_fit(row.name, names - cell_len(row.guide)), row.style)]
    for at, (text, style) in enumerate(row.cells):
        right = at in (0, 1, len(columns) - 1)
        parts += [(" " * _GAP, ""), (_fit(text, columns[at], right=right), style)]
    line = assembled(*parts)
    line.rstrip()
    return line


def _headline(row: _Row, width: int | None) -> Text:
    """Write a scene's line (id, its start in the film, title) or a note."""
    if "\0" not in row.name:
        return _cut(assembled((row.guide, DIM), (plain(row.name), row.style)), width)
    scene, title, start, models = row.name.split("\0")
    line = assembled((plain(scene), HEADING), (f"  {start}", DIM), f"  {title}" if title else "")
    if models:
        line.append(f"  {models}", style=DIM)
    return _cut(line, width)


def _cut(line: Text, width: int | None) -> Text:
    if width is not None:
        line.truncate(max(width, 8), overflow="ellipsis")
    return line


def _fit(text: str, width: int, *, right: bool = False) -> str:
    """Bring text to a width in cells, without what is said last, then without its first words."""
    wide = cell_len(text)
    if wide <= width:
        room = " " * (width - wide)
        return room + text if right else text + room
    whole = text
    while cell_len(text) > width and ", " in text:
        text = text.rpartition(", ")[0]
    ends = "…" if text != whole else ""
    while cell_len(text + ends) > width:
        words, rest = text.partition(" ")[::2]
        text = f"…{rest or words.lstrip('…')[1:]}"
    text += ends
    room = " " * (width - cell_len(text))
    return room + text if right else text + room
