"""What faults do: each part gone for a while, with real processes and a fault proxy between.

Every test ends alike: the run is stopped, and its log, its boards and an independent subscriber are
held against each other. How long an outage lasts is said where its length is the point.
"""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis, RedisError, ResponseError
from workshop import demo, stack
from workshop.supervisor import Child, Supervisor, free_port

from tests.chaos.crowd import send_all
from tests.chaos.plan import Kind
from tests.chaos.size import Size
from tests.chaos.stage import Stage, await_true, start_stage
from tests.chaos.trial import Outcome, finish, judge
from tests.chaos.witness import Witness

SIZE = Size(mocks=200, towers=1, seconds=10.0, every=1.0)
WITHIN = 180.0  # s that anything may take on a busy machine
LEASE = 10.0  # s, web.runs.leasing
BEAT = 30.0  # s between two heartbeats of a worker whose job runs: RQ's own

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("faults"),
]


class Trouble:
    """A run of 200 mocks that send each second, on the stage, and who counts what arrives."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.witness = Witness(stage.servers.mqtt_port)
        self.run = demo.start_lot(stage.console, stage.lots[0])
        self.await_all()

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

    def page(self) -> str:
        return self.stage.console.get(self.run)[1].decode()

    def settle(self) -> Outcome:
        """Stop the run and hold everything against everything; return the figures."""
        outcome = Outcome()
        finish(self.stage, self.run, outcome)
        judge(self.stage, self.witness, self.run, outcome)
        assert outcome.wrong == []
        return outcome

    def end(self) -> None:
        """Stop the run of a test that failed, so that the next one may begin."""
        if self.stage.live(self.run).get("is_live"):
            finish(self.stage, self.run, Outcome())

    def losses(self) -> int:
        """Return how many shards of the run the timeline says were lost."""
        code = self.run.rstrip("/").rpartition("/")[2]
        with psycopg.connect(self.stage.database) as connection:
            row = connection.execute(
                "SELECT count(*) FROM runs_happening h JOIN runs_run r ON r.id = h.run_id"
                " WHERE r.code = %s AND h.kind = 'lost'",
                [code],
            ).fetchone()
        assert row
        return int(row[0])


@pytest.fixture(scope="module")
def stage(parts_folder: Path) -> Iterator[Stage]:
    folder = parts_folder / f"faults-{free_port()}"
    folder.mkdir(mode=0o755)
    with Supervisor(logs=folder / "logs") as supervisor:
        stage = start_stage(supervisor, folder, SIZE)
        try:
            yield stage
        finally:
            stage.close()


@pytest.fixture
def trouble(stage: Stage) -> Iterator[Trouble]:
    one = Trouble(stage)
    try:
        yield one
    finally:
        for proxy in stage.proxies.values():
            proxy.open()
        one.end()
        one.witness.close()


def at_work(stage: Stage) -> str:
    """Return the worker whose tower holds the shards."""
    held = await_true(stage.holders, within=WITHIN, what="a tower holds a shard")
    return str(max(held, key=lambda each: held[each]))


@pytest.mark.parametrize(("kind", "length"), [(Kind.REFUSE, BEAT + 4.0), (Kind.SILENCE, 6.0)])
def test_mocks_go_on_without_redis_and_pages_say_so(
    trouble: Trouble, kind: Kind, length: float
) -> None:
    trouble.stage.begin(kind, "redis")

    time.sleep(length)  # that each worker has tried to tell of its job is what is tested
    trouble.await_all()
    await_true(lambda: "Redis" in trouble.page(), within=WITHIN, what="the page says so")
    trouble.stage.end(kind, "redis")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["moves after a loss"] == 0


@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.SILENCE])
def test_mocks_go_on_without_the_database_and_nobody_loses_them(
    trouble: Trouble, kind: Kind
) -> None:
    trouble.stage.begin(kind, "database")

    time.sleep(1.5 * LEASE)  # leases end meanwhile: that nobody takes them is what is tested
    trouble.await_all()
    trouble.stage.end(kind, "database")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert trouble.losses() == 0


@pytest.mark.parametrize("kind", [Kind.REFUSE, Kind.SILENCE])
def test_mocks_go_on_without_the_object_store_and_no_record_is_lost(
    trouble: Trouble, kind: Kind
) -> None:
    trouble.stage.begin(kind, "store")

    time.sleep(12.0)  # three chunks of each shard come due
    trouble.await_all()
    trouble.stage.end(kind, "store")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["records dropped"] == 0


def test_a_chunk_whose_upload_is_answered_by_nobody_is_stored_once(trouble: Trouble) -> None:
    store = trouble.stage.proxies["store"]

    store.mute()
    time.sleep(6.0)  # chunks are stored meanwhile, and nobody hears of it
    store.refuse()
    time.sleep(2.0)
    store.open()
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0


def test_a_silent_target_costs_what_was_due_meanwhile_and_says_why(trouble: Trouble) -> None:
    trouble.stage.begin(Kind.SILENCE, "target")

    time.sleep(6.0)
    trouble.stage.begin(Kind.REFUSE, "target")
    await_true(
        lambda: trouble.stage.live(trouble.run).get("connected") == 0,
        within=WITHIN,
        what="the console shows that nobody is connected",
    )
    trouble.stage.end(Kind.REFUSE, "target")
    trouble.await_all()
    trouble.await_live()
    figures = trouble.settle().figures

    assert int(str(figures["counted as failed"])) > 0
    assert any(name.startswith("failed: ") for name in figures)


def test_without_a_clock_runs_go_on_and_towers_hand_over(trouble: Trouble) -> None:
    stage = trouble.stage
    stage.begin(Kind.KILL, "clock")
    name = at_work(stage)

    stage.begin(Kind.DRAIN, name)
    await_true(lambda: at_work(stage) != name, within=WITHIN, what="another tower has the shards")
    trouble.await_all()
    stage.end(Kind.KILL, name)
    stage.end(Kind.KILL, "clock")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["moves in order"] == SIZE.mocks


def test_two_clocks_lose_a_killed_tower_once(trouble: Trouble) -> None:
    stage = trouble.stage
    second = stack.process("clock", stage.environment)
    second.name = "clock-2"
    stage.supervisor.launch(second)
    name = at_work(stage)

    stage.begin(Kind.KILL, name)
    trouble.await_all()
    stage.end(Kind.KILL, name)
    trouble.await_live()
    figures = trouble.settle().figures
    send_all(second, signal.SIGTERM)
    stage.supervisor.stop(second)

    assert trouble.losses() == SIZE.parts
    assert figures["moves after a loss"] == SIZE.mocks


def test_mocks_go_on_while_the_disk_of_redis_is_full(trouble: Trouble) -> None:
    redis = redis_with_signals_of_its_own(trouble.stage)
    assert redis.process
    trouble.await_live()

    limit_files(redis.process.pid, "1:unlimited")  # bytes: no file may grow any more
    client = Redis(port=trouble.stage.servers.redis_port, retry=None)
    await_true(lambda: refuses(client), within=WITHIN, what="Redis refuses to write")
    time.sleep(6.0)
    trouble.await_all()
    limit_files(redis.process.pid, "unlimited:unlimited")
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["moves after a loss"] == 0


def redis_with_signals_of_its_own(stage: Stage) -> Child:
    """Start Redis again so that a file which may not grow is an error to it, and no signal."""
    child = next(child for child in stage.supervisor.children if child.name == "valkey")
    if "--ignore-signal=XFSZ" not in child.command:
        stage.supervisor.stop(child)
        child.command = ["env", "--ignore-signal=XFSZ", *child.command]
        stage.supervisor.start(child)
    return child


def limit_files(pid: int, limit: str) -> None:
    subprocess.run(["prlimit", "--pid", str(pid), f"--fsize={limit}"], check=True, timeout=60)


def refuses(client: Redis) -> bool:
    """Return whether Redis says that it cannot write (MISCONF)."""
    try:
        client.set("full", "x")
    except ResponseError as error:
        return "MISCONF" in str(error) or "AOF" in str(error)
    except RedisError:
        return False
    return False
