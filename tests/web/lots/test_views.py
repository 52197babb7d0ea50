import re
from datetime import timedelta

import pytest
from django.urls import reverse

from web.accounts.actions import remove_deleted
from web.accounts.models import Workspace
from web.lots.models import Lot
from web.platform.models import Removal
from web.runs.models import Run

PAGES = ("detail", "edit", "delete")
WRITES = ("copy", "start")


def address(page, workspace, lot=None):
    return reverse(f"lots:{page}", args=[workspace.code, *([lot.code] if lot else [])])


@pytest.fixture
def typed(target, fridge):
    """Return a function that gives what a browser posts for a lot of one part."""

    def filled(**changes):
        form = {
            "name": "Night shift",
            "target": str(target.pk),
            "duration": "30s",
            "ramp": "",
            "seed": "",
            "parts-TOTAL_FORMS": "1",
            "parts-INITIAL_FORMS": "0",
            "parts-0-definition": str(fridge.pk),
            "parts-0-count": "1000",
            "parts-0-rate": "",
        }
        return form | changes

    return filled


def test_a_lot_is_made(client_of, teammate, workspace, typed):
    answer = client_of(teammate).post(address("create", workspace), typed(ramp="10 s"))

    lot = Lot.objects.get()
    assert answer.url == lot.get_absolute_url()
    assert (lot.name, lot.duration, lot.ramp, lot.seed) == (
        "Night shift", timedelta(seconds=30), timedelta(seconds=10), None,
    )  # fmt: skip
    assert [(part.count, part.rate) for part in lot.parts.all()] == [(1_000, None)]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("parts-0-count", "0", "There has to be at least 1 mock."),
        ("parts-0-count", "1000000", "A lot holds at most 50,000 mocks."),
        ("parts-0-count", "many", "Write how many mocks as a whole number, such as 1000."),
        ("parts-0-count", "", "Say how many mocks."),
        ("parts-0-definition", "", "Choose a definition."),
        ("parts-0-rate", "0", "The rate is above 0 messages/s."),
        ("parts-0-rate", "fast", "Write messages per second as a number"),
        ("parts-0-rate", "nan", "Write messages per second as a number"),
        ("duration", "0s", "A lot has to last longer than 0 s."),
        ("duration", "0", "A lot has to last longer than 0 s."),
        ("duration", "30", "Write the unit as well: 30s, 30 min or 30h."),
        ("duration", "8 days", "A lot lasts at most 7 days."),
        ("duration", "", "Say how long the lot runs, such as 5 min."),
        ("ramp", "1h", "The ramp is longer than the lot, 30s."),
        ("seed", "lucky", "A seed is a whole number, such as 7."),
        ("name", "", "Give the lot a name."),
        ("target", "", "Choose where the mocks connect to."),
    ],
)
def test_bad_input_gets_its_sentence(client_of, teammate, workspace, typed, field, value, sentence):
    answer = client_of(teammate).post(address("create", workspace), typed(**{field: value}))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Lot.objects.exists()


def test_all_parts_together_are_held_against_the_limit(
    client_of, teammate, workspace, typed, fridge
):
    two = {
        "parts-TOTAL_FORMS": "2",
        "parts-0-count": "40000",
        "parts-1-definition": str(fridge.pk),
        "parts-1-count": "20000",
    }

    answer = client_of(teammate).post(address("create", workspace), typed(**two))

    rows = answer.context["page"].rows
    assert answer.status_code == 422
    assert (rows[0].errors, list(rows[1].errors)) == ({}, ["count"])
    assert rows[1].errors["count"] == [
        "These are 60,000 mocks together; a lot holds at most 50,000, so there is room for 10,000 "
        "here."
    ]
    assert not Lot.objects.exists()


def test_a_row_below_a_full_lot_is_told_that_there_is_no_room(
    client_of, teammate, workspace, typed, fridge
):
    rows = {f"parts-{row}-definition": str(fridge.pk) for row in range(3)}
    counts = {"parts-0-count": "50000", "parts-1-count": "1", "parts-2-count": "1"}
    two = {"parts-TOTAL_FORMS": "3", **rows, **counts}

    answer = client_of(teammate).post(address("create", workspace), typed(**two))

    errors = [list(form.errors) for form in answer.context["page"].rows]
    assert errors == [[], ["count"], []]
    assert "and the rows above are all of them" in answer.content.decode()


