"""Prints what was measured, in ms: the slowest pages first, and all of them together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from tests.benchmarks.pages.asking import Answer

ERRORS = 500  # and above
WANTED = 1.0  # s, of the 99th percentile
LINE = "{:52}{:>5}{:>7}{:>7}{:>7}{:>7}{:>7}{:>7}{:>8}"


def tell(answers: Sequence[Answer], costs: Mapping[str, tuple[int, float]]) -> int:
    """Print the tables; return 1 where a page was an error of ours, or slower than wanted."""
    of_page: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        of_page[answer.page].append(answer)
    print(LINE.format("page", "n", "p50", "p95", "p99", "max", "kB", "CPU", "queries"))
    slow = sorted(of_page, key=lambda page: -float(np.median(times(of_page[page]))))
    for page in slow:
        print(row(page, of_page[page], costs.get(page)))
    print(row(f"all {len(of_page)} pages", list(answers), None))
    wrong = {f"{each.status} {each.page}" for each in answers if each.status >= ERRORS}
    for each in sorted(wrong):
        print(f"an error of ours: {each}")
    p99 = float(np.percentile(times(answers), 99))
    print(f"p99 of all: {p99 * 1e3:.0f} ms, wanted: below {WANTED * 1e3:.0f} ms")
    return int(bool(wrong) or p99 >= WANTED)


def times(answers: Sequence[Answer]) -> list[float]:
    return [each.took for each in answers]


def row(name: str, answers: Sequence[Answer], cost: tuple[int, float] | None) -> str:
    taken = np.array(times(answers)) * 1e3  # ms
    figures = [f"{each:.0f}" for each in (*np.percentile(taken, [50, 95, 99]), taken.max())]
    size = sum(each.size for each in answers) / len(answers) / 1e3
    name = name.replace("w/<uuid:workspace>/", "") or "(home)"
    asked, cpu = (str(cost[0]), f"{cost[1] * 1e3:.0f}") if cost else ("", "")
    return LINE.format(name[:52], len(answers), *figures, f"{size:.0f}", cpu, asked)
