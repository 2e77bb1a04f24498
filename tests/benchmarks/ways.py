"""The ways to make the benchmark's film; each run is a process of its own (see assemble.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

from material import DISSOLVE, FRAMES, RATE, Material  # noqa: E402  (the folder above holds it)

if TYPE_CHECKING:
    from longtake.timeline import Timeline

GOP = 2 * RATE
X264 = {"draft": ("veryfast", 24), "normal": ("faster", 19), "final": ("medium", 17)}
TAGS = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
TAGS += ["-color_range", "tv"]
AAC = ["-c:a", "aac", "-b:a", "160k"]


def ours(material: Material, film: Path, quality: str, change: str, copies: bool = False) -> None:
    """Render all as longtake does; `change` alters the transition in the middle, or the film's dress."""
    from dressing import dressed

    from longtake.assemble.film import Workshop, assemble_film
    from longtake.timeline import Transition

    timeline, names = planned(material)
    joins = list(timeline.joins)
    middle = max(
        index for index in range(len(joins) // 2 + 1) if isinstance(joins[index], Transition)
    )
    if change == "kind":
        joins[middle] = Transition("wipe", DISSOLVE, direction="left")
    if change == "length":
        joins[middle] = Transition("dissolve", DISSOLVE + 4)
    if change == "joined":
        film.unlink()
    result = assemble_film(
        replace(timeline, joins=tuple(joins)),
        takes_of(material, names, film),
        film,
        workshop=Workshop(film.parent / f"work-{copies}", quality, copies=copies),
        cues=dressed(change, timeline, film.parent),
    )
    if result.made == (change == "unchanged"):
        raise SystemExit(f"{change}: made is {result.made}")


def copying(material: Material, film: Path, quality: str, change: str) -> None:
    """Assemble as longtake does, what nothing is done to being copied out of the clips."""
    ours(material, film, quality, change, copies=True)


def planned(material: Material) -> tuple[Timeline, list[str]]:
    """Lay the clips on a timeline: scenes of three, dissolves between them."""
    from longtake.timeline import Seam, Timeline, TimelineClip, Transition
    from longtake.units import FrameRate, Size

    names = [f"c{index:02d}" for index in range(len(material.clips))]
    timeline = Timeline(
        FrameRate.parse(RATE),
        Size(material.width, material.height),
        tuple(TimelineClip(n, f"s{i // 3}", 0, FRAMES) for i, n in enumerate(names)),
        tuple(
            Transition("dissolve", DISSOLVE) if fade else Seam() for fade in material.fades_after
        ),
    )
    return timeline, names


def takes_of(material: Material, names: list[str], film: Path) -> dict:
    """Give the clips with their hashes; like the vault, this remembers them once they are known."""
    from longtake.assemble.material import FileMaterial
    from longtake.files import read_json, sha256_of, write_json

    notes = film.parent / "hashes.json"
    known = read_json(notes) or {str(path): sha256_of(path) for path in material.clips}
    if not notes.exists():
        write_json(notes, known)
    clips = zip(names, material.clips, strict=True)
    return {name: FileMaterial(path, known[str(path)]) for name, path in clips}


def graph(material: Material, film: Path, quality: str, change: str) -> None:
    """Let one ffmpeg do all: trim, concat, xfade and acrossfade in one filter graph."""
    parts: list[str] = []
    command = [_ffmpeg(), "-y", "-nostdin", "-v", "error"]
    for path in material.clips:
        command += ["-i", str(path)]
    for index, path in enumerate(material.clips):
        parts += _graph_clip(index, _frames(material, index), _has_sound(path))
    scenes = _graph_scenes(material, parts)
    picture, sound, length = scenes[0]
    for number, (video, audio, frames) in enumerate(scenes[1:]):
        offset = (length - DISSOLVE) / RATE
        fade = f"xfade=transition=fade:duration={DISSOLVE / RATE}:offset={offset:.6f}[x{number}]"
        parts.append(f"[{picture}][{video}]{fade}")
        parts.append(f"[{sound}][{audio}]acrossfade=d={DISSOLVE / RATE}:c1=qsin:c2=qsin[y{number}]")
        picture, sound, length = f"x{number}", f"y{number}", length + frames - DISSOLVE
    command += ["-filter_complex", ";".join(parts), "-map", f"[{picture}]", "-map", f"[{sound}]"]
    _run([*command, *_x264(quality), *TAGS, *AAC, "-movflags", "+faststart", str(film)])


def _graph_clip(index: int, frames: int, sound: bool) -> list[str]:
    samples = frames * 48_000 // RATE
    voice = (
        f"[{index}:a]aresample=48000:async=1:first_pts=0,"
        if sound
        else "anullsrc=r=48000:cl=stereo,"
    )
    shape = "aformat=channel_layouts=stereo:sample_fmts=fltp"
    return [
        f"[{index}:v]settb=1/{RATE},setpts=N,format=yuv420p,trim=end_frame={frames}[v{index}]",
        f"{voice}{shape},apad,atrim=end_sample={samples}[a{index}]",
    ]


def _graph_scenes(material: Material, parts: list[str]) -> list[tuple[str, str, int]]:
    scenes = []
    for first in range(0, len(material.clips), 3):
        members = range(first, min(first + 3, len(material.clips)))
        inputs = "".join(f"[v{index}][a{index}]" for index in members)
        fixed = f"settb=1/{RATE},setpts=N,fps={RATE}"
        parts.append(f"{inputs}concat=n={len(members)}:v=1:a=1[w{first}][sa{first}]")
        parts.append(f"[w{first}]{fixed}[sv{first}]")
        length = sum(_frames(material, index) for index in members)
        scenes.append((f"sv{first}", f"sa{first}", length))
    return scenes


def moviepy(material: Material, film: Path, quality: str, change: str) -> None:
    """Lay the clips on MoviePy's composite with cross-fades, as its documentation shows."""
    import moviepy
    from moviepy import afx, vfx

    fade = DISSOLVE / RATE
    clips = []
    begin = 0
    for index, path in enumerate(material.clips):
        frames = _frames(material, index)
        effects = []
        if index and material.fades_after[index - 1]:
            begin -= DISSOLVE
            effects += [vfx.CrossFadeIn(fade), afx.AudioFadeIn(fade)]
        if index < len(material.clips) - 1 and material.fades_after[index]:
            effects.append(afx.AudioFadeOut(fade))
        clip = moviepy.VideoFileClip(str(path)).subclipped(0, frames / RATE)
        usable = effects if clip.audio else [e for e in effects if isinstance(e, vfx.CrossFadeIn)]
        clips.append(clip.with_effects(usable).with_start(begin / RATE))
        begin += frames
    moviepy.CompositeVideoClip(clips).write_videofile(
        str(film),
        fps=RATE,
        codec="libx264",
        preset=X264[quality][0],
        audio_codec="aac",
        audio_bitrate="160k",
        audio_fps=48_000,
        ffmpeg_params=[
            "-crf",
            str(X264[quality][1]),
            "-g",
            str(GOP),
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
        ],
        logger=None,
    )


def copy(material: Material, film: Path, quality: str, change: str) -> None:
    """Put the clips' packets one after the other: no joins, no common sound, nothing looked at."""
    listed = film.with_suffix(".txt")
    listed.write_text("".join(f"file '{path}'\n" for path in material.clips))
    command = [_ffmpeg(), "-y", "-nostdin", "-v", "error", "-f", "concat", "-safe", "0"]
    _run([*command, "-i", str(listed), "-c", "copy", "-movflags", "+faststart", str(film)])


def _frames(material: Material, index: int) -> int:
    """Count the frames a clip shows: a seam drops the last one."""
    last = index == len(material.clips) - 1
    return FRAMES if last or material.fades_after[index] else FRAMES - 1


def _x264(quality: str) -> list[str]:
    preset, crf = X264[quality]
    tail = ["-g", str(GOP), "-pix_fmt", "yuv420p"]
    return ["-c:v", "libx264", "-preset", preset, "-crf", str(crf), *tail]


def _has_sound(path: Path) -> bool:
    import av

    with av.open(str(path)) as clip:
        return bool(clip.streams.audio)


def _ffmpeg() -> str:
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _run(command: list[str]) -> None:
    sys.exit(subprocess.run(command, check=False).returncode)


WAYS: dict[str, Callable[[Material, Path, str, str], None]] = {
    "ours": ours,
    "copying": copying,
    "graph": graph,
    "moviepy": moviepy,
    "copy": copy,
}

if __name__ == "__main__":
    way, _, changed = sys.argv[1].partition("-")
    quality, width, height, paths = json.loads(Path(sys.argv[2]).read_text())
    WAYS[way](Material(width, height, tuple(map(Path, paths))), Path(sys.argv[3]), quality, changed)
