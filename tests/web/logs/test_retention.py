"""What a workspace does not keep is deleted bit by bit; what somebody holds is kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.logs.conftest import record
from web.accounts.models import Workspace
from web.logs import holds, leftovers, retention, sizes
from web.logs.models import Chunk, Hold, RunLog, Spent
from web.runs import actions as runs
from web.runs.models import Run

GIGABYTE = retention.GIGABYTE


@pytest.fixture
def aged(run, store) -> Run:
    """Return a run with chunks that are a minute above 1, 2, 3 and 4 days old, each of 1 GB."""
    now = timezone.now()
    for day in (4, 3, 2, 1):
        store([record(1, day, at=-day)])
        chunk = Chunk.objects.latest("id")
        last = now - timedelta(days=day, minutes=1)
        Chunk.objects.filter(id=chunk.id).update(last=last, first=last, size=GIGABYTE)
    return run


def ages(run):
    now = timezone.now()
    return sorted((now - chunk.last).days for chunk in Chunk.objects.filter(run=run))


def test_logs_are_kept_for_ninety_days_where_nobody_decided(aged, workspace):
    assert retention.expire_due() == 0
    Chunk.objects.filter(number=0).update(last=timezone.now() - timedelta(days=91))

    assert retention.expire_due() == 1
    assert ages(aged) == [1, 2, 3]


def test_what_is_too_old_goes_with_a_note_and_its_objects(aged, workspace, owner, object_store):
    retention.decide(workspace, days=2, gigabytes=None, by=owner)

    assert retention.expire_due() == 3
    leftovers.delete_spent()

    assert ages(aged) == [1]
    assert sum("/log/" in key for key in object_store.objects) == 1
    log = sizes.log_of(aged)
    assert (timezone.now() - log.removed_until).days == 2
    assert (log.bytes, log.removed_bytes, log.records) == (GIGABYTE, 3 * GIGABYTE, 1)


def test_what_is_above_the_size_goes_the_oldest_first(aged, workspace, owner):
    retention.decide(workspace, days=None, gigabytes=3, by=owner)

    assert retention.expire_due() == 1
    assert ages(aged) == [1, 2, 3]
    assert retention.expire_due() == 0


def test_both_limits_hold(aged, workspace, owner):
    retention.decide(workspace, days=3, gigabytes=1, by=owner)

    assert retention.expire_due() == 3
    assert ages(aged) == [1]


def test_no_limit_keeps_everything(aged, workspace, owner):
    retention.decide(workspace, days=None, gigabytes=None, by=owner)
    Chunk.objects.update(last=timezone.now() - timedelta(days=4_000))

    assert retention.expire_due() == 0


def test_a_step_is_bounded(aged, workspace, owner, monkeypatch):
    monkeypatch.setattr(retention, "MOST_CHUNKS", 2)
    retention.decide(workspace, days=1, gigabytes=None, by=owner)

    found = retention.expiring(workspace, retention.retention_of(workspace), timezone.now(), most=2)

    assert len(found) == 2
    assert Chunk.objects.count() == 4


def test_what_is_held_stays_and_goes_once_the_hold_is_ended(aged, workspace, owner):
    retention.decide(workspace, days=1, gigabytes=1, by=owner)
    holds.hold(aged, reason="Case 7", by=owner)

    assert retention.expire_due() == 0
    retention.remove(aged.id, list(Chunk.objects.all()), now=timezone.now())
    assert Chunk.objects.count() == 4
    assert not Spent.objects.exists()

    holds.end_hold(aged, by=owner)
    assert retention.expire_due() == 4
    assert RunLog.objects.get().removed_bytes == 4 * GIGABYTE


def test_other_workspaces_are_not_touched(aged, stranger, owner):
    theirs = Workspace.objects.get(memberships__user=stranger)
    retention.decide(theirs, days=1, gigabytes=1, by=stranger)

    assert retention.expire_due() == 0


def test_a_held_run_is_not_deleted(run, owner, client_of):
    holds.hold(run, reason="Case 7.", by=owner)

    with pytest.raises(runs.IsHeld, match=r"held: Case 7\. An owner must end the hold"):
        runs.delete_run(run, by=owner)

    address = reverse("runs:delete", args=[run.workspace.code, run.code])
    page = client_of(owner).post(address, follow=True).content.decode()
    run.refresh_from_db()
    assert run.deleted is None
    assert run.stop_requested is None
    assert "This run is held: Case 7." in page


def test_a_workspace_with_a_held_run_is_not_deleted(run, owner, workspace, client_of):
    holds.hold(run, reason="Case 7", by=owner)
    address = reverse("delete_workspace", args=[workspace.code])

    page = client_of(owner).post(address, {"name": workspace.name})

    workspace.refresh_from_db()
    assert workspace.deleted is None
    assert "A run of this workspace is held" in page.content.decode()


def test_a_run_is_held_once_at_a_time_and_who_and_why_is_kept(run, owner):
    holds.hold(run, reason="Case 7", by=owner)

    with pytest.raises(holds.AlreadyHeld):
        holds.hold(run, reason="Case 8", by=owner)
    assert holds.end_hold(run, by=owner)
    assert not holds.end_hold(run, by=owner)
    holds.hold(run, reason="Case 9", by=owner)

    assert [(hold.reason, bool(hold.ended), hold.begun_by) for hold in holds.holds_of(run)] == [
        ("Case 9", False, owner),
        ("Case 7", True, owner),
    ]


# Pages.


def retention_page(workspace):
    return reverse("logs:retention", args=[workspace.code])


def test_an_owner_decides_and_what_would_go_is_asked_for_once_more(
    client_of, owner, workspace, aged
):
    client = client_of(owner)

    question = client.post(retention_page(workspace), {"days": "2", "gigabytes": ""})
    assert "This deletes 3 records (3 GB)" in question.content.decode()
    assert retention.retention_of(workspace).changed is None

    client.post(retention_page(workspace), {"days": "2", "gigabytes": "", "sure": "yes"})
    kept = retention.retention_of(workspace)
    assert (kept.days, kept.gigabytes, kept.changed_by) == (2, None, owner)


def test_what_deletes_nothing_is_saved_at_once(client_of, owner, workspace, aged):
    client_of(owner).post(retention_page(workspace), {"days": "30", "gigabytes": "5"})

    assert retention.retention_of(workspace).gigabytes == 5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "x"}, "Days are a whole number"),
        ({"gigabytes": "1.5"}, "Gigabytes are a whole number"),
    ],
)
def test_what_makes_no_sense_is_said(client_of, owner, workspace, data, words):
    assert words in client_of(owner).post(retention_page(workspace), data).content.decode()


def test_the_sizes_of_logs_are_shown(client_of, owner, workspace, aged):
    page = client_of(owner).get(retention_page(workspace)).content.decode()

    assert "4 records in 4 GB" in page
    assert "Night shift" in page
    Chunk.objects.exclude(number=0).delete()
    Chunk.objects.update(size=1_500)
    log = client_of(owner).get(reverse("logs:run", args=[workspace.code, aged.code]))
    assert "1 record, 1.5 kB" in log.content.decode()


def test_editors_do_not_decide(client_of, teammate, workspace, run):
    client = client_of(teammate)

    assert client.get(retention_page(workspace)).status_code == 403
    assert client.post(retention_page(workspace), {"days": "1"}).status_code == 403
    hold = reverse("logs:hold", args=[workspace.code, run.code])
    assert client.post(hold, {"reason": "x"}).status_code == 403


def test_an_owner_holds_a_run_and_everybody_sees_why(client_of, owner, viewer, workspace, run):
    client = client_of(owner)
    address = reverse("logs:hold", args=[workspace.code, run.code])

    empty = client.post(address, {"reason": ""}).content.decode()
    client.post(address, {"reason": "Case 7."})
    seen = client_of(viewer).get(reverse("logs:run", args=[workspace.code, run.code]))

    assert "Say why" in empty
    assert "by Olga: Case 7. The run cannot be deleted" in seen.content.decode()


def test_a_hold_is_ended_after_a_question(client_of, owner, workspace, run):
    holds.hold(run, reason="Case 7", by=owner)
    client = client_of(owner)
    address = reverse("logs:end_hold", args=[workspace.code, run.code])

    assert "End the hold of this run?" in client.get(address).content.decode()
    client.post(address)

    assert Hold.objects.get().ended_by == owner
    again = client.post(address, follow=True).content.decode()
    assert "This run is not held" in again
