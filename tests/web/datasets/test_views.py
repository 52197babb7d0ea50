import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.web.datasets.conftest import CSV, GPX
from web.datasets.models import Dataset, Upload
from web.definitions.actions import create_definition

PAGES = ["detail", "uploaded", "replace", "rename", "delete", "download"]
POSTED = ["uploaded", "replace"]


def address(page, workspace, dataset=None):
    code = [dataset.code] if dataset else []
    return reverse(f"datasets:{page}", args=[workspace.code, *code])


def test_a_file_is_uploaded_in_three_steps(client_of, teammate, workspace, object_store, nudged):
    client = client_of(teammate)
    asked = {"name": "cold.csv", "size": str(len(CSV))}

    ticket = client.post(address("create", workspace), asked)
    object_store.put(ticket.json()["fields"]["key"], CSV)
    told = client.post(ticket.json()["uploaded"])
    page = client.get(told.json()["page"]).content.decode()

    assert (ticket.status_code, told.status_code) == (201, 202)
    assert ticket.json()["url"] == "https://store.example/"
    assert "is being read" in page
    assert 'hx-trigger="every 1s"' in page
    assert len(nudged) == 1


def test_the_page_of_a_table_stops_asking_and_shows_it(client_of, viewer, workspace, put):
    page = client_of(viewer).get(put().get_absolute_url()).content.decode()

    assert "hx-get" not in page
    assert "2026-01-01 00:00:00 to 2026-01-01 01:00:00" in page
    assert "<td>wet</td>" in page
    assert "Another file" not in page


def test_the_page_of_a_track_draws_it(client_of, viewer, workspace, put):
    page = client_of(viewer).get(put(GPX, "van.gpx").get_absolute_url()).content.decode()

    assert "<polyline points=" in page
    assert "18.97 km" in page


def test_htmx_gets_only_what_changes(client_of, viewer, workspace, put):
    dataset = put(read=False)

    answer = client_of(viewer).get(dataset.get_absolute_url(), headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]


def test_a_refused_file_says_why_on_its_page(client_of, viewer, workspace, put):
    page = client_of(viewer).get(put(b"a,b\n1\n").get_absolute_url()).content.decode()

    assert "This file was refused." in page
    assert "cold.csv" in page


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"name": "cold.csv"}, "Say how many bytes the file has."),
        ({"name": "cold.csv", "size": "0"}, "The file is empty."),
        ({"name": "cold.csv", "size": "x"}, "Enter a whole number."),
        ({"name": "cold.csv", "size": "100000001"}, "at most 100 MB can be uploaded"),
        ({"name": "", "size": "5"}, "This field is required."),
        ({"name": "cold.exe", "size": "5"}, "ends in .csv, .gpx, .geojson, .proto or .avsc"),
        ({"name": "../x.csv", "size": "5"}, "is made of letters"),
        ({"name": "a b.csv", "size": "5"}, "is made of letters"),
        ({"name": "a.csv\n", "size": "5"}, "is made of letters"),
    ],
)
def test_a_file_that_cannot_be_uploaded_says_why(
    client_of, teammate, workspace, object_store, asked, text
):
    answer = client_of(teammate).post(address("create", workspace), asked)

    if "\n" in asked["name"]:  # blanks around a name are taken away before it is checked
        assert answer.status_code == 201
        return
    assert answer.status_code == 422
    assert text in " ".join(answer.json()["errors"])
    assert not Dataset.objects.exists()


def test_a_taken_name_and_a_missing_file_are_told(client_of, teammate, workspace, put):
    client = client_of(teammate)
    dataset = put()

    taken = client.post(address("create", workspace), {"name": "cold.csv", "size": "5"})
    client.post(address("replace", workspace, dataset), {"size": "5"})
    missing = client.post(address("uploaded", workspace, dataset))
    wrong = client.post(address("replace", workspace, dataset), {"size": "-1"})

    assert (taken.status_code, missing.status_code, wrong.status_code) == (422, 409, 422)
    assert "Replace its file on its own page." in taken.json()["errors"][0]
    assert "has not arrived" in missing.json()["errors"][0]


def test_while_the_store_is_silent_each_step_says_so(
    client_of, teammate, workspace, put, object_store
):
    client = client_of(teammate)
    dataset = put()
    client.post(address("replace", workspace, dataset), {"size": "5"})
    object_store.is_down = True

    answers = [
        client.post(address("create", workspace), {"name": "warm.csv", "size": "5"}),
        client.post(address("uploaded", workspace, dataset)),
        client.post(address("replace", workspace, dataset), {"size": "5"}),
    ]
    page = client.get(address("download", workspace, dataset), follow=True)

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("does not answer" in answer.json()["errors"][0] for answer in answers)
    assert "does not answer" in page.content.decode()
    assert Upload.objects.filter(state=Upload.State.UPLOADING).exists()


def test_the_original_is_downloaded_by_a_link(client_of, viewer, workspace, put):
    dataset = put()

    answer = client_of(viewer).get(address("download", workspace, dataset))

    assert answer.url == f"https://store.example/{dataset.current.key}?as=cold.csv"


