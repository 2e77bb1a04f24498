"""The document that `longtake seams --json` writes; its schema is docs/json/seams.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from longtake import __version__
from longtake.assemble.seams import BrokenLimit, FilmSeams, SeamLook
from longtake.cli.faultobjects import FORM
from longtake.units import FrameRate


@dataclass(frozen=True, kw_only=True)
class BrokenObject:
    """A measure beyond its limit: its value `plain` and `repaired`, null where it does not apply.

    One that does not count is told and decides nothing.
    """

    field: str
    plain: float | None
    repaired: float | None
    limit: float
    words: str
    counts: bool


@dataclass(frozen=True, kw_only=True)
class ChangeObject:
    """A part of the repair that was tried on the clip behind the seam, with its measures then."""

    part: str
    kept: bool
    why: str
    before: dict[str, float | None]
    after: dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class SeamObject:
    """A seam; `after` begins at film frame `at`. `plain` is as bought, `repaired` as the film shows it.

    `trimmed` and `dropped` count the frames of the film given up at the end of the clip before and at
    the start of the one behind. `sound` is what is heard there; it decides nothing.
    """

    number: int
    before: str
    after: str
    at: int
    timecode: str
    clean: bool
    plain: str
    repaired: str
    sound: tuple[str, ...]
    broken: tuple[BrokenObject, ...]
    measures: dict[str, float]
    plain_measures: dict[str, float]
    trimmed: int
    dropped: int
    repairs: tuple[ChangeObject, ...]
    refused: str


@dataclass(frozen=True, kw_only=True)
class LevelsObject:
    """Light, saturation, contrast and sharpness at one end of a clip."""

    luma: float
    saturation: float
    contrast: float
    sharpness: float


@dataclass(frozen=True, kw_only=True)
class ChainClipObject:
    """The levels of a clip at its start and its end, as bought and as the film shows it."""

    clip: str
    plain: tuple[LevelsObject, LevelsObject]
    repaired: tuple[LevelsObject, LevelsObject]


@dataclass(frozen=True, kw_only=True)
class SeamsDocument:
    """`longtake seams --json`: every seam of the film, and the levels along each of its chains.

    `missing` names the clips without a take, whose seams cannot be looked at.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["seams"] = "seams"
    board: str
    film: Literal["film", "draft", "animatic"]
    clean: bool
    seams: tuple[SeamObject, ...]
    chains: tuple[tuple[ChainClipObject, ...], ...]
    missing: tuple[str, ...]


def seams_document(
    found: FilmSeams, board: str, flavour: str, missing: tuple[str, ...], rate: FrameRate
) -> SeamsDocument:
    """Write down what was seen at the seams of a film."""
    kinds: dict[str, Literal["film", "draft", "animatic"]] = {
        "draft": "draft",
        "animatic": "animatic",
    }
    return SeamsDocument(
        board=board,
        film=kinds.get(flavour, "film"),
        clean=not missing and all(look.clean for look in found.seams),
        seams=tuple(_seam(look, rate) for look in found.seams),
        chains=tuple(
            tuple(
                ChainClipObject(
                    clip=each.clip,
                    plain=(_levels(each.plain[0]), _levels(each.plain[1])),
                    repaired=(_levels(each.repaired[0]), _levels(each.repaired[1])),
                )
                for each in chain
            )
            for chain in found.chains
        ),
        missing=missing,
    )


def _seam(look: SeamLook, rate: FrameRate) -> SeamObject:
    place = look.place
    return SeamObject(
        number=place.number,
        before=place.before.clip,
        after=place.after.clip,
        at=place.at,
        timecode=rate.timecode(place.at),
        clean=look.clean,
        plain=look.plain.judgement.verdict,
        repaired=look.verdict,
        sound=tuple(finding.verdict for finding in look.repaired.judgement.sound),
        broken=tuple(_broken(each) for each in look.broken),
        measures=_rounded(look.repaired.score.measures),
        plain_measures=_rounded(look.plain.score.measures),
        trimmed=place.trimmed,
        dropped=place.dropped,
        repairs=tuple(ChangeObject(**change) for change in look.log),
        refused=look.refused,
    )


def _broken(each: BrokenLimit) -> BrokenObject:
    return BrokenObject(
        field=each.field,
        plain=None if each.plain is None else round(each.plain, 4),
        repaired=None if each.repaired is None else round(each.repaired, 4),
        limit=round(each.limit, 4),
        words=each.words,
        counts=each.counts,
    )


def _levels(levels: object) -> LevelsObject:
    return LevelsObject(**{name: round(value, 3) for name, value in vars(levels).items()})


def _rounded(measures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in measures.items()}
