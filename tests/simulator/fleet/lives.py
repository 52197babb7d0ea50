"""Fleets for tests, and their lives from the start to some time, connected as they ask for it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator import Dataset, parse_document, read_dataset
from simulator.definition.metrics.generator import Need
from simulator.fleet import Due, Fleet

EPOCH = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def fleet(
    *,
    count: int = 1,
    metrics: dict[str, Any] | None = None,
    messages: dict[str, Any] | None = None,
    statuses: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    replies: dict[str, Any] | None = None,
    methods: dict[str, Any] | None = None,
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
        "replies": replies or {},
        "methods": methods or {},
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
        self.connects += [(t, first + row) for row in [*due.connect, *due.reconnect]]
        self.disconnects += [(t, first + row) for row in [*due.disconnect, *due.reconnect]]
        self.ended += [first + row for row in due.ended]


def live(mocks: Fleet, times: Iterable[float], *, first: int = 0) -> Life:
    """Ask for what is due at each time, and connect at once whoever asks for it."""
    life = Life()
    for t in times:
        while True:
            due = mocks.due(t)
            life.note(mocks, t, due, first)
            mocks.connected([*due.connect, *due.reconnect], t)
            if mocks.next_due() > t:
                break
    return life


def steps(until: float, step: float) -> list[float]:
    """0 s, and then every ``step`` s, the last one at ``until``."""
    return [min(i * step, until) for i in range(int(until / step) + 2)]


DEMO = Path(__file__).parents[3] / "web/platform/demo"


def datasets_of(*readers: Any) -> dict[str, Dataset]:
    """A file for each dataset that metrics or variables read: ours of that name, or a small one."""
    needs = [need for reader in readers for need in getattr(reader, "needs", tuple)()]
    return {need.dataset: _dataset(need) for need in needs}


def _dataset(need: Need) -> Dataset:
    if (DEMO / need.dataset).exists():
        return read_dataset(need.dataset, (DEMO / need.dataset).read_bytes())
    points = [(33.59 + i / 1_000, 130.4 + i / 2_000) for i in range(30)]
    if need.kind == "gpx":
        steps = "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lat, lon in points)
        track = f"<trk><trkseg>{steps}</trkseg></trk>"
        return read_dataset(need.dataset, f'<gpx version="1.1">{track}</gpx>'.encode())
    if need.kind == "geojson":
        line = [[lon, lat] for lat, lon in points]
        ring = [[130.4, 33.5], [130.5, 33.5], [130.5, 33.6], [130.4, 33.5]]
        shapes = [
            {"type": "LineString", "coordinates": line},
            {"type": "Polygon", "coordinates": [ring]},
        ]
        wanted = shapes[1] if "park" in need.dataset else shapes[0]
        return read_dataset(need.dataset, json.dumps(wanted).encode())
    rows = [",".join(need.columns or ("value",))]
    rows += [",".join(str(60 * i + c) for c in range(len(need.columns) or 1)) for i in range(100)]
    return read_dataset(need.dataset, "\n".join(rows).encode())
