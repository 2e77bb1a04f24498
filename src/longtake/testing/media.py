"""The hosts that hand out clips and uploaded pictures: signed links, ranges, and bad behaviour.

They need no key, and note every request that brings one.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longtake.testing.clock import Clock
from longtake.testing.responses import Cut, Stream
from longtake.testing.wire.wire import Call
from longtake.testing.world import Task, Upload

_CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")
_ENDLESS = 1 << 40
_SERVED: dict[str, tuple[str, bytes]] = {
    "html": ("text/html", b"<!doctype html><html><body>Please sign in</body></html>"),
    "json": ("application/json", b'{"error":"AccessDenied","message":"no such clip"}'),
    "ffconcat": ("video/mp4", b"ffconcat version 1.0\nfile /etc/passwd\nduration 1\n"),
    "m3u8": ("video/mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
    "svg": ("video/mp4", b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'),
    "png": ("video/mp4", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    "empty": ("video/mp4", b""),
}


async def clip_response(call: Call) -> Response:
    """Answer a request for a clip, as the faults of this call spoil it."""
    request, world = call.request, call.world
    name = request.path_params["link"].split(".")[0]
    task = world.find(name)
    note = _noted(request, call.host, task)
    world.media.append(note)
    told = {fault.do: fault.told for fault in call.faults}
    if task is None or "gone" in told:
        return _refused(note, 404, "NoSuchKey")
    if "expire" in told:
        task.revoked.add(name)
    if not world.link_good(task, name):
        return _refused(note, 403, "Request has expired")
    if "endless" in told:
        length = int(told["endless"].get("length", 0))
        return Stream(_zeros(), {"content-type": "video/mp4"} | _length(length))
    if "serve" in told:
        return _served(str(told["serve"].get("what", "html")))
    path: Path = await asyncio.wrap_future(call.studio.clip(task.order, world.pictures))
    content = _spoilt(await asyncio.to_thread(path.read_bytes), told)
    # A store of objects knows a type by the name's ending alone.
    named = "." in request.path_params["link"]
    kind = world.scenario.media_type if named else "application/octet-stream"
    note["type"] = kind
    return _ranged(request, content, told, kind, note, world.clock)


async def picture_response(call: Call) -> Response:
    """Answer a request for an uploaded picture."""
    call.world.media.append(_noted(call.request, call.host, None))
    url = f"{call.site.media}{call.request.url.path}"
    upload = call.world.uploads.get(url)
    if upload is None:
        return Response(status_code=404)
    return Response(call.world.pictures[upload.sha256], media_type="application/octet-stream")


async def bucket_response(call: Call) -> Response:
    """Take a picture at the author's own place, or give it to whoever asks; notes are kept apart."""
    request, world = call.request, call.world
    world.bucket.append({"method": request.method, **_noted(request, call.host, None)})
    url = str(request.url.replace(query=""))
    if request.method == "PUT":
        content = await request.body()
        sha256, name = hashlib.sha256(content).hexdigest(), request.path_params["name"]
        world.uploads[url] = Upload(url, sha256, len(content), "", world.clock.now(), name)
        world.pictures[sha256] = content
        return Response(status_code=201)
    upload = world.uploads.get(url)
    if upload is None:
        return Response(status_code=404)
    return Response(world.pictures[upload.sha256], media_type="image/png")


async def stolen_response(call: Call) -> Response:
    """Answer what followed a redirect away from the API; whether it brought the key is noted."""
    call.world.media.append(_noted(call.request, "stolen", None))
    return Response(b"{}", media_type="application/json")


def _noted(request: Request, host: str, task: Task | None) -> dict[str, Any]:
    secret = ("authorization", "ocp-apim-subscription-key", "cookie")
    return {
        "host": host,
        "path": request.url.path,
        "task": task.id if task else "",
        "range": request.headers.get("range", ""),
        "secret_headers": [name for name in secret if name in request.headers],
        "headers": sorted(request.headers.keys()),
        "status": 200,
    }


def _refused(note: dict[str, Any], status: int, why: str) -> Response:
    note["status"] = status
    body = f'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>{why}</Message></Error>'
    return Response(body, status, media_type="application/xml")


def _served(what: str) -> Response:
    if what == "gzip":
        bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)
        return Response(bomb, headers={"content-encoding": "gzip"}, media_type="video/mp4")
    kind, content = _SERVED[what]
    return Response(content, media_type=kind)


def _spoilt(content: bytes, told: Mapping[str, Mapping[str, Any]]) -> bytes:
    if "corrupt" in told:
        words = told["corrupt"]
        place = _place(words.get("at", 0.6), len(content))
        count = int(words.get("bytes", 200))
        part = content[place : place + count]
        how = str(words.get("how", "flip"))
        wrong = bytes(len(part)) if how == "zero" else bytes(byte ^ 0xFF for byte in part)
        content = content[:place] + wrong + content[place + len(part) :]
    if "truncate" in told:
        content = content[: _place(told["truncate"].get("at", 0.5), len(content))]
    return content


def _ranged(
    request: Request,
    content: bytes,
    told: Mapping[str, Mapping[str, Any]],
    media_type: str,
    note: dict[str, Any],
    clock: Clock,
) -> Response:
    headers = {"content-type": media_type, "accept-ranges": "bytes", "etag": f'"{len(content)}"'}
    asked = _RANGE.match(request.headers.get("range", ""))
    part, status = content, 200
    if asked and "no_range" not in told:
        start = int(asked[1])
        end = min(int(asked[2]) + 1 if asked[2] else len(content), len(content))
        if start >= len(content):
            note["status"] = 416
            return Response(status_code=416, headers={"content-range": f"bytes */{len(content)}"})
        if "bad_range" in told:
            # A server that counts wrongly: it answers another range than the one asked for.
            start = max(0, start - 1)
        part, status = content[start:end], 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{len(content)}"
    note["status"] = status
    if "no_length" not in told:
        headers |= _length(len(part))
    if "cut" in told:
        sent = part[: _place(told["cut"].get("at", 0.5), len(part))]
        return Cut(sent, len(part), status, headers)
    if "slow" in told:
        pace = float(told["slow"].get("bytes_per_s", 5))
        return Stream(_trickled(part, pace, clock), headers, status)
    return Stream(_chunks(part), headers, status)


def _place(at: float, length: int) -> int:
    """Turn a share of the length, or a count of bytes, into a place (a share is at most 1)."""
    return min(length, int(at * length) if at <= 1 else int(at))


def _length(length: int) -> dict[str, str]:
    return {"content-length": str(length)} if length else {}


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(content), _CHUNK):
        yield content[place : place + _CHUNK]


async def _trickled(content: bytes, pace: float, clock: Clock) -> AsyncIterator[bytes]:
    step = max(1, int(pace / 10))
    for place in range(0, len(content), step):
        yield content[place : place + step]
        await clock.sleep(step / pace)


async def _zeros() -> AsyncIterator[bytes]:
    yield b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
    for _ in range(_ENDLESS // _CHUNK):
        yield bytes(_CHUNK)
