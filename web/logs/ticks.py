"""What the clock does for logs. Any number of clocks may: every change is a conditional one."""

import logging

from web.logs import jobs, leftovers, retention
from web.logs.due import due
from web.platform import queues, redis, storage

logger = logging.getLogger(__name__)

MERGING = "mocklot:logs:merging"  # in Redis: a job was asked for that may not have begun
ASKED_FOR = 120  # s that the clock believes so
MERGE_TIMEOUT = 10 * 60  # s; the job ends by itself after some 20


def merge() -> bool:
    """Ask for a job that merges small chunks where there are some; return whether it did."""
    if not due():
        return False
    try:
        if not redis.connection().set(MERGING, 1, nx=True, ex=ASKED_FOR):
            return False
        queues.enqueue("reports", jobs.merge_chunks, timeout=MERGE_TIMEOUT)
    except (queues.QueueUnavailable, *redis.Unavailable):
        logger.warning("chunks are to be merged, but the queue does not answer")
        return False
    return True


def clean() -> None:
    """Expire logs by their workspaces' retention, and delete objects that no row names."""
    retention.expire_due()
    try:
        leftovers.delete_spent()
        leftovers.sweep()
    except storage.StorageUnavailable:
        logger.warning("objects of logs stay for now")
