"""A log in a real object store: read by ranges, merged, cleaned up, and downloaded."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from tests.web.logs.conftest import record
from web.logs import leftovers, merging
from web.logs.models import Chunk
from web.logs.reading import Query, find, objects
from web.platform import storage
from web.reports import actions, making
from web.reports.actions import Order

pytestmark = pytest.mark.parts("s3")

NAMES = (
    *("put", "put_file", "get", "get_range", "stream", "head"),
    *("delete", "delete_many", "keys", "listed"),
)
REAL = {name: getattr(storage, name) for name in NAMES}


@pytest.fixture
def real_store(bucket, settings, monkeypatch, run):
    """Let the run's log lie in the bucket, with a prefix of this test's own."""
    settings.S3_BUCKET = bucket.name
    settings.S3_REGION = bucket.region
    settings.S3_ENDPOINT_URL = bucket.endpoint
    settings.S3_ACCESS_KEY_ID = bucket.key_id
    settings.S3_SECRET_ACCESS_KEY = bucket.secret
    settings.S3_PREFIX = f"test-{uuid4()}"
    for name, function in REAL.items():
        monkeypatch.setattr(storage, name, function)
    storage.client_of.cache_clear()
    yield
    storage.client_of.cache_clear()


def keys(run):
    return [key for key in storage.keys(run.prefix) if "/log/" in key]


@pytest.mark.usefixtures("real_store")
def test_a_log_lives_in_a_store_from_its_first_chunk_to_its_file(run, store, owner, monkeypatch):
    monkeypatch.setattr(objects, "WHOLE", 0)
    monkeypatch.setattr(making, "PART_BYTES", 50_000)
    for n in range(20):
        store([record(m, n, at=n + m / 100) for m in range(40)], row_group=100)

    before = [(each.mock, each.sequence) for each in find(run, Query(mocks=(7, 30))).records]
    Chunk.objects.update(last=timezone.now() - timedelta(hours=1))
    merged = merging.merge_due()
    after = [(each.mock, each.sequence) for each in find(run, Query(mocks=(7, 30))).records]
    leftovers.delete_spent(timezone.now() + timedelta(hours=1))

    assert merged == 20
    assert before == after == [(m, n) for n in reversed(range(20)) for m in (30, 7)]
    assert keys(run) == [Chunk.objects.get().key]

    report = actions.ask_for_download(run, Order(), by=owner)
    making.make(UUID(str(report.code)))
    report.refresh_from_db()
    files = [storage.get(part["key"]) for part in report.files]
    assert [len(file) for file in files] == [part["size"] for part in report.files]
    assert sum(file.count(b"\n") - 1 for file in files) == 800


@pytest.mark.usefixtures("real_store")
def test_many_objects_are_deleted_with_one_call(run):
    for n in range(3):
        storage.put(f"{run.prefix}log/{n}", b"x")

    storage.delete_many([f"{run.prefix}log/{n}" for n in (0, 2, 9)])
    storage.delete_many([])

    assert keys(run) == [f"{run.prefix}log/1"]
