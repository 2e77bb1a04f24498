"""Lay the shots of a board out one by one: stills, footage, and prompts divided into clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from longtake.errors import Fault
from longtake.plan.anchors import AnchorWish, anchor_wishes
from longtake.plan.edges import Made, first_edge, last_edge
from longtake.plan.faces import Unsent, face_faults, named_faces, sent_faces
from longtake.plan.job import (
    ClipJob,
    DrawnClip,
    Edge,
    EndOf,
    Face,
    FootageClip,
    ShotNote,
    Source,
    StillClip,
    recipe_of,
)
from longtake.plan.lengths import clip_lengths, other_split
from longtake.plan.limits import chain_faults, picture_faults, prompt_faults
from longtake.plan.narration import auto_frames
from longtake.plan.offer import Offer
from longtake.plan.prompt import PROMPT_VERSION, compose_parts, compose_prompt, prompt_wording
from longtake.plan.settings import Settings, ShotSettings
from longtake.plan.speech import Spoken
from longtake.plan.survey import Survey
from longtake.plan.titles import card_of
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.grammar import camera_brackets, canonical_camera
from longtake.storyboard.model import Footage, PromptParts, Storyboard
from longtake.storyboard.words import expand, names_in
from longtake.timeline import TimelineClip
from longtake.units import FrameRate, Size, exact

STILL_SECONDS = 4
HELD = ("Static shot",)


@dataclass
class Draft:
    """What grows while the shots are gone through in film order."""

    storyboard: Storyboard
    offers: Mapping[str, Offer]
    survey: Survey
    rate: FrameRate
    size: Size
    ids: dict[str, str] = field(default_factory=dict)
    made: Made = field(default_factory=Made)
    sources: dict[str, Source] = field(default_factory=dict)
    clips: list[TimelineClip] = field(default_factory=list)
    firsts: list[tuple[NamedShot, int, Edge | None]] = field(default_factory=list)
    notes: list[ShotNote] = field(default_factory=list)
    unsent: list[Unsent] = field(default_factory=list)
    sounds: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, AnchorWish] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    spoken: dict[str, Spoken] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)
    order: Sequence[str] = ()
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is known of any shot yet."""
        self.settings = Settings(self.storyboard, self.offers)

    def asked_s(self, shot: NamedShot, usual_s: int) -> Fraction:
        """Give the length that a shot asks for: as written, or as its narration needs."""
        written = shot.shot.seconds
        if written == "auto":
            frames = auto_frames(self.spoken[shot.id], self.beside[shot.id], self.rate)
            return self.rate.seconds(frames)
        return Fraction(usual_s) if written is None else exact(written)


def add_shot(draft: Draft, scene: NamedScene, shot: NamedShot) -> None:
    """Lay one shot at the end of what is there: its sources, clips and notes, or its faults."""
    found = draft.settings.of(scene, shot)
    settings = found if isinstance(found, ShotSettings) else None
    if shot.shot.still is not None:
        _add_still(draft, scene, shot, settings.camera if settings else ())
    elif shot.shot.footage is not None:
        _add_footage(draft, scene, shot, settings)
    elif shot.shot.is_card:
        _add_card(draft, scene, shot)
    elif isinstance(found, ShotSettings):
        _add_clips(draft, scene, shot, found)
    else:
        draft.faults += found


def _add_still(draft: Draft, scene: NamedScene, shot: NamedShot, camera: tuple[str, ...]) -> None:
    path = draft.storyboard.path_of((*shot.place, "still"), shot.shot.still or "")
    facts = draft.survey.stills.get(path)
    frames = _wanted_frames(draft, shot, draft.asked_s(shot, STILL_SECONDS))
    camera = camera or HELD
    sha256 = facts.sha256 if facts else ""
    parts = {"still": sha256, "camera": list(camera), "frames": frames, "size": str(draft.size)}
    still = StillClip(
        shot.id, scene.id, shot.id, path, sha256, camera, frames, parts, recipe_of(parts, ())
    )
    _refuse_edges(draft, shot, "a still")
    # A still can be held as long as a transition likes: it never shortens the film.
    clip = TimelineClip(still.id, scene.id, 0, frames, head=frames * 100, tail=frames * 100)
    _place(draft, scene, shot, still, clip)
    draft.notes.append(ShotNote(shot.id, frames, frames, 0))


