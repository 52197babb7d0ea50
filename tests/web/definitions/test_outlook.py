import re
from datetime import timedelta

import pytest
from django.urls import reverse

import simulator
from web.definitions.outlook import day_of

START = 1_767_225_600.0  # 2026-01-01
CYCLE = """\
name: Cycle
id: "c-{index}"
metrics:
  level: {ramp: {from: 0, to: 24, over: 24h}}
  door: {pick: [closed, open], order: in_order}
messages:
  hourly: {every: 1h, json: {l: "{level:.0f}", d: "{door}"}}
statuses:
  awake: {send: [hourly], go: [{to: asleep, after: 18h}]}
  asleep: {send: []}
"""


@pytest.fixture
def address(definition):
    return reverse("definitions:outlook", args=[definition.workspace.code, definition.code])


def test_a_day_has_the_messages_statuses_moves_and_values_of_the_mock():
    day = day_of(simulator.parse(CYCLE), seed=1, mock=0, start=START, datasets={})

    assert day.is_exact
    assert day.duration == timedelta(days=1)
    assert [(row.name, row.largest > 10) for row in day.messages] == [("hourly", True)]
    assert day.count in (18, 19)
    assert [(bar.name, bar.begin, bar.width, bar.spent) for bar in day.statuses] == [
        ("awake", 0, 75, timedelta(hours=18)),
        ("asleep", 75, 25, timedelta(hours=6)),
    ]
    [move] = day.moves
    assert (move.before, move.after, move.at.hour) == ("awake", "asleep", 18)
    level, door = day.charts
    assert level.data["labels"] == []
    assert sorted(door.data["labels"]) == ["closed", "open"]
    assert "closed 5" in door.figures


def test_the_page_shows_the_mock_and_seed_that_were_asked_for(client_of, viewer, address):
    page = client_of(viewer).get(address, {"mock": "7", "seed": "42"}).content.decode()

    assert 'name="mock" value="7"' in page
    assert 'name="seed" value="42"' in page
    assert "Time in each status" in page
    assert "telemetry" in page


@pytest.mark.parametrize("query", [{"mock": "x"}, {"mock": "-1"}, {"mock": "9" * 11}, {"seed": ""}])
def test_numbers_that_make_no_sense_are_made_sensible(client_of, viewer, address, query):
    assert client_of(viewer).get(address, query).status_code == 200


def test_what_is_estimated_is_marked(client_of, teammate, definition, address):
    fast = definition.text.replace("every: 10s", "every: 100ms")
    definition.versions.update(text=fast)

    page = client_of(teammate).get(address).content.decode()

    assert "are estimates" in page
    assert re.search(r"≈ 86[34],\d{3}\b", page)


def test_a_version_that_is_no_longer_sound_shows_its_problems(
    client_of, viewer, definition, address
):
    definition.versions.update(text=definition.text.replace("walk", "wlak"))

    page = client_of(viewer).get(address).content.decode()

    assert "cannot be simulated any more" in page
    assert "wlak" in page
