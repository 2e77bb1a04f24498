"""A private folder that stands for an object store: files come when they are asked for, checked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longtake.errors import VaultError, VaultUnreachable
from longtake.files import part_beside, publish, read_json, sha256_of, write_json, written_aside

if TYPE_CHECKING:
    from longtake.vault.depot import Depot

SCHEMA = 1
# So many small documents are asked for at a time.
_HANDS = 16


def silent(line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Mirror:
    """Files of a depot in a folder of this machine alone.

    Everything is sent before it gets its name here: what is here is there. What comes from there is
    used only when its hash is what it should be; `tell` hears of what was not.
    """

    depot: Depot
    root: Path
    tell: Callable[[str], None] = silent
    _sound: dict[Path, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)

    def keep(self, part: Path, name: str) -> Path:
        """Send a finished file, then give it its name here."""
        path = self.root / name
        self.depot.send(name, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(part, path)
        return path

    def bring(self, name: str, sha256: str) -> Path | None:
        """Give a file that has this hash, fetched if it is not here; None where it is not there either.

        Raises VaultError where what is there has another hash, looked at twice.
        """
        path = self.root / name
        if self._is_sound(path, sha256):
            return path
        if path.exists():
            self.tell(f"{path} is not what was stored: it is fetched again")
        with part_beside(path) as part:
            for _ in range(2):
                if not self.depot.fetch(name, part):
                    return None
                if sha256_of(part) == sha256:
                    publish(part, path)
                    return path
                self.tell(f"{name} came damaged from {self.depot.url}: it is fetched again")
        raise self._damaged(name)

    def write(self, name: str, content: Any, *, anew: bool) -> None:
        """Send a document, then keep it here; unless `anew`, one that is there already stays."""
        now_ns = time.time_ns()
        if self.depot.write(name, _sealed(name, content, now_ns), first=not anew):
            self._put_down(name, content, now_ns)
        else:
            self.read(name, fresh=True)

    def read(self, name: str, *, fresh: bool = False) -> Any:
        """Give a document, None where there is none; with `fresh` as it is there now.

        Raises VaultError where what is there was damaged, looked at twice.
        """
        known = None if fresh else read_json(self.root / name)
        if known is not None:
            return known
        for _ in range(2):
            answer = self.depot.read(name)
            if answer is None:
                return None
            with contextlib.suppress(ValueError, KeyError, TypeError):
                content, at_ns = _unsealed(name, answer)
                self._put_down(name, content, at_ns)
                return content
            self.tell(f"{name} came damaged from {self.depot.url}: it is fetched again")
        raise self._damaged(name)

    def read_all(self, names: Iterable[str]) -> tuple[str, ...]:
        """Bring many documents here; gives the names of those that were damaged."""
        with ThreadPoolExecutor(_HANDS) as hands:
            read = [(name, hands.submit(self.read, name)) for name in names]
        damaged = [name for name, each in read if _is_damage(each.exception())]
        return tuple(damaged)

    def listed(self, folder: str) -> Iterator[str]:
        """List the names of the documents that are there in a folder."""
        return (name for name in self.depot.names(folder) if name.endswith(".json"))

    def erase(self, names: list[str]) -> None:
        """Delete files there and here."""
        self.depot.delete(names)
        for name in names:
            (self.root / name).unlink(missing_ok=True)

    def _put_down(self, name: str, content: Any, at_ns: int) -> None:
        """Write a document here, with the time at which it was written anywhere first."""
        path = self.root / name
        with written_aside(path) as part:
            write_json(part, content)
            os.utime(part, ns=(at_ns, at_ns))

    def _is_sound(self, path: Path, sha256: str) -> bool:
        """Tell whether a file here has a hash; read again only where it changed since."""
        try:
            now = path.stat()
        except OSError:
            return False
        state = (now.st_size, now.st_mtime_ns)
        if self._sound.get(path) != state:
            if sha256_of(path) != sha256:
                return False
            self._sound[path] = state
        return True

    def _damaged(self, name: str) -> VaultError:
        return VaultError(
            f"{name} in {self.depot.url} is not what was stored there, looked at twice",
            hint="put it back from a backup, or delete it there: what is paid for is then fetched"
            " from its provider again, as long as that keeps it",
        )


def _is_damage(error: BaseException | None) -> bool:
    if error is not None and (
        isinstance(error, VaultUnreachable) or not isinstance(error, VaultError)
    ):
        raise error
    return error is not None


def _sealed(name: str, content: Any, at_ns: int) -> bytes:
    """Write a document with its name, its time and a hash of all: a damaged one is known by that.

    The time is the writer's own: what a store tells is rounded to seconds by some.
    """
    # Its hash is that of what will be read: keys are texts then, and rows are lists.
    body = json.loads(json.dumps({"name": name, "at_ns": at_ns, "content": content}))
    whole = {"schema": SCHEMA, "sha256": _hash(body), **body}
    return json.dumps(whole, indent=1, sort_keys=True).encode()


def _unsealed(name: str, sealed: bytes) -> tuple[Any, int]:
    whole = json.loads(sealed)
    body = {each: whole[each] for each in ("name", "at_ns", "content")}
    if (whole["schema"], whole["sha256"], body["name"]) != (SCHEMA, _hash(body), name):
        raise ValueError("another document than was put there")
    return body["content"], int(body["at_ns"])


def _hash(body: Any) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
