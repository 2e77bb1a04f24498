"""Films play and seek right in a real browser."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, pairwise

import av
import numpy as np
import pytest

from longtake.media.h264 import parameter_sets
from synthetic import listen

from .reels import CHART, PATCHES, REELS, patch_centres
from .viewing import Viewing, apart, decoded, halved

CHARTED = [name for name, reel in REELS.items() if CHART in reel.board]
AAC_FRAME = 1024


def test_a_film_is_as_long_as_its_frames(viewing: Viewing) -> None:
    """The browser knows length and size of the film before it plays, and may go to any place of it."""
    timeline = viewing.film.timeline
    length_s = float(timeline.rate.seconds(timeline.frames))
    facts = viewing.facts

    assert facts["size"] == [timeline.size.width, timeline.size.height]
    assert facts["duration"] == pytest.approx(length_s, abs=AAC_FRAME / 48_000)
    assert facts["seekable"] == [[0, facts["duration"]]]


def test_a_seek_shows_the_frame_of_its_time(viewing: Viewing) -> None:
    """Sent to the middle of a frame around any joint, the browser shows the frame that stands there."""
    rate = viewing.film.timeline.rate.value

    stood = {n: round(Fraction(each.stands) * rate, 2) for n, each in viewing.grabbed.items()}

    assert stood == {frame: frame for frame in viewing.grabbed}


def test_frames_at_the_joints_are_ffmpegs(viewing: Viewing) -> None:
    """What the browser shows around every joint is what ffmpeg decodes, and no frame next to it."""
    frames = range(viewing.film.timeline.frames)
    near = {n: [m for m in (n - 1, n, n + 1) if m in frames] for n in viewing.grabbed}
    files = decoded(viewing.film.path, chain.from_iterable(near.values()))
    right = {n: halved(rgb) for n, rgb in files.items()}
    for frame, seen in viewing.grabbed.items():
        small = halved(seen.rgb)
        distances = {n: apart(small, right[n]).mean() for n in near[frame]}

        assert distances[frame] < 2, (frame, distances)
        # Frames of a picture that is held differ by nothing but what the encoder left out.
        assert distances[frame] <= min(distances.values()) + 0.02, (frame, distances)


@pytest.mark.parametrize("viewing", ["as bought", "two sets"], indirect=True)
def test_joints_of_copied_frames_are_among_them(viewing: Viewing) -> None:
    """Two of the films go from copied frames to copied ones, to rendered ones, and back."""
    ways = set(pairwise(span.how for span in viewing.film.spans))

    assert ways >= {("copied", "copied"), ("copied", "rendered"), ("rendered", "copied")}


@pytest.mark.parametrize("viewing", ["two sets"], indirect=True)
def test_two_sets_are_among_them(viewing: Viewing) -> None:
    """In one of the films copied and rendered pictures are decoded by sets of their own."""
    with av.open(str(viewing.film.path)) as film:
        extra = bytes(film.streams.video[0].codec_context.extradata or b"")

    assert [len(sets) for sets in parameter_sets(extra)] == [2, 2]


@pytest.mark.parametrize("viewing", CHARTED, indirect=True)
def test_colours_arrive(viewing: Viewing) -> None:
    """The colours of a still come out on the screen as they were drawn."""
    timeline = viewing.film.timeline
    at, place = next((at, clip) for at, clip in timeline.placed() if clip.id.startswith(CHART))
    seen = viewing.grabbed[at + place.frames // 2].rgb
    centres = patch_centres((timeline.size.width, timeline.size.height))
    patches = np.array([seen[y - 4 : y + 4, x - 4 : x + 4].mean(axis=(0, 1)) for x, y in centres])

    assert apart(patches, np.array(PATCHES, np.float32)).max() < 3


def test_a_film_plays_to_its_end(viewing: Viewing) -> None:
    """Played fast, the film comes to its end by itself, always forward, without a fault or a halt."""
    played = viewing.played

    assert played["troubles"] == []
    assert played["stopped"] == viewing.facts["duration"]
    assert len(played["stood"]) > 1
    assert played["stood"] == sorted(played["stood"])


def test_the_sound_is_heard_as_written(viewing: Viewing) -> None:
    """The browser decodes the whole sound, in its place and as loud as ffmpeg does."""
    timeline = viewing.film.timeline
    wanted = float(timeline.rate.seconds(timeline.frames) * 48_000)
    ours = listen(viewing.film.path)
    theirs = np.array(viewing.heard["loud"])
    steps = theirs.shape[1]
    loud = np.sqrt((ours[:, : steps * 4800].reshape(2, steps, 4800) ** 2).mean(axis=2))

    assert viewing.heard["samples"] == pytest.approx(wanted, abs=AAC_FRAME)
    assert loud.max() > 0.01
    np.testing.assert_allclose(theirs, loud, atol=1e-4)


def test_captions_beside_the_film_are_listed(viewing: Viewing) -> None:
    """The WebVTT file is one captions track whose words and times are those of the author."""
    rate = viewing.film.timeline.rate

    assert viewing.facts["tracks"] == [["captions", "en", "English"]]
    assert viewing.facts["cues"] == [
        [pytest.approx(float(rate.seconds(n)), abs=0.001) for n in (start, end)] + [text]
        for start, end, text in viewing.reel.captions
    ]


def test_captions_stand_over_their_frames(viewing: Viewing) -> None:
    """Over each frame the browser shows the words that belong to it, and none over others."""
    for frame, seen in viewing.grabbed.items():
        wanted = [text for start, end, text in viewing.reel.captions if start <= frame < end]

        assert seen.read == wanted, frame
    assert any(seen.read for seen in viewing.grabbed.values())


def test_captions_in_the_film(viewing: Viewing) -> None:
    """The film's own track, which this browser does not list, holds the same words at the same times."""
    with av.open(str(viewing.film.path)) as film:
        track = film.streams.subtitles[0]
        step = Fraction(track.time_base) * viewing.film.timeline.rate.value
        told = [
            (packet.pts * step, (packet.pts + packet.duration) * step, bytes(packet)[2:].decode())
            for packet in film.demux(track)
            if packet.size > 2  # an empty one lasts to the next
        ]

    assert [(round(start, 2), round(end, 2), text) for start, end, text in told] == list(
        viewing.reel.captions
    )


def test_nothing_is_complained_of(viewing: Viewing) -> None:
    """The console tells of no error, and nothing was asked of any other host."""
    assert viewing.complaints == ()
    assert viewing.strangers == ()
