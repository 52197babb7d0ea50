"""How many mocks fit into a process."""

import resource

import pytest

from simulator.tower import Tower
from simulator.tower.loop import OTHER_FILES, raise_open_files, room, shortage
from tests.simulator.tower.staging import assignment


def test_the_limit_of_open_files_is_raised_as_far_as_the_system_lets() -> None:
    limit = raise_open_files()

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert limit == soft or soft == resource.RLIM_INFINITY


def test_some_files_are_left_for_the_rest_of_the_process() -> None:
    assert room(20_000) == 20_000 - OTHER_FILES
    assert room(50) == 0


def test_mocks_that_do_not_fit_are_told_in_words() -> None:
    limit = raise_open_files()
    fitting = room(limit)

    assert shortage(fitting) == ""
    assert shortage(fitting + 1).startswith(
        f"{fitting + 1} mocks need a connection each, and this process has room for {fitting} "
    )


def test_a_tower_that_is_given_more_than_it_can_hold_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (500, hard))
    try:
        tower = Tower(name="t", write=None)
        tower.add(assignment("a", count=300))
        before = list(caplog.messages)
        tower.add(assignment("b", first=300, count=101))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert before == []
    assert caplog.messages == [
        "tower=t: 401 mocks need a connection each, and this process has room for 400 with 500 "
        "open files: share them out over more processes, or raise the limit"
    ]
