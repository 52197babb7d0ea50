"""Hands work to the other processes.

Rule: the rows are the truth and a job is only a nudge. When Redis is down nothing is lost, for the
clock looks for due rows; so :func:`enqueue_on_commit` never fails a request.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from rq import Queue
from rq.job import Job

from web.platform import logfmt, redis

logger = logging.getLogger(__name__)

JOB_TIMEOUT = 15 * 60  # s
RESULT_LIFE = 5 * 60  # s; results are read from rows, never from Redis
FAILURE_LIFE = 24 * 60 * 60  # s


class QueueUnavailable(Exception):
    """Redis does not answer, so nobody hears of the job now."""


def queue(name: str) -> Queue:
    """Return one of ``settings.QUEUES``: towers, reports, mail, drains or notices.

    Raises:
        ValueError: There is no such queue.
    """
    if name not in settings.QUEUES:
        raise ValueError(f"queue must be one of {', '.join(settings.QUEUES)}, got {name!r}")
    return Queue(name, connection=redis.connection())


def enqueue(
    name: str,
    function: Callable[..., Any],
    *args: Any,
    timeout: int = JOB_TIMEOUT,
    job_id: str | None = None,
    at_front: bool = False,
) -> Job:
    """Put a call of ``function`` into a queue now.

    Args:
        name: The queue.
        function: Importable by its dotted name; ``args`` must pickle: pass codes, not rows.
        timeout: Seconds after which RQ ends the job; -1 for none (towers bound themselves).
        job_id: A name that makes doubled jobs tell themselves apart in the dashboard.
        at_front: Before all that waits.

    Raises:
        QueueUnavailable: Redis does not answer.
    """
    try:
        return queue(name).enqueue_call(
            function,
            args=args,
            timeout=timeout,
            job_id=job_id,
            at_front=at_front,
            result_ttl=RESULT_LIFE,
            failure_ttl=FAILURE_LIFE,
            meta={"request_id": logfmt.request_id.get()},
        )
    except redis.Unavailable as down:
        raise QueueUnavailable("Redis does not answer") from down


def enqueue_on_commit(
    name: str,
    function: Callable[..., Any],
    *args: Any,
    timeout: int = JOB_TIMEOUT,
    at_front: bool = False,
) -> None:
    """Put a call into a queue once the transaction has committed; only log when Redis is down."""

    def nudge() -> None:
        try:
            enqueue(name, function, *args, timeout=timeout, at_front=at_front)
        except QueueUnavailable:
            logger.warning("not queued", extra={"queue": name, "function": function.__name__})

    transaction.on_commit(nudge)
