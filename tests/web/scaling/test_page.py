"""The operators' page of scaling."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from web.scaling import chart, ticks
from web.scaling.models import Choice, Scaled
from web.scaling.rule import Action

pytestmark = pytest.mark.usefixtures("silent_console")

PATH = "/operations/scaling/"


@pytest.fixture
def decided(db):
    """Some decisions of the last hour, one of them a change; the oldest last."""
    now = timezone.now()
    Scaled.objects.create(process="worker", looked=now, quantity=3, size="standard-2x")
    rows = [
        Choice(
            process="worker", at=now - timedelta(seconds=15 * number), action=Action.HOLD,
            quantity=3, target=3, reason="3 are what the work asks for.", wanted=0, leased=27,
            needed=3, age=0.0, lateness=0.01, timeouts=0.0,
        )
        for number in range(120)
    ]  # fmt: skip
    rows[7] = Choice(
        process="worker", at=rows[7].at, action=Action.OUT, quantity=2, target=3, wanted=9,
        leased=18, reason="The work asks for 3, and there are 2.",
    )  # fmt: skip
    return Choice.objects.bulk_create(rows)


def test_it_is_there_for_staff_alone(client_of, owner, staff, client, db):
    assert reverse("operations_scaling") == PATH
    assert client.get(PATH).status_code == 302
    assert client_of(owner).get(PATH).status_code == 404
    assert client_of(staff).get(PATH).status_code == 200
    assert client_of(staff).post(PATH).status_code == 405


def test_it_says_that_it_is_off_and_what_is_missing(client_of, staff, settings):
    settings.SCALER, settings.SCALER_TOKEN = "off", ""
    assert "It is off" in client_of(staff).get(PATH).content.decode()

    settings.SCALER = "on"
    assert "Set SCALER_APP and SCALER_TOKEN" in client_of(staff).get(PATH).content.decode()


def test_it_lists_decisions_in_pages_and_narrows_them(client_of, staff, decided):
    sam = client_of(staff)

    first = sam.get(PATH).content.decode()
    changes = sam.get(PATH, {"action": "changes"}).content.decode()
    none = sam.get(PATH, {"action": "in"}).content.decode()

    assert first.count("3 are what the work asks for.") == 49
    assert "The work asks for 3, and there are 2." in first
    assert "3 are what the work asks for." not in changes
    assert "No decision is like this" in none
    assert sam.get(PATH, {"page": 3}).content.decode().count("3 are what") == 20


def test_it_draws_what_is_wanted_leased_and_there(client_of, staff, decided):
    page = client_of(staff).get(PATH, {"hours": "1"}).content.decode()

    assert page.count("<polyline") >= 4
    for name in ("Wanted shards", "Leased shards", "Dynos", "Lateness, s"):
        assert name in page


def test_it_asks_a_fixed_number_of_questions(
    client_of, staff, decided, django_assert_max_num_queries
):
    sam = client_of(staff)

    with django_assert_max_num_queries(16):
        sam.get(PATH)


def test_what_nobody_looked_at_is_a_gap_in_the_line():
    now = timezone.now()
    begin = now - timedelta(hours=1)
    values = [(begin + timedelta(seconds=15 * n), 1.0) for n in range(240) if not 100 < n < 150]

    line = chart.line("x", values, begin=begin, end=now)

    assert len(line.pieces) == 2
    assert len(chart.thinned(values * 10, most=50)) <= 50
    assert [chart.nice(value) for value in (0, 1, 3, 7, 30, 101)] == [1, 1, 5, 10, 50, 200]


def test_decisions_that_changed_nothing_go_after_three_days_and_others_after_400(decided):
    later = timezone.now() + timedelta(days=4)

    assert ticks.forget(later) == 119
    assert [each.action for each in Choice.objects.all()] == [Action.OUT]
    assert ticks.forget(later + timedelta(days=400)) == 1
