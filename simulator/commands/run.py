"""``run FILE --target URL``: lets mocks connect and send, for some time.

Rule: status 0 is good; 1 nothing was delivered, or an error of ours; 2 bad definition or arguments;
3 the target could not be reached throughout; 130 interrupted twice.
"""

import asyncio
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

import orjson

from simulator.commands.files import load
from simulator.commands.summary import Progress
from simulator.commands.target import read_target
from simulator.commands.values import duration, rate, whole
from simulator.definition import Definition
from simulator.errors import DefinitionError
from simulator.lot import MAX_MOCKS, Credentials, Lot, Part
from simulator.recording import Chunk
from simulator.tower import Assignment, Tower, run_in_loop

SHARD = 10_000  # mocks in a shard: there is one process only, and each shard has its own overhead
LINE_EVERY = 5.0  # s between progress lines where they do not overwrite each other

DELIVERED, NOTHING_DELIVERED, UNREACHABLE, ABORTED = 0, 1, 3, 130


def arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the definition")
    parser.add_argument(
        "--target", metavar="URL", required=True, help="mqtt[s]://, http[s]://, user:password@"
    )
    parser.add_argument("--mocks", type=whole(1, MAX_MOCKS), default=1, help="how many (1)")
    parser.add_argument("--duration", type=duration, required=True, help="in s, or such as 5min")
    parser.add_argument("--rate", type=rate, help="messages/s of each mock, for all its messages")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), default=1, help="(1)")
    parser.add_argument("--datasets", metavar="DIR", type=Path, help="(the definition's folder)")
    parser.add_argument("--log", metavar="DIR", type=Path, help="keep every record, as Parquet")
    parser.add_argument("--ca", metavar="FILE", type=Path, help="authorities to trust, PEM")
    parser.add_argument("--insecure", action="store_true", help="take any certificate")
    parser.add_argument("--bearer", metavar="TOKEN", default="", help="HTTP authorization")
    parser.add_argument("--json", action="store_true", help="the summary as one JSON object")


def main(options: Namespace) -> int:
    """Run the mocks, print the summary, and return the exit status."""
    try:
        run = Run(options)
    except DefinitionError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        run_in_loop(run.work())
    except asyncio.CancelledError:
        print("\naborted", file=sys.stderr)
        return ABORTED
    run.sum_up()
    return run.status


class Run:
    """One run on the command line, from its options to its exit status."""

    def __init__(self, options: Namespace) -> None:
        """Raises DefinitionError when definition, datasets, target or a folder cannot be used."""
        definition, self._datasets = load(options.file, options.datasets)
        self._lot, self._secrets = _lot(options, definition)
        self._folder: Path | None = options.log
        self._is_json: bool = options.json
        if self._folder:
            _make_folder(self._folder)
        self._progress = Progress(options.mocks, options.duration)
        self._tower = Tower(name="command", write=self._write if self._folder else None)
        self._began = 0.0  # the clock's s
        self._seconds = 0.0  # s that the run took, once it is over
        self._told = 0.0  # when the last line was written
        self._interrupts = 0

    async def work(self) -> None:
        """Run every shard to its end."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._interrupt, task)
        self._began, epoch = time.monotonic(), time.time()
        for first in range(0, self._lot.mocks, SHARD):
            self._tower.add(self._assignment(first, epoch))
        await self._tower.run(each_second=self._each_second)
        if sys.stderr.isatty():
            print(file=sys.stderr)

    @property
    def status(self) -> int:
        """The exit status, once the run is over."""
        total = self._progress.total
        if self._progress.errors:
            return NOTHING_DELIVERED
        if total.losts and not total.connects:
            return UNREACHABLE
        return NOTHING_DELIVERED if total.due and not total.delivered else DELIVERED

    def sum_up(self) -> None:
        """Print the summary."""
        if self._is_json:
            print(orjson.dumps(self._progress.report(self._seconds)).decode())
        else:
            print(self._progress.sentences(self._seconds))

    def _assignment(self, first: int, epoch: float) -> Assignment:
        return Assignment(
            shard=f"mocks-{first:06d}",
            lot=self._lot,
            part=0,
            first=first,
            count=min(SHARD, self._lot.mocks - first),
            epoch=epoch,
            datasets=self._datasets,
            secrets=self._secrets,
        )

    def _interrupt(self, task: "asyncio.Task[None]") -> None:
        self._interrupts += 1
        if self._interrupts == 1:
            print("\nending, once more to abort", file=sys.stderr)
            self._tower.drain()
        else:
            task.cancel()

    async def _each_second(self) -> None:
        self._progress.take(self._tower.snapshots())
        elapsed = time.monotonic() - self._began
        self._seconds = min(elapsed, self._lot.duration)
        self._tell(elapsed)
        if self._tower.is_idle:
            self._tower.drain()

    def _tell(self, elapsed: float) -> None:
        line = self._progress.line(elapsed)
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif elapsed - self._told >= LINE_EVERY:
            self._told = elapsed
            print(line, file=sys.stderr, flush=True)

    def _write(self, chunk: Chunk) -> None:
        assert self._folder is not None  # or there would be no chunks
        path = self._folder / f"{chunk.shard}-{chunk.number:05d}.parquet"
        half = path.with_suffix(".part")
        half.write_bytes(chunk.data)
        half.replace(path)


def _lot(options: Namespace, definition: Definition) -> tuple[Lot, Credentials]:
    target, secrets = read_target(options.target, ca=_text(options.ca), verify=not options.insecure)
    document: Mapping[str, object] = definition.source
    part = Part(
        name=definition.name, document=dict(document), count=options.mocks, rate=options.rate
    )
    lot = Lot(
        name=definition.name,
        seed=options.seed,
        duration=options.duration,
        parts=[part],
        target=target,
    )
    return lot, secrets.model_copy(update={"token": options.bearer})


def _text(path: Path | None) -> str:
    try:
        return path.read_text("utf-8") if path else ""
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: not UTF-8, byte {error.start + 1}") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DefinitionError(f"{folder}: cannot be made: {error.strerror}") from None
