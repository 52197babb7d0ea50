"""How long the console takes to answer, and how old what it shows is, while much runs."""

import gzip
import json
import statistics
import time
from dataclasses import dataclass, field
from threading import Event, Thread

from workshop.console import Console, Unexpected

PAUSE = 0.25  # s between two questions
WALL = "wall.bin"
PAGES = ("", "live.json", WALL)  # below a run


@dataclass
class Answers:
    """What was measured, by page: s until the whole answer was there."""

    took: dict[str, list[float]] = field(default_factory=dict)
    ages: list[float] = field(default_factory=list)  # s of the wall's oldest part when it was here
    failed: int = 0

    def line(self, page: str) -> str:
        """Return median and 95th percentile, ms."""
        times = sorted(self.took.get(page, []))
        if len(times) < 2:
            return "not measured"
        p95 = statistics.quantiles(times, n=20)[-1]
        return f"{statistics.median(times) * 1e3:6.0f} ms median, {p95 * 1e3:6.0f} ms p95"


class Reader:
    """Asks for a run's pages in turn, from a thread, as one who watches it does."""

    def __init__(self, console: Console, runs: list[str]) -> None:
        self.answers = Answers()
        self._console = console
        self._runs = runs
        self._stopping = Event()
        self._thread = Thread(target=self._read, name="reader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> Answers:
        self._stopping.set()
        self._thread.join(60)
        return self.answers

    def _read(self) -> None:
        turn = 0
        while not self._stopping.wait(PAUSE):
            run, page = self._runs[turn % len(self._runs)], PAGES[turn % len(PAGES)]
            turn += 1
            began = time.monotonic()
            try:
                answer = self._console.get(run + page)[1]
            except (OSError, Unexpected):
                self.answers.failed += 1
                continue
            self.answers.took.setdefault(page, []).append(time.monotonic() - began)
            if page == WALL:
                self.answers.ages.append(time.time() - wall_moment(answer))


def wall_moment(answer: bytes) -> float:
    """Return the moment (Unix s) of the oldest part of a wall, see ``web.runs.walls.Wall.pack``."""
    data = gzip.decompress(answer)
    length = int.from_bytes(data[4:8], "little")
    return float(json.loads(data[8 : 8 + length])["at"])
