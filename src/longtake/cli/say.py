"""What is said on the terminal: the only place that prints, but for the bars of progress.py.

Results go to stdout, all else to stderr. Words from outside (titles, prompts, paths, messages of
others) are shown as they are: never read as markup, their control signs made visible.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.text import Span, Text

from longtake.cli.crash import write_crash_log
from longtake.cli.faultobjects import ErrorEvent, error_of, json_line
from longtake.errors import Detached, Fault, LongtakeError, StoryboardError
from longtake.storyboard.diagnose import visible

HEADING, PATH, HINT, WARNING, ERROR, DIM = "bold", "cyan", "cyan", "yellow", "bold red", "dim"
STATES = {
    "made": "green",
    "settled": "green",
    "unsettled": "bold red",
    "kept": "cyan",
    "rejoined": "yellow",
    "again": "bold yellow",
    "never": "green",
    "owned": "green",
    "accepted": "yellow",
    "refused": "bold red",
    "waiting": "yellow",
    "choose": "bold yellow",
    "held": "yellow",
    "missing": "yellow",
    "failed": "bold red",
}
TIMES = ("times are minutes:seconds:frames of the film", DIM)
# Wide enough for a clip's name and its word, narrow enough to be read across.
LINE_WIDTH = 72


def terminal(*, err: bool = True) -> Console:
    """Give the terminal behind stderr or stdout; colour only where it is one and NO_COLOR is unset."""
    return Console(stderr=err, markup=False, highlight=False, emoji=False)


def plain(text: object) -> str:
    """Make words from outside safe to show on one line."""
    return visible(str(text).replace("\r\n", " ").replace("\n", " "))


def tell(*parts: str | Text | tuple[str, str]) -> None:
    """Say a line on stderr; parts are text or (text, style)."""
    _put(assembled(*parts), err=True)


def answer(*parts: str | Text | tuple[str, str]) -> None:
    """Say a line of the result on stdout."""
    _put(assembled(*parts), err=False)


def answer_lines(lines: Iterable[Text]) -> None:
    """Say many lines of the result at once; where no colours are shown, nothing is made of them."""
    if terminal(err=False).is_terminal:
        # One answer for all: each one opens a terminal of its own.
        answer(Text("\n").join(lines))
    else:
        sys.stdout.write("".join(f"{line.plain}\n" for line in lines))


def answer_json(document: object) -> None:
    """Write one JSON document as one line on stdout, at once."""
    sys.stdout.write(json_line(document) + "\n")
    sys.stdout.flush()


def assembled(*parts: str | Text | tuple[str, str]) -> Text:
    """Put a line together from text and (text, style)."""
    words: list[str] = []
    spans: list[Span] = []
    at = 0
    for part in parts:
        if isinstance(part, Text):
            text, style = part.plain, part.style
            inner = [Span(at + span.start, at + span.end, span.style) for span in part.spans]
        else:
            text, style = (part, "") if isinstance(part, str) else part
            text, inner = _safe(text), []
        end = at + len(text)
        spans += [Span(at, end, style), *inner] if style else inner
        words.append(text)
        at = end
    return Text("".join(words), spans=spans)


def state_line(name: str, state: str, width: int = LINE_WIDTH) -> Text:
    """Write `dawn.1/1 ........ made`: a name, dots, one coloured word at the right."""
    name = plain(name)
    dots = "." * max(3, width - len(name) - len(state) - 2)
    return assembled(name, (f" {dots} ", DIM), (state, STATES.get(state, "")))


def width_of(console: Console) -> int:
    """Give the width of lines of state: the terminal's, but not so wide that the eye is lost."""
    return min(console.width, 100) if console.is_terminal else LINE_WIDTH


def shown(path: Path | str) -> str:
    """Write a path as short as it can be from here."""
    full = Path(path).absolute()
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else str(path)


def warn(faults: tuple[Fault, ...]) -> None:
    """Say on stderr what is doubtful but stops nothing."""
    for fault in faults:
        tell(fault_text(fault, ("warning: ", WARNING)))
        tell()


