"""What every line of a dyno must look like, and one request's way through all of them.

Rule: looks at files alone; what a one-off dyno prints is for people and is not held to it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from workshop.rehearsal.findings import Findings

LONGEST = 10_000  # bytes; the platform cuts what is longer
DYNO = re.compile(r"(web|worker|reporter|clock)\.\d+\.v\d+\.log")
BARE = r'[^\s"=\\]+'
QUOTED = r'"(?:[^"\\]|\\.)*"'
LINE = re.compile(
    rf"at=\S+Z level=\w+ logger={BARE} msg=(?:{BARE}|{QUOTED})(?: \w+=(?:{BARE}|{QUOTED}))*"
)
START = re.compile(r'method=POST path="(\S+/start/)" request_id=(\w+) ')


def of_dynos(logs: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, line) of all dynos, without the ends of lines."""
    for file in sorted(logs.glob("*.log")):
        if DYNO.fullmatch(file.name):
            for line in file.read_text(errors="replace").splitlines():
                yield file.name, line


def judge_lines(found: Findings, logs: Path) -> None:
    """Hold each line: logfmt, one event, short enough."""
    odd, count = [], 0
    for file, line in of_dynos(logs):
        count += 1
        if len(line.encode()) >= LONGEST or not is_logfmt(line):
            odd.append(f"{file}: {line[:120]!r}")
    found.figures["lines of dynos, all logfmt below 10 kB"] = count
    found.expect("each line is one event as logfmt", odd)


def is_logfmt(line: str) -> bool:
    """Return whether a line has what each has, then words and their values; nothing else.

    A line that was cut for its length ends as it can.
    """
    return bool(LINE.fullmatch(line)) or ("..." in line and line.startswith("at="))


def judge_way(found: Findings, logs: Path, router: Path) -> None:
    """Follow the request that started the run: from the router to the console and to a tower."""
    told = START.search(router.read_text())
    way = {kind_of(file) for file, line in of_dynos(logs) if told and told[2] in line}
    found.figures["one request's id: in the router's log and in those of"] = ", ".join(sorted(way))
    lost = sorted({"web", "worker"} - way)
    found.expect("a request's id reaches every log", lost)


def kind_of(file: str) -> str:
    return file.partition(".")[0]
