"""`longtake reconcile`: purchases of which nobody knows whether they were taken, and a person's word."""

from __future__ import annotations

import time
from pathlib import Path

import click

from longtake.buying import account_now, bought_voices, the_ledger
from longtake.cli import say
from longtake.cli.board import Misuse
from longtake.cli.ledger import all_purchases, moment, unsigned
from longtake.cli.say import DIM, HEADING
from longtake.errors import LongtakeError, OutcomeUnknown
from longtake.generate.collect import word_wanted
from longtake.generate.purchase import seems_dead
from longtake.generate.settle import close_kept_voices, kept_voice
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase

# Where a person sees what an account has ordered.
_LOOK_AT = {
    "apimart": "the task list and the balance of your APIMart account",
    "minimax-v2": "the video tasks and the balance of your MiniMax account",
    "openai": "the usage page of your OpenAI account, or of the service you named",
    "minimax": "the video tasks and the balance of your MiniMax account",
    "pixazo": "the request list and the balance of your Pixazo account",
    "apiinone": "the task list and the credits of your API in One account",
}


def _task(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    task = value.strip() if value is not None else None
    if task is not None and (not task or not task.isprintable() or " " in task):
        raise click.BadParameter(f'"{task}" is no task id', ctx, parameter)
    return task


@click.command("reconcile")
@click.argument("number", required=False, type=click.IntRange(min=1))
@click.option("--made", "task", metavar="TASK", callback=_task, help="It was made: its task id.")
@click.option("--not-made", is_flag=True, help="It was not taken: it may be sent again.")
@click.pass_context
def command(ctx: click.Context, number: int | None, task: str | None, not_made: bool) -> None:
    """Show purchases of unknown outcome, or say what became of purchase NUMBER.

    They are never sent again by themselves: look at your account, then say what is there. A word can
    be taken back until its clip is here. Exits 6 while a purchase waits for your word.
    """
    said = (task is not None) + not_made
    if said > 1 or (said and number is None):
        raise Misuse(
            "a word is about one purchase: its number, and `--made TASK` or `--not-made`",
            hint="`longtake reconcile` lists the purchases that wait for one",
            ctx=ctx,
        )
    close_kept_voices(the_ledger(), bought_voices(), _waiting(), time.time())
    waiting = _waiting()
    if number is not None:
        waiting = [_named(number, waiting, made=task is not None)]
    if said:
        _settle(the_ledger(), waiting[0], task)
        return
    if not waiting:
        say.answer("no purchase waits for your word")
        return
    for row in waiting:
        _tell(row)
    wait = "purchase waits" if len(waiting) == 1 else "purchases wait"
    raise OutcomeUnknown(
        f"{len(waiting):,} {wait} for your word",
        hint=word_wanted(waiting[0]),
        charged=None,
    )


def _waiting() -> list[Purchase]:
    return [row for row in all_purchases() if waits_for_word(row, time.time())]


def waits_for_word(row: Purchase, now: float) -> bool:
    """Tell whether nobody but a person can say what became of a purchase.

    One that has been going out for long is such a one too: whoever sent it is gone.
    """
    return row.state == "unknown" or (row.state == "sending" and seems_dead(row, now))


def _named(number: int, waiting: list[Purchase], *, made: bool) -> Purchase:
    known = next((row for row in all_purchases() if row.id == number), None)
    if known and (known in waiting or _takes_word(known, made=made)):
        return known
    raise LongtakeError(
        f"purchase {number} is {known.state}: its outcome is known"
        if known
        else f"the ledger has no purchase {number}",
        hint="`longtake reconcile` lists the purchases that wait for a word",
    )


def _takes_word(row: Purchase, *, made: bool) -> bool:
    """Tell whether a word about a purchase can be given though none is waited for."""
    if row.state in ("submitted", "lost", "failed") and the_ledger().was_unknown(row.id):
        return True
    if made:
        # Its run had the answer, and could not write it down.
        return row.state == "sending"
    # What another key bought can be asked for by nobody, once that key is gone.
    now = account_now(row.provider, Path(row.board).parent)
    return row.state == "submitted" and now not in ("", row.account)


def _settle(ledger: Ledger, row: Purchase, task: str | None) -> None:
    """Write down a person's word."""
    if task is None:
        ledger.failed(row.id, "not taken, says its buyer", time.time())
        say.answer(f"purchase {row.id} was not made; the next `make` may send it again")
        return
    if row.is_speech and kept_voice(row, bought_voices()) is not None:
        close_kept_voices(ledger, bought_voices(), [row], time.time())
        say.answer(f"purchase {row.id} is here: its voice was kept, and the next `make` takes it")
        return
    if row.is_speech:
        ledger.lost(row.id, "charged, and its answer was lost, says its buyer", time.time())
        tries = ledger.spent(row.key)
        say.answer(f"purchase {row.id} is paid, and its voice is lost: no answer comes twice")
        say.answer(f"`longtake make --retakes {tries}` buys it again")
        return
    again = ledger.find(row.key)
    ledger.submitted(row.id, task, time.time())
    say.answer(f"purchase {row.id} is task {task}; the next `make` fetches it and pays nothing")
    say.answer("a mistyped task can be said again, until its clip is here")
    if again is not None and again.id != row.id and again.state in ("submitted", "done"):
        say.answer(f"it was bought twice: the film goes on with the take of purchase {again.id}")


def _tell(row: Purchase) -> None:
    say.answer((f"{row.id}  {row.clip}", HEADING), (f"  {say.shown(row.board)}", DIM))
    no_answer = f", nothing known since {moment(row.answered)}" if row.answered else ""
    for name, text in (
        ("sent", f"{moment(row.began)} UTC{no_answer}"),
        ("to", f"{row.provider}, {row.model}{'' if row.is_speech else f', {row.seconds} s'}"),
        ("price", f"{row.reserved}, reserved until your word"),
        ("text" if row.is_speech else "prompt", str(row.asked.get("prompt", ""))),
        ("message", unsigned(row.message) or "its run ended while it was being sent"),
        ("look at", _LOOK_AT.get(row.provider, f"your account at {row.provider}")),
    ):
        say.answer((f"  {name:<9}", DIM), say.plain(text))
    say.answer()
