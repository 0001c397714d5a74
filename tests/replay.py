"""A server on this machine that answers as a catalog or a store would, written after the documentation of its API."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What to answer: JSON, or bytes of another type; `cut` closes the connection early, `wait` is in seconds."""

    json: Any = None
    status: int = 200
    data: bytes | None = None
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    wait: float = 0


@dataclass
class Replay:
    """The running server: its address, and what it was asked."""

    url: str
    asked: list[Asked]


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[Replay]:
    """Serve on a free port of this machine until the block ends."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers), body))
            found = answer(asked[-1])
            time.sleep(found.wait)
            data = found.data if found.data is not None else json.dumps(found.json).encode()
            self.send_response(found.status)
            for name, value in {"Content-Type": found.type, **found.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data) + (100 if found.cut else 0)))
            self.end_headers()
            with suppress(OSError):  # whoever asked has gone
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Replay(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        server.server_close()
