"""Which providers there are, and how to open one with the user's key.

Providers are loaded when one is opened, ours and those of plug-ins alike: whoever only draws waits
for none. A plug-in is a package with an entry point in the group `longtake.providers`: its name is
the provider's, its value a function from the environment to a `Provider`.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points

from longtake.errors import LongtakeError, ProviderError
from longtake.generate.provider import Provider

GROUP = "longtake.providers"
_OURS = {
    name: EntryPoint(
        name, f"longtake.generate.providers.{name.replace('-', '_')}:open_provider", GROUP
    )
    for name in ("apiinone", "apimart", "minimax", "minimax-v2", "pixazo")
}


def open_provider(name: str, environment: Mapping[str, str]) -> Provider:
    """Open a provider by its name.

    Raises KeyMissing where its key is not set, ProviderError where there is no such provider or its
    plug-in is broken.
    """
    entry = _OURS.get(name) or next(iter(entry_points(group=GROUP, name=name)), None)
    if entry is None:
        raise _no_such(name)
    try:
        provider: Provider = entry.load()(environment)
    except LongtakeError:
        raise
    except Exception as exc:  # a plug-in may fail in any way, and harms no other
        raise ProviderError(
            f"the provider {name} cannot be opened: {type(exc).__name__}",
            hint=f"it comes with {entry.value.partition(':')[0]}; update or remove that package",
        ) from exc
    return provider


def plug_ins() -> tuple[str, ...]:
    """Name the providers that plug-ins bring."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)} - set(_OURS)))


def providers() -> tuple[str, ...]:
    """Name all providers there are, ours and those of plug-ins."""
    return tuple(sorted({*_OURS, *plug_ins()}))


def _no_such(name: str) -> ProviderError:
    known = providers()
    close = get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
    return ProviderError(f'there is no provider "{name}"', hint=hint)
