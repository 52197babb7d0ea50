"""Large files: sent by browsers in parts, each to an address of its own, and put together after.

Rule: as in ``storage``, no part passes through this process, and none is larger than it said.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from web.platform import storage

LIFE = 60 * 60  # s that the addresses of the parts of a large upload hold
PART_BYTES = 10 * 1024 * 1024  # of one part; stores want 5 MiB or more, and 10,000 of them at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a large upload: a browser sends ``size`` bytes to ``url`` with PUT."""

    url: str
    size: int


def begin(key: str, *, content_type: str) -> str:
    """Begin an upload in parts; return its name at the store. It is an object once finished.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    answer = storage.call("create_multipart_upload", key, ContentType=content_type)
    return str(answer["UploadId"])


def parts_of(key: str, upload: str, *, size: int, life: int = LIFE) -> list[Part]:
    """Return where a browser sends each part of a file, in order; each takes its size exactly.

    Args:
        key: Where the file will lie.
        upload: What :func:`begin` returned.
        size: Bytes of the whole file, at least 1.
        life: Seconds that the addresses hold.

    Raises:
        StorageUnavailable: No bucket is configured.
    """
    sizes = [min(PART_BYTES, size - begin) for begin in range(0, size, PART_BYTES)]
    with storage.translated(key):
        return [
            Part(url=_link(key, upload, number, length, life), size=length)
            for number, length in enumerate(sizes, 1)
        ]


def _link(key: str, upload: str, number: int, size: int, life: int) -> str:
    wanted = {
        "Bucket": settings.S3_BUCKET,
        "Key": storage.full_key(key),
        "UploadId": upload,
        "PartNumber": number,
        "ContentLength": size,  # is signed, so that no other length is taken
    }
    return storage.client().generate_presigned_url("upload_part", Params=wanted, ExpiresIn=life)


def finish(key: str, upload: str, *, size: int) -> bool:
    """Put the parts of an upload together; False: they are not ``size`` bytes, or it is over.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    try:
        parts = storage.call("list_parts", key, UploadId=upload).get("Parts", [])
        if sum(part["Size"] for part in parts) != size:
            return False
        named = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in parts]
        storage.call(
            "complete_multipart_upload", key, UploadId=upload, MultipartUpload={"Parts": named}
        )
    except storage.ObjectMissing:
        return False
    return True


def abort(key: str, upload: str) -> None:
    """Give up an upload in parts, and what was sent of it; one that is over is as good.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    with suppress(storage.ObjectMissing):
        storage.call("abort_multipart_upload", key, UploadId=upload)


def unfinished(prefix: str) -> Iterator[tuple[str, str, datetime]]:
    """Yield uploads in parts that were not finished: key, name, and when each began.

    Raises:
        StorageUnavailable: The store does not answer or refuses us.
    """
    skip = len(storage.full_key(""))
    with storage.translated(prefix):
        pages = storage.client().get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=storage.full_key(prefix)):
            for entry in page.get("Uploads", []):
                yield entry["Key"][skip:], entry["UploadId"], entry["Initiated"]
