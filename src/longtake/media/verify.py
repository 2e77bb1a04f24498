"""A joined film is looked at before it gets its name: every frame in its place, every joint decodable."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av

from longtake.errors import AssemblyError
from longtake.units import FrameRate

# An AAC packet is 1024 samples of a 48,000th second; the last one may reach beyond the picture.
_SOUND_SLACK_S = Fraction(2 * 1024, 48_000)
# How many pictures behind a joint are decoded.
_LOOK = 2
# At a joint of copied pictures: how many pictures at most behind it are decoded, and the longest group
# before it that is, up to it.
_BEHIND, _LONGEST = 8, 48
# The groups before so many joints of a film: pictures that were copied are a clip's, byte for byte, and
# were decoded when it came in, and an IDR picture looks back at none. What a player makes of the change
# from one to the other is the same everywhere.
_THROUGH = 8
# So many on each side are decoded one and all.
_NEAR = 4
# A decoder that paints over an error would hide just what is looked for; how smooth the pictures
# come out does not matter.
_LOOKING = {"err_detect": "explode", "skip_loop_filter": "all"}


@dataclass(frozen=True)
class Expected:
    """What a film must be: frames at a rate, key frames where pieces begin, sound or none.

    At `joints` (film frames) it is decoded into the group behind, at some of them through from the
    group before.
    """

    frames: int
    rate: FrameRate
    starts: tuple[int, ...]
    fresh: frozenset[int]
    sound: bool
    joints: frozenset[int] = frozenset()


class BrokenJoint(AssemblyError):
    """The film cannot be decoded through the joint at film frame `frame`."""

    def __init__(self, frame: int) -> None:
        super().__init__(f"the film cannot be decoded at frame {frame}")
        self.frame = frame


def verify_film(path: Path, expected: Expected) -> None:
    """Check a finished file against its plan.

    Counts frames, checks that each stands exactly on its time, that every piece begins with a key
    frame, that the first pictures of each freshly made piece (`fresh`: film frames) decode without
    an error, and that the sound is as long as the picture. Raises AssemblyError saying what is wrong.
    """
    try:
        with av.open(str(path), format="mp4") as film:
            keys = _check_packets(film, expected)
            _check_sound(film, expected)
            _check_joints(film, expected)
            joints = sorted(expected.joints)
            through = _spread(joints, _THROUGH)
            for joint in joints:
                _check_through(film, expected, keys, joint, from_before=joint in through)
    except av.FFmpegError as error:
        raise AssemblyError(f"{path.name} cannot be read back: {error}") from error


def _check_packets(film: av.container.InputContainer, expected: Expected) -> list[int]:
    """Look at all packets; gives the film frames that are key frames."""
    stream = film.streams.video[0]
    places = []
    keys = set()
    for packet in film.demux(stream):
        if packet.pts is None or packet.dts is None:
            continue
        place = packet.pts * (packet.time_base or Fraction(0)) * expected.rate.value
        if place.denominator != 1:
            raise AssemblyError(f"a frame stands at {float(place):.3f}, off the frame grid")
        places.append(int(place))
        if packet.is_keyframe:
            keys.add(int(place))
    if sorted(places) != list(range(expected.frames)):
        raise AssemblyError(f"the film has {len(places)} frames, {expected.frames} were planned")
    open_starts = set(expected.starts) - keys
    if open_starts:
        raise AssemblyError(f"no key frame at film frames {sorted(open_starts)[:5]}")
    return sorted(keys)


def _check_sound(film: av.container.InputContainer, expected: Expected) -> None:
    if bool(film.streams.audio) != expected.sound:
        raise AssemblyError(
            "the sound track is missing" if expected.sound else "a sound track too many"
        )
    if expected.sound:
        stream: Any = film.streams.audio[0]
        length = (stream.duration or 0) * stream.time_base
        wanted = expected.rate.seconds(expected.frames)
        if abs(length - wanted) > _SOUND_SLACK_S:
            raise AssemblyError(
                f"the sound is {float(length):.3f} s long, the picture {float(wanted):.3f} s"
            )


def _check_joints(film: av.container.InputContainer, expected: Expected) -> None:
    stream = film.streams.video[0]
    codec = stream.codec_context
    codec.options = _LOOKING
    for start in sorted(expected.fresh - expected.joints):
        ticks = int(expected.rate.seconds(start) / (stream.time_base or Fraction(1)))
        wanted = min(_LOOK, expected.frames - start)
        try:
            film.seek(ticks, stream=stream, backward=True, any_frame=False)
            packets = list(islice(film.demux(stream), wanted))
            # Asked for its last pictures at once, the decoder need not be fed the ones that follow.
            frames = [frame for each in (*packets, None) for frame in codec.decode(each)]
        except av.FFmpegError as error:
            raise BrokenJoint(start) from error
        codec.flush_buffers()
        if len(frames) < wanted or packets[0].pts != ticks:
            raise BrokenJoint(start)


def _spread(joints: list[int], most: int) -> frozenset[int]:
    """Choose some of many joints, from the first to the last."""
    if len(joints) <= most:
        return frozenset(joints)
    return frozenset(joints[at * (len(joints) - 1) // (most - 1)] for at in range(most))


def _check_through(
    film: av.container.InputContainer,
    expected: Expected,
    keys: list[int],
    joint: int,
    *,
    from_before: bool,
) -> None:
    """Decode what follows a joint, and the group that ends at it before, as a player does: in one go."""
    stream = film.streams.video[0]
    codec = stream.codec_context
    codec.options = _LOOKING
    first = keys[max(0, bisect_left(keys, joint) - 1)]
    if not from_before or joint - first > _LONGEST:
        first = joint
    behind = next((key for key in keys[bisect_right(keys, joint) :]), expected.frames)
    behind = min(behind, joint + _BEHIND)
    grid = expected.rate.seconds(1) / (stream.time_base or Fraction(1))
    near = range(int((joint - _NEAR) * grid), int((joint + _NEAR) * grid))
    wanted = [at * grid for at in range(first, behind) if at * grid in near]
    try:
        film.seek(int(first * grid), stream=stream, backward=True, any_frame=False)
        packets = _until(islice(film.demux(stream), behind - first), wanted)
        shown = [frame.pts for each in (*packets, None) for frame in _decoded(codec, each, near)]
    except av.FFmpegError as error:
        raise BrokenJoint(joint) from error
    codec.skip_frame = "DEFAULT"
    codec.flush_buffers()
    if [pts for pts in shown if pts in near] != wanted or shown != sorted(set(shown)):
        raise BrokenJoint(joint)


def _until(packets: Iterable[Any], wanted: Iterable[Fraction]) -> Iterator[Any]:
    """Give packets up to the last of those that are wanted; of what lies behind them nothing is asked."""
    left = set(wanted)
    for packet in packets:
        yield packet
        left.discard(packet.pts)
        if not left:
            return


def _decoded(codec: Any, packet: Any, near: range) -> list[Any]:
    """Decode a packet; of pictures far from the joint only those that others are made of.

    The rest can do no harm there: each was decoded when its clip came in, or its piece was made.
    """
    if packet is not None:
        codec.skip_frame = "DEFAULT" if packet.pts in near else "NONREF"
    found: list[Any] = codec.decode(packet)
    return found
