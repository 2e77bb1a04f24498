"""What nothing is done to passes from clips into the film as it is; what is doubtful is rendered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import av
import pytest

from longtake.assemble.copying import refusal_of
from longtake.assemble.film import Film, Workshop, assemble_film, is_assembled
from longtake.assemble.material import FileMaterial
from longtake.assemble.notebook import Notebook
from longtake.assemble.pieces import Span, plan_pieces
from longtake.assemble.render import render_unit
from longtake.assemble.shelf import Shelf
from longtake.assemble.work import plan_units
from longtake.media.coded import look_at_coded
from longtake.media.encode import EncoderSettings
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.h264 import parameter_sets
from longtake.media.normalise import FilmFormat
from longtake.seam.fit import ColourMap
from longtake.seam.mending import Mending
from longtake.seam.plan import Flash, RepairPlan
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from synthetic import Clip, Making, decoded, make_chain, make_clip, planned, watch

from .conftest import RATE, SIZE, timeline_of

FRAMES = 60
FILM = FilmFormat(SIZE, RATE)
SETTINGS = EncoderSettings.for_quality("normal", RATE)
# A seam costs at most so many frames of the clip before it.
OPEN_TAIL = 5
DIMMED = ColourMap((0.9, 0, 0, 0), (0, 0.9, 0, 0), (0, 0, 0.9, 0))


def making(keyint: int = 250, **options: str) -> Making:
    """A clip with B frames that depend on each other, and groups of at most so many frames."""
    group = {"g": str(keyint), "sc_threshold": "0"}
    return Making(options={"crf": "16", "preset": "medium", **group, **options})


def placed(clips: Mapping[str, Clip], *joins: Join) -> Timeline:
    """A film of whole clips."""
    places = [TimelineClip(name, name[:1], 0, clip.frames) for name, clip in clips.items()]
    return timeline_of(places, list(joins))


def assembled(
    clips: Mapping[str, Clip], timeline: Timeline, folder: Path, *, copies: bool = True
) -> Film:
    takes = {name: clip.material for name, clip in clips.items()}
    workshop = Workshop(folder / "work", workers=1, copies=copies)
    return assemble_film(timeline, takes, folder / "film.mp4", workshop=workshop)


def copied(film: Film) -> list[Span]:
    return [span for span in film.spans if span.how == "copied"]


def reasons(film: Film) -> dict[str, set[str]]:
    """What is said of each clip's rendered frames."""
    found: dict[str, set[str]] = {}
    for span in film.spans:
        if span.how == "rendered":
            found.setdefault(span.what, set()).add(span.reason)
    return found


def digests(path: Path) -> list[str]:
    """A hash of the samples of every decoded frame."""
    return [hashlib.md5(frame.to_ndarray().tobytes()).hexdigest() for frame in decoded(path)]


def is_in_order(clips: Mapping[str, Clip], film: Film) -> bool:
    """Whether every frame outside transitions is the planned one, at its time."""
    seen = watch(film.path)
    shown = planned(film.timeline)
    return [frame.at * 24 for frame in seen] == list(range(len(shown))) and all(
        frame.code == clips[names[0][0]].code(names[0][1])
        for names, frame in zip(shown, seen, strict=True)
        if len(names) == 1
    )


def is_untouched(clips: Mapping[str, Clip], film: Film) -> bool:
    """Whether every copied frame decodes to just what its clip's own frame decodes to."""
    sources = {name: digests(clip.path) for name, clip in clips.items()}
    seen, shown = digests(film.path), planned(film.timeline)
    places = [at for span in copied(film) for at in range(span.start, span.end)]
    return all(seen[at] == sources[shown[at][0][0]][shown[at][0][1]] for at in places)


