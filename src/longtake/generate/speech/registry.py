"""Who can speak, and how one is opened with what the environment says."""

from __future__ import annotations

from collections.abc import Mapping

from longtake.errors import ProviderError
from longtake.generate.catalogue import key_variables
from longtake.generate.speech import minimax, openai
from longtake.generate.speech.programs import open_command, open_espeak
from longtake.generate.speech.speaker import Speaker
from longtake.plan.speech import SpeechOffer


def open_speaker(offer: SpeechOffer, environment: Mapping[str, str]) -> Speaker:
    """Open whoever speaks by an offer.

    Raises KeyMissing where its key, program or variable is missing.
    """
    if offer.speaker == "espeak":
        return open_espeak()
    if offer.speaker == "command":
        return open_command(environment, key_variables())
    if offer.speaker == "openai":
        return openai.open_speaker(environment)
    if offer.speaker == "minimax":
        return minimax.open_speaker(environment)
    raise ProviderError(f"nobody called {offer.speaker} speaks")
