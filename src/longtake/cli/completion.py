"""`longtake completion`: what a shell needs to complete verbs, options, boards and shots."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

# How each shell is told for good.
_FOR_GOOD = {
    "bash": "echo 'eval \"$(longtake completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(longtake completion zsh)\"' >> ~/.zshrc",
    "fish": "longtake completion fish > ~/.config/fish/completions/longtake.fish",
}


@click.command(
    "completion",
    epilog="For good: " + "; ".join(f"`{line}`" for line in _FOR_GOOD.values()),
)
@click.argument("shell", type=click.Choice(list(_FOR_GOOD)))
def command(shell: str) -> None:
    """Write the lines by which SHELL completes verbs, options, boards and shots.

    For the shell that is open: `eval "$(longtake completion bash)"`.
    """
    found = get_completion_class(shell)
    assert found is not None
    root = click.get_current_context().find_root().command
    lines = found(root, {}, "longtake", "_LONGTAKE_COMPLETE").source()
    # Bash puts a word into the line as it is given: a board with a space in its name would be two.
    lines = lines.replace("+=($value)", '+=("$(printf %q "$value")")')
    sys.stdout.write(lines)
