"""What the log pipeline has to give: every send in detail, every status now, 50,000 at a stroke."""

import gzip
import json
import os
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from simulator import Link, parse_document, preview
from tests.rows.browsing import Person
from tests.simulator.tower.staging import EPOCH, Broker, Theatre, assignment, lot, play
from tests.web.logs.conftest import store_chunk
from tests.web.runs.conftest import snapshot
from tests.web.runs.test_walls import parted
from tests.web.runs.towers import Clock, new_desk
from web.logs.reading import Query, find
from web.platform import queues
from web.runs import ticks
from web.runs.desk import SAVE_EVERY, Desk
from web.runs.models import Run, Shard, ShardState

TALKER = """
name: Talker
id: "s-{index}"
messages:
  m: {every: 1s, topic: "plants/{id}", qos: 1, json: {seq: "{seq}", text: "TEXT"}}
statuses:
  first: {send: [m], go: [{to: second, after: 4s ± 3s}]}
  second: {send: [m]}
"""
MOCKS = 10


@pytest.mark.parts("s3")
def test_every_send_is_logged_what_where_by_which_protocol_and_the_result(
    stored_run, stored_lease, client_of, viewer
):
    theatres = []

    async def main() -> None:
        theatre = Theatre(Broker(refuses=frozenset({3})))
        theatres.append(theatre)
        theatre.loop.call_at(6.0, lambda: theatre.exchanges[0].lose(5))
        await theatre.run(assignment(stored_lease.name, text=TALKER))

    play(main)
    for chunk in theatres[0].chunks:
        store_chunk(chunk, lease=stored_lease, prefix=stored_run.prefix)
    sends = [(p.row, p.sequence, p.address, p.payload) for p in theatres[0].broker.got]

    records = list(find(stored_run, Query(), limit=1_000).records)
    logged = {(r.mock, r.sequence, r.address, r.payload) for r in records if r.event == "send"}
    delivered = [r for r in records if r.result == "acknowledged"]
    failed = [r for r in records if r.result == "failed"]
    assert set(sends) <= logged
    assert len(delivered) == len(sends) > 70
    assert len(delivered) + len(failed) == theatres[0].total(stored_lease.name).due
    assert {r.mock for r in failed} >= {5}
    assert all(r.reason for r in failed)
    assert {r.mock for r in records if r.event == "lost"} == {3, 5}

    person = Person(client_of(viewer), stored_run.workspace)
    page = person.get("logs:mock", stored_run.code, 7).content.decode()
    assert "plants/s-7" in page
    of_run = person.get("runs:detail", stored_run.code).content.decode()
    assert "mqtt://broker.example:1883" in of_run


def test_a_record_follows_the_size_of_what_was_sent():
    def stored(texts: int) -> int:
        noise = json.dumps([os.urandom(4_000).hex() for _ in range(texts)])  # half of it is left
        theatres = []

        async def main() -> None:
            theatre = Theatre()
            theatres.append(theatre)
            text = TALKER.replace('"TEXT"', noise)
            await theatre.run(assignment(text=text, count=1, duration=5.0))

        play(main)
        sent = [parcel.payload for parcel in theatres[0].broker.got]
        sends = [each for each in theatres[0].records() if each["event"] == "send"]
        assert [each["payload"] for each in sends] == sent
        assert [each["size"] for each in sends] == [len(payload) for payload in sent]
        return sum(len(chunk.data) for chunk in theatres[0].chunks)

    small, large = stored(0), stored(6)  # 6 of them are 48 kB

    assert small < 10_000
    assert large > small + 24_000


