"""Geodesics: against Karney's solution, which is exact to some nanometres."""

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from simulator import geodesy

WORLD = Geodesic.WGS84
rng = np.random.default_rng(1)
LAT, TO_LAT = rng.uniform(-89, 89, (2, 500))
LON, TO_LON = rng.uniform(-180, 180, (2, 500))
NEAR_LAT, NEAR_LON = LAT + rng.normal(0, 0.01, 500), LON + rng.normal(0, 0.01, 500)


def turn(first: object, second: object) -> np.ndarray:
    return np.abs((np.asarray(first) - np.asarray(second) + 180) % 360 - 180)


@pytest.mark.parametrize(("to_lat", "to_lon"), [(TO_LAT, TO_LON), (NEAR_LAT, NEAR_LON)])
def test_length_and_directions_are_those_of_the_exact_solution(
    to_lat: np.ndarray, to_lon: np.ndarray
) -> None:
    length, begin, end = geodesy.inverse(LAT, LON, to_lat, to_lon)

    exact = [WORLD.Inverse(*each) for each in zip(LAT, LON, to_lat, to_lon, strict=True)]
    assert np.abs(length - [each["s12"] for each in exact]).max() < 0.000_5
    assert turn(begin, [each["azi1"] for each in exact]).max() < 1e-6
    assert turn(end, [each["azi2"] for each in exact]).max() < 1e-6


def test_a_geodesic_ends_where_the_exact_solution_says() -> None:
    bearing, length = rng.uniform(0, 360, 500), rng.uniform(0, 1e7, 500)

    lat, lon, end = geodesy.direct(LAT, LON, bearing, length)

    exact = [WORLD.Direct(*each) for each in zip(LAT, LON, bearing, length, strict=True)]
    metres = [
        WORLD.Inverse(each["lat2"], each["lon2"], a, b)["s12"]
        for each, a, b in zip(exact, lat, lon, strict=True)
    ]
    assert max(metres) < 0.000_5
    assert turn(end, [each["azi2"] for each in exact]).max() < 1e-6


def test_points_that_are_one_have_no_length_and_the_equator_is_a_geodesic() -> None:
    zero = np.zeros(2)

    length, begin, _ = geodesy.inverse(zero, zero, zero, np.array([0.0, 1.0]))

    assert length == pytest.approx([0, np.pi / 180 * geodesy.SEMI_MAJOR])
    assert begin[1] == 90


def test_opposite_sides_of_the_earth_have_no_answer() -> None:
    length, _, _ = geodesy.inverse(*(np.array([each]) for each in (0.0, 0.0, 0.2, 179.9)))

    assert np.isnan(length).all()


def test_a_degree_is_as_long_as_the_geodesic_through_it() -> None:
    lat = np.array([-60.0, 0.0, 35.5, 80.0])

    north, east = geodesy.radii(lat)

    for at, n, e in zip(lat, north, east, strict=True):
        assert n == pytest.approx(WORLD.Inverse(at - 5e-4, 0, at + 5e-4, 0)["s12"] * 1e3, rel=1e-8)
        assert e == pytest.approx(WORLD.Inverse(at, -5e-4, at, 5e-4)["s12"] * 1e3, rel=1e-8)


def test_no_answer_depends_on_those_beside_it() -> None:
    whole = geodesy.inverse(LAT, LON, TO_LAT, TO_LON)
    ends = geodesy.direct(LAT, LON, TO_LON % 360, np.abs(TO_LAT) * 1e5)

    for at in (0, 7, 499):
        one = slice(at, at + 1)
        alone = geodesy.inverse(LAT[one], LON[one], TO_LAT[one], TO_LON[one])
        assert [each[at] for each in whole] == [each[0] for each in alone]
        end = geodesy.direct(LAT[one], LON[one], TO_LON[one] % 360, np.abs(TO_LAT[one]) * 1e5)
        assert [each[at] for each in ends] == [each[0] for each in end]
