from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from tests.web.drains.conftest import ended
from tests.web.drains.endpoints import Answer
from tests.web.logs.conftest import parquet_of, record
from web.drains import actions, leasing, shipping, ticks, waiting
from web.drains.filters import Filter
from web.drains.models import Drain, Letter, Point, Progress
from web.drains.senders.base import Piece
from web.drains.senders.http import HttpSender
from web.drains.shipping import Turn
from web.logs import merging
from web.logs.models import Chunk
from web.platform.models import Removal
from web.runs.models import Run


def shipped(drain, **options):
    more = shipping.ship(UUID(str(drain.code)), **options)
    drain.refresh_from_db()
    return more


def numbers(endpoint):
    return [document["sequence"] for document in endpoint.documents]


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


def test_a_failure_keeps_the_place_and_the_words_and_rests(drain, endpoint, sends):
    sends(3)
    endpoint.usual = Answer(500)

    shipped(drain)

    assert drain.last_error == "The endpoint answered 500 Internal Server Error."
    assert (drain.attempts, drain.shipped, drain.leased_until) == (1, 0, None)
    assert drain.failing_since is not None
    assert drain.next_try > timezone.now()
    assert drain.state(timedelta()) == "failing"
    assert not shipped(drain)
    assert drain.attempts == 1


def test_it_goes_on_where_it_failed_and_is_well_again(drain, endpoint, sends):
    sends(3)
    endpoint.answers.append(Answer(500))
    shipped(drain)

    actions.try_now(drain)
    shipped(drain)

    assert sorted(numbers(endpoint)) == [1, 2, 3]
    assert (drain.attempts, drain.failing_since) == (0, None)
    assert drain.last_error == "The endpoint answered 500 Internal Server Error."


def test_a_chunk_that_failed_in_its_middle_goes_on_there(drain, endpoint, sends, monkeypatch):
    monkeypatch.setattr("web.drains.senders.base.ROWS", 10)
    sends(30)
    endpoint.answers.extend([Answer(200), Answer(503)])
    shipped(drain)
    place = list(Progress.objects.get().places.values())

    actions.try_now(drain)
    shipped(drain)

    assert place == [[0, -1, Chunk.objects.get().key, 10]]
    assert len(numbers(endpoint)) == len(set(numbers(endpoint))) == 30


def test_the_other_ends_wish_to_wait_is_heard(drain, endpoint, sends):
    sends(1)
    endpoint.usual = Answer(429, {"Retry-After": "120"})

    shipped(drain)

    assert drain.next_try - timezone.now() > timedelta(seconds=100)
    assert drain.last_error == "The endpoint answered 429 Too Many Requests."


def test_pauses_grow_and_differ_and_have_an_end():
    longest = [leasing.pause_after(attempt, jitter=1.0) for attempt in range(1, 12)]

    assert longest[:4] == [2, 4, 8, 16]
    assert longest[-1] == leasing.LONGEST_PAUSE
    assert leasing.pause_after(3, jitter=0.0) == 4
    assert leasing.pause_after(1, wait=1e9) == leasing.LONGEST_WISH
    assert leasing.pause_after(10**6) <= leasing.LONGEST_PAUSE


def test_after_seven_days_of_failing_it_pauses_itself(drain, endpoint, sends):
    sends(1)
    endpoint.usual = Answer(500)
    long_ago = timezone.now() - timedelta(days=7, minutes=1)
    Drain.objects.update(failing_since=long_ago, attempts=900)

    shipped(drain)

    assert drain.paused is not None
    assert drain.paused_because == leasing.GAVE_UP


def test_two_jobs_do_not_ship_one_drain(drain, endpoint, sends):
    sends(1)
    leasing.claim(UUID(str(drain.code)))

    assert not shipped(drain)

    assert endpoint.documents == []


def test_of_two_jobs_that_read_the_same_row_one_has_it(drain):
    now = timezone.now()
    first, second = (Drain.objects.get() for _ in range(2))

    assert [leasing.take(each, now=now) for each in (first, second)] == [True, False]