def _add_card(draft: Draft, scene: NamedScene, shot: NamedShot) -> None:
    frames = _wanted_frames(draft, shot, draft.asked_s(shot, STILL_SECONDS))
    title = card_of(draft.storyboard, draft.survey, shot.shot, shot.place, shot.id)
    files = [[file.name, file.sha256] for file in title.files]
    parts = {"title": title.options, "kind": title.kind, "files": files, "frames": frames}
    card = DrawnClip(shot.id, scene.id, shot.id, title, frames, parts, recipe_of(parts, ()))
    _refuse_edges(draft, shot, "a title card")
    clip = TimelineClip(card.id, scene.id, 0, frames, head=frames * 100, tail=frames * 100)
    _place(draft, scene, shot, card, clip)
    draft.notes.append(ShotNote(shot.id, frames, frames, 0))


def _wanted_frames(draft: Draft, shot: NamedShot, seconds: Fraction) -> int:
    frames = draft.rate.frames(seconds)
    if frames == 0:
        draft.faults.append(
            draft.storyboard.fault(
                (*shot.place, "seconds"),
                f'shot "{shot.id}": {float(seconds):g} s is less than one frame',
                code="no-frame",
                hint=f"a frame of this film lasts {float(1 / draft.rate.value):.3f} s",
            )
        )
    return max(1, frames)


def _add_footage(
    draft: Draft, scene: NamedScene, shot: NamedShot, settings: ShotSettings | None
) -> None:
    written = shot.shot.footage
    place: tuple[Any, ...] = (*shot.place, "footage")
    if isinstance(written, Footage):
        file, from_s, to_s, place = written.file, written.from_s, written.to_s, (*place, "file")
    else:
        file, from_s, to_s = str(written), None, None
    path = draft.storyboard.path_of(place, file)
    facts = draft.survey.footage.get(path)
    # Where the file could not be read its own fault stops the plan: any length will do.
    available = facts.frames if facts else 10**6
    start = draft.rate.frames(from_s or 0)
    end = available if to_s is None else draft.rate.frames(to_s)
    if shot.shot.seconds is not None:
        end = min(end, start + _wanted_frames(draft, shot, draft.asked_s(shot, 0)))
    if not start < end <= available:
        draft.faults.append(_no_such_part(draft, shot, place, file, (start, end, available)))
        start, end, available, to_s = 0, 1, 1, None
    sha256 = facts.sha256 if facts else ""
    parts = {"footage": sha256, "start": start, "end": end}
    footage = FootageClip(
        shot.id, scene.id, shot.id, path, sha256, start, end, available, parts, recipe_of(parts, ())
    )
    _refuse_edges(draft, shot, "footage")
    # `from` and `to` are the author's cut: no transition may show what lies outside. Only `seconds`
    # leaves frames that it may play.
    last = available if to_s is None else min(available, draft.rate.frames(to_s))
    clip = TimelineClip(footage.id, scene.id, start, end, 0, last - end)
    _place(draft, scene, shot, footage, clip)
    draft.sounds[footage.id] = settings.sound if settings else "keep"
    draft.notes.append(ShotNote(shot.id, footage.frames, footage.frames, 0))


def _no_such_part(
    draft: Draft, shot: NamedShot, place: tuple[Any, ...], file: str, frames: tuple[int, int, int]
) -> Fault:
    start, end, length = (float(draft.rate.seconds(count)) for count in frames)
    return draft.storyboard.fault(
        place,
        f'shot "{shot.id}": {file} is {length:.2f} s long, it has no part from {start:g} to {end:g} s',
        code="footage-too-short",
    )


def _refuse_edges(draft: Draft, shot: NamedShot, what: str) -> None:
    for key in ("start", "end"):
        if getattr(shot.shot, key) is not None:
            draft.faults.append(
                draft.storyboard.fault(
                    (*shot.place, key),
                    f'shot "{shot.id}": {what} begins and ends on its own frames',
                    code="edge-of-a-still",
                    hint=f"leave out `{key}:`",
                    key=True,
                )
            )


