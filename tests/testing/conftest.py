"""A simulator for each test, and clients that say the least a client can say."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from longtake.testing import Simulator

TINY = {"model": "sim-tiny", "prompt": "a lighthouse", "duration": 1}


# Made once: reading the certificates of the world takes longer than most of these tests.
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Shop:
    """A client of one host of the simulator."""

    def __init__(self, sim: Simulator, host: str, key: str) -> None:
        self.sim = sim
        self.web = httpx.Client(
            base_url=f"{sim.url}/{host}",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            trust_env=False,
            timeout=10,
            verify=_TLS,
        )
        self.open = httpx.Client(trust_env=False, timeout=10, verify=_TLS)

    def upload(self, content: bytes) -> str:
        """Upload a picture and give its address."""
        answer = self.web.post("/v1/uploads/images", files={"file": ("a.png", content)})
        return str(answer.json()["url"])

    def submit(self, **fields: Any) -> httpx.Response:
        """Order a clip in APIMart's way."""
        return self.web.post("/v1/videos/generations", json=TINY | fields)

    def ordered(self, **fields: Any) -> str:
        """Order a clip and give its task's id."""
        return str(self.submit(**fields).json()["data"][0]["task_id"])

    def look(self, task: str) -> dict[str, Any]:
        """Look at a task in APIMart's way."""
        answer = self.web.get(f"/v1/tasks/{task}").json()
        return dict(answer["data"])

    def link(self, task: str) -> str:
        """Give the address of a finished task's clip."""
        return str(self.look(task)["result"]["videos"][0]["url"][0])

    def make(self, **fields: Any) -> str:
        """Order a clip and give its task's address once it is done (on a fake clock)."""
        task = self.ordered(**fields)
        self.sim.tick(1)
        return self.link(task)

    def ask(self, **fields: Any) -> dict[str, Any]:
        """Order a clip in MiniMax's way."""
        said = TINY | {"resolution": "36P"} | fields
        return dict(self.web.post("/v1/video_generation", json=said).json())

    def query(self, task: str) -> dict[str, Any]:
        """Look at a task in MiniMax's way."""
        path = "/v1/query/video_generation"
        return dict(self.web.get(path, params={"task_id": task}).json())

    def retrieve(self, file_id: str) -> dict[str, Any]:
        """Ask MiniMax where a file is."""
        return dict(self.web.get("/v1/files/retrieve", params={"file_id": file_id}).json())

    def order(self, **fields: Any) -> httpx.Response:
        """Order a clip in the way of MiniMax's second generation; `parts` follow the prompt."""
        said = {"model": "sim-tiny", "resolution": "36P", "duration": 1, "ratio": "16:9"}
        content = [{"type": "text", "text": "a lighthouse"}, *fields.pop("parts", [])]
        said = {**said, "content": content, **fields}
        return self.web.post(
            "/v2/video_generation",
            json={name: value for name, value in said.items() if value is not None},
        )

    def task(self, name: str) -> dict[str, Any]:
        """Look at a task of MiniMax's second generation."""
        return dict(self.web.get(f"/v2/query/video_generation/{name}").json()["task"])

    def listed(self, **asked: Any) -> dict[str, Any]:
        """List the tasks of MiniMax's second generation; a filter's name begins with `filter_`."""
        named = {name.replace("filter_", "filter.", 1): value for name, value in asked.items()}
        return dict(self.web.get("/v2/query/video_generation", params=named).json())

    def close(self) -> None:
        """Let go of the connections."""
        self.web.close()
        self.open.close()


@pytest.fixture
def run() -> Iterator[Callable[..., Simulator]]:
    """Start simulators on a fake clock, under the scenario values given."""
    with ExitStack() as stack:
        yield lambda **values: stack.enter_context(Simulator({"clock": "fake", **values}))


@pytest.fixture
def apimart(run: Callable[..., Simulator]) -> Iterator[Callable[..., Shop]]:
    """Open APIMart under a scenario."""
    with ExitStack() as stack:

        def open_shop(key: str = "apimart-key", **values: Any) -> Shop:
            shop = Shop(run(**values), "apimart", key)
            stack.callback(shop.close)
            return shop

        yield open_shop


@pytest.fixture
def minimax(run: Callable[..., Simulator]) -> Iterator[Callable[..., Shop]]:
    """Open MiniMax (its global host, unless told) under a scenario."""
    with ExitStack() as stack:

        def open_shop(key: str = "minimax-key", host: str = "minimax", **values: Any) -> Shop:
            shop = Shop(run(**values), host, key)
            stack.callback(shop.close)
            return shop

        yield open_shop


@pytest.fixture
def pixazo(run: Callable[..., Simulator]) -> Iterator[Callable[..., Shop]]:
    """Open Pixazo under a scenario, the key in a header of its own."""
    with ExitStack() as stack:

        def open_shop(key: str = "pixazo-key", **values: Any) -> Shop:
            shop = Shop(run(**values), "pixazo", "")
            shop.web.headers["Ocp-Apim-Subscription-Key"] = key
            stack.callback(shop.close)
            return shop

        yield open_shop


@pytest.fixture
def apiinone(run: Callable[..., Simulator]) -> Iterator[Callable[..., Shop]]:
    """Open API in One under a scenario."""
    with ExitStack() as stack:

        def open_shop(key: str = "apiinone-key", **values: Any) -> Shop:
            shop = Shop(run(**values), "apiinone", key)
            stack.callback(shop.close)
            return shop

        yield open_shop


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], Path]:
    """Write a downloaded clip to a file."""

    def save(content: bytes) -> Path:
        path = tmp_path / "clip.mp4"
        path.write_bytes(content)
        return path

    return save
