"""route: along a line at the speed that was asked for, against exact geodesics."""

from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from simulator.datasets import Dataset, read_dataset, read_gpx
from simulator.definition.metrics.generator import Need
from simulator.definition.metrics.metric import read_generator
from simulator.errors import DefinitionError
from simulator.generators.route import PARTS

from .bench import cast, column, demo, sample

WORLD = Geodesic.WGS84
DEGREE = WORLD.Inverse(0, 0, 0, 1)["s12"]  # m of one degree along the equator
LINE = [[0, 0], [0, 1]]


def track(*segments: list[tuple[float, float, float | None]], times: bool = False) -> Dataset:
    """Return a track of segments of points (lat, lon, altitude), 10 s apart where timed."""
    number = 0
    inside = ""
    for points in segments:
        texts = []
        for lat, lon, ele in points:
            time = f"<time>2026-01-01T00:{number * 10 // 60:02d}:{number * 10 % 60:02d}Z</time>"
            altitude = "" if ele is None else f"<ele>{ele}</ele>"
            texts.append(
                f'<trkpt lat="{lat}" lon="{lon}">{altitude}{time if times else ""}</trkpt>'
            )
            number += 1
        inside += f"<trkseg>{''.join(texts)}</trkseg>"
    return read_gpx("a.gpx", f"<gpx><trk>{inside}</trk></gpx>".encode())


def driven(times: Any, *, count: int = 1, file: Dataset | None = None, **parameters: Any) -> Any:
    """Return the parts of one mock, or of some, at each of ``times``; of one without a dimension.

    Without another speed it goes one degree of the equator in 100 s.
    """
    files = {} if file is None else {"a_gpx": file}
    where = {"dataset": "a.gpx"} if file else {"points": LINE}
    generator = {"route": {"speed": DEGREE / 100, **where, **parameters}}
    made = column(generator, cast(count, **files))
    drawn = [made.draw(sample(np.arange(count), t=float(t), count=n)) for n, t in enumerate(times)]
    parts = {part: np.array([values[part] for values in drawn]) for part in drawn[0]}
    return {part: values[:, 0] if count == 1 else values for part, values in parts.items()}


def test_it_goes_from_point_to_point_at_its_speed() -> None:
    corner = track([(0, 0, 100), (1, 0, None), (1, 0, None), (1, 1, 300)])  # north, then east
    north = WORLD.Inverse(0, 0, 1, 0)["s12"]

    values = driven([0, 10, north + 1e-6, north + 1000], file=corner, speed="1 m/s")

    assert tuple(sorted(values)) == tuple(sorted(PARTS))
    half = WORLD.Direct(1, 0, WORLD.Inverse(1, 0, 1, 1)["azi1"], 1000)
    assert values["lat"] == pytest.approx([0, 10 / north, 1, half["lat2"]], abs=1e-7)
    assert values["lon"] == pytest.approx([0, 0, 0, half["lon2"]], abs=1e-7)
    assert values["bearing"] == pytest.approx([0, 0, 89.991, half["azi2"]], abs=0.001)
    assert values["speed"].tolist() == [1, 1, 1, 1]
    assert values["distance"] == pytest.approx([0, 10, north, north + 1000])
    assert values["altitude"][[0, 2]] == pytest.approx([100, 200], abs=0.5)
    assert not values["stopped"].any()


def test_a_long_leg_is_a_geodesic_and_not_a_line_in_degrees() -> None:
    tokyo, london = (35.68, 139.77), (51.51, -0.13)
    way = WORLD.InverseLine(*tokyo, *london)
    places = np.linspace(0, way.s13, 300, endpoint=False)

    values = driven(places, points=[list(tokyo), list(london)], speed=1)

    for place, lat, lon, bearing in zip(
        places, values["lat"], values["lon"], values["bearing"], strict=True
    ):
        exact = way.Position(place)
        away = WORLD.Inverse(exact["lat2"], exact["lon2"], lat, lon)["s12"]
        assert away < 0.25  # what the docstring promises to 85°; this one comes to 71°
        assert abs((exact["azi2"] - bearing + 180) % 360 - 180) < 0.001


