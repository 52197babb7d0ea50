"""The object store: datasets, lots, log chunks and reports lie in it, one bucket, by key.

Keys are given without ``S3_PREFIX``; it is added here, so that apps can share a bucket. No upload
and no download of a user passes through this process: they get presigned addresses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import inf
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from simulator import MocklotError
from web.platform import deadlines
from web.platform.signing import mind_dates

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

POST_LIFE = 15 * 60  # s that a form for an upload holds
LINK_LIFE = 5 * 60  # s that a link to a download holds: it is made when it is followed
USER_AGENT = "mocklot"
BLOCK = 1024 * 1024  # bytes of one block of a stream
PROBE_TIMEOUT = 2  # s
REQUEST_TIMEOUT = 3  # s that a request waits for the store at once, which has 10 s in all
REQUEST_ATTEMPTS = 2
MISSING = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchUpload"})


class StorageUnavailable(MocklotError):
    """The object store does not answer, refuses us, or is not configured."""


class ObjectMissing(MocklotError):
    """There is no object with this key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store knows about an object."""

    key: str
    size: int  # bytes
    content_type: str
    modified: datetime  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """A form that a browser posts to the store: ``fields`` in this order, then ``file``."""

    url: str
    fields: dict[str, str]


def client() -> "S3Client":
    """Return this process's client; in a request one that waits for less.

    Raises:
        StorageUnavailable: No bucket is configured.
        TooLong: Nothing is left of the request's time.
    """
    if deadlines.within(inf) == inf:
        return client_of(settings.S3_CONNECT_TIMEOUT, settings.S3_READ_TIMEOUT)
    return client_of(REQUEST_TIMEOUT, REQUEST_TIMEOUT, attempts=REQUEST_ATTEMPTS)


@cache
def client_of(connect: int, read: int, *, attempts: int | None = None) -> "S3Client":
    """Return the client of these waits, s; it is safe to share between threads.

    Raises:
        StorageUnavailable: No bucket is configured.
    """
    if not settings.S3_BUCKET:
        raise StorageUnavailable("not configured: S3_BUCKET is not set")
    made = boto3.client(
        "s3",
        region_name=settings.S3_REGION,
        endpoint_url=settings.S3_ENDPOINT_URL or None,
        aws_access_key_id=settings.S3_ACCESS_KEY_ID or None,
        aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY or None,
        config=client_config(connect, read, attempts=attempts or settings.S3_ATTEMPTS),
    )
    mind_dates(made)
    return made


def client_config(
    connect: int, read: int, *, attempts: int, is_other: bool | None = None
) -> Config:
    """Return bounded waits, s, and what other stores than Amazon's understand."""
    is_other = bool(settings.S3_ENDPOINT_URL) if is_other is None else is_other
    return Config(
        # Said once, for botocore makes its own anew for each request: a fifth of what one takes.
        user_agent=USER_AGENT,
        signature_version="s3v4",  # boto3 still presigns with version 2 otherwise
        s3={
            "addressing_style": "path" if is_other else "virtual",
            # Else us-east-1 alone has no region in its name, and the content policy names one.
            "us_east_1_regional_endpoint": "regional",
        },
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Other stores refuse the checksums that boto3 adds since 1.36.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def full_key(key: str) -> str:
    """Return the key inside the bucket, with this deployment's prefix."""
    return f"{settings.S3_PREFIX}/{key}" if settings.S3_PREFIX else key


def put(
    key: str,
    data: bytes,
    *,
    content_type: str = "application/octet-stream",
    timeout: int | None = None,
) -> None:
    """Write an object, in place of one that is there.

    Args:
        key: Where.
        data: What.
        content_type: Of what kind it is.
        timeout: s that each step may take, and it is tried once; None: as the settings have it.

    Raises:
        StorageUnavailable: The store does not answer or refuses us, after ``S3_ATTEMPTS`` tries.
    """
    call("put_object", key, timeout=timeout, Body=data, ContentType=content_type)


def put_file(key: str, file: IO[bytes], *, content_type: str = "application/octet-stream") -> None:
    """Write an object from a file, in parts when it is large; memory stays bounded.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    with translated(key):
        client().upload_fileobj(
            file, settings.S3_BUCKET, full_key(key), ExtraArgs={"ContentType": content_type}
        )


def get(key: str) -> bytes:
    """Return a whole object: for those known to be small.

    Raises:
        ObjectMissing: There is none.
        StorageUnavailable: The store does not answer or refuses us.
    """
    with translated(key):
        return client().get_object(Bucket=settings.S3_BUCKET, Key=full_key(key))["Body"].read()


def get_range(key: str, start: int, length: int) -> bytes:
    """Return ``length`` bytes of an object from byte ``start`` on, fewer at its end.

    Raises:
        ObjectMissing: There is none.
        StorageUnavailable: The store does not answer or refuses us.
    """
    wanted = f"bytes={start}-{start + length - 1}"
    with translated(key):
        answer = client().get_object(Bucket=settings.S3_BUCKET, Key=full_key(key), Range=wanted)
        return answer["Body"].read()


def stream(key: str, *, block: int = BLOCK) -> Iterator[bytes]:
    """Yield an object in blocks of at most ``block`` bytes.

    Raises:
        ObjectMissing: There is none.
        StorageUnavailable: The store does not answer, refuses us, or stops in the middle.
    """
    with translated(key):
        body = client().get_object(Bucket=settings.S3_BUCKET, Key=full_key(key))["Body"]
        yield from body.iter_chunks(block)


def head(key: str) -> Stored:
    """Return what the store knows about an object, without reading it.

    Raises:
        ObjectMissing: There is none.
        StorageUnavailable: The store does not answer or refuses us.
    """
    answer = call("head_object", key)
    return Stored(
        key=key,
        size=answer["ContentLength"],
        content_type=answer.get("ContentType", ""),
        modified=answer["LastModified"],
    )


def delete(key: str) -> None:
    """Remove an object; one that is not there is as good as removed.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    call("delete_object", key)


def delete_many(keys: Sequence[str]) -> None:
    """Remove objects with one call; those that are not there are as good as removed.

    Args:
        keys: At most 1,000.

    Raises:
        StorageUnavailable: The store does not answer or refuses us; some may be removed.
    """
    if not keys:
        return
    objects: list[ObjectIdentifierTypeDef] = [{"Key": full_key(key)} for key in keys]
    with translated(""):
        answer = client().delete_objects(
            Bucket=settings.S3_BUCKET, Delete={"Objects": objects, "Quiet": True}
        )
    if refused := answer.get("Errors"):
        raise StorageUnavailable(f"the object store refuses: {refused[0].get('Code', 'unknown')}")


def keys(prefix: str) -> Iterator[str]:
    """Yield the keys that begin with ``prefix``, in order, a page of 1,000 at a time.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    for key, _ in listed(prefix):
        yield key


def upload_form(
    key: str, *, content_type: str, most: int, least: int = 1, life: int = POST_LIFE
) -> UploadForm:
    """Return a form with which a browser may post one file to ``key``.

    Args:
        key: Where the file will lie; the policy allows no other key.
        content_type: What the browser must say that it is.
        most: Bytes at most.
        least: Bytes at least.
        life: Seconds that the form holds.

    Raises:
        StorageUnavailable: No bucket is configured.
    """
    with translated(key):
        post = client().generate_presigned_post(
            settings.S3_BUCKET,
            full_key(key),
            Fields={"Content-Type": content_type},
            Conditions=[
                {"Content-Type": content_type},
                ["content-length-range", least, most],
            ],
            ExpiresIn=life,
        )
    return UploadForm(url=post["url"], fields=dict(post["fields"]))


def listed(prefix: str) -> Iterator[tuple[str, datetime]]:
    """Yield the keys that begin with ``prefix``, in order, each with when it was written.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    skip = len(full_key(""))
    with translated(prefix):
        pages = client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=full_key(prefix)):
            for entry in page.get("Contents", []):
                yield entry["Key"][skip:], entry["LastModified"]


