"""The lines of a run become how it goes on; half a line and strange ones change nothing."""

from __future__ import annotations

import json
from pathlib import Path

from longtake.files import write_bytes
from longtake.review.running import ClipNow, LogReader, Run, told

HEAD = {"event": "run", "run": "one", "at": 10.5}


def clip(name: str, state: str, percent: int | None = None) -> dict[str, object]:
    """Write what is said of a clip."""
    return {"event": "clip", "clip": name, "state": state, "percent": percent, "message": ""}


def written(*lines: object) -> bytes:
    """Write lines."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_the_last_word_of_a_clip_counts() -> None:
    """A run is what was said of it so far."""
    run = told(Run(), [HEAD, clip("a", "making", 3), clip("b", "waiting"), clip("a", "made")])

    assert run.clips == {"a": ClipNow("made"), "b": ClipNow("waiting")}
    assert run.counts == {"made": 1, "waiting": 1}
    assert (run.began, run.ended) == (10.5, None)


def test_a_new_run_begins_from_nothing() -> None:
    """What the last one said of its clips is over."""
    run = told(Run(), [HEAD, clip("a", "failed"), {**HEAD, "run": "two"}])

    assert (run.name, run.clips) == ("two", {})


def test_strange_lines_change_nothing() -> None:
    """A later version may say more, and a file may be damaged."""
    strange = [{}, {"event": "dance"}, {"event": "clip", "clip": 3}, {"event": "run", "at": "now"}]

    assert told(told(Run(), [HEAD]), strange) == told(Run(), [HEAD])


def test_half_a_line_waits_for_the_rest(tmp_path: Path) -> None:
    """A reader never takes a line that is still being written, and never one twice."""
    path = tmp_path / "log"
    whole = written(HEAD, clip("a", "made"))
    path.write_bytes(whole[:-5])
    reader = LogReader(path)
    first = list(reader.lines())
    with path.open("ab") as file:
        file.write(whole[-5:])

    assert first == [HEAD]
    assert list(reader.lines()) == [clip("a", "made")]
    assert list(reader.lines()) == []


def test_a_new_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    """A run that begins anew replaces the file, whatever the length of both."""
    path = tmp_path / "log"
    write_bytes(path, written(HEAD, clip("a", "made")))
    reader = LogReader(path)
    list(reader.lines())
    write_bytes(path, written({**HEAD, "run": "two"}, clip("bcd", "waiting"), clip("e", "made")))

    assert [line.get("run") or line["clip"] for line in reader.lines()] == ["two", "bcd", "e"]


def test_no_file_is_no_run(tmp_path: Path) -> None:
    """Before the first run there is nothing to read; what is no JSON is passed over."""
    path = tmp_path / "log"
    reader = LogReader(path)
    assert list(reader.lines()) == []

    path.write_bytes(b"\xff{}\n[1]\n" + written(HEAD))
    assert list(reader.lines()) == [HEAD]