def fault_text(fault: Fault, label: tuple[str, str] | None = None) -> Text:
    """Write a fault as its text is, with place, caret and hint set apart by colour."""
    # A warning is silenced by its code.
    parts = (label, plain(fault.message), (f" [{fault.code}]", DIM)) if label else ()
    lines = [assembled((f"{fault.where}: ", HEADING), *(parts or (plain(fault.message),)))]
    if fault.excerpt:
        *source, caret = fault.excerpt.split("\n")
        lines += [assembled(line) for line in source] + [assembled((caret, ERROR))]
    if fault.hint:
        lines.append(_hint(fault.hint))
    return Text("\n").join(lines)


def failed(error: LongtakeError, *, as_json: bool = False, board: str = "") -> int:
    """Say an error raised on purpose, of one of several boards where it is named; gives its exit code."""
    if as_json:
        answer_json(replace(error_of(error), board=board))
    if isinstance(error, StoryboardError):
        tell(Text("\n\n").join(fault_text(fault) for fault in error.faults))
    else:
        at = error.where or (shown(board) if board else "")
        place = f"{at}: " if at else ""
        # Who only stops watching a fleet has done nothing wrong.
        label = "" if isinstance(error, Detached) else "error: "
        _say_error(place + error.message, error.hint, label)
    return error.exit_code


def misused(error: click.ClickException, *, as_json: bool = False) -> int:
    """Say what is wrong with a command line; gives 2."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(error.format_message() + "\n")
        return error.exit_code
    message = error.format_message().rstrip(".")
    hint = getattr(error, "hint", "") or (
        f"`{context.command_path} --help` lists what it takes" if context else ""
    )
    if as_json:
        answer_json(ErrorEvent(exit=error.exit_code, message=message, hint=hint))
    _say_error(message[:1].lower() + message[1:], hint)
    return error.exit_code


def refused(error: OSError, *, as_json: bool = False, board: str = "") -> int:
    """Say what the machine did not allow (a full disk, a folder that is read-only); gives 1."""
    place = f"{shown(str(error.filename))}: " if error.filename else ""
    reason = (error.strerror or str(error)).lower()
    hint = "nothing finished is lost; the same command goes on when that is mended"
    return failed(LongtakeError(f"{place}{reason}", hint=hint), as_json=as_json, board=board)


def interrupted(exit_code: int, *, as_json: bool = False) -> int:
    """Say that a run was stopped and loses nothing by it; gives the exit code."""
    message, hint = "stopped", "the same command goes on where it stopped"
    if as_json:
        answer_json(ErrorEvent(exit=exit_code, message=message, hint=hint))
    _say_error(message, hint, label="")
    return exit_code


def crashed(error: Exception, exit_code: int, *, as_json: bool = False) -> int:
    """Say that we made a mistake and where its traceback lies; gives the exit code."""
    log = write_crash_log(error)
    message = f"this is a bug of longtake: {type(error).__name__}: {error}"
    hint = f"the same command may go on; please report it with {log}"
    if as_json:
        answer_json(ErrorEvent(exit=exit_code, message=message, hint=hint))
    _say_error(message, hint)
    return exit_code


def _say_error(message: str, hint: str, label: str = "error: ") -> None:
    for number, line in enumerate(message.split("\n")):
        tell((label if number == 0 else "", ERROR), visible(line))
    if hint:
        tell(_hint(hint))


def _hint(hint: str) -> Text:
    return assembled(("hint: ", HINT), plain(hint))


def _safe(text: str) -> str:
    return "\n".join(map(visible, text.split("\n"))) if "\n" in text else visible(text)


def _put(line: Text, *, err: bool) -> None:
    console = terminal(err=err)
    try:
        # The terminal wraps: our own wrapping would part a caret from its line.
        console.print(line, soft_wrap=True)
    except BrokenPipeError:
        # Nobody reads our talk any more: go on with the work. A result unread ends the command.
        if not err:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
