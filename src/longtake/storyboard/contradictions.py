"""Whether a prompt contradicts the picture it begins on, as far as plain words show it.

Rather silent than wrong: what is denied, said to change, or said of somebody else is no contradiction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from longtake.storyboard.model import Storyboard

_NAMED = re.compile(r"\$\{([^{}]*)\}")
_DENIED = re.compile(
    r"\b(?:no|not|never|without|before|after|until|like|towards?|(?:bright|light|clear|dark|black) as)"
    r"\s+(?:\w+\s+)?$"
)
# What is shown in a picture, or thought of, is not where the shot is.
_DEPICTED = re.compile(
    r"\b(?:paintings?|drawings?|photos?|photographs?|posters?|postcards?|murals?|pictures? of|"
    r"films? of|paints?|painted|dreams?|dreaming|reading about|reads about|tells? of|remembers?)\b"
)


@dataclass(frozen=True)
class _Pair:
    """Two states that exclude each other, and words by which a prompt says that one becomes the other."""

    names: tuple[str, str]
    sides: tuple[re.Pattern[str], re.Pattern[str]]
    changes: re.Pattern[str]
    of_light: bool

    def state(self, text: str) -> int | None:
        """Give which of the two a text says (0 or 1); None where it says neither, or both."""
        said = [self._said(text, side) is not None for side in (0, 1)]
        return said.index(True) if sum(said) == 1 and not _DEPICTED.search(text) else None

    def stays(self, text: str, side: int) -> bool:
        """Tell whether a text that says one of the two lets it be so up to its end."""
        end = self._said(text, side)
        # The night that falls has come.
        begun = _FALLS.match(text, end or 0)
        return not self.changes.search(text, begun.end() if begun else end or 0)

    def _said(self, text: str, side: int) -> int | None:
        """Give where a text ends to say one of the two last; None where it does not say it."""
        ends = [
            found.end()
            for found in self.sides[side].finditer(text)
            if not _DENIED.search(text[: found.start()])
        ]
        return ends[-1] if ends else None


def _pair(
    names: tuple[str, str], sides: tuple[str, str], changes: str, *, of_light: bool = False
) -> _Pair:
    one, other = (re.compile(rf"\b(?:{side})\b(?!-)") for side in sides)
    return _Pair(names, (one, other), re.compile(rf"\b(?:{changes})\b"), of_light)


_FALLS = re.compile(
    r"\s+(?:is |has |begins to )?(?:falls?|fallen|falling|comes?|beg[iau]n\w*|sets in)\b"
)
_WEATHERS = (
    r"becom\w+|turn\w*|fall\w*|fad\w+|break\w*|ris\w+|set\w*|grow\w*|until|then|later|clears|clearing|"
    r"stop\w*|start\w*|beg[iau]n\w*|give\w* way|com\w+|now|dawn\w*|lift\w*|pass\w*|light\w* up|end\w*|"
    r"to (?:day|night|dusk|dawn|noon)|time-?lapse|is over"
)
_WAYS = (
    r"step\w*|walk\w*|go\w*|run\w*|com\w+|enter\w*|leav\w+|open\w*|through|into|out|inside|outside|"
    r"follow\w*|driv\w+|climb\w*|fl(?:y|ies|ying)|mov\w+|pass\w*|until|then|past|look\w*|window\w*"
)
_PAIRS = (
    _pair(
        ("day", "night"),
        (
            "noon|midday|daylight|broad day|sunlit|sunny|sunshine",
            r"(?<!good )(?<!last )night(?! (?:club|watch|stand|shirt|gown|table|light|school|porter)\w*)|"
            "midnight|moonlit|moonlight|starlit|starlight|under the stars",
        ),
        _WEATHERS,
        of_light=True,
    ),
    _pair(
        ("rain", "sunshine"),
        (
            r"rain(?! (?:barrel|coat|boot|gutter|pipe|water|forest|cloud)s?\b)|raining|rains|rainy|downpour",
            "sunny|sunshine|cloudless|clear blue sky|blue sky",
        ),
        _WEATHERS,
        of_light=True,
    ),
    _pair(("indoors", "outdoors"), ("indoors|interior", "outdoors|exterior|open air"), _WAYS),
)

_WHO = r"(?P<who>@[\w-]+|\bhe\b|\bshe\b|\bthey\b|\bthe [a-z]+\b)"
_SITS = r"(?:still |quietly )?(?:sits|sit|is sitting|are sitting|is seated|are seated)"
_STANDS = r"(?:still |quietly )?(?:stands|stand|is standing|are standing)"
_SEATED = re.compile(rf"{_WHO} {_SITS}\b")
_STANDING = re.compile(rf"{_WHO} {_STANDS}\b(?! up)")
_MOVES = re.compile(
    r"\b(?:stand\w* up|sit\w* down|get\w* up|jump\w*|ris\w+|leav\w+|walk\w*|run\w*|go\w*|climb\w*|"
    r"until|then|now|step\w*|kneel\w*|lie\w*|fall\w*|com\w+|enter\w*|turn\w*)\b"
)
_EDGE = r"(?:the )?(?:frame|shot|picture|view|sight)\b(?! of| frame|-)"
_GOES = (
    "walks?|runs?|steps?|goes|go|moves?|rides?|drives?|flies|fly|swims?|sails?|glides?|rolls?|slips?|"
    "drifts?|floats?|crawls?|strides?|dashes|dash|rush|rushes|hurries|gallops?|disappears?"
)
_LEAVES = re.compile(
    rf"{_WHO} (?:[\w']+ ){{0,2}}?(?:(?:leaves?|exits?) {_EDGE}|(?:{_GOES}) (?:[\w']+ ){{0,4}}?out of {_EDGE})"
)
_RETURNS = re.compile(
    r"\b(?:return\w*|back|re-?enter\w*|re-?appear\w*|appear\w*|again|enter\w*|com\w+|"
    r"(?:in|into) (?:the )?(?:frame|shot|picture|view|sight|scene)|walk\w* in|step\w* in|"
    r"we (?:find|follow|reach|see)|gone|far away|in the distance|follow\w*|without|where)\b"
)

# One of these stands in every prompt that says anything of all this: most are done with at once.
_TELLING = (
    *("noon", "midday", "daylight", "broad day", "sun", "night", "moonli", "starli", "the stars"),
    *("rain", "downpour", "cloudless", "blue sky", "indoors", "outdoors", "terior", "open air"),
    *(" sit", " seated", " stand", "frame", "shot", "picture", "view", "sight"),
)


def contradiction(
    storyboard: Storyboard, before: str, after: str, *, light_may_change: bool = False
) -> str:
    """Say in what a prompt contradicts the one whose last frame it begins on; "" where in nothing.

    With `light_may_change` the author has said that the light does, so day may be night at once.
    """
    old = _plain(storyboard, before)
    if not any(word in old for word in _TELLING):
        return ""
    new = _plain(storyboard, after)
    for pair in _PAIRS:
        if pair.of_light and light_may_change:
            continue
        was = pair.state(old)
        if was is None or pair.state(new) != 1 - was or pair.changes.search(new):
            continue
        if not pair.stays(old, was):
            continue
        return f"there it is {pair.names[was]}, here it is {pair.names[1 - was]}"
    return _posture(old, new) or _absence(old, new)


def _posture(old: str, new: str) -> str:
    for was, now, words in (
        (_SEATED, _STANDING, ("sits", "stands")),
        (_STANDING, _SEATED, ("stands", "sits")),
    ):
        first, second = was.search(old), now.search(new)
        if not first or not second or first["who"] != second["who"]:
            continue
        if not (_MOVES.search(old, first.end()) or _MOVES.search(new) or now.search(old)):
            return f"there {_name(first['who'])} {words[0]}, here {words[1]}"
    return ""


def _absence(old: str, new: str) -> str:
    left = _LEAVES.search(old)
    if not left or _RETURNS.search(old, left.end()) or _RETURNS.search(new):
        return ""
    who = left["who"]
    if re.search(rf"(?<!\w){re.escape(who)} \w", new):
        return f"there {_name(who)} has left the picture, here is in it"
    return ""


def _plain(storyboard: Storyboard, text: str) -> str:
    """Write a prompt in small letters, its variables filled in, its members as @name."""

    def word(match: re.Match[str]) -> str:
        name = match[1].strip()
        return f"@{name}" if name in storyboard.cast else storyboard.vars.get(name, "")

    return " ".join(_NAMED.sub(word, text).casefold().split())


def _name(who: str) -> str:
    return f"${{{who[1:]}}}" if who.startswith("@") else who
