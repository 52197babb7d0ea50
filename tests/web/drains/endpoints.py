"""A small HTTP server that takes records, and answers as it is told to."""

import gzip
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

PATIENCE = 60.0  # s that anything here may take on a busy machine


@dataclass(frozen=True, slots=True)
class Request:
    """What came; ``body`` is unpacked where it was gzipped."""

    path: str
    headers: dict[str, str]
    raw: bytes
    body: bytes

    @property
    def documents(self) -> list[Any]:
        """The records in it, of either form."""
        if self.body.startswith(b"["):
            return list(orjson.loads(self.body))
        return [orjson.loads(line) for line in self.body.splitlines()]


@dataclass
class Answer:
    """What is answered. ``hangs``: nothing is, until the other end goes away."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False
    drips: bool = False  # its head, a byte now and then
    closes: bool = False  # the connection afterwards, without saying so


class Endpoint(ThreadingHTTPServer):
    """Answers what ``answers`` has next, then always ``usual``; or what ``decide`` makes of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.usual = Answer()
        self.answers: deque[Answer] = deque()
        self.decide: Callable[[Request], Answer] | None = None
        self.requests: list[Request] = []
        self.ending = threading.Event()
        self.connections = 0
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def documents(self) -> list[Any]:
        """Every record that was taken, in the order in which they came."""
        return [document for request in self.requests for document in request.documents]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.ending.set()
        self.shutdown()
        self.server_close()
        self._thread.join(PATIENCE)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint
    timeout = PATIENCE

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        is_packed = self.headers.get("Content-Encoding") == "gzip"
        request = Request(
            self.path, dict(self.headers.items()), raw, gzip.decompress(raw) if is_packed else raw
        )
        answer = self._answer(request)
        if 200 <= answer.status < 300 and not (answer.hangs or answer.drips):
            self.server.requests.append(request)
        self._give(answer)

    do_PUT = do_POST  # noqa: N815  # the name that http.server looks for

    def _answer(self, request: Request) -> Answer:
        if self.server.decide:
            return self.server.decide(request)
        return self.server.answers.popleft() if self.server.answers else self.server.usual

    def _give(self, answer: Answer) -> None:
        if answer.hangs:
            self.server.ending.wait(PATIENCE)
            self.close_connection = True
            return
        if answer.drips:
            self._drip()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = self.close_connection or answer.closes

    def _drip(self) -> None:
        self.close_connection = True
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while not self.server.ending.wait(0.02):
                self.wfile.write(b"x")
        except OSError:
            return  # the other end went away

    def log_message(self, *_: object) -> None:
        """Say nothing."""
