"""What can be known of an installation, as plain values: found by looking, judged apart."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.generate.greeting import Greeting


@dataclass(frozen=True)
class Package:
    """A package and the versions of it that are wanted (`>=18.1,<19`); `version` is "" for none."""

    name: str
    version: str
    wanted: str = ""


@dataclass(frozen=True)
class Tried:
    """Something that was tried: what came of it, or what went wrong; `remedy` may help."""

    found: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Place:
    """A folder that is written to, or will be: free bytes there, or why nothing can be written."""

    path: str
    free: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Clocks:
    """What the clock shows, in seconds since 1970, and by how much it left an even pace meanwhile.

    `ahead` holds, for each host that told the time, how far this machine is ahead of it in seconds.
    """

    now_s: float
    installed_s: float
    strayed_s: float = 0.0
    ahead: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Shop:
    """A provider, as far as this machine knows it; `greeting` is None where its host was not asked.

    `host` is "" where the provider was not opened: without a key, or with the `problem` told.
    """

    name: str
    models: int
    key_variable: str
    key_is_set: bool = False
    host: str = ""
    host_variable: str = ""
    greeting: Greeting | None = None
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Facts:
    """All that was found. `packages` is None where longtake runs from its sources.

    `unseen` names the scripts that no font here draws, `scripts` all that were tried. `places` are by
    what they are for; `extras` are packages that only some verbs need.
    """

    python: str
    packages: tuple[Package, ...] | None
    ffmpeg: Tried
    encoder: Tried
    letters: Tried
    models: Tried
    scripts: tuple[str, ...]
    unseen: tuple[str, ...]
    places: tuple[tuple[str, Place], ...]
    ledger: Tried
    clocks: Clocks
    shops: tuple[Shop, ...]
    extras: tuple[Package, ...]
    voice: str
    speech: Tried
    speech_command: bool
    picture_host: bool
    offline: bool = False
