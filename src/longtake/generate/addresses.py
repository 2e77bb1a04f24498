"""Which hosts a clip may be fetched from: a link of a provider must not lead into this network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

from longtake.errors import ProviderError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]

# Addresses of IPv4 come inside these as well; Python calls them global wherever they lead.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve_host(host: str, port: int) -> list[str]:
    """Look up all addresses of a host, those of IPv4 first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = {str(entry[4][0]).partition("%")[0] for entry in found}
    return sorted(addresses, key=lambda address: (":" in address, address))


def read_addresses(texts: Iterable[str]) -> list[Address]:
    """Read addresses as a look-up gives them; raises ValueError for anything else."""
    return [ipaddress.ip_address(text) for text in texts]


def is_public(address: Address) -> bool:
    """Tell whether an address, and each that is wrapped in it, is one of the open internet."""
    return all(each.is_global and not each.is_multicast for each in _meant(address))


def read_base(url: str) -> SplitResult | None:
    """Read an address of the user's own; None unless it is https, or http to this very machine."""
    try:
        parts = urlsplit(url)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(name))
    return parts if name and safe and "@" not in parts.netloc else None


def checked_base(host: str, variable: str, like: str) -> str:
    """Read a host as people write it into a variable; ProviderError where a key must not go there."""
    base = host if "://" in host else f"https://{host}"
    parts = read_base(base)
    if parts and not (parts.query or parts.fragment):
        return base.rstrip("/")
    raise ProviderError(
        f"{variable} is no address a key may be sent to", hint=f"write it like {like}"
    )


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine, by its name or address alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _meant(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    meant: list[Address] = [address, *(address.teredo or ())]
    if address.sixtofour:
        meant.append(address.sixtofour)
    if address in _NAT64:
        meant.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return meant
