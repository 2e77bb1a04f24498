"""The small languages inside a storyboard's values: joins, lengths, colours, camera words, ids."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from longtake.units import FrameRate, exact

# Who can say a narration; what stands behind the slash of a voice is theirs to understand.
SPEAKERS = ("espeak", "openai", "minimax", "command")
# Those that are programs are told the name on a command line, which may be a shell's: nothing in it
# may mean anything there. Services have names such as "Chinese (Mandarin)_News_Anchor".
_PROGRAMS = ("espeak", "command")
_PROGRAM_VOICE = re.compile(r"\w[\w.+@ -]*")
_SERVICE_VOICE = re.compile(r"\w[\w.+@ ()（）'&,:-]*")

DIRECTIONS = ("left", "right", "up", "down")
JOIN_KINDS = ("dissolve", "dip", "wipe", "bridge", "xfade")

# What ffmpeg's xfade filter can do without an expression; `xfade:NAME` is checked against it.
XFADE_NAMES = frozenset(
    """fade wipeleft wiperight wipeup wipedown slideleft slideright slideup slidedown circlecrop
    rectcrop distance fadeblack fadewhite radial smoothleft smoothright smoothup smoothdown
    circleopen circleclose vertopen vertclose horzopen horzclose dissolve pixelize diagtl diagtr
    diagbl diagbr hlslice hrslice vuslice vdslice hblur fadegrays wipetl wipetr wipebl wipebr
    squeezeh squeezev zoomin fadefast fadeslow hlwind hrwind vuwind vdwind coverleft coverright
    coverup coverdown revealleft revealright revealup revealdown""".split()  # noqa: SIM905 - seventy quoted names read worse
)

COLOURS = {
    "black": "#000000",
    "white": "#ffffff",
    "gray": "#808080",
    "grey": "#808080",
    "silver": "#c0c0c0",
    "red": "#ff0000",
    "maroon": "#800000",
    "orange": "#ffa500",
    "yellow": "#ffff00",
    "olive": "#808000",
    "green": "#008000",
    "lime": "#00ff00",
    "teal": "#008080",
    "cyan": "#00ffff",
    "blue": "#0000ff",
    "navy": "#000080",
    "purple": "#800080",
    "magenta": "#ff00ff",
    "pink": "#ffc0cb",
    "brown": "#a52a2a",
    "ivory": "#fffff0",
    "beige": "#f5f5dc",
}

# The fifteen commands of the Hailuo models, with MiniMax's own Chinese tags and the words people
# use for them.
CAMERA_WORDS: dict[str, tuple[str, ...]] = {
    "Truck left": ("左移", "move left", "dolly left"),
    "Truck right": ("右移", "move right", "dolly right"),
    "Pan left": ("左摇",),
    "Pan right": ("右摇",),
    "Push in": ("推进", "dolly in", "push forward"),
    "Pull out": ("拉远", "pull back", "dolly out", "push out"),
    "Pedestal up": ("上升", "rise", "crane up"),
    "Pedestal down": ("下降", "lower", "crane down"),
    "Tilt up": ("上摇",),
    "Tilt down": ("下摇",),
    "Zoom in": ("变焦推近",),
    "Zoom out": ("变焦拉远",),
    "Shake": ("晃动", "handheld"),
    "Tracking shot": ("跟随", "follow", "tracking"),
    "Static shot": ("固定", "locked", "static", "fixed camera"),
}
_CAMERA_BY_WORD = {
    word.casefold(): canonical
    for canonical, others in CAMERA_WORDS.items()
    for word in (canonical, *others)
}


class Unfit(ValueError):
    """A value that its little language does not know; `hint` says what may have been meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Length:
    """A length as an author writes it: seconds ("0.5s") or frames ("12f")."""

    value: Fraction
    unit: str

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read "0.5s" or "12f"; raises ValueError for anything else."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(s|f)", text.strip())
        if not match:
            bare = re.fullmatch(r"[\d.]+", text.strip())
            hint = f"write {text.strip()}s for seconds" if bare else ""
            raise Unfit(f'"{text}" is no length such as 0.5s or 12f', hint)
        if match[2] == "f" and "." in match[1]:
            raise Unfit(f'"{text}" is no length: frames are whole numbers')
        return cls(exact(match[1]), match[2])

    def frames(self, rate: FrameRate) -> int:
        """Count whole frames at a rate, halves upwards."""
        return int(self.value) if self.unit == "f" else rate.frames(self.value)


@dataclass(frozen=True)
class JoinSpec:
    """A join as an author writes it, before it is counted in frames."""

    kind: str
    length: Length | None = None
    colour: str = ""
    direction: str = ""
    name: str = ""


