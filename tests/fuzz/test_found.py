"""Documents that once crashed a fleet: found by chance, and made as small as they go."""

import pytest

from simulator import check, parse
from simulator.fleet import Fleet

FRAME = """
name: Found
id: "x-{index}"
metrics: {a: {constant: 7}}
messages: {m: {every: 1s, json: {a: "{a}"}}}
"""


@pytest.mark.parametrize(
    "text",
    [
        "replies: {r: {on: {topic: 'x/{id}'}, if: a, send: {topic: y, json: 1}}}",
    ],
)
def test_what_once_crashed_runs(text: str) -> None:
    fleet = Fleet(parse(FRAME + text), count=2, total=2, seed=1, epoch=0.0)

    for step in range(12):
        due = fleet.due(float(step))
        fleet.connected(due.connect, float(step))
        fleet.received(0, "x/x-0", b"{}", float(step))

    assert fleet.live == 2


@pytest.mark.parametrize("name", ["seq", "now", "a"])
def test_what_is_not_fixed_for_a_mock_makes_no_sparkplug_group(name: str) -> None:
    problems = check(
        FRAME + f"sparkplug: {{group: '{{{name}}}', metrics: {{a: '{{a}}'}}}}"
    ).problems

    assert {each.place for each in problems} == {"sparkplug.group"}
