"""Voices of this machine: espeak-ng, and a program of the author's own.

The program is named in the environment and nowhere else: a board from a stranger must not start one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from longtake.cues import Word
from longtake.errors import KeyMissing, Refused, Unreachable, VaultError
from longtake.generate.programs import Program, command_words
from longtake.generate.speech.speaker import Said

# A program that is given the text on its standard input and the path of the sound file to write;
# `{file}` and `{voice}` in it stand for that path and for the voice's name.
COMMAND = "LONGTAKE_SPEECH_COMMAND"
ESPEAK = "espeak-ng"

_LONGEST_S = 300.0
_LISTING_S = 10.0
# Of a line in the list of its voices, before the languages that one speaks besides.
_COLUMNS = 5


def espeak_path() -> str:
    """Find espeak-ng, "" where it is not installed."""
    return shutil.which(ESPEAK) or ""


def espeak_voices() -> frozenset[str]:
    """Ask espeak-ng for all names its voices go by, in small letters; none where it cannot be asked."""
    path = espeak_path()
    names: set[str] = set()
    with contextlib.suppress(Unreachable, Refused):
        # Those of MBROLA are listed only where they are asked for.
        for which in ("--voices", "--voices=mb") if path else ():
            asked = Program(ESPEAK, [path, "{which}"], _surroundings())
            out = asked.run({"which": which}, "which", _LISTING_S)
            for line in out.decode("utf-8", "replace").splitlines()[1:]:
                names |= _names_in(line.casefold())
    return frozenset(names)


def _names_in(line: str) -> set[str]:
    """Read a line of the list: priority, language, age and sex, name, file, other languages."""
    words = line.split()
    if len(words) < _COLUMNS:
        return set()
    language, _, name, file = words[1:_COLUMNS]
    others = re.findall(r"\((\S+) \d+\)", line)
    return {language, name, name.replace("_", " "), file, file.rpartition("/")[2], *others}


def _surroundings() -> dict[str, str]:
    # Nothing of ours concerns it, least of all a key.
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def open_espeak() -> ProgramSpeaker:
    """Open espeak-ng; raises KeyMissing where it is not installed."""
    path = espeak_path()
    if not path:
        raise KeyMissing(
            f"a narration is to be said by espeak, and there is no {ESPEAK} on this machine",
            hint=f"install it, such as with `apt install {ESPEAK}`, or name another `voice:`",
        )
    words = [path, "-b", "1", "--stdin", "-v", "{voice}", "-w", "{file}"]
    hint = f"`{ESPEAK} --voices` lists the voices it has"
    return ProgramSpeaker("espeak", Program(ESPEAK, words, _surroundings()), hint)


def open_command(environment: Mapping[str, str], secrets: Collection[str]) -> ProgramSpeaker:
    """Open the author's own program; raises KeyMissing where none is named.

    `secrets` are the variables that it must not be told.
    """
    command = environment.get(COMMAND, "").strip()
    if not command:
        raise KeyMissing(
            f"a narration is to be said by your own program, and {COMMAND} is not set",
            hint=f"set {COMMAND} in the environment, or name another `voice:`",
        )
    told = {name: value for name, value in environment.items() if name not in secrets}
    program = Program(COMMAND, command_words(COMMAND, command), told)
    return ProgramSpeaker("command", program, f"check {COMMAND}")


class ProgramSpeaker:
    """A program that reads a text from its standard input and writes a sound file."""

    account = ""
    in_flight = 2
    per_minute = 10_000

    def __init__(self, name: str, program: Program, hint: str) -> None:
        self.name = name
        self._program = program
        self._hint = hint

    def say(self, text: str, model: str, voice: str) -> Said:
        """Run the program; raises Refused where it says no, or writes nothing."""
        spoken = f"{model}/{voice}" if model else voice
        try:
            with TemporaryDirectory(prefix="longtake-") as folder:
                path = Path(folder) / "voice.wav"
                marks = {"file": str(path), "voice": spoken}
                self._program.run(marks, "file", _LONGEST_S, text.encode("utf-8", "replace"))
                content = path.read_bytes() if path.is_file() else b""
        except Unreachable as exc:
            raise Refused(exc.message, hint=self._hint) from exc
        except OSError as exc:
            raise VaultError(
                f"a voice cannot be written: {exc.strerror or type(exc).__name__}",
                hint="make room in the folder for temporary files, or name another with TMPDIR",
            ) from exc
        if not content:
            raise Refused(f"{self._program.name} wrote no sound for {spoken}", hint=self._hint)
        return Said(content)

    def words(self, said: Said) -> tuple[Word, ...]:
        """Tell nothing: a sound file alone says no words."""
        return ()

    def interrupt(self) -> None:
        """End the program wherever it runs."""
        self._program.interrupt()

    def close(self) -> None:
        """Nothing stays open."""
