"""Files in an object store, through obstore: the one place that knows its errors and its patience.

Credentials, region and endpoint come from the usual variables (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, ...). What a store answers may name a key, so
none of it gets into our messages.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from longtake.errors import VaultError, VaultUnreachable

# So long a store that does not answer is asked again before the run says so.
PATIENCE_S = 60.0
# A call may take long, for a film is large, but not without a byte for long.
_CALL_S = 3600.0
_SILENT_S = 30.0
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Depot:
    """Files by their names in an object store; every call raises VaultUnreachable where it cannot be done.

    `folder` is where they lie, if that is a folder of this machine: a store there does not sync.
    """

    url: str
    store: ObjectStore
    folder: Path | None = None

    def send(self, name: str, path: Path) -> None:
        """Put a file under its name; it is there as a whole, or it is not there."""
        with path.open("rb") as file, self._told(name):
            obstore.put(self.store, name, file)
        self._sync(name)

    def write(self, name: str, content: bytes, *, first: bool = False) -> bool:
        """Put bytes under a name.

        With `first` False is given, and nothing is changed, where something is there already. Two
        writers at once may both be let in by a store that cannot tell: no lock can be built on it.
        """
        with self._told(name):
            try:
                obstore.put(self.store, name, content, mode="create" if first else "overwrite")
            except (AlreadyExistsError, PreconditionError):
                return False
            except NotSupportedError:
                if self.read(name) is not None:
                    return False
                obstore.put(self.store, name, content)
        self._sync(name)
        return True

    def read(self, name: str) -> bytes | None:
        """Give the bytes under a name, None where there is nothing."""
        with self._told(name):
            try:
                return bytes(obstore.get(self.store, name).bytes())
            except FileNotFoundError:
                return None

    def fetch(self, name: str, path: Path) -> bool:
        """Write what is under a name into a file; False where there is no such. Nothing is checked."""
        with self._told(name):
            try:
                chunks = obstore.get(self.store, name).stream(min_chunk_size=_CHUNK)
            except FileNotFoundError:
                return False
            with path.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
        return True

    def volume(self, name: str) -> int | None:
        """Give the bytes of what is there under a name, None where there is nothing."""
        with self._told(name):
            try:
                return obstore.head(self.store, name)["size"]
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> Iterator[str]:
        """List the names of what lies below a folder."""
        with self._told(folder):
            for rows in obstore.list(self.store, folder):
                yield from (row["path"] for row in rows)

    def delete(self, names: list[str]) -> None:
        """Delete what is there under these names."""
        for name in names:
            with self._told(name), contextlib.suppress(FileNotFoundError):
                obstore.delete(self.store, name)

    def _sync(self, name: str) -> None:
        if self.folder is not None and os.name == "posix":
            for path in (self.folder / name, (self.folder / name).parent):
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    @contextlib.contextmanager
    def _told(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise VaultUnreachable(
                f"the vault {self.url} is not there",
                hint="make the bucket first, or look at its name and at AWS_ENDPOINT_URL",
            ) from error
        except (UnauthenticatedError, PermissionDeniedError) as error:
            raise VaultUnreachable(
                f"the vault {self.url} does not let us in",
                hint="look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and at the bucket's rights",
            ) from error
        except (BaseError, ValueError) as error:
            raise VaultUnreachable(
                f"the vault {self.url} did not answer for {name}, asked again for some time",
                hint="nothing is lost: run the same command again when the store can be reached",
            ) from error


def open_depot(url: str, patience_s: float = PATIENCE_S) -> Depot:
    """Open the object store of an URL such as `s3://bucket/prefix`; asks it nothing yet.

    A call that meets no answer is made again for `patience_s`.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise VaultError(
            f"the address of a vault is {parts.scheme}://BUCKET/PREFIX and nothing else",
            hint="keys belong into variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
        )
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        return Depot(url, LocalStore(folder, mkdir=True), folder)
    if parts.scheme == "memory":
        return Depot(url, MemoryStore())
    retries: Any = {"max_retries": 1000, "retry_timeout": timedelta(seconds=patience_s)}
    # An endpoint without encryption is used where its user names one: no key travels, only signatures.
    plain = _endpoint().startswith("http://")
    client: Any = {
        "timeout": timedelta(seconds=_CALL_S),
        "read_timeout": timedelta(seconds=min(_SILENT_S, patience_s)),
        "connect_timeout": timedelta(seconds=10),
        "allow_http": plain,
    }
    try:
        store = from_url(url, client_options=client, retry_config=retries)
    except (BaseError, ValueError) as error:
        raise VaultError(
            f"no vault can be opened at {url}", hint="such as s3://BUCKET/PREFIX"
        ) from error
    return Depot(url, store)


def _endpoint() -> str:
    return os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
