"""What a rehearsal found: figures for the table, and what was lost. Pure but for reading the logs.

Rule: a promise that broke is a sentence in ``wrong``; nothing else decides how a rehearsal ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop.comparing import Comparison
from workshop.rehearsal.router import Traffic

MOST_SHOWN = 5  # of what is wrong, of each kind


@dataclass
class Findings:
    """``figures`` in the order of the table; ``wrong`` is empty where nothing was lost."""

    figures: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def expect(self, promise: str, broken: Sequence[object]) -> None:
        """Note what breaks a promise, if anything does."""
        if broken:
            shown = ", ".join(map(str, broken[:MOST_SHOWN]))
            self.wrong.append(f"{promise}: {len(broken):,} times not, such as {shown}")

    def document(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return {"ok": not self.wrong, **self.figures, "wrong": self.wrong}

    def lines(self) -> list[str]:
        """Return the table."""
        width = max(map(len, self.figures))
        rows = [
            f"{name:{width}}  {f'{value:,}' if isinstance(value, int) else value}"
            for name, value in self.figures.items()
        ]
        verdict = "nothing was lost" if not self.wrong else f"{len(self.wrong)} promises broken"
        return [*rows, *(f"WRONG  {text}" for text in self.wrong), verdict]


def judge_messages(found: Findings, counts: Comparison, *, arrived_again: int) -> None:
    """Hold the product's counts, the subscriber's and the report's against each other.

    A message of QoS 1 may arrive twice; a row of the report may not be there twice.
    """
    found.figures |= {
        "messages due": counts.sent,
        "acknowledged": counts.acknowledged,
        "arrived at the subscriber": counts.received - arrived_again,
        "rows of the report": counts.csv_rows,
        "failed": counts.failed,
        "missing": counts.missing,
        "arrived again, QoS 1": arrived_again,
        "rows twice": counts.duplicates - arrived_again,
        "latency p50, p99": f"{counts.p50_ms:g}, {counts.p99_ms:g} ms",
    }
    went = {counts.sent, counts.acknowledged, counts.received - arrived_again, counts.csv_rows}
    found.expect("all counts agree", [] if len(went) == 1 else sorted(went))
    found.expect("no message is missing", ["a message"] * counts.missing)
    found.expect("no message fails", ["a message"] * counts.failed)
    found.expect("no row is there twice", ["a row"] * (counts.duplicates - arrived_again))


def judge_requests(found: Findings, traffic: Traffic, failures: Sequence[str]) -> None:
    """Hold what went through the router against the platform's limits."""
    errors = {status: count for status, count in traffic.statuses.items() if status >= 500}
    found.figures |= {
        "requests": traffic.requests,
        "slowest request": f"{traffic.slowest:.2f} s, {kind_of(traffic.slowest_path)}",
        "requests over 30 s": traffic.over_30,
        "answers of 500 and above": sum(errors.values()),
    }
    found.expect("no request takes 30 s", ["a request"] * traffic.over_30)
    found.expect("every request is answered", [f"{n} x {s}" for s, n in errors.items()])
    found.expect("the router cuts nothing", list(traffic.codes.elements()))
    found.expect("a visitor sees every page", failures)


def kind_of(path: str) -> str:
    """Return a path without what identifies somebody's: ``/w/…/runs/…/live.json``."""
    return "/".join("…" if len(part) > 20 else part for part in path.split("/"))


def judge_secrets(
    found: Findings, logs: Path, secrets: Mapping[str, str], said: Sequence[str]
) -> None:
    """Look for every secret in all that any process printed, and in what was said here."""
    texts = {file.name: file.read_text(errors="replace") for file in sorted(logs.glob("*.log"))}
    texts["the rehearsal's own output"] = "\n".join(said)
    leaks = [
        f"the {name} in {file}"
        for file, text in texts.items()
        for name, secret in secrets.items()
        if secret and secret in text
    ]
    found.expect("every secret is known", [name for name, secret in secrets.items() if not secret])
    found.figures |= {
        "secrets looked for": len(secrets),
        "in lines of output": sum(text.count("\n") + 1 for text in texts.values()),
        "secrets found": len(leaks),
    }
    found.expect("no secret is printed", leaks)
