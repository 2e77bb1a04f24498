"""The simulator's front: every request is noted, meets the faults, and is answered by its wire."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import math
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from longtake.testing.faults import CHANGING, COVERING, Fault, Subject
from longtake.testing.media import (
    bucket_response,
    clip_response,
    picture_response,
    stolen_response,
)
from longtake.testing.oracle import oracle_routes
from longtake.testing.responses import Drop
from longtake.testing.stage import Stage
from longtake.testing.wire.apiinone import ApiInOne
from longtake.testing.wire.apimart import Apimart
from longtake.testing.wire.minimax_v1 import MinimaxV1
from longtake.testing.wire.minimax_v2 import MinimaxV2
from longtake.testing.wire.multipart import file_part
from longtake.testing.wire.pixazo import Pixazo
from longtake.testing.wire.speech import MinimaxSpeech, OpenaiSpeech
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Seen

WIRES: tuple[Wire, ...] = (
    Apimart(),
    MinimaxV1(),
    MinimaxV2(),
    Pixazo(),
    ApiInOne(),
    OpenaiSpeech(),
    MinimaxSpeech(),
)
_MOST_BODY = 64_000_000


def make_app(stage: Stage, wires: tuple[Wire, ...] = WIRES) -> Starlette:
    """Build the application that answers for all simulated hosts."""
    routes: list[BaseRoute] = [
        Route(f"/{host}{end.path}", _endpoint(stage, wire, host, end), methods=[end.method])
        for wire in wires
        for host in wire.hosts
        for end in wire.endpoints()
    ]
    routes += [
        Route("/v/{link}", _media(stage, "download", clip_response)),
        Route("/f/image/{name}", _media(stage, "picture", picture_response)),
        Route("/stolen", _media(stage, "picture", stolen_response), methods=["GET", "POST"]),
        # A place of the author's own, for pictures that a provider takes by their address alone.
        Route("/host/{name}", _media(stage, "picture", bucket_response)),
        Route("/host/{name}", _media(stage, "upload", bucket_response), methods=["PUT"]),
        *oracle_routes(stage),
    ]
    return Starlette(routes=routes)


def _endpoint(
    stage: Stage, wire: Wire, host: str, end: Endpoint
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await answered(request)
        except Exception:
            # A fault of the simulator must not pass for one that it plays.
            stage.world.errors.append(traceback.format_exc())
            raise

    async def answered(request: Request) -> Response:
        body = await request.body()
        key = wire.key_of(request)
        call = Call(request, body, host, key, stage.world, stage.studio, stage.site, stage.later)
        subject = _subject(call, wire, end.route)
        _note(call, subject)
        faults = _strike(call, subject)
        call = replace(call, faults=faults)
        return await _answered(stage, wire, end, call)

    return answer


def _media(
    stage: Stage, route: str, respond: Callable[[Call], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        port = request.scope["server"][1]
        host = "backup" if stage.site.backup.endswith(f":{port}") else "media"
        call = Call(request, b"", host, "", stage.world, stage.studio, stage.site, stage.later)
        subject = _subject(call, None, route)
        _note(call, subject)
        call = replace(call, faults=_strike(call, subject))
        await _delayed(call)
        cover = _cover(call)
        if cover is not None:
            return await _covered(cover, WIRES[0], None, call)
        return await respond(call)

    return answer


def _subject(call: Call, wire: Wire | None, route: str) -> Subject:
    request = call.request
    names = [*request.path_params.values(), *request.query_params.values()]
    found = (call.world.find(str(name).split(".")[0]) for name in names)
    task = next((task for task in found if task), None)
    said = _said(call.body) if route == "submit" else {}
    model, prompt = wire.about(said) if wire and said else ("", "")
    name = hashlib.sha256(_lasting(call, route)).hexdigest()
    return Subject(
        route=route,
        wire=task.wire if task else wire.name if wire else "",
        host=call.host,
        key=task.key if task else call.key,
        model=task.asked.model if task else model or call.request.path_params.get("model", ""),
        prompt=task.asked.prompt if task else prompt,
        name=task.id if task else name,
    )


def _lasting(call: Call, route: str) -> bytes:
    """Give what names a request in every run: no port, and no boundary of a form."""
    if route == "upload":
        with contextlib.suppress(Refusal):
            return file_part(call)[1]
    return call.body.replace(call.site.media.encode(), b"") or call.request.url.path.encode()


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _note(call: Call, subject: Subject) -> None:
    request = call.request
    call.world.seen.append(
        Seen(
            at=call.world.clock.now(),
            route=subject.route,
            wire=subject.wire,
            host=call.host,
            key=call.key,
            method=request.method,
            path=request.url.path,
            authorized="authorization" in request.headers,
        )
    )


def _strike(call: Call, subject: Subject) -> tuple[Fault, ...]:
    faults = tuple(call.world.dice.strike(subject))
    for fault in faults:
        note = {"do": fault.do, "route": subject.route, "about": subject.name, "when": fault.when}
        call.world.played.append(note)
    return faults


async def _answered(stage: Stage, wire: Wire, end: Endpoint, call: Call) -> Response:
    await _delayed(call)
    cover = _cover(call)
    if cover is None or cover.when == "before":
        reply = None if cover else await _carried_out(wire, end, call)
    elif cover.late_s:
        stage.later(cover.late_s, lambda: _carried_out(wire, end, call))
        reply = None
    else:
        reply = await _carried_out(wire, end, call)
        if reply.refused:
            return _response(reply)
    if cover is not None:
        return await _covered(cover, wire, reply, call)
    assert reply is not None
    for fault in call.faults:
        if fault.do in CHANGING and not reply.refused:
            reply = _changed(reply, fault, wire)
    return _response(reply)


def _cover(call: Call) -> Fault | None:
    return next((fault for fault in call.faults if fault.do in COVERING), None)


async def _delayed(call: Call) -> None:
    for fault in call.faults:
        if fault.do == "delay":
            await call.world.clock.sleep(float(fault.told.get("seconds", 1)))


async def _carried_out(wire: Wire, end: Endpoint, call: Call) -> Reply:
    try:
        if len(call.body) > _MOST_BODY:
            raise Refusal("too_large", "the body is larger than 64 MB")
        return await end.answer(call)
    except Refusal as refusal:
        return wire.refusal(refusal)


async def _covered(cover: Fault, wire: Wire, reply: Reply | None, call: Call) -> Response:
    told = cover.told
    if cover.do == "drop":
        return Drop(reset=bool(told.get("reset", False)))
    if cover.do == "hang":
        await call.world.clock.sleep(float(told.get("seconds", math.inf)))
        return _response(reply) if reply else Drop()
    if cover.do == "redirect":
        to = str(told.get("to", f"{call.site.backup}/stolen"))
        return Response(status_code=int(told.get("status", 307)), headers={"location": to})
    if cover.do == "not_json":
        page = str(told.get("body", "<html><body>OK</body></html>"))
        return Response(page, 200, media_type="text/html")
    if cover.do == "empty":
        return Response(b"", 200, media_type="application/json")
    said = _refused(cover, wire) if cover.do == "refuse" else _http(cover, wire)
    headers = {**said.headers, **_retry_after(told.get("retry_after"), call)}
    return _response(replace(said, headers=headers))


def _refused(cover: Fault, wire: Wire) -> Reply:
    told = {name: str(value) for name, value in cover.told.items() if name != "retry_after"}
    kind = told.pop("kind", "server")
    return wire.refusal(Refusal(kind, told.pop("message", ""), **told))


def _http(cover: Fault, wire: Wire) -> Reply:
    told = cover.told
    status = int(told.get("status", 503))
    if "body" not in told:
        return wire.gateway(status)
    body = told["body"]
    kind = "application/json" if not isinstance(body, str) else "text/html"
    content = body.encode() if isinstance(body, str) else body
    return Reply(content, status, media_type=str(told.get("media_type", kind)), refused=True)


def _retry_after(written: Any, call: Call) -> Mapping[str, str]:
    if written is None:
        return {}
    text = str(written)
    if text.startswith("date"):
        seconds = float(text.removeprefix("date") or 0)
        text = formatdate(call.world.clock.now() + seconds, usegmt=True)
    return {"Retry-After": text}


def _changed(reply: Reply, fault: Fault, wire: Wire) -> Reply:
    body = copy.deepcopy(reply.body)
    if fault.do == "no_id":
        for place in wire.id_places:
            _place(body, place, None, remove=True)
        return replace(reply, body=body)
    for place in fault.told.get("remove", ()):
        for real in _places(str(place), wire):
            _place(body, real, None, remove=True)
    for place, value in dict(fault.told.get("set", {})).items():
        for real in _places(str(place), wire):
            _place(body, real, value, remove=False)
    return replace(reply, body=body)


def _places(place: str, wire: Wire) -> tuple[str, ...]:
    """Put the wire's own places for the words `@id` and `@status`."""
    return {"@id": wire.id_places, "@status": wire.status_places}.get(place, (place,))


def _place(body: Any, place: str, value: Any, *, remove: bool) -> None:
    """Set or remove what stands at a place such as `data.0.task_id`, if there is such a place."""
    *parents, last = place.split(".")
    try:
        for name in parents:
            body = body[int(name)] if isinstance(body, list) else body[name]
        where = int(last) if isinstance(body, list) else last
        if remove:
            del body[where]
        else:
            body[where] = value
    except (KeyError, IndexError, TypeError, ValueError):
        return


def _response(reply: Reply) -> Response:
    return Response(
        reply.content, reply.status, headers=dict(reply.headers), media_type=reply.media_type
    )
