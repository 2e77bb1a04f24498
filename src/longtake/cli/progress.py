"""Shows a run while it goes on: lines where nobody watches, bars where somebody does.

Clips that are kept are no news: they are counted, and said together when something is made.
"""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from longtake import events
from longtake.cli import say
from longtake.cli.offered import offer_lines
from longtake.cli.say import DIM, HEADING
from longtake.cli.table import counted
from longtake.generate.ensure import Progress as ClipProgress
from longtake.plan.job import Plan

# Where nobody watches, rendering is worth a line about every tenth of the film.
TENTHS = 10
# So many kept clips in a row are named one by one; more are counted.
NAMED_KEPT = 3


class Lines:
    """Listens to a run and says on stderr, line by line, what was made."""

    def __init__(self, console: Console | None = None, label: str = "") -> None:
        self.console = console or say.terminal()
        self._label = label
        self.kept = self.made = self.failed = 0
        self._width = say.width_of(self.console)
        self._waiting: list[str] = []
        self._reasons: set[str] = set()
        self._ended: set[str] = set()
        self._head: Text | None = None
        self._plan: Plan | None = None
        self._owned: frozenset[str] = frozenset()
        self._rendered = 0
        self._said_tenths = 0
        self._began = 0.0

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Lines need no end."""

    def __call__(self, event: events.Event) -> None:
        """Hear one event."""
        match event:
            case events.Planned(plan, again):
                self._plan = plan
                self._owned = plan.quote.owned
                # What was said already stays said.
                self._head = None if again and not self._head else _headline(plan, self._label)
                self._began = time.monotonic()
            case events.Listening(url, calls):
                self._flush()
                self.line(say.assembled(("webhook: ", DIM), _called(url, calls)))
            case events.Offered(offer, taken):
                self._flush()
                for line in offer_lines(offer, taken):
                    self.line(line)
            case events.Voiced(voice, state, message):
                self._flush()
                self._say_clip(ClipProgress(voice, state, message=message))
            case ClipProgress():
                self._clip(event)
            case events.Rendering(frames, total, aspect):
                self._flush()
                self.rendering(frames, total, aspect)
            case events.Assembled():
                self._rendered = self._said_tenths = 0
                self._began = time.monotonic()

    @property
    def anything_said(self) -> bool:
        """Tell whether the run had any news."""
        return self._head is None

    def clip_moves(self, event: ClipProgress) -> None:
        """Hear that a clip is waiting or being made; lines have nothing to say of it."""

    def clip_ends(self, event: ClipProgress) -> None:
        """Hear that a clip is made, kept or failed."""

    def rendering(self, frames: int, total: int, aspect: str) -> None:
        """Hear that so many frames more are rendered, of the film in its own shape or in another."""
        self._rendered += frames
        tenths = self._rendered * TENTHS // max(total, 1)
        if tenths > self._said_tenths:
            self._said_tenths = tenths
            said = f"{self._rendered:,} of {total:,} frames are there"
            self.line(say.assembled(f"{aspect}: {said}" if aspect else said, self._eta(total)))

    def line(self, text: Text) -> None:
        """Say a line that stays."""
        say.tell(text)

    def _eta(self, total: int) -> str:
        passed, left = time.monotonic() - self._began, total - self._rendered
        if not left or self._said_tenths < 2:
            return ""
        seconds = round(passed * left / self._rendered)
        return f", about {seconds // 60}:{seconds % 60:02d} left"

    def _clip(self, event: ClipProgress) -> None:
        if event.state in ("settled", "unsettled"):
            self._flush()
            self._say_clip(event)
            return
        if event.state in ("choose", "held"):
            self.clip_ends(event)
            self._say_once(event)
            return
        if event.state not in ("kept", "made", "failed"):
            self._say_once(event)
            self.clip_moves(event)
            return
        # Rendering begins when the last clip has come.
        self._began = time.monotonic()
        self.clip_ends(event)
        if event.state == "kept":
            if event.clip in self._ended:
                return  # Takes were chosen since, and all is gone through again.
            self._ended.add(event.clip)
            self.kept += 1
            self._waiting.append(event.clip)
            return
        self._flush()
        self._ended.add(event.clip)
        self.made += event.state == "made"
        self.failed += event.state == "failed"
        self._say_clip(event)

    def _say_once(self, event: ClipProgress) -> None:
        """Say why a clip waits: many do for one reason, which is said once."""
        if event.message and (event.message not in self._reasons or event.state == "choose"):
            self._reasons.add(event.message)
            self._flush()
            self._say_clip(event)

    def _say_clip(self, event: ClipProgress) -> None:
        self.line(say.state_line(event.clip, event.state, self._width))
        if event.message:
            self.line(say.assembled(f"    {say.plain(event.message)}"))

    def _flush(self) -> None:
        """Say what was held back until there was news."""
        if self._head is not None:
            self.line(self._head)
            self._head = None
        names, self._waiting = self._waiting, []
        if len(names) > NAMED_KEPT:
            names = [f"{len(names):,} clips"]
        for name in names:
            self.line(say.state_line(name, "kept", self._width))


class Bars(Lines):
    """The same on a terminal that is watched: lines stay above bars that move."""

    def __init__(self, console: Console, label: str = "") -> None:
        super().__init__(console, label)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None, complete_style="cyan", finished_style="green"),
            _Frames(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
        )
        self._clips: TaskID | None = None
        self._films: dict[str, TaskID] = {}
        self._running: dict[str, TaskID] = {}
        self._looked_at: set[str] = set()
        self._shares: dict[str, float] = {}
        self._kept: set[str] = set()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._bars.stop()

    def line(self, text: Text) -> None:
        """Say a line that stays, above the bars."""
        self.console.print(text, soft_wrap=True)

    def clip_moves(self, event: ClipProgress) -> None:
        """Move the bar of a clip and the one of them all.

        The first word of a clip comes before anybody has looked whether it is there already.
        """
        first = event.clip not in self._looked_at
        self._looked_at.add(event.clip)
        if first and event.clip in self._owned:
            return
        self._flush()
        self._started()
        if event.clip not in self._running:
            frames = self._frames(event.clip)
            self._running[event.clip] = self._bars.add_task(
                f"  {say.plain(event.clip)}", total=frames
            )
        self._shares[event.clip] = event.share or 0.0
        done = (event.share or 0.0) * self._frames(event.clip)
        self._bars.update(self._running[event.clip], completed=done)
        self._count()

    def clip_ends(self, event: ClipProgress) -> None:
        """Take a clip's bar away."""
        running = self._running.pop(event.clip, None)
        if running is not None:
            self._bars.remove_task(running)
        self._shares[event.clip] = 1.0
        if event.state == "kept":
            self._kept.add(event.clip)
        self._count()

    def rendering(self, frames: int, total: int, aspect: str) -> None:
        """Move the bar of a film."""
        self._started()
        if aspect not in self._films:
            self._films[aspect] = self._bars.add_task(f"film {aspect}".rstrip(), total=total)
        self._bars.update(self._films[aspect], advance=frames)

    def _started(self) -> None:
        self._bars.start()
        if self._clips is None and self._plan and self._plan.jobs:
            self._clips = self._bars.add_task("clips", total=None)

    def _count(self) -> None:
        """Count frames done of frames planned, over the clips that are really made."""
        if self._clips is None or self._plan is None:
            return
        made = [job for job in self._plan.jobs if job.id not in self._kept]
        done = sum(job.frames * self._shares.get(job.id, 0.0) for job in made)
        self._bars.update(self._clips, total=sum(job.frames for job in made), completed=done)

    def _frames(self, clip: str) -> int:
        return self._plan.by_id[clip].frames if self._plan else 1


class _Frames(ProgressColumn):
    """Frames done of frames planned."""

    def render(self, task: Task) -> Text:
        total = f"{int(task.total):,}" if task.total is not None else "?"
        return Text(f"{int(task.completed):,}/{total} frames", style=DIM)


def _called(url: str, calls: int | None) -> str:
    if calls is None:
        return f"waiting for calls at {url}"
    if not calls:
        return f"no call came to {url}: clips were only asked for; does it lead to this machine?"
    return f"{counted(calls, 'call')} came"


def _headline(plan: Plan, label: str) -> Text:
    owned = sum(has_take for _, _, has_take in plan.quote.lines)
    missing = len(plan.jobs) - owned
    clips = f"{missing:,} clip{'' if missing == 1 else 's'} to make, {owned:,} owned"
    frames = f"{plan.timeline.frames:,} frames"
    count = (f"{label}  " if label else "", DIM)
    return say.assembled(count, (say.plain(plan.title), HEADING), (f"  {clips}; {frames}", DIM))


def display_on(console: Console, label: str = "") -> Lines:
    """Give what shows a run there: bars where somebody watches, else lines."""
    return Bars(console, label) if console.is_terminal else Lines(console, label)
