"""A workspace with a run of many mocks going on, and the rows of a year.

Rule: imported once the settings are there. What is there once is made as tests make it, and copied.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.client import OK

from django.db import connection
from django.test.utils import CaptureQueriesContext

from simulator.recording.chunks import build_chunk
from tests.benchmarks.logs.building import EACH, EVERY, roster
from tests.benchmarks.logs.records import block_of
from tests.benchmarks.walled import Walled
from tests.web.multiplying import multiply
from tests.web.test_strangers import CLOSED, OPEN, address, one_of_each
from web.accounts.models import Membership, Role, User
from web.audit.models import Entry
from web.logs.models import Chunk
from web.logs.writing import row_of
from web.platform import storage
from web.runs.leasing import Lease
from web.runs.models import Run

SHARD = 1_000  # mocks
RECENT = 10  # s of points that a report carries until the database has them
REASONS = ("connection refused", "no acknowledgement within 10 s", "HTTP 503")
TIMES = 3  # of which the least CPU time counts
YEAR = timedelta(days=365)
COUNTS = {  # rows of a year beside the first one
    "Definition": 60, "Version": 40, "Dataset": 60, "Upload": 60, "Target": 40, "Lot": 200,
    "LotPart": 0, "Run": 1_500, "Shard": 0, "Schedule": 20, "Turn": 700, "Report": 600,
    "Standing": 10, "Edition": 400, "Drain": 5, "Letter": 300, "Point": 1_000, "Entry": 20_000,
    "Mail": 3_000, "Incident": 800, "Person": 10, "Chain": 5, "Watch": 20, "Channel": 10,
    "Export": 20, "Invitation": 20, "Injection": 0, "Account": 3, "Decision": 2_000,
    "Happening": 0,
}  # fmt: skip
INDEXED = 200  # chunks of each shard, of merged size and 3 min each: the log of ten hours
LOGGED = 2  # of them, the newest, that are in the object store; the rest are rows alone
LOOSE = 6  # chunks of 5 s of each shard behind them, which are not merged yet
PUBLISHED_EVERY = 1.0  # s; as towers do


class World:
    """All that is there; ``cookie`` signs its owner in."""

    def __init__(self, *, mocks: int) -> None:
        self._walled = Walled(mocks=mocks, shard=SHARD, recent=RECENT, reasons=REASONS)
        run = self._walled.run
        owner = run.workspace.memberships.get().user
        owner.is_staff = True  # sees the operators' pages too
        owner.save(update_fields=["is_staff"])
        self._make_rows(owner)
        self._make_log()
        self.cookie = f"{self._walled.session_name}={self._walled.session}"
        self._walled.pack()
        self._walled.publish()

    def pages(self) -> Mapping[str, str]:
        """Return the path of every page that can be asked for without a secret, by its route."""
        routes = [*CLOSED, *(route for route in OPEN if "<" not in route)]
        return {route: address(route, self._arguments) for route in routes}

    def costs(self) -> Mapping[str, tuple[int, float]]:
        """Return how many queries each page makes, and its CPU time in this process, s."""
        found = {}
        for name, path in self.pages().items():
            with CaptureQueriesContext(connection) as asked:
                answer = self._walled.client.get(path)
            if answer.status_code == OK:
                found[name] = (len(asked), min(self._cpu(path) for _ in range(TIMES)))
        return found

    def _cpu(self, path: str) -> float:
        self._walled.publish()
        began = time.process_time()
        self._walled.client.get(path)
        return time.process_time() - began

    @contextmanager
    def towers(self) -> Iterator[None]:
        """Tell of the mocks as towers do, while this stands."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(PUBLISHED_EVERY):
                self._walled.publish()

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join(10 * PUBLISHED_EVERY)

    def _make_rows(self, owner: User) -> None:
        workspace, run = self._walled.run.workspace, self._walled.run
        teammate = User.objects.create_user("tarou@example.org", "of no use", name="Tarou")
        Membership.objects.create(user=teammate, workspace=workspace, role=Role.EDITOR)
        made = one_of_each(workspace, owner, teammate)
        small = Run.objects.get(code=made["run"])
        small.state, small.started_at, small.ended_at = "finished", small.created, small.created
        small.acknowledged = small.due = 300
        small.save()
        run.lot = small.lot
        run.save(update_fields=["lot"])
        multiply(COUNTS, spread=YEAR, instead=[small, small.shards.get()])
        self._arguments = {**made, "run": run.code, "mock": run.mocks // 2}
        assert Entry.objects.count() > COUNTS["Entry"]

    def _make_log(self) -> None:
        """Store chunks as towers and merges do; what is older has rows and no objects."""
        rows = []
        newest = self._walled.run.started_at.timestamp()
        for lease in self._walled.leases:
            for number in range(LOGGED):
                rows.append(self._chunk(lease, number, EACH, newest - number * EACH * EVERY))
            for number in range(LOGGED, INDEXED):
                rows.append(self._older(rows[-1], number))
            for number in range(LOOSE):
                begin = newest + (EACH + number) * EVERY
                rows.append(self._chunk(lease, INDEXED + number, 1, begin))
        Chunk.objects.bulk_create(rows, batch_size=1_000)

    def _chunk(self, lease: Lease, number: int, each: int, begin: float) -> Chunk:
        """Store a chunk with ``each`` records of each mock, from ``begin`` (Unix s) on."""
        block = block_of(SHARD, each, start=begin, every=EVERY, seed=lease.first)
        made = build_chunk(str(lease.shard), number, [block], roster(lease.first // SHARD))
        key = self._key(lease.shard, number)
        storage.put(key, made.data)
        return Chunk(**row_of(made, lease), key=key)

    def _older(self, chunk: Chunk, number: int) -> Chunk:
        """Return the index row of a chunk before this one."""
        values = {field.attname: getattr(chunk, field.attname) for field in Chunk._meta.fields}
        age = timedelta(seconds=EACH * EVERY)
        values |= {"id": None, "number": number, "through": number}
        values |= {"key": self._key(chunk.shard_id, number)}
        return Chunk(**values | {"first": chunk.first - age, "last": chunk.last - age})

    def _key(self, shard: int, number: int) -> str:
        return f"{self._walled.run.prefix}log/{shard}-{number}.parquet"
