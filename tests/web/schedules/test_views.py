import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.schedules.conftest import look
from web.schedules.actions import MOST_OF_A_WORKSPACE
from web.schedules.models import Schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(lot) -> dict[str, str]:
    """Return what a form says that is right."""
    return {
        "name": "Nightly",
        "lot": str(lot.pk),
        "kind": "cron",
        "cron": "0 6 * * 1-5",
        "zone": "Europe/Berlin",
        "overlap": "skip",
        "catch_up": "900",
    }


@pytest.fixture
def page(workspace):
    """Return a function that gives the address of a page."""
    return lambda name, *arguments: reverse(f"schedules:{name}", args=[workspace.code, *arguments])


def test_an_editor_makes_a_schedule_and_sees_when_it_comes(teammate, client_of, page, said):
    client = client_of(teammate)

    answer = client.post(page("create"), said | {"longest": "90 min"}, follow=True)

    schedule = Schedule.objects.get()
    assert (schedule.created_by, schedule.longest) == (teammate, timedelta(minutes=90))
    assert schedule.next_at is not None
    words = answer.content.decode()
    assert "Every weekday at 06:00 Europe/Berlin." in words
    assert len(re.findall(r"<li><time", words)) == 5
    assert "1h 30min, then it is stopped" in words


def test_the_form_of_a_lot_is_filled_in_for_it(owner, client_of, page, lot):
    owner.time_zone = "Asia/Tokyo"
    owner.save()

    words = client_of(owner).get(page("create_for", lot.code)).content.decode()

    assert f'<option value="{lot.pk}" selected>' in words
    assert "Every weekday at 06:00 Asia/Tokyo." in words


