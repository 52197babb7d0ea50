"""What HTTP costs: the exchange against nginx, wrk against the same nginx, and the parts alone.

    python -m tests.benchmarks.http [--mocks 1000] [--requests 300000]

Prints requests/s and the CPU time of this process for each request of 187 bytes over kept
connections, beside what wrk reaches with as many; then the functions of the hot path alone. A
benchmark never fails for being slow.
"""

import argparse
import asyncio
import cProfile
import itertools
import pstats
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import uvloop

from simulator.lot import HttpTarget
from simulator.protocols import http
from simulator.transports import Exchange, Identity, Parcel
from tests.benchmarks.wire import PAYLOAD, Count, Silence, show, until
from tests.integration.transports.nginx import Nginx

ANSWERS = {  # locations of nginx
    "204": "location /204 { return 204; }",
    "200": "location /200 { return 200 '{\"ok\":true}'; }",
}
WRK_SECONDS = 5
SCRIPT = 'wrk.method = "POST"; wrk.body = "%s"; wrk.headers["Content-Type"] = "application/json"'


class Load(Count):
    """As many requests as fit: each mock writes its next one when it is answered."""

    def __init__(self, path: str, requests: int) -> None:
        super().__init__()
        self.exchange: Exchange
        self.path = path
        self.left = requests

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        self.ends += 1
        self.failures += bool(reason)
        if self.left > 0:
            self.left -= 1
            self.exchange.send(parcel.row, Parcel(parcel.row, self.path, PAYLOAD))


async def measure(port: int, path: str, mocks: int, requests: int) -> None:
    load = Load(path, requests - mocks)
    exchange = load.exchange = Exchange(HttpTarget(host="127.0.0.1", port=port), listener=load)
    for row in range(mocks):
        exchange.connect(row, Identity())
    await until(lambda: load.opens == mocks)
    start, cpu = time.perf_counter(), time.process_time()
    for row in range(mocks):
        exchange.send(row, Parcel(row, path, PAYLOAD))
    await until(lambda: load.ends == requests)
    rate = requests / (time.perf_counter() - start)
    each = (time.process_time() - cpu) / requests * 1e6
    print(f"ours {path}  {rate:9,.0f} requests/s  {each:5.1f} µs CPU each, {load.failures} failed")
    await exchange.close()


def measure_wrk(port: int, path: str, mocks: int, folder: Path) -> None:
    if not (program := shutil.which("wrk")):
        return
    script = folder / "post.lua"
    script.write_text(SCRIPT % PAYLOAD.decode().replace('"', '\\"'))
    command = [program, "-t", "1", "-c", str(mocks), "-d", f"{WRK_SECONDS}s", "-s", str(script)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    )
    rate = next(line for line in done.stdout.splitlines() if "Requests/sec" in line)
    print(f"wrk  {path}  {float(rate.split()[1]):9,.0f} requests/s")


def new(number: int, answer: bytes) -> bytes:
    return answer.replace(b"20:00:00", b"%08d" % number)


def parts() -> None:
    """The functions of the hot path, alone."""
    request = http.Request("example.org", headers={}, token="t" * 32)
    answer = (
        b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 20:00:00 GMT\r\n"
        b"Content-Type: text/plain\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\n"
        b'{"ok":true}'
    )
    asyncio.run(ours(answer))
    show("request", lambda: request.encode("POST", http.target_path("", "/a/b"), PAYLOAD))
    show("answer, read step by step", lambda: http.Response().receive(answer))
    show("answer, whole, its head seen before", lambda: http.whole_answer(answer))
    heads = itertools.count()
    show("answer, whole, its head a new one", lambda: http.whole_answer(new(next(heads), answer)))


async def ours(answer: bytes) -> None:
    """From Exchange.send to the transport, and back from it, without a socket."""
    road = Silence()
    exchange = Exchange(HttpTarget(host="h", port=1), listener=Count(), road=road)
    exchange.connect(0, Identity())
    await asyncio.sleep(0)
    parcel = Parcel(0, "/a/b", PAYLOAD)

    def asked() -> None:
        exchange.send(0, parcel)
        road.protocol.data_received(answer)

    show("Exchange.send and its answer, no socket", asked)
    exchange.disconnect(0)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mocks", type=int, default=1_000)
    arguments.add_argument("--requests", type=int, default=300_000)
    arguments.add_argument("--profile", action="store_true", help="show where the time goes")
    options = arguments.parse_args()
    parts()
    with tempfile.TemporaryDirectory() as folder:
        server = Nginx(Path(folder), "\n".join(ANSWERS.values()))
        try:
            for path in (f"/{name}" for name in ANSWERS):
                profile = cProfile.Profile()
                if options.profile:
                    profile.enable()
                uvloop.run(measure(server.port, path, options.mocks, options.requests))
                profile.disable()
                if options.profile:
                    pstats.Stats(profile).sort_stats("tottime").print_stats(18)
                measure_wrk(server.port, path, options.mocks, Path(folder))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
