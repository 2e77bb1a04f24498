"""The way home of a clip: ranges, links that end, and everything that is not a clip."""

from __future__ import annotations

import httpx
import pytest

from longtake.errors import MediaError
from longtake.media.frames import measure_clip


def faulty(do, **told):
    """Write one fault of the download route."""
    return {"faults": [{"do": do, "on": "download", **told}]}


def test_a_range_resumes_a_download(apimart):
    """What a cut download still lacks is to be had by a Range."""
    shop = apimart(**faulty("cut", at=0.5, times=1))
    link = shop.make()
    got = b""
    with pytest.raises(httpx.RemoteProtocolError), shop.open.stream("GET", link) as answer:
        for piece in answer.iter_raw():
            got += piece
    rest = shop.open.get(link, headers={"Range": f"bytes={len(got)}-"})

    assert got
    assert rest.status_code == 206
    assert got + rest.content == shop.open.get(link).content


def test_ranges_that_are_not_kept(apimart):
    """A server may ignore a Range, or answer another one and say so."""
    shop = apimart(**faulty("no_range"))
    link = shop.make()
    assert shop.open.get(link, headers={"Range": "bytes=10-"}).status_code == 200

    shop.sim.change(**faulty("bad_range"))
    answer = shop.open.get(link, headers={"Range": "bytes=10-"})
    assert answer.headers["content-range"].startswith("bytes 9-")


def test_a_range_beyond_the_end(apimart):
    """416, with the length that there is."""
    shop = apimart()

    assert shop.open.get(shop.make(), headers={"Range": "bytes=9999999-"}).status_code == 416


def test_a_link_that_ended(apimart):
    """After its life a link is 403, and looking at the task again gives a fresh one."""
    shop = apimart(url_life_s=60)
    task = shop.ordered()
    shop.sim.tick(1)
    link = shop.link(task)
    assert shop.link(task) == link
    shop.sim.tick(61)

    assert shop.open.get(link).status_code == 403
    fresh = shop.link(task)
    assert fresh != link
    assert shop.open.get(fresh).status_code == 200


def test_a_link_that_is_never_renewed(apimart):
    """Some providers give one link and no other."""
    shop = apimart(url_life_s=60, renews=False)
    task = shop.ordered()
    shop.sim.tick(1)
    link = shop.link(task)
    shop.sim.tick(61)

    assert shop.link(task) == link


def test_a_link_that_ends_at_once(apimart):
    """A fault ends this link alone; the next one works."""
    shop = apimart(**faulty("expire", times=1))
    task = shop.ordered()
    shop.sim.tick(1)

    assert shop.open.get(shop.link(task)).status_code == 403
    assert shop.open.get(shop.link(task)).status_code == 200


def test_a_clip_that_is_gone(apimart):
    """404 for this link, whatever is asked."""
    shop = apimart(**faulty("gone"))

    assert shop.open.get(shop.make()).status_code == 404


@pytest.mark.parametrize(
    "told",
    [
        {"do": "truncate", "at": 0.6},
        {"do": "corrupt", "at": 0.5, "bytes": 100, "how": "zero"},
        {"do": "corrupt", "at": 0.5},
        *({"do": "serve", "what": what} for what in ("html", "json", "ffconcat", "m3u8")),
        *({"do": "serve", "what": what} for what in ("svg", "png", "empty")),
    ],
)
def test_what_is_no_sound_clip(apimart, saved, told):
    """200, and a body that must not pass for a clip."""
    shop = apimart(faults=[{"on": "download", **told}])
    answer = shop.open.get(shop.make())

    assert answer.status_code == 200
    with pytest.raises(MediaError):
        measure_clip(saved(answer.content))


def test_an_endless_body(apimart):
    """It goes on until the client has had enough."""
    shop = apimart(**faulty("endless"))
    length = 0
    with shop.open.stream("GET", shop.make()) as answer:
        for piece in answer.iter_raw():
            length += len(piece)
            if length > 3_000_000:
                break

    assert length > 3_000_000


def test_a_body_that_trickles(apimart):
    """Bytes come one by one; between two of them no read times out."""
    shop = apimart(clock="real", task_s=0, **faulty("slow", bytes_per_s=50))
    task = shop.ordered()
    length = 0
    with shop.open.stream("GET", shop.link(task)) as answer:
        for piece in answer.iter_raw():
            length += len(piece)
            if length >= 15:
                break

    assert 15 <= length < 60


def test_a_gzip_bomb(apimart):
    """A small body that says it is a large one."""
    shop = apimart(**faulty("serve", what="gzip"))
    with shop.open.stream("GET", shop.make()) as answer:
        length = len(b"".join(answer.iter_raw()))

    assert length < 100_000


def test_a_body_without_a_length(apimart, saved):
    """The clip is whole, but nobody says so beforehand."""
    shop = apimart(**faulty("no_length"))
    answer = shop.open.get(shop.make())

    assert "content-length" not in answer.headers
    assert measure_clip(saved(answer.content)).frames == 24


def test_media_without_extension(apimart):
    """Neither the name nor the type tells that it is a clip."""
    shop = apimart(extension="", media_type="application/octet-stream")
    link = shop.make()
    answer = shop.open.get(link)

    assert not link.endswith(".mp4")
    assert answer.headers["content-type"] == "application/octet-stream"


def test_a_key_brought_to_the_media_host(apimart):
    """The key belongs to the API alone: the oracle names every request that carries it off."""
    shop = apimart()
    link = shop.make()
    shop.open.get(link)
    assert shop.sim.oracle("media")["secrets"] == []

    shop.open.get(link, headers={"Authorization": "Bearer apimart-key"})
    assert shop.sim.oracle("media")["secrets"][0]["secret_headers"] == ["authorization"]