def test_it_is_failing_since_it_last_went_well(drain, endpoint, sends):
    sends(1)
    sends(1, first=2)
    yesterday = timezone.now() - timedelta(days=1)
    Drain.objects.update(failing_since=yesterday, attempts=100)
    endpoint.answers.extend([Answer(200), Answer(500)])

    shipped(drain)

    assert drain.failing_since > yesterday
    assert drain.attempts == 1
    assert drain.next_try - timezone.now() <= timedelta(seconds=leasing.FIRST_PAUSE)


def test_a_lease_that_ran_out_is_taken_over_and_the_first_job_writes_nothing_more(
    drain, run, sends
):
    sends(5)
    first = leasing.claim(drain.code)
    later = timezone.now() + leasing.LEASE + timedelta(seconds=1)
    second = leasing.claim(drain.code, now=later)
    progress = waiting.progress_of(drain, run)

    with pytest.raises(leasing.Overtaken):
        leasing.advance(first, progress, Chunk.objects.get(), rows=5, shipped=5)
    leasing.fail(first, "too late")
    leasing.rest(first)

    drain.refresh_from_db()
    assert drain.fence == second.fence == first.fence + 1
    assert (drain.shipped, drain.last_error) == (0, "")
    assert Progress.objects.get().places == {}
    assert drain.leased_until is not None


def test_a_pause_stops_the_job_that_is_at_it(drain, endpoint, owner, sends, monkeypatch):
    monkeypatch.setattr("web.drains.senders.base.ROWS", 10)
    sends(30)
    turn = Turn.of(is_stopped=lambda: bool(endpoint.requests) and actions.pause(drain, by=owner))
    shipped(drain, turn=turn)

    assert len(endpoint.requests) == 1
    assert drain.paused is not None
    assert drain.state(timedelta()) == "paused"
    assert not shipped(drain)


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


def merge(lease, *, numbers):
    """Put one chunk in the place of those with these numbers, as the merging of logs does."""
    rows = Chunk.objects.filter(shard=lease.shard, number__in=numbers).order_by("number")
    assert merging.merge(list(rows.select_related("run__workspace")))


def test_chunks_that_went_out_and_are_merged_then_do_not_go_out_again(
    drain, endpoint, lease, sends, object_store
):
    for first in (1, 2, 3):
        sends(1, first=first)
    shipped(drain)

    merge(lease, numbers=[0, 1, 2])
    sends(1, first=4)
    shipped(drain)

    assert numbers(endpoint) == [1, 2, 3, 4]


def test_what_was_merged_before_it_went_out_goes_out(drain, endpoint, lease, sends, object_store):
    for first in (1, 2, 3, 4):
        sends(1, first=first)

    merge(lease, numbers=[1, 2])
    shipped(drain)

    # The merged chunk has the newest row of all; it goes where its last part was.
    assert numbers(endpoint) == [1, 2, 3, 4]
    assert waiting.lag_of(drain).records == 0


def test_what_was_merged_with_something_that_went_out_goes_out_with_it_again(
    drain, endpoint, lease, sends, object_store
):
    sends(1)
    sends(1, first=2)
    shipped(drain)
    sends(1, first=3)

    merge(lease, numbers=[1, 2])
    shipped(drain)

    assert numbers(endpoint) == [1, 2, 2, 3]


def test_no_merge_reaches_over_the_place_where_a_drain_is(drain, endpoint, lease, sends):
    sends(1)
    sends(1, first=2)
    shipped(drain)
    sends(1, first=3)

    assert waiting.places(lease.shard) == [(1, 1)]
    assert waiting.places(lease.shard + 1) == []
    assert "web.drains.waiting.places" in settings.CHUNK_PLACES


def test_a_chunk_of_a_later_lease_goes_out_though_its_number_is_low(
    drain, endpoint, run, lease, sends, object_store
):
    sends(1)
    sends(1, first=2)
    shipped(drain)
    later = Chunk.objects.get(number=1)
    object_store.put("later", parquet_of([record(0, 9, at=9)]))
    later.pk, later.fence, later.number, later.through, later.key = None, 2, 0, 0, "later"
    later.save()

    shipped(drain)

    assert numbers(endpoint) == [1, 2, 9]


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

    shipped(drain)

    assert (drain.failing_since, drain.attempts, drain.last_error) == (None, 0, "")
    assert drain.next_try > timezone.now()
    assert waiting.lag_of(drain).records == 3


