"""What may be sent to a host that nobody has proved to be his own, and what holds it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

import simulator
from web.platform import storage
from web.runs import actions, orders, unproved
from web.runs.models import Run, RunState
from web.runs.snapshot import snapshot_of
from web.targets.models import Ownership, Way
from web.targets.ownership import limits


@pytest.fixture(autouse=True)
def _nobody_is_allowed(settings):
    settings.ALLOWED_TARGETS = []
    settings.NAME_SERVERS = ["127.0.0.1:9"]  # nobody answers there: names stay unknown


@pytest.fixture
def start(owner, object_store, asked, published, monkeypatch):
    """Return what starts a run; names are not looked up."""
    monkeypatch.setattr("web.platform.reach.RESOLVE_WITHIN", 0.01)
    return lambda lot: actions.start_run(lot, by=owner)


@pytest.fixture
def proof(workspace, target) -> Ownership:
    now = timezone.now()
    return Ownership.objects.create(
        workspace=workspace,
        host="broker.example",
        port=1883,
        way=Way.DNS,
        proved=now,
        checked=now,
        expires=now + timedelta(days=30),
    )


def lot_of(run: Run) -> simulator.Lot:
    return simulator.Lot.model_validate_json(storage.get(run.lot_key))


def test_ten_mocks_may_go_to_an_unproved_host_and_are_held_there(make_lot, start):
    run = start(make_lot(mocks=10))

    lot = lot_of(run)
    assert run.is_unproved
    assert run.hosts == ["broker.example"]
    assert lot.pace.send_rate == limits.RATE
    assert lot.pace.connect_rate == limits.RATE
    assert lot.pace.give_up_after == unproved.GIVE_UP_AFTER


def test_eleven_may_not_and_are_told_what_to_do(make_lot, start):
    with pytest.raises(actions.CannotStart, match=r"Prove that broker\.example is yours before"):
        start(make_lot(mocks=11))
    assert not Run.objects.exists()


def test_more_messages_may_not_either(make_lot, start):
    lot = make_lot(mocks=10)
    lot.parts.update(rate=2.0)

    with pytest.raises(actions.CannotStart, match=r"10 mocks that send up to 20\.0 messages/s"):
        start(lot)


def test_runs_of_a_workspace_count_together(make_lot, start):
    start(make_lot(mocks=6))

    with pytest.raises(actions.CannotStart, match="it would be 11 mocks"):
        start(make_lot(mocks=5, name="Another"))
    Run.objects.update(state=RunState.FINISHED)
    start(make_lot(mocks=5, name="A third"))


def test_workspaces_share_a_host_that_none_has_proved(make_lot, start, stranger):
    other = stranger.memberships.get().workspace
    Run.objects.create(
        workspace=other, name="O", mocks=25, duration=timedelta(1), seed=1, is_unproved=True,
        hosts=["broker.example"],
    )  # fmt: skip

    with pytest.raises(actions.CannotStart, match="Others who have not proved"):
        start(make_lot(mocks=6))
    start(make_lot(mocks=5, name="Fits"))


def test_a_proof_lifts_it(make_lot, start, proof):
    run = start(make_lot(mocks=200))

    lot = lot_of(run)
    assert not run.is_unproved
    assert lot.pace.send_rate is None
    assert lot.pace.give_up_after == unproved.GIVE_UP_PROVED


def test_who_tests_refusals_on_a_host_of_his_own_says_so(make_lot, start, proof):
    run = start(make_lot(mocks=200, options="pace: {give_up_after: 0s}"))

    assert lot_of(run).pace.give_up_after == 0.0


def test_on_an_unproved_host_nobody_says_so(make_lot, start):
    run = start(make_lot(mocks=10, options="pace: {give_up_after: 0s, send_rate: 1000}"))

    assert lot_of(run).pace.give_up_after == unproved.GIVE_UP_AFTER
    assert lot_of(run).pace.send_rate == limits.RATE


def test_an_expired_proof_lifts_nothing(make_lot, start, proof):
    Ownership.objects.update(expires=timezone.now() - timedelta(seconds=1))

    with pytest.raises(actions.CannotStart, match="Prove that"):
        start(make_lot(mocks=11))


def test_what_operators_allow_needs_no_proof(make_lot, start, settings):
    settings.ALLOWED_TARGETS = ["*.example"]

    assert not start(make_lot(mocks=200)).is_unproved


def test_a_run_cannot_be_given_more_mocks_while_it_goes_on(make_lot, start, owner):
    run = start(make_lot(mocks=10))
    Run.objects.update(started_at=timezone.now(), state=RunState.RUNNING)
    run.refresh_from_db()

    with pytest.raises(orders.CannotOrder, match="keeps to its 10 mocks"):
        orders.ask(run, {"order": "count", "mocks": 11}, by=owner)


def test_nor_where_it_has_fewer_than_ten(make_lot, start, owner):
    run = start(make_lot(mocks=1))
    Run.objects.update(started_at=timezone.now(), state=RunState.RUNNING)
    run.refresh_from_db()

    with pytest.raises(orders.CannotOrder, match="keeps to its 1 mock"):
        orders.ask(run, {"order": "count", "mocks": 2}, by=owner)


def test_whatever_they_are_ordered_runs_of_a_workspace_send_ten_messages_in_all(make_lot, start):
    caps = [lot_of(start(make_lot(mocks=2, name=f"Two {n}"))).pace.send_rate for n in range(5)]

    assert all(cap and cap >= 1.0 for cap in caps)
    assert sum(cap or 0.0 for cap in caps) == pytest.approx(limits.RATE)


def test_mocks_that_orders_add_bring_only_their_part_of_the_cap(make_lot, start):
    run = start(make_lot(mocks=1, options="orders: [{order: count, at: 10s, mocks: 10}]"))

    assert run.mocks == 10
    # The engine deals it out by the mocks of the lot: ten times as much once there are ten.
    assert lot_of(run).pace.send_rate == limits.RATE / 10
    assert lot_of(run).pace.connect_rate == limits.RATE / 10


def test_mocks_that_orders_add_count_for_the_rate(make_lot, start):
    lot = make_lot(mocks=1, options="orders: [{order: count, at: 10s, mocks: 10}]")
    lot.parts.update(rate=2.0)

    with pytest.raises(actions.CannotStart, match=r"10 mocks that send up to 20\.0 messages/s"):
        start(lot)


def test_of_two_that_start_at_once_the_second_is_told(make_lot, start, workspace):
    lot = make_lot(mocks=6)
    _, share = unproved.held(lot, snapshot_of(lot, run=uuid4()), host="broker.example")
    start(make_lot(mocks=6, name="Faster"))

    with pytest.raises(actions.CannotStartNow, match="began in the same moment"):
        unproved.hold_again(workspace, share)


def test_a_host_in_capitals_is_the_same_host(make_lot, start, stranger, target):
    other = stranger.memberships.get().workspace
    Run.objects.create(
        workspace=other, name="O", mocks=25, duration=timedelta(1), seed=1, is_unproved=True,
        hosts=["broker.example"],
    )  # fmt: skip
    target.host = "Broker.EXAMPLE"
    target.save()

    with pytest.raises(actions.CannotStart, match="Others who have not proved"):
        start(make_lot(mocks=6))


def test_names_of_one_address_share_it(make_lot, start, stranger, monkeypatch):
    monkeypatch.setattr("web.platform.reach.addresses", lambda host, port=0: ["203.0.113.9"])
    other = stranger.memberships.get().workspace
    for number in range(9):
        Run.objects.create(
            workspace=other, name="O", mocks=10, duration=timedelta(1), seed=1, is_unproved=True,
            hosts=[f"{number}.example"], addresses=["203.0.113.9"],
        )  # fmt: skip

    with pytest.raises(actions.CannotStart, match="Others who have not proved"):
        start(make_lot(mocks=1))
    Run.objects.filter(name="O").update(addresses=["203.0.113.10"])
    assert start(make_lot(mocks=1, name="Another")).addresses == ["203.0.113.9"]


def test_a_proved_cluster_has_further_servers_only_as_far_as_these_are_proved(
    make_lot, start, target, proof
):
    target.protocol, target.version = "kafka", ""
    target.options = "servers: ['broker.example:9093', 'Second.example:9092', 'third.example:9092']"
    target.save()
    Ownership.objects.create(
        workspace=target.workspace, host="second.example", port=9092, way=Way.FILE,
        proved=proof.proved, expires=proof.expires,
    )  # fmt: skip

    found = lot_of(start(make_lot(mocks=200))).target.servers  # type: ignore[attr-defined]
    assert found == ["broker.example:9093", "Second.example:9092"]


def test_a_proved_broker_cannot_send_its_mocks_on_to_others(make_lot, start, target, proof):
    target.version, target.options = "5", "follow_redirects: true\n"
    target.save()

    assert not lot_of(start(make_lot(mocks=200))).target.follow_redirects  # type: ignore[attr-defined]


def test_an_unproved_host_is_told_who_sends(make_lot, start, target):
    target.version, target.options = "5", "user_properties: {plant: a}\n"
    target.save()
    run = start(make_lot(mocks=1))

    told = lot_of(run).target.user_properties  # type: ignore[attr-defined]
    assert told["plant"] == "a"
    assert "/abuse" in told["sent-by"]


def test_who_says_himself_who_sends_hides_nothing_of_it(make_lot, start, target):
    target.version, target.options = "5", "user_properties: {Sent-By: plant a}\n"
    target.save()
    run = start(make_lot(mocks=1))

    told = lot_of(run).target.user_properties  # type: ignore[attr-defined]
    assert told["Sent-By"].startswith("plant a Mocklot/1 (+")