def test_a_schedule_of_one_moment_is_shown_in_its_zone_again(owner, client_of, page, said):
    client = client_of(owner)
    said |= {"kind": "once", "moment": "2099-07-01T07:30", "cron": "nonsense"}

    client.post(page("create"), said)

    schedule = Schedule.objects.get()
    assert (schedule.moment.hour, schedule.cron) == (5, "")
    words = client.get(page("edit", schedule.code)).content.decode()
    assert 'value="2099-07-01T07:30"' in words


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": ""}, "Give the schedule a name."),
        ({"lot": ""}, "Choose the lot that is to be started."),
        ({"cron": ""}, "Say when, such as 0 6 * * 1-5."),
        ({"cron": "* * * * * *"}, "at most once a minute"),
        ({"cron": "0 6 31 2 *"}, "not a clock time that comes"),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
        ({"until": "2020-01-01T00:00"}, "This is over already"),
        ({"until": "soon"}, "Say day and time, such as 2026-11-22 20:15."),
        ({"kind": "once"}, "Say when."),
        ({"kind": "once", "moment": "2020-01-01T00:00"}, "This is over already"),
        ({"kind": "once", "moment": "2099-03-29T02:30"}, "The clocks of Europe/Berlin skip"),
        ({"longest": "90"}, "Write the unit as well"),
        ({"longest": "8 days"}, "at most 7 days"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(owner, client_of, page, said, changes, refusal):
    answer = client_of(owner).post(page("create"), said | changes)

    assert answer.status_code == 422
    assert refusal in answer.content.decode()
    assert not Schedule.objects.exists()


def test_a_workspace_has_so_many_schedules_and_no_more(owner, client_of, page, said, lot):
    Schedule.objects.bulk_create(
        Schedule(workspace=lot.workspace, lot=lot, name=f"{n}", cron="0 6 * * *")
        for n in range(MOST_OF_A_WORKSPACE)
    )

    answer = client_of(owner).post(page("create"), said)

    assert answer.status_code == 422
    assert "A workspace has at most 200 schedules." in answer.content.decode()


def test_a_lot_of_another_workspace_cannot_be_chosen(stranger, client_of, said):
    own = stranger.memberships.get().workspace

    answer = client_of(stranger).post(reverse("schedules:create", args=[own.code]), said)

    assert "This lot is not there any more." in answer.content.decode()


def test_looking_saves_nothing(owner, client_of, page, said):
    answer = client_of(owner).post(page("create"), said | {"look": "1", "cron": "0 7 * * *"})

    assert "Every day at 07:00 Europe/Berlin." in answer.content.decode()
    assert not Schedule.objects.exists()


def test_the_preview_shows_both_zones_or_what_is_wrong(owner, client_of, page, said):
    client = client_of(owner)
    words = client.get(page("preview"), said).content.decode()
    assert "Every weekday at 06:00 Europe/Berlin." in words
    assert "UTC" in words

    wrong = client.get(page("preview"), said | {"cron": "0 25 * * *"}).content.decode()
    assert "not a clock time that comes" in wrong


def test_a_viewer_sees_schedules_and_changes_none(viewer, client_of, page, make_schedule, said):
    schedule, client = make_schedule(), client_of(viewer)

    assert client.get(page("detail", schedule.code)).status_code == 200
    for name in ("edit", "pause", "resume", "delete"):
        assert client.post(page(name, schedule.code), said).status_code == 403
    assert client.post(page("create"), said).status_code == 403


def test_a_schedule_is_paused_resumed_and_deleted_after_a_question(
    owner, client_of, page, make_schedule
):
    schedule, client = make_schedule(), client_of(owner)

    client.post(page("pause", schedule.code))
    assert "It is paused since" in client.get(page("detail", schedule.code)).content.decode()
    before = timezone.now()
    client.post(page("resume", schedule.code))
    schedule.refresh_from_db()
    assert not schedule.is_paused
    assert schedule.next_at > before

    assert "Delete this schedule?" in client.get(page("delete", schedule.code)).content.decode()
    assert Schedule.objects.exists()
    client.post(page("delete", schedule.code))
    assert not Schedule.objects.exists()


def test_the_list_is_filtered_and_sorted(owner, client_of, page, make_schedule):
    first, paused = make_schedule(name="A"), make_schedule(name="B", paused_at=timezone.now())
    over = make_schedule(name="C", until=timezone.now() - timedelta(days=900))
    client = client_of(owner)

    def names(query: str) -> list[str]:
        words = client.get(page("index") + query).content.decode()
        return re.findall(r'<th scope="row"><a href="[^"]*">(\w)</a>', words)

    assert (over.next_at, names("")) == (None, ["A", "B", "C"])
    assert names("?order=-name") == ["C", "B", "A"]
    assert names("?state=paused") == [paused.name]
    assert names("?state=on") == [first.name]
    assert names("?state=over") == ["C"]


def test_an_empty_list_says_what_a_schedule_is(owner, client_of, page):
    assert "No schedules yet" in client_of(owner).get(page("index")).content.decode()


def test_the_list_asks_the_database_seven_times_however_long_it_is(
    owner, client_of, page, make_schedule, django_assert_num_queries
):
    client = client_of(owner)
    make_schedule()
    client.get(page("index"))
    for number in range(5):
        make_schedule(name=f"{number}")

    with django_assert_num_queries(7):
        client.get(page("index"))


def test_the_pages_of_lot_and_run_name_the_schedule(
    owner, client_of, page, make_schedule, ready, lot
):
    schedule, client = make_schedule(), client_of(owner)
    schedule.refresh_from_db()
    look(schedule.next_at)
    run = schedule.turns.get().run

    assert schedule.get_absolute_url() in client.get(lot.get_absolute_url()).content.decode()
    assert schedule.get_absolute_url() in client.get(run.get_absolute_url()).content.decode()
    assert run.get_absolute_url() in client.get(page("detail", schedule.code)).content.decode()


def test_an_owner_limits_the_runs_of_a_workspace(owner, client_of, page, workspace):
    client = client_of(owner)

    assert client.post(page("limit"), {"longest": "9 days"}).status_code == 422
    answer = client.post(page("limit"), {"longest": "2h"}, follow=True)

    workspace.refresh_from_db()
    assert workspace.longest_run == timedelta(hours=2)
    assert "lasts at most 2h" in answer.content.decode()


def test_an_editor_does_not_limit_the_runs_of_a_workspace(teammate, client_of, page):
    assert client_of(teammate).post(page("limit"), {"longest": "2h"}).status_code == 403
