"""What a run on the command line is to do: the lot, its secrets and its files.

Rule: everything that is wrong shows here, before a process is started or a socket opened.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.credentials import CredentialTable, credential_problems
from simulator.datasets import Dataset
from simulator.definition import Definition, parse_document
from simulator.errors import DefinitionError, Problem
from simulator.faults.checks import fault_problems
from simulator.lot import Credentials, Lot
from simulator.lot.growth import Addition
from simulator.lot.thresholds import threshold_problems
from simulator.orders.checks import order_problems
from simulator.roll import identity_problems, lot_problems
from simulator.tower import Assignment
from simulator.transports import check_road

SHARD = 10_000  # mocks in a shard: each has its own overhead, and few processes run them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A lot, and what it needs beside itself."""

    lot: Lot
    secrets: Credentials = field(repr=False)
    datasets: Mapping[str, Dataset]
    table: CredentialTable | None = None

    def check(self) -> None:
        """Refuse what no tower would run.

        Raises:
            DefinitionError: The definitions do not fit together, the target, the datasets or the
                credential table; a fault meets nobody or has no effect at the target; a threshold
                is of what is not measured; TLS, WebSocket or sources of the target cannot be used.
        """
        check_road(self.lot.target)
        parts = [
            (parse_document(part.document, datasets=self.datasets), part.count)
            for part in self.lot.parts
        ]
        if found := self._of_mocks(parts) or self._of_lot(parts):
            raise DefinitionError(*found)

    def _of_mocks(self, parts: Sequence[tuple[Definition, int]]) -> list[Problem]:
        """Return what is wrong with the definitions together, and with who the mocks are."""
        lot = self.lot
        more = lot.additions
        found = lot_problems(
            parts, speech=lot.target.speech, datasets=self.datasets, seed=lot.seed, more=more
        ) or identity_problems(
            parts,
            target=lot.target,
            secrets=self.secrets,
            table=self.table,
            datasets=self.datasets,
            seed=lot.seed,
            more=more,
            now=time.time(),
        )
        return [Problem("", f"{lot.parts[each.part].name}: {each.problem}") for each in found]

    def _of_lot(self, parts: Sequence[tuple[Definition, int]]) -> list[Problem]:
        """Return what of faults and thresholds cannot work with these mocks and this target."""
        lot = self.lot
        named = [(part.name, *each) for part, each in zip(lot.parts, parts, strict=True)]
        return [
            *fault_problems(
                lot.faults,
                named,
                duration=lot.duration,
                target=lot.target,
                datasets=self.datasets,
                seed=lot.seed,
            ),
            *order_problems(lot.orders, named, duration=lot.duration),
            *credential_problems(lot.faults, secrets=self.secrets, table=self.table),
            *threshold_problems(lot.thresholds, lot.target),
        ]

    def assignments(self, workers: int) -> list[list[Assignment]]:
        """Return what each of ``workers`` processes is to run, every mock once.

        The epoch is not set yet: a run begins when all processes are ready.
        """
        shares: list[list[Assignment]] = [[] for _ in range(workers)]
        loads = [0] * workers
        for each in self._cut(workers):
            lightest = loads.index(min(loads))
            shares[lightest].append(each)
            loads[lightest] += each.count
        return shares

    def _cut(self, workers: int) -> Iterator[Assignment]:
        for number, part in enumerate(self.lot.parts):
            yield from self._sliced(number, part.first, part.count, workers)
        for each in self.lot.additions:
            yield from self._sliced(each.part, each.first, each.count, workers, addition=each)

    def _sliced(
        self, part: int, first: int, count: int, workers: int, *, addition: Addition | None = None
    ) -> Iterator[Assignment]:
        size = min(SHARD, -(-count // workers))
        for start in range(0, count, size):
            yield Assignment(
                shard=f"mocks-{first + start:06d}",
                lot=self.lot,
                part=part,
                first=first + start,
                count=min(size, count - start),
                epoch=0.0,
                datasets=self.datasets,
                secrets=self.secrets,
                table=self.table,
                addition=addition,
            )