def test_the_status_of_every_mock_is_told_in_real_time():
    moved: list[float] = []

    async def main() -> None:
        theatre = Theatre()
        await theatre.run(assignment(text=TALKER))
        told = [at for at, _ in theatre.told]
        assert max(np.diff(told)) <= 1.01
        [second] = {each.statuses.index("second") for _, each in theatre.told}
        for mock in range(MOCKS):
            moved.append(next(at for at, s in theatre.told if s.board["status"][mock] == second))
            [move] = [r for r in theatre.records() if (r["event"], r["mock"]) == ("status", mock)]
            assert 0 <= moved[-1] - (move["sent"].timestamp() - EPOCH) <= 1.01

    play(main)

    assert len(moved) == MOCKS


def test_the_status_of_every_mock_reaches_the_database_within_ten_seconds(
    run, published, client_of, viewer
):
    person, clock = Person(client_of(viewer), run.workspace), Clock()
    desk = new_desk(clock=clock)
    [given] = desk.work([]).begin
    desk.work([snapshot(given.shard)])
    broken = snapshot(given.shard)
    broken.board["status"][[3, 19]] = 1

    def wall() -> list[int]:
        data = gzip.decompress(person.get("runs:wall_bin", run.code).content)
        head, columns = parted(data)
        return [n for n, code in enumerate(columns["status"]) if head["statuses"][code] == "broken"]

    desk.work([broken])
    live = wall()
    clock.now += SAVE_EVERY
    desk.work([broken])
    published.clear()  # Redis is gone; the database has it

    assert SAVE_EVERY <= 10
    assert live == wall() == [3, 19]


def test_fifty_thousand_mocks_at_once_from_zero_at_one_stroke(
    client_of, teammate, workspace, object_store, asked, published
):
    person = Person(client_of(teammate), workspace)
    aimed = person.aims(protocol="http")
    run = person.starts(person.plans(person.defines(), aimed, mocks=50_000))

    desks = [Desk(tower=f"tower-{n}", capacity=20_000) for n in range(3)]
    given = [(desk, each) for desk in desks for each in desk.work([]).begin]
    for desk in desks:
        mine = [each for holder, each in given if holder is desk]
        desk.work([snapshot(a.shard, first=a.first, count=a.count) for a in mine])

    assert sum(each.count for _, each in given) == 50_000
    assert {each.epoch for _, each in given} == {Run.objects.get().started_at.timestamp()}
    assert not Shard.objects.exclude(state=ShardState.LEASED).exists()
    _, columns = parted(gzip.decompress(person.get("runs:wall_bin", run.code).content))
    assert list(columns["link"]) == [Link.CONNECTED] * 50_000

    document = parse_document(given[0][1].lot.parts[0].document)
    senders = Counter(each.mock for each in preview(document, mocks=50_000, duration=0.5))
    assert len(senders) == 50_000


@pytest.mark.parts("redis")
def test_cost_scales_with_what_runs(workspace, real_redis):
    def towers() -> int:
        queues.queue("towers").empty()
        return ticks.ask_for_wanted_towers()

    def started(mocks: int) -> Run:
        run = Run.objects.create(
            workspace=workspace, name="r", mocks=mocks, duration=timedelta(minutes=1), seed=1
        )
        Shard.objects.bulk_create(
            Shard(run=run, number=n, part=0, first=n * 1_000, count=1_000)
            for n in range(mocks // 1_000)
        )
        return run

    nothing = towers()
    started(1_000)
    little = towers()
    started(49_000)
    much = towers()
    Shard.objects.update(state=ShardState.DONE)

    assert (nothing, little, much, towers()) == (0, 1, 6, 0)


def test_the_log_costs_what_is_sent():
    rows = {}

    def cost(count: int, text: str = TALKER) -> int:
        async def main() -> None:
            theatre = Theatre()
            given = lot(text, count=count, duration=20.0)
            await theatre.run(assignment(lot=given, count=count))
            rows[count] = sum(chunk.sends for chunk in theatre.chunks)

        play(main)
        return rows[count]

    few, many, silent = cost(5), cost(20), cost(6, TALKER.replace("send: [m]", "send: []"))

    assert silent == 0
    assert many / few == pytest.approx(4, rel=0.1)
