"""An HTTP server that takes JSON messages and counts them: ``python -m workshop.receiver PORT``.

``POST`` and ``PUT`` anywhere count a message and answer 204; ``GET /counts`` tells what arrived;
``DELETE /counts`` begins anew. Listens on 127.0.0.1 only; a thread for each connection.
"""

import json
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from workshop.counting import Tally

MOST_BODY = 1 << 20  # bytes of one message
IDLE = 75  # s that a kept connection may be silent


class Receiver(ThreadingHTTPServer):
    """The server and its tally."""

    daemon_threads = True
    request_queue_size = 512  # a lot connects at one stroke

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.Lock()
        self.tally = Tally()


class Handler(BaseHTTPRequestHandler):
    """One connection of a device."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > MOST_BODY:
            self.close_connection = True
            self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(length)
        with self.server.lock:
            self.server.tally.add(body)
        self.answer(HTTPStatus.NO_CONTENT)

    do_PUT = do_POST  # noqa: N815  # the name that http.server looks for

    def do_GET(self) -> None:
        with self.server.lock:
            body = json.dumps(self.server.tally.document()).encode()
        self.answer(HTTPStatus.OK, body)

    def do_DELETE(self) -> None:
        with self.server.lock:
            self.server.tally = Tally()
        self.answer(HTTPStatus.NO_CONTENT)

    def answer(self, status: HTTPStatus, body: bytes = b"") -> None:
        self.send_response(status)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A line for each message would be the bottleneck."""


if __name__ == "__main__":
    Receiver(int(sys.argv[1])).serve_forever()