def test_at_the_end_it_begins_again_turns_or_stops() -> None:
    times = [75, 125, 250]

    looping = driven(times)
    turning = driven(times, at_end="reverse")
    stopping = driven(times, at_end="stop")

    assert looping["lon"] == pytest.approx([0.75, 0.25, 0.5])
    assert turning["lon"] == pytest.approx([0.75, 0.75, 0.5])
    assert turning["bearing"] == pytest.approx([90, 270, 90])
    assert turning["distance"] == pytest.approx(np.array([0.75, 1.25, 2.5]) * DEGREE)
    assert stopping["lon"] == pytest.approx([0.75, 1, 1])
    assert stopping["speed"] == pytest.approx([DEGREE / 100, 0, 0])
    assert stopping["distance"] == pytest.approx(np.array([0.75, 1, 1]) * DEGREE)
    assert stopping["stopped"].tolist() == [False, True, True]


def test_gaps_between_segments_are_crossed_or_jumped() -> None:
    pieces = track([(0, 0, None), (0, 1, None)], [(0, 11, None), (0, 12, None)])

    assert driven([50, 600, 1150], file=pieces)["lon"] == pytest.approx([0.5, 6, 11.5])
    jumped = driven([50, 150, 250], file=pieces, gaps="jump")
    assert jumped["lon"] == pytest.approx([0.5, 11.5, 0.5])


def test_the_date_line_is_no_way_around_the_world() -> None:
    values = driven([25, 50, 75], points=[[0, 179.5], [0, -179.5]])

    assert values["lon"] == pytest.approx([179.75, -180, -179.75])
    assert values["bearing"] == pytest.approx([90, 90, 90])


def test_a_track_without_altitudes_gives_none() -> None:
    assert np.isnan(driven([0])["altitude"]).all()


def test_the_length_of_a_real_hike_is_that_of_its_geodesics() -> None:
    hike = demo("hike-korita-zbevnica.gpx")
    lat, lon, segment = (hike.columns[name] for name in ("lat", "lon", "segment"))
    exact = sum(
        WORLD.Inverse(lat[at], lon[at], lat[at + 1], lon[at + 1])["s12"]
        for at in np.flatnonzero(np.diff(segment) == 0)
    )

    end = driven([1e6], file=hike, speed="50 m/s", at_end="stop", gaps="jump")

    assert end["distance"] == pytest.approx([exact], abs=0.01)
    assert end["lat"] == pytest.approx(lat[-1:])


def test_speed_bearing_and_positions_of_a_real_hike_agree() -> None:
    made = driven(
        np.arange(2_000) * 0.5,
        file=demo("hike-korita-zbevnica.gpx"),
        speed="36 km/h",
        at_end="reverse",
    )

    # Each step of half a second at 10 m/s is 5 m, a little less around a corner.
    lat, lon = made["lat"], made["lon"]
    steps = [WORLD.Inverse(lat[n], lon[n], lat[n + 1], lon[n + 1]) for n in range(0, 1_999, 7)]
    assert np.median([step["s12"] for step in steps]) == pytest.approx(5, rel=1e-4)
    assert max(step["s12"] for step in steps) < 5.001
    turned = [(step["azi1"] - made["bearing"][7 * n]) % 360 for n, step in enumerate(steps)]
    assert np.median(np.minimum(turned, 360 - np.array(turned))) < 1


def test_a_profile_changes_the_speed_along_the_way() -> None:
    speeds = [[0, DEGREE / 100], ["50%", DEGREE / 50]]

    values = driven([25, 50, 60, 75, 80], speed=speeds)
    back = driven([60, 80, 100], speed=speeds, at_end="reverse")
    legs = driven(
        [50, 110, 150], points=[[0, 0], [0, 1], [0, 2]], speed={"legs": [DEGREE / 100, 1]}
    )

    assert values["lon"] == pytest.approx([0.25, 0.5, 0.7, 0, 0.05], abs=1e-9)
    assert values["speed"] == pytest.approx(np.array([1, 2, 2, 1, 1]) * DEGREE / 100)
    assert back["lon"] == pytest.approx([0.7, 0.9, 0.5])
    assert legs["speed"] == pytest.approx([DEGREE / 100, 1, 1])


