"""A worker as the Procfile has it, whose towers write down the CPU time of their parts.

Run as ``python -m tests.benchmarks.survival.probe work towers`` with ``PROBE_DIR``; each tower
writes ``PID.json`` there every second: s of CPU by part. A part is a thread, and in the engine's
own thread what it does for records, boards, counters and checkpoints: ``BOOKS``.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

WRITE_EVERY = 1.0  # s
LOOP = "MainThread"
PARTS = ("chunks", "desk", "leases")  # what threads' names begin with
BOOKS = (
    ("recording.recorder", "Recorder", "fold"),
    ("recording.recorder", "Recorder", "dwell"),
    ("tower.seconds", "Seconds", "end"),
    ("tower.shard", "Shard", "_sum_up_second"),
    ("tower.shard", "Shard", "keep"),
    ("tower.shard", "Shard", "snapshot"),
)


class Probe:
    """Takes the CPU time of this process apart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._books = 0.0  # s of CPU of the engine's thread for what BOOKS do
        self._is_timing = False
        self._gone: dict[str, float] = {}  # s of CPU of threads, also of those that ended
        self._thread: threading.Thread | None = None

    def timed(self, do: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``do`` so that its CPU time counts as bookkeeping."""

        def wrapped(*arguments: Any, **named: Any) -> Any:
            self._begin()
            if self._is_timing:  # one of them calls another
                return do(*arguments, **named)
            self._is_timing, before = True, time.thread_time()
            try:
                return do(*arguments, **named)
            finally:
                self._books += time.thread_time() - before
                self._is_timing = False

        return wrapped

    def _begin(self) -> None:
        if self._thread is None:  # after the fork: a thread of the parent would be gone
            self._thread = threading.Thread(target=self._write, name="probe", daemon=True)
            self._thread.start()

    def _write(self) -> None:
        file = self._folder / f"{os.getpid()}.json"
        while True:
            time.sleep(WRITE_EVERY)
            for thread in threading.enumerate():
                if thread.ident and thread.name != "probe":
                    clock = time.pthread_getcpuclockid(thread.ident)
                    self._gone[_part(thread.name)] = time.clock_gettime(clock)
            told = self._gone | {"books": self._books, "all": time.process_time()}
            file.with_suffix(".new").write_text(json.dumps(told))
            file.with_suffix(".new").replace(file)


def _part(name: str) -> str:
    return next((part for part in PARTS if name.startswith(part)), name)


def main() -> None:
    """Be the worker."""
    probe = Probe(Path(os.environ["PROBE_DIR"]))
    for module, kind, name in BOOKS:
        owner = getattr(import_module(f"simulator.{module}"), kind)
        setattr(owner, name, probe.timed(getattr(owner, name)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
