import numpy as np
import pytest

import simulator
from tests.web.datasets.conftest import CSV, GPX
from web.datasets import facts


def test_columns_have_a_kind_a_range_and_their_empty_cells():
    told = facts.facts_of(simulator.read_dataset("cold.csv", CSV))

    assert (told["kind"], told["rows"], told["track"]) == ("csv", 2, None)
    assert told["columns"] == [
        {
            "name": "date",
            "kind": "time",
            "range": "2026-01-01 00:00:00 to 2026-01-01 01:00:00",
            "empty": 0,
        },
        {"name": "temperature", "kind": "number", "range": "4.5 to 4.5", "empty": 1},
        {"name": "note", "kind": "text", "range": "2 different", "empty": 0},
    ]
    assert told["lines"][0] == ["date", "temperature", "note"]
    assert told["lines"][2] == ["2026-01-01T01:00:00Z", "", "wet"]


def test_a_track_has_a_length_a_box_and_an_outline():
    track = facts.facts_of(simulator.read_dataset("van.gpx", GPX))["track"]

    # 0.1° of latitude are 11.12 km; 0.1° of longitude at 45.1° north are 7.85 km
    assert track["length"] == pytest.approx(11_120 + 7_849, rel=1e-3)
    assert (track["south"], track["north"]) == (45.0, 45.1)
    assert (track["west"], track["east"]) == (14.0, 14.1)
    first, *_ = track["outline"]["points"].split(" ")
    assert first == "0.00,100.00"


def test_a_quarter_of_a_meridian_is_10_000_km_long():
    lat = np.linspace(0, 90, 1_000)

    assert facts.track_length(lat, np.zeros(1_000)) == pytest.approx(10_007_557, rel=1e-6)


@pytest.mark.parametrize("points", [1, 2, 399, 400, 401, 50_000])
def test_an_outline_is_bounded_and_lies_in_its_box(points):
    lat, lon = np.linspace(45, 45.5, points), np.linspace(14, 14.1, points)

    drawn = facts.outline(lat, lon)

    pairs = [tuple(map(float, pair.split(","))) for pair in drawn["points"].split(" ")]
    assert len(pairs) <= facts.MOST_OUTLINE
    assert all(0 <= x <= drawn["width"] and 0 <= y <= drawn["height"] for x, y in pairs)


def test_long_cells_are_cut():
    data = b"a\n" + b"x" * 1_000 + b"\n"

    told = facts.facts_of(simulator.read_dataset("a.csv", data))

    assert told["lines"][1] == ["x" * facts.MOST_CELL]
