"""route: along a track at the speed that was asked for."""

from typing import Any

import numpy as np
import pytest

from simulator.datasets import Dataset, read_gpx
from simulator.definition.generator import Need
from simulator.definition.metric import read_generator
from simulator.errors import DefinitionError
from simulator.generators.route import EARTH_RADIUS, PARTS

from .bench import cast, column, demo, sample

DEGREE = EARTH_RADIUS * np.pi / 180  # m of one degree along a meridian or the equator


def track(*segments: list[tuple[float, float, float | None]]) -> Dataset:
    """Return a track of segments of points (lat, lon, altitude)."""
    texts = [
        "".join(
            f'<trkpt lat="{lat}" lon="{lon}">{"" if ele is None else f"<ele>{ele}</ele>"}</trkpt>'
            for lat, lon, ele in points
        )
        for points in segments
    ]
    inside = "".join(f"<trkseg>{text}</trkseg>" for text in texts)
    return read_gpx("a.gpx", f"<gpx><trk>{inside}</trk></gpx>".encode())


CORNER = track([(0, 0, 100), (1, 0, None), (1, 0, None), (1, 1, 300)])  # north, then east


def driven(dataset: Dataset, times: list[float], **parameters: Any) -> dict[str, Any]:
    """Return what one mock that goes one degree a second (of the equator) reads at ``times``."""
    generator = {"route": {"dataset": "a.gpx", "speed": DEGREE / 100, **parameters}}
    made = column(generator, cast(1, a_gpx=dataset))
    drawn = [made.draw(sample([0], t=t * 100)) for t in times]
    return {part: [values[part][0] for values in drawn] for part in drawn[0]}


def test_it_goes_from_point_to_point_at_its_speed() -> None:
    values = driven(CORNER, [0, 0.5, 1, 1.5])

    assert tuple(sorted(values)) == tuple(sorted(PARTS))
    assert values["lat"] == pytest.approx([0, 0.5, 1, 1])
    # A degree of longitude at latitude 1 is shorter by cos(1°).
    assert values["lon"] == pytest.approx([0, 0, 0, 0.5 / np.cos(np.radians(1))], abs=1e-6)
    assert values["bearing"] == pytest.approx([0, 0, 89.99, 89.99], abs=0.01)
    assert values["speed"] == pytest.approx([DEGREE / 100] * 4)
    assert values["distance"] == pytest.approx([0, 0.5 * DEGREE, DEGREE, 1.5 * DEGREE])
    assert values["altitude"] == pytest.approx([100, 150, 200, 250], abs=0.1)


def test_at_the_end_it_begins_again_turns_or_stops() -> None:
    line = track([(0, 0, None), (0, 1, None)])

    looping = driven(line, [0.75, 1.25, 2.5])
    turning = driven(line, [0.75, 1.25, 2.5], at_end="reverse")
    stopping = driven(line, [0.75, 1.25, 2.5], at_end="stop")

    assert looping["lon"] == pytest.approx([0.75, 0.25, 0.5])
    assert turning["lon"] == pytest.approx([0.75, 0.75, 0.5])
    assert turning["bearing"] == pytest.approx([90, 270, 90])
    assert turning["distance"] == pytest.approx([0.75 * DEGREE, 1.25 * DEGREE, 2.5 * DEGREE])
    assert stopping["lon"] == pytest.approx([0.75, 1, 1])
    assert stopping["speed"] == pytest.approx([DEGREE / 100, 0, 0])
    assert stopping["distance"] == pytest.approx([0.75 * DEGREE, DEGREE, DEGREE])


def test_gaps_between_segments_are_crossed_or_jumped() -> None:
    pieces = track([(0, 0, None), (0, 1, None)], [(0, 11, None), (0, 12, None)])

    assert driven(pieces, [0.5, 6, 11.5])["lon"] == pytest.approx([0.5, 6, 11.5])
    assert driven(pieces, [0.5, 1.5, 2.5], gaps="jump")["lon"] == pytest.approx([0.5, 11.5, 0.5])


