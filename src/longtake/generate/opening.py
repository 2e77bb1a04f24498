"""The key and the host of a provider, checked before either is used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from longtake.errors import KeyMissing, KeyRefused
from longtake.generate.addresses import checked_base, is_loopback
from longtake.generate.http import Wire
from longtake.generate.profile import Profile


def open_wire(
    profile: Profile, environment: Mapping[str, str], *, keyless: bool = False
) -> tuple[Wire, str]:
    """Give a line to a provider's host with the key of an environment, and the name of its account.

    `keyless` says that a host on this very machine may do without a key. Raises KeyMissing without a
    key, KeyRefused for what can be none, ProviderError for a host that must not be sent one.
    """
    key = environment.get(profile.key_variable, "").strip()
    host = environment.get(profile.host_variable, "").strip() or profile.base_url
    base = checked_base(host, profile.host_variable, profile.base_url) if key or keyless else ""
    if not key and not (keyless and is_loopback(urlsplit(base).hostname or "")):
        raise KeyMissing(
            f"{profile.name} needs a key: {profile.key_variable} is not set",
            hint="`longtake animatic` makes the whole film now, drawn and free",
        )
    if key and not re.fullmatch(r"[!-~]+", key):
        # What is said elsewhere about such a header would have the key in it.
        raise KeyRefused(
            f"{profile.key_variable} holds signs that no key has",
            hint="copy the key again, without spaces and line breaks",
        )
    header, form = profile.auth_header
    auth = {header: form.format(key=key)} if key else {}
    return Wire(base, auth, key), hashlib.sha256(key.encode()).hexdigest()[:12]
