"""Who of a fleet can buy where: whose queue a clip waits in, and who takes over a queue left alone.

Whoever is on the list counts, silent for a moment or not: the dead are taken off it by `bury`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from longtake.fleet.runs import Worker

Pair = tuple[str, str]


def account_for(workers: Iterable[Worker], provider: str, account: str = "") -> str | None:
    """Choose an account of a provider that a worker has the key of; None where nobody has any.

    That is `account` where it can be, else the one of the oldest worker, of one that was heard of lately
    where there is any.
    """
    able = [each for each in workers if provider in each.accounts]
    able.sort(key=lambda each: not each.lives)
    there = [each.accounts[provider] for each in able]
    return account if account in there else next(iter(there), None)


def unserved(providers: Iterable[str], workers: Iterable[Worker]) -> tuple[str, ...]:
    """List the providers that no worker which was heard of lately has a key of: their clips wait."""
    served = {provider for each in workers if each.lives for provider in each.accounts}
    return tuple(sorted(set(providers) - served - {"animatic"}))


def left_alone(
    queues: Iterable[Pair], workers: Sequence[Worker], me: str
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """List the accounts that no worker has the key of, and that are for `me` to look after.

    First those of providers where it can buy with a key of its own: the oldest such worker takes them, so
    that two never take the same. Then those where nobody can: they are for the oldest worker that buys.
    """
    served = {pair for each in workers for pair in each.accounts.items()}
    heirs: dict[str, str] = {}
    for each in workers:
        for provider in each.accounts:
            heirs.setdefault(provider, each.id)
    oldest = next((each.id for each in workers if each.what == "all"), None)
    alone = [pair for pair in queues if pair not in served and pair[0] != "animatic"]
    mine = tuple(pair for pair in alone if heirs.get(pair[0]) == me)
    lost = tuple(pair for pair in alone if pair[0] not in heirs) if oldest == me else ()
    return mine, lost
