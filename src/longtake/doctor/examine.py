"""The whole examination: look at everything, judge it, and say whether a film can be made here."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from longtake.buying import the_ledger
from longtake.doctor import machine
from longtake.doctor.facts import Clocks, Facts, Tried
from longtake.doctor.rows import Row, judge
from longtake.doctor.shops import look_at_shops, look_at_speech
from longtake.errors import PlanError
from longtake.generate.catalogue import load_offers, plug_in_offers
from longtake.generate.places import has_host
from longtake.generate.speech.programs import COMMAND, espeak_path
from longtake.plan.offer import Offer
from longtake.project import environment, home


def examine(folder: Path, *, offline: bool = False) -> tuple[Row, ...]:
    """Look at this machine, at a folder of boards and at the providers whose key is set there.

    Sends one question to each of their hosts, none `offline`; costs nothing and changes nothing.
    """
    return judge(find_facts(folder, offline=offline))


def find_facts(folder: Path, *, offline: bool = False) -> Facts:
    """Look at all there is to be judged."""
    wall, even = time.time(), time.monotonic()
    offers, models = _models()
    variables = environment(folder)
    shops = look_at_shops(offers, plug_in_offers(), variables, offline=offline)
    places = {
        "films": folder / "films",
        "pieces": folder / ".longtake",
        "scratch": Path(tempfile.gettempdir()),
        "takes": home() / "vault",
    }
    greetings = [shop.greeting for shop in shops if shop.greeting]
    # Between its two looks at the clock as much time passes as there is work to do.
    encoder, unseen, now = machine.look_at_encoder(), machine.unseen_scripts(), time.time()
    strayed = (now - wall) - (time.monotonic() - even)
    return Facts(
        python=machine.python_version(),
        packages=machine.needed_packages(),
        ffmpeg=machine.look_at_ffmpeg(),
        encoder=encoder,
        letters=machine.look_at_letters(),
        models=models,
        scripts=tuple(machine.SCRIPTS),
        unseen=unseen,
        places=tuple((name, machine.look_at_place(path)) for name, path in places.items()),
        ledger=machine.look_at_ledger(the_ledger()),
        clocks=Clocks(
            now_s=now,
            installed_s=Path(__file__).stat().st_mtime,
            strayed_s=strayed,
            ahead=tuple(
                (each.host, each.clock_s) for each in greetings if each.clock_s is not None
            ),
        ),
        shops=shops,
        extras=machine.extra_packages(),
        voice=espeak_path(),
        speech=look_at_speech(variables),
        speech_command=bool(variables.get(COMMAND, "").strip()),
        picture_host=has_host(variables),
        offline=offline,
    )


def _models() -> tuple[list[Offer], Tried]:
    """Read the catalogue; a fault in a user's own file stops every plan, so it is one of ours here."""
    own = home() / "offers"
    try:
        offers = list(load_offers(own).values())
    except PlanError as exc:
        # The other rows go by the catalogue without that file.
        return list(load_offers().values()), Tried(problem=exc.message, remedy=exc.hint)
    paid = [offer.provider for offer in offers if not offer.draws]
    return offers, Tried(f"{len(paid)} models of {len(set(paid))} providers")