@pytest.fixture(scope="module", params=[250, 24])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """A chain of three clips and another clip, with one group each or with a key every second."""
    folder = tmp_path_factory.mktemp(f"keys-{request.param}")
    chain = make_chain(folder, 1, 3, FRAMES, making=making(request.param))
    clips = {f"a{number}": clip for number, clip in enumerate(chain)}
    clips["b"] = make_clip(folder / "b.mp4", 2, FRAMES, making=making(request.param))
    return {"clips": clips, "keyint": request.param}


@pytest.fixture(scope="module")
def chain_film(scene: dict, tmp_path_factory: pytest.TempPathFactory) -> Film:
    timeline = placed(scene["clips"], Seam(), Seam(), Transition("dissolve", 8))
    return assembled(scene["clips"], timeline, tmp_path_factory.mktemp("film"))


def test_copied_frames_are_the_clips_own(scene: dict, chain_film: Film) -> None:
    """Copied frames decode to the very samples their clips decode to, and they are the most."""
    assert is_untouched(scene["clips"], chain_film)
    share = sum(span.end - span.start for span in copied(chain_film)) / chain_film.timeline.frames
    assert share > (0.8 if scene["keyint"] == 24 else 0.65)


def test_copied_and_rendered_play_in_order(scene: dict, chain_film: Film) -> None:
    """Every frame of a film of both is the planned one, at its time."""
    assert is_in_order(scene["clips"], chain_film)


def test_clips_hold_pictures_out_of_order(scene: dict) -> None:
    """These trials mean something: decode order and display order of the clips differ."""
    coded = look_at_coded(scene["clips"]["a0"].path)
    assert coded.flaw == "" and coded.delay(0, FRAMES) > 0


def test_seam_renders_an_open_tail_only(scene: dict, chain_film: Film) -> None:
    """Where a seam drops a clip's last frame, only what depended on it is rendered."""
    tail = [s for s in chain_film.spans if s.what == "a0" and s.how == "rendered"]
    assert sum(span.end - span.start for span in tail) <= OPEN_TAIL
    assert {span.reason for span in tail} <= {"behind the last whole group of pictures"}


def test_copied_frames_are_not_rendered(chain_film: Film) -> None:
    """The count of rendered frames is that of the rendered spans."""
    rendered = [span for span in chain_film.spans if span.how == "rendered"]
    assert chain_film.rendered == sum(span.end - span.start for span in rendered)


def test_one_kind_of_headers(chain_film: Film) -> None:
    """Ours match the clips' sets: the film's only sample entry holds one of each kind."""
    with av.open(str(chain_film.path)) as film:
        sets = parameter_sets(bytes(film.streams.video[0].codec_context.extradata or b""))
    assert [len(each) for each in sets] == [1, 1]


def test_second_run_reads_no_clip(scene: dict, tmp_path: Path) -> None:
    """Nothing is done again for a film that is there: its clips are not even opened."""
    timeline = placed(scene["clips"], Seam(), Seam(), Cut())
    takes = {name: clip.material for name, clip in scene["clips"].items()}
    workshop, path = Workshop(tmp_path / "work", workers=1), tmp_path / "film.mp4"
    assert assemble_film(timeline, takes, path, workshop=workshop).made
    gone = {name: replace(take, path=tmp_path / name) for name, take in takes.items()}
    assert not assemble_film(timeline, gone, path, workshop=workshop).made
    assert is_assembled(timeline, gone, path, workshop=workshop)[::2] == (True, 0)


def test_no_copies_on_request(scene: dict, tmp_path: Path) -> None:
    """Asked not to, a film copies nothing, and shows the same frames."""
    clips = {name: scene["clips"][name] for name in ("a0", "a1")}
    film = assembled(clips, placed(clips, Seam()), tmp_path, copies=False)
    assert (copied(film), film.rendered) == ([], 2 * FRAMES - 1)
    assert is_in_order(clips, film)


