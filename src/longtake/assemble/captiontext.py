"""Words into captions: at most two lines, broken where a reader would breathe.

Widths are counted in columns: one for most signs, none for marks that sit on another, 2.4 for the wide
signs of Chinese, Japanese and Korean, which say more and are read slower.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from wcwidth import wcwidth

WIDEST = 42
MOST_LINES = 2
# Columns a second that are read with ease: 17 letters, or 7 wide signs.
READING = 17.0
SHORTEST_S, LONGEST_S = 1.0, 7.0
# A caption of one shorter word looks like a slip.
_SLIP = 8

_WIDE = 2.4
_SENTENCE = re.compile(r"[.!?…。！？؟।][\"'”’»)\]】」』）]*$")
_CLAUSE = re.compile(r"[,;:–—،؛，、；：][\"'”’»)\]】」』）]*$")
_NOT_FIRST = frozenset("、。，．・：；？！ー々〜’”）〕］｝〉》」』】…‥%)]},.!?:;")
_NOT_LAST = frozenset("‘“（〔［｛〈《「『【([{")
_NO_SENTENCE = re.compile(r"(?:^|\s)(?:[A-Z]|Mr|Mrs|Ms|Dr|St|No|vs|etc|e\.g|i\.e|z\.B|ca|bzw)\.$")


@dataclass(frozen=True)
class Atom:
    """A part of a text that no line break divides: its place [start, end) in the text."""

    text: str
    start: int
    end: int
    blank: bool

    @cached_property
    def width(self) -> float:
        """Its columns, without the blank behind it."""
        return columns(self.text)

    @cached_property
    def pause(self) -> int:
        """How long a reader pauses behind it: 2 at the end of a sentence, 1 of a clause, else 0."""
        if _SENTENCE.search(self.text):
            return 0 if _NO_SENTENCE.search(self.text) else 2
        return 1 if _CLAUSE.search(self.text) else 0

    @cached_property
    def tear(self) -> bool:
        """Whether a break behind it may part two signs of one word, where no blank tells words."""
        return not (self.blank or self.pause or _is_hiragana(self.text[-1]))


def columns(text: str) -> float:
    """Count the columns of the widest line of a text."""
    return max((sum(map(_column, line)) for line in text.split("\n")), default=0.0)


def reading_s(text: str) -> float:
    """Give the time in seconds that it takes to read a caption."""
    return sum(columns(line) for line in text.split("\n")) / READING


def atoms_of(text: str, widest: float = WIDEST) -> list[Atom]:
    """Divide a text into what a line may hold as it is; words that no line holds are divided too."""
    atoms = []
    for word in re.finditer(r"\S+", text):
        edges = _edges(word[0], widest)
        blank = word.end() < len(text)
        for low, high in pairwise(edges):
            start, end = word.start() + low, word.start() + high
            atoms.append(Atom(text[start:end], start, end, blank and high == edges[-1]))
    return atoms


def divided(
    text: str, spoken: Callable[[int], float], widest: float = WIDEST
) -> list[tuple[int, int]]:
    """Divide a text into captions; gives the place [start, end) of each in the text.

    `spoken` tells when the sign at a place is spoken, in seconds. A caption holds two lines at most;
    among all ways to divide the text that one is taken which breaks at sentences and clauses and
    leaves no caption too short to be read.
    """
    atoms = atoms_of(text, widest)
    reaches = [_reach(atoms, start, widest) for start in range(len(atoms))]
    # How many sentences end among the first n atoms.
    ended = [0, *accumulate(atom.pause == 2 for atom in atoms)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(atoms) + 1):
        found: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            if reaches[start] < end:
                break
            joined = ended[end - 1] - ended[start]
            stands_s = spoken(atoms[end - 1].end) - spoken(atoms[start].start)
            cost = best[start][0] + _cost(stands_s, joined)
            if end - start == 1 and end < len(atoms) and atoms[start].width < _SLIP:
                cost += 1.5
            found.append((cost, start))
        least, start = min(found)
        best.append((least + (_break_cost(atoms[end - 1]) if end < len(atoms) else 0.0), start))
    cuts = [len(atoms)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    return [(atoms[low].start, atoms[high - 1].end) for low, high in pairwise(cuts)]


def laid_out(text: str, widest: float = WIDEST) -> str:
    """Break a caption into lines that are not too wide, as even as its words allow.

    Lines that fit stay as they were written.
    """
    if columns(text) <= widest:
        return text
    return "\n".join(_in_lines(atoms_of(text.replace("\n", " "), widest), widest))


def two_lines(text: str, widest: float = WIDEST) -> str:
    """Set words that were said in one line, or in two where they need them."""
    flat = " ".join(text.split())
    return laid_out(flat, widest)


def _in_lines(atoms: list[Atom], widest: float) -> list[str]:
    """Break atoms into as few lines as hold them, among these ways at the lowest cost."""
    # lines and cost of the first n atoms, and where the last of these lines begins
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(atoms) + 1):
        broken = 0.0 if end == len(atoms) else _line_cost(atoms[end - 1])
        found, width = [], 0.0
        for start in range(end - 1, -1, -1):
            width += atoms[start].width + (atoms[start].blank if start < end - 1 else 0)
            if width > widest and end - start > 1:
                break
            rest = (widest - width) / widest
            lines, cost, _ = best[start]
            found.append((lines + 1, cost + rest * rest + broken, start))
        best.append(min(found))
    cuts = [len(atoms)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][2])
    cuts.reverse()
    return [_text(atoms[low:high]) for low, high in pairwise(cuts)]


def _line_cost(atom: Atom) -> float:
    return 0.25 * (2 - atom.pause) + 0.3 * atom.tear


def _break_cost(atom: Atom) -> float:
    """Weigh a caption's end behind an atom: what it breaks."""
    return (5.0, 1.5, 0.0)[atom.pause] + atom.tear


