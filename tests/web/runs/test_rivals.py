"""Two runs whose mocks would throw each other out of one broker."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from web.definitions import actions as definitions
from web.lots.actions import PartPlan, save_lot
from web.runs import actions, rivals
from web.runs.models import Run, RunState

SENTENCE = "would throw each other out"


@pytest.fixture
def other_lot(make_lot):
    """Return another lot at the same target, whose first 20 mocks have the same ids."""
    return make_lot(name="Day shift", mocks=50)


@pytest.fixture
def start(client_of, teammate) -> Callable:
    def post(lot, **form):
        path = reverse("lots:start", args=[lot.workspace.code, lot.code])
        return client_of(teammate).post(path, form)

    return post


def page_of(client, lot):
    return client.get(lot.get_absolute_url()).content.decode()


def test_whoever_starts_a_rival_is_asked_with_its_name_and_numbers(run, other_lot, start):
    answer = start(other_lot)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert run.get_absolute_url() in page
    assert "has 20 mocks with client ids of this lot" in page
    assert "Start anyway" in page
    assert Run.objects.count() == 1


def test_there_is_a_way_to_go_on(run, other_lot, start):
    answer = start(other_lot, anyway="1")

    made = Run.objects.get(lot=other_lot)
    assert answer.url == made.get_absolute_url()


def test_starting_a_run_again_asks_as_well(run, client_of, teammate):
    path = reverse("runs:again", args=[run.workspace.code, run.code])
    client = client_of(teammate)

    assert SENTENCE in client.post(path).content.decode()
    assert client.post(path, {"anyway": "1"}).status_code == 302
    assert Run.objects.count() == 2


def test_the_lots_page_says_so_before(run, other_lot, client_of, viewer):
    page = page_of(client_of(viewer), other_lot)

    assert SENTENCE in page
    assert run.get_absolute_url() in page


@pytest.mark.parametrize("state", [RunState.FINISHED, RunState.STOPPED])
def test_a_run_that_is_over_is_no_rival(run, other_lot, start, client_of, viewer, state):
    Run.objects.update(state=state)

    assert SENTENCE not in page_of(client_of(viewer), other_lot)
    assert start(other_lot).status_code == 302


def test_other_client_ids_do_not_collide(run, workspace, owner, make_lot, start):
    text = "name: Oven\nid: o-{index}\nmessages: {m: {every: 1s, topic: t, text: x}}\n"
    oven = definitions.create_definition(workspace, text=text, by=owner)
    lot = make_lot(name="Bakery")
    save_lot(lot, parts=[PartPlan(oven, 20)], by=owner)

    assert start(lot).status_code == 302


def test_another_client_id_of_the_target_does_not_collide(run, target, other_lot, start):
    target.client_id = "second-{id}"
    target.save()

    assert start(other_lot).status_code == 302


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"port": 1884}, 302),
        ({"host": "other.example"}, 302),
        ({"has_websocket": True, "websocket_path": "/"}, 422),
        ({"protocol": "http", "has_websocket": False}, 302),
    ],
)
def test_only_the_same_broker_matters(run, target, other_lot, start, change, status):
    for name, value in change.items():
        setattr(target, name, value)
    target.save()

    assert start(other_lot).status_code == status


def test_a_rival_of_another_workspace_is_not_told(
    run, make_user, stranger, client_of, other_lot, start
):
    Run.objects.update(workspace=stranger.memberships.get().workspace)

    assert start(other_lot).status_code == 302


def test_a_run_whose_client_ids_are_out_of_reach_is_no_rival(run, other_lot, object_store, start):
    rivals._read.cache_clear()
    object_store.delete(rivals.key(run))

    assert start(other_lot).status_code == 302


def test_a_lot_that_cannot_start_has_no_rivals_on_its_page(run, other_lot, client_of, viewer):
    other_lot.parts.all().delete()

    assert SENTENCE not in page_of(client_of(viewer), other_lot)


def test_who_does_not_ask_starts_beside_rivals(run, other_lot, owner):
    assert actions.start_run(other_lot, by=owner).lot == other_lot
