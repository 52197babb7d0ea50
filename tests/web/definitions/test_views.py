import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from web.definitions.models import Definition
from web.lots.models import Lot, LotPart
from web.targets.models import Target

TASMOTA = Path(__file__).parents[2] / "definitions" / "payloads" / "tasmota-sensor.json"
PAGES = ["edit", "copy", "rename", "delete", "export", "versions"]
READ = ["edit", "export", "versions"]


def address(page, workspace, definition=None, **extra):
    code = [definition.code] if definition else []
    return reverse(f"definitions:{page}", args=[workspace.code, *code, *extra.values()])


@pytest.fixture
def used(workspace, definition) -> Lot:
    target = Target.objects.create(workspace=workspace, name="B", host="b", port=1)
    lot = Lot.objects.create(
        workspace=workspace, name="Night", target=target, duration=timedelta(minutes=1)
    )
    LotPart.objects.create(lot=lot, position=0, definition=definition, count=5)
    return lot


@pytest.mark.parametrize("starter", ["blank", "smart-meter", "cold-chain"])
def test_a_definition_is_made_from_a_starter(client_of, teammate, workspace, starter):
    posted = {"name": "My device", "starter": starter}

    answer = client_of(teammate).post(address("create", workspace), posted)

    made = Definition.objects.get()
    assert answer.url == made.get_absolute_url()
    assert (made.name, made.edited_by) == ("My device", teammate)
    assert 'name: "My device"' in made.text


def test_a_definition_is_made_from_a_payload(client_of, teammate, workspace):
    posted = {"name": "Plug", "starter": "sample", "sample": TASMOTA.read_text()}

    client_of(teammate).post(address("create", workspace), posted)

    made = Definition.objects.get()
    assert made.name == "Plug"
    assert 'Temperature: "{temperature:.1f}"' in made.text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": ""}, "Give the definition a name."),
        ({"name": "Fridge"}, "Another definition of this workspace has this name."),
        ({"starter": "toaster"}, "not one of the available choices"),
        ({"starter": "sample"}, "Paste something that the device has sent"),
        ({"starter": "sample", "sample": "{"}, "The text: "),
        ({"sample": "[1]"}, "The text: "),
    ],
)
def test_a_definition_that_cannot_be_made_says_why(
    client_of, teammate, workspace, definition, changes, text
):
    posted = {"name": "New", "starter": "blank"} | changes

    answer = client_of(teammate).post(address("create", workspace), posted)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert Definition.objects.count() == 1


def test_a_sound_text_is_saved(client_of, teammate, workspace, definition, sound):
    posted = {"text": sound.replace("10s", "5s").replace("\n", "\r\n"), "base": "1"}

    answer = client_of(teammate).post(address("edit", workspace, definition), posted, follow=True)

    definition.refresh_from_db()
    assert "Saved as version 2." in answer.content.decode()
    assert definition.text == sound.replace("10s", "5s")


def test_saving_what_is_there_says_that_nothing_changed(
    client_of, teammate, workspace, definition, sound
):
    posted = {"text": sound, "base": "1"}

    answer = client_of(teammate).post(address("edit", workspace, definition), posted, follow=True)

    assert "Nothing was changed; version 1 stays in force." in answer.content.decode()


def test_an_unsound_text_comes_back_as_typed_with_its_errors(
    client_of, teammate, workspace, definition, unsound
):
    posted = {"text": unsound, "base": "1"}

    answer = client_of(teammate).post(address("edit", workspace, definition), posted)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "{temprature:.1f}" in page
    assert "did you mean &#x27;temperature&#x27;?" in page
    assert 'data-line="11"' in page
    assert 'name="base" value="1"' in page
    assert definition.versions.count() == 1


def test_a_text_beyond_the_limit_comes_back_with_its_reason(
    client_of, teammate, workspace, definition
):
    posted = {"text": "x" * 200_001, "base": "1"}

    answer = client_of(teammate).post(address("edit", workspace, definition), posted)

    assert answer.status_code == 422
    assert "at most 200,000 characters" in answer.content.decode()


