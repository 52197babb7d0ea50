"""What mocks send: any JSON, and values that come from wherever the origin's came from."""

import json
from collections import Counter
from itertools import pairwise
from math import cos, radians
from statistics import fmean, pstdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs.press.drawn import datasets, document_of
from simulator import parse, preview
from simulator.definition.metrics.generator import FAMILIES, KINDS
from tests.rows.devices import START, sent_by

METRES = 111_195.0  # of a degree of latitude, near enough
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="{}"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=12
)


@settings(max_examples=30)
@given(ANY_JSON)
def test_json_in_any_format(wanted: Any) -> None:
    said = sent_by(
        duration=3,
        metrics={"t": {"constant": 4.25}},
        messages={"m": {"every": "2s", "json": {"theirs": wanted, "a": [{"t": "{t:.1f}"}]}}},
    )

    assert said
    assert all(each.payload == {"theirs": wanted, "a": [{"t": 4.2}]} for each in said)


def test_many_ways_to_generate_time_series() -> None:
    files = datasets()
    families = Counter(kind.family for kind in KINDS.values())

    for word, kind in KINDS.items():
        definition = parse(document_of(kind.examples[0]), datasets=files)
        said = list(preview(definition, duration=60, datasets=files, limit=3))
        assert len(said) == 3, word
        assert all(json.loads(each.payload) is not None for each in said), word

    assert set(families) == set(FAMILIES)
    assert len(KINDS) >= 40


def test_a_graph_drawn_by_hand_has_a_period_and_random_fluctuation() -> None:
    drawn = {"points": [[0, 10], [0.25, 30], [0.5, 20]], "period": "8s", "origin": "clock"}
    said = sent_by(
        duration=4_000,
        metrics={"plain": {"curve": drawn}, "noisy": {"curve": drawn | {"noise": 2}}},
        messages={"m": {"every": "2s", "json": ["{plain}", "{noisy}", "{now:ms}"]}},
    )

    line = {0: 10, 2: 30, 4: 20, 6: 15}  # s of a period: drawn at 0, 2 and 4, joined after them

    def wanted(milliseconds: int) -> float:
        at = milliseconds / 1_000 % 8
        before = at // 2 * 2
        after = line[(before + 2) % 8]
        return line[before] + (after - line[before]) * (at - before) / 2

    plain = [each.payload[0] - wanted(each.payload[2]) for each in said]
    noise = [noisy - value for value, noisy, _ in (each.payload for each in said)]
    assert max(map(abs, plain)) < 0.02
    assert abs(fmean(noise)) < 0.2
    assert pstdev(noise) == pytest.approx(2, rel=0.1)


def test_a_bucket_is_drawn_at_random_or_in_order_and_repeating_sets_the_odds() -> None:
    entries = ["closed", "closed", "closed", "open"]
    said = sent_by(
        duration=4_000,
        metrics={"chance": {"pick": entries}, "turn": {"pick": entries, "order": "in_order"}},
    )

    drawn = Counter(each.payload["chance"] for each in said)
    in_turn = [each.payload["turn"] for each in said]
    assert drawn["open"] / drawn.total() == pytest.approx(0.25, abs=0.03)
    assert [each.payload["chance"] for each in said] != in_turn
    assert in_turn == [entries[n % 4] for n in range(len(said))]


def test_a_location_on_a_route_gives_latitude_longitude_and_speed() -> None:
    track = {"type": "LineString", "coordinates": [[139.70, 35.60], [139.70, 35.70]]}
    said = sent_by(
        duration=600,
        files={"van.geojson": json.dumps(track).encode()},
        metrics={"at": {"route": {"dataset": "van.geojson", "speed": "36 km/h"}}},
        messages={"m": {"every": "10s", "json": ["{at.lat}", "{at.lon}", "{at.speed}"]}},
    )

    assert len(said) > 50
    for before, after in pairwise(said):
        north = (after.payload[0] - before.payload[0]) * METRES
        east = (after.payload[1] - before.payload[1]) * METRES * cos(radians(35.6))
        assert north / (after.t - before.t) == pytest.approx(10, rel=0.01)
        assert east == pytest.approx(0, abs=0.1)
        assert after.payload[2] == pytest.approx(10)


def test_a_bulk_is_an_array_of_samples_at_a_sub_interval_in_one_payload() -> None:
    sample = {"at": "{now:ms}", "v": "{level}"}
    said = sent_by(
        duration=3_600,
        metrics={"level": {"ramp": {"from": 0, "to": 3_600, "over": "1h"}}},
        messages={
            "m": {
                "every": "1min",
                "json": {"samples": {"bulk": {"count": 60, "step": "1s", "of": sample}}},
            }
        },
    )

    assert len(said) > 55
    for each in said[1:]:
        samples = each.payload["samples"]
        assert len(samples) == 60
        steps = {after["at"] - before["at"] for before, after in pairwise(samples)}
        assert steps <= {999, 1_000, 1_001}  # whole ms of moments that are none
        assert samples[-1]["at"] == pytest.approx((START + each.t) * 1_000, abs=2)
        for one in samples:
            assert one["v"] == pytest.approx(one["at"] / 1_000 - START, abs=0.01)


def test_constants_of_each_mock_and_the_time() -> None:
    said = sent_by(
        mocks=3,
        duration=30,
        id="{serial}",
        files={"devices.csv": b"serial,site\nA-17,oslo\nB-20,rome\nC-31,kyoto\n"},
        constants={"firmware": "2.4.1"},
        variables={
            "serial": {"dataset": "devices.csv", "column": "serial"},
            "site": {"dataset": "devices.csv", "column": "site"},
        },
        messages={
            "m": {
                "every": "10s",
                "json": ["{id}", "{serial}", "{site}", "{firmware}", "{now:ms}"],
            }
        },
    )

    rows = [("A-17", "oslo"), ("B-20", "rome"), ("C-31", "kyoto")]
    assert len(said) >= 6
    for each in said:
        serial, site = rows[each.mock]
        assert each.payload[:4] == [serial, serial, site, "2.4.1"]
        assert each.payload[4] == pytest.approx((START + each.t) * 1_000, abs=2)
