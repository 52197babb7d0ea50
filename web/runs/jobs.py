"""What runs ask of the queues: a tower's shift, and the removal of what a run kept."""

import logging
from uuid import UUID

from web.platform import queues, redis

logger = logging.getLogger(__name__)

STANDBY = 15.0  # s that a tower waits for the shards that another one is about to hand over


def run_tower(patience: float | None = None) -> None:
    """Hold shards of any run until there is none left; the process's own signals end it earlier.

    Runs on the queue ``towers`` with no time limit of RQ's; any number may be asked for, for one
    without work ends at once, or after ``patience`` s.
    """
    # Here and not above: the console puts this job into the queue and never needs the engine.
    from web.runs.shift import IDLE_GRACE, work_shift  # noqa: PLC0415

    work_shift(patience=IDLE_GRACE if patience is None else patience)


def ask_for_tower(*, patience: float | None = None) -> bool:
    """Put a tower's job into the queue; False: the queue does not answer, and the clock asks."""
    try:
        queues.enqueue("towers", run_tower, *([patience] if patience else []), timeout=-1)
    except (queues.QueueUnavailable, *redis.Unavailable):
        logger.warning("no tower asked for: the queue does not answer")
        return False
    return True


def remove_run(code: str) -> None:
    """Remove a run that was deleted, once it has ended; runs on the queue ``reports``."""
    from web.runs.removal import remove  # noqa: PLC0415

    remove(UUID(code))
