"""Mocks through the API: a list of them, and one."""

from tests.web.runs.conftest import snapshot
from web.runs.desk import Desk


def test_a_mock_is_found_by_its_number_and_in_the_list(program, run):
    desk = Desk(tower="tower-1", capacity=1_000)
    [assignment] = desk.work([]).begin
    desk.work([snapshot(assignment.shard, count=20)])

    listed = program.get(f"runs/{run.code}/mocks?show=connected")["items"]
    one = program.get(f"runs/{run.code}/mocks/7")

    assert [each["number"] for each in listed] == list(range(20))
    assert one == listed[7]
    assert (one["is_connected"], one["delivered"]) == (True, 3)
