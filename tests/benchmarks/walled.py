"""A run of many mocks that no tower holds: its rows, its reports, and who looks at it.

Rule: imported once the settings are there.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from simulator import Link, Reason, Second, new_board
from web.accounts import actions as accounts
from web.accounts.models import User
from web.runs import live
from web.runs.boards import ShardReport
from web.runs.holding import packed
from web.runs.leasing import Lease
from web.runs.models import Board, Run, RunState, Shard, ShardState

MS = 1e-3
STATUSES = ["running", "alarm"]
SPREAD = 0.6  # of the logarithm of latencies


class Walled:
    """The run, as if its towers told of it each time that ``change`` is called."""

    def __init__(self, *, mocks: int, shard: int, recent: int, reasons: Sequence[str]) -> None:
        self._random = np.random.default_rng(1)
        self._reasons = reasons
        self._recent = recent
        self.run = self._make_run(mocks)
        self.leases = [
            self._lease(first, min(shard, mocks - first)) for first in range(0, mocks, shard)
        ]
        self.boards = [self._board(lease) for lease in self.leases]
        self.reports = [self._report(board) for board in self.boards]
        self._packed: list[bytes] = []
        self.client = self._client()
        self.session_name = settings.SESSION_COOKIE_NAME
        self.session = self.client.cookies[self.session_name].value
        self.application = get_wsgi_application()
        self.answer = 0  # bytes of the last
        self._tag = ""

    @property
    def size(self) -> int:
        return sum(map(len, self._packed))

    @property
    def page(self) -> str:
        return self._address("wall")

    def addresses(self) -> dict[str, str]:
        """Return what a browser asks for, by what it is."""
        page = self._address("detail")
        return {
            "wall.bin": self._address("wall_bin"),
            "the run's page, asked again": page,
            "the same, searched by part of an id": f"{page}?search=0499",
            "the same, by status": f"{page}?status=alarm&order=-last",
            "the same, by reason": f"{page}?reason={self._reasons[0]}&order=-failed",
            "live.json": self._address("live"),
            "series.json": self._address("series"),
        }

    def pack(self) -> None:
        self._packed = [report.pack() for report in self.reports]

    def publish(self) -> None:
        live.publish(dict(zip(self.leases, self._packed, strict=True)))

    def change(self) -> None:
        """Let a mock send, so that no answer is as it was."""
        self.boards[0]["last"][0] += 0.1
        self._packed[0] = self.reports[0].pack()
        self.publish()

    def get(self, address: str) -> None:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.status_code
        self.answer = len(answer.content)
        self._tag = answer.headers.get("ETag", "")

    def ask_again(self) -> None:
        if not self._tag:
            self.get(self._address("wall_bin"))
        answer = self.client.get(self._address("wall_bin"), headers={"If-None-Match": self._tag})
        assert answer.status_code == 304, answer.status_code
        self.answer = len(answer.content)

    def _make_run(self, mocks: int) -> Run:
        self._owner = User.objects.create_user("wall@example.org", "of no use", name="Walter")
        workspace = accounts.create_workspace("Wall", by=self._owner)
        return Run.objects.create(
            workspace=workspace,
            name="Wall",
            state=RunState.RUNNING,
            started_at=timezone.now(),
            mocks=mocks,
            duration=timedelta(hours=1),
            seed=1,
            target="mqtt://127.0.0.1:1883",
            parts=[
                {"name": "sensor", "first": 0, "count": mocks, "statuses": ["running", "alarm"]}
            ],
        )

    def _lease(self, first: int, count: int) -> Lease:
        row = Shard.objects.create(
            run=self.run,
            number=first,
            part=0,
            first=first,
            count=count,
            state=ShardState.LEASED,
            leased_until=timezone.now() + timedelta(hours=1),
            fence=1,
        )
        ids = packed(f"sensor-{number:06d}" for number in range(first, first + count))
        board = self._report(self._board_of(first, count)).pack()
        Board.objects.create(shard=row, at=timezone.now(), data=board, identities=ids)
        return Lease(
            shard=row.id, run=self.run.id, part=0, first=first, count=count, tower="", fence=1
        )

    def _board(self, lease: Lease) -> np.ndarray:
        return self._board_of(lease.first, lease.count)

    def _board_of(self, first: int, count: int) -> np.ndarray:
        """Return mocks that send each 5 s, a few of them in trouble."""
        draw = self._random
        board = new_board(first, count)
        board["link"] = draw.choice([Link.CONNECTED, Link.WAITING], count, p=[0.98, 0.02])
        board["failing"] = board["link"] == Link.WAITING
        board["reason"] = draw.choice([0, 1, 2, 3], count, p=[0.9, 0.05, 0.03, 0.02])
        board["status"] = draw.choice([0, 1], count, p=[0.9, 0.1])
        board["acknowledged"] = draw.integers(500, 520, count)
        board["sequence"] = board["acknowledged"]
        board["last"] = self.run.started_at.timestamp() + 5 * draw.random(count)
        board["late"] = draw.integers(0, 30, count)
        return board

    def _report(self, board: np.ndarray) -> ShardReport:
        start = int(self.run.started_at.timestamp())
        return ShardReport(
            at=start + 5.0,
            mocks=board,
            statuses=STATUSES,
            reasons=[Reason(text, 5, 2) for text in self._reasons],
            total=self._second(start, 500 * len(board)),
            recent=[self._second(start + at, len(board) // 5) for at in range(self._recent)],
        )

    def _second(self, at: int, count: int) -> Second:
        second = Second(at=at, due=count, acknowledged=count, bytes=200 * count)
        for histogram, median in ((second.latency, 20 * MS), (second.lateness, 5 * MS)):
            histogram.record(median * self._random.lognormal(0, SPREAD, min(count, 20_000)))
        return second

    def _client(self) -> Client:
        client = Client(headers={"Host": "127.0.0.1", "HX-Request": "true"})
        client.force_login(self._owner)
        return client

    def _address(self, name: str) -> str:
        return reverse(f"runs:{name}", args=[self.run.workspace.code, self.run.code])