def _place(
    draft: Draft,
    scene: NamedScene,
    shot: NamedShot,
    source: StillClip | FootageClip | DrawnClip,
    clip: TimelineClip,
) -> None:
    draft.firsts.append((shot, len(draft.clips), None))
    draft.sources[source.id] = source
    draft.clips.append(clip)
    draft.made.add(scene, shot, [source.id], still=True)


def _add_clips(draft: Draft, scene: NamedScene, shot: NamedShot, settings: ShotSettings) -> None:
    shortest = settings.resolution.lengths[0]
    wanted_s = draft.asked_s(shot, shortest)
    wanted = _wanted_frames(draft, shot, wanted_s)
    lengths = clip_lengths(settings, wanted_s)
    frames, made = _frames_of(draft, settings, lengths)
    if shot.shot.seconds == "auto":
        while made < wanted:
            lengths = clip_lengths(settings, Fraction(sum(lengths) + 1))
            frames, made = _frames_of(draft, settings, lengths)
        # Shown whole: another word in a narration must not move where the next clip continues.
        wanted_s, wanted = Fraction(sum(lengths)), made
    surplus = max(0, made - wanted)
    ids = [f"{shot.id}/{number}" for number in range(1, len(lengths) + 1)]
    edges = _edges(draft, shot)
    prompt = _prompt(draft, shot, settings)
    faces = named_faces(draft.storyboard, _author_text(shot), draft.survey)
    _check_limits(draft, scene, shot, settings, prompt, edges, len(ids))
    _check_faces(
        draft, shot, settings.offer, faces, (edges[0], edges[1] if len(ids) == 1 else None)
    )
    order = Order(draft, scene, shot, settings, prompt, faces)
    for number, clip_id in enumerate(ids):
        last_clip = number == len(ids) - 1
        out_frame = frames[number] - 1 - (surplus if last_clip else 0)
        own = (edges[0] if number == 0 else EndOf(ids[number - 1]), edges[1] if last_clip else None)
        draft.firsts.append((shot, len(draft.clips), own[0]))
        draft.sources[clip_id] = order.job(clip_id, lengths[number], frames[number], out_frame, own)
        tail = frames[number] - 1 - out_frame
        draft.clips.append(TimelineClip(clip_id, scene.id, 0, out_frame + 1, 0, tail))
    draft.made.add(scene, shot, ids, still=False)
    draft.sounds |= dict.fromkeys(ids, settings.sound)
    draft.anchors |= anchor_wishes(draft.storyboard, scene, shot, tuple(ids), draft.survey)
    other = other_split(settings, wanted_s, lengths)
    draft.notes.append(ShotNote(shot.id, wanted, made, surplus, lengths, other))


def _frames_of(
    draft: Draft, settings: ShotSettings, lengths: tuple[int, ...]
) -> tuple[list[int], int]:
    """Count the frames of each clip, and of the shot: two clips share the frame of their seam."""
    frames = [settings.offer.film_frames(seconds, draft.rate) for seconds in lengths]
    return frames, sum(frames) - len(frames) + 1


def _edges(draft: Draft, shot: NamedShot) -> tuple[Edge | None, Edge | None]:
    first = first_edge(
        draft.storyboard, shot, shot.shot.start, (*shot.place, "start"), draft.made, draft.survey
    )
    last = last_edge(draft.storyboard, shot.shot.end, (*shot.place, "end"), draft.ids, draft.survey)
    return first, last


def _prompt(draft: Draft, shot: NamedShot, settings: ShotSettings) -> str:
    text = expand(_author_text(shot), draft.storyboard)
    return compose_prompt(text, settings.look, settings.camera)


def _author_text(shot: NamedShot) -> str:
    written = shot.shot.prompt
    return compose_parts(written.model_dump()) if isinstance(written, PromptParts) else str(written)


