"""What lies in the store without a row goes after a day; what has one, or may get it, stays."""

from datetime import timedelta

import pytest

from tests.web.object_store import NOON
from web.datasets import actions, orphans
from web.datasets.models import PARTS_ABOVE, Upload
from web.datasets.tables import sealed_key

LATER = NOON + timedelta(days=2)


@pytest.fixture
def prefix(workspace) -> str:
    return f"workspaces/{workspace.code}/datasets/"


def at_its_hour(workspace):
    return LATER.replace(hour=workspace.id % orphans.HOURS)


def test_an_upload_that_was_never_claimed_is_removed(workspace, owner, prefix, object_store):
    kept = actions.new_upload(workspace, name="a.csv", size=3, by=owner).upload
    for key in (kept.key, sealed_key(kept.key), f"{prefix}x/lost.csv", "workspaces/other/a"):
        object_store.put(key, b"abc")

    assert orphans.sweep(at_its_hour(workspace)) == 1

    assert set(object_store.objects) == {kept.key, sealed_key(kept.key), "workspaces/other/a"}


def test_what_is_younger_than_a_day_stays(workspace, prefix, object_store):
    object_store.put(f"{prefix}x/new.csv", b"abc")

    orphans.sweep_workspace(prefix, before=NOON - timedelta(seconds=1))

    assert object_store.objects


def test_each_workspace_is_looked_through_once_a_day(workspace, prefix, object_store):
    object_store.put(f"{prefix}x/lost.csv", b"abc")
    hours = [LATER.replace(hour=0) + timedelta(hours=hour) for hour in range(24)]

    assert sum(orphans.sweep(hour) for hour in hours) == 1


def test_parts_that_no_row_names_are_given_up(workspace, owner, prefix, object_store, monkeypatch):
    kept = actions.new_upload(workspace, name="a.csv", size=PARTS_ABOVE + 1, by=owner).upload
    listed = [
        (kept.key, kept.parts_name, NOON),
        (f"{prefix}lost", "lost", NOON),
        (f"{prefix}new", "new", LATER),
    ]
    given_up = []
    monkeypatch.setattr("web.platform.large_files.unfinished", lambda _: iter(listed))
    monkeypatch.setattr(
        "web.platform.large_files.abort", lambda key, name: given_up.append((key, name))
    )

    orphans.sweep_workspace(prefix, before=LATER - timedelta(days=1))

    assert given_up == [(f"{prefix}lost", "lost")]


def test_while_the_store_is_silent_nothing_happens(workspace, prefix, object_store):
    object_store.put(f"{prefix}x/lost.csv", b"abc")
    object_store.is_down = True

    assert orphans.sweep(at_its_hour(workspace)) == 0


def test_a_large_file_gets_parts_and_a_small_one_a_form(workspace, owner, object_store):
    small = actions.new_upload(workspace, name="a.csv", size=PARTS_ABOVE, by=owner)
    large = actions.new_upload(workspace, name="b.csv", size=PARTS_ABOVE + 1, by=owner)

    assert (small.way.form is None, small.way.parts) == (False, ())
    assert large.way.form is None
    assert sum(part.size for part in large.way.parts) == PARTS_ABOVE + 1
    assert Upload.objects.get(dataset__name="b.csv").parts_name
