"""What goes out of a drain, and in which order."""

from datetime import timedelta

from django.utils import timezone

from tests.web.drains.conftest import ended, numbers, shipped
from web.drains import actions, shipping, ticks, waiting
from web.drains.models import Progress
from web.drains.shipping import Turn
from web.logs.models import Chunk
from web.runs.models import Run


def test_what_is_in_the_log_goes_out_once(drain, endpoint, sends):
    sends(30)
    sends(10, first=31)

    shipped(drain)
    shipped(drain)

    assert sorted(numbers(endpoint)) == list(range(1, 41))
    assert (drain.shipped, drain.refused, drain.leased_until) == (40, 0, None)
    assert waiting.lag_of(drain) == waiting.Lag()


def test_what_comes_later_goes_out_later(drain, endpoint, sends):
    sends(3)
    shipped(drain)
    sends(2, first=4)

    shipped(drain)

    assert sorted(numbers(endpoint)) == [1, 2, 3, 4, 5]


def test_a_run_that_has_ended_is_left_when_all_of_it_has_gone(drain, endpoint, run, lease, sends):
    sends(3)
    ended(run, lease)

    shipped(drain)

    progress = Progress.objects.get()
    assert (progress.is_done, progress.shipped, progress.places) == (True, 3, {})
    assert not waiting.runs_for(drain).exists()
    assert not ticks.has_work(drain)


def test_a_live_run_is_not_left(drain, sends):
    sends(3)

    shipped(drain)

    assert not Progress.objects.get().is_done
    assert ticks.has_work(drain)


def test_a_turn_that_is_over_says_that_there_is_more(drain, endpoint, sends):
    for first in (1, 2, 3):
        sends(1, first=first)
    turn = Turn(until=0.0, now=lambda: float(len(endpoint.requests)) - 1.5)

    assert shipped(drain, turn=turn)
    assert numbers(endpoint) == [1, 2]
    assert drain.leased_until is None
    assert not shipped(drain)
    assert numbers(endpoint) == [1, 2, 3]


def test_records_that_the_filter_leaves_out_are_passed_by(make_drain, endpoint, run, sends):
    drain = make_drain(settings={"url": endpoint.url}, results=["failed"])
    sends(5)
    sends(2, first=6, result="failed", reason="refused")

    shipped(drain)

    assert sorted(numbers(endpoint)) == [6, 7]
    assert waiting.lag_of(drain).records == 0


def test_runs_of_other_lots_and_tags_are_not_taken(make_drain, make_lot, run, lot):
    other = make_lot(name="Another")
    Run.objects.filter(id=run.id).update(tags=" night press ")

    def takes(**values):
        drain = make_drain(name=str(values), **values)
        return waiting.runs_for(drain).exists()

    assert takes()
    assert takes(lots=[lot])
    assert not takes(lots=[other])
    assert takes(tags=" day press ")
    assert not takes(tags=" pres ")


def test_runs_that_ended_before_are_sent_only_when_somebody_asks(
    make_drain, endpoint, run, lease, sends
):
    sends(4)
    ended(run, lease)
    drain = make_drain(settings={"url": endpoint.url})
    shipped(drain)
    before = len(endpoint.documents)

    actions.send_run(drain, run)
    shipped(drain)
    actions.send_run(drain, run)
    shipped(drain)

    ids = [document["id"] for document in endpoint.documents]
    assert before == 0
    assert ids[:4] == ids[4:]


def test_runs_of_another_workspace_and_deleted_ones_are_none_of_its(drain, run, stranger):
    Run.objects.update(deleted=timezone.now())
    assert not waiting.runs_for(drain).exists()

    Run.objects.update(deleted=None, workspace=stranger.memberships.get().workspace)
    assert not waiting.runs_for(drain).exists()


def test_a_chunk_whose_object_is_gone_is_counted_and_passed_by(
    drain, endpoint, sends, object_store
):
    sends(3)
    sends(1, first=4)
    del object_store.objects[Chunk.objects.order_by("id").first().key]

    shipped(drain)

    assert numbers(endpoint) == [4]
    assert drain.lost == 3


def test_our_own_store_that_is_silent_is_no_failure_of_the_drain(drain, sends, object_store):
    sends(3)
    object_store.is_down = True
    before = timezone.now()

    shipped(drain)

    assert (drain.failing_since, drain.attempts, drain.last_error) == (None, 0, "")
    assert drain.next_try > before + timedelta(seconds=shipping.OUR_STORE - 1)
    assert waiting.lag_of(drain).records == 3
