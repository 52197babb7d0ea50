"""``run FILE``: lets mocks connect and send, for some time.

Rule: status 0 is good; 1 thresholds missed, nothing delivered, or an error of ours; 2 bad
definition, lot or arguments; 3 the target could not be reached throughout; 130 interrupted twice.
"""

import asyncio
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

import orjson

from simulator.commands.runs.asked import job_of
from simulator.commands.runs.chunks import make_folder
from simulator.commands.runs.credentials import DEALS
from simulator.commands.runs.crew import Alone, Crew, WorkerLost, Workers
from simulator.commands.runs.job import Job
from simulator.commands.runs.live import Screen, screen
from simulator.commands.summary import Progress
from simulator.commands.telling import told
from simulator.commands.values import duration, rate, threshold, whole
from simulator.errors import DefinitionError
from simulator.exporting import Export, Exports
from simulator.lot import MAX_MOCKS
from simulator.tower import Snapshot, run_in_loop

LINE_EVERY = 5.0  # s between progress lines where there is no terminal
MAX_WORKERS = 64  # processes; a tower of each core of a large machine

GOOD, BAD, WRONG, UNREACHABLE, ABORTED = 0, 1, 2, 3, 130


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a definition, or a lot")
    _add_what(parser)
    _add_trust(parser)
    _add_how(parser)


def _add_what(parser: ArgumentParser) -> None:
    lot = parser.add_argument_group("what to run", "in the place of what a lot file says")
    lot.add_argument("--target", metavar="URL", help="mqtt[s]://, http[s]://, ... user:password@")
    lot.add_argument("--profile", metavar="NAME", help="a ready profile makes the target")
    lot.add_argument(
        "--input",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="of the profile; @FILE reads the value; see the command profiles",
    )
    lot.add_argument("--mocks", type=whole(1, MAX_MOCKS), help="how many of a definition (1)")
    lot.add_argument("--duration", type=duration, help="in s, or such as 5min")
    lot.add_argument("--rate", type=rate, help="messages/s of each mock, for all its messages")
    lot.add_argument("--seed", type=whole(0, 2**63 - 1), help="(1)")
    lot.add_argument("--datasets", metavar="DIR", type=Path, help="(the file's folder)")
    lot.add_argument(
        "--threshold",
        metavar="LIMIT",
        action="append",
        type=threshold,
        help="such as 'latency p99 < 200ms' or 'failed <= 0.1%%'; may be given again",
    )


def _add_trust(parser: ArgumentParser) -> None:
    trust = parser.add_argument_group("who the mocks are, and whom they trust")
    trust.add_argument(
        "--credentials", metavar="FILE", type=Path, help="a row for each mock, CSV or ZIP"
    )
    trust.add_argument("--deal", choices=DEALS, help="whose row of it is whose (order)")
    trust.add_argument("--ca", metavar="FILE", type=Path, help="authorities to trust, PEM")
    trust.add_argument("--insecure", action="store_true", help="take any certificate")
    trust.add_argument("--bearer", metavar="TOKEN", default="", help="HTTP authorization")


def _add_how(parser: ArgumentParser) -> None:
    how = parser.add_argument_group("how it is run, and what is kept")
    how.add_argument("--workers", type=whole(1, MAX_WORKERS), default=1, help="processes (1)")
    how.add_argument("--log", metavar="DIR", type=Path, help="keep every record, as Parquet")
    how.add_argument(
        "--prometheus", metavar="PORT", type=whole(1, 65_535), help="answer Prometheus here"
    )
    how.add_argument("--otlp", metavar="URL", default="", help="tell an OpenTelemetry collector")
    how.add_argument("--json", action="store_true", help="the summary as one JSON object")


def main(options: Namespace) -> int:
    """Run the mocks, print the summary, and return the exit status."""
    try:
        job = job_of(options)
        job.check()
        if options.log:
            make_folder(options.log)
        export = Export(Exports(port=options.prometheus, otlp=options.otlp), tower="command")
    except DefinitionError as error:
        print(told(error), file=sys.stderr)
        return WRONG
    run = Run(job, options, export)
    try:
        run_in_loop(run.work())
    except asyncio.CancelledError:
        print("\naborted", file=sys.stderr)
        return ABORTED
    except WorkerLost as error:
        print(error, file=sys.stderr)
        return BAD
    finally:
        export.close()
    run.sum_up()
    return run.status


class Run:
    """One run on the command line, from its job to its exit status."""

    def __init__(self, job: Job, options: Namespace, export: Export) -> None:
        self._job = job
        self._workers: int = min(options.workers, job.lot.mocks)
        self._log: Path | None = options.log
        self._is_json: bool = options.json
        lot = job.lot
        self._progress = Progress(
            lot.most_mocks, lot.duration, thresholds=lot.thresholds, presence=lot.presence
        )
        self._export = export
        self._crew: Crew
        self._screen: Screen | None = None
        self._elapsed = 0.0  # s since the run's start
        self._told = 0.0  # when the last line was written
        self._interrupts = 0

    async def work(self) -> None:
        """Run every mock to its end."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._interrupt, task)
        shares = self._job.assignments(self._workers)
        self._crew = Alone(shares[0], self._log) if len(shares) == 1 else Workers(shares, self._log)
        with ExitStack() as stack:
            if sys.stderr.isatty():
                self._screen = stack.enter_context(screen())
            await self._crew.run(self._take)

    @property
    def status(self) -> int:
        """The exit status, once the run is over."""
        total = self._progress.total
        if self._progress.errors:
            return BAD
        if total.losts and not total.connects:
            return UNREACHABLE
        if total.due and not total.delivered:
            return BAD
        return GOOD if all(each.holds for each in self._progress.rulings(self._seconds)) else BAD

    def sum_up(self) -> None:
        """Print the summary."""
        if self._is_json:
            print(orjson.dumps(self._progress.report(self._seconds)).decode())
        else:
            print(self._progress.sentences(self._seconds))

    @property
    def _seconds(self) -> float:
        """How long mocks have sent."""
        return min(self._elapsed, self._job.lot.duration)

    def _interrupt(self, task: "asyncio.Task[None]") -> None:
        self._interrupts += 1
        if self._interrupts == 1:
            print("\nending, once more to abort", file=sys.stderr)
            self._crew.drain()
        else:
            task.cancel()

    def _take(self, snapshots: list[Snapshot]) -> None:
        self._progress.take(snapshots)
        self._export.take(snapshots)
        self._elapsed = max(0.0, time.monotonic() - self._crew.began)
        if self._screen:
            self._screen.show(self._progress, self._elapsed)
        elif self._elapsed - self._told >= LINE_EVERY:
            self._told = self._elapsed
            print(self._progress.line(self._elapsed), file=sys.stderr, flush=True)
