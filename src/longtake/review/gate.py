"""The door of the review page: lets in the browser that was given the address, and nobody else.

Any web page the author has open can make the browser call 127.0.0.1, under any name that leads there.
So a caller must know the key, under our own name, and come from a page of ours.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# A cookie is sent along only from a page of ours: the browser goes on by itself from this one.
_WELCOME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>longtake review</title>
<link rel="icon" href="/icon.svg"><meta http-equiv="refresh" content="0; url=/">
<p><a href="/">Go on to the review page</a></p>"""
_STRANGER = (
    "Open the address that `longtake review` printed: its key is missing here, or an old one."
)


class Gate:
    """Stands before an application; `key` is what the printed address carries."""

    def __init__(self, app: ASGIApp, port: int, key: str = "") -> None:
        self.key = key or secrets.token_urlsafe(32)
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        # Cookies know no ports: the pages of two films must not take each other's.
        self._name = f"longtake-review-{port}"
        self._pass = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, guarded)

    def _answer(self, scope: Scope) -> Response | None:
        headers, method = Headers(scope=scope), scope["method"]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return PlainTextResponse("This page has another name.", 421)
        origin = headers.get("origin")
        if method not in ("GET", "HEAD", "POST"):
            return Response(status_code=405, headers={"Allow": "GET, HEAD, POST"})
        if origin != f"http://{hosts[0]}" and (origin is not None or method == "POST"):
            return PlainTextResponse("Only this page itself may ask for that.", 403)
        key = parse_qs(scope["query_string"].decode("latin-1")).get("key")
        if key and method == "GET" and scope["path"] == "/":
            return self._welcome(key[-1])
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return PlainTextResponse("Only this page itself may ask for that.", 403)
        if not any(_same(shown, self._pass) for shown in self._shown(headers)):
            return PlainTextResponse(_STRANGER, 403)
        return None

    def _welcome(self, key: str) -> Response:
        if not _same(key, self.key):
            return PlainTextResponse(_STRANGER, 403)
        answer = HTMLResponse(_WELCOME)
        answer.set_cookie(self._name, self._pass, httponly=True, samesite="strict")
        return answer

    def _shown(self, headers: Headers) -> Iterator[str]:
        """Yield the passes a browser shows.

        Other programs of 127.0.0.1 set cookies of odd forms, and the standard library reads none of
        those behind one.
        """
        for cookie in ";".join(headers.getlist("cookie")).split(";"):
            name, _, value = cookie.strip().partition("=")
            if name == self._name:
                yield value.strip('"')


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())
