"""A take's repairs are decided once, beside the take, for just what the author allows, and shown."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.assemble.conform import conform, materials_of
from longtake.assemble.material import FileMaterial
from longtake.assemble.pieces import plan_pieces
from longtake.assemble.render import Shown, clip_frames
from longtake.errors import VaultError
from longtake.generate.clip import with_out_point
from longtake.generate.mending import Neighbours, calibration_of, known_mending, mended
from longtake.media.clipwriter import write_clip
from longtake.media.color import Sampling, planes_to_rgb, rgb_to_planes
from longtake.media.encode import EncoderSettings
from longtake.media.frames import save_png
from longtake.media.normalise import FilmFormat
from longtake.media.planes import Planes, planes_of
from longtake.plan.job import ClipJob, Repairs, StillFrame
from longtake.seam import plan
from longtake.seam.fit import SAME
from longtake.seam.mending import Mending
from longtake.seam.plan import Flash, RepairPlan
from longtake.seam.register import Move
from longtake.testing.drift import FAITHFUL, Drift, Shade
from longtake.timeline import Timeline, TimelineClip
from longtake.units import Focus, FrameRate, Money, Size
from longtake.vault.store import Vault
from longtake.vault.take import Take
from seam_ends import SIZE, off, place, shown

FRAMES, FILM = 36, FrameRate.parse(24)
FORMAT = FilmFormat(SIZE, FILM)
STEP = Drift(static=Shade(exposure=1.02, contrast=1.03, saturation=1.08, warmth=2))
DUSK = Drift(static=Shade(saturation=1.05), ramp=Shade(exposure=0.7))
USUAL, OFF = Repairs(), Repairs(repair="off")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault of its own."""
    made = Vault(tmp_path / "vault")
    made.open()
    return made


def bought(
    vault: Vault, drift: Drift = FAITHFUL, rate: str = "24", size: Size = SIZE, key: str = "a"
) -> Take:
    """A take in the vault: a slow pan over the place, spoiled."""
    planes = rgb_to_planes(np.asarray(Image.fromarray(place()).resize((size.width, size.height))))
    frames = (drift.apply(shown(planes, k), k, FRAMES) for k in range(FRAMES))
    part, fps = vault.scratch(key), FrameRate.parse(rate)
    part.parent.mkdir(parents=True, exist_ok=True)
    write_clip(frames, part, size=size, rate=fps, crf=8)
    names = (key * 64, key, key, "", part, "apimart", "model", "task")
    return vault.add(Take(*names, FRAMES, fps, size, FRAMES - 1), part)


def job(repairs: Repairs = USUAL) -> ClipJob:
    """The job such a take was made for."""
    words = {"id": "a", "scene": "a", "shot": "a", "offer": "apimart/model", "resolution": "1"}
    price = Money(Decimal(1))
    return ClipJob(
        **words, draws=False, canvas=SIZE, seconds=2, frames=FRAMES, out_frame=FRAMES - 1,
        prompt="", camera=(), card={}, first=None, last=None, price=price, parts={}, recipe="a",
        repairs=repairs,
    )  # fmt: skip


def sent(folder: Path) -> Neighbours:
    """The picture a clip was given."""
    save_png(place(), folder / "sent.png")
    return Neighbours(folder / "sent.png")


def filmed(take: Take, *at: int) -> list[Planes]:
    """Frames of the film that shows a take."""
    material = materials_of({"a": take}, FILM)["a"]
    every = clip_frames(Shown("a", material, 0, max(at) + 1), FORMAT, 0, max(at) + 1)
    frames = {index: tuple(p.copy() for p in planes_of(frame)) for index, frame in every}
    return [(frames[k][0], frames[k][1], frames[k][2]) for k in at]


def pieces_of(take: Take) -> list[str]:
    """The keys of the pieces that show a take."""
    clips = (TimelineClip("a", "s", 0, FRAMES),)
    takes = {"a": take}
    timeline = conform(Timeline(FILM, SIZE, clips, ()), takes)
    settings = EncoderSettings.for_quality("draft", FILM)
    made = plan_pieces(timeline, materials_of(takes, FILM), FORMAT, settings)
    return [piece.key for piece in made]


@pytest.mark.parametrize("rate", ["24", "25", "30"])
def test_a_step_is_taken_back_at_any_rate(vault: Vault, tmp_path: Path, rate: str) -> None:
    """The film's first frame has the colours of the picture sent, red and blue each its own."""
    raw = bought(vault, STEP, rate)
    take = mended(raw, job(), vault, sent(tmp_path))
    (before,), (after,) = filmed(raw, 0), filmed(take, 0)

    assert off(before, rgb_to_planes(place())) > 2
    assert off(after, rgb_to_planes(place())) < 0.7