# A board has many joins of few kinds, and each is asked for more than once.
@lru_cache(maxsize=1024)
def parse_join(text: str) -> JoinSpec:
    """Read `cut`, `seam` or KIND [COLOUR] [DIRECTION] LENGTH.

    Raises ValueError saying which part of the grammar is hurt.
    """
    words = text.split()
    if not words:
        raise Unfit("an empty join", "write cut, seam or a transition such as dissolve 0.5s")
    head, rest = words[0], words[1:]
    if head in ("cut", "seam"):
        if rest:
            raise Unfit(f'{head} takes nothing behind it, not "{" ".join(rest)}"')
        return JoinSpec(head)
    kind, _, name = head.partition(":")
    if kind not in JOIN_KINDS or (name and kind != "xfade"):
        known = ("cut", "seam", *JOIN_KINDS)
        raise Unfit(f'unknown join "{head}"', _near(kind, known) + f"joins are {', '.join(known)}")
    if kind == "xfade" and name not in XFADE_NAMES:
        raise Unfit(f'there is no xfade "{name}"', _near(name, sorted(XFADE_NAMES)).strip())
    if not rest:
        raise Unfit(f"{head} needs a length", f"write {head} 0.5s")
    length = Length.parse(rest.pop())
    colour = parse_colour(rest.pop(0)) if kind == "dip" and rest else ""
    direction = rest.pop(0) if kind == "wipe" and rest else ""
    if rest:
        raise Unfit(f'{head} does not take "{" ".join(rest)}"')
    if direction and direction not in DIRECTIONS:
        near = _near(direction, DIRECTIONS).strip()
        raise Unfit(f'a wipe goes {", ".join(DIRECTIONS)}, not "{direction}"', near)
    if length.value <= 0:
        raise Unfit("a transition needs a length above zero", "write cut for none")
    defaults = {"dip": ("#000000", ""), "wipe": ("", "left")}.get(kind, ("", ""))
    return JoinSpec(kind, length, colour or defaults[0], direction or defaults[1], name)


def parse_colour(text: str) -> str:
    """Read a colour name or #rgb or #rrggbb and give #rrggbb; raises ValueError otherwise."""
    written = text.strip().lower()
    if written in COLOURS:
        return COLOURS[written]
    if re.fullmatch(r"#[0-9a-f]{6}", written):
        return written
    if re.fullmatch(r"#[0-9a-f]{3}", written):
        return "#" + "".join(sign * 2 for sign in written[1:])
    raise Unfit(f'"{text}" is no colour', _near(written, COLOURS) + "write a name or #rrggbb")


def parse_level(text: str) -> float:
    """Read "-22 LUFS" and give -22.0; raises ValueError outside -70 to 0."""
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*LUFS\s*", text)
    if not match or not -70 <= float(match[1]) <= 0:
        raise Unfit(f'"{text}" is no level such as -22 LUFS (between -70 and 0)')
    return float(match[1])


def parse_loudness(text: str) -> float | None:
    """Read the loudness of a film: "-14 LUFS" gives -14.0, "off" gives None.

    Raises ValueError outside -40 to -6: a film is neither so soft nor so loud.
    """
    if text.strip() == "off":
        return None
    match = re.fullmatch(r"\s*(-\d+(?:\.\d+)?)\s*LUFS\s*", text)
    if not match or not -40 <= float(match[1]) <= -6:
        raise Unfit(
            f'"{text}" is no loudness of a film such as -14 LUFS (between -40 and -6)',
            "write off to leave the film as loud as its levels make it",
        )
    return float(match[1])


@dataclass(frozen=True)
class VoiceName:
    """A voice as an author names it; `model` is "" where the speaker's usual one is meant.

    Without a `speaker` it is the voice of the member of the cast called `name`.
    """

    speaker: str
    model: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.speaker, self.model, self.name) if part)


def parse_voice(text: str) -> VoiceName:
    """Read SPEAKER/VOICE, SPEAKER/MODEL/VOICE or the id of a member of the cast.

    Raises ValueError for an unknown speaker and for what can be no voice.
    """
    speaker, slash, rest = text.strip().partition("/")
    if not slash:
        if slug(speaker) == speaker:
            return VoiceName("", "", speaker)
        raise Unfit(f'"{text}" is no voice', "write it like espeak/en-gb, or name one of the cast")
    if speaker not in SPEAKERS:
        near = _near(speaker, SPEAKERS)
        raise Unfit(f'nobody called "{speaker}" speaks', f"{near}there are {', '.join(SPEAKERS)}")
    model, _, name = rest.rpartition("/")
    # Never an option of a program, and nothing that a shell or a terminal acts on.
    form = _PROGRAM_VOICE if speaker in _PROGRAMS else _SERVICE_VOICE
    if not all(map(form.fullmatch, rest.split("/"))):
        raise Unfit(f'"{text}" names no voice', f"write it like {speaker}/VOICE")
    return VoiceName(speaker, model, name)


def canonical_camera(word: str) -> str | None:
    """Give the canonical English command for a camera word, or None where there is none."""
    return _CAMERA_BY_WORD.get(" ".join(word.strip().strip("[]").split()).casefold())


def camera_brackets(text: str) -> tuple[tuple[str, ...], ...]:
    """Find `[Push in, 左移]` in a prompt's own text: the words of each bracket, as written."""
    if "[" not in text:
        return ()
    brackets = (re.split("[,，、;；]", inside) for inside in re.findall(r"\[([^\[\]]*)\]", text))
    words = (tuple(word.strip() for word in bracket if word.strip()) for bracket in brackets)
    # What stands for other words is not known yet.
    return tuple(bracket for bracket in words if bracket and "${" not in "".join(bracket))


def slug(text: str) -> str:
    """Make an id of any text: "The Lamp, 1911" gives the-lamp-1911; "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", text[:500].casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")


def reference_in(text: str) -> tuple[str, str] | None:
    """Split `dawn.2/1.end` into the id and "start" or "end"; None where the text is a path."""
    match = re.fullmatch(r"([^/\\]+(?:/\d+)?)\.(start|end)", text)
    return (match[1], match[2]) if match else None


def _near(word: str, known: Iterable[str]) -> str:
    match = difflib.get_close_matches(word, list(known), 1)
    return f'did you mean "{match[0]}"? ' if match else ""
