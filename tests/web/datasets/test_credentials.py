"""Credential tables: checked row by row, sealed at rest, and shown to nobody."""

import pytest
from django.urls import reverse

from simulator import check
from tests.simulator.credentials.files import archive
from web.datasets import actions, jobs, tables
from web.datasets.forms import UploadForm
from web.datasets.loading import WorkspaceDatasets
from web.datasets.models import Dataset, Upload
from web.definitions.actions import create_definition
from web.platform import secrets, storage

TABLE = b"id,username,password,site\nd-0,u-0,sesame,oslo\nd-1,u-1,mellon,rome\n"
READING = """\
name: Reader
id: "{device}"
variables: {device: {dataset: users.csv, column: id}, site: {dataset: users.csv, column: site}}
messages: {m: {every: 10s, json: {s: "{site}"}}}
"""
State = Upload.State


@pytest.fixture
def begun(workspace, owner, object_store, nudged):
    """Return a function that uploads a table; a job has not read it yet."""

    def begin(data: bytes = TABLE, name: str = "users.csv") -> Upload:
        ticket = actions.new_upload(
            workspace, name=name, size=len(data), by=owner, is_credentials=True
        )
        object_store.put(ticket.upload.key, data)
        actions.uploaded(ticket.upload.dataset)
        return ticket.upload

    return begin


@pytest.fixture
def table(begun) -> Dataset:
    upload = begun()
    jobs.read_upload(str(upload.code))
    return Dataset.objects.get()


def test_a_table_in_force_lies_in_the_store_sealed_alone(table, object_store):
    (key,) = object_store.objects

    assert table.current.key == key
    assert key.endswith(tables.SEALED)
    assert b"sesame" not in object_store.objects[key]
    assert tables.table_at(key).columns["password"] == ["sesame", "mellon"]


def test_what_is_told_of_a_table_is_its_columns_and_rows(table, client, workspace, owner):
    client.force_login(owner)
    page = client.get(table.get_absolute_url()).content.decode()

    assert table.current.facts["rows"] == 2
    assert [each["kind"] for each in table.current.facts["columns"]] == [
        "text", "text", "secret", "text",
    ]  # fmt: skip
    assert "credential table, kept encrypted" in page
    assert not any(word in page for word in ("sesame", "mellon", "u-0", "oslo"))
    assert "Download" not in page


def test_a_table_cannot_be_downloaded(table, client, workspace, owner):
    client.force_login(owner)
    address = reverse("datasets:download", args=[workspace.code, table.code])

    answer = client.get(address, follow=True)

    assert "nobody gets it back" in answer.content.decode()


def test_problems_are_told_at_their_rows_and_nothing_stays_in_the_store(
    begun, object_store, client, owner
):
    upload = begun(b"id,password\na,x\na,\n")
    jobs.read_upload(str(upload.code))
    dataset = Dataset.objects.get()
    client.force_login(owner)
    page = client.get(dataset.get_absolute_url()).content.decode()

    assert dataset.newest.state == State.REFUSED
    assert "row 2, id: &#x27;a&#x27; stands in row 1 too" in page
    assert "row 2, password: is empty" in page
    assert object_store.objects == {}


def test_an_archive_is_read_as_a_table(begun):
    upload = begun(archive({"t.csv": TABLE.decode()}), "fleet.zip")
    jobs.read_upload(str(upload.code))

    assert Dataset.objects.get().current.facts["rows"] == 2


def test_a_job_that_died_after_sealing_is_finished_by_the_next(begun, object_store, monkeypatch):
    upload = begun()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions, "accept", die)
        with pytest.raises(KeyboardInterrupt):
            jobs.read_upload(str(upload.code))
    jobs.read_upload(str(upload.code))

    assert Dataset.objects.get().current.facts["rows"] == 2
    assert list(object_store.objects) == [tables.sealed_key(upload.key)]


def test_a_table_that_is_too_large_to_keep_is_refused(begun, object_store, monkeypatch):
    monkeypatch.setattr(tables, "MOST_PACKED", 10)
    upload = begun()
    jobs.read_upload(str(upload.code))

    assert "at most 10 can be kept" in Dataset.objects.get().newest.reason
    assert object_store.objects == {}


def test_a_definition_reads_the_columns_that_are_no_secret(table, workspace):
    known = WorkspaceDatasets(workspace)

    assert list(known["users.csv"].columns) == ["id", "username", "site"]
    assert not check(READING, datasets=known).problems
    assert check(READING.replace("column: site", "column: password"), datasets=known).problems


def test_a_replacement_without_a_column_that_a_definition_reads_is_refused(
    table, workspace, owner, object_store
):
    create_definition(workspace, text=READING, by=owner)
    data = b"id,password\nd-0,x\n"
    upload = actions.replace_file(table, size=len(data), by=owner).upload
    object_store.put(upload.key, data)
    actions.uploaded(table)
    jobs.read_upload(str(upload.code))

    newest = Dataset.objects.get().newest
    assert "“Reader” cannot use this file" in newest.reason
    assert upload.key not in object_store.objects


def test_a_table_sealed_with_another_installations_key_does_not_open(table, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["A" * 43 + "="]

    with pytest.raises(secrets.SealBroken):
        tables.table_at(table.current.key)


def test_a_deleted_table_is_gone_from_the_store(
    table, object_store, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_dataset(table)

    assert object_store.objects == {}


def test_an_upload_that_is_begun_anew_leaves_nothing_of_the_first(
    workspace, owner, object_store, django_capture_on_commit_callbacks
):
    first = actions.new_upload(workspace, name="u.csv", size=3, by=owner, is_credentials=True)
    object_store.put(first.upload.key, b"abc")

    with django_capture_on_commit_callbacks(execute=True):
        actions.new_upload(workspace, name="u.csv", size=3, by=owner, is_credentials=True)

    assert object_store.objects == {}


@pytest.mark.parametrize(
    ("posted", "is_credentials"),
    [
        ({"name": "a.csv", "size": "1"}, False),
        ({"name": "a.csv", "size": "1", "is_credentials": "on"}, True),
        ({"name": "a.zip", "size": "1"}, True),
    ],
)
def test_an_archive_is_always_a_table(posted, is_credentials):
    form = UploadForm(posted)

    assert form.is_valid()
    assert form.cleaned_data["is_credentials"] is is_credentials


def test_a_track_is_no_credential_table():
    form = UploadForm({"name": "a.gpx", "size": "1", "is_credentials": "on"})

    assert form.errors["__all__"] == ["A credential table is a .csv, or a .zip with one in it."]


def test_a_data_file_is_downloaded_as_before(put, client, workspace, owner):
    dataset = put()
    client.force_login(owner)

    answer = client.get(reverse("datasets:download", args=[workspace.code, dataset.code]))

    assert answer.status_code == 302
    assert storage.head(dataset.current.key).size == dataset.current.size


def test_a_table_that_a_target_deals_keeps_its_name_and_stays(table, workspace, owner):
    from web.targets.actions import save_target  # noqa: PLC0415
    from web.targets.models import Target  # noqa: PLC0415

    target = Target(workspace=workspace, name="Broker", host="b", port=1883, table=table)
    save_target(target, by=owner)

    for deed in (
        lambda: actions.rename_dataset(table, name="x.csv"),
        lambda: actions.delete_dataset(table),
    ):
        with pytest.raises(actions.InUse, match="the target “Broker”"):
            deed()