def test_a_clip_of_another_size(vault: Vault, tmp_path: Path) -> None:
    """A model's own size is repaired as well, beside a take of the canvas's size in front of it."""
    around = Neighbours(sent(tmp_path).sent, bought(vault, key="b"))
    raw = bought(vault, STEP, size=Size(400, 226))
    (before,), (after,) = filmed(raw, 0), filmed(mended(raw, job(), vault, around), 0)

    assert off(after, rgb_to_planes(place())) < 0.6 * off(before, rgb_to_planes(place()))


def glowing(vault: Vault, key: str) -> Take:
    """A take of fine print so bright that RGB cannot hold its paper."""
    dice = np.random.default_rng(4).random((SIZE.height // 3, SIZE.width // 3))
    ink = np.kron(dice < 0.35, np.ones((3, 3)))[..., None]
    y, u, v = rgb_to_planes(np.where(ink, place() * 0.6, 236).astype(np.uint8))
    lit = np.clip(16 + (y.astype(np.float32) - 16) * 1.25, 0, 255).astype(np.uint8)
    part = vault.scratch(key)
    write_clip((shown((lit, u, v), k) for k in range(FRAMES)), part, size=SIZE, rate=FILM, crf=8)
    names = (key * 64, key, key, "", part, "apimart", "model", "task")
    return vault.add(Take(*names, FRAMES, FILM, SIZE, FRAMES - 1), part)


def test_what_rgb_cut_off_is_no_reason_to_repair(vault: Vault, tmp_path: Path) -> None:
    """Beyond what RGB holds the film shows the clip before whole: what goes on there stays as it is."""
    before, raw = replace(glowing(vault, "b"), out_point=0), glowing(vault, "a")
    save_png(planes_to_rgb(*filmed(before, 0)[0], Sampling()), tmp_path / "sent.png")
    alone = mended(raw, job(), vault, Neighbours(tmp_path / "sent.png"))
    beside = mended(glowing(vault, "c"), job(), vault, Neighbours(tmp_path / "sent.png", before))
    (plain,), (led,), (kept,) = (filmed(take, 0) for take in (raw, alone, beside))

    assert off(led, plain) > 0.5
    assert off(kept, plain) == 0


def test_a_repaired_clip_in_another_shape(vault: Vault, tmp_path: Path) -> None:
    """It is repaired first and then cut: a square film shows a part of what the film shows."""
    take = mended(bought(vault, STEP), job(), vault, sent(tmp_path))
    material = materials_of({"a": take}, FILM)["a"]
    square = FilmFormat(Size(270, 270), FILM)
    cut = clip_frames(Shown("a", material, 0, 2, Focus()), square, 0, 2)
    for (_, frame), whole in zip(cut, filmed(take, 0, 1), strict=True):
        for plane, full, left in zip(planes_of(frame), whole, (106, 53, 53), strict=True):
            assert np.array_equal(plane, full[:, left : left + plane.shape[1]])


def test_a_clean_clip_keeps_its_pieces(vault: Vault, tmp_path: Path) -> None:
    """Its pieces are those of a clip that may not be repaired; a drifting one's are not."""
    clean, drifting = bought(vault), bought(vault, STEP, key="b")
    around = sent(tmp_path)

    def keys(take: Take, repairs: Repairs) -> list[str]:
        return pieces_of(mended(take, job(repairs), vault, around))

    assert keys(clean, Repairs()) == keys(clean, OFF) == pieces_of(clean)
    assert keys(drifting, Repairs()) != keys(drifting, OFF) == pieces_of(drifting)


def named_parts(take: Take) -> list[str | None]:
    """What is changed in the beginning, the middle and the end of a take."""
    material = materials_of({"a": take}, FILM)["a"]
    assert isinstance(material, FileMaterial)
    return [material.mended(*part) for part in ((0, 8), (8, 20), (20, 29))]


def test_a_repair_elsewhere_keeps_a_piece(vault: Vault) -> None:
    """Of a take that is mended otherwise only the pieces are made anew in which that shows."""
    take, red = bought(vault, rate="30"), replace(SAME, red=(0.9, 0.0, 0.0, 0.0))
    flash, move = (Flash(3, red),), Move(1.0, 0.0, 0.01, 0.0, 1.0, 0.0)
    plans = [
        RepairPlan(FRAMES - 1, flashes=flash),
        RepairPlan(FRAMES - 1, flashes=(*flash, Flash(FRAMES - 2, red))),
        RepairPlan(FRAMES - 1, flashes=flash, move=move, settles=4),
        RepairPlan(FRAMES - 1, start=red, end=red),
        RepairPlan(FRAMES - 2, start=red, end=red),
        RepairPlan(FRAMES - 1, start=red),
        RepairPlan(FRAMES - 2, start=red),
    ]
    parts = [named_parts(replace(take, mending=Mending(each).as_json())) for each in plans]
    one, later, moved, held, sooner, drifts, steeper = parts

    assert (one[1:], later[:2], moved[1:]) == ([None, None], one[:2], [None, None])
    assert (later[2] is None, moved[0] in one) == (False, False)
    assert held == sooner
    assert not {*drifts} & {*steeper, *held, None}


def test_a_wanted_dusk_falls_through_the_film(vault: Vault, tmp_path: Path) -> None:
    """With `lighting: changes` at least 95 % of it is seen, though the step in front is taken back."""
    raw = bought(vault, DUSK)
    take = mended(raw, job(Repairs(lighting="changes")), vault, sent(tmp_path))
    fell, falls = (
        first[0].mean() - last[0].mean()
        for first, last in (filmed(each, 0, FRAMES - 1) for each in (raw, take))
    )

    assert fell > 20
    assert 0.95 * fell < falls < 1.05 * fell


def test_a_fresh_start_is_held_against_nothing(vault: Vault) -> None:
    """What was sent no picture keeps the colours it came with, whatever stands before it in the film."""
    raw = bought(vault, STEP)
    take = mended(raw, job(), vault, Neighbours())

    assert np.array_equal(filmed(take, 0)[0][1], filmed(raw, 0)[0][1])


def test_two_boards_share_a_take(vault: Vault, tmp_path: Path) -> None:
    """Each board's switches and out-point have a decision of their own; none is decided again."""
    take, around = bought(vault, STEP), sent(tmp_path)
    one = mended(take, job(), vault, around)
    other = mended(take, job(OFF), vault, around)
    short = mended(with_out_point(take, 20, FILM), job(), vault, around)

    assert one.mending != other.mending
    assert Mending.from_json(short.mending) is not None
    assert len(list((vault.root / "mendings").iterdir())) == 3
    # Without the picture a new decision would be another one.
    assert mended(take, job(), vault, Neighbours()) == one == known_mending(take, job(), vault)
    assert known_mending(take, job(OFF), vault) == other


def test_the_same_picture_in_another_folder(vault: Vault) -> None:
    """A decision hangs on the bytes of its anchor, not on where the picture lies."""
    take, here = bought(vault), StillFrame(Path("/one/p.png"), "aa")
    one = mended(take, job(Repairs(anchor=here)), vault, Neighbours())
    there = Repairs(anchor=StillFrame(Path("/two/p.png"), "aa"))

    assert one.mending is not None
    assert known_mending(take, job(there), vault) == one


def test_a_decision_outlives_the_rules_it_was_made_by(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later rules leave a kept chain as it is: the same plan, by the same name, and no new decision."""
    take = bought(vault, STEP)
    one = mended(take, job(), vault, sent(tmp_path))
    before = Mending.from_json(one.mending)
    monkeypatch.setattr(plan, "REPAIR_VERSION", plan.REPAIR_VERSION + 1)
    after = Mending.from_json(mended(take, job(), vault, Neighbours()).mending)

    assert before is not None
    assert after is not None
    assert (after, after.sha256) == (before, before.sha256)


def test_a_decision_of_a_later_version(vault: Vault, tmp_path: Path) -> None:
    """It is not decided over: that would hand on another frame, and buy the clips behind it again."""
    take = bought(vault)
    mended(take, job(), vault, sent(tmp_path))
    (decision,) = (vault.root / "mendings").iterdir()
    written = json.loads(decision.read_text())
    written["plan"]["version"] += 1
    decision.write_text(json.dumps(written))

    with pytest.raises(VaultError, match='repairs of "a" were decided by a later version'):
        mended(take, job(), vault, Neighbours())
    assert json.loads(decision.read_text()) == written


def test_a_clip_is_heard_once(vault: Vault, tmp_path: Path) -> None:
    """A decision that was lost to a kill is made anew, but the clip's voice is not counted twice."""
    take, around = bought(vault), sent(tmp_path)
    one = mended(take, job(), vault, around)
    for decision in (vault.root / "mendings").iterdir():
        decision.unlink()

    assert mended(take, job(), vault, around) == one
    assert calibration_of(vault, "apimart", "model").observations == 1


def test_voices_that_are_written_at_once(vault: Vault, tmp_path: Path) -> None:
    """Of runs beside each other each adds its clip's voice, and those of an earlier form still count."""
    around, early = sent(tmp_path), vault.root / "calibrations" / "apimart-model.json"
    first = bought(vault)
    mended(first, job(), vault, around)
    (voice,) = (vault.root / "calibrations" / "apimart-model").iterdir()
    early.write_text(json.dumps({"observations": [json.loads(voice.read_text())]}))
    voice.unlink()
    takes = [bought(vault, Drift(static=Shade(exposure=1 + int(k) / 50)), key=k) for k in "1234"]
    with ThreadPoolExecutor(4) as beside:
        list(beside.map(lambda take: mended(take, job(), vault, around), [first, *takes]))

    assert calibration_of(vault, "apimart", "model").observations == 5
