"""The ledger's tables, and how those of an older form are brought up to it."""

from __future__ import annotations

from decimal import Decimal

from longtake.errors import VaultError
from longtake.units import Money
from longtake.vault.book import Book, Transaction
from longtake.vault.purchase import OPEN_STATES, purchase_from
from longtake.vault.sums import add_to, board_budget, tell_charge

SCHEMA = 2

# A query must hold these very words where the index of open rows is to serve it.
OPEN = f"state IN ({', '.join(repr(state) for state in OPEN_STATES)})"

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS purchases (
  id {number},
  nonce TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL,
  provider TEXT NOT NULL,
  account TEXT NOT NULL,
  model TEXT NOT NULL,
  seconds INTEGER NOT NULL,
  board TEXT NOT NULL,
  clip TEXT NOT NULL,
  recipe TEXT NOT NULL,
  request TEXT NOT NULL,
  reserved TEXT NOT NULL,
  charge TEXT,
  currency TEXT NOT NULL,
  task TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  began DOUBLE PRECISION NOT NULL,
  answered DOUBLE PRECISION,
  closed DOUBLE PRECISION,
  owner TEXT NOT NULL DEFAULT '',
  purse TEXT NOT NULL DEFAULT '',
  UNIQUE (key, attempt)
);
CREATE TABLE IF NOT EXISTS happenings (
  {line}
  purchase BIGINT NOT NULL REFERENCES purchases (id),
  at DOUBLE PRECISION NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  act TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS sums (
  budget TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (budget, currency)
);
CREATE TABLE IF NOT EXISTS charges (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  resolution TEXT NOT NULL,
  seconds INTEGER NOT NULL,
  charge TEXT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (provider, model, resolution, seconds)
)
"""

# An admission looks at open rows and at the answers of the last minute, never at all there are.
_INDEXES = f"""
DROP INDEX IF EXISTS by_account;
DROP INDEX IF EXISTS by_board;
CREATE INDEX IF NOT EXISTS open_by_account ON purchases (provider, account) WHERE {OPEN};
CREATE INDEX IF NOT EXISTS by_answer ON purchases (provider, account, answered);
CREATE INDEX IF NOT EXISTS by_board_and_number ON purchases (board, id);
CREATE INDEX IF NOT EXISTS by_task ON purchases (provider, task) WHERE task <> '';
CREATE INDEX IF NOT EXISTS done_by_model ON purchases (provider, model, seconds, id)
  WHERE state = 'done';
CREATE INDEX IF NOT EXISTS by_purchase ON happenings (purchase)
"""


def make_tables(book: Book) -> None:
    """Make the tables, or bring older ones up; raises VaultError for those of a newer version."""
    book.prepare()
    book.within(lambda db: _made(book, db))


def _made(book: Book, db: Transaction) -> None:
    db.hold("schema")
    found = _form(db) if book.columns(db, "facts") else 0
    if found > SCHEMA:
        raise VaultError(
            f"the ledger {book.place} was written by a newer longtake (version {found})",
            hint="upgrade longtake; this one leaves the ledger alone",
        )
    if found == SCHEMA:
        return
    for statement in _TABLES.split(";"):
        db.change(statement.format(**book.types))
    if found == 1:
        _bring_up(db)
    for statement in _INDEXES.split(";"):
        db.change(statement)
    db.change("DELETE FROM facts WHERE name = 'schema'")
    db.change("INSERT INTO facts (name, value) VALUES ('schema', ?)", str(SCHEMA))


def _form(db: Transaction) -> int:
    row = db.one("SELECT value FROM facts WHERE name = 'schema'")
    return int(row["value"]) if row else 0


def _bring_up(db: Transaction) -> None:
    """Give rows of the first form an owner, a purse and the acts that wrote them; sum them up."""
    for table, column in (("purchases", "owner"), ("purchases", "purse"), ("happenings", "act")):
        db.change(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    found: dict[tuple[str, str], Decimal] = {}
    for row in db.every("SELECT board, currency, charge, reserved FROM purchases"):
        bound = Decimal(row["reserved"] if row["charge"] is None else row["charge"])
        name = (board_budget(row["board"]), row["currency"])
        found[name] = found.get(name, Decimal(0)) + bound
    for (budget, currency), amount in found.items():
        add_to(db, budget, Money(amount, currency))
    told = "SELECT * FROM purchases WHERE state = 'done' AND charge IS NOT NULL ORDER BY id"
    for row in db.every(told):
        tell_charge(db, purchase_from(row))
