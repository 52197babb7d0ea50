"""The wall as browsers ask for it: of a live run, of one that ended, and when nothing changed."""

import gzip

import pytest
from django.urls import reverse

from simulator import Link
from tests.web.runs.conftest import failing, snapshot
from tests.web.runs.test_walls import parted
from web.runs.desk import Desk
from web.runs.models import Run
from web.runs.walls import FAILING, UNTOLD


@pytest.fixture
def desk(run) -> Desk:
    """Return the desk of a tower that has begun the run."""
    begun = Desk(tower="tower-1", capacity=10_000)
    begun.work([])
    return begun


@pytest.fixture
def shard(desk) -> str:
    return next(iter(desk._held))


@pytest.fixture
def seen(client_of, viewer, run, desk, shard):
    """Return a function that asks for something of a live run whose first mock fails."""
    desk.work([failing(shard)])
    client = client_of(viewer)

    def ask(name: str, **headers: str):
        address = reverse(f"runs:{name}", args=[run.workspace.code, run.code])
        return client.get(address, headers=headers)

    return ask


def test_the_page_of_the_wall_names_where_its_bytes_are(seen, run):
    page = seen("wall").content.decode()

    assert reverse("runs:wall_bin", args=[run.workspace.code, run.code]) in page
    assert "All 20 mocks of Night shift" in page


def test_the_wall_of_a_live_run_is_packed_and_known_by_its_tag(seen):
    answer = seen("wall_bin")
    again = seen("wall_bin", if_none_match=answer["ETag"])
    weak = seen("wall_bin", if_none_match=f"W/{answer['ETag']}")

    head, columns = parted(gzip.decompress(answer.content))
    assert head["is_live"]
    assert head["reasons"] == [["connection refused", 2, 1]]
    assert columns["link"][:2] == [Link.WAITING + FAILING, Link.CONNECTED]
    assert head["statuses"][columns["status"][0]] == "broken"
    assert (again.status_code, again.content) == (304, b"")
    assert weak.status_code == 304
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_wall_that_changed_is_sent_again(seen, desk, shard):
    answer = seen("wall_bin")
    desk.work([snapshot(shard)])

    assert seen("wall_bin", if_none_match=answer["ETag"]).status_code == 200


def test_an_ended_run_has_the_wall_that_it_left(seen, desk, shard):
    desk.work([failing(shard, state="ended")])

    head, columns = parted(gzip.decompress(seen("wall_bin").content))

    assert not Run.objects.get().is_live
    assert not head["is_live"]
    assert columns["link"][0] == Link.WAITING + FAILING


def test_a_run_that_no_tower_took_has_a_wall_of_untold_mocks(client_of, viewer, run):
    address = reverse("runs:wall_bin", args=[run.workspace.code, run.code])

    head, columns = parted(gzip.decompress(client_of(viewer).get(address).content))

    assert (head["at"], head["statuses"]) == (0.0, [])
    assert set(columns["link"]) == {UNTOLD}


def test_the_ids_are_a_line_each_in_order_of_number(seen):
    answer = seen("wall_ids")

    lines = gzip.decompress(answer.content).decode().split("\n")
    assert (len(lines), lines[0], lines[19]) == (20, "f-000", "f-019")
    assert seen("wall_ids", if_none_match=answer["ETag"]).status_code == 304


def test_an_order_that_was_given_on_the_wall_leads_back_to_it(client_of, owner, run, seen):
    address = reverse("runs:order", args=[run.workspace.code, run.code])
    said = {"order": "status", "status": "broken", "first": "2", "last": "5", "back": "wall"}

    answer = client_of(owner).post(address, said)

    assert answer["Location"] == reverse("runs:wall", args=[run.workspace.code, run.code])
    assert run.orders.get().order["aim"] == {"index": [2, 5]}


def test_an_editor_may_order_from_the_wall_and_a_viewer_may_not(client_of, owner, run, seen):
    page = client_of(owner).get(reverse("runs:wall", args=[run.workspace.code, run.code]))

    assert "data-picked-orders" in page.content.decode()
    assert "data-picked-orders" not in seen("wall").content.decode()


def test_a_fault_of_neighbours_is_begun_from_the_wall(client_of, owner, run, seen):
    address = reverse("runs:faults", args=[run.workspace.code, run.code])

    page = client_of(owner).get(f"{address}?mock=3-17").content.decode()

    assert "aim: {index: [3, 17]}" in page
