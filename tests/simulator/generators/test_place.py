"""place and geofence: evenly in an area, wandering within it, and in or out of it."""

from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from simulator.datasets import Dataset, read_dataset
from simulator.definition.metrics.generator import Need
from simulator.definition.metrics.metric import read_generator
from simulator.errors import DefinitionError
from simulator.generators.land.area import Circle, Outlined, Round

from .bench import cast, column, sample

WORLD = Geodesic.WGS84
CENTRE = [47.37, 8.54]
CIRCLE = {"circle": {"at": CENTRE, "radius": "2 km"}}
# An L: 2 by 2 hundredths of a degree without its upper right quarter.
CORNERS = [[10.00, 20.00], [10.00, 20.02], [10.01, 20.02], [10.01, 20.01], [10.02, 20.01]]
ELL = [*CORNERS, [10.02, 20.00]]


def geojson(*rings: str) -> Dataset:
    shapes = ",".join(f'{{"type": "Polygon", "coordinates": [{ring}]}}' for ring in rings)
    text = f'{{"type": "GeometryCollection", "geometries": [{shapes}]}}'
    return read_dataset("a.geojson", text.encode())


def placed(count: int, **parameters: Any) -> dict[str, np.ndarray]:
    made = column({"place": parameters}, cast(count)).draw(sample(np.arange(count)))
    assert isinstance(made, dict)
    return made


def test_places_are_spread_evenly_over_a_circle() -> None:
    made = placed(1_500, **CIRCLE)

    exact = [
        WORLD.Inverse(*CENTRE, lat, lon) for lat, lon in zip(made["lat"], made["lon"], strict=True)
    ]
    away = np.array([each["s12"] for each in exact])
    assert away.max() <= 2_000.001
    # The share of the area within a radius grows with its square.
    assert np.histogram((away / 2_000) ** 2, 5, (0, 1))[0] == pytest.approx(300, rel=0.15)
    around = np.array([each["azi1"] for each in exact]) % 360
    assert np.histogram(around, 6, (0, 360))[0] == pytest.approx(250, rel=0.2)


def test_places_are_spread_evenly_over_a_polygon() -> None:
    made = placed(6_000, polygon=ELL)

    squares = np.histogram2d(
        made["lat"], made["lon"], bins=2, range=[[10.00, 10.02], [20.00, 20.02]]
    )[0]
    assert squares.ravel() == pytest.approx([2_000, 2_000, 2_000, 0], rel=0.06)
    # A polygon from the equator to 60°: half of its area lies south of asin(sin(60°) / 2).
    tall = placed(6_000, polygon=[[0, 0], [0, 10], [60, 10], [60, 0]])
    middle = np.degrees(np.arcsin(np.sin(np.radians(60)) / 2))
    assert (tall["lat"] < middle).mean() == pytest.approx(0.5, abs=0.02)


def test_a_polygon_may_lie_across_the_date_line() -> None:
    made = placed(2_000, polygon=[[0, 179], [0, -179], [1, -179], [1, 179]])

    assert (np.abs(made["lon"]) >= 179).all()
    assert (made["lon"] > 0).mean() == pytest.approx(0.5, abs=0.04)


def test_the_polygons_of_a_file_are_one_area() -> None:
    small = "[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]"
    large = "[[10, 0], [13, 0], [13, 1], [10, 1], [10, 0]]"
    generator = {"place": {"dataset": "a.geojson"}}

    made = column(generator, cast(4_000, a_geojson=geojson(small, large))).draw(
        sample(np.arange(4_000))
    )

    assert (made["lon"] >= 10).mean() == pytest.approx(0.75, abs=0.03)
    needed = Need("a.geojson", "geojson", ("lat", "lon", "segment", "shape"))
    assert read_generator(generator).needs() == (needed,)


def test_a_place_is_kept_or_drawn_anew_at_each_reading() -> None:
    kept = column({"place": CIRCLE}, cast(5))
    anew = column({"place": {**CIRCLE, "each": "reading"}}, cast(5))
    rows = np.arange(5)

    first, second = (kept.draw(sample(rows, t=n, count=n))["lat"] for n in range(2))
    one, other = (anew.draw(sample(rows, t=n, count=n))["lat"] for n in range(2))

    assert np.array_equal(first, second)
    assert not np.any(one == other)


def test_a_wanderer_stays_within_keeps_its_speed_and_rests() -> None:
    generator = {"place": {"polygon": ELL, "wander": "5 m/s", "pause": "60s ± 30s"}}
    made = column(generator, cast(40))
    readings = [
        made.draw(sample(np.arange(40), t=t, count=n)) for n, t in enumerate(range(0, 6000, 20))
    ]
    parts = {part: np.array([each[part] for each in readings]) for part in readings[0]}

    area = Outlined([tuple(np.array(ELL).T)], name="ell")
    edge = 1e-9  # a way along an edge may pass it by a rounding
    inside = area.contains(parts["lat"].ravel() + edge, parts["lon"].ravel() + edge)
    assert inside.mean() > 0.999
    moving = ~parts["stopped"]
    assert set(parts["speed"][moving]) == {5.0}
    assert set(parts["speed"][~moving]) == {0.0}
    both = moving[:-1] & moving[1:] & (parts["bearing"][:-1] == parts["bearing"][1:])
    north, east = 110_600.0, 109_640.0  # m a degree at 10° north
    steps = np.hypot(np.diff(parts["lat"], axis=0) * north, np.diff(parts["lon"], axis=0) * east)
    assert np.median(steps[both]) == pytest.approx(100, rel=0.005)
    assert 0.05 < (~moving).mean() < 0.6


