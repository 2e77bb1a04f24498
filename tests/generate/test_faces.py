"""Faces of the cast, from the board to the provider's door: sent as they are known, bought once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from longtake.errors import MediaError
from longtake.files import sha256_of
from longtake.generate.collect import Halt, Till
from longtake.generate.ensure import Shop
from longtake.generate.profile import Pictures
from longtake.generate.provider import Request
from longtake.generate.providers import apimart, minimax
from longtake.generate.remote import open_remote
from longtake.generate.run import Takes, generate_takes
from longtake.plan.job import Plan
from longtake.planning import plan_film
from longtake.testing.serve import Simulator
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.store import Vault
from longtake.wishes import Wishes

HEAD = """longtake: 1
title: T
model: {}
cast:
  ann: {{text: an old woman, face: ann.jpg}}
  bob: {{text: her son, face: bob.png}}
scenes:
"""
MODULES = {"apimart": apimart, "minimax": minimax}
SENT = ("ann.jpg", "bob.png")


@dataclass
class Studio:
    """A folder with a board and faces, and a simulator to buy from; `bodies` is all that was sent."""

    folder: Path
    sim: Simulator
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def plan(self, model: str, *shots: str) -> Plan:
        """Write a board of scenes as flow maps and plan it as a run would."""
        lines = "".join(f"  - {{{shot}}}\n" for shot in shots)
        (self.folder / "board.yaml").write_text(HEAD.format(model) + lines)
        return plan_film(self.folder / "board.yaml", Wishes(price=Money.parse("0.50 USD")))

    def make(self, plan: Plan) -> Takes:
        """Make what a plan lacks, through the wire, on a clock that its waits move on."""
        (name,) = {job.offer.partition("/")[0] for job in plan.jobs}
        module = MODULES[name]

        def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
            body = module.encode(request, pictures)
            self.bodies.append(body)
            return body

        keys = {
            module.PROFILE.key_variable: f"{name}-key",
            module.PROFILE.host_variable: f"{self.sim.url}/{name}",
        }
        provider = open_remote(module.PROFILE, replace(module.DIALECT, encode=encode), keys)
        vault, ledger = Vault(self.folder / "home/vault"), Ledger(self.folder / "home/ledger.db")
        vault.open()
        ledger.open()
        till = Till(ledger, Limits(5, 100), "board", time.time, Halt())
        try:
            return generate_takes(plan, {name: Shop(provider, vault, till)}, pause=self.pause)
        finally:
            provider.close()

    async def pause(self, seconds: float) -> None:
        """Wait by moving the simulator's clock."""
        await asyncio.to_thread(self.sim.tick, seconds)

    def kept(self, name: str) -> str:
        """Give the hash of a face as it is kept for sending."""
        source = sha256_of(self.folder / name)
        (path,) = (self.folder / "home/vault/frames").glob(f"{source[:40]}-*.png")
        return sha256_of(path)


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A photo that tells where it was taken, a picture, and a small world on a clock of its own."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    exif = Image.Exif()
    exif[0x010E] = "canary"
    Image.new("RGB", (1920, 2400), "red").save(tmp_path / "ann.jpg", exif=exif)
    Image.new("RGB", (400, 400), "blue").save(tmp_path / "bob.png")
    with Simulator({"clock": "fake", "scale": 0.1}) as sim:
        yield Studio(tmp_path, sim)


def test_a_body_of_h3(studio: Studio) -> None:
    """Both faces by the addresses of their uploads, no frames, and the shape of the canvas."""
    takes = studio.make(studio.plan("apimart/MiniMax-H3", "prompt: '${ann} meets ${bob}'"))

    (body,), uploads = studio.bodies, studio.sim.oracle("uploads")
    assert takes.errors == {}
    assert body == {
        "model": "MiniMax-H3",
        "prompt": "an old woman meets her son",
        "duration": 4,
        "resolution": "768P",
        "image_urls": [each["url"] for each in uploads],
        "aspect_ratio": "16:9",
    }
    assert [each["sha256"] for each in uploads] == [studio.kept(name) for name in SENT]