def _cost(stands_s: float, joined: int) -> float:
    """Weigh a caption: how long it stands, and how many sentences end before its last does."""
    short, long = max(0.0, SHORTEST_S - stands_s), max(0.0, stands_s - LONGEST_S)
    return 2.0 + 1.2 * joined + 4 * short + 2 * long


def _reach(atoms: list[Atom], start: int, widest: float) -> int:
    """Give the end of the longest caption from an atom on: as much as its lines hold."""
    lines, width = 1, 0.0
    for at in range(start, len(atoms)):
        atom = atoms[at]
        if width and width + atom.width > widest:
            lines, width = lines + 1, 0.0
            if lines > MOST_LINES:
                return at
        width += atom.width + atom.blank
    return len(atoms)


def _text(atoms: list[Atom]) -> str:
    return "".join(atom.text + " " * atom.blank for atom in atoms).rstrip()


def _edges(word: str, widest: float) -> list[int]:
    """List the places in a word where a line may break, its ends included."""
    edges, width = [0], 0.0
    for at, sign in enumerate(word):
        too_wide = width > 0 and width + _column(sign) > widest and wcwidth(sign) != 0
        if at and (too_wide or _may_break(word[at - 1], sign)):
            edges.append(at)
            width = 0.0
        width += _column(sign)
    return [*edges, len(word)]


def _may_break(before: str, after: str) -> bool:
    if before in _NOT_LAST or after in _NOT_FIRST or wcwidth(after) == 0 or wcwidth(before) == 0:
        return False
    if _is_hiragana(after) or (_is_katakana(before) and _is_katakana(after)):
        return False
    return _stands_alone(before) or _stands_alone(after) or before in "—–"


def _is_hiragana(sign: str) -> bool:
    # Particles and endings of Japanese: they belong to what stands before them.
    return "\u3040" <= sign <= "\u309f"


def _is_katakana(sign: str) -> bool:
    return "\u30a0" <= sign <= "\u30ff"


@lru_cache(maxsize=4096)
def _stands_alone(sign: str) -> bool:
    """Tell signs that need no blank between them: those of Chinese and Japanese, not of Korean."""
    return wcwidth(sign) == 2 and not "\uac00" <= sign <= "\ud7a3" and sign < "\U0001f000"


@lru_cache(maxsize=4096)
def _column(sign: str) -> float:
    return (0.0, 1.0, _WIDE)[max(wcwidth(sign), 0)]
