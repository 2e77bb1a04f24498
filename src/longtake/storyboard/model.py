"""What the author wrote: the storyboard's own types, strict, with nothing unknown let through."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
)

from longtake.errors import Fault
from longtake.storyboard.diagnose import Places, visible
from longtake.storyboard.fields import (
    CameraText,
    ColourText,
    Duration,
    FocusText,
    JoinText,
    LanguageTag,
    LengthText,
    LevelText,
    LoudnessText,
    ModelName,
    MoneyText,
    Motion,
    PathText,
    Plain,
    RateNumber,
    Seconds,
    SecondsOrAuto,
    SizeText,
    Slug,
    Text,
    TitleText,
    VarName,
    VoiceText,
    WarningCode,
    shape,
    version,
)
from longtake.storyboard.grammar import JoinSpec, Length, parse_join


class Part(BaseModel):
    """Base of every part of a storyboard: strict, closed and frozen."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class PromptParts(Part):
    """A prompt in three questions: what the camera, the character and the reaction do."""

    camera: Text | None = None
    character: Text | None = None
    reaction: Text | None = None
    text: Text | None = None


Prompt = Annotated[
    Annotated[Text, Tag("text")] | Annotated[PromptParts, Tag("map")], Discriminator(shape)
]


class Bridge(Part):
    """A join that is made: a clip from the last frame before a shot to the shot's own first one."""

    bridge: LengthText
    prompt: Prompt | None = None
    camera: list[CameraText] | None = None
    model: ModelName | None = None
    resolution: Text | None = None


class Footage(Part):
    """A part of an existing film file, from `from` to `to` in seconds."""

    file: PathText
    from_s: Duration | None = Field(None, alias="from")
    to_s: Duration | None = Field(None, alias="to")


class CastMember(Part):
    """A recurring character: the words that describe it, a picture of its face, and its voice."""

    text: Text
    face: PathText | None = None
    voice: VoiceText | None = None


class Draft(Part):
    """The cheaper model and size of a draft."""

    model: ModelName | None = None
    resolution: Text | None = None


class Film(Part):
    """What the finished film looks like as a file."""

    size: SizeText | None = None
    fps: RateNumber = 24
    fit: Literal["auto", "cover", "pad"] = "auto"
    fade_in: LengthText | None = None
    fade_out: LengthText | None = None
    background: ColourText = "black"
    loudness: LoudnessText = "-14 LUFS"


class Music(Part):
    """A bed of music: file, loudness, fades, where it starts, if it repeats and makes room for speech."""

    file: PathText
    level: LevelText = "-22 LUFS"
    duck: bool = True
    from_s: Duration = Field(0.0, alias="from")
    loop: bool = True
    cross_fade: LengthText = "1s"
    fade_in: LengthText = "0.5s"
    fade_out: LengthText = "2s"


class Narration(Part):
    """Spoken words: from a file, or said by a voice."""

    file: PathText | None = None
    text: Text | None = None
    voice: VoiceText | None = None
    level: LevelText = "-16 LUFS"


class CaptionLooks(Part):
    """How captions look that are drawn into the picture."""

    font: PathText | None = None
    size: Annotated[float, Field(ge=8, le=200)] = 38.0
    position: Literal["bottom", "middle", "top"] = "bottom"
    box: bool = False
    colour: ColourText = "white"


class Captions(Part):
    """How captions are shown, and from which file they come where not from the narration."""

    burn: bool | None = None
    file: PathText | None = None
    style: CaptionLooks | None = None
    language: LanguageTag | None = None


class LowerThird(Part):
    """A name and a line about it over the lower part of the picture; times in seconds of the shot."""

    text: TitleText
    line2: TitleText | None = None
    preset: Slug | None = None
    motion: Motion = "slide"
    from_s: Duration | None = Field(None, alias="from")
    seconds: Seconds | None = None
    options: dict[str, Plain] = {}


