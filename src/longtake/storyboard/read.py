"""Read a document's file into lines, refusing what is no text before a parser sees it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import NoReturn

from longtake.errors import Fault, StoryboardError, Where
from longtake.storyboard.diagnose import Source, quoted, visible

MAX_BYTES = 8 << 20

_LINE_END = re.compile("\r\n|\r|\n")
# All that YAML forbids in a stream, and the three line separators that YAML 1.2 no longer breaks
# lines at but libyaml does: they would shift every line number after them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """A file that cannot be opened at all; whoever named it says where."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_source(path: Path, shown: str, raw: bytes | None = None) -> Source:
    """Read a file's text; raises Unreadable, or StoryboardError pointing into the file.

    `raw` is the text of a file that only its reader has, as if it lay at `path`.
    """
    raw = _read_bytes(path, shown) if raw is None else raw
    if raw.startswith(_UTF_16):
        _refuse(shown, 1, 1, "this file is UTF-16, not UTF-8", "save it as UTF-8")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        before = raw[: exc.start].decode("utf-8").removeprefix("\ufeff")
        lines = _LINE_END.split(before)
        message = f"this file is not UTF-8: the byte 0x{raw[exc.start]:02x} begins no character"
        _refuse(shown, len(lines), len(lines[-1]) + 1, message, "save it as UTF-8")
    source = Source(path, shown, tuple(_LINE_END.split(text)))
    bad = _FORBIDDEN.search(text)
    if bad:
        raise StoryboardError((_bad_sign(source, text, bad.start()),))
    return source


def _read_bytes(path: Path, shown: str) -> bytes:
    name = quoted(shown, 200)
    # Opening a FIFO would wait for a writer for ever; a device may never end.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise Unreadable(f"there is no file {name}") from None
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or "its name is no path"
        raise Unreadable(f"{name} cannot be read: {reason}") from exc
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise Unreadable(f"{name} is a folder, not a file", "name the storyboard inside it")
        raise Unreadable(f"{name} is no regular file")
    try:
        with os.fdopen(handle, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise Unreadable(f"{name} cannot be read: {exc.strerror}") from exc
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"{name} is larger than 8 MiB", "a storyboard is text; is this one?")
    return raw


def _refuse(shown: str, line: int, column: int, message: str, hint: str) -> NoReturn:
    where = Where(visible(shown), line, column)
    raise StoryboardError((Fault(where, message, "encoding", "", hint),))


def _bad_sign(source: Source, text: str, at: int) -> Fault:
    lines = _LINE_END.split(text[:at])
    line, column, sign = len(lines) - 1, len(lines[-1]), text[at]
    if sign == "\0":
        message, hint = "a NUL character stands here", "is this text, and saved as UTF-8?"
    elif sign in "\u2028\u2029\x85":
        message = f"an invisible line separator (U+{ord(sign):04X}) stands here"
        hint = "replace it by an ordinary line end"
    elif sign == "\ufeff":
        message = "a byte order mark stands inside the file"
        hint = "delete it; it comes from joining two files"
    else:
        message, hint = f"a control character (U+{ord(sign):04X}) stands here", "delete it"
    return source.fault(line, column, 1, message, code="control", hint=hint)
