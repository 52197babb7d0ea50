"""The worker processes that run towers: a row each, by which they can be told to drain.

Rule: a tower writes its process's row and reads it; whoever scales in sets it to draining.
"""

import os
import re
import socket
from datetime import timedelta

from django.db.models.functions import Now

from web.runs.models import Worker

BEAT_EVERY = 3.0  # s between two words of a tower
LIVE_FOR = timedelta(seconds=30)  # after its last word a worker counts as gone
KEPT_FOR = timedelta(days=1)  # then its row goes


def process() -> str:
    """Return what names this worker process: another one under the same name begins anew."""
    return f"{socket.gethostname()}:{os.getppid()}"


def beat(dyno: str, *, tower: str, mocks: int, room: int) -> bool:
    """Note that a worker is there; return whether it is to drain.

    Args:
        dyno: The platform's name of the process, such as ``worker.3``.
        tower: The name of the tower that it runs.
        mocks: How many mocks it holds.
        room: For how many more it has room.
    """
    word = {"tower": tower, "heard": Now(), "mocks": mocks, "room": room}
    mine = Worker.objects.filter(dyno=dyno, process=process())
    if not mine.update(**word):
        begun = {**word, "process": process(), "is_draining": False}
        Worker.objects.update_or_create(dyno=dyno, defaults=begun)
    return mine.filter(is_draining=True).exists()


def is_draining(dyno: str) -> bool:
    """Whether this worker process is to take no shards."""
    return Worker.objects.filter(dyno=dyno, process=process(), is_draining=True).exists()


def live() -> list[Worker]:
    """Return the workers that gave a sign of life, highest number first."""
    there = Worker.objects.filter(heard__gt=Now() - LIVE_FOR)
    return sorted(there, key=number_of, reverse=True)


def number_of(worker: Worker) -> int:
    """Return the number in a worker's name: 3 of ``worker.3``; 0 where there is none."""
    found = re.search(r"(\d+)$", worker.dyno)
    return int(found[1]) if found else 0


def drain(count: int) -> list[str]:
    """Have workers hand over all that they hold, the highest numbers first; return their names.

    A platform that scales in takes these away, in this order. Those that drain already count.
    """
    names = [worker.dyno for worker in live()[: max(0, count)]]
    Worker.objects.filter(dyno__in=names).update(is_draining=True)
    return names


def drain_above(number: int) -> list[str]:
    """Have workers hand over whose number is above this one; return their names.

    A platform that scales in to ``number`` takes these away. One that runs no tower has no row: it
    holds nothing, and is not among them.
    """
    names = [worker.dyno for worker in live() if number_of(worker) > number]
    Worker.objects.filter(dyno__in=names).update(is_draining=True)
    return names


def keep(names: list[str]) -> int:
    """Let workers take shards again that were to drain; return how many were."""
    return Worker.objects.filter(dyno__in=names, is_draining=True).update(is_draining=False)


def forget_gone() -> int:
    """Remove the rows of workers that are gone for good."""
    gone, _ = Worker.objects.filter(heard__lt=Now() - KEPT_FOR).delete()
    return gone
