import numpy as np
import pytest

import simulator
from tests.web.datasets.conftest import CSV, GPX
from web.datasets import facts
from web.datasets.sizes import size_text

WHOLE = np.zeros(50_000, dtype=np.int64)  # every point in one segment


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (86_540, "86.5 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (100_000_000, "100 MB"),
        (5_000_000_000_000, "5000 GB"),
    ],
)
def test_a_size_is_written_in_units_of_a_thousand(count, text):
    assert size_text(count) == text


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
    assert track["kilometres"] == pytest.approx(11.120 + 7.849, rel=1e-3)
    assert (track["south"], track["north"]) == (45.0, 45.1)
    assert (track["west"], track["east"]) == (14.0, 14.1)
    assert track["outline"]["lines"] == ["0.00,100.00 0.00,0.00 70.65,0.00"]


def test_a_geojson_file_tells_its_shapes_and_draws_them():
    ring = "[[14.0, 45.0], [14.1, 45.0], [14.1, 45.1], [14.0, 45.0]]"
    text = (
        '{"type": "GeometryCollection", "geometries": ['
        f'{{"type": "Polygon", "coordinates": [{ring}]}},'
        '{"type": "LineString", "coordinates": [[14.0, 45.0], [14.1, 45.1]]},'
        '{"type": "LineString", "coordinates": [[14.1, 45.0], [14.0, 45.1]]}]}'
    )

    told = facts.facts_of(simulator.read_dataset("city.geojson", text.encode()))

    assert (told["kind"], told["rows"]) == ("geojson", 8)
    assert told["track"]["shapes"] == ["2 lines", "1 polygon"]
    assert len(told["track"]["outline"]["lines"]) == 3


def test_a_quarter_of_a_meridian_is_10_000_km_long():
    lat = np.linspace(0, 90, 1_000)

    assert facts.track_length(lat, np.zeros(1_000), WHOLE[:1_000]) == pytest.approx(
        10_007_557, rel=1e-6
    )


@pytest.mark.parametrize("points", [1, 2, 399, 400, 401, 50_000])
def test_an_outline_is_bounded_and_lies_in_its_box(points):
    lat, lon = np.linspace(45, 45.5, points), np.linspace(14, 14.1, points)

    drawn = facts.outline(lat, lon, WHOLE[:points])

    (line,) = drawn["lines"]
    pairs = [tuple(map(float, pair.split(","))) for pair in line.split(" ")]
    assert len(pairs) <= facts.MOST_OUTLINE + 1
    assert all(0 <= x <= drawn["width"] and 0 <= y <= drawn["height"] for x, y in pairs)


def test_between_two_segments_there_is_no_way_and_no_line():
    lat, lon = np.array([45, 45.1, 46, 46.1]), np.full(4, 14.0)
    segment = np.array([0, 0, 1, 1])

    assert facts.track_length(lat, lon, segment) == pytest.approx(22_239, rel=1e-3)
    assert facts.outline(lat, lon, segment)["lines"] == [
        "10.00,100.00 10.00,90.91",
        "10.00,9.09 10.00,0.00",
    ]


def test_a_track_of_many_segments_keeps_a_bounded_outline():
    count = 20_000
    drawn = facts.outline(np.linspace(45, 46, count), np.linspace(14, 15, count), np.arange(count))

    assert sum(len(line.split(" ")) for line in drawn["lines"]) <= 3 * facts.MOST_OUTLINE


def test_long_cells_are_cut():
    data = b"a\n" + b"x" * 1_000 + b"\n"

    told = facts.facts_of(simulator.read_dataset("a.csv", data))

    assert told["lines"][1] == ["x" * facts.MOST_CELL]


def test_a_schema_tells_what_it_describes_and_its_first_lines():
    proto = b'syntax = "proto3";\nmessage Reading { string id = 1; double t = 2; }\n'
    avsc = b'{"type": "record", "name": "Reading", "fields": [{"name": "id", "type": "string"}]}'

    told = facts.facts_of(simulator.read_dataset("reading.proto", proto))
    record = facts.facts_of(simulator.read_dataset("reading.avsc", avsc))

    assert (told["kind"], told["rows"], told["is_schema"]) == ("proto", 2, True)
    assert told["messages"] == [{"name": "Reading", "fields": 2}]
    assert told["lines"] == proto.decode().splitlines()
    assert (record["kind"], record["messages"]) == ("avsc", [{"name": "Reading", "fields": 1}])
