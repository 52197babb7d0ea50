"""A lot of several parts: each shard's fleet knows which mocks of the run are its definition's."""

from typing import Any

import orjson

from simulator import Assignment, Credentials, Lot, MqttTarget, Part, parse, read_dataset
from simulator.tower.build import build_fleet

LIST = read_dataset("pumps.csv", "\n".join(["serial", *(f"P{n}" for n in range(6))]).encode())
PUMP = parse("""\
name: Pump
id: "pump-{index}"
variables: {serial: {dataset: pumps.csv, column: serial}}
metrics:
  level: {sampled: 1s, formula: "index * 10"}
  before: {formula: "mock(index - 1).level"}
  highest: {formula: "max(mocks.level)"}
messages:
  level:
    every: 1s
    topic: "pumps/{id}"
    json: {id: "{id}", serial: "{serial}", before: "{before}", highest: "{highest}"}
""")
GATEWAY = parse("""\
name: Gateway
id: "gw-{index}"
messages: {up: {every: 1s, json: {id: "{id}"}}}
children:
  count: 3
  id: "{parent}-{child}"
  variables: {serial: {dataset: pumps.csv, column: serial}}
  messages: {level: {every: 1s, json: {id: "{id}", serial: "{serial}"}}}
""")
LOT = Lot(
    duration=60,
    parts=[
        Part(name="first", document=PUMP.source, first=0, count=4),
        Part(name="second", document=PUMP.source, first=4, count=6),
        Part(name="behind", document=GATEWAY.source, first=10, count=2),
    ],
    target=MqttTarget(host="broker.example", port=1883),
)


def sent(part: int, first: int, count: int) -> dict[str, dict[str, Any]]:
    """Return what each mock of a shard sends first, by its id."""
    fleet = build_fleet(
        Assignment(
            shard="0",
            lot=LOT,
            part=part,
            first=first,
            count=count,
            epoch=0.0,
            datasets={"pumps.csv": LIST},
            secrets=Credentials(),
        )
    )
    fleet.connected(fleet.due(0.0).connect, 0.0)
    found = [orjson.loads(each) for batch in fleet.due(3.0).sends for each in batch.payloads]
    return {each["id"]: each for each in reversed(found)}


def test_each_part_deals_the_rows_of_a_list_from_the_first_on() -> None:
    first, second = sent(0, 0, 4), sent(1, 4, 6)

    assert [first[f"pump-{n}"]["serial"] for n in range(4)] == ["P0", "P1", "P2", "P3"]
    assert [second[f"pump-{n}"]["serial"] for n in range(4, 10)] == [f"P{n}" for n in range(6)]


def test_devices_behind_gateways_are_dealt_rows_from_the_first_on_too() -> None:
    found = sent(2, 10, 1) | sent(2, 11, 1)

    assert {name: each["serial"] for name, each in found.items() if "serial" in each} == {
        "gw-10-0": "P0",
        "gw-10-1": "P1",
        "gw-10-2": "P2",
        "gw-11-0": "P3",
        "gw-11-1": "P4",
        "gw-11-2": "P5",
    }


def test_neighbours_and_groups_are_those_of_the_part() -> None:
    first, second = sent(0, 0, 4), sent(1, 4, 6)

    assert [first[f"pump-{n}"]["before"] for n in range(4)] == [None, 0, 10, 20]
    assert [second[f"pump-{n}"]["before"] for n in range(4, 10)] == [None, 40, 50, 60, 70, 80]
    assert {each["highest"] for each in first.values()} == {30}
    assert {each["highest"] for each in second.values()} == {90}


def test_a_part_says_the_same_in_several_shards() -> None:
    whole = sent(1, 4, 6)

    assert sent(1, 4, 2) | sent(1, 6, 4) == whole


def test_all_mocks_of_the_lot_have_ids_of_their_own() -> None:
    names = [*sent(0, 0, 4), *sent(1, 4, 6), *sent(2, 10, 2)]

    assert len(set(names)) == sum(part.count for part in LOT.parts) + 6
