"""The wire: nothing leads into our network, nothing waits for ever, nothing is sent twice."""

from __future__ import annotations

import gzip
import math
import socket
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.generate.http import (
    Ambiguous,
    Broken,
    Limits,
    LinkDead,
    NotSent,
    Resume,
    Timing,
    Unfit,
    Wire,
    retry_after,
)

OPEN = "93.184.215.14"
CLIP = "https://cdn.example/a.mp4?Signature=s3cret"
Handler = Callable[[httpx.Request], httpx.Response]


class Log:
    """Answers requests in order and keeps them."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def wire(handler: Handler, *addresses: str, base: str = "https://api.example", **more) -> Wire:
    """Make a wire whose names lead to these addresses and whose answers come from a handler."""
    return Wire(
        base,
        {"Authorization": "Bearer k3y"},
        "k3y",
        resolve=lambda host, port: list(addresses or (OPEN,)),
        transport=httpx.MockTransport(handler),
        **more,
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
    ],
)
def test_an_address_that_is_not_public(address, tmp_path):
    """A name that leads there, even among others, is refused before any connection."""
    log = Log()

    for addresses in ((address,), (OPEN, address)):
        with pytest.raises(Unfit, match="no public address"):
            wire(log, *addresses).download(CLIP, tmp_path / "clip")
    assert log.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example/a.mp4",
        "file:///etc/passwd",
        "ftp://cdn.example/a",
        "https://me:secret@cdn.example/a",
        "https:///a",
        "//cdn.example/a",
        "",
    ],
)
def test_an_address_of_another_kind(url, tmp_path):
    """Only https, to a host, without a user; nothing is asked otherwise."""
    log = Log()

    with pytest.raises(Unfit):
        wire(log).download(url, tmp_path / "clip")
    assert log.requests == []


def test_the_address_that_was_checked_is_the_one_connected_to(tmp_path):
    """The name is looked up once; host and certificate stay the name's, the key stays at home."""
    log = Log(answer(b"clip"))
    wire(log, "2606:4700::1").download(CLIP, tmp_path / "clip")

    (request,) = log.requests
    assert request.url.host == "2606:4700::1"
    assert request.headers["host"] == "cdn.example"
    assert request.extensions["sni_hostname"] == "cdn.example"
    assert request.headers["accept-encoding"] == "identity"
    assert "authorization" not in request.headers


def test_a_redirect_is_checked_like_a_link(tmp_path):
    """A public host may lead on, but only to another public one, and not for ever."""
    here = httpx.Response(302, headers={"location": "https://other.example/b"})
    inner = httpx.Response(302, headers={"location": "http://127.0.0.1/"})
    log = Log(here, answer(b"clip"))
    wire(log).download(CLIP, tmp_path / "clip")

    assert [each.headers["host"] for each in log.requests] == ["cdn.example", "other.example"]
    for answers in ([here, inner], [here] * 4):
        with pytest.raises(Unfit):
            wire(Log(*answers)).download(CLIP, tmp_path / "clip")


def test_the_configured_host_may_be_this_machine(tmp_path):
    """A simulator hands out clips by plain http from its own ports; no other base may."""
    url = "http://127.0.0.1:9/a.mp4"
    local = wire(Log(answer(b"clip")), base="http://127.0.0.1:8")
    local.download(url, tmp_path / "clip")

    assert (tmp_path / "clip").read_bytes() == b"clip"
    with pytest.raises(Unfit):
        wire(Log()).download(url, tmp_path / "clip")


def test_a_name_that_leads_nowhere(tmp_path):
    """No address, or none that is one: another try may help."""
    for addresses in ([], ["nonsense"]):
        with pytest.raises(NotSent):
            Wire("https://a.example", {}, "k", resolve=lambda host, port: addresses).download(  # noqa: B023
                CLIP, tmp_path / "clip"
            )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("x"), NotSent),
        (httpx.ConnectTimeout("x"), NotSent),
        (httpx.PoolTimeout("x"), NotSent),
        (httpx.UnsupportedProtocol("x"), NotSent),
        (httpx.ProxyError("x"), NotSent),
        (httpx.ReadTimeout("x"), Ambiguous),
        (httpx.WriteTimeout("x"), Ambiguous),
        (httpx.ReadError("x"), Ambiguous),
        (httpx.WriteError("x"), Ambiguous),
        (httpx.CloseError("x"), Ambiguous),
        (httpx.RemoteProtocolError("x"), Ambiguous),
        (httpx.LocalProtocolError("Illegal header value b'Bearer k3y'"), Ambiguous),
    ],
)
def test_what_an_error_says_about_a_request(error, expected):
    """Before a connection nothing was sent, after it nobody knows; no error has the key in it."""
    log = Log(error)

    with pytest.raises(expected) as caught:
        wire(log).send("POST", "/jobs", body={})
    assert len(log.requests) == 1
    assert "k3y" not in f"{caught.value} {caught.value.__cause__}"


