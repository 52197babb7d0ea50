"""A live run that is given more mocks than its lot has."""

import pytest

import simulator
from tests.web.runs.conftest import DEFINITION, snapshot
from tests.web.runs.test_desk import begun, new_desk
from web.definitions import actions as definitions
from web.lots.actions import PartPlan, save_lot
from web.platform import storage
from web.runs import actions, growth, orders
from web.runs.models import Order, Shard, ShardState
from web.runs.presence import presence_of
from web.runs.rivals import hashed, kept

GATEWAY = DEFINITION.replace("Fridge", "Gateway").replace("f-{index", "g-{index")


def more(mocks):
    return {"order": "count", "mocks": mocks}


@pytest.fixture
def live(run):
    """A run of 20 mocks that a tower has begun."""
    tower, shard = begun(run)
    tower.work([snapshot(shard)])
    run.refresh_from_db()
    return run


def test_new_mocks_are_shards_that_towers_take(
    live, owner, asked, django_capture_on_commit_callbacks
):
    asked.clear()
    with django_capture_on_commit_callbacks(execute=True):
        orders.ask(live, more(50), by=owner)

    new = Shard.objects.get(state=ShardState.WANTED)
    assert (new.number, new.part, new.first, new.count) == (1, 0, 20, 30)
    assert new.rate == pytest.approx(3.0)
    assert asked == ["run_tower"]
    assert live.mocks == 50
    assert live.part_of(49)["name"] == "Fridge"
    assert live.part_of(50) == {}


def test_the_tower_that_takes_them_is_told_what_they_are_and_all_that_was_ordered(live, owner):
    orders.ask(live, {"order": "pause"}, by=owner)
    orders.ask(live, more(50), by=owner)

    found = new_desk().work([])

    [assignment] = found.begin
    assert assignment.addition == simulator.Addition(part=0, first=20, count=30, before=20)
    assert (assignment.first, assignment.count, assignment.lot.mocks) == (20, 30, 20)
    assert [wish.order.order for _, wish in found.wishes] == ["pause", "count"]


def test_a_tower_that_knew_the_run_before_it_grew_learns_of_the_new_mocks(run, owner):
    tower, shard = begun(run)
    tower.work([snapshot(shard)])
    run.refresh_from_db()
    orders.ask(run, more(50), by=owner)

    [assignment] = tower.work([snapshot(shard, seconds=[])]).begin

    assert assignment.addition.before == 20


def test_a_run_that_grew_has_its_mocks_back_without_growing(live, owner):
    for mocks in (50, 10, 50, 60):
        orders.ask(live, more(mocks), by=owner)

    assert list(Shard.objects.order_by("number").values_list("first", "count")) == [
        (0, 20),
        (20, 30),
        (50, 10),
    ]


def test_rivals_know_the_new_mocks_too(live, owner):
    orders.ask(live, more(22), by=owner)

    assert len(set(kept(live)) & set(hashed(["f-020", "f-021"]))) == 2


@pytest.mark.parametrize(
    ("mocks", "sentence"),
    [(simulator.MAX_MOCKS + 1, "50000"), (1001, "So many mocks cannot run. Fridge: id")],
)
def test_more_than_can_run_is_refused_in_words_and_nothing_is_kept(live, owner, mocks, sentence):
    twice = DEFINITION.replace("f-{index:03d}", "f-{index % 1000}")
    document = simulator.parse(twice).source
    lot = simulator.Lot.model_validate_json(storage.get(live.lot_key))
    part = lot.parts[0].model_copy(update={"document": document})
    changed = lot.model_copy(update={"parts": [part]}).model_dump_json()
    storage.put(live.lot_key, changed.encode(), content_type="application/json")

    with pytest.raises(orders.CannotOrder) as refused:
        orders.ask(live, more(mocks), by=owner)

    assert sentence in str(refused.value)
    assert not Order.objects.exists()
    assert Shard.objects.count() == 1


def test_a_run_grows_so_often(live, owner, monkeypatch):
    monkeypatch.setattr(simulator, "MAX_ADDITIONS", 1)
    orders.ask(live, more(21), by=owner)

    with pytest.raises(orders.CannotOrder, match="too often"):
        orders.ask(live, more(22), by=owner)


def test_two_who_let_it_grow_at_once_are_not_both_obeyed(live, owner):
    planned = growth.planned(live, 30)
    orders.ask(live, more(40), by=owner)

    with pytest.raises(growth.CannotGrow) as refused:
        growth.grow(live, planned)

    assert str(refused.value) == growth.MEANWHILE


def test_a_lot_that_orders_more_has_their_shards_from_the_start(
    workspace, owner, target, fridge, object_store, asked, published, make_lot
):
    gateway = definitions.create_definition(workspace, text=GATEWAY, by=owner)
    lot = make_lot(options="orders: [{order: count, mocks: 40, at: 30s}]")
    save_lot(lot, parts=[PartPlan(fridge, 15), PartPlan(gateway, 5)], by=owner)

    run = actions.start_run(lot, by=owner)

    shards = Shard.objects.order_by("number").values_list("part", "first", "count")
    assert list(shards) == [(0, 0, 15), (1, 15, 5), (0, 20, 15), (1, 35, 5)]
    assert run.mocks == 40
    assert [presence_of(run).on(t) for t in (29.0, 30.0)] == [20, 40]


def test_what_people_order_counts_for_who_is_to_be_on(live, owner):
    orders.ask(live, more(50), by=owner)
    since = Order.objects.get().since

    assert [presence_of(live).on(t) for t in (since - 1, since + 0.1)] == [20, 50]
