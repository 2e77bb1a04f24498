"""The boards whose films are played in Chromium, and the files they use. A new film is one more entry."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

from longtake import Film, Wishes, make_film
from longtake.timeline import overlap
from synthetic import Making, Sound, make_clip

SMALL, HD = (320, 180), (1280, 720)
CHART = "chart"
PATCHES = list(product((0, 128, 255), repeat=3))[2:26]
GRID = (6, 4)

Make = Callable[[Path], object]


@dataclass(frozen=True)
class Reel:
    """A board, how each file it uses is made, and its captions as film frames [start, end) and words."""

    board: str
    files: dict[str, Make]
    captions: tuple[tuple[int, int, str], ...]

    def film(self, folder: Path) -> Film:
        """Make the film in a folder of its own, as `longtake make` does."""
        for name, make in self.files.items():
            make(folder / name)
        board = folder / "board.yaml"
        board.write_text(self.board, encoding="utf-8")
        return make_film(board, Wishes(workers=2))


def make_chart(path: Path, size: tuple[int, int] = SMALL) -> None:
    """Save a picture of even fields of strong colours."""
    # Chroma has half the size: an edge amid one of its samples would have a colour of its own.
    across, down = (
        np.linspace(0, side, n + 1) // 2 * 2 for side, n in zip(size, GRID, strict=True)
    )
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    for number, colour in enumerate(PATCHES):
        row, column = divmod(number, GRID[0])
        rows, columns = (
            slice(*map(int, e)) for e in (down[row : row + 2], across[column : column + 2])
        )
        picture[rows, columns] = colour
    Image.fromarray(picture).save(path)


def patch_centres(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Give the middle (x, y) of each field of the chart."""
    across, down = (
        [side * (2 * place + 1) // (2 * n) for place in range(n)]
        for side, n in zip(size, GRID, strict=True)
    )
    return [(x, y) for y in down for x in across]


def make_bed(path: Path) -> None:
    """Write four seconds of a tone that swells and falls."""
    time = np.arange(4 * 48_000) / 48_000
    tone = 8000 * np.sin(2 * np.pi * 330 * time) * (1 - np.cos(np.pi * time)) / 2
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(tone.astype("<i2").tobytes())


def make_words(path: Path, captions: tuple[tuple[float, float, str], ...] = ()) -> None:
    """Write an SRT file of captions in seconds below a minute."""
    blocks = [
        f"{number}\n00:00:{start_s:06.3f} --> 00:00:{end_s:06.3f}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(captions, 1)
    ]
    path.write_text("\n".join(blocks).replace(".", ","), encoding="utf-8")


def footage(scene: int, frames: int, making: Making, sound: Sound | None = None) -> Make:
    """A clip of frames that say which they are."""
    return partial(make_clip, scene=scene, frames=frames, making=making, sound=sound)


def encoded(**options: str) -> Making:
    """A small clip's making with these options of x264."""
    return Making(SMALL, options={"crf": "16"} | options)


def joints(film: Film) -> list[int]:
    """List the film frames where something begins: each join, its middle and its end, each span."""
    edges = {span.start for span in film.spans}
    for (at, _), join in zip(list(film.timeline.placed())[1:], film.timeline.joins, strict=True):
        edges |= {at, at + overlap(join) // 2, at + overlap(join)}
    return sorted(edges - {0})


EVERY_JOIN = Reel(
    """
longtake: 1
title: Every join
film: {size: 320x180, fade_in: 6f, fade_out: 6f}
music: {file: bed.wav, level: -24 LUFS}
captions: {file: words.srt, language: en}
scenes:
  - {id: opener, footage: opener.mp4}
  - id: walk
    join: cut
    shots:
      - {prompt: a boat sets out, seconds: 1, camera: [Truck right]}
      - {prompt: it comes home, seconds: 1}
  - {id: harbour, footage: harbour.mp4, join: dissolve 8f}
  - {id: chart, still: chart.png, seconds: 1, join: "dip #203040 9f"}
  - {id: night, footage: night.mp4, join: wipe left 8f}
  - {id: lamps, footage: lamps.mp4, join: cut}
""",
    {
        "opener.mp4": footage(1, 36, Making(SMALL), Sound(hum=0.1)),
        "harbour.mp4": footage(2, 40, Making(SMALL), Sound(44_100, 1, hum=0.1)),
        "night.mp4": footage(3, 30, Making((640, 360), "25"), Sound()),
        "lamps.mp4": footage(4, 30, Making(SMALL)),
        "chart.png": make_chart,
        "bed.wav": make_bed,
        "words.srt": partial(
            make_words, captions=((0.5, 1.5, "A boat & <more>"), (2, 3.25, "home\nat last"))
        ),
    },
    ((12, 36, "A boat & <more>"), (48, 78, "home\nat last")),
)

WIDE = Reel(
    """
longtake: 1
title: Wide
film: {size: 1280x720, fps: 30000/1001}
captions: {file: words.srt}
scenes:
  - {id: opener, footage: opener.mp4}
  - {id: chart, still: chart.png, seconds: 1, join: dissolve 6f}
  - {id: lamps, footage: lamps.mp4, join: cut}
""",
    {
        "opener.mp4": footage(5, 30, Making(HD, "30000/1001"), Sound(hum=0.1)),
        "lamps.mp4": footage(6, 24, Making(HD, "30000/1001")),
        "chart.png": partial(make_chart, size=HD),
        "words.srt": partial(make_words, captions=((1, 1.5, "Strong colours"),)),
    },
    ((30, 45, "Strong colours"),),
)

# Clips of the film's own size and rate: groups of a second, one long group, no B-frames, open groups;
# and one that is entered in the middle of a group.
AS_BOUGHT = Reel(
    """
longtake: 1
title: As bought
film: {size: 320x180}
captions: {file: words.srt}
scenes:
  - {id: one, footage: one.mp4}
  - {id: two, footage: two.mp4, join: cut}
  - {id: three, footage: three.mp4, join: dissolve 6f}
  - {id: four, footage: four.mp4, join: cut}
  - {id: again, footage: {file: one.mp4, from: 0.5}, join: cut}
""",
    {
        "one.mp4": footage(7, 48, encoded(g="24"), Sound()),
        "two.mp4": footage(8, 48, encoded(), Sound(hum=0.1)),
        "three.mp4": footage(9, 36, encoded(profile="baseline", preset="ultrafast")),
        "four.mp4": footage(10, 36, encoded(**{"x264-params": "keyint=12:open-gop=1"})),
        "words.srt": partial(make_words, captions=((1.5, 2.5, "مرحبا, 你好"),)),
    },
    ((36, 60, "مرحبا, 你好"),),
)

# Clips whose parameter sets our encoder cannot match: theirs and ours stand in the film, each with a number.
TWO_SETS = Reel(
    """
longtake: 1
title: Two sets
film: {size: 320x180}
captions: {file: words.srt}
scenes:
  - {id: one, footage: one.mp4}
  - {id: two, footage: two.mp4, join: dissolve 6f}
  - {id: three, footage: three.mp4, join: cut}
""",
    {
        "one.mp4": footage(11, 36, encoded(g="12", refs="12"), Sound()),
        "two.mp4": footage(12, 48, encoded(g="24", refs="12"), Sound(hum=0.1)),
        "three.mp4": footage(13, 30, encoded(refs="12")),
        "words.srt": partial(make_words, captions=((1, 2, "Twelve pictures are held"),)),
    },
    ((24, 48, "Twelve pictures are held"),),
)

REELS = {"every join": EVERY_JOIN, "wide": WIDE, "as bought": AS_BOUGHT, "two sets": TWO_SETS}
