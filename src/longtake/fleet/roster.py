"""Who of a fleet can buy where: whose queue a clip waits in, and who takes over a queue left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from longtake.fleet.runs import Worker


def account_for(workers: Iterable[Worker], provider: str, account: str = "") -> str | None:
    """Choose an account of a provider that a living worker has the key of; None where nobody has any.

    That is `account` where it can be, else the one of the oldest of them.
    """
    there = [
        each.accounts[provider] for each in workers if each.lives and provider in each.accounts
    ]
    return account if account in there else next(iter(there), None)


def left_alone(
    queues: Iterable[tuple[str, str]], workers: Sequence[Worker], me: str
) -> tuple[tuple[str, str], ...]:
    """List the accounts that nobody living has the key of, and whose clips are for `me` to take over.

    A provider's oldest worker takes them, so that two never take the same.
    """
    living = [each for each in workers if each.lives]
    served = {pair for each in living for pair in each.accounts.items()}
    mine = {
        provider
        for each in living
        for provider in each.accounts
        if next(w.id for w in living if provider in w.accounts) == me
    }
    return tuple(pair for pair in queues if pair not in served and pair[0] in mine)
