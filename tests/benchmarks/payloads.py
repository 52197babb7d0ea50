"""Payloads a second of each kind of body, beside loops that make one payload after the other.

Run: ``python -m tests.benchmarks.payloads [--mocks 10000] [--seconds 0.5]``. The first figure is of
the payload alone, the readings being there; the second one of a fleet with statuses, conditions and
transitions, which draws five metrics for each payload first. Both are of one core, in CPU time. The
loops get their values as ready Python objects. It prints figures and never fails for being slow;
what was found with it stands beside the code that it is about.
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import cbor2
import msgpack
import numpy as np
import orjson

from simulator import parse_document
from simulator.definition.messages.message import Message
from simulator.fleet import Fleet
from simulator.payloads import body

FLAT = {
    "id": "{id}", "at": "{now:iso}", "seq": "{seq}", "t": "{a:.1f}", "h": "{b:.1f}",
    "p": "{c:.2f}", "open": "{door}", "n": "{count}", "site": "{site}", "v": "{a:.3f}",
}  # fmt: skip
NAMES = "abcdefgh"


def nested() -> dict[str, Any]:
    """A truck's 45 fields in five groups."""
    groups = {
        f"group{g}": {
            "id": "{id}", "at": "{now:ms}", "site": "{site}", "open": "{door}",
            **{f"value{n}": f"{{{NAMES[n % 3]}:.{n % 4}f}}" for n in range(5)},
        }
        for g in range(5)
    }  # fmt: skip
    return {"truck": groups}


FRAME = {
    "fields": [
        {"type": "u8", "value": 1},
        {"type": "u32", "value": "{seq}"},
        {"type": "i16", "value": "{a}", "scale": 0.01},
        {"type": "u16", "value": "{b}", "scale": 0.1},
        {"type": "f32", "value": "{c}"},
        {"bits": [{"width": 1, "value": "{count % 2}"}, {"width": 7, "value": "{count}"}]},
        {"crc": "crc16-modbus"},
    ]
}
_PROTO = """syntax = "proto3"; message R { string id = 1; int64 at = 2; int64 seq = 3; double t = 4;
 double h = 5; double p = 6; string open = 7; int64 n = 8; string site = 9; double v = 10; }"""
_AVRO = {
    "type": "record",
    "name": "R",
    "fields": [
        *({"name": name, "type": "string"} for name in ("id", "open", "site")),
        *({"name": name, "type": "long"} for name in ("at", "seq", "n")),
        *({"name": name, "type": "double"} for name in ("t", "h", "p", "v")),
    ],
}
TYPED = {**FLAT, "at": "{now:ms}"}

CASES: dict[str, dict[str, Any]] = {
    "json, 10 fields": {"json": FLAT},
    "json, 45 nested": {"json": nested()},
    "text, 10 fields": {"text": ";".join(FLAT.values())},
    "csv, 10 fields": {"csv": list(FLAT.values())},
    "form, 10 fields": {"form": FLAT},
    "cbor, 10 fields": {"cbor": TYPED},
    "cbor, 45 nested": {"cbor": nested()},
    "msgpack, 10 fields": {"msgpack": TYPED},
    "protobuf, 10": {"protobuf": {"schema": _PROTO, "message": "R", "fields": TYPED}},
    "avro, 10 fields": {"avro": {"schema": _AVRO, "value": TYPED}},
    "binary, 8 fields": {"binary": FRAME},
    "binary in json": {"json": {"id": "{id}", "data": {"binary": FRAME}}},
    "json, gzip": {"json": FLAT, "compress": "gzip"},
}
METRICS = {
    "a": {"uniform": {"min": -10, "max": 40}},
    "b": {"uniform": {"min": 0, "max": 100}},
    "c": {"walk": {"start": 50, "step": 0.5}},
    "door": {"bucket": ["open", "closed"], "order": "random"},
    "count": {"counter": {"start": 0, "max": 100}},
}
STATUSES = {
    "running": {
        "send": ["telemetry"],
        "go": [{"to": "alarm", "when": "a > 39.5"}, {"to": "service", "chance": "10% per hour"}],
    },
    "alarm": {"send": ["telemetry"], "go": [{"to": "running", "after": "30s ± 10s"}]},
    "service": {"send": ["telemetry"], "go": [{"to": "running", "when": "b > 50", "held": "20s"}]},
}