def test_part_of_a_clip_begins_at_a_key(tmp_path: Path) -> None:
    """A part that begins between two keys is rendered up to the next one and copied from there."""
    clip = make_clip(tmp_path / "c.mp4", 3, FRAMES, making=making(24))
    timeline = timeline_of([TimelineClip("c", "s", 10, 48)], [])
    film = assembled({"c": clip}, timeline, tmp_path)
    assert [(s.start, s.end, s.how, s.reason) for s in film.spans] == [
        (0, 14, "rendered", "up to the next key picture"),
        (14, 38, "copied", "untouched"),
    ]
    assert is_in_order({"c": clip}, film) and is_untouched({"c": clip}, film)


def test_part_without_a_key_is_rendered(tmp_path: Path) -> None:
    """A part that holds no key picture cannot be copied, and says so."""
    clip = make_clip(tmp_path / "c.mp4", 3, FRAMES, making=making())
    film = assembled({"c": clip}, timeline_of([TimelineClip("c", "s", 5, 50)], []), tmp_path)
    assert reasons(film) == {"c": {"no key picture in the right place to copy from"}}


def test_open_groups_do_not_leak(tmp_path: Path) -> None:
    """A picture that others in front of it depend on is no place to begin, key picture or not."""
    clip = make_clip(tmp_path / "c.mp4", 3, 96, making=making(24, **{"x264-params": "open-gop=1"}))
    timeline = timeline_of([TimelineClip("c", "s", 10, 96)], [])
    film = assembled({"c": clip}, timeline, tmp_path)
    assert reasons(film) == {"c": {"its groups of pictures are open"}}
    assert is_in_order({"c": clip}, film)


def test_fades_are_rendered_and_the_rest_copied(tmp_path: Path) -> None:
    """A fade at the film's end takes its own frames and no more than its group."""
    clip = make_clip(tmp_path / "c.mp4", 3, FRAMES, making=making(24))
    timeline = timeline_of([TimelineClip("c", "s", 0, FRAMES)], [], fade_out=6)
    film = assembled({"c": clip}, timeline, tmp_path)
    assert [(s.start, s.end) for s in copied(film)] == [(0, pytest.approx(54, abs=OPEN_TAIL))]
    assert is_untouched({"c": clip}, film)


def test_repaired_frames_are_rendered(tmp_path: Path) -> None:
    """Frames that a repair changes are rendered; those behind them are copied from the next key."""
    clip = make_clip(tmp_path / "c.mp4", 3, FRAMES, making=making(24))
    sampling = Mending(RepairPlan(FRAMES - 1, flashes=(Flash(30, DIMMED),)))
    material = replace(clip.material, mending=sampling, touched=((30, 31),), rates=(RATE, RATE))
    film = assemble_film(
        placed({"c": clip}),
        {"c": material},
        tmp_path / "film.mp4",
        workshop=Workshop(tmp_path / "work", workers=1),
    )
    assert [(s.start, s.end) for s in copied(film)] == [
        (0, pytest.approx(30, abs=OPEN_TAIL)),
        (48, 60),
    ]
    assert reasons(film) == {"c": {"mended at its seam"}}
    assert is_in_order({"c": clip}, film) and is_untouched({"c": clip}, film)


def test_headers_of_most_frames_are_taken(tmp_path: Path) -> None:
    """Of clips with different headers those are copied that make up the most; the others are told why."""
    names = {"a": "medium", "b": "ultrafast", "c": "medium"}
    clips = {
        name: make_clip(tmp_path / f"{name}.mp4", n, FRAMES, making=making(preset=preset))
        for n, (name, preset) in enumerate(names.items())
    }
    film = assembled(clips, placed(clips, Cut(), Cut()), tmp_path)
    assert [span.what for span in copied(film)] == ["a", "c"]
    assert reasons(film) == {"b": {"its headers are others than those of most frames"}}
    assert is_in_order(clips, film) and is_untouched(clips, film)


