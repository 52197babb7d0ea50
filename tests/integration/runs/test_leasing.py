"""Towers that look at the same moment, each with a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from web.accounts.models import Workspace
from web.runs.leasing import Lease, lease_shards
from web.runs.models import Run, Shard

pytestmark = pytest.mark.django_db(transaction=True)
TOWERS, SHARDS = 4, 30


@pytest.fixture
def shards(workspace: Workspace) -> None:
    run = Run.objects.create(
        workspace=workspace, name="Night", mocks=SHARDS, duration=timedelta(minutes=1), seed=1
    )
    Shard.objects.bulk_create(
        Shard(run=run, number=number, part=0, first=number, count=1) for number in range(SHARDS)
    )


def test_no_shard_goes_to_two_of_several_towers_that_look_at_once(shards):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one connection; Postgres has what this is about")
    at_once = Barrier(TOWERS)

    def look(number: int) -> list[Lease]:
        at_once.wait(60)
        try:
            return lease_shards(f"tower-{number}", room=SHARDS)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TOWERS) as towers:
        taken = [lease for leases in towers.map(look, range(TOWERS)) for lease in leases]

    assert len({lease.shard for lease in taken}) == len(taken) == SHARDS
    assert all(lease.fence == 1 for lease in taken)
    assert dict(Shard.objects.values_list("id", "tower")) == {x.shard: x.tower for x in taken}
