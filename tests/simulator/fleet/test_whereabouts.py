"""Where mocks are: the last position that they read, whatever the definition calls it."""

import json
from typing import Any

import numpy as np
import pytest

from simulator import parse_document
from simulator.definition.position import position_names
from simulator.fleet.whereabouts import whereabouts_of
from tests.simulator.fleet.lives import fleet, live, steps

POINTS = [[47.37, 8.54], [47.38, 8.55]]
ROUTE = {"route": {"points": POINTS, "speed": "50 km/h"}}
PLACE = {"place": {"circle": {"at": [47.0, 8.0], "radius": "100 m"}}}


def definition(**parts: Any) -> Any:
    message = {"every": "1s", "topic": "t", "json": "{seq}"}
    return parse_document({"name": "d", "id": "d-{index}", "messages": {"m": message}, **parts})


def sending(body: Any) -> dict[str, Any]:
    return {"where": {"every": "1s", "topic": "t/{id}", "json": body}}


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"metrics": {"position": ROUTE}}, ("position.lat", "position.lon")),
        ({"metrics": {"home": PLACE, "way": ROUTE}}, ("way.lat", "way.lon")),
        ({"metrics": {"home": PLACE}}, ("home.lat", "home.lon")),
        (
            {"metrics": {"gps_lat": {"constant": 1.0}, "gps_lng": {"constant": 2.0}}},
            ("gps_lat", "gps_lng"),
        ),
        (
            {
                "constants": {"Latitude": 1.5},
                "variables": {"longitude": {"uniform": {"min": 5, "max": 6}}},
            },
            ("Latitude", "longitude"),
        ),
        ({"metrics": {"gps_lat": {"constant": 1.0}, "lon": {"constant": 2.0}}}, None),
        ({"metrics": {"temperature": {"constant": 1.0}}}, None),
    ],
)
def test_the_definition_decides_which_readings_are_a_position(
    parts: dict[str, Any], names: tuple[str, str] | None
) -> None:
    assert position_names(definition(**parts)) == names


def test_a_mock_is_where_it_last_read_that_it_is() -> None:
    body = ["{way.lat:.6f}", "{way.lon:.6f}"]
    mocks = fleet(count=3, metrics={"way": ROUTE}, messages=sending(body))
    where = whereabouts_of(mocks)
    assert where is not None
    assert np.isnan(where.places).all()

    life = live(mocks, steps(15.0, 0.5))

    for row in range(3):
        payload = [each.payload for each in life.sent if each.mock == row][-1]
        assert where.places[row].tolist() == pytest.approx(json.loads(payload), abs=1e-5)


def test_mocks_that_have_no_position_have_no_whereabouts() -> None:
    assert whereabouts_of(fleet()) is None


def test_who_stands_still_is_known_before_anything_is_sent() -> None:
    mocks = fleet(
        count=4,
        variables={"lat": {"uniform": {"min": 10, "max": 20}}, "lon": {"choice": [170, -170]}},
    )

    where = whereabouts_of(mocks)

    assert where is not None
    assert ((where.places[:, 0] >= 10) & (where.places[:, 0] < 20)).all()
    assert set(where.places[:, 1].tolist()) <= {170.0, -170.0}


@pytest.mark.parametrize("value", [91.0, "north", None])
def test_a_reading_that_is_no_position_leaves_a_mock_nowhere(value: Any) -> None:
    metrics = {"lat": {"constant": value}, "lon": {"constant": 8.5}}
    mocks = fleet(metrics=metrics, messages=sending("{lat},{lon}"))
    where = whereabouts_of(mocks)
    assert where is not None

    live(mocks, steps(12.0, 0.5))

    assert np.isnan(where.places).all()


def test_a_reading_that_fails_leaves_a_mock_where_it_was() -> None:
    lost = {"dropout": "left_out", "in": ["lost"]}
    mocks = fleet(
        metrics={"lat": {"constant": 47.5, "anomalies": [lost]}, "lon": {"constant": 8.5}},
        messages=sending({"lat": "{lat}", "lon": "{lon}"}),
        statuses={
            "well": {"send": ["where"], "go": [{"to": "lost", "after": "15s"}]},
            "lost": {"send": ["where"]},
        },
    )
    where = whereabouts_of(mocks)
    assert where is not None

    life = live(mocks, steps(30.0, 0.5))

    assert life.sent[-1].payload == b'{"lon":8.5}'
    assert where.places.tolist() == [[47.5, 8.5]]


def test_whereabouts_go_on_elsewhere() -> None:
    mocks, other = (
        fleet(count=2, metrics={"way": ROUTE}, messages=sending("{way.lat}")) for _ in "ab"
    )
    where, there = whereabouts_of(mocks), whereabouts_of(other)
    assert where is not None
    assert there is not None
    live(mocks, steps(12.0, 0.5))

    there.restore(where.state())

    assert there.places.tolist() == where.places.tolist()
    there.restore({})
    assert there.places.tolist() == where.places.tolist()
