"""Copies of the bucket in a second one and back, against a server that checks signatures."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from web.platform import backups, storage
from web.platform.backups import GONE, KEPT, Entry

SOON = timedelta(minutes=1)  # later than anything that a test wrote


@pytest.fixture
def store(bucket, settings):
    """Settings that lead to an empty bucket and an empty second one."""
    settings.S3_ENDPOINT_URL = settings.BACKUP_ENDPOINT_URL = bucket.endpoint
    settings.S3_ACCESS_KEY_ID = settings.BACKUP_ACCESS_KEY_ID = bucket.key_id
    settings.S3_SECRET_ACCESS_KEY = settings.BACKUP_SECRET_ACCESS_KEY = bucket.secret
    settings.S3_PREFIX, settings.S3_BUCKET = "", f"own-{uuid4()}"
    settings.BACKUP_BUCKET = f"second-{uuid4()}"
    for name in (settings.S3_BUCKET, settings.BACKUP_BUCKET):
        bucket.client().create_bucket(Bucket=name)
    storage.client_of.cache_clear()
    yield settings
    storage.client_of.cache_clear()


def held(prefix):
    """Return the keys in a part of the second bucket."""
    return [entry.key for entry in backups.backup_place(prefix).entries()]


def entry(key):
    return Entry(key, 1, timezone.now())


@pytest.mark.parametrize(
    ("ones", "others", "pairs"),
    [
        ("", "", []),
        ("ab", "", ["a-", "b-"]),
        ("", "ab", ["-a", "-b"]),
        ("ace", "bcd", ["a-", "-b", "cc", "-d", "e-"]),
    ],
)
def test_two_listings_are_walked_side_by_side(ones, others, pairs):
    found = backups.beside(map(entry, ones), map(entry, others))

    assert ["".join(one.key if one else "-" for one in pair) for pair in found] == pairs


@pytest.mark.parts("s3")
def test_what_is_new_or_written_anew_is_copied_and_nothing_twice(store):
    storage.put("a/one", b"1", content_type="text/csv")
    storage.put("b/large", bytes(20 * 1024 * 1024))  # passes through in three parts
    first = backups.back_up(timezone.now())
    storage.put("a/one", b"12")

    second = backups.back_up(timezone.now())

    assert (first.looked, first.copied, first.size) == (2, 2, 1 + 20 * 1024 * 1024)
    assert (second.looked, second.copied, second.size) == (2, 1, 2)
    assert held(KEPT) == ["a/one", "b/large"]


@pytest.mark.parts("s3")
def test_what_is_gone_is_set_aside_and_forgotten_after_its_days(store):
    storage.put("a", b"1")
    backups.back_up(timezone.now())
    storage.delete("a")

    gone = backups.back_up(timezone.now())
    kept = held(KEPT), held(GONE)
    forgotten = backups.back_up(timezone.now() + timedelta(days=store.BACKUP_KEEP_DAYS) + SOON)

    assert (gone.gone, gone.forgotten, kept) == (1, 0, ([], ["a"]))
    assert (forgotten.forgotten, held(GONE)) == (1, [])


@pytest.mark.parts("s3")
def test_a_new_bucket_gets_everything_that_the_database_may_name(store, bucket):
    for key in ("gone", "kept"):
        storage.put(key, key.encode(), content_type="text/csv")
    backups.back_up(timezone.now())
    dumped = timezone.now() - SOON
    storage.delete("gone")
    backups.back_up(timezone.now())
    store.S3_BUCKET = f"fresh-{uuid4()}"
    bucket.client().create_bucket(Bucket=store.S3_BUCKET)

    done = backups.bring_back(dumped)

    assert (done.copied, [storage.get(key) for key in storage.keys("")]) == (2, [b"gone", b"kept"])
    assert storage.head("kept").content_type == "text/csv"


@pytest.mark.parts("s3")
def test_what_went_before_the_dump_stays_away_and_what_is_there_is_not_written_over(store):
    for key in ("gone", "kept"):
        storage.put(key, b"old")
    backups.back_up(timezone.now())
    storage.delete("gone")
    backups.back_up(timezone.now())
    storage.put("kept", b"newer")

    done = backups.bring_back(timezone.now() + SOON)

    assert (done.copied, list(storage.keys("")), storage.get("kept")) == (0, ["kept"], b"newer")


@pytest.mark.parts("s3")
def test_the_command_says_what_it_did(store):
    storage.put("a", b"123")
    said = StringIO()

    call_command("copy_objects", stdout=said)

    assert said.getvalue().startswith("1 objects looked at, 1 copied (3 bytes)")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "BACKUP_BUCKET is not set"),
        (["--back"], "--back needs --since"),
        (["--back", "--since", "yesterday"], "invalid moment value: 'yesterday'"),
    ],
)
def test_what_cannot_be_done_is_said(settings, arguments, text):
    settings.S3_BUCKET, settings.BACKUP_BUCKET = "own", ""

    with pytest.raises(CommandError, match=text):
        call_command("copy_objects", *arguments)