@pytest.mark.parametrize("base", ["", "0", "x", "²", "99999999999999999999"])
def test_a_save_that_does_not_know_its_version_changes_nothing(
    client_of, teammate, workspace, definition, sound, base
):
    posted = {"text": sound.replace("10s", "5s"), "base": base}

    answer = client_of(teammate).post(address("edit", workspace, definition), posted)

    assert answer.status_code == 422
    assert "Somebody else has saved" in answer.content.decode()
    assert "every: 5s" in answer.content.decode()
    assert definition.versions.count() == 1


def test_markup_in_a_text_is_shown_as_text(client_of, owner, workspace, definition):
    posted = {"text": "</textarea><script>alert(1)</script>", "base": "1"}

    page = client_of(owner).post(address("edit", workspace, definition), posted).content.decode()

    assert "<script>alert" not in page


def test_the_preview_shows_messages_and_charts(client_of, viewer, workspace, sound):
    posted = {"text": sound, "window": "1h", "seed": "7"}

    page = client_of(viewer).post(address("preview", workspace), posted).content.decode()

    chart = json.loads(re.search(r"<script type=\"application/json\">(.*?)</script>", page)[1])
    assert "fridges/f-000" in page
    assert len(chart["values"]) == 200
    assert round(chart["times"][-1] - chart["times"][0]) == 3_600


def test_the_preview_of_an_unsound_text_shows_only_its_problems(
    client_of, viewer, workspace, unsound
):
    page = client_of(viewer).post(address("preview", workspace), {"text": unsound}).content.decode()

    assert "1 problem" in page
    assert 'data-part="shown"' not in page


@pytest.mark.parametrize("seed", ["", "-1", "x", "9" * 40])
def test_the_preview_takes_any_seed_and_window(client_of, viewer, workspace, sound, seed):
    posted = {"text": sound, "seed": seed, "window": "a year"}

    assert client_of(viewer).post(address("preview", workspace), posted).status_code == 200


def test_a_draft_answers_how_its_metrics_go(client_of, viewer, workspace, sound):
    posted = {"text": sound, "duration": "86400"}

    answer = client_of(viewer).post(address("series", workspace), posted).json()

    values = answer["series"]["temperature"]["values"]
    assert len(values) == 96
    assert all(isinstance(value, float) for value in values)


def test_a_draft_with_problems_answers_their_places(client_of, viewer, workspace, sound):
    text = sound.replace("walk", "wlak")

    answer = client_of(viewer).post(address("series", workspace), {"text": text}).json()

    assert "series" not in answer
    assert any(place.startswith("metrics.temperature") for place in answer["places"])


@pytest.mark.parametrize("duration", ["", "0", "-1", "x", "9" * 11, "9" * 40])
def test_a_draft_is_drawn_over_any_time(client_of, viewer, workspace, sound, duration):
    posted = {"text": sound, "duration": duration}

    assert "series" in client_of(viewer).post(address("series", workspace), posted).json()


def test_the_name_is_changed_in_the_document(client_of, teammate, workspace, definition):
    client = client_of(teammate)

    client.post(address("rename", workspace, definition), {"name": "Cold room"})
    refused = client.post(address("rename", workspace, definition), {"name": ""})

    assert Definition.objects.get().name == "Cold room"
    assert refused.status_code == 422
    assert "This field is required." in refused.content.decode()


def test_a_definition_is_copied(client_of, teammate, workspace, definition):
    answer = client_of(teammate).post(address("copy", workspace, definition), follow=True)

    assert "This is the copy, Fridge (copy)." in answer.content.decode()
    assert Definition.objects.count() == 2


def test_a_definition_is_downloaded_as_typed(client_of, viewer, workspace, definition, sound):
    answer = client_of(viewer).get(address("export", workspace, definition))

    assert answer.content.decode() == sound
    assert 'filename="fridge.yaml"' in answer.headers["Content-Disposition"]


