"""A place of the author's own on the open net, for providers that take pictures by address alone.

It is named in the environment and nowhere else: a board from a stranger must not start programs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from longtake.errors import ProviderError, Refused, Unreachable, VaultError
from longtake.generate.addresses import read_base
from longtake.generate.http import Limits, Timing, Unfit, Wire, WireError
from longtake.generate.places import COMMAND, PUBLIC, PUT
from longtake.generate.plain import plain_words
from longtake.generate.programs import Program, command_words
from longtake.media.sendable import Packed

_LONGEST_S = 60.0
_ADDRESS = re.compile(r"https?://[!-~]{1,2000}$")
_BUSY = (408, 425, 429)
_HINT = (
    f"what {COMMAND} prints last, or {PUBLIC} names, must be a public https address of the file "
    "itself: no page about it, and no smaller copy"
)


class _Way(Protocol):
    """How a picture gets to the place: gives the address it is to be had by."""

    def place(self, packed: Packed, name: str, total_s: float) -> str: ...

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


def open_host(
    environment: Mapping[str, str], secrets: Collection[str], wire: Wire
) -> PictureHost | None:
    """Open the place an environment names, None where it names none.

    `secrets` are the variables that a command must not be told; `wire` fetches what was put there, to
    see that it is what was meant. Raises ProviderError for what cannot be such a place.
    """
    command, put = (environment.get(name, "").strip() for name in (COMMAND, PUT))
    if command and put:
        raise ProviderError(f"{COMMAND} and {PUT} are both set", hint="leave one of them out")
    if command:
        told = {name: value for name, value in environment.items() if name not in secrets}
        return PictureHost(_Command(Program(COMMAND, command_words(COMMAND, command), told)), wire)
    if put:
        return PictureHost(_open_put(put, environment.get(PUBLIC, "").strip()), wire)
    return None


class PictureHost:
    """Puts pictures where everybody can fetch them. Used from several threads."""

    def __init__(self, way: _Way, wire: Wire) -> None:
        self._way = way
        self._wire = wire

    def place(self, packed: Packed, name: str, total_s: float) -> str:
        """Put a picture up and give its address, which was seen to lead to the very same bytes.

        Raises Unreachable where another try may help, Refused where none will, VaultError where it
        cannot be laid out here.
        """
        try:
            return self._placed(packed, name, total_s)
        except OSError as exc:
            raise VaultError(
                f"a picture cannot be laid out to be sent: {exc.strerror or type(exc).__name__}",
                hint="make room in the folder for temporary files, or name another one with TMPDIR",
            ) from exc

    def _placed(self, packed: Packed, name: str, total_s: float) -> str:
        url = self._way.place(packed, name, min(_LONGEST_S, total_s))
        if not _ADDRESS.match(url):
            raise Refused(f"a picture's own address is none: {plain_words(url)[:80]}", hint=_HINT)
        with TemporaryDirectory(prefix="longtake-") as folder:
            path = Path(folder) / "seen"
            limits = Limits(max_bytes=len(packed.content), total_s=_LONGEST_S)
            try:
                self._wire.download(url, path, limits)
            except Unfit as exc:
                raise Refused(f"a picture's own address cannot be used: {exc}", hint=_HINT) from exc
            except WireError as exc:
                raise Unreachable(f"a picture cannot be had where it was put: {exc}") from exc
            if path.read_bytes() != packed.content:
                raise Refused("a picture's own address gives something else", hint=_HINT)
        return url

    def interrupt(self) -> None:
        """End the author's program where it runs, and start it no more."""
        self._way.interrupt()

    def close(self) -> None:
        """Let go of the connections."""
        self._way.close()


class _Command:
    """A program of the author's own, given a file, that prints the file's address."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def place(self, packed: Packed, name: str, total_s: float) -> str:
        with TemporaryDirectory(prefix="longtake-") as folder:
            path = Path(folder) / name
            path.write_bytes(packed.content)
            said = self._program.run({"file": str(path)}, "file", total_s)
        lines = said.decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def interrupt(self) -> None:
        self._program.interrupt()

    def close(self) -> None:
        """Nothing stays open."""


@dataclass(frozen=True)
class _Put:
    """A place that takes files by PUT; `{name}` in both addresses stands for the picture's name."""

    wire: Wire
    path: str
    public: str

    def place(self, packed: Packed, name: str, total_s: float) -> str:
        try:
            reply = self.wire.send(
                "PUT",
                self.path.replace("{name}", name),
                headers={"Content-Type": packed.media_type},
                content=packed.content,
                timing=Timing(quiet_s=min(30.0, total_s), total_s=total_s),
            )
        except WireError as exc:
            raise Unreachable(f"a picture cannot be put up: {exc}", hint=f"check {PUT}") from exc
        if 200 <= reply.status < 300:
            return self.public.replace("{name}", name)
        said = f"{self.wire.host} does not take a picture: HTTP {reply.status}"
        if reply.status >= 500 or reply.status in _BUSY:
            raise Unreachable(said)
        raise Refused(said, hint=f"check {PUT}")

    def interrupt(self) -> None:
        """A PUT ends soon by itself."""

    def close(self) -> None:
        self.wire.close()


def _open_put(put: str, public: str) -> _Put:
    parts = read_base(put)
    for name, url in ((PUT, put), (PUBLIC, public)):
        read = read_base(url) if url else parts
        if read is None or "{name}" not in read.path:
            raise ProviderError(
                f"{name} is no https address with {{name}} in its path",
                hint=f"write it like {name}=https://bucket.example/pictures/{{name}}",
            )
    assert parts is not None
    # A query may hold what allows the PUT: who fetches the picture need not know.
    plain = parts._replace(query="", fragment="").geturl()
    path = put.partition(parts.netloc)[2].partition("#")[0]
    wire = Wire(f"{parts.scheme}://{parts.netloc}", {}, parts.query)
    return _Put(wire, path, public or plain)
