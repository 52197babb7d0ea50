"""A tower that observes what arrives, in virtual time."""

from dataclasses import replace

import pytest

from simulator.lot import Credentials, MqttTarget
from simulator.lot.way_back import Subscription
from simulator.tower import Assignment
from tests.simulator.tower.staging import EPOCH, Theatre, assignment, lot, play

ARRIVES_AFTER = 0.3  # s


def observed(
    shard: str = "a", *, first: int = 0, count: int = 10, run: str = "run-1", **secrets: str
) -> Assignment:
    way = Subscription(filter="plants/#", within=5.0)
    target = MqttTarget(host="127.0.0.1", port=1883, way_back=way)
    return Assignment(
        shard=shard,
        lot=lot(run=run).model_copy(update={"target": target}),
        part=0,
        first=first,
        count=count,
        epoch=EPOCH,
        secrets=Credentials.model_validate(secrets),
    )


def deliver(theatre: Theatre, *, lose: int = 0) -> None:
    """Have everything that mocks send come to the observer, but for every ``lose``-th of it."""
    sent = 0

    def pass_on() -> None:
        nonlocal sent
        for parcel in theatre.broker.got[sent:]:
            sent += 1
            if lose and sent % lose == 0:
                continue
            listener = theatre.exchanges[0].listener  # the observer's: it is made first
            args = (0, parcel.address, parcel.payload)
            theatre.loop.call_at(parcel.sent + ARRIVES_AFTER, listener.received, *args)
        if not theatre.exchanges or not all(each.is_closed for each in theatre.exchanges):
            theatre.loop.call_later(0.01, pass_on)

    theatre.loop.call_soon(pass_on)


def test_end_to_end_is_from_the_sending_to_the_arrival() -> None:
    async def main() -> None:
        theatre = Theatre()
        deliver(theatre)

        await theatre.run(observed())

        total = theatre.total()
        assert total.arrived + total.unfollowed == total.due > 90
        assert total.unfollowed < 10
        assert total.end_to_end.percentile(50) == pytest.approx(ARRIVES_AFTER, rel=0.05)
        assert total.missing == total.duplicates == total.disordered == 0
        assert all(each.is_closed for each in theatre.exchanges)

    play(main)


def test_what_is_lost_on_the_way_is_missing() -> None:
    async def main() -> None:
        theatre = Theatre()
        deliver(theatre, lose=10)

        await theatre.run(observed())

        total = theatre.total()
        lost = len(theatre.broker.got) // 10
        assert total.missing == pytest.approx(lost, abs=1)
        assert total.arrived + total.missing + total.unfollowed == total.due

    play(main)


def test_shards_of_a_run_share_an_observer_and_runs_do_not() -> None:
    async def main() -> None:
        theatre = Theatre()
        deliver(theatre)

        await theatre.run(
            observed("a", count=5),
            observed("b", first=5, count=5),
            observed("c", run="run-2"),
        )

        assert len(theatre.exchanges) == 3 + 2
        assert theatre.total("a").arrived > 0
        assert theatre.total("b").arrived > 0

    play(main)


def test_the_observer_shows_its_own_papers_and_subscribes() -> None:
    async def main() -> None:
        theatre = Theatre()
        given = observed(
            username="{id}", password="p", observer_username="eye", observer_password="secret"
        )
        shown = []

        class Noted(dict):  # type: ignore[type-arg]
            def __setitem__(self, row: int, identity: object) -> None:
                shown.append(identity)
                super().__setitem__(row, identity)

        theatre.broker.identities = Noted()
        await theatre.run(given)

        assert (shown[0].username, shown[0].password) == ("eye", "secret")
        assert shown[0].subscriptions == ("plants/#",)
        assert shown[0].client_id == "observer-run-1-test"

    play(main)


def test_an_observer_without_papers_of_its_own_is_refused() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(observed(username="{id}", password="p"))

        assert "each mock has credentials of its own" in theatre.last().error
        assert theatre.broker.got == []

    play(main)


def test_a_shard_that_is_refused_leaves_no_observer_behind() -> None:
    async def main() -> None:
        theatre = Theatre()
        given = observed()
        bad = given.lot.target.model_copy(update={"client_id": "{nothing}"})
        refused = replace(given, lot=given.lot.model_copy(update={"target": bad}))

        await theatre.run(refused)

        assert "unknown placeholder" in theatre.last().error
        assert [each.is_closed for each in theatre.exchanges] == [True]

    play(main)


def test_a_target_without_a_way_back_has_no_observer() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment())

        assert len(theatre.exchanges) == 1
        assert theatre.total().arrived == theatre.total().unfollowed == 0

    play(main)
