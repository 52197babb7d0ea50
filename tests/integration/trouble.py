"""A run that goes on while something is wrong, on the stage of the chaos trial.

Rule: every test ends alike: the run is stopped, and its log, its boards and an independent
subscriber are held against each other.
"""

import os
import time
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from workshop import demo

from tests.chaos import evidence
from tests.chaos.size import Size
from tests.chaos.stage import Stage, await_true
from tests.chaos.trial import Outcome, finish, judge
from tests.chaos.witness import Witness

SIZE = Size(mocks=200, towers=1, seconds=10.0, every=1.0)
WITHIN = 180.0  # s that anything may take on a busy machine
LEASE = 10.0  # s, web.runs.leasing
MOST_STARTS = 10  # until one tower has a run alone
IS_LONG = os.environ.get("OUTAGES") == "long"


def lasting(short: float, long: float) -> float:
    """Return the s that an outage lasts: ``short`` ones show the same, sooner; with OUTAGES=long in
    the environment they are as long as those that the product promises to stand."""
    return long if IS_LONG else short


class Trouble:
    """A run of 200 mocks that send each second, on the stage, and who counts what arrives."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._start()

    def _start(self) -> None:
        self.witness = Witness(self.stage.servers.mqtt_port)
        self.run = demo.start_lot(self.stage.console, self.stage.lots[0])

    def begin(self) -> None:
        """Wait until every mock sends, and one tower has them all.

        Two that look for work at the same moment may share a run: then another one is started.
        """
        self.await_all()
        for _ in range(MOST_STARTS):
            if len(self.stage.holders()) == 1:
                return
            self.close()
            self._start()
            self.await_all()
        raise AssertionError(f"{MOST_STARTS} runs were shared by several towers")

    def await_all(self) -> None:
        """Wait until every mock was heard of from now on."""
        since = time.monotonic()
        await_true(
            lambda: len(self.witness.devices_since(since)) == SIZE.mocks,
            within=WITHIN,
            what="all mocks send",
        )

    def await_live(self) -> None:
        """Wait until the console shows that all are connected and that more is acknowledged."""
        before = self.stage.live(self.run).get("totals", {}).get("acknowledged", 0)
        await_true(
            lambda: (
                (now := self.stage.live(self.run))
                and now["connected"] == SIZE.mocks
                and now["totals"]["acknowledged"] > before
            ),
            within=WITHIN,
            what="the console shows that all send",
        )

    def await_lost(self) -> None:
        """Wait until the timeline says that every shard was lost: until then a page may show what
        its tower said last."""
        await_true(lambda: self.losses() >= SIZE.parts, within=WITHIN, what="its shards are lost")

    def page(self) -> str:
        return self.stage.console.get(self.run)[1].decode()

    def settle(self) -> Outcome:
        """Stop the run and hold everything against everything; return the figures."""
        outcome = Outcome()
        finish(self.stage, self.run, outcome)
        judge(self.stage, self.witness, self.run, outcome)
        assert outcome.wrong == [], "\n".join(outcome.wrong)
        return outcome

    def end(self) -> None:
        """Let all be well, and stop the run of a test that failed, so that the next may begin."""
        for proxy in self.stage.proxies.values():
            proxy.open()
        figures = await_true(
            lambda: self.stage.live(self.run), within=WITHIN, what="the console answers"
        )
        if figures["is_live"]:
            finish(self.stage, self.run, Outcome())

    def close(self) -> None:
        """End, and hear of nothing any more."""
        try:
            self.end()
        finally:
            self.witness.close()

    def log(self) -> evidence.Log:
        """Return what the log of the run holds, which has ended."""
        bucket = self.stage.servers.bucket
        return evidence.read_log(self.stage.database, bucket.client(), bucket.name, self.code)

    @property
    def code(self) -> str:
        return self.run.rstrip("/").rpartition("/")[2]

    def losses(self) -> int:
        """Return how many shards of the run the timeline says were lost."""
        [[found]] = self.ask(
            "SELECT count(*) FROM runs_happening h JOIN runs_run r ON r.id = h.run_id"
            " WHERE r.code = %s AND h.kind = 'lost'",
            self.code,
        )
        return int(found)

    def ask(self, query: LiteralString | sql.Composed, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query, from Postgres itself."""
        with psycopg.connect(self.stage.database) as connection:
            return connection.execute(query, values).fetchall()


def at_work(stage: Stage) -> str:
    """Return the worker whose tower holds the shards."""
    held = await_true(stage.holders, within=WITHIN, what="a tower holds a shard")
    return str(max(held, key=lambda each: held[each]))


def is_handed_over(stage: Stage, *, by: str) -> bool:
    """Whether others have all that a worker's tower had; it gives its shards up one by one."""
    held = stage.holders()
    return by not in held and sum(held.values()) == SIZE.mocks