def test_a_wanderer_is_where_it_is_whatever_was_asked_before() -> None:
    generator = {"place": {**CIRCLE, "wander": 30, "pause": "10s ± 5s"}}
    often, seldom, restored = (column(generator, cast(6)) for _ in range(3))
    rows = np.arange(6)

    for t in range(0, 900, 5):
        last = often.draw(sample(rows, t=float(t)))
    once = seldom.draw(sample(rows, t=895.0))
    restored.restore(often.state())
    early = often.draw(sample(rows, t=100.0))

    assert all(np.array_equal(last[part], once[part]) for part in last)
    again = restored.draw(sample(rows, t=895.0))
    assert all(np.array_equal(last[part], again[part]) for part in last)
    fresh = column(generator, cast(6)).draw(sample(rows, t=100.0))
    assert all(np.array_equal(early[part], fresh[part]) for part in early)


def fence(lats: list[float], **parameters: Any) -> list[list[Any]]:
    """Return what one mock's fence says at each latitude on the meridian of the centre."""
    made = column({"geofence": {"of": "p", **parameters}}, cast(1))
    known = [{"p.lat": np.array([lat]), "p.lon": np.array([CENTRE[1]])} for lat in lats]
    return [made.draw(sample([0], count=n, **each)).tolist()[0] for n, each in enumerate(known)]


def test_a_fence_knows_in_from_out_and_the_moment_between() -> None:
    # One hundredth of a degree is 1.1 km.
    lats = [47.40, 47.38, 47.37, np.nan, 47.36, 47.30, 47.31]

    flags = fence(lats, **CIRCLE)
    events = fence(lats, **CIRCLE, gives="event")

    assert flags == [False, True, True, None, True, False, False]
    assert events == ["outside", "entered", "inside", None, "inside", "left", "outside"]


def test_the_edge_of_a_circle_is_at_its_radius() -> None:
    circle = Round(Circle.model_validate(CIRCLE["circle"]))

    for bearing in (0, 77, 200):
        for radius, wanted in ((1_999.99, True), (2_000.01, False)):
            at = WORLD.Direct(*CENTRE, bearing, radius)
            assert circle.contains(np.array([at["lat2"]]), np.array([at["lon2"]])).tolist() == [
                wanted
            ]


def test_a_large_circle_in_the_north_is_that_of_the_geodesics() -> None:
    circle = Round(Circle.model_validate({"at": [74, 20], "radius": "50 km"}))
    lat = 74 + np.linspace(-0.6, 0.6, 25).repeat(25)
    lon = 20 + np.tile(np.linspace(-2.2, 2.2, 25), 25)

    away = [WORLD.Inverse(74, 20, *each)["s12"] for each in zip(lat, lon, strict=True)]

    assert np.array_equal(circle.contains(lat, lon), np.array(away) <= 50_000)


def test_what_is_drawn_in_a_polygon_is_in_it() -> None:
    star = [[0, 0], [1, 0.4], [2, 0], [1.6, 1], [2, 2], [1, 1.6], [0, 2], [0.4, 1]]
    area = Outlined([tuple(np.array(star, dtype=float).T)], name="star")
    first, second = np.random.default_rng(1).random((2, 20_000))

    lat, lon = area.drawn(first, second)

    assert area.contains(lat, lon).mean() > 0.9999
    assert not area.contains(np.array([0.2]), np.array([1.0]))[0]


def test_a_fence_takes_its_memory_along() -> None:
    first, second = (
        column({"geofence": {"of": "p", "gives": "event", **CIRCLE}}, cast(1)) for _ in "ab"
    )
    where = {"p.lat": np.array([47.37]), "p.lon": np.array([8.54])}
    first.draw(sample([0], **where))

    second.restore(first.state())

    assert second.draw(sample([0], **where)).tolist() == ["inside"]
    assert read_generator({"geofence": {"of": "p", **CIRCLE}}).names() == {"p.lat", "p.lon"}


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"place": {}}, "needs circle, polygon or dataset, one of them"),
        ({"place": {**CIRCLE, "polygon": ELL}}, "needs circle, polygon or dataset, one of them"),
        ({"place": {"polygon": [[0, 0], [1, 1]]}}, "needs a list of 3 to 2,000 points, got 2"),
        ({"place": {"polygon": [[0, 0], [1, 1], [0, 1], [1, 0]]}}, "must not cross itself"),
        ({"place": {"polygon": [[0, 0], [0, 1], [0, 2]]}}, "an outline needs an area"),
        ({"place": {**CIRCLE, "pause": "5s"}}, "pause needs wander"),
        ({"place": {**CIRCLE, "wander": 5, "each": "reading"}}, "needs wander or each: reading"),
        ({"place": {"circle": {"at": CENTRE, "radius": "900 km"}}}, "less than or equal to 500000"),
        ({"geofence": CIRCLE}, "of"),
    ],
)
def test_an_area_that_is_none_is_refused_in_words(generator: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)


def test_a_file_without_a_polygon_is_no_area() -> None:
    line = read_dataset("a.geojson", b'{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}')
    generator = read_generator({"place": {"dataset": "a.geojson"}})

    with pytest.raises(DefinitionError, match=r"a\.geojson: an area needs a polygon, it has none"):
        generator.column(cast(1, a_geojson=line), "m")
    with pytest.raises(DefinitionError, match=r"needs the GeoJSON file 'a\.geojson', it is not"):
        generator.column(cast(1), "m")