def test_another_row_comes_without_javascript_and_without_complaints(
    client_of, teammate, workspace, typed
):
    answer = client_of(teammate).post(address("create", workspace), typed(name="", add_part="1"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="parts-1-count"' in page
    assert 'value="1000"' in page
    assert "Give the lot a name." not in page


def test_a_struck_part_is_left_out(client_of, teammate, workspace, typed, make_lot, fridge):
    lot = make_lot()
    two = {
        "parts-TOTAL_FORMS": "2",
        "parts-0-DELETE": "on",
        "parts-1-definition": str(fridge.pk),
        "parts-1-count": "5",
        "parts-1-rate": "2.5",
    }

    client_of(teammate).post(address("edit", workspace, lot), typed(**two))

    assert [(part.count, part.rate) for part in lot.parts.all()] == [(5, 2.5)]


def test_a_definition_of_another_workspace_cannot_be_named(client_of, stranger, typed):
    theirs = Workspace.objects.get(memberships__user=stranger)

    answer = client_of(stranger).post(address("create", theirs), typed())

    assert "This definition is not there any more." in answer.content.decode()
    assert "This target is not there any more." in answer.content.decode()


def test_the_page_tells_what_the_lot_will_send(client_of, viewer, make_lot):
    page = client_of(viewer).get(make_lot(mocks=1_000).get_absolute_url()).content.decode()

    told = re.search(r"about ([\d,]+) messages, ([\d.]+) kB of payload", page)
    assert told
    assert int(told[1].replace(",", "")) == pytest.approx(6_000, rel=0.1)
    assert 'start/"' not in page


@pytest.mark.parametrize(("mocks", "told"), [(10, False), (11, True)])
def test_a_lot_that_needs_a_proof_first_says_so_and_leads_to_it(
    client_of, viewer, make_lot, object_store, settings, mocks, told
):
    settings.ALLOWED_TARGETS = []
    settings.NAME_SERVERS = ["127.0.0.1:9"]  # nobody answers there: names stay unknown
    lot = make_lot(mocks=mocks)
    proof = reverse("targets:ownership", args=[lot.workspace.code, lot.target.code])

    page = client_of(viewer).get(lot.get_absolute_url()).content.decode()

    assert ("This lot is more, and cannot be started yet." in page) == told
    assert (f'href="{proof}"' in page) == told


def test_start_makes_a_run_and_leads_to_it(
    client_of, teammate, workspace, lot, object_store, asked
):
    answer = client_of(teammate).post(address("start", workspace, lot))

    assert answer.url == Run.objects.get().get_absolute_url()


def test_what_cannot_start_says_so_on_the_lots_page(
    client_of, teammate, workspace, lot, object_store
):
    object_store.is_down = True

    answer = client_of(teammate).post(address("start", workspace, lot), follow=True)

    assert "nothing was started" in answer.content.decode()
    assert not Run.objects.exists()


def test_a_copy_has_the_same_parts_under_another_name(client_of, teammate, workspace, lot):
    answer = client_of(teammate).post(address("copy", workspace, lot))

    made = Lot.objects.exclude(id=lot.id).get()
    assert answer.url == address("edit", workspace, made)
    assert (made.name, made.duration, made.seed) == ("Copy of Night shift", lot.duration, 7)
    assert [part.count for part in made.parts.all()] == [20]


def test_a_deleted_lot_leaves_its_runs(client_of, teammate, workspace, lot, run):
    client_of(teammate).post(address("delete", workspace, lot))

    run.refresh_from_db()
    assert not Lot.objects.exists()
    assert (run.lot, run.name) == (None, "Night shift")


@pytest.mark.parametrize("page", [*PAGES, *WRITES])
def test_a_stranger_finds_no_lot(client_of, stranger, workspace, lot, page):
    client = client_of(stranger)
    ask = client.post if page in WRITES else client.get
    theirs = Workspace.objects.get(memberships__user=stranger)

    assert ask(address(page, workspace, lot)).status_code == 404
    assert ask(address(page, theirs, lot)).status_code == 404


@pytest.mark.parametrize("page", ["edit", "delete", "copy", "start"])
def test_a_viewer_may_not_write(client_of, viewer, workspace, lot, page):
    assert client_of(viewer).post(address(page, workspace, lot)).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, *WRITES])
def test_who_is_signed_out_is_asked_to_sign_in(client, workspace, lot, page):
    ask = client.post if page in WRITES else client.get

    assert "/sign-in/" in ask(address(page, workspace, lot)).url


@pytest.mark.parametrize("page", WRITES)
def test_writes_are_posts(client_of, teammate, workspace, lot, page):
    assert client_of(teammate).get(address(page, workspace, lot)).status_code == 405


def test_the_list_asks_as_often_for_many_lots_as_for_one(
    client_of, viewer, workspace, make_lot, django_assert_num_queries
):
    client = client_of(viewer)
    make_lot()
    client.get(address("index", workspace))
    with django_assert_num_queries(8) as one:
        client.get(address("index", workspace))
    for number in range(5):
        make_lot(name=f"Lot {number}")

    with django_assert_num_queries(len(one)):
        page = client.get(address("index", workspace)).content.decode()

    assert page.count("Lot ") >= 5


def test_an_empty_list_says_how_to_begin(client_of, teammate, workspace):
    assert "No lots yet" in client_of(teammate).get(address("index", workspace)).content.decode()


def test_a_workspace_with_lots_can_be_removed(
    workspace, lot, run, django_capture_on_commit_callbacks
):
    Workspace.objects.filter(id=workspace.id).update(deleted=run.created)

    remove_deleted()

    assert not Workspace.objects.filter(id=workspace.id).exists()
    assert run.prefix.startswith(Removal.objects.get().prefix)


def test_lots_are_found_by_a_part_of_the_name_in_the_order_that_is_asked(
    client_of, teammate, workspace, make_lot
):
    for name, count in (("Plant", 2), ("plant at night", 30), ("Lab", 5)):
        make_lot(name=name, mocks=count)

    def names(query):
        answer = client_of(teammate).get(address("index", workspace), query)
        return [lot.name for lot in answer.context["page"]]

    assert names({"order": "name"}) == ["Lab", "Plant", "plant at night"]
    assert names({"order": "-mocks"}) == ["plant at night", "Lab", "Plant"]
    assert names({"name": "PLANT", "order": "mocks"}) == ["Plant", "plant at night"]
    assert names({"order": "seed"}) == names({"order": "-changed"})
    answer = client_of(teammate).get(address("index", workspace), {"name": "nowhere"})
    assert "No lot is like this" in answer.content.decode()
