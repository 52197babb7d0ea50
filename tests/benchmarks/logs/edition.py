"""How long a regular report of a whole month takes, and how much memory.

Run: ``python -m tests.benchmarks.logs.edition [--records 10000000] [--folder DIR]``. The log is
made as ``tests.benchmarks.logs`` makes it; the edition is made by the job's own code, once plain
and once in gzip, and goes block by block to a file, as boto3 would send it. It never fails for
being slow.
"""

import argparse
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from tests.benchmarks.logs.__main__ import _prepare
from tests.benchmarks.logs.server import FileServer

MEGABYTE = 1_000_000
PART = 8 * 1024 * 1024  # bytes that boto3 reads at once for one part of an upload


def main() -> None:
    asked = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="mocklot-edition-", dir=asked.folder))
    server = FileServer(folder / "store")
    try:
        _prepare(folder, server)
        _measure(asked.records, folder)
    finally:
        server.close()
        shutil.rmtree(folder)


def _measure(records: int, folder: Path) -> None:
    from tests.benchmarks.logs import making  # noqa: PLC0415 (after Django is set up)
    from web.platform import storage  # noqa: PLC0415

    made = making.make(records, folder / "store" / "bench")
    print(f"{made.records:,} records in {made.chunks:,} chunks; {_now():,.0f} MB before")
    storage.put_file = lambda key, file, content_type: _written(file, folder / "out")
    for is_packed in (False, True):
        _one(made, is_packed=is_packed)


def _one(made: Any, *, is_packed: bool) -> None:
    from web.reports.models import Edition, Every, Standing  # noqa: PLC0415
    from web.reports.standing import making, periods  # noqa: PLC0415

    standing = Standing.objects.create(
        workspace=made.run.workspace,
        name="Month",
        every=Every.MONTH,
        is_packed=is_packed,
        next_at=datetime.now(UTC),
    )
    begin = datetime.fromtimestamp(made.end, UTC)
    period = periods.period_of(Every.MONTH, begin, "UTC")
    edition = Edition.objects.create(standing=standing, begin=period.begin, end=period.end)
    wall, cpu = time.monotonic(), time.process_time()
    making.make(edition.code)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    edition.refresh_from_db()
    print(
        f"{'gzip' if is_packed else 'plain':6} {edition.state}: {edition.rows:,} lines, "
        f"{edition.size / MEGABYTE:,.0f} MB in {len(edition.files)} parts, {wall:.0f} s, "
        f"{cpu:.0f} s of CPU ({edition.rows / cpu:,.0f} lines/s), at most {_most():,.0f} MB"
    )


def _written(file: IO[bytes], path: Path) -> None:
    with path.open("wb") as out:
        while block := file.read(PART):
            out.write(block)


def _status(word: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(word))


def _now() -> float:
    """Return the memory of this process in MB; what it had at most begins anew from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _most() -> float:
    """Return what this process had of memory at most, in MB, since the last time."""
    most = _status("VmHWM")
    _now()
    return most


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--folder", help="where the store lies meanwhile")
    return parser.parse_args()


if __name__ == "__main__":
    main()