class TitleCard(Part):
    """Large words: over a shot, or, where it shows nothing else, on a ground of their own."""

    text: TitleText
    subtitle: TitleText | None = None
    links: Annotated[list[TitleText], Field(max_length=6)] = []
    preset: Slug | None = None
    motion: Motion = "slide"
    from_s: Duration | None = Field(None, alias="from")
    seconds: Seconds | None = None
    options: dict[str, Plain] = {}


class Palette(Part):
    """Colours of all that is drawn: of words, of what catches the eye, of what lies behind."""

    text: ColourText | None = None
    accent: ColourText | None = None
    ground: ColourText | None = None


class Logo(Part):
    """A picture that lies in a corner of the whole film."""

    file: PathText
    corner: Literal["top-left", "top-right", "bottom-left", "bottom-right"] = "top-right"
    size: Annotated[float, Field(ge=0.2, le=4)] = 1.0
    opacity: Annotated[float, Field(gt=0, le=1)] = 0.8


FootageOrPath = Annotated[
    Annotated[PathText, Tag("text")] | Annotated[Footage, Tag("map")], Discriminator(shape)
]
NarrationOrText = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Narration, Tag("map")], Discriminator(shape)
]
LowerThirdOrText = Annotated[
    Annotated[TitleText, Tag("text")] | Annotated[LowerThird, Tag("map")], Discriminator(shape)
]
CaptionsOrFile = Annotated[
    Annotated[PathText, Tag("text")] | Annotated[Captions, Tag("map")], Discriminator(shape)
]
JoinOrBridge = Annotated[
    Annotated[JoinText, Tag("text")] | Annotated[Bridge, Tag("map")], Discriminator(shape)
]
MusicOrList = Annotated[
    Annotated[Music, Tag("map")] | Annotated[list[Music], Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list) else "map"),
]


class Inherited(Part):
    """Keys that a board hands to its scenes, and a scene to its shots."""

    model: ModelName | None = None
    resolution: Text | None = None
    look: Text | None = None
    split: Literal["seams", "price"] | None = None
    sound: Literal["keep", "duck", "drop"] | None = None
    sound_level: LevelText | None = None
    prompt_optimizer: bool | None = None
    fast_pretreatment: bool | None = None
    watermark: bool | None = None
    color: Literal["off", "match", "match+track"] | None = None
    lighting: Literal["constant", "changes"] | None = None
    repair: Literal["on", "off"] | None = None
    reanchor: PathText | None = None
    reanchor_every: Annotated[int, Field(ge=1, le=1000)] | None = None
    captions: CaptionsOrFile | None = None
    voice: VoiceText | None = None
    focus: FocusText | None = None
    takes: Annotated[int, Field(ge=1, le=20)] | None = None
    silence: list[WarningCode] | None = None


class Shot(Inherited):
    """What the viewer sees between two cuts; longer than a model allows, it is several clips."""

    id: Slug | None = None
    prompt: Prompt | None = None
    still: PathText | None = None
    footage: FootageOrPath | None = None
    camera: list[CameraText] | None = None
    seconds: SecondsOrAuto | None = None
    start: PathText | None = None
    end: PathText | None = None
    join: JoinOrBridge | None = None
    mute: bool = False
    narration: NarrationOrText | None = None
    lower_third: LowerThirdOrText | None = None
    title_card: TitleCard | None = None
    music: MusicOrList | None = None

    @property
    def joined(self) -> JoinSpec | None:
        """The join before it, read; None where the author wrote none."""
        if isinstance(self.join, Bridge):
            return JoinSpec("bridge", Length.parse(self.join.bridge))
        return None if self.join is None else parse_join(self.join)

    @property
    def is_card(self) -> bool:
        """Whether it shows a title card and nothing else."""
        shown = self.prompt, self.still, self.footage
        return self.title_card is not None and shown == (None, None, None)

    @property
    def is_given(self) -> bool:
        """Whether its pictures are given or drawn here, so that no model makes them."""
        return self.still is not None or self.footage is not None or self.is_card


