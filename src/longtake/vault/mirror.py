"""A private folder that stands for an object store: files come when they are asked for, checked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longtake.errors import VaultError, VaultUnreachable
from longtake.files import part_name, publish, read_json, sha256_of, write_json

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
        with self._part(path) as part:
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
        sealed = _sealed(name, content)
        if self.depot.write(name, sealed, first=not anew):
            write_json(self.root / name, content)
        else:
            self.read(name, fresh=True)

    def read(self, name: str, *, fresh: bool = False) -> Any:
        """Give a document, None where there is none; with `fresh` as it is there now.

        Raises VaultError where what is there was damaged, looked at twice.
        """
        path = self.root / name
        known = None if fresh else read_json(path)
        if known is not None:
            return known
        for _ in range(2):
            answer = self.depot.read(name)
            if answer is None:
                return None
            with contextlib.suppress(ValueError, KeyError, TypeError):
                content = _unsealed(name, answer[0])
                write_json(path, content)
                os.utime(path, ns=(answer[1], answer[1]))
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
        return (row.name for row in self.depot.names(folder) if row.name.endswith(".json"))

    def erase(self, names: list[str]) -> None:
        """Delete files there and here."""
        self.depot.delete(names)
        for name in names:
            (self.root / name).unlink(missing_ok=True)

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

    @contextlib.contextmanager
    def _part(self, path: Path) -> Iterator[Path]:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(part_name(path.name))
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)

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


def _sealed(name: str, content: Any) -> bytes:
    """Write a document with its name and its hash: a damaged or misplaced one is known by them."""
    # Its hash is that of what will be read: keys are texts then, and rows are lists.
    text = _text(json.loads(json.dumps(content)))
    whole = {"schema": SCHEMA, "name": name, "sha256": _hash(name, text), "content": content}
    return json.dumps(whole, indent=1, sort_keys=True).encode()


def _unsealed(name: str, sealed: bytes) -> Any:
    whole = json.loads(sealed)
    content = whole["content"]
    told = (whole["schema"], whole["name"], whole["sha256"])
    if told != (SCHEMA, name, _hash(name, _text(content))):
        raise ValueError("another document than was put there")
    return content


def _text(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def _hash(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()
