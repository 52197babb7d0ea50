"""The RQ worker that lets its job drain.

Tried: RQ's own timeouts and its Heroku worker raise inside whichever asyncio task happens to run,
where the exception is swallowed; the job is then killed at 30 s and stays "started". So the work
horse ignores the signals until the job installs its own handlers, and the worker never insists.
"""

import ctypes
import logging
import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any

from django.conf import settings
from redis import Redis, RedisError
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job

from web.platform import logfmt, redis

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send this process ``number`` when its parent is gone; Linux only.

    A worker or a horse that outlives its supervisor would hold shards that nobody watches.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


class DrainWorker(Worker):
    """Runs one queue; a SIGTERM, also a repeated one, lets the running job end by itself."""

    def setup_work_horse_signals(self) -> None:
        """Ignore both signals in the work horse: the job decides what it does on SIGTERM."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        die_with_parent(signal.SIGKILL)

    def perform_job(self, job: Job, queue: Queue, *args: Any) -> bool:
        """Run the job with the request id of whoever asked for it in every log line."""
        token = logfmt.request_id.set(job.meta.get("request_id", ""))
        try:
            return bool(super().perform_job(job, queue, *args))
        finally:
            logfmt.request_id.reset(token)

    def handle_warm_shutdown_request(self) -> None:
        """Tell the running job, which a platform does by itself but a supervisor does not."""
        logger.info("draining", extra={"worker": self.name})
        self.tell_horse()

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Tell the job again, for it may not have listened yet; killing it would lose records."""
        logger.info("repeated signal, still draining", extra={"worker": self.name})
        self.tell_horse()

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Tell Redis that the job runs. One that takes no word costs the word, not the worker:
        with the worker goes its job, which for a tower means thousands of mocks."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError as error:
            why = type(error).__name__
            logger.warning("no heartbeat", extra={"worker": self.name, "error": why})

    def tell_horse(self) -> None:
        """Send the running job SIGTERM, if one runs."""
        if not self.horse_pid:
            return
        try:
            os.kill(self.horse_pid, signal.SIGTERM)
        except ProcessLookupError:
            logger.debug("the job has ended already")


def run(queue: str) -> None:
    """Run the jobs of one queue until SIGTERM; a job that runs then is let to its end.

    One queue alone, for only then does RQ take a job off it without ever losing one. The pool is
    the worker's own: it lengthens the timeouts for its blocking reads.
    """
    for module in settings.PRELOADED.get(queue, ()):
        import_module(module)
    connection = Redis.from_url(settings.REDIS_URL, **redis.options(settings.REDIS_URL))
    worker = DrainWorker([Queue(queue, connection=connection)], connection=connection)
    worker.work(logging_level=settings.LOG_LEVEL, with_scheduler=False)
