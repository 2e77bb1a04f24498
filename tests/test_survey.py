"""A look at the files a board names: every fault at its place, and nothing measured twice."""

from __future__ import annotations

import json
import os
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from longtake.generate.catalogue import animatic_offers, load_offers
from longtake.plan.compile import compile_plan
from longtake.plan.survey import Survey
from longtake.storyboard.load import load_storyboard
from longtake.survey import SCHEMA, survey_files

TOP = "longtake: 1\ntitle: T\n"
BOARD = TOP + "music: {file: bed.wav}\nscenes: [{still: q.png}]\n"


def look(folder: Path, board: str = BOARD, name: str = "board.yaml") -> Survey:
    """Write a board into a folder and look at its files, with a memory."""
    (folder / ".longtake").mkdir(exist_ok=True)
    path = folder / name
    path.write_text(board, encoding="utf-8")
    return survey_files(load_storyboard(path), notes=folder / ".longtake" / "files.json")


def memory(folder: Path) -> dict[str, Any]:
    """Read what is remembered of the files of a folder, by their names."""
    files = json.loads((folder / ".longtake" / "files.json").read_bytes())["files"]
    return {Path(name).name: entry for name, entry in files.items()}


def remember(folder: Path, document: Any) -> None:
    """Replace the memory of a folder."""
    (folder / ".longtake").mkdir(exist_ok=True)
    (folder / ".longtake" / "files.json").write_text(json.dumps(document), encoding="utf-8")


def make_sound(path: Path, samples: int) -> None:
    """Write a WAV of silence."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * samples))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a still and half a second of sound."""
    Image.new("RGB", (64, 48)).save(tmp_path / "q.png")
    make_sound(tmp_path / "bed.wav", 24_000)
    return tmp_path


def test_what_is_measured_is_remembered(folder: Path) -> None:
    """Hash, size and length of a file stand in the memory, under the file's own path."""
    found = look(folder)

    assert found.sounds[folder / "bed.wav"].seconds == Fraction(1, 2)
    assert memory(folder)["bed.wav"]["sound"] == [24_000]
    assert memory(folder)["q.png"]["still"] == [64, 48]
    assert memory(folder)["q.png"]["sha256"] == found.stills[folder / "q.png"].sha256


def test_music_of_scenes_and_shots_is_looked_at(folder: Path) -> None:
    """Wherever music may stand its file is measured, and one that is missing is a fault at its place."""
    board = TOP + (
        "scenes:\n  - {still: q.png, music: {file: bed.wav}}\n"
        "  - {shots: [{still: q.png, music: [{file: bed.wav}, {file: gone.wav}]}]}\n"
    )
    found = look(folder, board)

    assert set(found.sounds) == {folder / "bed.wav"}
    assert [(fault.where.line, fault.code) for fault in found.faults] == [(5, "missing-file")]


def test_a_file_that_did_not_change_is_not_measured_again(folder: Path) -> None:
    """A second look believes the memory: the sound is not decoded."""
    look(folder)
    known = json.loads((folder / ".longtake" / "files.json").read_bytes())
    known["files"][str(folder / "bed.wav")]["sound"] = [7 * 48_000]
    remember(folder, known)

    assert look(folder).sounds[folder / "bed.wav"].seconds == 7


def test_a_file_that_changed_is_measured_again(folder: Path) -> None:
    """Another size is another file: hash and length are new."""
    before = look(folder).sounds[folder / "bed.wav"]
    make_sound(folder / "bed.wav", 48_000)
    after = look(folder).sounds[folder / "bed.wav"]

    assert after.seconds == 1
    assert after.sha256 != before.sha256


def test_boards_of_one_folder_share_the_memory(folder: Path) -> None:
    """A look at one board keeps what another one's files are; a file that is gone is forgotten."""
    look(folder)
    Image.new("RGB", (32, 32)).save(folder / "r.png")
    look(folder, TOP + "scenes: [{still: r.png}]\n", "other.yaml")
    assert set(memory(folder)) == {"q.png", "bed.wav", "r.png"}

    (folder / "bed.wav").unlink()
    Image.new("RGB", (16, 16)).save(folder / "r.png")
    look(folder, TOP + "scenes: [{still: r.png}]\n", "other.yaml")
    assert set(memory(folder)) == {"q.png", "r.png"}


def test_two_ways_to_one_file(folder: Path) -> None:
    """A link and the file it leads to are one file in the memory."""
    (folder / "link.png").symlink_to("q.png")
    found = look(folder, TOP + "scenes: [{still: link.png}, {still: q.png}]\n")

    assert set(found.stills) == {folder / "link.png", folder / "q.png"}
    assert set(memory(folder)) == {"q.png"}


