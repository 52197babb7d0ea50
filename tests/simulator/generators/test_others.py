"""sampled, shared, and what formulas read of other mocks: from seed and time alone."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulator import check, parse
from simulator.errors import DefinitionError
from simulator.fleet.readings import Readings, View
from simulator.generators import Cast

from .bench import EPOCH

FRAME = """
name: Example
id: "x-{index}"
constants: {limit: 3}
variables: {site: {choice: [a, b, c]}, pace: {uniform: {min: 1, max: 9}}}
messages: {m: {every: 1s, topic: t, json: {a: 1}}}
statuses: {on: {enter: {set: {pace: "5"}}, go: [{to: off, after: 1h}]}, off: {}}
metrics:
"""
TOTAL = 14
WALK = "walk: {start: 0, step: 1}"
OU = "ou: {mean: 5, deviation: 2, half_life: 1min}"


def readings(metrics: str, *, first: int = 0, count: int = TOTAL, total: int = TOTAL) -> Readings:
    cast = Cast(first=first, count=count, total=total, seed=7, epoch=EPOCH, statuses=("on", "off"))
    return Readings(parse(FRAME + metrics), cast)


def read(made: Readings, t: Any, *, rows: Any = None, names: Any = None) -> dict[str, Any]:
    """Return a sample of all mocks, or some, at a time, or one for each."""
    at = np.arange(len(made.identities)) if rows is None else np.asarray(rows)
    zero = np.zeros(len(at))
    times = np.array(np.broadcast_to(t, at.shape), dtype=np.float64)
    view = View(at, times, zero, zero, at * 0, np.zeros(len(at), dtype=np.uint8))
    return made.draw(made.need(names or made.names), view)


def shards(count: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, TOTAL, count + 1).astype(int).tolist()
    return [(first, last - first) for first, last in pairwise(edges)]


EVERYTHING = """
  t:     {sampled: 10s, walk: {start: 0, step: 1}, round: 2}
  p:     {sampled: {every: 4s, between: line}, ou: {mean: 5, deviation: 2, half_life: 1min}}
  mode:  {sampled: 5s, markov: {chain: {up: {up: 9, down: 1}, down: {up: 1}}}}
  noise: {sampled: 3s, normal: {mean: 0, deviation: 1}}
  sun:   {sampled: 5s, shared: {by: site, ou: {mean: 12, deviation: 3, half_life: 5min}}}
  rain:  {sampled: 5s, shared: {uniform: {min: 0, max: 9}}}
  left:  {formula: "mock(index - 1).t", edge: wrap}
  held:  {formula: "mock(index + 1).noise - noise", edge: hold}
  far:   {formula: "mock(index + 5).mode"}
  all:   {formula: "mean(mocks.t) + max(mocks.p - mocks.noise)"}
  here:  {formula: "sum(mocks.p, site) - count(mocks.mode == 'up', site)"}
  chain: {sampled: 10s, formula: "t + mock(index - 1).t + sun", edge: wrap}
  deep:  {formula: "min(mocks.chain, site) + mock(hash(index) % 14).chain"}
  bad:   {sampled: 10s, walk: {start: 0, step: 1}, anomalies: [{spike: 99, every: 30s, lasts: 9s}]}
"""


@pytest.mark.parametrize("count", [2, 7])
def test_neighbours_groups_and_shared_values_are_the_same_whatever_the_shards(count: int) -> None:
    times = (0.0, 3.0, 26.0, 31.5)
    made = readings(EVERYTHING)
    whole = [read(made, t) for t in times]

    for first, size in shards(count):
        part = readings(EVERYTHING, first=first, count=size)
        for wanted, t in zip(whole, times, strict=True):
            got = read(part, t)
            for name in made.names:
                assert got[name].tolist() == wanted[name][first : first + size].tolist(), name


def test_a_value_on_a_clock_depends_on_the_time_alone_however_it_is_read() -> None:
    often, seldom, backwards = (readings(EVERYTHING) for _ in range(3))
    names = [name for name in often.names if name != "bad"]
    for t in range(60):
        read(often, t, rows=[int(t) % TOTAL])

    wanted = read(seldom, 60.0)
    read(backwards, 90.0)

    for other in (often, backwards):
        got = read(other, 60.0)
        for name in names:
            assert got[name].tolist() == wanted[name].tolist(), name


def test_each_mock_may_read_at_a_time_of_its_own() -> None:
    times = np.linspace(0, 70, TOTAL)
    apart = readings(EVERYTHING)

    together = read(readings(EVERYTHING), times)

    for row in reversed(range(TOTAL)):
        one = read(apart, times[row], rows=[row])
        assert all(one[name][0] == together[name][row] for name in apart.names if name != "bad")


def test_a_restored_clock_goes_on_as_it_was() -> None:
    made, other = readings(EVERYTHING), readings(EVERYTHING)
    for t in range(0, 60, 7):
        read(made, t)

    other.restore(made.state())

    for t in (56.0, 63.0, 20.0, 90.0):
        mine, its = read(made, t), read(other, t)
        for name in made.names:
            assert mine[name].tolist() == its[name].tolist(), name


def test_it_is_held_between_its_moments_or_goes_straight() -> None:
    made = readings(f"""
  held: {{sampled: 10s, {WALK}}}
  line: {{sampled: {{every: 10s, between: line}}, formula: "now - 1769904000"}}