def test_without_a_file_there_is_nothing_to_download(client_of, viewer, workspace, put):
    dataset = put(read=False)

    page = client_of(viewer).get(address("download", workspace, dataset), follow=True)

    assert "There is no file to download yet." in page.content.decode()


def test_a_dataset_is_renamed(client_of, teammate, workspace, put):
    client = client_of(teammate)
    rename = address("rename", workspace, put())

    refused = client.post(rename, {"name": "cold.gpx"}).content.decode()
    page = client.post(rename, {"name": "warm.csv"}, follow=True).content.decode()

    assert "The name must still end in .csv." in refused
    assert "It is called warm.csv now." in page


def test_a_dataset_is_deleted_after_a_question(client_of, teammate, workspace, put):
    client = client_of(teammate)
    delete = address("delete", workspace, put())

    assert "Delete this dataset?" in client.get(delete).content.decode()
    assert "cold.csv is deleted." in client.post(delete, follow=True).content.decode()
    assert not Dataset.objects.exists()


def test_a_dataset_in_use_says_by_what(client_of, teammate, workspace, put):
    dataset = put(GPX, "van.gpx")
    text = (
        'name: Van\nid: "v-{index}"\nmetrics: {p: {route: {dataset: van.gpx, speed: 30 km/h}}}\n'
        'messages: {m: {every: 10s, json: {lat: "{p.lat}"}}}\nstatuses: {on: {send: [m]}}\n'
    )
    create_definition(workspace, text=text, by=teammate)
    client = client_of(teammate)

    deleted = client.post(address("delete", workspace, dataset), follow=True).content.decode()
    renamed = client.post(address("rename", workspace, dataset), {"name": "b.gpx"})

    assert "van.gpx is used by “Van”." in deleted
    assert renamed.status_code == 422
    assert ">Van</a>" in client.get(dataset.get_absolute_url()).content.decode()


def test_the_list_asks_the_database_as_often_for_many(client_of, owner, workspace, put):
    client = client_of(owner)
    put()
    client.get(address("index", workspace))

    with CaptureQueriesContext(connection) as few:
        client.get(address("index", workspace))
    for number in range(5):
        put(name=f"d{number}.csv")
    with CaptureQueriesContext(connection) as many:
        page = client.get(address("index", workspace)).content.decode()

    assert len(many) == len(few)
    assert "d4.csv" in page


def test_a_viewer_looks_and_changes_nothing(client_of, viewer, workspace, put):
    client = client_of(viewer)
    dataset = put()

    assert client.get(address("index", workspace)).status_code == 200
    for page in ("uploaded", "replace", "rename", "delete"):
        assert client.post(address(page, workspace, dataset)).status_code == 403
    assert client.post(address("create", workspace)).status_code == 403
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(client_of, stranger, workspace, put, page):
    own = stranger.memberships.get().workspace
    dataset = put()
    client = client_of(stranger)
    ask = client.post if page in POSTED else client.get

    assert ask(address(page, workspace, dataset)).status_code == 404
    assert ask(address(page, own, dataset)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, workspace, put, page):
    ask = client.post if page in POSTED else client.get

    assert ask(address(page, workspace, put())).url.startswith(reverse("sign_in"))


def test_a_wrong_method_is_refused(client_of, owner, workspace, put):
    client = client_of(owner)
    dataset = put()

    for page in POSTED:
        assert client.get(address(page, workspace, dataset)).status_code == 405
    assert client.get(address("create", workspace)).status_code == 405
    assert client.post(address("detail", workspace, dataset)).status_code == 405
    assert client.post(address("download", workspace, dataset)).status_code == 405


def test_a_schema_shows_its_messages_and_its_first_lines(client_of, viewer, workspace, put):
    text = 'syntax = "proto3";\nmessage Reading { string id = 1; double t = 2; }\n'
    proto = put(text.encode(), "reading.proto")
    avsc = put(b'{"type": "record", "name": "R", "fields": []}', "r.avsc")

    pages = [client_of(viewer).get(each.get_absolute_url()) for each in (proto, avsc)]
    first, second = (page.content.decode() for page in pages)
    listed = client_of(viewer).get(address("index", workspace)).content.decode()

    assert "Protocol Buffers" in first
    assert "<code>Reading</code> (2 fields)" in first
    assert "message Reading { string id = 1; double t = 2; }" in first
    assert "Columns" not in first
    assert "<code>R</code> (0 fields)" in second
    assert "reading.proto" in listed
    assert "r.avsc" in listed


def test_a_schema_that_cannot_be_compiled_is_refused_with_its_line(
    client_of, viewer, workspace, put
):
    broken = put(b'syntax = "proto3";\nmessage Reading { strin id = 1; }\n', "reading.proto")

    page = client_of(viewer).get(broken.get_absolute_url()).content.decode()

    assert "This file was refused." in page
    assert "line 2, column 19" in page
