"""What the console waits for: previews of many mocks, and one mock's next 24 hours.

Run: ``python -m tests.benchmarks.preview [NAME ...]``, names of ready definitions. All figures are
CPU time on one core, the definition being read already. It never fails for being slow; what was
found with it stands beside the code that it is about.
"""

import argparse
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from simulator import Definition, outlook, parse, parse_document, preview, series
from simulator.library import ready, ready_named
from tests.benchmarks.payloads import FLAT, METRICS, STATUSES

DAY = 86_400.0  # s
MOCKS = 100
SHOWN = 50  # messages on the console's page
WINDOWS = (600.0, DAY)  # s that the page shows at first, and at most
POINTS = 200  # of a chart on the page


def main() -> None:
    names = _names()
    print_days()
    print(f"\n{'s of CPU':16}{'outlook':>8}{'page':>8}{'24 h':>8}   messages in 24 h")
    for name in names:
        definition = parse(ready_named(name).text)
        spent, found = _timed(partial(outlook, definition))
        pages = [_timed(partial(_page, definition, window))[0] for window in WINDOWS]
        messages = sum(each.count for each in found.messages.values())
        thinned = "" if found.is_exact else ", thinned"
        print(f"{name:16}{spent:8.2f}{pages[0]:8.2f}{pages[1]:8.2f}   {messages:,.0f}{thinned}")


def print_days() -> None:
    """Print what 100 device-days of a message a minute take, statuses and transitions on."""
    document = {
        "name": "Benchmark",
        "id": "mock-{index:06d}",
        "variables": {"site": {"choice": ["fukuoka", "tokyo"]}},
        "metrics": METRICS,
        "messages": {"telemetry": {"every": "1min", "topic": "t/{id}", "json": FLAT}},
        "statuses": STATUSES,
    }
    definition = parse_document(document)
    began = time.process_time()
    count = sum(1 for _ in preview(definition, mocks=MOCKS, duration=DAY))
    spent = time.process_time() - began
    print(f"preview of {MOCKS} device-days, {count:,} messages of 10 fields: {spent:.2f} s")


def _names() -> list[str]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    names: list[str] = parser.parse_args().names
    return names or [each.name for each in ready()]


def _page(definition: Definition, window: float) -> None:
    """Do what the page beside the editor asks for."""
    deque(preview(definition, mocks=3, duration=window, limit=SHOWN), maxlen=0)
    series(definition, duration=window, points=POINTS)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU time of the better of two calls, s, and what came back."""
    times = []
    for _ in range(2):
        began = time.process_time()
        result = work()
        times.append(time.process_time() - began)
    return min(times), result


if __name__ == "__main__":
    main()