def test_clips_of_an_unknown_encoder_bring_their_own_sets(tmp_path: Path) -> None:
    """Where no encoder's note tells how to match, ours get another number and both sets are in."""
    clips = {}
    for n, name in enumerate(("a0", "a1")):
        whole = make_clip(tmp_path / f"{name}-noted.mp4", n, FRAMES, making=making())
        path = tmp_path / f"{name}.mp4"
        bare = ("-c", "copy", "-bsf:v", "filter_units=remove_types=6")
        run_ffmpeg(["-i", f"file:{whole.path}", *bare, f"file:{path}"], timeout_s=60)
        clips[name] = replace(whole, path=path)
    film = assembled(clips, placed(clips, Transition("dissolve", 12)), tmp_path)
    assert is_in_order(clips, film) and is_untouched(clips, film) and copied(film)
    with av.open(str(film.path)) as opened:
        sets = parameter_sets(bytes(opened.streams.video[0].codec_context.extradata or b""))
    assert [len(each) for each in sets] == [2, 2]
    assert film.path.read_bytes().count(b"avc1") == 2  # one brand, one sample entry


def test_little_is_not_worth_other_headers(tmp_path: Path) -> None:
    """A film that could copy almost nothing keeps its own headers, which no clip can change."""
    clips = {
        "a": make_clip(tmp_path / "a.mp4", 1, 12, making=making()),
        "b": make_clip(tmp_path / "b.mp4", 2, 140, making=making()),
    }
    timeline = placed(clips, Cut())
    timeline = replace(timeline, clips=(timeline.clips[0], replace(timeline.clips[1], start=1)))
    film = assembled(clips, timeline, tmp_path)
    assert copied(film) == []
    assert reasons(film)["a"] == {"only 12 of the film's 151 frames could be copied"}


def spoil(note: Path, **wrong: object) -> None:
    note.write_text(json.dumps(json.loads(note.read_text()) | wrong))


def test_copy_that_fails_is_rendered(tmp_path: Path) -> None:
    """Where the film cannot be decoded with a copy in it, that clip is rendered and says why."""
    clip = make_clip(tmp_path / "c.mp4", 3, FRAMES, making=making())
    other = look_at_coded(make_clip(tmp_path / "o.mp4", 4, making=making(preset="ultrafast")).path)
    workshop = Workshop(tmp_path / "work", workers=1)
    workshop.notebook().coded(clip.material)
    (note,) = (tmp_path / "work" / "coded" / "clips").iterdir()
    wrong = other.as_json()
    spoil(note, head=wrong["head"], options=wrong["options"])
    film = assembled({"c": clip}, placed({"c": clip}), tmp_path)
    assert reasons(film) == {"c": {"copied, it failed: the film cannot be decoded at frame 0"}}
    assert is_in_order({"c": clip}, film)
    assert not assembled({"c": clip}, placed({"c": clip}), tmp_path).made


def test_file_that_changed_is_rendered(tmp_path: Path) -> None:
    """Pictures that do not lie where they lay are not taken for them."""
    clip = make_clip(tmp_path / "c.mp4", 3, FRAMES, making=making())
    Workshop(tmp_path / "work").notebook().coded(clip.material)
    (note,) = (tmp_path / "work" / "coded" / "clips").iterdir()
    spoil(note, bytes=1)
    film = assembled({"c": clip}, placed({"c": clip}), tmp_path)
    assert "changed while the film was made" in str(reasons(film)["c"])
    assert is_in_order({"c": clip}, film)


@pytest.mark.parametrize("guilty", ["a", "c"])
def test_only_the_clip_that_fails_is_rendered(guilty: str, tmp_path: Path) -> None:
    """Where one of two clips cannot be copied, the other one still is, whichever comes first."""
    clips = {
        name: make_clip(tmp_path / f"{name}.mp4", number, FRAMES, making=making())
        for number, name in enumerate("ac", 1)
    }
    notes = tmp_path / "work" / "coded" / "clips"
    Workshop(tmp_path / "work").notebook().coded(clips[guilty].material)
    (note,) = notes.iterdir()
    spoil(note, bytes=1)
    film = assembled(clips, placed(clips, Cut()), tmp_path)
    refused = {name for name, why in reasons(film).items() if "copied, it failed" in str(why)}
    assert refused == {guilty}
    assert {span.what for span in copied(film)} == set(clips) - {guilty}
    assert film.made and is_in_order(clips, film)


