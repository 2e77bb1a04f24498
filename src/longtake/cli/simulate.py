"""`longtake simulate`: the provider APIs on this machine, to try a film without spending."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from longtake.cli import say
from longtake.cli.say import DIM, HINT, WARNING
from longtake.extras import load_extra
from longtake.generate.catalogue import load_offers
from longtake.generate.speech.catalogue import KEY as SPEECH_KEY
from longtake.generate.speech.catalogue import URL as SPEECH_URL


@click.command("simulate")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8123,
    show_default=True,
    help="The port of 127.0.0.1 to answer on.",
)
@click.option(
    "--scenario",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="YAML or JSON that says how fast the simulated world is and which faults it plays.",
)
def command(port: int, scenario: Path | None) -> None:
    """Answer like the remote providers, on this machine, until stopped with Ctrl-C.

    Films can be made against it without money; nothing leaves this machine.
    """
    # Nothing else needs the test kit, and what it is built on is not part of every installation.
    kit = load_extra("longtake.testing.serve", "the simulator", "simulate")
    world = kit.load_scenario(scenario) if scenario else kit.Scenario()
    simulator = kit.Simulator(world, port)
    address = f"http://127.0.0.1:{port}"
    say.tell("the providers answer at ", (address, HINT), ("; Ctrl-C ends it", DIM))
    for problem in simulator.left_out:
        say.tell(("warning: ", WARNING), problem)
    variables = {offer.provider: offer.key_variable for offer in load_offers().values()}
    for key, account in simulator.stage.first.accounts.items():
        if account.host == "openai":
            # Voices have no host alone: what is asked stands behind its version.
            say.tell(f"  {SPEECH_URL}={address}/openai/v1 {SPEECH_KEY}={key}")
            continue
        provider = account.host.partition("-")[0]
        variable = variables.get(provider, f"{provider.upper()}_API_KEY")
        say.tell(f"  {provider.upper()}_API_HOST={address}/{account.host} {variable}={key}")
    say.tell(f"  LONGTAKE_UPLOAD_PUT={address}/host/{{name}}")
    # A take is known by what was asked, not by who was asked: a simulated one would stand for a real
    # one for ever.
    say.tell(("hint: ", HINT), "set LONGTAKE_HOME to a folder of its own: these takes are not real")
    # To be stopped is how this ends; that is no failure.
    with contextlib.suppress(KeyboardInterrupt):
        simulator.serve()
