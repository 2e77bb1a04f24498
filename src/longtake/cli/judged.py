"""How takes at which a chain stops, and those taken as they are, are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from longtake.cli.say import DIM, WARNING, assembled, plain


def judged_lines(refused: Mapping[str, str], accepted: tuple[str, ...]) -> Iterator[Text]:
    """Say at which takes the chain stops and what to do, and which ones the author took as they are."""
    for clip, why in refused.items():
        line = f"{plain(why)}; `make --accept {plain(clip)}` takes it as it is"
        yield assembled((f"{'refused':<8}", DIM), (line, WARNING))
    if accepted:
        named = ", ".join(map(plain, accepted[:8])) + (", ..." if len(accepted) > 8 else "")
        yield assembled((f"{'accepted':<9}", DIM), f"{named}: shown as it came, by your word")
