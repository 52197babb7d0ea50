import json

import pytest

import simulator
from web.definitions.models import Version
from web.platform.models import Removal
from web.runs import access, actions, cutting, jobs
from web.runs.endings import end_run
from web.runs.models import Outcome, Run, RunState, Shard, ShardState
from web.runs.removal import remove

pytestmark = pytest.mark.django_db


def start(lot, owner, django_capture_on_commit_callbacks) -> Run:
    with django_capture_on_commit_callbacks(execute=True):
        return actions.start_run(lot, by=owner)


def test_a_started_lot_is_a_run_with_its_snapshot_and_shards(
    make_lot, owner, object_store, asked, django_capture_on_commit_callbacks
):
    lot = make_lot(mocks=2_500)

    run = start(lot, owner, django_capture_on_commit_callbacks)

    kept = simulator.Lot.model_validate_json(object_store.objects[run.lot_key])
    assert (kept.run, kept.mocks, kept.duration, kept.seed) == (str(run.code), 2_500, 60.0, 7)
    assert [shard.count for shard in run.shards.all()] == [833, 833, 834]
    assert sum(shard.count for shard in run.shards.all()) == run.mocks == 2_500
    assert (run.state, run.target, asked) == ("queued", "mqtt://broker.example:1883", ["run_tower"])


def test_the_snapshot_holds_no_secret_in_the_clear(run, object_store):
    text = object_store.objects[run.lot_key].decode()

    assert "hunter2" not in text
    assert json.loads(text)["target"]["secrets"]


def test_a_lot_without_a_seed_gets_a_new_one_for_each_run(make_lot, owner, object_store, asked):
    lot = make_lot(seed=None)

    seeds = {actions.start_run(lot, by=owner).seed for _ in range(3)}

    assert len(seeds) == 3


def test_a_definition_with_an_error_does_not_start_and_says_where(lot, owner, object_store, asked):
    Version.objects.update(text="name: Fridge\nid: f\nmessages: {}\nstatuses: {a: {sned: []}}\n")

    with pytest.raises(actions.CannotStart, match="The definition “Fridge” has an error"):
        actions.start_run(lot, by=owner)

    assert not Run.objects.exists()
    assert object_store.objects == {}


def test_without_the_object_store_nothing_is_made(lot, owner, object_store, asked):
    object_store.is_down = True

    with pytest.raises(actions.CannotStart, match="nothing was started"):
        actions.start_run(lot, by=owner)

    assert not Run.objects.exists()
    assert not Shard.objects.exists()


def test_without_the_queue_the_run_waits_and_says_so(
    lot, owner, object_store, no_queue, django_capture_on_commit_callbacks
):
    run = start(lot, owner, django_capture_on_commit_callbacks)

    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.QUEUED, actions.NO_QUEUE)


@pytest.mark.parametrize(
    ("count", "slices"),
    [(1, [(10, 1)]), (1_000, [(10, 1_000)]), (1_001, [(10, 500), (510, 501)])],
)
def test_a_part_is_cut_into_nearly_equal_slices(count, slices):
    assert list(cutting.slices(10, count)) == slices


def test_a_waiting_run_stops_at_once(run, owner):
    assert actions.stop_run(run, by=owner)

    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.STOPPED, "It was stopped before it began.")
    assert run.ended_at is not None


def test_a_running_run_is_asked_to_stop_and_waits_for_its_tower(run, owner):
    Shard.objects.update(state=ShardState.LEASED, leased_until=run.created, tower="tower-1")
    Run.objects.update(state=RunState.RUNNING)

    actions.stop_run(run, by=owner)

    run.refresh_from_db()
    assert run.state == RunState.STOPPING
    assert run.stop_requested is not None
    assert run.reason == "Olga stopped it."


def test_an_ended_run_cannot_be_stopped(run, owner):
    Run.objects.update(state=RunState.FINISHED)

    assert not actions.stop_run(run, by=owner)


def test_a_deleted_run_is_gone_for_people_and_then_for_good(
    run, owner, asked, workspace, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_run(run, by=owner)

    assert not access.runs_of(workspace).exists()
    assert asked[-1] == "remove_run"
    jobs.remove_run(str(run.code))
    assert not Run.objects.exists()
    assert Removal.objects.get().prefix == run.prefix


def test_a_deleted_run_stays_until_its_tower_let_go(run, owner):
    Shard.objects.update(state=ShardState.LEASED, leased_until=run.created, tower="tower-1")

    actions.delete_run(run, by=owner)

    assert not remove(run.code)
    assert Run.objects.exists()


def test_a_run_ends_as_its_worst_shard_did(make_lot, owner, object_store, asked):
    run = actions.start_run(make_lot(mocks=2_000), by=owner)
    Shard.objects.update(state=ShardState.DONE, outcome=Outcome.FINISHED)
    Shard.objects.filter(number=1).update(outcome=Outcome.CUT_OFF, reason="It was cut.")

    assert end_run(run.id)

    run.refresh_from_db()
    assert (run.state, run.reason) == ("cut_off", "It was cut. This struck 1 of 2 shards.")
    assert not end_run(run.id)


@pytest.mark.parametrize(("children", "most"), [(0, 1_000), (9, 1_000), (19, 500), (200, 49)])
def test_shards_of_gateways_are_smaller(children, most):
    document = {"children": {"count": children}} if children else {}

    assert cutting.most_of(simulator.Part(name="x", document=document, count=1)) == most
