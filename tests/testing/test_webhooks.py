"""Webhooks: the challenge, the calls that follow, and the ways in which these go wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import pytest

ALL = [("processing", "/cb"), ("success", "/cb")]


class Door:
    """A client's own address: it echoes challenges (unless told not to) and keeps what it hears."""

    def __init__(self) -> None:
        self.heard: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.echo = True
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["content-length"])))
                challenge = "challenge" in said
                if not challenge:
                    door.heard.put((self.path, said))
                answer = json.dumps(said if challenge and door.echo else {}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cb"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def next(self) -> tuple[str, str]:
        """Wait for a call and give its status word and path."""
        path, said = self.heard.get(timeout=10)
        return str(said.get("status") or said["data"]["status"]), path


@pytest.fixture
def door() -> Iterator[Door]:
    """Open an address of the client."""
    door = Door()
    yield door
    door.server.shutdown()
    door.server.server_close()


def webhook(how: str, **told: Any) -> dict[str, Any]:
    """Write one fault of the webhook."""
    return {"faults": [{"do": "webhook", "how": how, **told}]}


def test_minimax_calls_at_each_change(minimax, door):
    """After the echo of its challenge it says processing, then success with the file's id."""
    shop = minimax(task_s=5)
    assert shop.ask(callback_url=door.url)["base_resp"]["status_code"] == 0
    heard = [door.next()]
    shop.sim.tick(6)

    assert [*heard, door.next()] == ALL


def test_the_second_generation_calls_with_the_body_of_a_look(minimax, door):
    """The same challenge first; then a task in its envelope, at each change."""
    shop = minimax(task_s=5)
    task = shop.order(callback_url=door.url).json()["task_id"]
    running = door.heard.get(timeout=10)[1]
    shop.sim.tick(6)
    done = door.heard.get(timeout=10)[1]

    assert running["task"]["status"] == "running"
    assert done == {"task": shop.task(task)}
    assert done["task"]["content"]["url"]
    door.echo = False
    assert shop.order(callback_url=door.url).status_code == 400


def test_a_challenge_that_is_not_echoed(minimax, door):
    """Nothing is accepted, and nothing paid."""
    door.echo = False
    shop = minimax()

    assert shop.ask(callback_url=door.url)["base_resp"]["status_code"] == 2013
    assert shop.sim.oracle("submits")["paid"] == 0


def test_apimart_calls_at_the_end(apimart, door):
    """One call to /callback below the address, with the body of a status look."""
    shop = apimart()
    shop.submit(webhook=door.url + "/")
    shop.sim.tick(1)

    assert door.next() == ("completed", "/cb/callback")


def test_calls_that_come_twice_or_in_the_wrong_order(minimax, door):
    """The same call again; the end before the beginning."""
    shop = minimax(task_s=0, **webhook("twice"))
    shop.ask(callback_url=door.url)
    assert sorted(door.next() for _ in range(4)) == sorted(ALL * 2)

    shop.sim.change(task_s=5, **webhook("reversed"))
    shop.ask(callback_url=door.url)
    assert door.next() == ALL[1]


def test_a_forged_call(minimax, door):
    """Somebody else says that some task is done."""
    shop = minimax(task_s=5, queue_s=5, **webhook("forged"))
    shop.ask(callback_url=door.url)

    assert door.next() == ("success", "/cb")
    assert shop.sim.oracle("tasks")[0]["state"] == "queued"


def test_a_call_that_never_comes(minimax, door):
    """The task ends and nobody says so; a later task's call is the first that comes."""
    shop = minimax(**webhook("never"))
    shop.ask(callback_url=door.url)
    shop.sim.tick(1)
    shop.sim.change(**webhook("late", seconds=50))
    shop.ask(callback_url=door.url)
    assert door.heard.empty()
    shop.sim.tick(60)

    assert sorted([door.next(), door.next()]) == ALL


def test_only_this_machine_is_called(minimax):
    """A callback to any other host counts as one that does not answer."""
    shop = minimax()
    said = shop.ask(callback_url="http://192.0.2.1/cb")

    assert said["base_resp"]["status_code"] == 2013
