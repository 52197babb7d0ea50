"""A wall of 50,000 mocks: packed, published, asked for and painted; and the run's page beside it.

Run: ``python -m tests.benchmarks.wall [--mocks 50000] [--answers 60] [--no-browser]``. Everything
is on this machine: a Redis of its own, a database of its own (SQLite), the product in one thread.
Times are wall time, so what else the machine does shows; CPU time beside it is this process's. It
never fails for being slow.
"""

import argparse
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import numpy as np
from workshop import parts
from workshop.supervisor import Supervisor, free_port

Spent = tuple[float, float]  # s of wall time, s of this process's CPU

SHARD = 1_000  # mocks
RECENT = 10  # s of points that a report carries until the database has them
REASONS = ("connection refused", "no acknowledgement within 10 s", "HTTP 503")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PAINTED = """async () => {
  const wall = document.querySelector("mock-wall");
  const times = [];
  for (let turn = 0; turn < 30; turn += 1) {
    const began = performance.now();
    wall.recolour();
    times.push(performance.now() - began);
    await new Promise(requestAnimationFrame);
  }
  return times;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mocks", type=int, default=50_000)
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Supervisor(logs=Path(name) / "logs") as supervisor:
        port = free_port()
        supervisor.start(parts.valkey(Path(name) / "valkey", port=port))
        begin_product(Path(name), redis_port=port)
        measure(mocks=asked.mocks, answers=asked.answers, with_browser=not asked.no_browser)


def begin_product(folder: Path, *, redis_port: int) -> None:
    """Set up the product in this process, with an empty database."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "web.settings",
        "DEBUG": "true",  # static files from where they lie
        "SECRET_KEY": "of no use elsewhere",
        "RUN_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/wall.sqlite3",
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
    }
    import django  # noqa: PLC0415  # reads the environment that was made just now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    logging.disable(logging.INFO)


def measure(*, mocks: int, answers: int, with_browser: bool) -> None:
    """Print every figure."""
    from tests.benchmarks.walled import Walled  # noqa: PLC0415  # models need the settings

    walled = Walled(mocks=mocks, shard=SHARD, recent=RECENT, reasons=REASONS)
    packed = timed(walled.pack, count=5)
    print(f"{mocks:,} mocks, {len(walled.leases)} shards")
    show(
        "pack all reports, by their towers",
        packed,
        f"{walled.size / len(walled.leases):,.0f} B each",
    )
    show("publish all to Redis", timed(walled.publish, count=5), f"{walled.size:,} B")
    for label, address in walled.addresses().items():
        spent = []
        for _ in range(answers):
            walled.change()
            spent += timed(lambda address=address: walled.get(address), count=1)
        show(label, spent, f"{walled.answer:,} B")
    show(
        "the same, unchanged (304)", timed(walled.ask_again, count=answers), f"{walled.answer:,} B"
    )
    if with_browser:
        paint(walled)


def paint(walled: Any) -> None:
    """Print how long a browser takes for a wall."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # not everybody has one

    with serving(walled.application) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        cookie = walled.session_name
        context.add_cookies([{"name": cookie, "value": walled.session, "url": site}])
        page = context.new_page()
        page.goto(f"{site}{walled.page}")
        page.wait_for_selector("mock-wall[data-at]")
        for face in ("status", "link", "failure", "late", "last"):
            page.select_option("select[name=face]", face)
            show(f"paint by {face}, in Chromium", painted(page))
        page.fill("input[name=text]", "99")
        show("paint with a filter by id", painted(page))
        browser.close()


def painted(page: Any) -> list[Spent]:
    return [(each / 1_000, np.nan) for each in page.evaluate(PAINTED)]  # CPU is the browser's


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve on a port of this machine, one request at a time."""

    class Silent(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = WSGIServer(("127.0.0.1", free_port()), Silent)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


Spent = tuple[float, float]  # s of wall time, s of this process's CPU


def timed(work: Callable[[], Any], *, count: int) -> list[Spent]:
    """Return what each call took."""
    spent = []
    for _ in range(count):
        began, busy = time.perf_counter(), time.process_time()
        work()
        spent.append((time.perf_counter() - began, time.process_time() - busy))
    return spent


def show(what: str, spent: Sequence[Spent], more: str = "") -> None:
    (p50, cpu), (p95, _) = (1_000 * np.percentile(spent, share, axis=0) for share in (50, 95))
    print(f"{what:40} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   CPU {cpu:7.1f} ms   {more}")


if __name__ == "__main__":
    main()
