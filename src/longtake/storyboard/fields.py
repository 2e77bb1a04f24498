"""The kinds of values that stand in a storyboard: texts, paths, lengths, levels, each checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
)

from longtake.storyboard.codes import WARNINGS
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.storyboard.grammar import (
    CAMERA_WORDS,
    COLOURS,
    DIRECTIONS,
    XFADE_NAMES,
    Length,
    Unfit,
    parse_colour,
    parse_join,
    parse_level,
    parse_loudness,
    parse_voice,
)
from longtake.units import Focus, FrameRate, Money, Size


def _checked(read: Callable[[str], object]) -> AfterValidator:
    """Keep the author's text, refusing what `read` refuses."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _written(pattern: str, told: str, *examples: str) -> WithJsonSchema:
    """Describe a text with a form of its own to editors: what passes `_checked` has this form."""
    form = {"type": "string", "pattern": f"^\\s*(?:{pattern})\\s*$"}
    return WithJsonSchema({**form, "patternErrorMessage": told, "examples": list(examples)})


def _warning_code(text: str) -> str:
    if text not in WARNINGS:
        hint = did_you_mean(text, WARNINGS) or f"codes are {', '.join(WARNINGS)}"
        raise Unfit(f"no warning has the code {quoted(text)}", hint)
    return text


def version(value: object) -> object:
    """Read the version of the format."""
    # In Python True and 1.0 equal 1; in a document they are something else.
    if type(value) is not int or value != 1:
        raise ValueError("this version reads boards that say longtake: 1")
    return value


def _rate(value: object) -> int | float | str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a frame rate is a number such as 24, or text such as 30000/1001")
    # Fraction("1e999999999") would be computed to its last digit.
    if not re.fullmatch(r"\s*\d{1,6}(\.\d{1,6})?(/\d{1,6})?\s*", str(value)):
        raise ValueError(f'"{str(value)[:40]}" is no frame rate')
    FrameRate.parse(value)
    return value


def _plain(value: object) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("write text or a number here")
    return value


def shape(value: object) -> str:
    """Tell a map from anything else, so that one form's faults are not reported for the other."""
    return "map" if isinstance(value, dict | BaseModel) else "text"


_LENGTH = r"(?:\d+(?:\.\d+)?|\.\d+)s|\d+f"
_COLOUR = "(?:#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[A-Za-z]+)"
_SHARE = r"(?:0?\.\d+|[01](?:\.0*)?)"

WarningCode = Annotated[
    str, AfterValidator(_warning_code), WithJsonSchema({"type": "string", "enum": list(WARNINGS)})
]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$")]
Text = Annotated[str, Field(max_length=20_000)]
PathText = Annotated[str, Field(min_length=1, max_length=1024)]
LengthText = Annotated[
    str,
    Field(max_length=16),
    _checked(Length.parse),
    _written(_LENGTH, "write a length such as 0.5s or 12f", "0.5s", "12f"),
]
JoinText = Annotated[
    str,
    Field(max_length=100),
    _checked(parse_join),
    _written(
        rf"cut|seam|(?:dissolve|bridge)\s+(?:{_LENGTH})|dip(?:\s+{_COLOUR})?\s+(?:{_LENGTH})"
        rf"|wipe(?:\s+(?:{'|'.join(DIRECTIONS)}))?\s+(?:{_LENGTH})"
        rf"|xfade:(?:{'|'.join(sorted(XFADE_NAMES))})\s+(?:{_LENGTH})",
        "write cut, seam or a transition and its length, such as dissolve 0.5s",
        *("cut", "seam", "dissolve 0.5s", "dip black 0.8s", "wipe left 0.5s"),
        "xfade:circleopen 1s",
    ),
]
ColourText = Annotated[
    str,
    Field(max_length=40),
    _checked(parse_colour),
    _written(_COLOUR, "write a name or #rrggbb", *COLOURS, "#202020"),
]
VoiceText = Annotated[str, Field(max_length=200), _checked(parse_voice)]
LevelText = Annotated[
    str,
    Field(max_length=40),
    _checked(parse_level),
    _written(r"-?\d+(?:\.\d+)?\s*LUFS", "write a level such as -22 LUFS", "-22 LUFS"),
]
LoudnessText = Annotated[
    str,
    Field(max_length=40),
    _checked(parse_loudness),
    _written(r"off|-\d+(?:\.\d+)?\s*LUFS", "write -14 LUFS, or off", "-14 LUFS", "off"),
]
# Fourteen digits are more money than there is, and still exact with cents in 28 digits.
MoneyText = Annotated[
    str,
    Field(max_length=20),
    _checked(Money.parse),
    _written(r"\d+(?:\.\d+)?\s*[A-Za-z]{3}", "write an amount such as 12.00 USD", "12.00 USD"),
]
SizeText = Annotated[
    str,
    Field(max_length=40),
    _checked(Size.parse),
    _written(
        r"\d{1,4}[02468]\s*[xX×]\s*\d{1,4}[02468]",
        "write width x height, both even, such as 1280x720",
        *("1280x720", "1920x1080", "1080x1920"),
    ),
]
FocusText = Annotated[
    str,
    Field(max_length=40),
    _checked(Focus.parse),
    _written(
        rf"whole|{_SHARE}\s*,\s*{_SHARE}",
        "write x,y from 0 to 1, such as 0.5,0.3, or whole",
        *("0.5,0.5", "whole"),
    ),
]
CameraText = Annotated[
    str,
    Field(max_length=20_000),
    WithJsonSchema({"anyOf": [{"enum": list(CAMERA_WORDS)}, {"type": "string"}]}),
]
RateNumber = Annotated[
    int | float | str, PlainValidator(_rate), WithJsonSchema({"type": ["number", "string"]})
]
Plain = Annotated[
    str | int | float, PlainValidator(_plain), WithJsonSchema({"type": ["string", "number"]})
]
Seconds = Annotated[float, Field(gt=0, le=3600)]
SecondsOrAuto = Annotated[
    Annotated[Literal["auto"], Tag("word")] | Annotated[Seconds, Tag("number")],
    Discriminator(lambda value: "word" if value == "auto" else "number"),
]
Duration = Annotated[float, Field(ge=0, le=86_400)]
TitleText = Annotated[str, Field(min_length=1, max_length=500)]
Motion = Literal["slide", "fade", "none"]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
VarName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
