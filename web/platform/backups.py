"""Copies of the bucket's objects in a second bucket, and the way back from there.

Objects are written once, so what is there already is passed over. What is gone from the bucket
moves below ``gone/`` and stays for ``BACKUP_KEEP_DAYS``: a database that is restored to an earlier
moment names objects that were deleted since.

Rule: both buckets are listed in the order of keys and walked side by side, and an object passes
through in parts; memory stays bounded however much there is. Nothing is ever deleted from the
bucket itself.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import boto3
from boto3.s3.transfer import TransferConfig
from django.conf import settings

from web.platform import storage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

KEPT, GONE = "kept/", "gone/"  # in the second bucket: what the bucket has, and had
AT_ONCE = 4  # objects on their way
WAITING = 64  # objects that were found and wait their turn
COPIED_WITHIN = 60 * 60.0  # s that one object may take
# Parts of 8 MB, one after the other: 32 MB of memory for all that are on their way.
IN_PARTS = TransferConfig(
    multipart_threshold=8 * 1024 * 1024, multipart_chunksize=8 * 1024 * 1024, use_threads=False
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An object in a listing: its key without what its place puts before it."""

    key: str
    size: int  # bytes
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where objects lie: below ``prefix`` in a bucket."""

    client: "S3Client"
    bucket: str
    prefix: str

    def entries(self) -> Iterator[Entry]:
        """Yield what lies here, in the order of keys, a page of 1,000 at a time."""
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
            for found in page.get("Contents", []):
                key = found["Key"][len(self.prefix) :]
                yield Entry(key, found["Size"], found["LastModified"])


@dataclass(slots=True)
class Tally:
    """What was done, in objects and bytes."""

    looked: int = 0
    copied: int = 0
    size: int = 0  # bytes that were copied
    gone: int = 0  # that the bucket has no more; kept for a while
    forgotten: int = 0  # that were gone for long enough


def own_place() -> Place:
    """Return the product's bucket.

    Raises:
        StorageUnavailable: None is configured.
    """
    return Place(client=storage.client(), bucket=settings.S3_BUCKET, prefix=storage.full_key(""))


def backup_place(prefix: str) -> Place:
    """Return a part of the second bucket.

    Raises:
        StorageUnavailable: None is configured.
    """
    if not settings.BACKUP_BUCKET:
        raise storage.StorageUnavailable("not configured: BACKUP_BUCKET is not set")
    client = boto3.client(
        "s3",
        region_name=settings.BACKUP_REGION,
        endpoint_url=settings.BACKUP_ENDPOINT_URL or None,
        aws_access_key_id=settings.BACKUP_ACCESS_KEY_ID or None,
        aws_secret_access_key=settings.BACKUP_SECRET_ACCESS_KEY or None,
        config=storage.client_config(
            settings.S3_CONNECT_TIMEOUT,
            settings.S3_READ_TIMEOUT,
            attempts=settings.S3_ATTEMPTS,
            is_other=bool(settings.BACKUP_ENDPOINT_URL),
        ),
    )
    return Place(client=client, bucket=settings.BACKUP_BUCKET, prefix=prefix)


def back_up(now: datetime) -> Tally:
    """Copy what is new, set aside what is gone, forget what has been gone for long enough.

    May be broken off and begun again, and run beside a product at work.

    Raises:
        StorageUnavailable: A bucket does not answer, or refuses.
    """
    tally, own = Tally(), own_place()
    kept, gone = backup_place(KEPT), backup_place(GONE)
    with storage.translated(""):
        copy_all(missing(own, kept, tally, set_aside=partial(move, kept, gone)), own, kept, tally)
        forget(gone, now - timedelta(days=settings.BACKUP_KEEP_DAYS), tally)
    return tally


def bring_back(since: datetime) -> Tally:
    """Copy back what the bucket does not have; of what is gone, that which went after ``since``.

    ``since`` is the moment of the database that the objects are to go with. What lies in the
    bucket is never written over.

    Raises:
        StorageUnavailable: A bucket does not answer, or refuses.
    """
    tally, own = Tally(), own_place()
    with storage.translated(""):
        for place in (backup_place(KEPT), backup_place(GONE)):
            wanted = missing(place, own, tally)
            if place.prefix == GONE:
                wanted = (entry for entry in wanted if entry.modified >= since)
            copy_all(wanted, place, own, tally)
    return tally


def missing(
    source: Place,
    target: Place,
    tally: Tally,
    *,
    set_aside: Callable[[Entry], None] | None = None,
) -> Iterator[Entry]:
    """Yield what the target lacks; what it alone has is set aside.

    With ``set_aside`` also what is newer in the source, or of another size.
    """
    for here, there in beside(source.entries(), target.entries()):
        tally.looked += here is not None
        if here is None:
            if set_aside and there:
                set_aside(there)
                tally.gone += 1
        elif there is None or (set_aside and is_stale(here, there)):
            yield here


def is_stale(here: Entry, copy: Entry) -> bool:
    """Return whether a copy is of something that was written anew since."""
    return here.size != copy.size or here.modified > copy.modified


def beside(
    ones: Iterable[Entry], others: Iterable[Entry]
) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Yield two listings, each in the order of keys, side by side; None: it lacks that key."""
    left, right = iter(ones), iter(others)
    one, other = next(left, None), next(right, None)
    while one or other:
        if other is None or (one and one.key < other.key):
            yield one, None
            one = next(left, None)
        elif one is None or other.key < one.key:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def copy_all(entries: Iterator[Entry], source: Place, target: Place, tally: Tally) -> None:
    """Copy objects, ``AT_ONCE`` at a time."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="copy") as pool:
        going: list[tuple[Entry, Future[bool]]] = []
        for entry in entries:
            going.append((entry, pool.submit(copy_one, entry.key, source, target)))
            if len(going) >= WAITING:
                count(*going.pop(0), tally)
        for one, done in going:
            count(one, done, tally)


def count(entry: Entry, done: "Future[bool]", tally: Tally) -> None:
    if done.result(COPIED_WITHIN):
        tally.copied += 1
        tally.size += entry.size


def copy_one(key: str, source: Place, target: Place) -> bool:
    """Copy an object in parts; return False when it was deleted meanwhile."""
    try:
        found = source.client.get_object(Bucket=source.bucket, Key=source.prefix + key)
    except source.client.exceptions.NoSuchKey:
        return False
    with found["Body"] as body:
        target.client.upload_fileobj(
            body,
            target.bucket,
            target.prefix + key,
            ExtraArgs={"ContentType": found["ContentType"]},
            Config=IN_PARTS,
        )
    return True


def move(kept: Place, gone: Place, entry: Entry) -> None:
    """Set a copy aside, inside of the second bucket; its date there is when that was done."""
    source: CopySourceTypeDef = {"Bucket": kept.bucket, "Key": kept.prefix + entry.key}
    gone.client.copy(source, gone.bucket, gone.prefix + entry.key, Config=IN_PARTS)
    kept.client.delete_object(Bucket=kept.bucket, Key=kept.prefix + entry.key)


def forget(gone: Place, before: datetime, tally: Tally) -> None:
    """Delete what was set aside before a moment."""
    for entry in gone.entries():
        if entry.modified < before:
            gone.client.delete_object(Bucket=gone.bucket, Key=gone.prefix + entry.key)
            tally.forgotten += 1
