"""Who ships a drain, and when it is tried again."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from tests.web.drains.conftest import numbers, shipped, still
from tests.web.drains.endpoints import Answer
from web.drains import actions, leasing, waiting
from web.drains.models import Drain, Progress
from web.drains.senders.base import Failing
from web.drains.senders.http import HttpSender
from web.drains.shipping import Turn
from web.logs.models import Chunk


def test_a_failure_keeps_the_place_and_the_words_and_rests(drain, endpoint, sends):
    sends(3)
    endpoint.usual = Answer(500)

    shipped(drain)

    assert drain.last_error == "The endpoint answered 500 Internal Server Error."
    assert (drain.attempts, drain.shipped, drain.leased_until) == (1, 0, None)
    assert drain.failing_since is not None
    assert drain.next_try > drain.last_error_at
    assert drain.state(timedelta()) == "failing"
    assert leasing.claim(drain.code, now=drain.last_error_at) is None
    assert leasing.claim(drain.code, now=drain.next_try) is not None


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

    assert drain.next_try - drain.last_error_at == timedelta(seconds=120)
    assert drain.last_error == "The endpoint answered 429 Too Many Requests."


def test_pauses_grow_and_differ_and_have_an_end():
    longest = [leasing.pause_after(attempt, jitter=1.0) for attempt in range(1, 12)]

    assert longest[:4] == [2, 4, 8, 16]
    assert longest[-1] == leasing.LONGEST_PAUSE
    assert leasing.pause_after(3, jitter=0.0) == 4
    assert leasing.pause_after(1, wait=1e9) == leasing.LONGEST_WISH
    assert leasing.pause_after(10**6) <= leasing.LONGEST_PAUSE


@pytest.mark.parametrize(
    ("took", "rests"), [(20.0, 20.0 * leasing.REST), (3_600.0, leasing.LONGEST_PAUSE)]
)
def test_who_held_the_others_up_rests_nine_times_as_long_up_to_a_limit(drain, took, rests):
    now = timezone.now()
    mine = leasing.claim(drain.code, now=now)

    leasing.fail(mine, "It hangs.", took=took)

    drain.refresh_from_db()
    assert (drain.next_try - drain.last_error_at).total_seconds() == rests


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


@pytest.mark.parametrize("hours", [1, -1])
def test_a_machine_whose_date_is_wrong_leaves_a_drain_to_its_job(drain, monkeypatch, hours):
    wrong = timezone.now() + timedelta(hours=hours)
    leasing.claim(drain.code)

    with monkeypatch.context() as there:
        there.setattr(timezone, "now", lambda: wrong)
        assert leasing.claim(drain.code) is None

    Drain.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    with monkeypatch.context() as there:
        there.setattr(timezone, "now", lambda: wrong)
        assert leasing.claim(drain.code).fence == 2


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
    assert drain.next_try - drain.last_error_at <= timedelta(seconds=leasing.FIRST_PAUSE)


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
    turn = still(is_stopped=lambda: bool(endpoint.requests) and actions.pause(drain, by=owner))
    shipped(drain, turn=turn)

    assert len(endpoint.requests) == 1
    assert drain.paused is not None
    assert drain.state(timedelta()) == "paused"
    assert not shipped(drain)


def test_who_keeps_the_others_waiting_rests_nine_times_as_long(drain, sends):
    now = [100.0]

    class Hanging(HttpSender):
        def deliver(self, load):
            now[0] += 15.0
            raise Failing("It did not answer in time.")

    sends(3)

    shipped(drain, turn=Turn(until=900.0, now=lambda: now[0]), sender=Hanging)

    assert drain.next_try - drain.last_error_at == timedelta(seconds=135)


def test_only_the_time_since_something_went_well_counts(drain, sends):
    now = [100.0]

    class LateHanging(HttpSender):
        def deliver(self, load):
            now[0] += 10.0
            if now[0] > 111.0:
                raise Failing("It did not answer in time.")
            return []

    sends(3)
    sends(3, first=4)

    shipped(drain, turn=Turn(until=900.0, now=lambda: now[0]), sender=LateHanging)

    assert drain.shipped == 3
    assert drain.next_try - drain.last_error_at == timedelta(seconds=90)
