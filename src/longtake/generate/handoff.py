"""The frames that clips begin and end on, as PNG files that are made once and never change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.errors import FirstFrameIgnored, HandoffError, MediaError
from longtake.files import sha256_of
from longtake.media.camera import MovedStill
from longtake.media.color import Plane, Sampling, planes_to_rgb
from longtake.media.faces import FACE_RULE, fitted_face
from longtake.media.frames import first_frame, last_frame, save_png
from longtake.media.likeness import likeness, luma_likeness
from longtake.media.normalise import rgb_still_to_film, source_frame
from longtake.media.probe import probe
from longtake.media.stills import open_still
from longtake.plan.job import (
    ClipJob,
    DrawnClip,
    Edge,
    Face,
    FootageClip,
    Plan,
    Source,
    StartOf,
    StillClip,
    StillFrame,
)
from longtake.seam.apply import handoff_picture
from longtake.seam.ends import EndsReader, small_picture
from longtake.seam.mending import Mending
from longtake.units import Fit, FrameRate, Size
from longtake.vault.store import Vault
from longtake.vault.take import Take

# What a model made is handed on without bars, however the film fits pictures: another `film.fit` must
# not change the frame that the next clip was bought on.
_OF_TAKES: Fit = "cover"


@dataclass(frozen=True)
class SentFrame:
    """A picture as a provider gets it: a PNG file and the hash of its bytes."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class KeptFrame:
    """A frame that was sent before, and is in the vault by the hash of its bytes."""

    sha256: str


@dataclass(frozen=True)
class Handoffs:
    """Finds the picture behind any edge of the graph, from the plan's sources and the takes so far."""

    vault: Vault
    sources: Mapping[str, Source]
    rate: FrameRate
    fit: Fit
    background: str

    @classmethod
    def of(cls, plan: Plan, vault: Vault) -> Handoffs:
        """Find the pictures of a plan; those of takes are kept in their vault."""
        timeline = plan.timeline
        return cls(vault, plan.by_id, timeline.rate, plan.fit, timeline.background)

    def frame(self, edge: Edge | KeptFrame, canvas: Size, takes: Mapping[str, Take]) -> SentFrame:
        """Give the frame an edge stands for, at native size, lossless.

        A clip's handoff frame is its take's out-point, decoded from the provider's own file; a still
        is fitted to the canvas. Raises HandoffError where the picture cannot be had.
        """
        try:
            if isinstance(edge, KeptFrame):
                path = self._again(edge)
            elif isinstance(edge, StillFrame):
                path = self._still(edge.path, edge.sha256, canvas)
            else:
                path = self._of_clip(edge.clip, canvas, takes, first=isinstance(edge, StartOf))
        except MediaError as error:
            raise HandoffError(f"no handoff frame: {error.message}", hint=error.hint) from error
        return SentFrame(path, sha256_of(path))

    def _again(self, frame: KeptFrame) -> Path:
        path = self.vault.sent(frame.sha256)
        if path is None:
            raise HandoffError(
                f"the frame {frame.sha256[:12]} that was sent once is no longer in the vault",
                hint="choose another take: `longtake keep`",
            )
        return path

    def face(self, face: Face) -> SentFrame:
        """Give a picture of the cast as it is sent; raises MediaError where it cannot be had."""

        def make(part: Path) -> None:
            pixels = fitted_face(face.path)
            _refuse_changed(face.path, face.sha256)
            save_png(pixels, part)

        path = self.vault.frame(f"{face.sha256[:40]}-{FACE_RULE}", make)
        return SentFrame(path, sha256_of(path))

    def _of_clip(self, clip: str, canvas: Size, takes: Mapping[str, Take], *, first: bool) -> Path:
        source = self.sources[clip]
        if isinstance(source, StillClip):
            return self._drawn_still(source, canvas, first=first)
        if isinstance(source, FootageClip):
            wanted = source.start if first else source.out_frame
            index = source_frame(source.path, self.rate, wanted)
            return self._decoded(source.path, source.sha256, index, canvas)
        if isinstance(source, DrawnClip):
            raise HandoffError(f'the title card "{clip}" hands no frame on')
        take = self._take(source, takes)
        return self._of_take(take, 0 if first else take.out_point, canvas)

    def _take(self, job: ClipJob, takes: Mapping[str, Take]) -> Take:
        if job.id not in takes:
            raise HandoffError(f'there is no take of "{job.id}" to hand a frame on')
        return takes[job.id]

    def _of_take(self, take: Take, index: int, canvas: Size) -> Path:
        """Keep a frame of a take as the film shows it: corrected, if its repairs touch it."""
        mending = Mending.from_json(take.mending)
        if mending is None or not mending.shows_otherwise(index):
            return self._decoded(take.path, take.sha256, index, canvas, _OF_TAKES)
        facts = probe(take.path)
        sampling = mending.sampling(facts)
        return self._kept(
            f"{take.sha256[:40]}-{index}-{mending.sha256[:16]}",
            lambda: handoff_picture(take.path, mending.plan, sampling, index),
            facts.display_size,
            canvas,
            _OF_TAKES,
        )

    def _decoded(
        self, path: Path, sha256: str, index: int, canvas: Size, fit: Fit | None = None
    ) -> Path:
        shown = probe(path).display_size
        name = f"{sha256[:40]}-{index}"
        return self._kept(name, lambda: last_frame(path, index).rgb, shown, canvas, fit)

    def _kept(
        self, name: str, picture: Callable[[], Plane], shown: Size, canvas: Size, fit: Fit | None
    ) -> Path:
        """Keep a frame of a film file: as it is where it is on the canvas, fitted to it elsewhere.

        Footage is fitted as the film says (`fit` None), a take always in one way: see `_OF_TAKES`.
        """
        if shown != canvas:
            name += f"-{canvas}" if fit else f"-{self._fitting(canvas)}"

        def make(part: Path) -> None:
            fitted = rgb_still_to_film(picture(), canvas, fit or self.fit, self.background)
            save_png(fitted, part)

        return self.vault.frame(name, make)

    def _still(self, path: Path, sha256: str, canvas: Size) -> Path:
        def make(part: Path) -> None:
            save_png(self._fitted(path, sha256, canvas), part)

        return self.vault.frame(f"{sha256[:40]}-{self._fitting(canvas)}", make)

    def _drawn_still(self, still: StillClip, canvas: Size, *, first: bool) -> Path:
        """Give the first or last frame of a still as the film shows it, camera move included."""

        def make(part: Path) -> None:
            fps = float(self.rate.value)
            moved = MovedStill(
                self._fitted(still.path, still.sha256, canvas), still.camera, still.frames, fps
            )
            planes = moved.planes(0 if first else still.frames - 1)
            save_png(planes_to_rgb(*planes, Sampling()), part)

        words = hashlib.sha256("/".join(still.camera).encode()).hexdigest()[:12]
        fps = str(self.rate).replace("/", "-")
        place = f"{0 if first else still.frames - 1}of{still.frames}-{words}-{fps}"
        return self.vault.frame(f"{still.sha256[:40]}-{self._fitting(canvas)}-{place}", make)

    def _fitted(self, path: Path, sha256: str, canvas: Size) -> Plane:
        picture = open_still(path, self.background)
        _refuse_changed(path, sha256)
        return rgb_still_to_film(picture, canvas, self.fit, self.background)

    def _fitting(self, canvas: Size) -> str:
        return f"{canvas}-{self.fit}{self.background.replace('#', '-')}"


