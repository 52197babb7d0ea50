"""Credential tables at rest: packed, sealed with the installation's key, and opened for a tower.

Rule: what a browser uploaded in the clear is gone from the store before the table is in force.
"""

from collections.abc import Callable

import simulator
from web.datasets.models import Upload
from web.platform import secrets, storage
from web.platform.rotation import Count

SEALED = ".sealed"  # ends the key of what only we can open
MOST_PACKED = 64_000_000  # bytes; some 40,000 certificates with their keys
CONTENT_TYPE = "application/octet-stream"


class TooLarge(Exception):
    """The table would not fit into a tower beside its mocks; the text is a sentence."""


def sealed_key(key: str) -> str:
    """Return where the table of an upload lies once it was read; the same of its own."""
    return key if key.endswith(SEALED) else f"{key}{SEALED}"


def keep(table: simulator.CredentialTable, *, key: str) -> None:
    """Store a table, sealed, beside the file that it was read from, and remove that file.

    Args:
        key: Of the file as it was uploaded.

    Raises:
        TooLarge: It has more than ``MOST_PACKED`` bytes.
        StorageUnavailable: The store does not answer; the file is read again.
    """
    packed = table.packed()
    if len(packed) > MOST_PACKED:
        raise TooLarge(
            f"The table has {len(packed):,} bytes when it is packed, at most {MOST_PACKED:,} can "
            "be kept. Split it, or leave out the chains of its certificates."
        )
    storage.put(sealed_key(key), secrets.seal_bytes(packed), content_type=CONTENT_TYPE)
    storage.delete(key)


def table_at(key: str) -> simulator.CredentialTable:
    """Return the table that ``keep`` stored. Never store or print it.

    Args:
        key: Of the file as it was uploaded, or of what is sealed.

    Raises:
        ObjectMissing: It is not there.
        SealBroken: None of this installation's keys opens it.
        StorageUnavailable: The store does not answer.
    """
    return simulator.unpacked(secrets.unseal_bytes(storage.get(sealed_key(key))))


def dataset_at(name: str, key: str) -> simulator.Dataset:
    """Return what definitions may read of an object: a file, or what of a table is no secret.

    Raises:
        DatasetError: It cannot be read, or all of it is secret.
        ObjectMissing, SealBroken, StorageUnavailable: As of ``table_at``.
    """
    if key.endswith(SEALED):
        return table_at(key).public()
    return simulator.read_dataset(name, storage.get(key))


def rotate(*, told: Callable[[Count], None], is_trial: bool) -> Count:
    """Seal the credential tables in the object store anew with the first key.

    Args:
        told: Called after each table.
        is_trial: Count only what is to be done.

    Raises:
        StorageUnavailable: The store does not answer; begin again later.
    """
    count = Count("credential tables")
    uploads = Upload.objects.filter(dataset__is_credentials=True, state=Upload.State.READY)
    for key in uploads.order_by("pk").values_list("key", flat=True).iterator():
        renew(sealed_key(key), count, is_trial=is_trial)
        told(count)
    return count


def renew(key: str, count: Count, *, is_trial: bool) -> None:
    """Seal the table at ``key`` anew unless it is sealed with the first key."""
    try:
        held = storage.get(key)
        count.seen += 1
        if secrets.is_current(held):
            return
        fresh = secrets.seal_bytes(secrets.unseal_bytes(held))
    except (storage.ObjectMissing, secrets.SealBroken):
        count.broken += 1
        return
    if not is_trial:
        storage.put(key, fresh, content_type=CONTENT_TYPE)
    count.renewed += 1
