"""What workspaces keep of their logs over a month."""

from datetime import UTC, datetime, timedelta

import pytest

from web.mail.models import Mail
from web.runs.models import Run
from web.usage import keeping, ticks
from web.usage.models import Kept

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GB = 10**9


def test_gigabytes_are_counted_by_the_hours_that_they_lie_there(workspace):
    keeping.keep(workspace, size=2 * GB, at=NOON)
    keeping.keep(workspace, size=4 * GB, at=NOON + HOUR)
    keeping.keep(workspace, size=0, at=NOON + 2 * HOUR)

    kept = Kept.objects.get()
    assert kept.gigabyte_hours == pytest.approx(3.0 + 2.0)
    assert (kept.bytes, kept.peak_bytes, kept.until) == (0, 4 * GB, NOON + 2 * HOUR)


def test_a_look_that_another_clock_had_adds_nothing(workspace):
    keeping.keep(workspace, size=GB, at=NOON)

    assert keeping.keep(workspace, size=GB, at=NOON + HOUR)
    assert not keeping.keep(workspace, size=GB, at=NOON + HOUR)
    assert Kept.objects.get().gigabyte_hours == pytest.approx(1.0)


def test_a_months_end_between_two_looks_divides_them(workspace):
    keeping.keep(workspace, size=GB, at=NOON)
    keeping.keep(workspace, size=GB, at=NOON + 18 * HOUR)

    november, december = Kept.objects.order_by("month")
    assert november.gigabyte_hours == pytest.approx(12.0)
    assert december.gigabyte_hours == pytest.approx(6.0)
    assert november.until == datetime(2026, 12, 1, tzinfo=UTC)


def test_the_clock_looks_at_each_workspace_once_an_hour(workspace, run):
    run.chunks.create(
        shard=run.shards.get(), fence=1, number=1, through=1, key="x/1", size=3 * GB, rows=1,
        sends=1, failed=0, first=NOON, last=NOON,
    )  # fmt: skip

    assert keeping.look(NOON) == 1
    assert keeping.look(NOON + HOUR / 2) == 0
    assert keeping.look(NOON + HOUR) == 1
    assert Kept.objects.get().gigabyte_hours == pytest.approx(3.0)


def test_mails_of_the_month_are_counted(workspace, owner):
    for day in (1, 2):
        Mail.objects.create(
            workspace=workspace, to="a@example.org", subject="x", created=NOON.replace(day=day)
        )
    Mail.objects.create(
        workspace=workspace, to="a@example.org", subject="x", created=NOON - timedelta(days=40)
    )

    keeping.look(NOON)

    assert Kept.objects.get().mails == 2


def test_the_clocks_ticks_do_their_work(workspace, run, published):
    ticks.meter()
    ticks.keep()
    ticks.make_up()

    assert Kept.objects.filter(workspace=workspace).exists()
    assert Run.objects.get().is_live


def test_what_was_used_long_ago_is_forgotten(workspace, used):
    used(at=NOON)
    keeping.keep(workspace, size=GB, at=NOON)

    assert ticks.forget(NOON + timedelta(days=1_000)) == 0
    assert ticks.forget(NOON + timedelta(days=1_200)) == 2
