"""VS Code's YAML server without VS Code: installed from npm's lock file, spoken to over its pipes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "editor"
# Nothing is to be asked of the net: the board names its schema, and it is a file.
SETTINGS = {
    "yaml": {
        "validate": True,
        "completion": True,
        "hover": True,
        "schemaStore": {"enable": False},
        "kubernetesCRDStore": {"enable": False},
    }
}


def installed() -> list[str]:
    """Give the command of the server, installed where it is not yet; skips only where npm is missing."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        reason = "no program `npm`: Debian's package of that name brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    lock = (HERE / "package-lock.json").read_bytes()
    done = CACHE / "installed.json"
    if not done.is_file() or done.read_bytes() != lock:
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, CACHE / name)
        words = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        made = subprocess.run(words, cwd=CACHE, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        done.write_bytes(lock)
    return [
        node,
        str(CACHE / "node_modules/yaml-language-server/bin/yaml-language-server"),
        "--stdio",
    ]


@dataclass
class Editor:
    """An editor with one folder open: what it opens is judged by the server."""

    child: subprocess.Popen[bytes]
    folder: Path
    asked: int = 0

    def open(self, path: Path) -> list[dict[str, Any]]:
        """Open a file; gives what the server has to complain of."""
        text = path.read_text("utf-8")
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.send("textDocument/didOpen", textDocument=document)
        while True:
            message = self.hear()
            told = message.get("params", {})
            if (
                message.get("method") == "textDocument/publishDiagnostics"
                and told["uri"] == path.as_uri()
            ):
                return list(told["diagnostics"])

    def at(self, method: str, path: Path, line: int, column: int) -> Any:
        """Ask for what there is at a place (`completion`, `hover`), counted from 0."""
        position = {"line": line, "character": column}
        where = {"textDocument": {"uri": path.as_uri()}, "position": position}
        return self.ask(f"textDocument/{method}", **where)

    def ask(self, method: str, **parameters: Any) -> Any:
        """Ask the server and wait for its answer."""
        self.asked += 1
        self._put({"id": self.asked, "method": method, "params": parameters})
        while True:
            message = self.hear()
            if message.get("id") == self.asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def send(self, method: str, **parameters: Any) -> None:
        """Tell the server something."""
        self._put({"method": method, "params": parameters})

    def hear(self) -> dict[str, Any]:
        """Wait for the next message, and answer what the server itself asks for."""
        out = self.child.stdout
        assert out
        length = 0
        while (line := out.readline().strip()) or not length:
            assert line or not out.closed, "the server has ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(out.read(length))
        if "method" in message and "id" in message:
            wanted = message["params"].get("items", []) if message.get("params") else []
            found = [SETTINGS.get(each.get("section"), {}) for each in wanted]
            self._put({"id": message["id"], "result": found if wanted else None})
        return message

    def _put(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.child.stdin
        self.child.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.child.stdin.flush()


@contextmanager
def editor(folder: Path) -> Iterator[Editor]:
    """Open a folder in an editor that asks the server for everything."""
    words = installed()
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        found = Editor(child, folder)
        try:
            abilities = {
                "textDocument": {"publishDiagnostics": {}, "completion": {}, "hover": {}},
                "workspace": {"configuration": True},
            }
            root = folder.as_uri()
            found.ask("initialize", processId=os.getpid(), rootUri=root, capabilities=abilities)
            found.send("initialized")
            found.send("workspace/didChangeConfiguration", settings=SETTINGS)
            yield found
        finally:
            child.kill()