def test_the_lag_is_what_waits_and_how_old_the_oldest_is(drain, run, sends):
    sends(3, first=100)
    sends(2, first=50)
    oldest = Chunk.objects.order_by("first").first().first

    lag = waiting.lag_of(drain)

    assert (lag.records, lag.runs, lag.is_whole) == (5, 1, True)
    assert lag.oldest == oldest
    assert drain.state(lag.age(oldest + timedelta(seconds=59))) == "ok"
    assert drain.state(lag.age(oldest + timedelta(seconds=60))) == "behind"


def test_the_clock_asks_once_however_many_clocks_there_are(
    drain, sends, asked, django_capture_on_commit_callbacks
):
    sends(1)
    asked.clear()

    with django_capture_on_commit_callbacks(execute=True):
        assert [ticks.ask(), ticks.ask()] == [1, 0]

    assert asked == ["ship"]


def test_the_clock_asks_again_for_a_job_that_was_lost(drain, sends):
    sends(1)
    ticks.ask()
    Drain.objects.update(asked=timezone.now() - leasing.ASK_AGAIN - timedelta(seconds=1))

    assert ticks.ask() == 1


@pytest.mark.parametrize(
    "resting",
    [
        {"paused": timezone.now()},
        {"next_try": timezone.now() + timedelta(hours=1)},
        {"leased_until": timezone.now() + timedelta(hours=1)},
    ],
)
def test_the_clock_does_not_ask_for_what_is_not_due(drain, sends, resting):
    sends(1)
    Drain.objects.update(**resting)

    assert ticks.ask() == 0


def test_a_test_that_nobody_makes_ends_with_words(drain):
    Drain.objects.update(test_asked=timezone.now() - timedelta(minutes=3))

    ticks.ask()

    drain.refresh_from_db()
    assert (drain.is_testing, drain.test_went_well) == (False, False)
    assert drain.test_result == ticks.NOBODY_TESTED


def test_a_part_that_takes_long_says_in_between_that_it_is_still_at_it(
    drain, endpoint, run, sends, waits
):
    sends(2_500)
    endpoint.decide = lambda request: waits.wait(6) or Answer(200)
    sender = HttpSender(drain, time=waits.time)
    piece = Piece(Chunk.objects.select_related("shard").get(), run, Filter())

    steps = [(step.rows, step.shipped) for step in sender.send(piece)]
    sender.close()

    assert steps == [(0, 0), (0, 0), (2_500, 2_500)]


def test_each_minute_has_one_point_and_yesterday_is_forgotten(drain, sends):
    sends(3)
    Point.objects.create(
        drain=drain,
        at=timezone.now() - timedelta(days=1, minutes=2),
        records=1,
        seconds=1,
        shipped=0,
    )

    ticks.measure()
    ticks.measure()

    points = Point.objects.filter(at__gte=timezone.now() - timedelta(hours=1))
    assert Point.objects.count() == points.count() <= 2
    assert points.last().records == 3


def test_records_that_are_refused_for_good_are_kept_and_the_rest_goes_on(
    drain, endpoint, sends, object_store
):
    sends(20)
    endpoint.decide = lambda request: Answer(
        422 if any(each["sequence"] == 7 for each in request.documents) else 200
    )

    shipped(drain)

    letter = Letter.objects.get()
    assert sorted(numbers(endpoint)) == [n for n in range(1, 21) if n != 7]
    assert (drain.shipped, drain.refused, drain.unkept) == (19, 1, 0)
    assert (letter.records, letter.run_name) == (1, "Night shift")
    assert letter.reason == "The endpoint answered 422 Unprocessable Entity."
    assert letter.key in object_store.objects
    assert letter.key.startswith(f"workspaces/{drain.workspace.code}/drains/{drain.code}/")
    assert waiting.lag_of(drain).records == 0


def test_letters_have_a_limit_past_which_they_are_counted(drain, endpoint, sends, monkeypatch):
    monkeypatch.setattr("web.drains.letters.MOST", 1)
    endpoint.usual = Answer(422)
    sends(2)
    shipped(drain)
    sends(3, first=3)

    shipped(drain)

    assert (Letter.objects.count(), drain.refused, drain.unkept) == (1, 5, 3)