class Scene(Shot):
    """One place and one idea, told in one or more shots."""

    title: Text | None = None
    shots: Annotated[list[Shot], Field(min_length=1)] | None = None


class Brand(Part):
    """What all films of a series have in common: how titles look, an opener, an end card."""

    font: PathText | None = None
    palette: Palette = Palette()
    logo: Logo | None = None
    progress: bool = False
    lower_third_preset: Slug = "line"
    title_card_preset: Slug = "centre"
    opener: Scene | None = None
    end_card: Scene | None = None


class Storyboard(Inherited):
    """What the author wrote: scenes, the look and cast they share, the joins between them.

    Made by `load_storyboard`. Values stay as written; `path_of` resolves a path against the file
    that wrote it, and `fault` makes an error that points at the author's line.
    """

    longtake: Annotated[Literal[1], BeforeValidator(version)]
    title: Annotated[Text, Field(min_length=1)]
    extends: PathText | None = None
    vars: dict[VarName, str] = {}
    budget: MoneyText | None = None
    cast: dict[Slug, CastMember] = {}
    draft: Draft | None = None
    film: Film = Film()
    brand: Brand = Brand()
    music: MusicOrList | None = None
    scenes: Annotated[list[Scene], Field(min_length=1, max_length=10_000)]

    _places: Places = PrivateAttr()
    _warnings: tuple[Fault, ...] = PrivateAttr(default=())
    _held: tuple[Fault, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """The board's own file."""
        return self._places.main

    @property
    def name(self) -> str:
        """The board's file name without its ending: what its films are filed under."""
        return self._places.main.stem

    @property
    def roots(self) -> tuple[Path, ...]:
        """Folders from which files may be read: the board's and that of each file it extends."""
        return self._places.roots

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What is doubtful in the document but stops nothing, in file order."""
        return self._warnings

    @property
    def held_faults(self) -> tuple[Fault, ...]:
        """What is wrong across the document; empty unless it was loaded with `hold_faults`."""
        return self._held

    def is_silenced(self, place: tuple[Any, ...], code: str) -> bool:
        """Tell whether the board, the scene or the shot that a place is in wants to hear of no such doubt."""
        parts: list[Inherited] = [self]
        scene = self._scene_at(place)
        if scene:
            parts.append(scene)
            if place[2:3] == ("shots",) and scene.shots and len(place) > 3:
                parts.append(scene.shots[place[3]])
        return any(code in part.silence for part in parts if part.silence)

    def _scene_at(self, place: tuple[Any, ...]) -> Scene | None:
        if place[:1] == ("scenes",) and len(place) > 1:
            scene: Scene = self.scenes[place[1]]
            return scene
        brand = {("brand", "opener"): self.brand.opener, ("brand", "end_card"): self.brand.end_card}
        return brand.get(place[:2])

    def heard(self, warnings: Iterable[Fault]) -> tuple[Fault, ...]:
        """Leave out the warnings that the author has silenced where they belong."""
        return tuple(each for each in warnings if not self.is_silenced(each.place, each.code))

    def in_file_order(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Sort faults as they stand in the files, the board's own first, each of them once."""
        board = visible(str(self._places.main))

        def place(fault: Fault) -> tuple[bool, str, int, int]:
            where = fault.where
            return where.file != board, where.file, where.line, where.column

        return tuple(sorted(dict.fromkeys(faults), key=place))

    def path_of(self, place: tuple[Any, ...], written: str) -> Path:
        """Resolve a path written at a place such as ("scenes", 0, "still")."""
        return self._places.source(place).path_of(written)

    def line_of(self, place: tuple[Any, ...]) -> int:
        """Give the line on which the value at a place was written, counted from 1."""
        return self._places.spot(place).line + 1

    def fault(
        self, place: tuple[Any, ...], message: str, *, code: str, hint: str = "", key: bool = False
    ) -> Fault:
        """Make a fault that points at the value (or the key) at a place of the document."""
        return self._places.fault(place, message, code=code, hint=hint, key=key)