def test_it_drives_as_it_was_recorded_and_stands_where_that_stood() -> None:
    timed = track([(0, 0, None), (0, 0.1, None), (0, 0.1, None), (0, 0.4, None)], times=True)

    values = driven([5, 15, 25, 35], file=timed, speed="recorded")
    faster = driven([2.5, 12.5], file=timed, speed={"recorded": 2})

    assert values["lon"] == pytest.approx([0.05, 0.1, 0.25, 0.05])
    assert values["stopped"].tolist() == [False, True, False, False]
    assert values["speed"] == pytest.approx(np.array([0.01, 0, 0.03, 0.01]) * DEGREE)
    assert faster["lon"] == pytest.approx([0.05, 0.25])


def test_it_halts_as_long_as_a_stop_says() -> None:
    stops = [{"at": "50%", "for": "1min"}]

    values = driven([49, 50, 109.5, 111, 161], stops=stops)

    assert values["lon"] == pytest.approx([0.49, 0.5, 0.5, 0.51, 0.01])
    assert values["stopped"].tolist() == [False, True, True, False, False]
    assert values["speed"][:3] == pytest.approx([DEGREE / 100, 0, 0])
    assert values["distance"] == pytest.approx(np.array([0.49, 0.5, 0.5, 0.51, 1.01]) * DEGREE)


@pytest.mark.parametrize(
    ("stop", "places"),
    [
        ({"at": f"{DEGREE / 4} m"}, [0.25]),
        ({"at": [0.001, 0.75]}, [0.75]),
        ({"at": "points"}, [0, 0.5, 1]),
        ({"every": f"{DEGREE * 0.4} m"}, [0.4, 0.8]),
    ],
)
def test_a_stop_is_at_a_distance_a_place_the_points_or_every_so_far(
    stop: dict[str, Any], places: list[float]
) -> None:
    points = [[0, 0], [0, 0.5], [0, 1]]
    values = driven(
        np.arange(0, 900, 1), points=points, stops=[{**stop, "for": "2min"}], at_end="stop"
    )

    halted = values["lon"][values["stopped"]]
    assert sorted(set(halted.round(6)) - {1.0}) == pytest.approx(sorted(set(places) - {1.0}))


def test_stops_by_chance_are_made_by_that_share_and_last_as_long_as_their_spread() -> None:
    stops = [{"at": "50%", "for": "60s ± 20s", "chance": "30%"}]

    at_80 = driven([80], count=4_000, stops=stops)
    times = driven(np.arange(85, 135, 1), count=4_000, stops=stops)["stopped"]

    assert at_80["stopped"].mean() == pytest.approx(0.3, abs=0.02)
    waited = 35 + times.sum(axis=0)[at_80["stopped"][0]]
    assert waited.mean() == pytest.approx(60, abs=1.5)
    assert waited.min() >= 40
    assert waited.max() <= 81


def test_it_gains_speed_and_brakes_evenly_around_a_stop() -> None:
    # 0 to 20 m/s in 10 s (100 m), the same to the stop at 1 km: 40 s at full speed between.
    parameters: dict[str, Any] = {
        "points": [[0, 0], [0, 3000 / DEGREE]],
        "speed": 20,
        "acceleration": 2,
        "braking": 2,
        "stops": [{"at": "1 km", "for": "30s"}],
        "at_end": "stop",
    }

    values = driven([0, 5, 10, 30, 55, 60, 89, 91, 95, 1000], **parameters)

    assert values["speed"] == pytest.approx([0, 10, 20, 20, 10, 0, 0, 2, 10, 0], abs=1e-6)
    assert values["distance"] == pytest.approx(
        [0, 25, 100, 500, 975, 1000, 1000, 1001, 1025, 3000], abs=1e-5
    )
    short = driven([5, 7], **{**parameters, "points": [[0, 0], [0, 50 / DEGREE]], "stops": []})
    assert short["speed"] == pytest.approx([10, 6])  # it never comes to 20 m/s