""")
    held = [read(made, t)["held"].tolist() for t in (0, 9.9, 10, 19.9, 20)]

    assert held[0] == held[1] != held[2] == held[3] != held[4]
    assert read(made, 13.0)["line"].tolist() == [13.0] * TOTAL


def test_a_walk_on_a_clock_takes_a_step_at_each_moment() -> None:
    made = readings(f"  w: {{sampled: 10s, {WALK}}}\n", count=TOTAL)
    many = readings(f"  w: {{sampled: 1s, {WALK}}}\n", count=2000, total=2000)

    assert read(made, 5.0)["w"].tolist() == [0.0] * TOTAL
    assert read(many, 100.0)["w"].std() == pytest.approx(10, rel=0.05)


def test_a_neighbour_is_the_mock_of_that_number() -> None:
    made = readings(f"""
  t:    {{sampled: 10s, {WALK}}}
  left: {{formula: "mock(index - 1).t"}}
  ring: {{formula: "mock(index - 1).t", edge: wrap}}
  held: {{formula: "mock(index - 1).t", edge: hold}}
""")
    got = read(made, 50.0)

    t = got["t"].tolist()
    assert np.isnan(got["left"][0])
    assert got["left"].tolist()[1:] == t[:-1]
    assert got["ring"].tolist() == [t[-1], *t[:-1]]
    assert got["held"].tolist() == [t[0], *t[:-1]]


def test_a_missing_neighbour_of_text_is_null() -> None:
    made = readings("""
  mode: {sampled: 10s, markov: {chain: {up: {down: 1}, down: {up: 1}}}}
  left: {formula: "mock(index - 1).mode"}
""")
    assert read(made, 10.0)["left"].tolist() == [None, *["down"] * (TOTAL - 1)]


def test_a_value_over_all_mocks_is_computed_over_all_of_the_run_or_of_the_site() -> None:
    text = f"""
  t:    {{sampled: 10s, {OU}}}
  mean: {{formula: "mean(mocks.t)"}}
  most: {{formula: "max(mocks.t, site)"}}
  sum:  {{formula: "sum(mocks.t * mocks.limit, site)"}}
  hot:  {{formula: "count(mocks.t > 5, site)"}}
"""
    got = read(readings(text), 35.0)
    part = read(readings(text, first=4, count=3), 35.0)
    site = readings(text).fixed["site"]

    t = got["t"]
    assert got["mean"] == pytest.approx([t.mean()] * TOTAL)
    for name in "abc":
        chosen = site == name
        assert got["most"][chosen].tolist() == [t[chosen].max()] * chosen.sum()
        assert got["sum"][chosen] == pytest.approx([3 * t[chosen].sum()] * chosen.sum())
        assert got["hot"][chosen].tolist() == [(t[chosen] > 5).sum()] * chosen.sum()
    assert part["mean"].tolist() == got["mean"].tolist()[4:7]


def test_all_mocks_of_a_site_feel_the_same_weather_and_sites_differ() -> None:
    made = readings(f"  sun: {{sampled: 10s, shared: {{by: site, {OU}}}}}\n")
    site = made.fixed["site"]

    first, later = (read(made, t)["sun"] for t in (0.0, 600.0))

    assert len(set(first.tolist())) == len(set(site.tolist())) == 3
    for name in "abc":
        assert len(set(later[site == name].tolist())) == 1
    assert set(first.tolist()).isdisjoint(later.tolist())


def test_a_shared_value_spreads_and_remembers_as_its_process_does() -> None:
    text = FRAME.replace("{choice: [a, b, c]}", "{integer: {min: 0, max: 1000000}}")
    cast = Cast(first=0, count=3000, total=3000, seed=7, epoch=EPOCH, statuses=("on", "off"))
    made = Readings(parse(f"{text}  sun: {{sampled: 60s, shared: {{by: site, {OU}}}}}\n"), cast)

    first, second = (read(made, t)["sun"] for t in (0.0, 60.0))

    assert first.std() == pytest.approx(2, rel=0.05)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.5, abs=0.05)


def test_others_do_not_see_the_anomalies_of_a_mock() -> None:
    made = readings(f"""
  t:    {{sampled: 10s, {WALK}, anomalies: [{{spike: 1000, in: [on]}}]}}
  left: {{formula: "mock(index - 1).t", edge: wrap}}
