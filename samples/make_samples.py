"""Make every still, sound and piece of footage that the samples use.

`python samples/make_samples.py` makes all of them; names after it (such as `night opener`) make
only those. Every run makes the same pictures: all chance has a fixed seed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from _draw import diagrams, episode, explainer, footage, synth
from _draw.canvas import Canvas

HERE = Path(__file__).parent
EXPLAINER, EPISODE, LONGTAKE = HERE / "explainer", HERE / "episode", HERE / "longtake"

STILLS: dict[str, tuple[Path, Callable[[], Canvas]]] = {
    "title": (EXPLAINER / "stills/title.jpg", explainer.title),
    "dusk": (EXPLAINER / "stills/dusk.jpg", explainer.dusk),
    "lamp-room": (EXPLAINER / "stills/lamp-room.jpg", explainer.lamp_room),
    "lens": (EXPLAINER / "stills/lens.png", diagrams.fresnel),
    "flashes": (EXPLAINER / "stills/flashes.png", diagrams.flashes),
    "night": (EXPLAINER / "stills/night.jpg", explainer.night),
    "horizon": (EXPLAINER / "stills/horizon.png", diagrams.horizon),
    "dawn": (EXPLAINER / "stills/dawn.jpg", explainer.dawn),
    "closing": (EXPLAINER / "stills/closing.jpg", explainer.closing),
    "harbour": (EPISODE / "episodes/stills/harbour.jpg", episode.harbour),
    "fog": (EPISODE / "episodes/stills/fog.jpg", episode.fog),
    "lantern": (EPISODE / "episodes/stills/lantern.jpg", episode.lantern),
    "boat": (EPISODE / "episodes/stills/boat.jpg", episode.boat),
    "bay": (LONGTAKE / "stills/bay.jpg", episode.bay),
}

MUSIC: dict[str, tuple[Path, synth.Bed]] = {
    "steady": (
        EXPLAINER / "audio/steady.m4a",
        synth.Bed(
            chords=(
                "F3 A3 C4 E4", "A3 C4 E4 G4", "D3 A3 C4 F4", "C3 G3 C4 E4",
                "F3 A3 C4 G4", "G3 B3 D4 E4", "A3 C4 E4 G4", "E3 G3 B3 D4",
            ),
            chord_s=4.0,
            walk=(0, 2, 1, 3, 4, 2, 3, 1),
            seed=11,
        ),
    ),
    "harbour-waltz": (
        EPISODE / "audio/harbour-waltz.m4a",
        synth.Bed(
            chords=(
                "D3 A3 D4 F4", "Bb2 F3 D4 F4", "F3 A3 C4 F4", "C3 G3 C4 E4",
                "D3 A3 D4 F4", "Bb2 F3 D4 A4", "G3 Bb3 D4 F4", "A3 C#4 E4 G4",
            ),
            chord_s=4.0,
            walk=(0, 3, 2, 4, 3, 2),
            seed=23,
            bright=0.85,
        ),
    ),
    "one-breath": (
        LONGTAKE / "audio/one-breath.m4a",
        synth.Bed(
            chords=(
                "D3 A3 E4 F#4", "B2 F#3 C#4 D4", "G3 B3 D4 F#4", "E3 B3 D4 G4",
                "D3 A3 C#4 F#4", "F#3 A3 C#4 E4", "G3 B3 D4 A4", "A3 C#4 E4 B4",
            ),
            chord_s=5.0,
            walk=(0, None, 2, None, 5, None, None, 3, None, None),
            seed=37,
            bright=0.9,
        ),
    ),
}  # fmt: skip

FOOTAGE = {
    "opener": (
        EPISODE / "brand/opener.mp4",
        footage.opener,
        (3.0, ((0.35, "D5", 0.22), (0.95, "A5", 0.18), (1.5, "F#5", 0.16))),
    ),
    "endcard": (
        EPISODE / "brand/endcard.mp4",
        footage.endcard,
        (4.0, ((0.3, "A5", 0.16), (0.9, "F#5", 0.16), (1.5, "D5", 0.22))),
    ),
}


def main(names: list[str]) -> int:
    """Make what is named, or everything."""
    known = [*STILLS, *MUSIC, *FOOTAGE]
    for name in names:
        if name not in known:
            print(f"no sample part {name!r}; there are {', '.join(known)}", file=sys.stderr)
            return 2
    for name in names or known:
        path = _make(name)
        print(f"{path.relative_to(HERE)}  {path.stat().st_size / 1000:.0f} kB")
    return 0


def _make(name: str) -> Path:
    if name in STILLS:
        path, draw = STILLS[name]
        draw().save(path)
    elif name in MUSIC:
        path, bed = MUSIC[name]
        footage.write_music(path, synth.play(bed))
    else:
        path, film, (seconds, notes) = FOOTAGE[name]
        footage.write_film(path, film(), synth.chime(seconds, notes, wash=0.09))
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
