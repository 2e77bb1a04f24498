"""The author's choices beside a board: which takes are kept, which shots are approved.

    dawn.choices.yaml:  clips:
                          dawn.2/1: {take: 3, of: "3f9a5c0d11e2b7a4"}

A version of the film (`--set`) may keep other takes: they stand under the clip's name and its own,
`dawn.2/1@season-winter`, and win there over what the film keeps. The file is for git: written whole, in
film order, and what a board no longer has is never lost from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError

from longtake.errors import Fault, StoryboardError, Where
from longtake.files import write_bytes
from longtake.storyboard.diagnose import MAX_FAULTS, Place, Places, did_you_mean, quoted, visible
from longtake.storyboard.fields import version
from longtake.storyboard.model import Part
from longtake.storyboard.parse import parse, resolve
from longtake.storyboard.read import Unreadable, read_source
from longtake.storyboard.wording import find_flaws, word

ENDING = ".choices.yaml"
# So much of a hash is written: enough to tell recipes apart, short enough to be read over.
WRITTEN = 16
MOST_TAKES = 999
# Between a clip and the version of the film that a choice is of; no id has it.
_AT = "@"

_COMMENT = "# Which takes this film keeps; written by `longtake keep`, for git.\n"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/@-]*")

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
ClipName = Annotated[str, Field(min_length=1, max_length=200)]


class ClipChoice(Part):
    """What the author said of one clip; hashes may be shortened to their first signs.

    `take` is the number of the take that is kept, `of` the recipe it was made of: of another recipe it
    is no choice any more. `lands` is the frame (the hash of its bytes) it was asked to end on, one that
    the next clip had been bought on. `stays` is the recipe under which a clip was bought that is kept
    as it is, though what it continues lands there with another take now: on `begins`, the frame it was
    bought on.
    """

    take: Annotated[int, Field(ge=1, le=MOST_TAKES)] | None = None
    of: Hash | None = None
    lands: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    stays: Hash | None = None
    begins: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    def keeping(self, take: int, recipe: str, lands: str = "") -> ClipChoice:
        """Give the choice with a take kept, one made of a recipe; what else was chosen stays."""
        said = {"take": take, "of": recipe[:WRITTEN], "lands": lands or None}
        return self.model_copy(update=said)

    def holds_for(self, recipe: str) -> bool:
        """Tell whether a take was chosen, and for a clip of just this recipe."""
        return self.take is not None and recipe.startswith(self.of or "")

    def stays_on(self, frame: str) -> bool:
        """Tell whether the clip stays as it was bought where the one before lands on a frame."""
        return bool(self.stays and frame) and self.begins in (None, frame)


class DraftChoices(Part):
    """The same for takes of the draft, which is another film."""

    clips: dict[ClipName, ClipChoice] = Field(default_factory=dict)


class Choices(Part):
    """All that was chosen for one board: kept takes by clip, and the shots approved in the draft."""

    longtake: Annotated[Literal[1], BeforeValidator(version)] = 1
    clips: dict[ClipName, ClipChoice] = Field(default_factory=dict)
    approved: list[ClipName] = Field(default_factory=list)
    draft: DraftChoices = DraftChoices()

    _places: Places | None = PrivateAttr(default=None)

    def of(self, *, draft: bool = False, version: str = "") -> Mapping[str, ClipChoice]:
        """Give what was chosen for the clips of the film or of its draft, as a version has them."""
        own, chosen = {}, {}
        for name, choice in self._written(draft).items():
            clip, _, of_version = name.partition(_AT)
            if not of_version:
                chosen[clip] = choice
            elif of_version == version:
                own[clip] = choice
        return {**chosen, **own}

    def with_clips(
        self,
        changes: Mapping[str, ClipChoice | None],
        *,
        draft: bool = False,
        version: str = "",
    ) -> Choices:
        """Give the choices with other ones for some clips; None takes a choice back.

        What is chosen for a version touches neither the film nor another version.
        """
        named = {_of_version(clip, version): choice for clip, choice in changes.items()}
        merged = {**self._written(draft), **named}
        clips = {clip: choice for clip, choice in merged.items() if choice is not None}
        return self._changed({"draft": DraftChoices(clips=clips)} if draft else {"clips": clips})

    def followed(
        self, moves: Mapping[str, str], *, draft: bool = False, version: str = ""
    ) -> Choices:
        """Give the choices with those of clips that are called otherwise now under their names of now.

        `moves` maps these to the names they had.
        """
        if not moves:
            return self
        clips = self.of(draft=draft, version=version)
        moved = {clip: clips[old] for clip, old in moves.items() if old in clips}
        left = dict.fromkeys(moves.values())
        return self.with_clips({**left, **moved}, draft=draft, version=version)

    def with_approved(self, shots: Iterable[str], *, on: bool) -> Choices:
        """Give the choices with some shots approved, or no longer."""
        named = list(dict.fromkeys(shots))
        rest = [shot for shot in self.approved if shot not in named]
        return self._changed({"approved": [*rest, *named] if on else rest})

    def strangers(
        self, clips: Iterable[str], shots: Iterable[str], *, draft: bool = False
    ) -> tuple[Fault, ...]:
        """Warn of clips and shots the board does not have; they are kept in the file all the same.

        `draft` says that the clips are those of the draft, which may be others.
        """
        if self._places is None:
            return ()
        known, shown = set(clips), set(shots)
        place: Place = ("draft", "clips") if draft else ("clips",)
        # What stands there for another version may be of shots that only that one has.
        named = [((*place, clip), clip, known) for clip in self._written(draft) if _AT not in clip]
        named += [(("approved", at), shot, shown) for at, shot in enumerate(self.approved)]
        return tuple(
            _stranger(self._places, place, name, words)
            for place, name, words in named
            if name not in words
        )

    def _written(self, draft: bool) -> Mapping[str, ClipChoice]:
        return self.draft.clips if draft else self.clips

    def _changed(self, update: Mapping[str, object]) -> Choices:
        changed = self.model_copy(update=dict(update))
        changed._places = None
        return changed


def choices_path(board: Path) -> Path:
    """Name the file of a board's choices."""
    return board.with_name(f"{board.stem}{ENDING}")


