"""What runs ask of the queues: a tower's shift, and the removal of what a run kept."""

from uuid import UUID


def run_tower() -> None:
    """Hold shards of any run until there is none left; the process's own signals end it earlier.

    Runs on the queue ``towers`` with no time limit of RQ's; any number may be asked for, for one
    without work ends at once.
    """
    # Here and not above: the console puts this job into the queue and never needs the engine.
    from web.runs.shift import work_shift  # noqa: PLC0415

    work_shift()


def remove_run(code: str) -> None:
    """Remove a run that was deleted, once it has ended; runs on the queue ``reports``."""
    from web.runs.removal import remove  # noqa: PLC0415

    remove(UUID(code))