def test_an_answer(tmp_path):
    """Headers by lower-case names, decimals exact; a body that is no JSON says nothing."""
    good = answer(b'{"cost": 0.1}', 201, **{"X-Trace": "t"})
    reply = wire(Log(good)).send("GET", "/a")

    assert (reply.status, reply.headers["x-trace"], str(reply.said["cost"])) == (201, "t", "0.1")
    for body in (b"<html>", b"NaN", b"[" * 100_000, b"", b"[1e99999999999999999999]"):
        assert wire(Log(answer(body))).send("GET", "/a").said is None


def test_an_answer_without_end():
    """What is longer than any answer of an API is not read."""
    with pytest.raises(Ambiguous, match="no end"):
        wire(Log(answer(bytes(5_000_000)))).send("GET", "/a")


def test_an_answer_that_is_compressed_all_the_same():
    """Gzip is undone, within the same bounds."""
    packed = answer(gzip.compress(b'{"a":1}'), **{"content-encoding": "gzip"})

    assert wire(Log(packed)).send("GET", "/a").said == {"a": 1}


def test_a_file_that_is_compressed_all_the_same(tmp_path):
    """A clip that comes compressed may unfold without end, and is refused."""
    packed = answer(gzip.compress(bytes(99)), **{"content-encoding": "gzip"})

    with pytest.raises(Unfit, match="compressed"):
        wire(Log(packed)).download(CLIP, tmp_path / "clip")


def test_the_rest_of_a_file(tmp_path):
    """After a break the rest is asked for, if it is still the same file."""
    path, resume = tmp_path / "clip", Resume()
    log = Log(cut(b"0123", 10, etag='"e"'), part(b"456789", 4, 10))
    with pytest.raises(Ambiguous):
        wire(log).download(CLIP, path, resume=resume)
    wire(log).download(CLIP.replace("s3cret", "fresh"), path, resume=resume)

    assert path.read_bytes() == b"0123456789"
    headers = log.requests[1].headers
    assert (headers["range"], headers["if-range"]) == ("bytes=4-", '"e"')


def test_the_rest_from_another_place(tmp_path):
    """Without a mark that it is the same file, another address starts from the first byte."""
    path, resume = tmp_path / "clip", Resume()
    log = Log(cut(b"0123", 10), answer(b"abcdefghij"))
    with pytest.raises(Ambiguous):
        wire(log).download(CLIP, path, resume=resume)
    wire(log).download("https://backup.example/a.mp4", path, resume=resume)

    assert "range" not in log.requests[1].headers
    assert path.read_bytes() == b"abcdefghij"


@pytest.mark.parametrize("rest", ["other start", "other total", "no range", "416"])
def test_a_rest_that_does_not_fit(rest, tmp_path):
    """A part that was not asked for is not appended; the next try begins anew."""
    wrong = {
        "other start": part(b"3456789", 3, 10),
        "other total": part(b"456789", 4, 11),
        "no range": answer(b"456789", 206),
        "416": httpx.Response(416),
    }[rest]
    path, resume = tmp_path / "clip", Resume()
    log = Log(cut(b"0123", 10), wrong, answer(b"0123456789"))
    for error in (Ambiguous, Broken):
        with pytest.raises(error):
            wire(log).download(CLIP, path, resume=resume)
    wire(log).download(CLIP, path, resume=resume)

    assert path.read_bytes() == b"0123456789"


@pytest.mark.parametrize(
    ("status", "error"), [(400, LinkDead), (403, LinkDead), (404, LinkDead), (410, LinkDead)]
)
def test_a_dead_link(status, error, tmp_path):
    """Each way of saying that a link has ended."""
    with pytest.raises(error):
        wire(Log(httpx.Response(status))).download(CLIP, tmp_path / "clip")


