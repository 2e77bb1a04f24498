"""The addresses of the review page: the page itself, what happens, films and pictures, and deeds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from longtake.deliver.templating import HOME, environment, template_text
from longtake.errors import LongtakeError
from longtake.review.desk import DEEDS, MOST_TAKES, Bill, Crashed, Deed, Desk, unheard
from longtake.review.frames import SIDES, version_of
from longtake.review.screening import SHOWN, FilmView, Screening
from longtake.review.sheet import Sheet, stand_in
from longtake.vault.take import Take

_HOME = "longtake.review"
_HASH = re.compile(r"[0-9a-f]{64}")
_MOST_BODY = 16_384
_VIDEO = "video/mp4"
# Files of ours by name: their kind, and the packages whose files of these names they are made of.
_FILES = {
    "review.css": ("text/css", (("shared.css", HOME), ("review.css", _HOME))),
    "review.js": ("text/javascript", (("review.js", _HOME),)),
    "icon.svg": ("image/svg+xml", (("icon.svg", _HOME),)),
}


class Pages:
    """Answers what the browser asks for; everything is put together anew, nothing is believed."""

    def __init__(self, screening: Screening, desk: Desk, crashed: Crashed = unheard) -> None:
        self._screening = screening
        self._desk = desk
        self._crashed = crashed
        self._takes: dict[str, Path] = {}

    def app(self) -> ASGIApp:
        """Give the application."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/events", self._events),
                Route("/film", self._film),
                Route("/take/{sha256}", self._take),
                Route("/picture", self._picture),
                Route("/seam", self._seam),
                *(Route(f"/{kind}", partial(self._deed, kind), methods=["POST"]) for kind in DEEDS),
                *(Route(f"/{name}", partial(_file, *file)) for name, file in _FILES.items()),
            ],
            exception_handlers={Exception: self._bug},
        )

    def _bug(self, request: Request, error: Exception) -> Response:
        where = self._crashed(error)
        # Uvicorn drops the line after a bug; a browser that is not told would send its next deed into it.
        return PlainTextResponse(
            f"This is a bug of longtake. {where}", 500, {"connection": "close"}
        )

    def _page(self, request: Request) -> Response:
        said = request.query_params
        shown = said.get("show", "all")
        shown = shown if shown in SHOWN else "all"
        page = _whole(said.get("page", "1"))
        view = self._screening.view(page, shown, said.get("clip", ""))
        sheet = self._screening.sheet()
        if view is None or sheet is None:
            wrong = self._screening.watch.seen.wrong
            mark = self._screening.journal.mark
            return self._rendered("wrong.html.j2", wrong=wrong, mark=mark)
        at = said.get("at", "")
        at = at if re.fullmatch(r"\d{1,6}(\.\d{1,4})?", at) else ""
        return self._rendered("page.html.j2", **self._words(view, sheet), at=at)

    def _words(self, view: FilmView, sheet: Sheet) -> Mapping[str, Any]:
        film = view.standing.film
        stage = view.stage
        for take in [stage.take] if stage and stage.take else []:
            self._takes[take.sha256] = take.path
        for each in stage.candidates if stage else ():
            self._takes[each.take.sha256] = each.take.path
        stat = film.stat() if film.exists() else None
        wishes = self._screening.watch.wishes
        verb = "animatic" if wishes.animatic else "make --draft" if wishes.draft else "make"
        return {
            "view": view,
            "cards": sheet.cards,
            "approved": self._desk.approved(),
            "flavour": wishes.flavour,
            "verb": f"{verb} {view.standing.project.board.name}",
            "shown": SHOWN,
            "film_version": stat.st_mtime_ns if stat else 0,
            "link": partial(_link, view),
            "take": _take_link,
            "picture": partial(_picture_link, sheet),
            "pictured": lambda clip: _material(sheet, clip) is not None,
        }

    async def _events(self, request: Request) -> Response:
        mark = request.headers.get("last-event-id") or request.query_params.get("since", "")
        told = self._screening.journal.told(mark)
        return StreamingResponse(told, media_type="text/event-stream")

    def _film(self, request: Request) -> Response:
        sheet = self._screening.sheet()
        return _video(sheet.standing.film if sheet else None)

    def _take(self, request: Request) -> Response:
        sha256 = request.path_params["sha256"]
        known = _HASH.fullmatch(sha256) and self._takes.get(sha256)
        return _video(known or None)

    def _picture(self, request: Request) -> Response:
        clip, side = request.query_params.get("clip", ""), request.query_params.get("side", "")
        sheet = self._screening.sheet()
        material = _material(sheet, clip) if sheet else None
        if sheet is None or material is None or side not in map(str, SIDES):
            return _nothing()
        frames = self._screening.frames(sheet)
        return _made(
            lambda: frames.picture(clip, material, sheet.timeline, int(side)), "image/jpeg"
        )

    def _seam(self, request: Request) -> Response:
        sheet, number = self._screening.sheet(), _whole(request.query_params.get("number", ""), 0)
        places = [each for each in sheet.seams.values() if each.number == number] if sheet else []
        if sheet is None or not places:
            return _nothing()
        frames = self._screening.frames(sheet)
        return _made(lambda: frames.replay(places[0], sheet.timeline), _VIDEO)

    async def _deed(self, kind: str, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BODY:
                return PlainTextResponse("too long", 413)
        said = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        return await run_in_threadpool(self._done, kind, said)

    def _done(self, kind: str, said: Mapping[str, str]) -> Response:
        deed = Deed(kind, said.get("clip", ""))
        try:
            deed = Deed.read(kind, said)
            agreed = said.get("bill", "")
            done = self._desk.settle(deed, agreed) if agreed else self._desk.bill(deed)
        except (LongtakeError, OSError) as error:
            hint = getattr(error, "hint", "")
            says = tuple(filter(None, (str(getattr(error, "message", error)), hint)))
            done = Bill(deed, "That cannot be done", says, (), "", "")
        bill = done if isinstance(done, Bill) else Bill(deed, done, (), (), "", "")
        words = {"bill": bill, "said": "" if isinstance(done, Bill) else done}
        if not isinstance(done, Bill):
            self._screening.watch.nudge()
        link = lambda clip: f"/?{urlencode({'clip': clip})}"  # noqa: E731
        return self._rendered("bill.html.j2", **words, link=link, most_takes=MOST_TAKES)

    def _rendered(self, name: str, **words: Any) -> Response:
        text = environment(_HOME).get_template(name).render(**words)
        # Half a surrogate, from a file name or an escape in YAML, must not cost the whole page.
        return HTMLResponse(text.encode(errors="replace"))


def _file(kind: str, texts: tuple[tuple[str, str], ...], request: Request) -> Response:
    return Response("".join(template_text(*each) for each in texts), media_type=kind)


def _link(view: FilmView, **changes: Any) -> str:
    """Give the address of another view; what is not named stays, but for the page of another clip."""
    said: dict[str, Any] = {"show": view.shown, **changes}
    said = {key: value for key, value in said.items() if (key, value) not in _USUAL}
    return f"/?{urlencode(said)}" if said else "/"


_USUAL = (("show", "all"), ("page", 1))


def _take_link(take: Take) -> str:
    return f"/take/{take.sha256}"


def _picture_link(sheet: Sheet, clip: str, side: int) -> str:
    # What it shows is part of its name: another take of a clip is another picture.
    version = version_of(_material(sheet, clip))
    return f"/picture?{urlencode({'clip': clip, 'side': side, 'v': version})}"


def _material(sheet: Sheet, clip: str) -> Any:
    return sheet.shown.get(clip) or stand_in(sheet, clip)


def _made(make: Callable[[], Path], kind: str) -> Response:
    try:
        return FileResponse(make(), media_type=kind)
    except (LongtakeError, OSError):
        return _nothing()


def _video(path: Path | None) -> Response:
    if path is None or not path.is_file():
        return _nothing()
    return FileResponse(path, media_type=_VIDEO)


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.", 404)


def _whole(text: str, other: int = 1) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else other
