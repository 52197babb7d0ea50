from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError

from simulator import Chunk, Limited, Reason, Second, StaleLease
from tests.web.runs.conftest import START, failing, snapshot
from tests.web.runs.towers import Clock, new_desk
from web.logs import models as logs
from web.logs import writing
from web.logs.writing import LONG_PATIENCE, PATIENCE, file_all
from web.platform import redis, storage
from web.runs import actions, desk, intake, leasing, live, pages
from web.runs.boards import ShardReport
from web.runs.endings import SEVERITY, STATES
from web.runs.mocks import Wish
from web.runs.models import Board, Outcome, Run, RunState, Shard, ShardState

CHUNK = Chunk(shard="", number=0, rows=3, sends=2, failed=1, first=1.8e9, last=1.8e9 + 4, data=b"P")


def begun(run, clock=None):
    """Return a desk whose engine was given the run's only shard, and the shard's name."""
    new = new_desk(clock=clock)
    [assignment] = new.work([]).begin
    return new, assignment.shard


def test_a_desk_takes_a_wanted_shard_and_loads_what_it_needs(run):
    orders = new_desk().work([])

    [assignment] = orders.begin
    run.refresh_from_db()
    assert (assignment.first, assignment.count, assignment.lot.name) == (0, 20, "Night shift")
    assert assignment.secrets.password == "hunter2"
    assert assignment.epoch == run.started_at.timestamp()
    assert orders.has_work


def test_a_desk_without_wanted_shards_has_no_work(db):
    assert not new_desk().work([]).has_work


def test_a_shards_first_word_makes_the_run_running_and_visible(run, published):
    tower, shard = begun(run)

    tower.work([snapshot(shard)])

    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert len(published) == 1
    assert ShardReport.unpack(next(iter(published.values()))).total.acknowledged == 60


def test_the_last_word_writes_board_counts_and_series_and_ends_the_run(run):
    tower, shard = begun(run)

    tower.work([snapshot(shard)])
    orders = tower.work([snapshot(shard, state="ended", seconds=[])])

    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.FINISHED, "")
    assert (run.due, run.acknowledged, run.failed, run.bytes) == (60, 60, 0, 1_800)
    assert run.p50 == pytest.approx(0.010, rel=0.03)
    assert run.peak_rate == 60
    assert not run.generator_limited
    assert not orders.has_work
    assert Board.objects.get().shard.state == ShardState.DONE


def test_a_run_that_never_reached_its_target_says_so_at_its_end(run):
    tower, shard = begun(run)
    nothing = Second(at=int(START), losts=5)

    tower.work(
        [
            snapshot(
                shard,
                state="ended",
                seconds=[],
                total=nothing,
                reasons=[Reason("connection reset", 0, 1), Reason("connection refused", 0, 4)],
            )
        ]
    )

    run.refresh_from_db()
    assert (run.state, run.due) == (RunState.FINISHED, 0)
    assert run.reason == "No mock ever connected: connection refused."


def test_a_run_whose_sends_left_late_is_marked(run):
    tower, shard = begun(run)
    limited = Limited(since=int(START) + 3, lateness=0.8, seconds=2, tower="worker.1/x")
    late = snapshot(shard, state="ended", limited=limited)
    late.total.lateness.record([0.9] * 60)

    tower.work([late])

    run.refresh_from_db()
    assert run.generator_limited
    assert run.limited == limited.to_dict()
    assert run.lateness_p99 == pytest.approx(0.9, rel=0.01)


def test_the_page_says_since_when_and_where_the_generator_was_too_late(client_of, owner, run):
    tower, shard = begun(run)
    limited = Limited(since=int(START) + 3, lateness=0.8, seconds=2, tower="worker.1/x")
    tower.work([snapshot(shard, state="ended", limited=limited)])
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    zone = ZoneInfo("Asia/Tokyo")
    moment = datetime.fromtimestamp(limited.since, zone).strftime("%H:%M:%S")

    page = client_of(owner).get(run.get_absolute_url()).content.decode()

    assert f"Generator-limited from {moment} JST on tower worker.1/x" in page
    assert "99th percentile of lateness 800 ms" in page


def test_a_shard_that_the_engine_refused_fails_the_run_with_its_reason(run):
    tower, shard = begun(run)

    tower.work([snapshot(shard, state="ended", error="target.client_id: unknown placeholder")])

    run.refresh_from_db()
    assert (run.state, run.reason) == ("failed", "Target.client_id: unknown placeholder.")


def test_a_wish_to_stop_reaches_the_engine_and_ends_as_stopped(run, owner):
    tower, shard = begun(run)
    tower.work([snapshot(shard)])

    actions.stop_run(run, by=owner)
    orders = tower.work([snapshot(shard, seconds=[])])
    tower.work([snapshot(shard, seconds=[], state="ended")])

    run.refresh_from_db()
    assert orders.stop == [shard]
    assert (run.state, run.reason) == (RunState.STOPPED, "Olga stopped it.")


def test_a_shard_that_was_never_begun_goes_back_to_others(run):
    tower, _ = begun(run)

    orders = tower.work([], closing=True)

    assert not orders.has_work
    assert Shard.objects.get().state == ShardState.WANTED


def test_a_lease_that_went_to_another_ends_the_shard_here_and_nothing_more_is_written(run):
    tower, shard = begun(run)
    Shard.objects.update(tower="tower-2", fence=2)

    orders = tower.work([snapshot(shard)])

    assert orders.lost == [shard]
    assert not Board.objects.exists()
    assert is_refused(tower, shard)


def chunk(shard):
    return replace(CHUNK, shard=shard)


