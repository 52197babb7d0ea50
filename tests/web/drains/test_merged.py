"""Chunks that become one, or come late, beside the place where a drain is."""

from django.conf import settings

from tests.web.drains.conftest import numbers, shipped
from tests.web.logs.conftest import parquet_of, record
from web.drains import waiting
from web.logs import merging
from web.logs.models import Chunk


def merge(lease, *, numbers):
    """Put one chunk in the place of those with these numbers, as the merging of logs does."""
    rows = Chunk.objects.filter(shard=lease.shard, number__in=numbers).order_by("number")
    assert merging.merge(list(rows.select_related("run__workspace")))


def test_chunks_that_went_out_and_are_merged_then_do_not_go_out_again(
    drain, endpoint, lease, sends, object_store
):
    for first in (1, 2, 3):
        sends(1, first=first)
    shipped(drain)

    merge(lease, numbers=[0, 1, 2])
    sends(1, first=4)
    shipped(drain)

    assert numbers(endpoint) == [1, 2, 3, 4]


def test_what_was_merged_before_it_went_out_goes_out(drain, endpoint, lease, sends, object_store):
    for first in (1, 2, 3, 4):
        sends(1, first=first)

    merge(lease, numbers=[1, 2])
    shipped(drain)

    # The merged chunk has the newest row of all; it goes where its last part was.
    assert numbers(endpoint) == [1, 2, 3, 4]
    assert waiting.lag_of(drain).records == 0


def test_what_was_merged_with_something_that_went_out_goes_out_with_it_again(
    drain, endpoint, lease, sends, object_store
):
    sends(1)
    sends(1, first=2)
    shipped(drain)
    sends(1, first=3)

    merge(lease, numbers=[1, 2])
    shipped(drain)

    assert numbers(endpoint) == [1, 2, 2, 3]


def test_no_merge_reaches_over_the_place_where_a_drain_is(drain, endpoint, lease, sends):
    sends(1)
    sends(1, first=2)
    shipped(drain)
    sends(1, first=3)

    assert waiting.places(lease.shard) == [(1, 1)]
    assert waiting.places(lease.shard + 1) == []
    assert "web.drains.waiting.places" in settings.CHUNK_PLACES


def test_a_chunk_of_a_later_lease_goes_out_though_its_number_is_low(
    drain, endpoint, run, lease, sends, object_store
):
    sends(1)
    sends(1, first=2)
    shipped(drain)
    later = Chunk.objects.get(number=1)
    object_store.put("later", parquet_of([record(0, 9, at=9)]))
    later.pk, later.fence, later.number, later.through, later.key = None, 2, 0, 0, "later"
    later.save()

    shipped(drain)

    assert numbers(endpoint) == [1, 2, 9]
