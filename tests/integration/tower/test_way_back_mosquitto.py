"""The observer of a tower against Mosquitto: what arrived, what did not, and how long it took."""

from pathlib import Path

import pytest
from workshop import parts
from workshop.supervisor import Child, Supervisor, free_port

from simulator.lot.way_back import Subscription
from simulator.tower import Assignment
from tests.integration.tower.peers import Show, acted, assignment

pytestmark = pytest.mark.parts("mosquitto")


def observed(
    port: int, prefix: str, *, shard: str = "a", qos: int = 1, within: float = 100.0, **sizes: int
) -> Assignment:
    """Mocks whose target says what has arrived."""
    given = assignment(port, prefix, duration=4.0)
    target = given.lot.target.model_copy(
        update={"way_back": Subscription(filter=f"{prefix}/#", within=within)}
    )
    part = given.lot.parts[0]
    part.document["messages"]["telemetry"]["qos"] = qos
    lot = given.lot.model_copy(update={"run": prefix, "target": target})
    return Assignment(
        shard=shard,
        lot=lot,
        part=0,
        first=sizes.get("first", 0),
        count=sizes.get("count", part.count),
        epoch=given.epoch,
    )


@pytest.mark.parametrize("qos", [0, 1])
def test_everything_that_the_observer_looked_for_arrives(
    mosquitto: tuple[Child, int], qos: int
) -> None:
    show, prefix = Show(), f"seen{qos}"

    acted(show.run(observed(mosquitto[1], prefix, qos=qos)))

    total = show.total
    assert total.arrived > 0
    assert total.arrived + total.unfollowed == total.delivered == total.due
    assert total.missing == total.duplicates == total.disordered == 0
    assert total.end_to_end.total == total.arrived
    assert 0 < total.end_to_end.maximum < 100


def test_the_shards_of_a_run_share_one_observer(mosquitto: tuple[Child, int]) -> None:
    show, port = Show(), mosquitto[1]

    acted(
        show.run(
            observed(port, "shared", shard="a", count=20),
            observed(port, "shared", shard="b", first=20, count=30),
        )
    )

    assert show.last("a").total.arrived > 0
    assert show.last("b").total.arrived > 0
    assert show.total.missing == show.total.duplicates == 0
    assert show.total.connects == 50, "the observer is none of the mocks"


def test_what_the_broker_throws_away_is_missing(parts_folder: Path) -> None:
    port = free_port()
    folder = parts_folder / f"denying-{port}"
    rules = folder / "rules.acl"
    broker = parts.mosquitto(folder, port=port, more=f"acl_file {rules}")
    rules.write_text("topic read #\ntopic write gone/gone-0001\n")
    show = Show()

    with Supervisor(logs=folder / "logs") as supervisor:
        supervisor.start(broker)
        acted(show.run(observed(port, "gone", qos=0, count=2, within=20.0)))

    total = show.total
    assert total.arrived > 0
    assert total.missing > 0
    assert total.arrived + total.missing + total.unfollowed == total.sent
