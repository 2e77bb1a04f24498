"""Ledgers and vaults with purchases in them, made without any provider."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from longtake.units import FrameRate, Money, Size
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, Order, Purchase
from longtake.vault.store import Vault
from longtake.vault.take import Take

# 2026-10-12 09:14:03 UTC
MORNING = 1791796443.0
ROOMY = Limits(in_flight=1000, per_minute=100_000)


def key_of(name: str) -> str:
    """Give a key as long as a real one."""
    return name.encode().hex().ljust(64, "0")


def intent(
    home: Path,
    clip: str,
    *,
    at: float = MORNING,
    price: str = "0.28 USD",
    board: str = "/films/bay.yaml",
    model: str = "minimax/MiniMax-Hailuo-02",
    asked: dict[str, object] | None = None,
    recipe: str = "",
) -> Purchase:
    """Admit a purchase into the ledger of a home."""
    ledger = Ledger(home / "ledger.db")
    ledger.open()
    provider, _, name = model.partition("/")
    request = json.dumps({"prompt": "a boat sets out", "first": "", **(asked or {})})
    money = Money.parse(price)
    order = Order(
        key_of(clip), provider, "acc", name, 6, board, clip, recipe or clip, request, money
    )
    admission = ledger.admit(order, ROOMY, at)
    assert isinstance(admission, Admitted)
    return admission.purchase


def submitted(home: Path, clip: str, *, at: float = MORNING, **facts: object) -> Purchase:
    """Take a purchase as far as its task id."""
    row = intent(home, clip, at=at, **facts)  # type: ignore[arg-type]
    ledger = Ledger(home / "ledger.db")
    assert ledger.sending(row, at)
    return ledger.submitted(row.id, f"task-{row.id}", at + 2)


def done(
    home: Path, clip: str, content: bytes = b"film", *, charge: str | None = None, **facts: object
) -> tuple[Purchase, Take]:
    """Buy a take and put it into the vault of a home."""
    row = submitted(home, clip, **facts)
    vault = Vault(home / "vault")
    part = vault.scratch(row.key)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(content)
    size, rate = Size(64, 36), FrameRate.parse(24)
    names = (row.key, row.recipe, clip, "", part, row.provider, row.model, row.task)
    take = vault.add(Take(*names, 12, rate, size, 11), part)
    paid = None if charge is None else Money(Decimal(charge))
    return Ledger(home / "ledger.db").done(row.id, take.sha256, paid, row.began + 90), take