# What is done to a clip that could be copied -> what is said of it then.
SPOILT = {
    "hevc": (["-c:v", "libx265", "-x265-params", "log-level=error"], "its codec is hevc"),
    "4:2:2": (["-pix_fmt", "yuv422p"], "its pixels are yuv422p"),
    "10 bits": (["-pix_fmt", "yuv420p10le"], "its pixels are yuv420p10le"),
    "narrow": (["-vf", "setsar=4/3"], "its pixels are not square"),
    "larger": (["-vf", "scale=320:192"], "its size is 320x192"),
    "faster": (["-r", "25"], "its rate is 25"),
    "full range": (["-vf", "setparams=range=pc"], "its colours use the full range"),
    "bt601": (["-vf", "setparams=colorspace=smpte170m"], "its colours are bt601"),
    "centred": (["-x264-params", "chromaloc=1"], "its colours are sited centre"),
    "interlaced": (["-x264-params", "tff=1"], "its pictures are interlaced"),
    "buffered": (
        ["-x264-params", "nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900"],
        "its headers have times for every picture",
    ),
    "open": (
        ["-g", "12", "-sc_threshold", "0", "-x264-params", "open-gop=1:bframes=3"],
        "its groups of pictures are open",
    ),
    "cut in": (["-c", "copy"], "its edit list hides pictures"),
    "turned": (["-c", "copy"], "it lies on its side"),
    "matroska": (["-c", "copy"], "it is no MP4"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that can be copied."""
    return make_clip(tmp_path_factory.mktemp("whole") / "c.mp4", 3, 36, making=making()).path


def test_whole_clip_can_be_copied(whole: Path) -> None:
    """The clip that is spoilt below has nothing against it; encoded again the plain way neither."""
    assert refusal_of(look_at_coded(whole), FILM) == ""
    again = whole.with_stem("again")
    run_ffmpeg(["-i", f"file:{whole}", f"file:{again}"], timeout_s=60)
    assert refusal_of(look_at_coded(again), FILM) == ""


@pytest.mark.parametrize("name", SPOILT)
def test_what_keeps_a_clip_from_being_copied(whole: Path, name: str) -> None:
    """Each condition, broken alone, is a reason to render, in words."""
    how, words = SPOILT[name]
    path = whole.with_name(f"{name}.{'mkv' if name == 'matroska' else 'mp4'}")
    before = {"turned": ["-display_rotation", "-90"], "cut in": ["-ss", "0.5"]}.get(name, [])
    run_ffmpeg([*before, "-i", f"file:{whole}", *how, f"file:{path}"], timeout_s=60)
    assert refusal_of(look_at_coded(path), FILM) == words


def test_untagged_clip_is_copied_and_tagged(whole: Path, tmp_path: Path) -> None:
    """Colours that are only not named are named by the film, and its pictures stay what they are."""
    path = tmp_path / "bare.mp4"
    bare = ("-c", "copy", "-bsf:v", "h264_metadata=video_full_range_flag=0:colour_primaries=2")
    more = ":transfer_characteristics=2:matrix_coefficients=1"
    run_ffmpeg(["-i", f"file:{whole}", *bare[:-1], bare[-1] + more, f"file:{path}"], timeout_s=60)
    clips = {"c": Clip(path, 3, 0, 36)}
    film = assembled(clips, placed(clips), tmp_path)
    assert [(span.start, span.end) for span in copied(film)] == [(0, 36)]
    assert is_untouched(clips, film)
    with av.open(str(film.path)) as opened:
        frame = next(opened.decode(video=0))
    tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
    assert [int(tag) for tag in tags] == [1, 1, 1, 1]


def test_notes_are_kept_by_content(whole: Path, tmp_path: Path) -> None:
    """What was found out about a file is not found out again; looking alone writes nothing."""
    material = FileMaterial(whole, "its hash")
    found = Notebook(tmp_path / "n", keep=False).coded(material)
    assert not (tmp_path / "n").exists()
    assert Notebook(tmp_path / "n").coded(material) == found
    assert Notebook(tmp_path / "n").coded(replace(material, path=Path("gone"))) == found
    assert Notebook(tmp_path / "n").coded(FileMaterial(Path("gone"), "another")) is None


def test_clips_to_come_do_not_weigh(whole: Path, tmp_path: Path) -> None:
    """While most of a film is still to come, its headers are chosen by the clips that are here."""
    clips = {"c": Clip(whole, 3, 0, 36)}
    timeline = placed(clips | {"d": Clip(whole, 3, 0, 900)}, Cut())
    takes = {"c": clips["c"].material, "d": FileMaterial(Path("coming"), "no take of d")}
    look = is_assembled(timeline, takes, tmp_path / "f.mp4", workshop=Workshop(tmp_path / "w"))
    assert [(s.what, s.how) for s in look[1]] == [("c", "copied"), ("d", "rendered")]
    assert look[2] == 900


def test_what_lies_far_apart_is_decoded_apart(tmp_path: Path) -> None:
    """Pieces at both ends of a copied run are two units of work; near ones are one."""
    clip = make_clip(tmp_path / "c.mp4", 3, 120, making=making(24))
    timeline = timeline_of([TimelineClip("c", "s", 4, 119)], [])
    cutting = plan_pieces(timeline, {"c": clip.material}, FILM, SETTINGS, copies=Keyed())
    units = plan_units(
        timeline, cutting, {"c": clip.material}, FILM, SETTINGS, Shelf(tmp_path / "shelf")
    )
    assert [[(b.start, b.end) for b in unit.bodies] for unit in units] == [[(4, 24)], [(96, 119)]]


def test_what_a_transition_leads_into_is_decoded_with_it(tmp_path: Path) -> None:
    """A short piece behind a transition is its unit's; what is there already is left out of it."""
    clip = make_clip(tmp_path / "c.mp4", 3, 120, making=making(24))
    places = [TimelineClip("a", "s", 4, 120), TimelineClip("b", "t", 0, 120)]
    timeline = timeline_of(places, [Transition("dissolve", 12)])
    takes = {name: replace(clip.material, sha256=name) for name in "ab"}
    shelf = Shelf(tmp_path / "shelf")

    def units(copies: Keyed | None) -> list[list[tuple[int, int]]]:
        cut = plan_pieces(timeline, takes, FILM, SETTINGS, copies=copies)
        planned = plan_units(timeline, cut, takes, FILM, SETTINGS, shelf)
        return [[(b.start, b.end) for b in (*unit.bodies, *unit.onward)] for unit in planned]

    assert units(Keyed()) == [[(4, 24)], [(96, 108), (12, 24)], [(96, 120)]]
    # A long one is rendered beside it.
    assert units(None) == [[(4, 48), (48, 96), (96, 108)], [(12, 48), (48, 96), (96, 120)]]

    cutting = plan_pieces(timeline, takes, FILM, SETTINGS, copies=Keyed())
    unit = plan_units(timeline, cutting, takes, FILM, SETTINGS, shelf)[1]
    before, join, behind = unit.pieces
    assert [piece.frames for piece in (before, join, behind)] == [12, 12, 12]
    assert unit.without({join.key}).pieces == (before, behind)
    assert render_unit(unit.without({before.key, join.key})) == 12
    assert shelf.has(behind.key)
    assert unit.without({behind.key, join.key}).after is None


class Keyed:
    """Copies frames 24 to 96 of every clip."""

    def run_within(self, clip: str, start: int, end: int) -> tuple[int, int] | None:
        return 24, 96

    def refusal(self, clip: str) -> str:
        return ""