def download_link(
    key: str, *, file_name: str, content_type: str = "", life: int = LINK_LIFE
) -> str:
    """Return an address that downloads the object as ``file_name`` for ``life`` seconds.

    Raises:
        StorageUnavailable: No bucket is configured.
    """
    wanted = {
        "Bucket": settings.S3_BUCKET,
        "Key": full_key(key),
        "ResponseContentDisposition": disposition(file_name),
    }
    if content_type:
        wanted["ResponseContentType"] = content_type
    with translated(key):
        return client().generate_presigned_url("get_object", Params=wanted, ExpiresIn=life)


def disposition(file_name: str) -> str:
    """Return the header that names a download, also with letters beyond ASCII.

    Source: RFC 6266, sections 4.1 and 4.3; a plain name for old clients, then the encoded one.
    """
    plain = "".join(c if c.isascii() and c.isprintable() else "_" for c in file_name)
    plain = plain.translate(dict.fromkeys(map(ord, '"\\%'), "_"))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def probe() -> None:
    """Ask the store whether our bucket is there, for at most ``PROBE_TIMEOUT`` seconds a step.

    Raises:
        StorageUnavailable: It is not, or the store does not answer or refuses us.
    """
    with translated(""):
        client_of(PROBE_TIMEOUT, PROBE_TIMEOUT, attempts=1).head_bucket(Bucket=settings.S3_BUCKET)


def call(operation: str, key: str, *, timeout: int | None = None, **arguments: Any) -> Any:
    """Call one operation on an object of ours, with its errors as ours."""
    with translated(key):
        asked = client_of(timeout, timeout, attempts=1) if timeout else client()
        call = getattr(asked, operation)
        return call(Bucket=settings.S3_BUCKET, Key=full_key(key), **arguments)


class translated:  # noqa: N801 (reads as a statement: with translated(key))
    """Turns the library's errors into ours; the texts carry no credential."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "unknown")
            if code in MISSING and self.key:
                raise ObjectMissing(f"no object {self.key!r}") from error
            raise StorageUnavailable(f"the object store refuses: {code}") from error
        if isinstance(error, BotoCoreError | OSError):
            name = type(error).__name__
            raise StorageUnavailable(f"the object store does not answer: {name}") from error
