"""Where the traceback of a bug goes: into a file, not over the author's terminal."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path

import platformdirs

from longtake import __version__


def write_crash_log(error: BaseException) -> Path:
    """Write the traceback into the user's log folder (else the temporary one); gives the file."""
    lines = [
        f"longtake {__version__}, Python {sys.version.split()[0]}, {platform.platform()}",
        f"arguments: {sys.argv[1:]}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    text = "\n".join(lines)
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}.log"
    try:
        folder = platformdirs.user_log_path("longtake", appauthor=False, ensure_exists=True)
        path = folder / name
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        path = Path(tempfile.mkdtemp(prefix="longtake-")) / name
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path