def main() -> None:
    arguments = _arguments()
    count, seconds = arguments.mocks, arguments.seconds
    print(f"{count:,} mocks; thousand payloads/s: the payload alone, in a fleet, and bytes of one")
    for name, message in CASES.items():
        alone, size = _alone(message, count, seconds)
        print(f"{name:20} {alone / 1e3:8.0f} {in_fleet(message, count) / 1e3:8.0f} {size:8d}")
    print("one payload after the other, values at hand")
    for name, dump in _LOOPS.items():
        for kind, tree in (("10 fields", FLAT), ("45 nested", nested())):
            print(f"{name + ', ' + kind:20} {_loop(dump, tree, count, seconds) / 1e3:8.0f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mocks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    return parser.parse_args()


def _columns(count: int) -> dict[str, Any]:
    rows = np.arange(count)
    random = np.random.default_rng(1)
    doors = np.array(["open", "closed"], dtype=object)
    return {
        "now": 1.76e9 + rows / count, "seq": rows, "count": rows % 101,
        "a": random.uniform(-10, 40, count), "b": random.uniform(0, 100, count),
        "c": random.uniform(0, 100, count), "door": doors[rows % 2],
    }  # fmt: skip


def _fixed(count: int) -> dict[str, Any]:
    ids, sites = np.empty(count, dtype=object), np.empty(count, dtype=object)
    ids[:] = [f"mock-{n:06d}" for n in range(count)]
    sites[:] = [("fukuoka", "tokyo")[n % 2] for n in range(count)]
    return {"id": ids, "site": sites}


def _alone(message: dict[str, Any], count: int, seconds: float) -> tuple[float, int]:
    columns, fixed, rows = _columns(count), _fixed(count), np.arange(count)
    bound = body(Message.model_validate(message)).bound(fixed, count)
    size = len(bound.payloads({**columns, **fixed}, rows)[0])
    spent = made = 0.0
    while spent < seconds:
        begin = time.process_time()
        made += len(bound.payloads({**columns, **fixed}, rows))
        spent += time.process_time() - begin
    return made / spent, size


def in_fleet(message: dict[str, Any], count: int) -> float:
    """Return payloads a second of a fleet, statuses and transitions on."""
    document = {
        "name": "Benchmark",
        "id": "mock-{index:06d}",
        "variables": {"site": {"choice": ["fukuoka", "tokyo"]}},
        "metrics": METRICS,
        "messages": {"telemetry": {"every": "10s", "topic": "t/{id}", **message}},
        "statuses": STATUSES,
    }
    fleet = Fleet(parse_document(document), count=count)
    fleet.connected(fleet.due(0.0).connect, 0.0)
    fleet.due(20.0)
    begin, made = time.process_time(), 0
    for step in range(1, 5):
        while fleet.next_due() <= 20.0 + 10 * step:
            made += sum(map(len, fleet.due(20.0 + 10 * step).sends))
    return made / (time.process_time() - begin)


_LOOPS: dict[str, Callable[[Any], bytes]] = {
    "json.dumps": lambda tree: json.dumps(tree).encode(),
    "orjson.dumps": orjson.dumps,
    "cbor2.dumps": cbor2.dumps,
    "msgpack.packb": msgpack.packb,
}


def _loop(dump: Callable[[Any], bytes], tree: Any, count: int, seconds: float) -> float:
    """Return payloads a second of what one would write first: a dict for each mock, dumped."""
    columns = {name: v.tolist() for name, v in {**_columns(count), **_fixed(count)}.items()}
    spent = made = 0.0
    while spent < seconds:
        begin = time.process_time()
        for row in range(count):
            dump(_filled(tree, columns, row))
        spent += time.process_time() - begin
        made += count
    return made / spent


def _filled(tree: Any, columns: dict[str, list[Any]], row: int) -> Any:
    if isinstance(tree, dict):
        return {key: _filled(value, columns, row) for key, value in tree.items()}
    name, _, spec = tree[1:-1].partition(":")
    value = columns[name][row]
    return round(value, int(spec[1])) if spec.endswith("f") else value


if __name__ == "__main__":
    main()
