"""Places, recordings, clocks and identities in fleets: the same bytes however the run is cut."""

from itertools import pairwise
from typing import Any

import pytest

from simulator.datasets import read_dataset
from simulator.definition import parse
from simulator.fleet import Fleet

DATASETS = {
    "devices.csv": read_dataset(
        "devices.csv", b"serial,site\n" + b"".join(b"S%d,site-%d\n" % (n, n % 3) for n in range(14))
    ),
    "long.csv": read_dataset(
        "long.csv",
        b"device,at,v\n"
        + b"".join(
            b"dev-S%d,%d,%d\n" % (n, 60 * r, 100 * n + r) for n in range(9) for r in range(5)
        ),
    ),
}
TEXT = """
name: Van
id: "dev-{serial}"
variables:
  serial: {dataset: devices.csv, column: serial}
  site: {dataset: devices.csv, column: site}
  mac: {mac: "00:1B:44"}
  owner: {faker: name}
metrics:
  position:
    route:
      points: [[35.68, 139.76], [35.63, 139.74], [35.46, 139.62]]
      speed: 50 km/h
      acceleration: 1
      varies: 10%
      noise: 3 m
      offset: random
      at_end: reverse
      stops: [{every: 700 m, for: 20s ± 10s, chance: 60%}]
  walk: {place: {circle: {at: [35.68, 139.76], radius: 300 m}, wander: 2, pause: 9s ± 5s}}
  fence: {geofence: {of: walk, circle: {at: [35.68, 139.76], radius: 200 m}, gives: event}}
  load: {replay: {dataset: long.csv, column: v, where: device = id, between: linear}}
  at: {timestamp: iso, zone: Asia/Tokyo, shift: "± 5s", disorder: {chance: 10%, by: 9s}}
  event: {uuid: 7, each: reading}
  flags: {bits: [{value: "position.stopped"}, {value: "fence == 'inside'"}]}
messages:
  state:
    every: 7s ± 2s
    topic: "t/{site}/{mac}/{id}"
    json: {lat: "{position.lat}", lon: "{position.lon}", d: "{position.distance}", e: "{event}",
           w: "{walk.lat}", f: "{fence}", l: "{load}", at: "{at}", b: "{flags}", o: "{owner}"}
"""


def fleets(shards: int) -> list[Fleet]:
    cuts = [14 * n // shards for n in range(shards + 1)]
    return [made(first, last - first) for first, last in pairwise(cuts)]


def made(first: int, count: int) -> Fleet:
    definition = parse(TEXT, datasets=DATASETS)
    return Fleet(
        definition, first=first, count=count, total=14, seed=5, epoch=1.8e9, datasets=DATASETS
    )


def lived(fleet: Fleet, times: list[float]) -> list[tuple[Any, ...]]:
    """Return what is sent up to the last of ``times``, asked for at each of them."""
    sent: list[tuple[Any, ...]] = []
    for t in times:
        while fleet.next_due() <= t:
            due = fleet.due(t)
            if due.connect:
                fleet.connected(due.connect, t)
            for batch in due.sends:
                ids = [fleet.identities[row] for row in batch.rows]
                sent += zip(batch.scheduled, ids, batch.addresses, batch.payloads, strict=True)
    return sent


@pytest.mark.parametrize("shards", [2, 7])
def test_shards_and_steps_change_no_byte(shards: int) -> None:
    whole = lived(made(0, 14), [0.0, 90.0])

    pieces = [
        each for fleet in fleets(shards) for each in lived(fleet, [0.0, *range(1, 90, 13), 90.0])
    ]

    assert sorted(pieces) == sorted(whole)
    assert len(whole) > 150


def test_a_fleet_goes_on_elsewhere_with_the_same_bytes() -> None:
    first, second, whole = made(0, 14), made(0, 14), made(0, 14)
    both = lived(whole, [0.0, 90.0])

    before = lived(first, [0.0, 41.0])
    second.restore(first.state())
    after = lived(second, [90.0])

    assert sorted(before + after) == sorted(both)
    assert after


def test_each_mock_is_the_device_of_its_row() -> None:
    sent = lived(made(0, 14), [0.0, 20.0])

    by_id = {each[1]: each[2].split("/") for each in sent}
    assert {name: parts[1] for name, parts in by_id.items()} == {
        f"dev-S{n}": f"site-{n % 3}" for n in range(14)
    }
    assert len({parts[2] for parts in by_id.values()}) == 14
