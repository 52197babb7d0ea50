"""The map as browsers ask for it: with positions, without any, and after the run's end."""

import gzip

import numpy as np
import pytest
from django.urls import reverse

from tests.web.runs.conftest import DEFINITION, snapshot
from tests.web.runs.test_walls import parted
from web.definitions import actions as definitions
from web.runs.desk import Desk
from web.runs.models import Run

ROUTE = "position: {route: {points: [[47.37, 8.54], [47.38, 8.55]], speed: 50 km/h}}"
NOWHERE = "No mock of this run has a position: give the definition a route."


@pytest.fixture
def fridge(workspace, owner):
    """Return the definition of a fridge in a van."""
    text = DEFINITION.replace("metrics:\n", f"metrics:\n  {ROUTE}\n")
    return definitions.create_definition(workspace, text=text, by=owner)


@pytest.fixture
def desk(run) -> Desk:
    begun = Desk(tower="tower-1", capacity=10_000)
    begun.work([])
    return begun


@pytest.fixture
def tell(desk):
    """Return a function that tells of the run's shard, all of whose mocks but one are somewhere."""
    shard = next(iter(desk._held))
    places = np.full((20, 2), (47.375, 8.545), np.float32)
    places[3] = np.nan

    def told(**changes: object) -> None:
        desk.work([snapshot(shard, places=places, **changes)])

    return told


@pytest.fixture
def seen(client_of, viewer, run):
    """Return a function that asks for something of the run."""
    client = client_of(viewer)

    def ask(name: str, **headers: str):
        address = reverse(f"runs:{name}", args=[run.workspace.code, run.code])
        return client.get(address, headers=headers)

    return ask


def test_the_map_of_a_live_run_has_the_place_of_each_mock(seen, tell):
    tell()

    answer = seen("map_bin")
    again = seen("map_bin", if_none_match=answer["ETag"])

    head, columns = parted(gzip.decompress(answer.content))
    assert head["is_live"]
    assert (columns["lat"][0], columns["lon"][19]) == (47.375, pytest.approx(8.545, abs=1e-6))
    assert np.isnan(columns["lat"]).sum() == 1
    assert (again.status_code, again.content) == (304, b"")


def test_an_ended_run_keeps_where_its_mocks_were(seen, tell):
    tell(state="ended")

    head, columns = parted(gzip.decompress(seen("map_bin").content))

    assert not Run.objects.get().is_live
    assert not head["is_live"]
    assert columns["lat"][0] == 47.375


def test_the_wall_does_not_carry_places(seen, tell):
    tell()

    head, columns = parted(gzip.decompress(seen("wall_bin").content))

    assert not head["places"]
    assert "lat" not in columns


def test_a_run_whose_definition_has_a_route_links_to_its_map(seen, run):
    address = reverse("runs:map", args=[run.workspace.code, run.code])

    assert Run.objects.get().parts[0]["position"] == ["position.lat", "position.lon"]
    assert address in seen("detail").content.decode()
    assert address in seen("wall").content.decode()
    page = seen("map").content.decode()
    assert reverse("runs:map_bin", args=[run.workspace.code, run.code]) in page
    assert NOWHERE not in page


def test_a_run_without_positions_says_how_to_get_them(seen, run):
    Run.objects.update(parts=[part | {"position": None} for part in run.parts])

    assert NOWHERE in seen("map").content.decode()
    address = reverse("runs:map", args=[run.workspace.code, run.code])
    assert address not in seen("detail").content.decode()


def test_who_may_give_orders_gets_from_the_map_to_the_control(client_of, owner, run, tell):
    tell()
    arguments = [run.workspace.code, run.code]

    page = client_of(owner).get(reverse("runs:map", args=arguments)).content.decode()

    assert f'href="{reverse("runs:control", args=arguments)}">Control</a>' in page


def test_an_order_that_was_given_on_the_map_leads_back_to_it(client_of, owner, run, tell):
    tell()
    address = reverse("runs:order", args=[run.workspace.code, run.code])
    said = {"order": "status", "status": "broken", "first": "2", "last": "5", "back": "map"}

    answer = client_of(owner).post(address, said)

    assert answer["Location"] == reverse("runs:map", args=[run.workspace.code, run.code])


def test_a_map_names_the_tiles_that_the_operator_chose(seen, settings):
    assert "map-tiles" not in seen("map").content.decode()
    settings.MAP_TILES_URL = "https://tiles.example.org/{z}/{x}/{y}.png"

    assert 'content="https://tiles.example.org/{z}/{x}/{y}.png"' in seen("map").content.decode()