""")
    got = read(made, 50.0)

    assert got["t"].min() > 900
    assert got["left"].max() < 100


def test_far_more_mocks_than_can_be_computed_are_refused_with_the_limit() -> None:
    text = f"  t: {{sampled: 1s, {WALK}}}\n  all: {{formula: 'mean(mocks.t)'}}\n"

    with pytest.raises(DefinitionError, match=r"mean\(mocks.t\) is 50,000 values of other mocks"):
        readings(text, count=10, total=50_000)


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        (f"t: {{{WALK}}}\n  l: {{formula: mock(index - 1).t}}",
         "metrics.l.formula: mock(index - 1): other mocks can only be read on a clock: add "
         "'sampled: 10s' to 't'"),
        (f"t: {{{WALK}}}\n  l: {{formula: mean(mocks.t)}}",
         "metrics.l.formula: mean(mocks.t): other mocks can only be read on a clock: add"),
        (f"t: {{{WALK}}}\n  l: {{sampled: 9s, formula: t + 1}}",
         "metrics.l.formula: on a clock of its own a metric follows from seed and time alone, and "
         "this one reads 't', which has no clock: add 'sampled: 10s' to 't'"),
        ("l: {sampled: 9s, formula: time_in_status}",
         "metrics.l.formula: on a clock of its own a metric follows from seed and time alone, and "
         "this one reads time_in_status"),
        ("l: {sampled: 9s, formula: pace * 2}",
         "metrics.l.formula: on a clock of its own a metric follows from seed and time alone, and "
         "this one reads 'pace', which statuses or replies set"),
        ("l: {sampled: 9s, integral: {of: 2, reset: {in: [off]}}}",
         "metrics.l.integral: on a clock of its own a metric follows from seed and time alone, and "
         "this one depends on statuses"),
        (f"l: {{shared: {{by: site, {WALK}}}}}",
         "metrics.l.shared: a shared value needs a clock: add 'sampled: 10s' to 'l'"),
        (f"l: {{sampled: 9s, shared: {{by: sight, {WALK}}}}}",
         "metrics.l.shared: unknown metric 'sight', did you mean 'site'?"),
        ("l: {sampled: 9s, shared: {formula: pace}}",
         "metrics.l.shared: on a clock of its own a metric follows from seed and time alone"),
        ("l: {sampled: 9s, shared: {formula: site}}",
         "metrics.l.shared: a shared value reads constants and now, and 'site' is each mock's own"),
        (f"t: {{sampled: 9s, {WALK}}}\n  l: {{formula: mock(index - pace).t}}",
         "metrics.l.formula: mock(index - pace): 'pace' may change; which mocks"),
        (f"t: {{sampled: 9s, {WALK}}}\n  l: {{formula: mock(index - 1).tt}}",
         "metrics.l.formula: unknown metric 'tt', did you mean 't'?"),
        ("l: {sampled: 9s, formula: mock(index - 1).l}", "metrics.l.formula: a loop of metrics: l"),
        (f"l: {{sampled: 0.5s, {WALK}}}", "metrics.l.sampled: every must be 1 s or more, got 0.5"),
        (f"l: {{sampled: often, {WALK}}}", "metrics.l.sampled: needs a duration such as 10s"),
        ("l: {formula: mean(mocks.t + limit)}",
         "metrics.l.formula: 'limit' of which mock? inside of mean(...) it is mocks.limit"),
    ],
)  # fmt: skip
def test_what_is_no_function_of_seed_and_time_is_refused_with_what_to_add(
    metrics: str, text: str
) -> None:
    checked = check(f"{FRAME}  {metrics}\n")

    assert [str(problem)[: len(text)] for problem in checked.problems] == [text]