def read_choices(board: Path) -> Choices:
    """Read what was chosen for a board; nothing where there is no file yet.

    Raises StoryboardError with all faults of the file, each at its line.
    """
    path = choices_path(board)
    if not path.exists():
        return Choices()
    try:
        source = read_source(path, str(path))
    except Unreadable as exc:
        where = Where(visible(str(path)), 1, 1)
        fault = Fault(where, visible(exc.message), "unreadable", "", exc.hint)
        raise StoryboardError((fault,)) from exc
    root, faults = parse(source)
    empty = root is None or (root.kids is None and root.value is None)
    if empty and not faults:
        return Choices()
    if root is not None and not isinstance(root.kids, dict):
        faults.append(root.spot.fault("choices are a map of keys such as clips", code="type"))
    if root is None or faults:
        raise StoryboardError(tuple(faults))
    places = Places(path, (path.parent,), root)
    try:
        choices = Choices.model_validate(root.plain())
    except ValidationError as exc:
        flaws = find_flaws(exc, MAX_FAULTS, Choices)
        raise StoryboardError(tuple(word(flaw, places) for flaw in flaws)) from None
    choices._places = places
    return choices


def save_choices(board: Path, choices: Choices, order: Iterable[str] = ()) -> None:
    """Write the choices of a board whole; clips named in `order` come first, in that order."""
    places = {clip: index for index, clip in enumerate(order)}

    def sorted_clips(clips: Mapping[str, ClipChoice]) -> list[str]:
        return sorted(
            clips, key=lambda clip: (places.get(clip.partition(_AT)[0], len(places)), clip)
        )

    lines = [_COMMENT, "longtake: 1\n"]
    lines += _clips(choices.clips, sorted_clips(choices.clips), "")
    if choices.approved:
        lines.append(f"approved: [{', '.join(map(_scalar, choices.approved))}]\n")
    if choices.draft.clips:
        lines.append("draft:\n")
        lines += _clips(choices.draft.clips, sorted_clips(choices.draft.clips), "  ")
    write_bytes(choices_path(board), "".join(lines).encode())


def _of_version(clip: str, version: str) -> str:
    return f"{clip}{_AT}{version}" if version else clip


def _clips(clips: Mapping[str, ClipChoice], names: list[str], indent: str) -> list[str]:
    if not clips:
        return []
    rows = [f"{indent}  {_scalar(name)}: {{{_said(clips[name])}}}\n" for name in names]
    return [f"{indent}clips:\n", *rows]


def _said(choice: ClipChoice) -> str:
    said = choice.model_dump(exclude_none=True)
    return ", ".join(f"{key}: {json.dumps(value)}" for key, value in said.items())


def _scalar(name: str) -> str:
    """Write a name plainly where it is read as text again, in quotes elsewhere."""
    plain = _PLAIN.fullmatch(name) and isinstance(resolve(name), str)
    return name if plain else json.dumps(name)


def _stranger(places: Places, place: Place, name: str, known: set[str]) -> Fault:
    what = "shot" if place[0] == "approved" else "clip"
    return places.fault(
        place,
        f"the board has no {what} {quoted(name)}",
        code="unknown-choice",
        hint=did_you_mean(name, known) or "it is left as it is, and does nothing",
        key=what == "clip",
    )
