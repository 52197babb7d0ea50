"""The process around a tower: its loop, its limits, its garbage collector.

Rule: everything that changes the whole process stands here.
"""

import asyncio
import gc
import logging
import resource
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from simulator.reach import NOTHING, OPEN, Closed, Reach
from simulator.transports.gate import Gate, held

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Objects made and not freed before the collector looks at the young ones, and how many such looks
# before the older ones. A message's objects are freed by their counts, and cycles are rare. With
# Python's own 700, each stride of 2,000 messages is looked through thrice: 0.9 of our 8.2 µs each.
COLLECT_AFTER = (50_000, 20, 20)
MAX_FILES = 65_536  # where the system names no limit: a lot's 50,000 mocks and then some
# Files of the process that are no mock's socket: chunks being written, libraries, name servers.
OTHER_FILES = 100


def run_in_loop(
    main: Coroutine[Any, Any, Result],
    *,
    reach: Reach = OPEN,
    closed: Callable[[], Closed] = lambda: NOTHING,
) -> Result:
    """Run ``main`` to its end on the fastest loop there is, with as many sockets as allowed.

    Args:
        main: What is done.
        reach: What may be connected to from inside; by default everything, and then nothing is
            closed either.
        closed: Returns the hosts that are closed at the moment; asked at each connection, so it
            must not block.
    """
    limit = raise_open_files()
    logger.info("open files: %d, room for %d mocks with a connection each", limit, room(limit))
    with asyncio.Runner(loop_factory=_loop_factory(Gate(reach, closed=closed))) as runner:
        gc.set_threshold(*COLLECT_AFTER)
        gc.freeze()  # what is loaded by now stays: there is no need to look at it again
        return runner.run(main)


def raise_open_files() -> int:
    """Raise the limit of open files to the hard one, and return what is now: a mock is a socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS tells a hard limit that it does not grant
        return soft
    logger.info("open files: %d instead of %d", wanted, soft)
    return wanted


def room(limit: int) -> int:
    """Return how many mocks fit, a connection each, into a process that may have so many files."""
    return max(0, limit - OTHER_FILES)


def shortage(mocks: int) -> str:
    """Return in words that so many mocks do not fit into this process; empty: they do."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_FILES if limit == resource.RLIM_INFINITY else limit
    if mocks <= room(limit):
        return ""
    return (
        f"{mocks} mocks need a connection each, and this process has room for {room(limit)} with "
        f"{limit} open files: share them out over more processes, or raise the limit"
    )


def _loop_factory(gate: Gate) -> Callable[[], asyncio.AbstractEventLoop]:
    is_limited = gate.reach.is_limited
    try:
        import uvloop  # noqa: PLC0415  # there is none for Windows
    except ImportError:
        return held(asyncio.SelectorEventLoop, gate) if is_limited else asyncio.new_event_loop
    return held(uvloop.Loop, gate) if is_limited else uvloop.new_event_loop
