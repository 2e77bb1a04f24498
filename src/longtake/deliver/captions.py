"""Captions beside the film: one SRT and one WebVTT file with all of them."""

from __future__ import annotations

from pathlib import Path

from longtake.assemble.captions import film_captions, timed
from longtake.assemble.film import Film
from longtake.cues import CueSheet
from longtake.files import write_bytes
from longtake.subtitles import as_srt, as_vtt

# By this line our own files are known: what an author put there himself is never taken away.
_MARK = "made by longtake"


def write_captions(film: Film, cues: CueSheet, folder: Path) -> tuple[Path, ...]:
    """Write a film's captions as SRT and WebVTT; leave files alone that say the same already.

    They are named after the film, so that players find them. Where any are drawn into the picture
    they are called `captions`, else players would show them twice. Files of ours that belong to no
    caption of the film any more are deleted.
    """
    captions = film_captions(film.timeline, cues)
    burned = any(caption.style for caption in captions)
    stem = film.path.stem
    beside = (
        f"captions{stem.removeprefix('film')}" if stem.startswith("film") else f"captions-{stem}"
    )
    name, other = (beside, stem) if burned else (stem, beside)
    for unwanted in (other,) if captions else (stem, beside):
        _drop(folder, unwanted)
    if not captions:
        return ()
    texts = timed(captions, film.timeline.rate)
    srt, vtt = folder / f"{name}.srt", folder / f"{name}.vtt"
    _write(srt, as_srt(texts))
    _write(vtt, as_vtt(texts, _MARK))
    return srt, vtt


def _write(path: Path, text: str) -> None:
    content = text.encode()
    if not path.is_file() or path.read_bytes() != content:
        write_bytes(path, content)


def _drop(folder: Path, name: str) -> None:
    vtt = folder / f"{name}.vtt"
    if vtt.is_file() and vtt.read_bytes().startswith(f"WEBVTT\n\nNOTE {_MARK}\n".encode()):
        (folder / f"{name}.srt").unlink(missing_ok=True)
        vtt.unlink()