@pytest.mark.parametrize(
    "document",
    [
        {"q.png": 5},
        [],
        {"schema": SCHEMA, "files": 5},
        {"schema": SCHEMA, "files": {"FILE": 5}},
        {"schema": SCHEMA, "files": {"FILE": {"stamp": "STAMP", "sha256": 7}}},
        {"schema": SCHEMA, "files": {"FILE": {"stamp": "STAMP", "sha256": "s", "sound": ["x"]}}},
        {"schema": SCHEMA, "files": {"FILE": {"stamp": "STAMP", "sha256": "s", "sound": [1, 2]}}},
        {"schema": SCHEMA, "files": {"FILE": {"stamp": "STAMP", "sha256": "s", "sound": 5}}},
    ],
)
def test_an_odd_memory(folder: Path, document: Any) -> None:
    """What is not as it was written is measured again."""
    stat = (folder / "bed.wav").stat()
    stamp = json.dumps([stat.st_size, stat.st_mtime_ns, stat.st_ino])
    text = json.dumps(document).replace('"STAMP"', stamp)
    remember(folder, json.loads(text.replace("FILE", str(folder / "bed.wav"))))

    assert look(folder).sounds[folder / "bed.wav"].seconds == Fraction(1, 2)


def test_a_memory_that_cannot_be_written(folder: Path) -> None:
    """The look itself goes on."""
    (folder / ".longtake" / "files.json").mkdir(parents=True)

    assert look(folder).faults == ()


def test_links_that_lead_in_a_circle(folder: Path) -> None:
    """Such a still is a fault at the line that names it."""
    (folder / "loop.png").symlink_to("loop.png")
    (fault,) = look(folder, TOP + "scenes: [{still: loop.png}]\n").faults

    assert (fault.where.line, fault.where.column) == (3, 18)
    assert "loop.png" in fault.message
    assert fault.excerpt.endswith("^^^^^^^^")


def test_a_name_longer_than_any_file_has(folder: Path) -> None:
    """What the machine says of it stands at the line that names it."""
    (fault,) = look(folder, TOP + f"scenes: [{{still: {'x' * 300}.png}}]\n").faults

    assert fault.where.line == 3
    assert fault.message.endswith("cannot be read: file name too long")


FACES = """longtake: 1
title: T
cast:
  ann: {text: a woman, face: gone.png}
  bob: {text: a man, face: bed.wav}
  cat: {text: a cat, face: ../outside/id.png}
  dog: {text: a dog, face: link.png}
  eve: {text: a girl, face: pipe.png}
scenes: [{prompt: x}]
"""


def test_faces_that_are_no_pictures_of_the_board(tmp_path: Path) -> None:
    """Missing, no picture, outside by path or by link, a pipe: each is a fault where it is named."""
    folder, outside = tmp_path / "board", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    Image.new("RGB", (64, 48)).save(outside / "id.png")
    make_sound(folder / "bed.wav", 100)
    (folder / "link.png").symlink_to(outside / "id.png")
    os.mkfifo(folder / "pipe.png")

    faults = look(folder, FACES).faults
    assert [(f.where.line, f.where.column, f.code) for f in faults] == [
        (4, 30, "missing-file"),
        (5, 28, "bad-file"),
        (6, 28, "outside"),
        (7, 28, "outside"),
        (8, 29, "bad-file"),
    ]
    assert "is no PNG, JPEG or WEBP picture" in faults[1].message


def test_a_face_of_too_many_pixels(tmp_path: Path) -> None:
    """A picture that would fill the memory is refused by its size, before it is decoded."""
    Image.new("1", (9000, 9000)).save(tmp_path / "q.png")
    board = TOP + "cast: {ann: {text: a woman, face: q.png}}\nscenes: [{prompt: x}]\n"

    (fault,) = look(tmp_path, board).faults
    assert "too many pixels" in fault.message


def test_a_recording_tells_when_its_phrases_are_said(folder: Path) -> None:
    """Where in a narration's file something is heard is measured once, and leads its captions."""
    second = 48_000
    loud = np.random.default_rng(1).integers(-3000, 3000, second).astype("<i2")
    rest = np.zeros(second, "<i2")
    with wave.open(str(folder / "said.wav"), "wb") as file:
        file.setparams((1, 2, second, 0, "NONE", ""))
        file.writeframes(np.concatenate([rest, rest, loud, rest, loud]).tobytes())
    narrated = (
        "scenes: [{still: q.png, seconds: 8, narration: {file: said.wav, text: One. Two.}}]\n"
    )
    for _ in range(2):
        survey = look(folder, TOP + narrated)
        (voice,) = survey.sounds.values()
        assert voice.seconds == 5
        heard = [float(edge) for part in voice.heard for edge in part]
        assert heard == pytest.approx([2, 3, 4, 5], abs=0.06)
        board = load_storyboard(folder / "board.yaml")
        (said,) = compile_plan(board, animatic_offers(load_offers()), survey).cues.narration
        assert [word.text for word in said.words] == ["One.", "Two."]
        assert [float(word.start_s) for word in said.words] == pytest.approx([2, 4], abs=0.06)
