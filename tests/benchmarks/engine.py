"""Our tower beside the load generators of others, on the same two cores, case after case.

    python -m tests.benchmarks.engine [CASE ...] [--seconds 5] [--minutes 30] [--no-peers]
        [--json FILE]

A contestant has one core, its server (Mosquitto, nginx) the other. The tower sends 10 fields with
statuses and keeps full records (Parquet, thrown away); the peers send a fixed payload of 187 bytes
and keep none. More is offered than can be sent, so that the contestant is the limit, but where a
case says otherwise. All traffic goes to 127.0.0.1. On a machine that others use, compare CPU time,
not rates. The peers live in .run/bench-venv, made at the first call; tsung, wrk, Mosquitto and
nginx are the system's. A benchmark never fails for being slow.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.contest.contestants import Result, http_peers, mqtt_peers, tower, towers
from tests.benchmarks.contest.entrant import Task
from tests.benchmarks.contest.report import table
from tests.benchmarks.contest.servers import brokers, nginx

OFFERED = {0: 160_000, 1: 110_000, 2: 45_000}  # messages/s; more than is wanted of one core
HTTP_OFFERED = 50_000  # requests/s: what is wanted, for a mock keeps only so many waiting
CLIENTS = 500  # of each peer of MQTT
FIFTY_THOUSAND = 49_998  # in three towers, whose open files end at 20,000 each here
EVERY = 5.0  # s between two messages of a mock that is only to be there

Results = dict[str, Result]


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    seconds: float
    minutes: float
    has_peers: bool


def full(mocks: int, qos: int, options: Options) -> Results:
    """As many messages as fit."""
    with brokers() as (broker,):
        before = broker.received()
        task = Task(
            target=broker.target, mocks=mocks, qos=qos, rate=OFFERED[qos], seconds=options.seconds
        )
        ours = tower(task)
        ours["arrived"] = broker.received() - before
        results = {"Mocklot": ours}
        if options.has_peers:
            results |= mqtt_peers(broker.port, qos, clients=CLIENTS, seconds=options.seconds)
    return results


def fields(options: Options) -> Results:
    """Ten fields, and MQTTX's scenario of 45, at QoS 0."""
    return {f"Mocklot, {name} fields": _plain(options, document=name) for name in _DOCUMENTS}


def tls(options: Options) -> Results:
    """The same rate with and without TLS, at QoS 0."""
    results = {"Mocklot": _plain(options)}
    with brokers(tls=True) as (broker,):
        task = Task(target=broker.target, mocks=1_000, rate=OFFERED[0], seconds=options.seconds)
        results["Mocklot, TLS"] = tower(task)
    return results


def http(options: Options) -> Results:
    """POST over 1,000 kept connections."""
    with nginx() as port:
        target = {"protocol": "http", "host": "127.0.0.1", "port": port}
        task = Task(target=target, mocks=1_000, rate=HTTP_OFFERED, seconds=options.seconds)
        results = {"Mocklot": tower(task)}
        if options.has_peers:
            results |= http_peers(port, clients=1_000, seconds=options.seconds)
    return results


def memory(options: Options) -> Results:
    """Mocks that are connected and send every 5 s; the slope between 2,000 and 10,000."""
    results = {f"{mocks:,} mocks": _calm(mocks, options) for mocks in (2_000, 10_000)}
    few, many = (result.get("memory", 0.0) for result in results.values())
    results[f"{10_000:,} mocks"]["kB a further mock"] = round((many - few) * 1024 / 8_000, 1)
    return results


def connect(options: Options) -> Results:
    """10,000 mocks at one stroke: until all are connected, in shards of 1,000."""
    return {"10,000 mocks": _calm(10_000, options, shard=1_000)}


def lateness(options: Options) -> Results:
    """Half of the rate that was reached: how late messages leave."""
    most = _plain(options)
    rate = most["messages"] / most["seconds"] / 2 if most.get("messages") else OFFERED[0] / 4
    return {"full rate": most, "half rate": _plain(options, rate=rate)}


def fifty(options: Options) -> Results:
    """49,998 mocks in three towers against three brokers, one message every 5 s each."""
    count = FIFTY_THOUSAND // 3
    with brokers(3, is_pinned=False) as three:
        tasks = [
            Task(
                target=broker.target,
                mocks=count,
                first=count * place,
                rate=count / EVERY,
                seconds=max(10.0, options.seconds),
                shard=1_000,
            )
            for place, broker in enumerate(three)
        ]
        results = towers(tasks)
    return {f"tower {place + 1}": result for place, result in enumerate(results)}


def soak(options: Options) -> Results:
    """Half rate for minutes: whether memory stays as it is."""
    most = _plain(options)
    rate = most["messages"] / most["seconds"] / 2 if most.get("messages") else OFFERED[0] / 4
    return {"half rate": _plain(options, rate=rate, seconds=options.minutes * 60)}


_DOCUMENTS = ("ten", "forty-five")
CASES: dict[str, Callable[[Options], Results]] = {
    "qos0": lambda options: full(1_000, 0, options),
    "qos1": lambda options: full(1_000, 1, options),
    "qos2": lambda options: full(1_000, 2, options),
    "qos0-10k": lambda options: full(10_000, 0, options),
    "qos1-10k": lambda options: full(10_000, 1, options),
    "fields": fields,
    "tls": tls,
    "http": http,
    "memory": memory,
    "connect": connect,
    "lateness": lateness,
    "fifty": fifty,
    "soak": soak,
}


def main() -> None:
    """Run the cases that are asked for, by default all but the soak, and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--seconds", type=float, default=5.0, help="measured in each case")
    parser.add_argument("--minutes", type=float, default=30.0, help="of the soak")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", type=Path, help="where to keep the results")
    asked = parser.parse_args()
    if unknown := set(asked.cases) - set(CASES):
        parser.error(f"unknown cases: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    options = Options(asked.seconds, asked.minutes, has_peers=not asked.no_peers)
    everything: dict[str, Any] = {}
    for name in asked.cases or [name for name in CASES if name != "soak"]:
        everything[name] = CASES[name](options)
        print(f"\n{name}: {CASES[name].__doc__ or ''}\n\n{table(everything[name])}", flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(everything, indent=1))


def _plain(options: Options, **more: Any) -> Result:
    """One tower of 1,000 mocks at QoS 0."""
    with brokers() as (broker,):
        wanted = {"rate": OFFERED[0], "seconds": options.seconds, **more}
        return tower(Task(target=broker.target, mocks=1_000, **wanted))


def _calm(mocks: int, options: Options, *, shard: int = 0) -> Result:
    """Mocks at QoS 1 that send every 5 s, long enough for some chunks."""
    with brokers() as (broker,):
        seconds = max(12.0, options.seconds)
        return tower(
            Task(
                target=broker.target,
                mocks=mocks,
                qos=1,
                rate=mocks / EVERY,
                seconds=seconds,
                shard=shard,
            )
        )


if __name__ == "__main__":
    main()
