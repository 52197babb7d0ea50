"""GPX files: the points of a track in order, or a refusal by name and line."""

from pathlib import Path

import numpy as np
import pytest

from simulator.datasets import Dataset, read_dataset, read_gpx, track
from simulator.errors import DatasetError

DEMO = Path(__file__).parents[3] / "web/platform/demo"


def read(inside: str, *, attributes: str = 'xmlns="http://www.topografix.com/GPX/1/1"') -> Dataset:
    return read_gpx("a.gpx", f"<gpx {attributes}>{inside}</gpx>".encode())


def point(lat: float, lon: float, inside: str = "", word: str = "trkpt") -> str:
    return f'<{word} lat="{lat}" lon="{lon}">{inside}</{word}>'


def segment(*points: str) -> str:
    return f"<trk><trkseg>{''.join(points)}</trkseg></trk>"


def test_a_real_file_of_several_tracks_becomes_one_line_without_its_waypoints() -> None:
    with (DEMO / "hike-korita-zbevnica.gpx").open("rb") as stream:
        hike = read_dataset("hike.GPX", stream)

    assert (hike.kind, hike.rows, hike.times) == ("gpx", 871, {})
    assert list(hike.columns) == ["lat", "lon", "altitude", "segment"]
    assert hike.columns["lat"][0] == 45.380600095
    assert hike.columns["altitude"][0] == 733.623291
    assert np.bincount(hike.columns["segment"]).tolist() == [358, 176, 337]
    assert hike.first_lines(1)[1] == ["45.38060009", "14.14449144", "733.623291", "0"]


def test_the_name_space_does_not_matter_and_missing_altitudes_are_no_values() -> None:
    plain = read(segment(point(1, 2, "<ele> 30.5 </ele>"), point(3, 4)), attributes="")

    assert plain.columns["lat"].tolist() == [1, 3]
    assert np.array_equal(plain.columns["altitude"], [30.5, np.nan], equal_nan=True)


def test_times_are_a_column_where_every_point_has_one() -> None:
    time = "<time>2026-01-31T12:00:0{}Z</time>"
    timed = read(segment(point(1, 2, time.format(0)), point(3, 4, time.format(5))))
    partly = read(segment(point(1, 2, time.format(0)), point(3, 4)))

    assert timed.seconds("time").tolist() == [1_769_860_800, 1_769_860_805]
    assert "time" not in partly.columns


def test_a_route_is_taken_where_there_is_no_track() -> None:
    route = f"<rte>{point(1, 2, word='rtept')}{point(3, 4, word='rtept')}</rte>"

    assert read(route).columns["lat"].tolist() == [1, 3]
    assert read(route + segment(point(5, 6))).columns["lat"].tolist() == [5]


def test_segments_are_counted_by_those_that_have_points() -> None:
    pieces = read(segment() + segment(point(1, 2)) + segment() + segment(point(3, 4), point(5, 6)))

    assert pieces.columns["segment"].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (b"", "a.gpx: the file is empty"),
        (b"<gpx/>", "must have points of a track or a route, it has none"),
        (b'<gpx><wpt lat="1" lon="2"/></gpx>', "must have points of a track or a route"),
        (b"lat,lon\n1,2\n", "line 1, column 1: the file must be XML: syntax error"),
        (b"<gpx>\n<trk>\n</gpx>", "line 3, column 3: the file must be XML: mismatched tag"),
        (b"<gpx>", "the file must be XML: no element found"),
        (b"<kml/>", "line 1: a GPX file must begin with <gpx>, got <kml>"),
        (b'<gpx>\n<trkpt lat="91" lon="0"/></gpx>', "line 2: lat must be from -90 to 90 degrees"),
        (b'<gpx><trkpt lat="0" lon="nan"/></gpx>', "lon must be from -180 to 180 degrees"),
        (b'<gpx><trkpt lat="0"/></gpx>', "lon must be from -180 to 180 degrees, got ''"),
        (b'<gpx><trkpt lat="0" lon="0"><ele>high</ele></trkpt></gpx>', "ele must be a number"),
        (b'<gpx><trkpt lat="0" lon="0"><time>now</time></trkpt></gpx>', "time must be ISO 8601"),
        (
            b'<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>',
            r"line 1: a document type \(<!DOCTYPE>\) is not allowed",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name_and_line(contents: bytes, text: str) -> None:
    with pytest.raises(DatasetError, match=text):
        read_gpx("a.gpx", contents)


def test_a_file_with_too_many_points_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track, "MAX_POINTS", 2)

    with pytest.raises(DatasetError, match="a file may have 2 points, it has more"):
        read(segment(*[point(1, 2)] * 3))


def test_a_file_of_another_ending_is_refused_with_those_that_are_allowed() -> None:
    with pytest.raises(DatasetError, match=r"notes.txt: .* end in .*, \.proto or \.avsc"):
        read_dataset("notes.txt", b"a")
