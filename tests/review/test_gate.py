"""The door of the review page: who has the key, comes from the page, under its name; nobody else."""

from __future__ import annotations

import httpx
import pytest

from reviewing import Visit

PATHS = [
    "/",
    "/events",
    "/film",
    "/take/" + "0" * 64,
    "/picture",
    "/seam",
    "/review.js",
    "/nowhere",
]


def stranger(visit: Visit, path: str = "/", method: str = "GET", **headers: str) -> httpx.Response:
    """Ask without a cookie."""
    client = httpx.Client(base_url=visit.origin, trust_env=False)
    with client:
        return client.request(method, path, headers=headers)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_told_without_the_cookie(visit: Visit, path: str) -> None:
    """Every address is closed, one that leads nowhere too."""
    assert stranger(visit, path).status_code == 403


def test_the_key_opens_once_and_stays_out_of_the_page(visit: Visit) -> None:
    """The answer to it sets a cookie that scripts and other sites never see, and leads on."""
    key = visit.review.address.partition("key=")[2]
    answer = stranger(visit, f"/?key={key}")

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert key not in answer.text + cookie
    assert 'content="0; url=/"' in answer.text
    assert key not in visit.page()


@pytest.mark.parametrize("key", ["", "x", "é", "%00", "a" * 5000])
def test_a_wrong_key_opens_nothing(visit: Visit, key: str) -> None:
    """Nor does it set a cookie."""
    answer = stranger(visit, f"/?key={key}")

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""]
)
def test_another_name_is_refused(visit: Visit, host: str) -> None:
    """A name that leads here by a trick of DNS is not ours, cookie or not."""
    answer = visit.client.get("/", headers={"Host": host.format(port=visit.review.port)})

    assert answer.status_code in (400, 421)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(visit: Visit, method: str, origin: str) -> None:
    """No page but this one may ask or do anything, with the author's cookie or without."""
    path = "/" if method == "GET" else "/keep"

    assert visit.client.request(method, path, headers={"Origin": origin}).status_code == 403


def test_a_deed_needs_its_origin(visit: Visit) -> None:
    """A form that does not say where it comes from is none of ours."""
    assert visit.client.post("/keep", data={"clip": "bay.1/1"}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_elsewhere_is_refused(visit: Visit, site: str) -> None:
    """The browser tells who leads to a page."""
    assert visit.client.get("/", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert visit.client.get("/", headers={"Sec-Fetch-Site": "none"}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(visit: Visit, method: str) -> None:
    """A question before a foreign call is answered with no."""
    answer = visit.client.request(method, "/", headers={"Origin": visit.origin})

    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/review.js", "/film", "/nowhere"])
@pytest.mark.parametrize("known", [True, False])
def test_every_answer_is_guarded(visit: Visit, path: str, known: bool) -> None:
    """No script but ours, no guessing of kinds, no copy kept, no frame around it: also on refusals."""
    answer = visit.client.get(path) if known else stranger(visit, path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_localhost_is_its_name_too(visit: Visit) -> None:
    """Many people type it; its pages are then of that origin."""
    host = f"localhost:{visit.review.port}"

    assert visit.client.get("/", headers={"Host": host}).status_code == 200
    assert visit.client.get("/", headers={"Host": host, "Origin": visit.origin}).status_code == 403


@pytest.mark.parametrize("other", ['theme={"a": "b"}', "list[0]=1", "flag", "path=/", "words=a b"])
def test_cookies_of_other_programs_are_no_hindrance(visit: Visit, other: str) -> None:
    """All that answers on 127.0.0.1 shares its cookies, whatever their form."""
    ((name, value),) = visit.client.cookies.items()

    assert stranger(visit, Cookie=f"{other}; {name}={value}").status_code == 200
    assert stranger(visit, Cookie=f"{name}=old; {name}={value}; {other}").status_code == 200
    assert stranger(visit, Cookie=f"{other}; {name}={value[:-1]}").status_code == 403
