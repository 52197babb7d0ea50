"""GeoJSON files: every geometry in order, or a refusal by name and place."""

import json
from typing import Any

import numpy as np
import pytest

from simulator.datasets import Dataset, read_dataset, shapes
from simulator.errors import DatasetError

RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


def read(document: Any) -> Dataset:
    return read_dataset("a.geojson", json.dumps(document).encode())


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def line(*positions: Any) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(positions)}


def test_every_geometry_of_a_collection_becomes_a_segment_in_its_order() -> None:
    shapes_of = [
        line([8, 47, 400], [9, 48]),
        {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]]},
        {"type": "Polygon", "coordinates": [RING]},
        {"type": "MultiPolygon", "coordinates": [[RING], [RING]]},
        {"type": "Point", "coordinates": [5, 6]},
        {"type": "MultiPoint", "coordinates": [[7, 8], [9, 10]]},
    ]

    table = read(collection(feature(None), *map(feature, shapes_of)))

    assert (table.kind, table.rows) == ("geojson", 2 + 4 + 4 + 8 + 1 + 2)
    assert list(table.columns) == ["lat", "lon", "altitude", "segment", "shape"]
    assert table.columns["lat"][:2].tolist() == [47, 48]
    assert np.array_equal(table.columns["altitude"][:2], [400, np.nan], equal_nan=True)
    kinds = dict(zip(table.columns["segment"].tolist(), table.columns["shape"], strict=True))
    assert list(kinds.values()) == ["line"] * 3 + ["polygon"] * 3 + ["point"] * 3
    assert table.types["shape"] == "text"


@pytest.mark.parametrize("wrap", [lambda g: g, feature, lambda g: collection(feature(g))])
def test_a_bare_geometry_and_a_feature_are_files_too(wrap: Any) -> None:
    assert read(wrap(line([1, 2], [3, 4]))).columns["lon"].tolist() == [1, 3]


def test_a_collection_of_geometries_may_hold_another() -> None:
    inner = {"type": "GeometryCollection", "geometries": [line([1, 2], [3, 4])]}
    outer = {"type": "GeometryCollection", "geometries": [inner, line([5, 6], [7, 8])]}

    assert read(outer).columns["lat"].tolist() == [2, 4, 6, 8]


def test_times_of_a_line_are_a_column() -> None:
    times = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:05Z"]

    timed = read(feature(line([1, 2], [3, 4]), coordTimes=times))

    assert timed.seconds("time").tolist() == [1_769_860_800, 1_769_860_805]
    assert "time" not in read(feature(line([1, 2], [3, 4]), coordTimes=times[:1])).columns


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ([], "type must be one of Point, .* FeatureCollection, got nothing"),
        ({"type": "Topology"}, "type must be one of .*, got 'Topology'"),
        (collection(), "the file must have a geometry, it has none"),
        ({"type": "FeatureCollection"}, "features: needs a list, got nothing"),
        (collection(feature({"type": "Line"})), r"features\[0\]\.geometry: type must be one of"),
        (line([0, 0]), "coordinates: a line needs 2 positions or more, got 1"),
        (line([0, 0], [0, 91]), r"coordinates\[1\]: lat must be from -90 to 90 degrees, got 91"),
        (line([0, 0], [181, 0]), r"coordinates\[1\]: lon must be from -180 to 180 degrees"),
        (line([0, 0], [0]), r"coordinates\[1\]: needs \[longitude, latitude\], got a list"),
        (line([0, 0], ["0", 1]), r"coordinates\[1\]: needs numbers, got '0'"),
        (line([0, 0], [0, True]), r"coordinates\[1\]: needs numbers, got true"),
        ({"type": "Polygon", "coordinates": [RING[:3]]}, "a polygon needs 4 positions or more"),
        (
            {"type": "Polygon", "coordinates": [[*RING[:3], [5, 5]]]},
            "an outline must end with the position that it begins with",
        ),
        (
            {"type": "Polygon", "coordinates": [RING, RING]},
            r"coordinates\[1\]: a polygon with a hole cannot be used",
        ),
        (feature(line([0, 0], [1, 1]), coordTimes=["now", "then"]), "coordTimes must be ISO 8601"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name_and_place(document: Any, text: str) -> None:
    with pytest.raises(DatasetError, match=f"a.geojson: .*{text}"):
        read(document)


def test_a_file_that_is_no_json_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match=r"a\.geojson: the file must be JSON: "):
        read_dataset("a.geojson", b'{"type": ')
    with pytest.raises(DatasetError, match="the file must be JSON: "):
        read_dataset("a.geojson", b"[" * 100_000)

    monkeypatch.setattr(shapes, "MAX_POINTS", 2)
    with pytest.raises(DatasetError, match="a file may have 2 positions, it has more"):
        read(line([0, 0], [1, 1], [2, 2]))
    monkeypatch.setattr(shapes, "MAX_GEOJSON_BYTES", 10)
    with pytest.raises(DatasetError, match="a GeoJSON file may have 10 bytes, it has"):
        read(line([0, 0], [1, 1]))
