"""What a tower takes: every shard that it leases begins, whatever the database does meanwhile."""

import pytest
from django.db import OperationalError, connection

from web.runs.desk import Desk
from web.runs.models import Shard, ShardState


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def new_desk(name="tower-1", clock=None):
    return Desk(tower=name, capacity=10_000, clock=clock or Clock())


def refusing(table):
    """Return what lets every statement about a table fail, as a database that goes away."""

    def answer(execute, sql, *more):
        if f'"{table}"' in sql:
            raise OperationalError("the server closed the connection unexpectedly")
        return execute(sql, *more)

    return connection.execute_wrapper(answer)


@pytest.mark.parametrize("table", ["runs_injection", "runs_run"])
def test_a_shard_that_was_taken_just_before_the_database_left_begins_when_it_is_back(run, table):
    tower = new_desk()

    with refusing(table):
        silent = tower.work([])
    back = tower.work([])

    assert silent.begin == []
    assert [given.count for given in back.begin] == [20]
    assert tower.work([]).begin == []


def test_a_shard_that_its_engine_never_heard_of_is_left_to_other_towers(run):
    tower = new_desk()
    with refusing("runs_injection"):
        tower.work([])

    orders = tower.work([], closing=True)

    assert orders.begin == []
    assert Shard.objects.get().state == ShardState.WANTED
