"""The command `longtake`: finds the verb, runs it, and turns every ending into an exit code.

Exit codes: 0 ok, 1 failed, 2 usage or storyboard fault, 3 needs confirmation or a choice, 4 over budget,
5 provider key or balance, 6 a purchase needs a decision, 11 another run holds the project,
70 a bug of ours, 130 interrupted.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click
from click.shell_completion import CompletionItem

from longtake import __version__
from longtake.errors import LongtakeError

# verb -> what `longtake --help` says of it. A verb lives in the module of its name, which is
# imported when that verb runs: the help of all verbs must not cost the import of a film.
VERBS = {
    "init": "Write a small storyboard with stills that renders at once",
    "check": "Find every fault in a storyboard, and in the files it names",
    "fmt": "Lay a storyboard out in one way, with all its comments",
    "plan": "Show the chain of clips, lengths, joins, prices; makes nothing",
    "diff": "Compare two boards: what is kept, re-joined or made again, and what that costs",
    "explain": "Say why a clip is made again, and how the film is put together",
    "animatic": "Make a rough moving version of the film, free, without a key",
    "make": "Make the film; what exists already is not made again",
    "reroll": "Buy further takes of a shot, to choose from; the film stays as it is",
    "keep": "Choose the take of a shot that goes into the film; spends nothing",
    "approve": "Approve shots as the draft shows them; spends nothing",
    "promote": "Make the final clips of the approved shots alone",
    "status": "Show what is made, what is missing, and who is at work",
    "review": "Open a page in the browser: watch the film being made, choose, approve",
    "seams": "Look at every seam of the film, as it was made and as it is repaired",
    "models": "Show what every model makes, what it costs, and whether its key is set",
    "ledger": "Show every purchase and what it came to",
    "reconcile": "Say what became of a purchase of which nobody knows",
    "verify": "Check that every take is there and whole",
    "gc": "Show, and remove on request, what nothing needs",
    "doctor": "Look whether this machine and your keys are well; costs nothing",
    "completion": "Write what a shell needs to complete verbs, options and boards",
    "worker": "Work for films that many machines make together",
    "share": "Copy what you own into the vault of a fleet",
    "cancel": "Stop a run of the fleet before its next purchase",
    "simulate": "Answer like the remote providers, here, without money",
}

# What is written without being asked for -> the file it is, beside the film.
FILES = {"report": "report.html", "contact": "contact.jpg", "captions": "captions.srt"}

EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 2, 70, 130


class Verbs(click.Group):
    """The group of all verbs, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = _imported(cmd_name).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # Asked by itself, click would import every verb for its help.
        verbs = [
            CompletionItem(verb, help=said)
            for verb, said in VERBS.items()
            if verb.startswith(incomplete)
        ]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        asked = args and not args[0].startswith("-") and not ctx.resilient_parsing
        if asked and args[0] not in VERBS:
            raise _no_verb(args[0], ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A verb works on the storyboard named, or on the only one in the folder.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def longtake() -> None:
    """Turn a storyboard into one long film."""


# Verbs that read, decide, say it and end: nothing they make becomes waste before they do.
_ONLY_PLANNING = frozenset({"check", "plan", "explain", "diff"})


def main() -> None:
    """Run the command line and leave with its exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a sign shows a question mark; it is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # A third of a long plan's time would go into the collector walking what only grows.
    gc.set_threshold(100_000, 20, 100)
    if sys.argv[1:2] and sys.argv[1] in _ONLY_PLANNING:
        gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], group: click.Command = longtake) -> int:
    """Run one command line and give its exit code; errors are said, never raised."""
    as_json = "--json" in arguments
    try:
        code = group.main(list(arguments), prog_name="longtake", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`longtake plan | head`); the flush at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (KeyboardInterrupt, click.Abort):
        return int(_imported("say").interrupted(EXIT_INTERRUPTED, as_json=as_json))
    except click.ClickException as error:
        return int(_imported("say").misused(error, as_json=as_json))
    except LongtakeError as error:
        return int(_imported("say").failed(error, as_json=as_json))
    except OSError as error:
        return int(_imported("say").refused(error, as_json=as_json))
    except Exception as error:  # noqa: BLE001 - the last wall: what comes here is a bug of ours
        return int(_imported("say").crashed(error, EXIT_BUG, as_json=as_json))
    return code if isinstance(code, int) else 0


def _imported(name: str) -> Any:
    """Import a module of the command line when it is needed: the only place that does so late."""
    return importlib.import_module(f"longtake.cli.{name}")


def _no_verb(word: str, ctx: click.Context) -> click.UsageError:
    """Make the error for a verb that does not exist."""
    board, message = _imported("board"), f'there is no verb "{word}"'
    error: click.UsageError
    if word in FILES:
        hint = f"it is a file beside the film, {FILES[word]}: `longtake make` writes both"
        error = board.Misuse(message, hint=hint, ctx=ctx)
    else:
        error = board.unknown(message, word, VERBS, ctx)
    return error


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Stop on Ctrl-C or SIGTERM: workers at once, ourselves in order; the second time at once too.

    All files are whole or absent at any moment, so nothing is lost by either.
    """
    for again in (signal.SIGINT, signal.SIGTERM):
        signal.signal(again, lambda number, frame: os._exit(EXIT_INTERRUPTED))
    # Both are imported by whoever started workers; otherwise there are none.
    log, started = sys.modules.get("logging"), sys.modules.get("multiprocessing")
    if log:
        # asyncio would report the interrupt itself as an error that nobody has looked at.
        log.getLogger("asyncio").disabled = True
    for child in started.active_children() if started else ():
        child.kill()
    raise KeyboardInterrupt
