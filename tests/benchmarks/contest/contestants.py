"""Who takes part: our tower, and the load generators of others, each a process of its own.

Rule: a result is one line of JSON: messages, seconds, cpu (s), memory (MB), and what else it knows.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.contest.entrant import Task
from tests.benchmarks.contest.servers import program, started
from tests.benchmarks.environment import peers_python

ROOT = Path(__file__).parents[3]
PEERS = Path(__file__).parents[1] / "peers"
MORE = 150.0  # s that a contestant may take beyond what it measures
WARM = 2.0  # s

Result = dict[str, Any]


def tower(task: Task, *, is_pinned: bool = True) -> Result:
    """Run one tower."""
    (result,) = towers([task], is_pinned=is_pinned)
    return result


def towers(tasks: Sequence[Task], *, is_pinned: bool = False) -> list[Result]:
    """Run several towers at once."""
    command = [sys.executable, "-m", "tests.benchmarks.contest.entrant"]
    processes = [started([*command, t.to_json()], is_pinned=is_pinned, cwd=ROOT) for t in tasks]
    within = max(task.warm + task.seconds for task in tasks) + MORE
    return [_result(process, within) for process in processes]


def peer(name: str, *arguments: object, seconds: float) -> Result:
    """Run a load generator that is a module of ``tests.benchmarks.peers``, in its environment."""
    command = [str(peers_python()), str(PEERS / f"with_{name}.py"), *map(str, arguments)]
    return _result(started(command), seconds + MORE)


def mqtt_peers(port: int, qos: int, *, clients: int, seconds: float) -> dict[str, Result]:
    """Run those that speak MQTT at this QoS with a fixed payload."""
    names = {"gmqtt": (0, 1), "awscrt": (0, 1), "locust": (0, 1, 2)}
    arguments = (port, clients, qos, WARM, seconds)
    results = {
        name: peer(name, *arguments, seconds=seconds) for name, can in names.items() if qos in can
    }
    if program("tsung") and qos < 2:
        results["tsung"] = peer("tsung", *arguments, seconds=seconds)
    return results


def http_peers(port: int, *, clients: int, seconds: float) -> dict[str, Result]:
    """Run those that speak HTTP with a fixed payload."""
    names = ["k6", "locust_http", *(["wrk"] if program("wrk") else [])]
    return {name: peer(name, port, clients, WARM, seconds, seconds=seconds) for name in names}


def _result(process: subprocess.Popen[str], within: float) -> Result:
    """Wait for a contestant and return what it says; it is killed when it takes too long."""
    try:
        out, errors = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"error": f"no result within {within:g} s"}
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if not lines:
        return {"error": errors.strip().splitlines()[-1] if errors.strip() else "no result"}
    result: Result = json.loads(lines[-1])
    return result
