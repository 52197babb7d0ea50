"""What faults do: a disk that is full, of Redis, of Postgres, and of the object store."""

import sys
import time

import psycopg
import pytest
from psycopg import sql
from redis import Redis, RedisError, ResponseError
from workshop.supervisor import Child

from tests.chaos.disks import NO_ROOM, full_database, full_disk
from tests.chaos.stage import Stage, await_true
from tests.integration.trouble import LEASE, WITHIN, Trouble

pytestmark = [
    pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3"),
    pytest.mark.xdist_group("stage"),
]


def child_of(stage: Stage, name: str) -> Child:
    return next(child for child in stage.supervisor.children if child.name == name)


def started_as(stage: Stage, name: str, command: list[object]) -> Child:
    """Start a server again as this command, unless that is what runs."""
    child = child_of(stage, name)
    if child.command != command:
        stage.supervisor.stop(child)
        child.command = command
        stage.supervisor.start(child)
    return child


def test_mocks_go_on_while_the_disk_of_redis_is_full(trouble: Trouble) -> None:
    # A file that may not grow is to be an error to it, and no signal.
    deaf = ["env", "--ignore-signal=XFSZ"]
    command = [word for word in child_of(trouble.stage, "valkey").command if word not in deaf]
    redis = started_as(trouble.stage, "valkey", [*deaf, *command])
    trouble.await_live()

    with (
        Redis(port=trouble.stage.servers.redis_port, retry=None) as client,
        full_disk(redis),
    ):
        await_true(lambda: refuses(client), within=WITHIN, what="Redis refuses to write")
        time.sleep(6.0)
        trouble.await_all()
    trouble.await_live()
    figures = trouble.settle().figures

    assert figures["arrived without a record"] == 0
    assert figures["moves after a loss"] == 0


def refuses(client: Redis) -> bool:
    """Return whether Redis says that it cannot write (MISCONF)."""
    try:
        client.set("full", "x")
    except ResponseError as error:
        return "MISCONF" in str(error) or "AOF" in str(error)
    except RedisError:
        return False
    return False


def test_mocks_go_on_while_the_disk_of_the_database_is_full(trouble: Trouble) -> None:
    stage = trouble.stage
    for table in ("checkpoint", "board", "shard"):
        query = sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(f"runs_{table}"))
        await_true(
            lambda query=query: trouble.ask(query), within=WITHIN, what=f"there is a {table}"
        )

    with full_database(child_of(stage, "postgres"), stage.database):
        await_true(lambda: has_no_room(trouble), within=WITHIN, what="no shard can be written")
        time.sleep(1.5 * LEASE)  # leases end meanwhile: that nobody takes them is what is tested
        trouble.await_all()
        page = trouble.page()
    trouble.await_live()
    figures = trouble.settle().figures

    assert "Survivors" in page
    assert figures["arrived without a record"] == 0
    assert figures["records dropped"] == 0
    assert trouble.losses() == 0


def has_no_room(trouble: Trouble) -> bool:
    """Whether Postgres says so; a tower that writes the same rows may make it a deadlock."""
    try:
        trouble.ask(sql.SQL("UPDATE runs_shard SET number = number RETURNING id"))
    except psycopg.Error as error:
        return NO_ROOM in str(error)
    return False


def test_mocks_go_on_while_the_disk_of_the_object_store_is_full(trouble: Trouble) -> None:
    stage = trouble.stage
    store = started_as(stage, "s3", [sys.executable, "-m", "tests.chaos.store"])
    trouble.await_live()
    bucket = stage.servers.bucket
    client = bucket.client()

    with full_disk(store):
        with pytest.raises(client.exceptions.ClientError, match="500"):
            client.put_object(Bucket=bucket.name, Key="full", Body=b"x")
        time.sleep(12.0)  # three chunks of each shard come due
        trouble.await_all()
        page = trouble.page()
    trouble.await_live()
    figures = trouble.settle().figures

    assert "Survivors" in page
    assert figures["arrived without a record"] == 0
    assert figures["records dropped"] == 0
