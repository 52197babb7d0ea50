"""A receiver that only counts: what it says of arrivals and loss, over real sockets."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import pytest
import yaml

from simulator.errors import Refused, Unreachable
from simulator.lot import HttpTarget, Lot, Part
from simulator.lot.way_back import Counter
from simulator.tower import Assignment
from simulator.transports.asking import ask_number
from tests.integration.tower.peers import Show, acted

METER = """
name: Meter
id: "m-{index}"
messages:
  reading: {every: 200ms, path: /readings, json: {seq: "{seq}"}}
"""


class Backend(ThreadingHTTPServer):
    """Takes readings, forgets every tenth, and says how many it has."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.had = 1_000  # before the run
        self.at_first: int | None = None  # what it said first
        self.seen = 0
        self.lock = Lock()


class Handler(BaseHTTPRequestHandler):
    server: Backend
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.seen += 1
            self.server.had += self.server.seen % 10 != 0
        self._answer(b"")

    def do_GET(self) -> None:
        if self.path != "/stats":
            self.send_error(404)
            return
        with self.server.lock:
            had = self.server.had
            if self.server.at_first is None:
                self.server.at_first = had
        self._answer(b'{"received": [%d]}' % had)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def backend() -> Iterator[Backend]:
    server = Backend()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_the_receiver_counts_is_held_against_what_was_sent(backend: Backend) -> None:
    url = f"http://127.0.0.1:{backend.server_port}/stats"
    target = HttpTarget(
        host="127.0.0.1",
        port=backend.server_port,
        way_back=Counter(url=url, path="received.0", every="500ms"),
    )
    part = Part(name="Meter", document=yaml.safe_load(METER), count=10)
    lot = Lot(duration=8.0, parts=[part], target=target)
    show = Show()

    acted(show.run(Assignment(shard="a", lot=lot, part=0, first=0, count=10, epoch=time.time())))

    total = show.total
    assert total.acknowledged == backend.seen > 0
    assert backend.at_first is not None
    assert 0 < total.counted == backend.had - backend.at_first


def test_a_counter_that_cannot_be_asked_is_an_error_in_words(backend: Backend) -> None:
    with pytest.raises(Refused, match="answers 404"):
        ask_number(f"http://127.0.0.1:{backend.server_port}/nothing", "")
    with pytest.raises(Unreachable, match="does not answer"):
        ask_number("http://127.0.0.1:1/", "")
