"""The bundled ffmpeg as a child that cannot outlive us, and the strict check of outside files."""

from __future__ import annotations

import ctypes
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import imageio_ffmpeg

from longtake.errors import MediaError
from longtake.media.probe import demuxer_of, open_regular, read_grid

_QUIET = ("-nostdin", "-hide_banner", "-v", "error")
_LAST_LINES = 5
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child of a process with threads may call it, but not load it.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_CHECK_S = 900.0


def run_ffmpeg(
    args: Sequence[str],
    *,
    stdin: bytes | None = None,
    timeout_s: float,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> bytes:
    """Run the bundled ffmpeg and give what it wrote to standard output.

    It is killed when the time is up, when the call is interrupted, and when this process dies. It
    works in `folder`, with `variables` added to its environment.
    Raises MediaError with the last lines of its log and the command. Arguments that carry outside
    text must be files (`file:...`), never parts of a filter graph.
    """
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *_QUIET, *args]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **variables} if variables else None,
        preexec_fn=_die_with_parent(),
    ) as child:
        try:
            out, log = child.communicate(stdin, timeout=timeout_s)
        except subprocess.TimeoutExpired as exc:
            child.kill()
            raise MediaError(
                f"ffmpeg was not done after {timeout_s:g} s\n  {shlex.join(command)}"
            ) from exc
        except BaseException:
            # SIGTERM would let ffmpeg finish its file first, for seconds.
            child.kill()
            raise
    if child.returncode:
        raise MediaError(
            f"ffmpeg failed ({_outcome(child.returncode)}){_last_lines(log)}\n"
            f"  {shlex.join(command)}"
        )
    return out


def ffmpeg_version() -> str:
    """Give the version of the bundled ffmpeg, which must run for it; raises MediaError."""
    try:
        said = run_ffmpeg(["-version"], timeout_s=20.0)
    except (OSError, RuntimeError) as exc:
        raise MediaError(f"there is no ffmpeg that runs: {exc}") from exc
    found = re.match(rb"ffmpeg version (\S+)", said)
    if not found:
        raise MediaError("what should be ffmpeg does not say its version")
    return found[1].decode("utf-8", "replace")


def strict_check(path: Path) -> None:
    """Raise MediaError unless a file is whole: its boxes fit it, and all of it decodes.

    Left to itself ffmpeg paints over damage and reports success.
    """
    demuxer = demuxer_of(path)
    if demuxer == "mov":
        _walk_boxes(path)
    strictly = ("-xerror", "-err_detect", "explode", "-protocol_whitelist", "file")
    everything = ("-map", "0:v:0", "-map", "0:a?", "-f", "null", "-")
    source = ("-f", demuxer, "-i", f"file:{path}")
    try:
        run_ffmpeg([*strictly, *source, *everything], timeout_s=_CHECK_S)
    except MediaError as exc:
        raise MediaError(f"{path}: cannot be decoded to its end: {exc.message}") from exc
    # Some damage decodes without a word and shows in the packets alone.
    read_grid(path)


def _walk_boxes(path: Path) -> None:
    """Check the outermost boxes of an MP4: a cut-off file betrays itself here at no cost."""
    size = path.stat().st_size
    kinds: list[bytes] = []
    at = 0
    with open_regular(path) as file:
        while at < size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4])
            if length == 1:
                length = int.from_bytes(head[8:16])
            elif length == 0:
                length = size - at
            if length < 8 or at + length > size:
                raise MediaError(f"{path}: is cut off or damaged at byte {at} of {size}")
            kinds.append(head[4:8])
            at += length
    for needed in (b"moov", b"mdat"):
        if needed not in kinds:
            raise MediaError(f"{path}: lacks its {needed.decode()} box")


def _die_with_parent() -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def in_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the line above.
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def _outcome(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"killed by signal {-code}"


def _last_lines(log: bytes) -> str:
    lines = log.decode("utf-8", "replace").splitlines()[-_LAST_LINES:]
    clean = ["".join(letter for letter in line if letter.isprintable()) for line in lines]
    return "".join(f"\n  {line}" for line in clean if line)
