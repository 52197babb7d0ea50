"""A tower against Mosquitto, counted by paho: whatever happens, the counts agree."""

import asyncio
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from workshop import parts
from workshop.supervisor import Child, Supervisor, free_port

from simulator.recording import Second
from tests.integration.tower.peers import Show, Subscriber, acted, assignment

pytestmark = pytest.mark.parts("mosquitto")


@pytest.fixture
def own_broker(parts_folder: Path) -> Iterator[tuple[Supervisor, Child, int]]:
    """A Mosquitto of this test alone, to be stopped and started."""
    port = free_port()
    with Supervisor(logs=parts_folder / "own" / "logs") as supervisor:
        child = supervisor.start(parts.mosquitto(parts_folder / "own" / f"{port}", port=port))
        yield supervisor, child, port


def sends(show: Show) -> list[dict]:
    tables = [pq.read_table(io.BytesIO(chunk.data)).to_pylist() for chunk in show.chunks]
    return [row for table in tables for row in table if row["event"] == "send"]


async def told(show: Show, condition: Callable[[Second], bool]) -> None:
    """Wait until the tower, which sums up once a second, tells what is to come."""
    while not condition(show.total):  # noqa: ASYNC110 - whoever runs it has a limit
        await asyncio.sleep(0.05)


def test_what_was_due_was_acknowledged_recorded_and_arrived(
    mosquitto: tuple[Child, int],
) -> None:
    port = mosquitto[1]
    subscriber = Subscriber(port, "plain")
    show = Show()

    acted(show.run(assignment(port, "plain", duration=5.0)))

    total = show.total
    assert total.due == total.acknowledged > 0
    assert total.failed == total.losts == show.last().dropped == 0
    recorded = sorted((row["id"], row["sequence"]) for row in sends(show))
    assert sorted(subscriber.wait_for(total.due)) == recorded
    assert len(recorded) == len(set(recorded)) == total.due
    subscriber.close()


def test_no_sequence_number_of_any_mock_is_missing(mosquitto: tuple[Child, int]) -> None:
    port = mosquitto[1]
    subscriber = Subscriber(port, "gapless")
    show = Show()

    acted(show.run(assignment(port, "gapless")))

    arrived = subscriber.wait_for(show.total.due)
    last = {id_: max(n for i, n in arrived if i == id_) for id_, _ in arrived}
    assert sorted(arrived) == sorted((id_, n) for id_ in last for n in range(1, last[id_] + 1))
    subscriber.close()


def test_a_broker_that_is_away_for_a_while_costs_sends_but_no_count(
    own_broker: tuple[Supervisor, Child, int],
) -> None:
    supervisor, child, port = own_broker
    subscriber = Subscriber(port, "outage")
    show = Show()

    async def interrupt() -> None:
        await told(show, lambda total: total.acknowledged > 100 and total.connects == 50)
        await asyncio.to_thread(supervisor.stop, child)
        before = show.total.failed
        await told(show, lambda total: total.losts >= 50 and total.failed > before + 100)
        await asyncio.to_thread(supervisor.start, child)
        await told(show, lambda total: total.connects > 75)  # the others wait for their turn
        before = show.total.acknowledged
        await told(show, lambda total: total.acknowledged > before)
        show.tower.drain()

    async def main() -> None:
        await asyncio.gather(show.run(assignment(port, "outage", duration=1_000.0)), interrupt())

    acted(main())

    total = show.total
    assert total.due == total.acknowledged + total.failed
    assert total.losts >= 50
    assert total.connects <= 100
    rows = sends(show)
    assert len(rows) == total.due
    assert all(row["reason"] for row in rows if row["result"] == "failed")
    acknowledged = {(r["id"], r["sequence"]) for r in rows if r["result"] == "acknowledged"}
    assert acknowledged <= set(subscriber.wait_for_all(acknowledged))
    texts = {reason.text for reason in show.last().reasons}
    assert any("connection refused" in text for text in texts)
    subscriber.close()


def test_draining_loses_nothing(mosquitto: tuple[Child, int]) -> None:
    port = mosquitto[1]
    subscriber = Subscriber(port, "drain")
    show = Show()

    def drain(_show: Show) -> None:
        if show.total.due > 500:
            show.tower.drain()

    show.each.append(drain)
    acted(show.run(assignment(port, "drain", duration=1_000.0)))

    assert show.last().state == "ended"
    assert show.total.due == show.total.acknowledged
    assert len(sends(show)) == show.total.due
    assert len(set(subscriber.wait_for(show.total.due))) == show.total.due
    subscriber.close()