def test_the_date_line_is_no_way_around_the_world() -> None:
    values = driven(track([(0, 179.5, None), (0, -179.5, None)]), [0.25, 0.75])

    assert values["lon"] == pytest.approx([179.75, -179.75])
    assert values["bearing"] == pytest.approx([90, 90])


def test_a_track_without_altitudes_gives_none() -> None:
    assert np.isnan(driven(track([(0, 0, None), (0, 1, None)]), [0])["altitude"]).all()


def test_the_length_of_a_real_hike_is_what_another_program_measures() -> None:
    # gpxpy 1.6.2: its haversine_distance, summed over the legs of this file's three segments, is
    # 14,913.750929 m on a sphere with the radius of the equator, 6,378,137 m.
    hike = demo("hike-korita-zbevnica.gpx")
    generator = {"route": {"dataset": "h.gpx", "speed": "50 m/s", "at_end": "stop", "gaps": "jump"}}

    end = column(generator, cast(1, h_gpx=hike)).draw(sample([0], t=1e6))

    assert end["distance"][0] == pytest.approx(14_913.750929 * EARTH_RADIUS / 6_378_137)
    assert end["lat"][0] == pytest.approx(hike.columns["lat"][-1])


def test_speed_distance_and_positions_of_a_real_hike_agree() -> None:
    generator = {"route": {"dataset": "h.gpx", "speed": "36 km/h", "at_end": "reverse"}}
    made = column(generator, cast(8_000, h_gpx=demo("hike-korita-zbevnica.gpx")))
    # One place a mock: mock k is read k times 50 ms after its start.
    place = made.draw(sample(np.arange(8_000), t=np.arange(8_000) * 0.05))

    lat, lon = np.radians(place["lat"]), np.radians(place["lon"])
    steps = np.hypot(np.diff(lat), np.diff(lon) * np.cos(lat[1:])) * EARTH_RADIUS
    assert np.median(steps) == pytest.approx(0.5, rel=0.001)
    assert steps.max() <= 0.5 * 1.001


def test_each_mock_begins_farther_along_than_the_one_before() -> None:
    generator = {"route": {"dataset": "a.gpx", "speed": 1, "offset": f"{DEGREE * 0.4} m"}}
    line = track([(0, 0, None), (0, 1, None)])

    made = column(generator, cast(3, first=1, a_gpx=line)).draw(sample(range(3)))

    assert made["lon"] == pytest.approx([0.4, 0.8, 0.2])
    assert made["distance"].tolist() == [0, 0, 0]


def test_mocks_begin_anywhere_when_the_offset_is_random() -> None:
    generator = {"route": {"dataset": "a.gpx", "speed": 1, "offset": "random"}}
    line = track([(0, 0, None), (0, 1, None)])

    lon = column(generator, cast(2_000, a_gpx=line)).draw(sample(np.arange(2_000)))["lon"]

    assert np.histogram(lon, 4, (0, 1))[0] == pytest.approx(500, rel=0.15)


def test_it_needs_a_track_of_two_places() -> None:
    made = read_generator({"route": {"dataset": "a.gpx", "speed": "4 km/h"}})

    assert made.needs() == (Need("a.gpx", "gpx", ("lat", "lon", "altitude", "segment")),)
    with pytest.raises(DefinitionError, match=r"a\.gpx: a route needs two points, it has one"):
        made.column(cast(1, a_gpx=track([(1, 2, 3), (1, 2, 4)])), "m")
    with pytest.raises(DefinitionError, match=r"needs the GPX file 'a\.gpx', it is not there"):
        made.column(cast(1), "m")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"speed": 0}, "must be above 0 to 10,000 m.s"),
        ({"speed": "5 furlongs"}, "wrong unit 'furlongs', allowed: m/s, km/h, kn, mph"),
        ({"speed": 1, "offset": "3 min"}, "wrong unit 'min', allowed: cm, m, km"),
        ({"speed": 1, "at_end": "hold"}, "'loop', 'reverse' or 'stop'"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    parameters: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator({"route": {"dataset": "a.gpx", **parameters}})