def test_it_brakes_before_the_end_of_a_loop_for_a_stop_at_its_beginning() -> None:
    square = [[0, 0], [0, 0.01], [0.01, 0.01], [0.01, 0], [0, 0]]
    stops = [{"at": "0 km", "for": "60s"}]

    values = driven(
        np.arange(0, 600), points=square, speed="20 m/s", acceleration=1, braking=2, stops=stops
    )

    changes = np.diff(values["speed"])
    assert values["stopped"].sum() > 100
    assert changes.min() == pytest.approx(-2)
    assert changes.max() == pytest.approx(1)


def test_asking_about_an_earlier_time_gives_what_was_then() -> None:
    stops = [{"every": "5 km", "for": "40s ± 30s", "chance": "60%"}]
    whole = driven(np.arange(0, 400, 10), count=5, stops=stops)
    mixed = driven([390, 100, 0, 250], count=5, stops=stops)

    for n, t in enumerate([390, 100, 0, 250]):
        assert np.array_equal(mixed["distance"][n], whole["distance"][t // 10])


def test_a_state_that_is_taken_back_goes_on_as_if_nothing_had_been() -> None:
    stops = [{"every": "5 km", "for": "40s ± 30s"}]
    generator = {"route": {"points": LINE, "speed": DEGREE / 100, "stops": stops}}
    first, second = (column(generator, cast(3)) for _ in range(2))
    first.draw(sample(range(3), t=300.0))

    second.restore(first.state())

    for t in (310.0, 900.0):
        one, other = (made.draw(sample(range(3), t=t)) for made in (first, second))
        assert all(np.array_equal(one[part], other[part], equal_nan=True) for part in PARTS)
    with pytest.raises(ValueError, match="state must have the arrays"):
        second.restore({})


def test_mocks_begin_one_after_the_other_or_anywhere() -> None:
    generator = {"route": {"points": LINE, "speed": 1, "offset": f"{DEGREE * 0.4} m"}}
    anywhere = {"route": {"points": LINE, "speed": 1, "offset": "random"}}

    made = column(generator, cast(3, first=1)).draw(sample(range(3)))
    lon = column(anywhere, cast(2_000)).draw(sample(np.arange(2_000)))["lon"]

    assert made["lon"] == pytest.approx([0.4, 0.8, 0.2])
    assert made["distance"] == pytest.approx([0, 0, 0], abs=1e-9)
    assert np.histogram(lon, 4, (0, 1))[0] == pytest.approx(500, rel=0.15)


def test_each_mock_may_have_its_own_pace() -> None:
    values = driven([50], count=2_000, varies="20%")

    assert values["lon"].min() == pytest.approx(0.4, abs=0.001)
    assert values["lon"].max() == pytest.approx(0.6, abs=0.001)
    assert values["speed"] == pytest.approx(values["lon"] * DEGREE / 50)


def test_a_receiver_errs_by_its_noise_in_both_directions_and_not_in_distance() -> None:
    values = driven([50], count=5_000, points=[[60, 0], [60, 1]], noise="10 m")
    exact = driven([50], points=[[60, 0], [60, 1]])

    north = (values["lat"] - exact["lat"]) * WORLD.Inverse(60, 0, 61, 0)["s12"]
    east = (values["lon"] - exact["lon"]) * WORLD.Inverse(60, 0, 60, 0.01)["s12"] * 100
    assert [north.std(), east.std()] == pytest.approx([10, 10], rel=0.04)
    assert [north.mean(), east.mean()] == pytest.approx([0, 0], abs=0.5)
    assert abs(np.corrcoef(north, east)[0, 1]) < 0.05
    assert len(set(values["distance"][0])) == 1


def test_the_lines_of_a_geojson_file_are_a_route_too() -> None:
    text = (
        b'{"type": "FeatureCollection", "features": ['
        b'{"type": "Feature", "properties": {}, "geometry": {"type": "Point", '
        b'"coordinates": [5, 5]}},'
        b'{"type": "Feature", "properties": {}, "geometry": {"type": "LineString", '
        b'"coordinates": [[0, 0], [1, 0]]}}]}'
    )
    dataset = read_dataset("a.geojson", text)

    made = column(
        {"route": {"dataset": "a.geojson", "speed": DEGREE / 100}}, cast(1, a_geojson=dataset)
    )

    assert made.draw(sample([0], t=50))["lon"] == pytest.approx([0.5])
    needed = Need("a.geojson", "geojson", ("lat", "lon", "altitude", "segment"))
    assert read_generator({"route": {"dataset": "a.geojson", "speed": 1}}).needs() == (needed,)


def test_it_needs_a_line() -> None:
    made = read_generator({"route": {"dataset": "a.gpx", "speed": "4 km/h"}})
    timed = read_generator({"route": {"dataset": "a.gpx", "speed": "recorded"}})
    falling = track([(0, 0, None), (0, 1, None)], times=True)
    falling.columns["time"][:] = [5, 1]

    assert made.needs() == (Need("a.gpx", "gpx", ("lat", "lon", "altitude", "segment")),)
    assert timed.needs()[0].columns[-1] == "time"
    for generator, file, text in (
        (made, track([(1, 2, 3), (1, 2, 4)]), r"a\.gpx: a route needs two points, it has one"),
        (
            made,
            track([(0, 0, 3), (0, 180, 4)]),
            "points 1 and 2 are on opposite sides",
        ),
        (timed, track([(0, 0, 3), (0, 1, 4)]), "needs a time at every point, never falling"),
        (timed, falling, "needs a time at every point, never falling"),
    ):
        with pytest.raises(DefinitionError, match=text):
            generator.column(cast(1, a_gpx=file), "m")
    with pytest.raises(DefinitionError, match=r"needs the GPX file 'a\.gpx', it is not there"):
        made.column(cast(1), "m")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"speed": 0}, "must be above 0 to 10,000 m.s"),
        ({"speed": "5 furlongs"}, "wrong unit 'furlongs', allowed: m/s, km/h, kn, mph"),
        ({"speed": [[0.1, 5]]}, "shares of the way must rise from 0 to below 1"),
        ({"speed": [[0, 5], [0, 6]]}, "shares of the way must rise from 0 to below 1"),
        ({"speed": {"leg": [5]}}, "needs a speed, {legs: .* or {recorded: times as fast}"),
        ({"speed": "recorded"}, "speed: recorded needs a dataset with times"),
        ({"speed": 1, "offset": "3 min"}, "wrong unit 'min', allowed: cm, m, km"),
        ({"speed": 1, "at_end": "hold"}, "'loop', 'reverse' or 'stop'"),
        ({"speed": 1, "dataset": "a.gpx"}, "needs dataset or points, one of them"),
        ({"speed": 1, "braking": 1}, "braking needs acceleration"),
        ({"speed": 1, "points": [[0, 0]]}, "needs a list of 2 to 2,000 points, got 1"),
        ({"speed": 1, "points": [[0, 0], [91, 0]]}, "point 2: lat must be from -90 to 90 degrees"),
        ({"speed": 1, "stops": [{"for": "5s"}]}, r"needs at \(where\) or every"),
        ({"speed": 1, "stops": [{"at": "end", "for": "5s"}]}, "needs a distance .2 km., a share"),
        ({"speed": 1, "stops": [{"every": "0 m", "for": "5s"}]}, "every must be above 0 m"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    parameters: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator({"route": {"points": LINE, **parameters}})


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ({"at": "500 km"}, "the stop at 500,000 m is beyond the end, the route has 111,319 m"),
        ({"at": [1, 0.5]}, r"the stop at \[1, 0\.5\] is 110\.6 km away from the route, at most 1"),
        ({"every": "20 m"}, "a round must take 1 s for each of its 5,565 halts, it takes 100 s"),
        ({"every": "1 m"}, "a route may halt 10,000 times a round, it has 111,319"),
    ],
)
def test_a_stop_that_is_not_on_the_route_is_refused(stop: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        driven([0], stops=[{**stop, "for": "5s"}])
