"""Places on the open net that are the author's own: where pictures are put, where providers may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from longtake.generate.addresses import read_base

# Either of these says how a picture gets to the place, the third by what address it is had there.
COMMAND = "LONGTAKE_UPLOAD_COMMAND"
PUT = "LONGTAKE_UPLOAD_PUT"
PUBLIC = "LONGTAKE_UPLOAD_PUBLIC"


def has_host(environment: Mapping[str, str]) -> bool:
    """Tell whether the author has named a place for pictures."""
    return any(environment.get(name, "").strip() for name in (COMMAND, PUT))


@dataclass(frozen=True)
class Webhook:
    """Where providers may call: a public address, and the place of this machine it leads to."""

    url: str
    host: str = "127.0.0.1"
    port: int = 8443

    @classmethod
    def read(cls, url: str, listen: str = "") -> Webhook:
        """Read both as people write them (`listen` as HOST:PORT); a ValueError says what is wrong."""
        parts = read_base(url)
        if parts is None or parts.query or parts.fragment:
            raise ValueError(f'"{url}" is not of the form https://HOST/PATH')
        if not listen:
            return cls(url.rstrip("/"))
        host, _, port = listen.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f'"{listen}" is not of the form HOST:PORT')
        return cls(url.rstrip("/"), host, int(port))
