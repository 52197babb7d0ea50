"""How many mocks fit into a process."""

import resource

from simulator.tower.loop import OTHER_FILES, raise_open_files, room, shortage


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
