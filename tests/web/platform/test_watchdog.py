"""Requests that do not keep to their deadline are ended: their waits first, then their Python."""

import pytest

from web.platform import deadlines
from web.platform.deadlines import TooLong, carried, left, within
from web.platform.watchdog import AGAIN, GRACE, STUCK, Watchdog, watchdog

LIMIT = 10.0


class Scene:
    """A watchdog at a time that is told, which raises nothing and keeps what it would have."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.raised: list[object] = []
        self.replaced = 0
        self.dog = Watchdog(
            clock=lambda: self.now, interrupt=lambda _thread, error: self.raised.append(error)
        )
        self.dog.retire = self.retire

    def retire(self) -> None:
        self.replaced += 1

    def pass_to(self, after: float) -> None:
        self.now = 1000.0 + after
        self.dog.look()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_who_keeps_to_the_deadline_is_left_alone(scene):
    with scene.dog.limited(LIMIT):
        scene.pass_to(LIMIT + GRACE - 0.1)
    scene.pass_to(LIMIT + GRACE + 10)

    assert scene.raised == []


def test_who_is_at_work_is_interrupted_and_what_was_not_raised_is_taken_back(scene):
    with scene.dog.limited(LIMIT):
        scene.pass_to(LIMIT + GRACE)
        scene.pass_to(LIMIT + GRACE + AGAIN - 0.1)

    assert scene.raised == [TooLong, None]


def test_who_waits_has_the_wait_cut_and_nothing_raised(scene):
    cuts = []
    with scene.dog.limited(LIMIT) as deadline, deadline.waiting(lambda: cuts.append(1)):
        scene.pass_to(LIMIT + GRACE)
        scene.pass_to(LIMIT + GRACE + AGAIN)

    assert (cuts, scene.raised) == ([1, 1], [])


def test_who_cannot_be_ended_has_its_process_replaced(scene):
    with scene.dog.limited(LIMIT):
        scene.pass_to(LIMIT + GRACE)
        assert scene.replaced == 0
        scene.pass_to(LIMIT + STUCK)

    assert scene.replaced == 1


def test_each_request_has_a_deadline_of_its_own(scene):
    with scene.dog.limited(5 * LIMIT):
        with scene.dog.limited(LIMIT):
            scene.pass_to(LIMIT - 1)
        scene.pass_to(2 * LIMIT)

    assert scene.raised == []


def test_a_loop_that_asks_nobody_is_ended():
    def loop() -> None:
        while True:
            pass

    with pytest.raises(TooLong), watchdog.limited(0.1):
        loop()


def test_nothing_is_limited_outside_of_requests():
    assert deadlines.current.get() is None
    assert within(20.0) == 20.0


def test_a_wait_is_no_longer_than_what_is_left():
    with watchdog.limited(3_000):
        assert within(20.0) == 20.0
        assert 20.0 < within(4_000.0) <= 3_000.0


def test_nothing_is_waited_for_when_nothing_is_left():
    with watchdog.limited(0), pytest.raises(TooLong):
        within(20.0)


def test_a_thread_that_works_for_a_request_knows_its_deadline():
    with watchdog.limited(3_000):
        known = carried(left)

    assert deadlines.current.get() is None
    assert known() <= 3_000