@pytest.fixture
def letter(drain, endpoint, sends):
    """Return a dead letter of two records; the endpoint takes everything now."""
    endpoint.usual = Answer(422)
    sends(2)
    shipped(drain)
    endpoint.usual = Answer(200)
    return Letter.objects.select_related("drain__workspace").get()


def test_a_letter_that_is_sent_again_and_taken_is_gone(drain, endpoint, letter, object_store):
    actions.send_again(letter)
    shipped(drain)

    assert sorted(numbers(endpoint)) == [1, 2]
    assert not Letter.objects.exists()
    assert letter.key not in object_store.objects
    assert drain.shipped == 2


def test_a_letter_that_is_refused_again_stays_with_what_is_left(drain, endpoint, letter):
    endpoint.decide = lambda request: Answer(
        413 if any(each["sequence"] == 2 for each in request.documents) else 200
    )

    actions.send_again(letter)
    shipped(drain)

    letter.refresh_from_db()
    assert (letter.records, letter.state, letter.tries) == (1, "kept", 1)
    assert "413" in letter.reason
    assert numbers(endpoint) == [1]


def test_a_letter_waits_while_the_endpoint_fails_and_goes_then(drain, endpoint, letter):
    endpoint.answers.append(Answer(500))
    actions.send_again(letter)
    shipped(drain)
    letter.refresh_from_db()
    assert letter.state == "asked"

    actions.try_now(drain)
    shipped(drain)

    assert not Letter.objects.exists()


def test_a_letter_of_a_paused_drain_is_not_sent(drain, owner, letter):
    actions.pause(drain, by=owner)
    letter.drain.refresh_from_db()

    with pytest.raises(actions.CannotSend, match="Resume it"):
        actions.send_again(letter)


def test_a_letter_that_is_discarded_is_gone_with_its_records(letter, object_store):
    actions.discard(letter)

    assert not Letter.objects.exists()
    assert letter.key not in object_store.objects


def test_a_letter_stays_while_our_store_is_silent(letter, object_store):
    object_store.is_down = True

    with pytest.raises(actions.StorageDown, match="object store does not answer"):
        actions.discard(letter)

    assert Letter.objects.exists()


def test_new_settings_hold_for_what_is_sent_from_then_on(drain, endpoint, owner, sends):
    sends(1)
    job = leasing.claim(drain.code)
    drain.settings = {**drain.settings, "url": f"{endpoint.url}/other"}

    actions.save_drain(drain, lots=(), secrets={}, by=owner)

    with pytest.raises(leasing.Overtaken), leasing.held(job):
        pass
    shipped(drain)
    assert [request.path for request in endpoint.requests] == ["/other"]
    assert drain.revision == 2


def test_secrets_are_sealed_kept_changed_and_forgotten(make_drain, owner):
    drain = make_drain(secrets={"signing": "s" * 20, "authorization": "Bearer x"})
    assert "Bearer" not in str(Drain.objects.values().get())

    actions.save_drain(
        drain, lots=(), secrets={"signing": None, "authorization": "Bearer y"}, by=owner
    )
    assert drain.secrets == {"signing": "s" * 20, "authorization": "Bearer y"}

    actions.save_drain(drain, lots=(), secrets={"signing": "", "authorization": None}, by=owner)
    assert Drain.objects.get().secrets == {"authorization": "Bearer y"}


def test_secrets_that_cannot_be_opened_are_said(drain, sends):
    Drain.objects.update(sealed={"signing": "sealed with another key"})
    sends(1)

    shipped(drain)

    assert drain.last_error == shipping.BROKEN_SEAL


def test_a_name_is_given_once(make_drain):
    make_drain(name="To us")

    with pytest.raises(actions.NameTaken, match="called To us already"):
        make_drain(name="To us")


def test_a_deleted_drain_leaves_nothing_behind(drain, letter, object_store, sends):
    actions.delete_drain(drain)

    assert not Letter.objects.exists()
    assert Removal.objects.get().prefix == drain.prefix
    assert not shipping.ship(UUID(str(drain.code)))
