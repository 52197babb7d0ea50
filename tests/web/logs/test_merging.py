"""Small chunks become large ones, whatever dies in between; no record is lost or doubled."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from tests.web.logs.conftest import parquet_of, record
from tests.web.runs.conftest import START
from web.logs import due, grouping, leftovers, merging
from web.logs.models import Chunk, Reader, RunLog, Spent
from web.logs.reading import Query, find, open_chunk
from web.logs.rewriting import ROW_GROUP, whole_of
from web.platform import storage
from web.runs import endings, leasing
from web.runs.models import Outcome, Run, Shard

MINUTES = timedelta(minutes=30)


def chunk(size, number, *, fence=1, is_loose=True, rows=10):
    return Chunk(
        size=size, fence=fence, number=number, through=number, rows=rows, is_loose=is_loose
    )


def sizes(found):
    return [[each.number for each in group] for group in found]


def test_neighbours_that_are_enough_together_are_merged_and_the_rest_waits():
    chunks = [chunk(400_000, n) for n in range(6)]

    assert sizes(grouping.groups(chunks, is_over=False)) == [[0, 1, 2, 3]]
    assert sizes(grouping.groups(chunks, is_over=True)) == [[0, 1, 2, 3], [4, 5]]


def test_many_tiny_ones_are_merged_before_they_are_enough():
    tiny = [chunk(2_000, n) for n in range(grouping.CROWD)]

    assert sizes(grouping.groups(tiny[:-1], is_over=False)) == []
    assert sizes(grouping.groups(tiny, is_over=False)) == [list(range(grouping.CROWD))]


def test_many_records_are_enough_however_few_bytes_they_have():
    chunks = [chunk(9_000, n, rows=grouping.MOST_ROWS // 2) for n in range(3)]

    assert sizes(grouping.groups(chunks, is_over=False)) == [[0, 1]]


def test_only_neighbours_are_merged():
    chunks = [chunk(9, 0), chunk(9, 1), chunk(9**9, 2, is_loose=False), chunk(9, 3)]

    assert sizes(grouping.groups(chunks, is_over=True)) == [[0, 1]]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((1, 1), [[0, 1], [2, 3]]),
        ((1, 0), [[1, 2, 3]]),
        ((1, 3), [[0, 1, 2, 3]]),
        ((0, -1), [[0, 1, 2, 3]]),
    ],
)
def test_no_group_reaches_over_a_place(place, expected):
    chunks = [chunk(9, n) for n in range(4)]

    assert sizes(grouping.groups(chunks, is_over=True, places=[place])) == expected


def test_chunks_of_several_leases_are_neighbours_too():
    chunks = [chunk(9, 7), chunk(9, 0, fence=2), chunk(9, 1, fence=2)]

    assert sizes(grouping.groups(chunks, is_over=True)) == [[7, 0, 1]]


def rows_in(key):
    return open_chunk(Chunk.objects.get(key=key), whole=True).read().to_pylist()


def test_a_whole_has_every_record_of_its_parts_sorted_by_mock_and_time(run, store):
    random = Random(3)
    every = [record(random.randrange(9), n, at=random.uniform(0, 60)) for n in range(200)]
    every[7] |= {"payload": None, "digest": b"\x00" * 32, "reason": "é", "result": "failed"}

    whole = whole_of([parquet_of(every[:90]), parquet_of(every[90:])])
    Chunk.objects.create(**row(run, whole), key="it")
    storage.put("it", whole.data)

    found = rows_in("it")
    assert [(each["mock"], each["sent"]) for each in found] == sorted(
        (each["mock"], each["sent"]) for each in found
    )
    assert {each["sequence"] for each in found} == set(range(200))
    [odd] = [each for each in found if each["reason"]]
    assert (odd["payload"], odd["digest"], odd["reason"]) == (None, b"\x00" * 32, "é")


def row(run, whole):
    shard = Shard.objects.get(run=run)
    return {"run": run, "shard": shard, "fence": 1, "number": 0, **whole.row}


def test_a_whole_is_written_as_towers_write_chunks(run, store):
    every = [record(n % 50, n, at=n / 100) for n in range(ROW_GROUP + 5)]

    whole = whole_of([parquet_of(every)])
    Chunk.objects.create(**row(run, whole), key="it")
    storage.put("it", whole.data)
    metadata = open_chunk(Chunk.objects.get(), whole=True).metadata

    assert [metadata.row_group(group).num_rows for group in range(2)] == [ROW_GROUP, 5]
    mocks = metadata.row_group(0).column(1).statistics
    assert (mocks.min, mocks.has_min_max) == (0, True)
    assert whole.row["rows"] == ROW_GROUP + 5
    assert whole.row["kinds"] == "\nacknowledged\nsend\n"
    assert (whole.row["first_mock"], whole.row["last_mock"]) == (0, 49)
    assert whole.row["first"].timestamp() == START


def test_parts_of_older_versions_can_be_merged(run):
    old = parquet_of([record(1, 1, at=1)], without=["size", "digest", "fault"])

    assert whole_of([old, parquet_of([record(1, 2, at=2)])]).row["rows"] == 2


@pytest.fixture
def many(run, store, lease) -> Run:
    """Return an ended run with ten small chunks, four records each, of two mocks."""
    for n in range(10):
        store([record(m, 2 * n + k, at=n + k / 2) for m in (1, 2) for k in (1, 2)])
    leasing.release(lease, outcome=Outcome.FINISHED)
    endings.end_run(run.id)
    Chunk.objects.update(last=timezone.now() - MINUTES)
    return Run.objects.get()


def sequences(run):
    return [each.sequence for each in find(run, Query(mocks=(1,)), limit=100).records]


def merge(run):
    Chunk.objects.update(last=timezone.now() - MINUTES)
    return merging.merge_due()


def test_the_index_changes_at_once_and_the_parts_go_later(many, object_store):
    before, keys = sequences(many), set(Chunk.objects.values_list("key", flat=True))

    assert merge(many) == 10

    whole = Chunk.objects.get()
    assert (whole.number, whole.through, whole.fence, whole.parts) == (0, 9, 1, 10)
    assert sequences(many) == before == list(range(20, 0, -1))
    assert keys < set(object_store.objects)
    assert set(Spent.objects.values_list("key", flat=True)) == keys
    assert leftovers.delete_spent(timezone.now() + timedelta(minutes=16)) == 10
    assert {key for key in object_store.objects if "/log/" in key} == {whole.key}


def test_merging_ends(many):
    merge(many)
    merge(many)

    assert not Chunk.objects.filter(is_loose=True).exists()
    assert due.due() == []
    assert merge(many) == 0


def test_nothing_is_merged_that_is_young_or_not_enough(run, store, lease):
    for n in range(grouping.CROWD):
        store([record(1, n, at=n)])

    Chunk.objects.update(last=timezone.now())
    assert due.due() == []
    Chunk.objects.filter(number__gt=0).update(last=timezone.now() - MINUTES)
    assert due.due() == []
    Chunk.objects.update(last=timezone.now() - MINUTES)
    assert [shard.id for shard in due.due()] == [lease.shard]


def test_a_live_runs_tower_that_stores_a_merged_chunk_again_adds_nothing(run, store, lease):
    some = [record(1, 1, at=1)]
    for n in range(grouping.CROWD):
        store([record(1, n, at=n)])
    merge(run)
    assert Chunk.objects.count() == 1

    store(some, number=3, is_again=True)

    assert Chunk.objects.count() == 1
    store(some, number=grouping.CROWD, is_again=True)
    assert Chunk.objects.count() == 2


def test_a_merge_that_dies_before_its_row_leaves_the_log_as_it_was(many, monkeypatch, object_store):
    before = sequences(many)
    with monkeypatch.context() as patch:
        patch.setattr(merging, "swap", dies)
        with pytest.raises(KeyboardInterrupt):
            merge(many)

    assert sequences(many) == before
    merge(many)
    merge(many)
    assert sequences(many) == before
    later = timezone.now() + timedelta(hours=2)
    assert leftovers.sweep(later) == 1
    assert leftovers.delete_spent(later) == 11
    assert sequences(many) == before
    assert sum("/log/" in key for key in object_store.objects) == 1


def dies(*args, **named):
    raise KeyboardInterrupt


def test_of_two_merges_of_the_same_one_changes_the_index(many, object_store):
    chunks = list(Chunk.objects.select_related("run__workspace"))
    before = sequences(many)

    assert merging.merge(chunks)
    assert not merging.merge(chunks)

    assert sequences(many) == before
    assert Chunk.objects.count() == 1
    assert sum("/merged-" in key for key in object_store.objects) == 1


def test_a_part_that_is_gone_leaves_the_rest_as_it_is(many, object_store):
    del object_store.objects[Chunk.objects.first().key]

    assert merge(many) == 0
    assert Chunk.objects.count() == 10


def test_a_page_that_knows_the_old_rows_still_reads_their_objects(many):
    old = list(Chunk.objects.all())
    merge(many)
    leftovers.delete_spent()

    assert [len(open_chunk(each, whole=True).read()) for each in old] == [4] * 10


def test_nothing_is_deleted_while_somebody_goes_through_the_log(many):
    merge(many)
    later = timezone.now() + timedelta(hours=1)
    reader = Reader.objects.create(run=many, until=later + timedelta(minutes=1))

    assert leftovers.delete_spent(later) == 0
    reader.delete()
    assert leftovers.delete_spent(later) == 10


def test_who_reads_from_a_place_on_finds_chunks_on_both_sides_of_it(many, monkeypatch):
    monkeypatch.setattr(merging, "places_of", lambda shard: [(1, 3)])

    merge(many)

    assert list(Chunk.objects.order_by("number").values_list("number", "through")) == [
        (0, 3),
        (4, 9),
    ]


def test_objects_without_a_row_are_swept_once_the_run_is_over(many, object_store):
    object_store.put(f"{many.prefix}log/1/lost.parquet", b"x")
    merge(many)
    merge(many)

    assert leftovers.sweep(timezone.now() + timedelta(minutes=5)) == 0
    assert leftovers.sweep(timezone.now() + timedelta(hours=2)) == 1
    assert leftovers.sweep(timezone.now() + timedelta(hours=3)) == 0
    assert RunLog.objects.get().swept_at
    assert Spent.objects.filter(key__endswith="lost.parquet").exists()


def test_a_silent_store_leaves_all_as_it_is(many, object_store):
    object_store.is_down = True

    with pytest.raises(storage.StorageUnavailable):
        merge(many)

    assert Chunk.objects.count() == 10