def test_a_body_of_hailuo_03(studio: Studio) -> None:
    """One person as a subject, by the address of the upload."""
    studio.make(studio.plan("apimart/MiniMax-Hailuo-03", "prompt: '${bob} waves'"))

    (body,), (upload,) = studio.bodies, studio.sim.oracle("uploads")
    assert body == {
        "model": "MiniMax-Hailuo-03",
        "prompt": "her son waves",
        "duration": 5,
        "resolution": "512p",
        "subject_reference": [{"type": "character", "image": [upload["url"]]}],
        "aspect_ratio": "16:9",
        "prompt_optimizer": True,
    }
    assert upload["sha256"] == studio.kept("bob.png")


def test_a_body_of_s2v(studio: Studio) -> None:
    """The face itself in the body, neither length nor size, and a price the author named."""
    plan = studio.plan("minimax/S2V-01", "prompt: '${ann} waves'")
    takes = studio.make(plan)

    (body,), (task,) = studio.bodies, studio.sim.oracle("tasks")
    (person,) = body.pop("subject_reference")
    assert takes.errors == {} and str(plan.quote.total) == "0.50 USD"
    assert body == {"model": "S2V-01", "prompt": "an old woman waves", "prompt_optimizer": True}
    assert person["type"] == "character"
    assert [uri.partition(",")[0] for uri in person["image"]] == ["data:image/png;base64"]
    assert task["pictures"] == ["", "", studio.kept("ann.jpg")]


def test_only_pixels_leave(studio: Studio) -> None:
    """What a photo tells besides stays here; a large one is sent smaller, in its own shape."""
    studio.make(studio.plan("apimart/MiniMax-H3", "prompt: '${ann} waves'"))
    (kept,) = (studio.folder / "home/vault/frames").iterdir()

    assert b"canary" in (studio.folder / "ann.jpg").read_bytes()
    assert b"canary" not in kept.read_bytes()
    with Image.open(kept) as image:
        assert (image.size, dict(image.info)) == ((1229, 1536), {})


def test_another_face_makes_its_own_clips_again(studio: Studio) -> None:
    """A second run buys nothing; a changed file makes the clips that send it, and no others, stale."""
    shots = ["id: a, prompt: '${ann}'", "id: b, start: fresh, prompt: '${bob}'"]
    shots += ["id: c, start: fresh, prompt: a boat"]
    h3 = "apimart/MiniMax-H3"
    studio.make(studio.plan(h3, *shots))
    again = studio.plan(h3, *shots)
    studio.make(again)
    assert studio.sim.oracle("submits")["paid"] == 3
    assert [owned for _, _, owned in again.quote.lines] == [True, True, True]

    Image.new("RGB", (400, 400), "green").save(studio.folder / "bob.png")
    changed = studio.plan(h3, *shots)
    takes = studio.make(changed)

    assert [clip for clip, _, owned in changed.quote.lines if not owned] == ["b/1"]
    assert takes.errors == {} and studio.sim.oracle("submits")["paid"] == 4


def test_another_file_of_the_same_pixels_is_not_bought_again(studio: Studio) -> None:
    """A clip is known by the bytes that are sent: a picture saved anew in another way is the same."""
    studio.make(studio.plan("apimart/MiniMax-H3", "prompt: '${bob} waves'"))
    Image.new("RGB", (400, 400), "blue").save(studio.folder / "bob.png", compress_level=0)
    plan = studio.plan("apimart/MiniMax-H3", "prompt: '${bob} waves'")
    takes = studio.make(plan)

    assert takes.errors == {} and studio.sim.oracle("submits")["paid"] == 1


def test_a_face_that_changes_while_a_run_goes_on(studio: Studio) -> None:
    """The plan was made for another picture: nothing is sent, and nothing kept under its hash."""
    plan = studio.plan("apimart/MiniMax-H3", "prompt: '${bob} waves'")
    Image.new("RGB", (400, 400), "green").save(studio.folder / "bob.png")
    takes = studio.make(plan)

    (error,) = takes.errors.values()
    assert isinstance(error, MediaError) and "has changed since" in error.message
    assert studio.sim.oracle("submits")["requests"] == 0
    assert list((studio.folder / "home/vault/frames").iterdir()) == []
