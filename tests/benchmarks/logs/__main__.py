"""How a log of many records is stored, searched and downloaded.

Run: ``python -m tests.benchmarks.logs [--records 100000000] [--folder DIR] [--keep]``. Chunks are
written by the tower's own code, with different records in each; nothing is scaled up. nginx serves
them as an object store would (it takes ranges and no signatures), and boto3 reads them. 100 million
records take some 4 GB of disk, which is given back, and a few minutes. It never fails for being
slow.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.logs.server import FileServer

ROUNDS = 10  # times that a search is made, for another mock each
MEGABYTE = 1_000_000


def main() -> None:
    asked = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="mocklot-logs-", dir=asked.folder))
    server = FileServer(folder / "store")
    try:
        _prepare(folder, server)
        _measure(asked.records, folder)
    finally:
        server.close()
        if not asked.keep:
            shutil.rmtree(folder)


def _prepare(folder: Path, server: FileServer) -> None:
    """Have Django use a database in the folder, and the server as its object store."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "web.settings",
        "DEBUG": "true",
        "SECRET_KEY": "benchmark",
        "DATABASE_URL": f"sqlite:///{folder / 'index.sqlite3'}",
        "S3_BUCKET": "bench",
        "S3_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)


def _measure(records: int, folder: Path) -> None:
    from tests.benchmarks.logs import files, making  # noqa: PLC0415 (after Django is set up)

    store = folder / "store" / "bench"
    began = time.monotonic()
    made = making.make(records, store)
    took = time.monotonic() - began
    _print_store(made, took)
    _print_searches(made)
    shutil.rmtree(store)
    files.compare()


def _print_store(made: Any, took: float) -> None:
    print(
        f"{made.records:,} records of {made.mocks:,} mocks, {made.chunks:,} chunks, {took:,.0f} s"
    )
    print(f"  one chunk in {made.cpu / made.records * 1e6:.2f} µs of CPU a record")
    for name, sizes in made.sizes.items():
        whole, payload, rows = sizes
        rest = f"{payload / rows:6.1f} of them payload, {(whole - payload) / rows:5.1f} the rest"
        print(f"  {name:38} {whole / rows:6.1f} bytes a record, {rest}")


def _print_searches(made: Any) -> None:
    print(f"\n{'search':44}{'s':>7}{'worst':>7}{'MB':>7}{'requests':>9}{'found':>7}")
    for name, search in made.searches().items():
        _print_search(name, search)


def _print_search(name: str, search: Callable[[int], Any]) -> None:
    """Print one search: the median of some rounds, each of something else, and the worst."""
    times, pages = [], []
    for number in range(ROUNDS):
        began = time.monotonic()
        pages.append(search(number))
        times.append(time.monotonic() - began)
    size = max(page.bytes for page in pages) / MEGABYTE
    requests = max(page.requests for page in pages)
    found = max(len(page.records) for page in pages)
    typical, worst = statistics.median(times), max(times)
    print(f"{name:44}{typical:7.2f}{worst:7.2f}{size:7.1f}{requests:9}{found:7}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000_000)
    parser.add_argument("--folder", help="where the store lies meanwhile")
    parser.add_argument("--keep", action="store_true", help="leave the store behind")
    return parser.parse_args()


if __name__ == "__main__":
    main()
