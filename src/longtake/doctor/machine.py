"""Looking at this machine: what is installed, what runs, what can be written. Changes nothing."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from longtake.doctor.facts import Package, Place, Tried
from longtake.errors import LongtakeError
from longtake.media.ffmpeg import ffmpeg_version
from longtake.media.trial import try_encoder
from longtake.media.type import undrawable
from longtake.vault.ledger import Ledger
from longtake.vault.tables import SCHEMA

# A few signs of each script, common ones.
SCRIPTS = {
    "Chinese": "漢字的",
    "Japanese": "かなカナ",
    "Korean": "한글",
    "Greek": "λόγος",
    "Cyrillic": "Щука",
    "Arabic": "سلام",
    "Hebrew": "שלום",
    "Devanagari": "नमस",
    "Thai": "ไทย",
}
_REINSTALL = "install longtake and its packages anew"
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(;.*)?$")


def python_version() -> str:
    """Name this Python and the machine it runs on."""
    return f"{platform.python_version()}, {platform.system()} {platform.machine()}"


def needed_packages() -> tuple[Package, ...] | None:
    """List longtake and what it was installed to need; None where it was not installed."""
    try:
        lines = ["longtake", *(importlib.metadata.requires("longtake") or [])]
    except importlib.metadata.PackageNotFoundError:
        return None
    parsed = (_REQUIREMENT.match(line) for line in lines)
    # What has a condition is for another system, or one of the extras.
    plain = (found for found in parsed if found and not found[3])
    return tuple(Package(found[1], _version(found[1]), found[2].strip()) for found in plain)


def extra_packages() -> tuple[Package, ...]:
    """List the packages that only the simulator needs."""
    return tuple(Package(name, _version(name)) for name in ("starlette", "uvicorn"))


def look_at_ffmpeg() -> Tried:
    """Run the bundled ffmpeg."""
    return _tried(ffmpeg_version)


def look_at_encoder() -> Tried:
    """Encode a few pictures and decode them again."""

    def act() -> str:
        with tempfile.TemporaryDirectory(prefix="longtake-doctor-") as folder:
            return try_encoder(Path(folder))

    return _tried(act)


def look_at_letters() -> Tried:
    """Look whether Latin text can be set at all."""

    def act() -> str:
        lost = undrawable("Äßéñøš€")
        return f"Latin text, but not {lost}" if lost else "Latin text can be set"

    return _tried(act)


def unseen_scripts() -> tuple[str, ...]:
    """Name the scripts of which some signs would be drawn as boxes."""
    try:
        return tuple(name for name, signs in SCRIPTS.items() if undrawable(signs))
    except LongtakeError:
        return tuple(SCRIPTS)


def look_at_place(path: Path) -> Place:
    """Look whether a folder, or the one it would be made in, can be written, and how much fits."""
    folder = path.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"longtake")
        return Place(str(path), shutil.disk_usage(folder).free)
    except OSError as exc:
        return Place(str(path), problem=(exc.strerror or type(exc).__name__).lower())


def look_at_ledger(ledger: Ledger) -> Tried:
    """Read the ledger, where there is one."""
    if not ledger.exists():
        return Tried("there is none yet: nothing was bought")

    def act() -> str:
        ledger.open()
        purchases = ledger.purchases()
        unknown = sum(purchase.state == "unknown" for purchase in purchases)
        lost = f", {unknown} to be decided by `longtake reconcile`" if unknown else ""
        return f"form {SCHEMA}, purchases: {len(purchases)}{lost}"

    return _tried(act, remedy="")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _tried(act: Callable[[], str], remedy: str = _REINSTALL) -> Tried:
    try:
        return Tried(act())
    except LongtakeError as exc:
        return Tried(problem=exc.message, remedy=exc.hint or remedy)
    except OSError as exc:
        return Tried(problem=str(exc), remedy=remedy)