def _refuse_changed(path: Path, sha256: str) -> None:
    """Stop before a picture is kept, for ever, under the hash of another one that the plan knew."""
    if sha256_of(path) != sha256:
        hint = "run the same command again"
        raise MediaError(f"{path}: has changed since the plan was made", hint=hint)


# Measured on drawn places: 0.9 and more with noise or another exposure, 0.71 after a zoom of 5 %; pairs
# of unrelated ones reach 0.57.
RESPECTED = 0.6


def refuse_unmendable(job: ClipJob, take: Take) -> None:
    """Stop a chain at a take that no repair would fit into it.

    Raises FirstFrameIgnored with the price of another take; this one is paid and kept.
    """
    mending = Mending.from_json(take.mending)
    if mending is None or not mending.plan.refused:
        return
    price = f" (about {job.price})" if job.price else ""
    raise FirstFrameIgnored(
        f'"{job.id}" {mending.plan.refused}',
        hint=f"look at {take.path}; `--accept {job.id}` takes it into the film as it is, another "
        f"prompt or start buys another{price}",
        job=job.id,
        task=take.task,
        charged=True,
    )


def refuse_ignored_frame(
    job: ClipJob, sent: SentFrame, take: Take, seen: EndsReader | None = None
) -> None:
    """Compare a bought clip's first frame with the one it was given.

    `seen` are the clip's ends where somebody has just decoded it. Raises FirstFrameIgnored where the
    two have nothing in common: the take is paid and kept, but goes into the chain only on the
    author's word.
    """
    alike = _likeness(take, open_still(sent.path), seen)
    if alike < RESPECTED:
        raise FirstFrameIgnored(
            f'"{job.id}" does not begin on the frame it was given (likeness {alike:.2f})',
            hint=f"look at {take.path}; `--accept {job.id}` takes it into the film as it is",
            job=job.id,
            task=take.task,
            charged=True,
        )


def _likeness(take: Take, sent: Plane, seen: EndsReader | None) -> float:
    if seen is None or seen.first is None:
        return likeness(first_frame(take.path), sent)
    return luma_likeness(seen.first[0], small_picture(sent, Sampling())[0])