def test_a_busy_host(tmp_path):
    """It says when to come again."""
    busy = httpx.Response(503, headers={"retry-after": "9"})

    with pytest.raises(Broken) as caught:
        wire(Log(busy)).download(CLIP, tmp_path / "clip")
    assert caught.value.retry_after_s == 9


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(min_rate=100, window_s=5.0), "slower"),
        (Limits(min_rate=0, total_s=20.0), "in time"),
    ],
)
def test_a_file_that_trickles(limits, message, tmp_path):
    """A line below its rate over a window, or over its time, is given up; what came is kept."""
    resume, clock = Resume(), iter(range(10_000))
    trickle = httpx.Response(200, content=iter([b"x"] * 1000))

    with pytest.raises(Broken, match=message):
        wire(Log(trickle), clock=lambda: float(next(clock))).download(
            CLIP, tmp_path / "clip", limits, resume
        )
    assert 0 < resume.received < 30
    assert (tmp_path / "clip").stat().st_size == resume.received


def test_a_file_that_is_too_large(tmp_path):
    """It is refused by its announced length, and else when the bytes themselves are too many."""
    for large in (
        answer(bytes(2000)),
        httpx.Response(200, content=iter([bytes(600)] * 2)),
        part(bytes(10), 0, 5000),
    ):
        with pytest.raises(Unfit, match="larger"):
            wire(Log(large)).download(CLIP, tmp_path / "clip", Limits(max_bytes=1000))


def test_a_signature_is_in_no_message(tmp_path):
    """Links are told without what comes after the question mark."""
    for url in (CLIP, CLIP.replace("https", "http")):
        with pytest.raises(Unfit) as caught:
            wire(Log(*[httpx.Response(302, headers={"location": url})] * 4)).download(
                url, tmp_path / "clip"
            )
        assert "s3cret" not in str(caught.value)


@pytest.fixture
def dripping() -> Iterator[str]:
    """A host that sends the head of its answer so slowly that no timeout between bytes strikes."""
    enough = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _ = listener.accept()
        with line:
            line.sendall(b"HTTP/1.1 200 OK\r\nx-drip: ")
            try:
                while not enough.wait(0.02):
                    line.sendall(b"x")
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    enough.set()
    thread.join()
    listener.close()


def test_an_answer_that_never_gets_to_its_point(dripping):
    """The time for the whole answer counts, though a byte comes now and then."""
    with pytest.raises(Ambiguous, match=r"within 0\.2 s"):
        Wire(dripping, {}, "k").send("GET", "/", timing=Timing(total_s=0.2))


@pytest.fixture
def callers() -> Iterator[tuple[str, list[socket.socket]]]:
    """A host that would answer any number of requests over one connection, and its connections."""
    listener, lines = socket.create_server(("127.0.0.1", 0)), []

    def answer_all() -> None:
        while True:
            try:
                lines.append(listener.accept()[0])
            except OSError:
                return
            with lines[-1] as line:
                while line.recv(65536):
                    line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    thread = threading.Thread(target=answer_all)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", lines
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_each_request_has_a_connection_of_its_own(callers):
    """None is kept for the next: it could be closed while a job is on its way."""
    base, lines = callers
    client = Wire(base, {}, "k")
    for _ in range(3):
        assert client.send("GET", "/").said == {}
    client.close()

    assert len(lines) == 3


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("-3", 0.0),
        ("nan", None),
        ("inf", 600.0),
        ("1e9", 600.0),
        ("soon", None),
        ("", None),
        (formatdate(1_000_030, usegmt=True), 30.0),
        (formatdate(1, usegmt=True), 0.0),
        ("Wed, 99 Jan 99999 99:99:99 GMT", None),
    ],
)
def test_retry_after(written, seconds):
    """Seconds or a date, never negative, never more than ten minutes."""
    assert retry_after({"retry-after": written}, 1_000_000.0) == seconds


@given(st.text() | st.floats().map(str) | st.datetimes().map(str))
def test_retry_after_of_any_kind(written):
    """Whatever stands there, it is nothing or a wait within bounds."""
    wait = retry_after({"retry-after": written}, 1e9)

    assert wait is None or (math.isfinite(wait) and 0 <= wait <= 600)


def answer(content: bytes, status: int = 200, **headers: str) -> httpx.Response:
    """Give an answer whose body is yet to be read."""
    headers = {"content-length": str(len(content)), **headers}
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


def cut(content: bytes, whole: int, **headers: str) -> httpx.Response:
    """Promise more bytes than come before the line breaks."""

    def body() -> Iterator[bytes]:
        yield content
        raise httpx.RemoteProtocolError("incomplete")

    return httpx.Response(200, headers={"content-length": str(whole), **headers}, content=body())


def part(content: bytes, start: int, total: int) -> httpx.Response:
    """Answer a range of a file."""
    end = start + len(content) - 1
    return answer(content, 206, **{"content-range": f"bytes {start}-{end}/{total}"})
