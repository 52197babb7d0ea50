from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.datasets.conftest import CSV
from web.datasets import actions, ticks
from web.datasets.models import Dataset, Upload

State = Upload.State


def age(**span: float) -> None:
    """Make everything older by a span of time."""
    then = timezone.now() - timedelta(**span)
    Upload.objects.update(changed=then)
    Dataset.objects.update(created=then)


def test_what_is_young_is_left_alone(put, nudged, workspace, owner):
    put(read=False)
    actions.new_upload(workspace, name="warm.csv", size=3, by=owner)
    nudged.clear()

    ticks.sweep()

    assert nudged == []
    assert Upload.objects.count() == 2


def test_a_file_whose_browser_left_is_taken(workspace, owner, object_store, nudged):
    ticket = actions.new_upload(workspace, name="cold.csv", size=len(CSV), by=owner)
    object_store.put(ticket.upload.key, CSV)
    age(hours=2)

    ticks.sweep()

    assert Upload.objects.get().state == State.READING
    assert nudged == [str(ticket.upload.code)]


def test_an_upload_that_never_came_is_forgotten_with_its_name(workspace, owner, object_store):
    actions.new_upload(workspace, name="cold.csv", size=3, by=owner)
    age(hours=2)

    ticks.sweep()

    assert not Dataset.objects.exists()


def test_a_replacement_that_never_came_leaves_the_file(put, owner):
    dataset = put()
    actions.replace_file(dataset, size=3, by=owner)
    age(hours=2)

    ticks.sweep()

    assert Dataset.objects.get().newest.state == State.READY


@pytest.mark.parametrize(
    ("attempts", "minutes", "times"), [(0, 2, 1), (1, 2, 0), (1, 11, 1), (3, 11, 1)]
)
def test_a_file_that_nobody_reads_is_asked_for_again(put, nudged, attempts, minutes, times):
    put(read=False)
    nudged.clear()
    Upload.objects.update(attempts=attempts)
    age(minutes=minutes)

    ticks.sweep()
    ticks.sweep()

    assert len(nudged) == times


def test_a_replaced_file_is_removed_when_no_run_can_need_it(put, object_store):
    put()
    dataset = put(CSV)

    ticks.sweep()
    early = len(object_store.objects)
    age(days=9)
    ticks.sweep()

    assert early == 2
    assert list(object_store.objects) == [dataset.current.key]
    assert Upload.objects.get() == dataset.current


def test_the_file_in_force_is_never_removed(put, object_store):
    put()
    age(days=900)

    ticks.sweep()

    assert len(object_store.objects) == 1


def test_a_silent_store_loses_nothing(put, object_store, workspace, owner):
    actions.new_upload(workspace, name="cold.csv", size=3, by=owner)
    age(hours=2)
    object_store.is_down = True

    ticks.sweep()

    assert Dataset.objects.exists()