def is_refused(tower, shard):
    [problem] = tower.filing.put([chunk(shard)])
    return isinstance(problem, StaleLease)


def filed_and_failed(placed):
    """The database did what it was told, and its answer was lost."""
    file_all(placed)
    raise OperationalError("gone")


def test_a_chunk_becomes_an_object_and_a_row_however_often_it_is_written(
    run, object_store, monkeypatch
):
    tower, shard = begun(run)

    with monkeypatch.context() as outage:
        outage.setattr(writing, "file_all", filed_and_failed)
        [problem] = tower.filing.put([chunk(shard)])
        assert isinstance(problem, OperationalError)
    assert tower.filing.put([chunk(shard)]) == [None]

    row = logs.Chunk.objects.get()
    assert row.key == f"{run.prefix}log/{Shard.objects.get().id}/1-000000.parquet"
    assert object_store.objects[row.key] == b"P"
    assert (row.rows, row.sends, row.failed, row.fence) == (3, 2, 1, 1)


def test_the_chunk_of_a_stale_lease_is_taken_away_again(run, object_store):
    tower, shard = begun(run)
    Shard.objects.update(fence=2)
    before = dict(object_store.objects)

    assert is_refused(tower, shard)

    assert object_store.objects == before
    assert not logs.Chunk.objects.exists()


def test_a_silent_database_stops_no_shard_until_it_is_silent_for_too_long(run, monkeypatch):
    clock = Clock()
    tower, shard = begun(run, clock)
    tower.work([snapshot(shard)])

    def fail(*args, **how):
        raise OperationalError("gone")

    monkeypatch.setattr(leasing, "renew", fail)
    clock.now += 60
    in_an_outage = tower.work([snapshot(shard, seconds=[])])
    clock.now += desk.MAX_UNRENEWED
    much_later = tower.work([snapshot(shard, seconds=[])])

    assert in_an_outage.lost == []
    assert in_an_outage.has_work
    assert much_later.lost == [shard]


def test_what_the_database_missed_is_written_when_it_is_back(run, monkeypatch):
    tower, shard = begun(run)

    with monkeypatch.context() as outage:
        outage.setattr(desk, "save", failing_save)
        tower.work([snapshot(shard, state="ended")])
        assert not tower.is_settled

    tower.work([])

    run.refresh_from_db()
    assert tower.is_settled
    assert (run.state, run.acknowledged) == (RunState.FINISHED, 60)


def failing_save(several):
    raise OperationalError("gone")


def test_a_silent_redis_changes_nothing_but_the_live_figures(run, monkeypatch):
    def refuse(reports):
        raise redis.Unavailable[0]("gone")

    monkeypatch.setattr(live, "publish", refuse)
    tower, shard = begun(run)

    tower.work([snapshot(shard, state="ended")])

    run.refresh_from_db()
    assert run.state == RunState.FINISHED


def test_a_shard_waits_for_the_object_store_and_then_fails_with_the_reason(run, object_store):
    clock = Clock()
    object_store.is_down = True
    tower = new_desk(clock=clock)

    waiting = tower.work([])
    clock.now += intake.LOAD_WITHIN
    tower.work([])

    run.refresh_from_db()
    assert (waiting.begin, waiting.has_work) == ([], True)
    assert (run.state, run.reason) == ("failed", intake.NOT_LOADED)


def test_a_snapshot_that_is_gone_fails_the_run_at_once(run, object_store):
    object_store.objects.clear()

    new_desk().work([])

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "not in the object store any more" in run.reason


def test_a_redis_that_did_not_answer_is_left_alone_for_a_while(run, monkeypatch):
    tries = []

    def refuse(reports):
        tries.append(1)
        raise redis.Unavailable[0]("gone")

    monkeypatch.setattr(live, "publish", refuse)
    clock = Clock()
    tower, shard = begun(run, clock)

    for _ in range(5):
        tower.work([snapshot(shard, seconds=[])])
        clock.now += 1
    clock.now += desk.REDIS_REST
    tower.work([snapshot(shard, seconds=[])])

    assert len(tries) == 2


def test_the_pages_see_the_failing_mock_and_its_reason_at_once(run):
    tower, shard = begun(run)
    tower.work([failing(shard)])

    page = pages.run_page(Run.objects.get(), wish=Wish(reason="connection refused"))

    [failure] = page.board.failures
    assert (failure.text, failure.sends, failure.lost, failure.mocks) == (
        "connection refused", 2, 1, 1,
    )  # fmt: skip
    assert [row.id for row in page.table.rows] == ["f-000"]
    assert (page.figures.connected, page.figures.failing) == (19, 1)


def test_every_outcome_has_a_state_and_a_severity():
    assert set(SEVERITY) == set(STATES) == set(Outcome)


def test_a_store_that_is_down_makes_the_engine_try_again(run, object_store):
    tower, shard = begun(run)
    object_store.is_down = True

    [problem] = tower.filing.put([chunk(shard)])

    assert isinstance(problem, storage.StorageUnavailable)


def test_of_a_store_that_is_down_one_chunk_waits_for_all(run, object_store):
    tower, shard = begun(run)
    object_store.patience.clear()

    object_store.is_down = True
    problems = tower.filing.put([chunk(shard), chunk("the second"), chunk("the third")])
    object_store.is_down = False
    later = [tower.filing.put([replace(chunk(shard), number=n)]) for n in range(2)]

    assert [type(each) for each in problems] == [storage.StorageUnavailable] * 3
    assert later == [[None], [None]]
    assert object_store.patience == [PATIENCE, LONG_PATIENCE, PATIENCE]