def test_old_versions_can_be_read(client_of, viewer, workspace, definition, sound, owner):
    client_of(owner).post(
        address("edit", workspace, definition), {"text": sound.replace("10s", "5s"), "base": "1"}
    )
    client = client_of(viewer)

    listed = client.get(address("versions", workspace, definition)).content.decode()
    first = client.get(address("version", workspace, definition, number=1)).content.decode()
    missing = client.get(address("version", workspace, definition, number=3))

    assert "Version 2" in listed
    assert "every: 10s" in first
    assert missing.status_code == 404


def test_a_definition_is_deleted_after_a_question(client_of, teammate, workspace, definition):
    client = client_of(teammate)

    question = client.get(address("delete", workspace, definition)).content.decode()
    client.post(address("delete", workspace, definition))

    assert "Delete this definition?" in question
    assert not Definition.objects.exists()


def test_a_definition_that_a_lot_uses_is_not_deleted(
    client_of, teammate, workspace, definition, used
):
    answer = client_of(teammate).post(address("delete", workspace, definition), follow=True)

    assert "still used by the lot “Night”" in answer.content.decode()
    assert Definition.objects.exists()


def test_the_list_is_filtered_sorted_and_counts_lots(
    client_of, viewer, workspace, definition, used
):
    client = client_of(viewer)
    index = address("index", workspace)

    whole = client.get(index).content.decode()
    found = client.get(index, {"name": "RIDG", "order": "-edited"}).content.decode()
    nothing = client.get(index, {"name": "x", "order": "nonsense"}).content.decode()

    assert "1 lot" in whole
    assert "Fridge" in found
    assert "Nothing found" in nothing


def test_the_list_has_pages_of_fifty_and_asks_as_often_for_many(client_of, owner, workspace):
    client = client_of(owner)
    rows = [Definition(workspace=workspace, name=f"D{n:03d}", edited_by=owner) for n in range(60)]
    Definition.objects.bulk_create(rows[:1])
    client.get(address("index", workspace))

    with CaptureQueriesContext(connection) as few:
        client.get(address("index", workspace))
    Definition.objects.bulk_create(rows[1:])
    with CaptureQueriesContext(connection) as many:
        page = client.get(address("index", workspace)).content.decode()

    assert len(many) == len(few)
    assert ">D049<" in page
    assert ">D050<" not in page
    assert "Page 1 of 2" in page


def test_a_viewer_reads_and_changes_nothing(client_of, viewer, workspace, definition, sound):
    client = client_of(viewer)

    for page in READ:
        assert client.get(address(page, workspace, definition)).status_code == 200
    for page in ("edit", "copy", "rename", "delete"):
        posted = {"text": sound, "base": "1", "name": "x"}
        assert client.post(address(page, workspace, definition), posted).status_code == 403
    assert client.get(address("create", workspace)).status_code == 403
    assert definition.versions.count() == 1


def test_a_viewer_gets_a_document_that_cannot_be_typed_in(
    client_of, owner, viewer, workspace, definition
):
    pages = [
        client_of(user).get(address("edit", workspace, definition)).content.decode()
        for user in (owner, viewer)
    ]

    locked = [re.search(r"<textarea[^>]* readonly>", page) is not None for page in pages]
    assert locked == [False, True]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(client_of, stranger, workspace, definition, page):
    own = stranger.memberships.get().workspace
    client = client_of(stranger)

    for place in (workspace, own):
        url = address(page, place, definition)
        assert (client.post(url) if page == "copy" else client.get(url)).status_code == 404
    assert client.post(address("preview", workspace), {"text": ""}).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, workspace, definition, page):
    url = address(page, workspace, definition)

    answer = client.post(url) if page == "copy" else client.get(url)

    assert answer.url.startswith(reverse("sign_in"))


def test_a_wrong_method_is_refused(client_of, owner, workspace, definition):
    client = client_of(owner)

    assert client.get(address("preview", workspace)).status_code == 405
    assert client.get(address("copy", workspace, definition)).status_code == 405
    assert client.post(address("index", workspace)).status_code == 405
    assert client.post(address("export", workspace, definition)).status_code == 405
    assert client.put(address("edit", workspace, definition)).status_code == 405
