"""Many mocks over several towers and brokers, with the whole product on the same machine.

Run: ``python -m tests.benchmarks.survival [--mocks 50000] [--towers 3] [--seconds 60]``. One run
for each broker, for a process may open 20,000 files here. Printed are the towers' CPU time by part,
the answers of the console meanwhile, and how long the mocks of a killed and of a drained tower
pause: when all are connected again, and when a subscriber to a fiftieth of them had what had been
due meanwhile, and a next message of each. It never fails for being slow.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workshop import demo, parts
from workshop.supervisor import Supervisor, free_port

from tests.benchmarks.survival.pages import PAGES, Reader
from tests.benchmarks.survival.punctual import Punctual
from tests.chaos.crowd import kill_all, send_all
from tests.chaos.seeding import SAMPLE
from tests.chaos.size import Size
from tests.chaos.stage import Stage, await_true, start_stage

READY_WITHIN = 300.0  # s until all mocks are connected
SETTLED = 20.0  # s from then until something is measured
SAMPLED_FOR = 12.0  # s before a tower ends in which who is heard of counts as sending
BACK_WITHIN = 120.0  # s for the mocks of a tower that ended
PROGRAM = ("-m", "tests.benchmarks.survival.probe")
BOOKS = ("books", "desk", "leases", "chunks")


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    lots = asked.towers
    size = Size(mocks=asked.mocks // lots, lots=lots, towers=asked.towers, seconds=asked.seconds)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        supervisor = stack.enter_context(Supervisor(logs=folder / "logs"))
        (folder / "probe").mkdir()
        os.environ["PROBE_DIR"] = str(folder / "probe")
        ports = [_broker(supervisor, folder, number) for number in range(lots)]
        stage = start_stage(supervisor, folder, size, brokers=ports, program=PROGRAM)
        stack.callback(stage.close)
        _measure(stage, asked, ports)


def _broker(supervisor: Supervisor, folder: Path, number: int) -> int:
    port = free_port()
    child = parts.mosquitto(folder / f"broker-{number}", port=port)
    child.name = f"mosquitto-{number}"
    supervisor.start(child)
    return port


def _measure(stage: Stage, asked: argparse.Namespace, ports: list[int]) -> None:
    began = time.monotonic()
    runs = [demo.start_lot(stage.console, lot) for lot in stage.lots]
    mocks = asked.mocks // len(runs) * len(runs)
    await_true(
        lambda: sum(stage.live(run).get("connected", 0) for run in runs) == mocks,
        within=READY_WITHIN,
        what="all mocks are connected",
    )
    print(f"{mocks:,} mocks connected {time.monotonic() - began:.1f} s after the start", flush=True)
    time.sleep(SETTLED)
    _print_cpu(stage, runs, asked.seconds)
    with _punctual(ports) as witness:
        for name, number in (("drained", signal.SIGTERM), ("killed", signal.SIGKILL)):
            _print_pause(stage, witness, name, number, runs)
    for run in runs:
        stage.console.press(f"{run}stop/", f"{run}stop/")
    await_true(
        lambda: all(stage.live(run).get("is_live") is False for run in runs),
        within=READY_WITHIN,
        what="the runs end",
    )


def _print_cpu(stage: Stage, runs: list[str], seconds: float) -> None:
    """Print what the towers' CPU time went into, and how the console answered meanwhile."""
    reader = Reader(stage.console, runs)
    before, sent = _cpu(stage), _delivered(stage, runs)
    reader.start()
    time.sleep(seconds)
    answers = reader.stop()
    after, delivered = _cpu(stage), _delivered(stage, runs) - sent
    spent = {part: after[part] - before.get(part, 0.0) for part in after}
    books = sum(spent.get(part, 0.0) for part in BOOKS)
    sending = spent["all"] - books
    print(f"{delivered:,} messages in {seconds:g} s, load {os.getloadavg()[0]:.1f}")
    for part in ("all", *BOOKS):
        share = spent.get(part, 0.0) / max(1, delivered) * 1e6
        print(f"  {part:8} {spent.get(part, 0.0):7.2f} s of CPU, {share:6.1f} µs a message")
    print(f"  bookkeeping is {books / max(sending, 1e-9):.1%} of sending ({sending:.2f} s)")
    for page in PAGES:
        print(f"  {page or 'run page':10} {answers.line(page)}")
    if answers.ages:
        ages = sorted(answers.ages)
        print(f"  the wall is {ages[len(ages) // 2]:.1f} s old, {ages[-1]:.1f} s at most")
    print(f"  answers that were none: {answers.failed}", flush=True)


def _print_pause(
    stage: Stage, witness: Punctual, name: str, number: signal.Signals, runs: list[str]
) -> None:
    """End the tower with the most mocks, and print how long the sample's mocks pause."""
    time.sleep(SAMPLED_FOR)
    whole = _connected(stage, runs)
    known = witness.devices_since(time.monotonic() - SAMPLED_FOR)
    held = stage.holders()
    victim = max(held, key=lambda each: held[each])
    ended = time.monotonic()
    send_all(stage.children[victim], number)
    await_true(lambda: _connected(stage, runs) < whole, within=BACK_WITHIN, what="mocks are missed")
    await_true(
        lambda: _connected(stage, runs) >= whole, within=BACK_WITHIN, what="all are connected"
    )
    connected = time.monotonic() - ended
    await_true(
        lambda: witness.devices_since(ended + 1.0) >= known,
        within=BACK_WITHIN,
        what="all mocks send again",
    )
    quiet = witness.longest_silence(start=ended - SAMPLED_FOR, end=time.monotonic())
    again = witness.heard_again(known, after=ended + 1.0) - ended
    late = witness.last_late(since=ended)
    print(
        f"a {name} tower of {held[victim]:,} mocks: all connected again after {connected:.1f} s;"
        f" of {len(known):,} watched mocks all that waited had come after {late - ended:.1f} s, at"
        f" most {witness.latest(since=ended):.1f} s late, and a next message of each, who send"
        f" every 4 to 6 s, after {again:.1f} s; the longest pause of one was {quiet:.1f} s",
        flush=True,
    )
    kill_all(stage.children[victim])
    stage.launch(victim)


def _cpu(stage: Stage) -> dict[str, float]:
    """Return s of CPU by part, all towers together, also those that ended."""
    total: dict[str, float] = {}
    for file in _probe_dir(stage).glob("*.json"):
        for part, spent in _read(file).items():
            total[part] = total.get(part, 0.0) + spent
    return total


def _probe_dir(stage: Stage) -> Path:
    return stage.folder / "probe"


def _read(file: Path) -> dict[str, float]:
    try:
        told: dict[str, float] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return told


def _delivered(stage: Stage, runs: list[str]) -> int:
    return sum(int(stage.live(run)["totals"]["acknowledged"]) for run in runs)


def _connected(stage: Stage, runs: list[str]) -> int:
    return sum(int(stage.live(run).get("connected", 0)) for run in runs)


@contextmanager
def _punctual(ports: list[int]) -> Iterator[Punctual]:
    witness = Punctual(ports, topic=SAMPLE)
    yield witness
    witness.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mocks", type=int, default=50_000, help="of all runs together")
    parser.add_argument("--towers", type=int, default=3, help="that are needed; one more runs")
    parser.add_argument("--seconds", type=float, default=60.0, help="that CPU time is measured")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
