"""Fleets for tests, and their lives from the start to some time, connected as they ask for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator import parse_document
from simulator.fleet import Due, Fleet

EPOCH = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def fleet(
    *,
    count: int = 1,
    metrics: dict[str, Any] | None = None,
    messages: dict[str, Any] | None = None,
    statuses: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    **settings: Any,
) -> Fleet:
    """A fleet of plain devices: each sends ``ping`` once a second."""
    document = {
        "name": "Test device",
        "id": "d-{index}",
        "variables": variables or {},
        "metrics": metrics or {},
        "messages": messages or {"ping": {"every": "1s", "topic": "t/{id}", "json": "{seq}"}},
        "statuses": statuses or {},
    }
    if not statuses:
        del document["statuses"]
    return Fleet(parse_document(document), count=count, **{"epoch": EPOCH, **settings})


@dataclass(frozen=True, order=True)
class Sent:
    """One message as it left a fleet."""

    t: float
    mock: int
    message: str
    status: str
    sequence: int
    address: str
    payload: bytes


@dataclass
class Life:
    """Everything that a fleet did, each list in the order of its happening."""

    sent: list[Sent] = field(default_factory=list)
    moves: list[tuple[float, int, str, str, str]] = field(default_factory=list)
    connects: list[tuple[float, int]] = field(default_factory=list)
    disconnects: list[tuple[float, int]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def note(self, mocks: Fleet, t: float, due: Due, first: int) -> None:
        for batch in due.sends:
            self.sent += [
                Sent(
                    float(batch.scheduled[i]),
                    first + int(row),
                    batch.message,
                    mocks.statuses[batch.statuses[i]],
                    int(batch.sequences[i]),
                    batch.addresses[i],
                    batch.payloads[i],
                )
                for i, row in enumerate(batch.rows)
            ]
        for move in due.moves:
            names = mocks.statuses[move.before], mocks.statuses[move.after]
            self.moves.append((move.t, first + move.row, *names, move.cause))
        self.connects += [(t, first + row) for row in due.connect]
        self.disconnects += [(t, first + row) for row in due.disconnect]
        self.ended += [first + row for row in due.ended]


def live(mocks: Fleet, times: Iterable[float], *, first: int = 0) -> Life:
    """Ask for what is due at each time, and connect at once whoever asks for it."""
    life = Life()
    for t in times:
        while True:
            due = mocks.due(t)
            life.note(mocks, t, due, first)
            mocks.connected(due.connect, t)
            if mocks.next_due() > t:
                break
    return life


def steps(until: float, step: float) -> list[float]:
    """0 s, and then every ``step`` s, the last one at ``until``."""
    return [min(i * step, until) for i in range(int(until / step) + 2)]