def _check_limits(
    draft: Draft,
    scene: NamedScene,
    shot: NamedShot,
    settings: ShotSettings,
    prompt: str,
    edges: tuple[Edge | None, Edge | None],
    clips: int,
) -> None:
    board = draft.storyboard
    draft.faults += chain_faults(board, shot, settings, edges, clips)
    draft.faults += prompt_faults(board, shot, settings, prompt)
    if any(edges) or clips > 1:
        found = picture_faults(board, scene, shot, settings, draft.survey)
        # Said once for the place that names the model, however many shots it holds for.
        draft.faults += [fault for fault in found if fault not in draft.faults]


def _check_faces(
    draft: Draft,
    shot: NamedShot,
    offer: Offer,
    faces: tuple[Face, ...],
    edges: tuple[Edge | None, Edge | None],
) -> None:
    """Check the faces of a shot by its first clip: the later ones continue it, and send none."""
    sent = sent_faces(faces, offer.modes, edges)
    if edges[0] is None:
        draft.faults += face_faults(draft.storyboard, shot, offer, faces, len(sent))
    # A drawn clip shows no faces, whatever it stands for.
    if not sent and not offer.draws:
        model = "" if "references" in offer.modes else offer.model or offer.name
        draft.unsent += [Unsent(face.name, shot.id, model) for face in faces]


@dataclass(frozen=True)
class Order:
    """What all clip jobs of one shot have in common."""

    draft: Draft
    scene: NamedScene
    shot: NamedShot
    settings: ShotSettings
    prompt: str
    faces: tuple[Face, ...]

    def job(
        self,
        clip_id: str,
        seconds: int,
        frames: int,
        out_frame: int,
        edges: tuple[Edge | None, Edge | None],
    ) -> ClipJob:
        """Write the job of one clip; its recipe follows when all edges are known."""
        offer, resolution = self.settings.offer, self.settings.resolution
        canvas = self.draft.size if offer.draws else resolution.canvas
        card = self._card() if offer.draws else {}
        options = {} if offer.draws else self._options(edges)
        faces = () if offer.draws else sent_faces(self.faces, offer.modes, edges)
        parts: dict[str, Any] = {
            "prompt version": PROMPT_VERSION,
            "model": offer.name,
            "resolution": str(canvas) if offer.draws else resolution.name,
            "seconds": seconds,
            "prompt": self.prompt,
        }
        if offer.draws:
            parts |= {"card": card, "rate": str(self.draft.rate)}
        else:
            parts |= {"switches": options}
        if faces:
            parts |= {"faces": [face.sha256 for face in faces]}
        return ClipJob(
            id=clip_id,
            scene=self.scene.id,
            shot=self.shot.id,
            offer=offer.name,
            draws=offer.draws,
            resolution=resolution.name,
            canvas=canvas,
            seconds=seconds,
            frames=frames,
            out_frame=out_frame,
            prompt=self.prompt,
            camera=self.settings.camera,
            card=card,
            first=edges[0],
            last=edges[1],
            price=offer.price(resolution, seconds),
            parts=parts,
            recipe="",
            key_variable=offer.key_variable,
            options=options,
            faces=faces,
            repairs=self.settings.repairs,
            wording=prompt_wording(
                _author_text(self.shot), self.settings.look, self.draft.storyboard
            ),
            takes=self.settings.takes,
        )

    def _options(self, edges: tuple[Edge | None, Edge | None]) -> dict[str, bool]:
        """Give the model's switches; its optimizer rewrites prompts, which a chain or a camera forbids."""
        written = (word for words in camera_brackets(_author_text(self.shot)) for word in words)
        moved = bool(self.settings.camera) or any(map(canonical_camera, written))
        free = not isinstance(edges[0], EndOf) and not moved
        return {"prompt_optimizer": free, **self.settings.switches}

    def _card(self) -> dict[str, str]:
        """Give the words that a drawn clip shows: without the look and the camera in the prompt."""
        storyboard, text = self.draft.storyboard, _author_text(self.shot)
        named = names_in(text)
        names = [name for name in storyboard.cast if name in named]
        return {
            "scene": self.scene.id,
            "shot": self.shot.id,
            "title": expand(self.scene.scene.title or "", storyboard),
            "prompt": expand(text, storyboard),
            "look": self.settings.look,
            "cast": ", ".join(names),
        }
