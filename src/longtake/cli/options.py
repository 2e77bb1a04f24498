"""Arguments and options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from longtake.cli.completing import complete_boards, complete_boards_or_shots
from longtake.units import Aspect, Money

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
Complete = Callable[[click.Context, click.Parameter, str], list[Any]]


def _variables(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    wrong = next(
        (value for value, pair in zip(values, pairs, strict=True) if not (pair[0] and pair[1])),
        None,
    )
    if wrong is not None:
        raise click.BadParameter(f'"{wrong}" is not of the form name=value', ctx, parameter)
    return {name: value for name, _, value in pairs}


def _money(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Money | None:
    try:
        return Money.parse(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, parameter) from None


def _aspects(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[Aspect, ...]:
    found: list[Aspect] = []
    for text in ",".join(values).split(",") if values else ():
        try:
            aspect = Aspect.parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, parameter) from None
        if any(aspect.ratio == other.ratio for other in found):
            raise click.BadParameter(f"{aspect} is named twice", ctx, parameter)
        found.append(aspect)
    return tuple(found)


def _board(name: str, metavar: str, complete: Complete, **more: Any) -> Decorator:
    path = click.Path(path_type=Path)
    return click.argument(name, metavar=metavar, type=path, shell_complete=complete, **more)


BOARD = _board("board", "[FILE]", complete_boards, required=False)
BOARD_OR_SHOT = _board("board", "[FILE]", complete_boards_or_shots, required=False)
BOARDS = _board("boards", "[FILE]...", complete_boards, nargs=-1)
SET: Decorator = click.option(
    "--set",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_variables,
    help="Give a variable of the board another value; may be repeated.",
)
JSON: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Write data to stdout, one JSON object a line."
)
ANIMATIC: Decorator = click.option(
    "--animatic", is_flag=True, help="The animatic instead of the film itself."
)
QUALITY: Decorator = click.option(
    "--quality",
    type=click.Choice(["draft", "normal", "final"]),
    default="normal",
    show_default=True,
    help="How carefully the film is encoded.",
)
NO_COPY: Decorator = click.option(
    "--no-copy",
    is_flag=True,
    help="Encode every frame anew, those too that could pass from their clips as they are.",
)
ASPECT: Decorator = click.option(
    "--aspect",
    "aspects",
    multiple=True,
    metavar="SHAPES",
    callback=_aspects,
    help="Make the film in other shapes too, such as 9:16,1:1, from the same takes.",
)
BUDGET: Decorator = click.option(
    "--budget",
    metavar="MONEY",
    callback=_money,
    help='Spend at most this, such as "12.00 USD"; wins over the board\'s budget. For several boards'
    " it is that of all together, and each one's own holds too.",
)
YES: Decorator = click.option("--yes", is_flag=True, help="Buy what the plan needs without asking.")
TAKE_BEST: Decorator = click.option(
    "--take-best",
    is_flag=True,
    help="Of several takes go on with the best by its rank, and write that into the choices.",
)
DRAFT: Decorator = click.option(
    "--draft", is_flag=True, help="The board's draft: the same film by its cheaper model."
)
RETAKES: Decorator = click.option(
    "--retakes",
    metavar="N",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    help="Buy a clip again up to so many times where a provider failed to make it.",
)
ACCEPT: Decorator = click.option(
    "--accept",
    "accepted",
    metavar="CLIP",
    multiple=True,
    help="Take a bought clip into the film though it does not begin on the frame it was given.",
)
PRICE: Decorator = click.option(
    "--price",
    metavar="MONEY",
    callback=_money,
    help='What a clip or voice may cost where no table knows, such as "0.50 USD".',
)
TRACE: Decorator = click.option(
    "--trace",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write who did what, and when, for ui.perfetto.dev or chrome://tracing.",
)
WEBHOOK: Decorator = click.option(
    "--webhook",
    metavar="URL",
    help="Have providers call this https address when a clip is ready, besides being asked.",
)
LISTEN: Decorator = click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Where the address of `--webhook` leads to on this machine.  [default: 127.0.0.1:8443]",
)
FLEET: Decorator = click.option(
    "--fleet", "far", is_flag=True, help="By the machines that share `--database` and `--vault`."
)
DATABASE: Decorator = click.option(
    "--database",
    metavar="URL",
    envvar="LONGTAKE_DATABASE",
    show_envvar=True,
    help="The fleet's PostgreSQL database, with its ledger: postgresql://user@host/name.",
)
VAULT: Decorator = click.option(
    "--vault",
    metavar="URL",
    envvar="LONGTAKE_VAULT",
    show_envvar=True,
    help="The fleet's vault: s3://bucket/prefix, or a folder that all its machines share.",
)
