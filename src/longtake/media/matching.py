"""Encoder settings under which rendered pictures can stand beside copied ones in one film.

First ours are made to write the very parameter sets of the clips, by the options that x264 notes in
its pictures; where that does not come out, ours get a number of their own and both stand in the film.
What comes out is looked at in a picture that was really encoded, never taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import av

from longtake.errors import MediaError
from longtake.media.encode import EncodedRun, EncoderSettings, black_frame, encode_run
from longtake.media.h264 import parameter_sets
from longtake.media.headers import Head, film_head, joint_avcc
from longtake.units import FrameRate, Size

# Options that show in parameter sets, by their names in x264's note.
_SHOWN = {
    "cabac": "cabac",
    "8x8dct": "8x8dct",
    "ref": "ref",
    "bframes": "bframes",
    "b_pyramid": "b-pyramid",
    "weightb": "weightb",
    "constrained_intra": "constrained-intra",
    "bluray_compat": "bluray-compat",
}
# Beyond these our own pictures would cost more, or weigh more, than a set of our own does.
_MOST = 8
# The quantiser that x264 counts from where it does not take it from the quality asked for.
_NEUTRAL = 26
_ALL = 100_000_000


@dataclass(frozen=True)
class Match:
    """Settings, and the decoder configuration of a film whose rendered pictures are made by them."""

    settings: EncoderSettings
    avcc: bytes


def match(
    head: Head, options: Mapping[str, str], settings: EncoderSettings, size: Size, rate: FrameRate
) -> Match | None:
    """Find settings that look like `settings` and can stand beside pictures of `head`.

    `options` is what x264 noted in those pictures, empty where another encoder made them. None where
    no way is certain.
    """
    for tried in _alike(head, options, settings, size, rate):
        if _head_of(tried, size, rate) == head:
            return Match(tried, joint_avcc((head,)))
    number = next(number for number in range(1, 4) if number not in head.ids)
    apart = replace(settings, headers=f"sps-id={number}")
    own = _head_of(apart, size, rate)
    if own is None or own.ids & head.ids:
        return None
    return Match(apart, joint_avcc((head, own)))


def among(run: EncodedRun, avcc: bytes, rate: FrameRate) -> EncodedRun:
    """Give a rendered run as part of a film whose sets are `avcc`.

    Raises MediaError where its own sets are not among them.
    """
    if not _is_among(run.avcc, avcc, rate):
        raise MediaError("two pieces of the film have different H.264 parameter sets")
    return replace(run, avcc=avcc)


@lru_cache(64)
def _is_among(own: bytes, avcc: bytes, rate: FrameRate) -> bool:
    head = film_head(own, rate)
    sps, pps = parameter_sets(avcc)
    return head.sps in sps and head.pps in pps


def _alike(
    head: Head, options: Mapping[str, str], settings: EncoderSettings, size: Size, rate: FrameRate
) -> Iterator[EncoderSettings]:
    """Give settings that may write the very sets of `head`."""
    yield settings
    if not options or _is_extreme(options):
        return
    shown = [f"{ours}={options[theirs]}" for theirs, ours in _SHOWN.items() if theirs in options]
    if options.get("weightp") == "0":
        shown.append("weightp=0")
    shown.append(f"level={head.level / 10:g}")
    if head.first_quantiser != _NEUTRAL:
        # x264 then counts from the quality it is asked for: ours is reached from there by a zone.
        share = 2 ** ((head.first_quantiser - settings.crf) / 6)
        shown += ["stitchable=0", f"crf={head.first_quantiser}", f"zones=0,{_ALL},b={share:.4f}"]
    offset = head.chroma_offset
    for _ in range(2):
        tried = replace(settings, headers=":".join([*shown, f"chroma-qp-offset={offset}"]))
        yield tried
        # What we ask for is moved by how carefully we encode: by as much as comes out otherwise.
        came = _head_of(tried, size, rate)
        if came is None or came.chroma_offset == head.chroma_offset:
            return
        offset += head.chroma_offset - came.chroma_offset


def _is_extreme(options: Mapping[str, str]) -> bool:
    counts = [options.get(name, "") for name in ("ref", "bframes")]
    heavy = any(count.isdecimal() and int(count) > _MOST for count in counts)
    return heavy or options.get("keyint") == "1" or options.get("intra_refresh") == "1"


def _head_of(settings: EncoderSettings, size: Size, rate: FrameRate) -> Head | None:
    """Encode a picture and read what it is decoded by; None where that fails."""
    try:
        return film_head(encode_run([black_frame(size)], size, rate, settings).avcc, rate)
    except (MediaError, av.FFmpegError, ValueError):
        return None
