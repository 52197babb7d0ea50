"""Several at once, for real: threads, each with a connection of its own to the database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection, connections

CLOCKS = 4
PATIENCE = 60.0  # s that one may wait for the others

Result = TypeVar("Result")

ON_POSTGRES = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="an SQLite in memory has one connection"
    ),
]


def at_once(work: Callable[[], Result]) -> list[Result]:
    """Do ``work`` in as many threads as there are clocks, at the same moment; their results."""
    barrier = Barrier(CLOCKS, timeout=PATIENCE)

    def one(_number: int) -> Result:
        try:
            barrier.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLOCKS) as pool:
        return list(pool.map(one, range(CLOCKS)))
