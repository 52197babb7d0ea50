import pytest

from tests.web.datasets.conftest import CSV, GPX
from web.datasets import access, actions, jobs
from web.datasets.loading import WorkspaceDatasets
from web.datasets.models import Dataset, Upload
from web.definitions.actions import create_definition
from web.platform import storage

REPLAYING = """\
name: Replayer
id: "r-{index}"
metrics: {t: {replay: {dataset: cold.csv, column: temperature}}}
messages: {m: {every: 10s, json: {t: "{t}"}}}
statuses: {on: {send: [m]}}
"""
State = Upload.State


def test_a_file_goes_from_ticket_to_facts(put, nudged, workspace):
    dataset = put()

    assert dataset.current.state == State.READY
    assert dataset.current.facts["rows"] == 2
    assert nudged == [str(dataset.current.code)]
    assert access.uploads_in_force(workspace) == {"cold.csv": dataset.current}


def test_the_store_is_asked_for_exactly_the_announced_size(workspace, owner, object_store):
    ticket = actions.new_upload(workspace, name="van.gpx", size=77, by=owner)

    assert ticket.way.form.fields["range"] == "77-77"
    assert ticket.way.form.fields["Content-Type"] == "application/gpx+xml"
    assert ticket.upload.key.endswith(f"{ticket.upload.code}.gpx")
    assert str(workspace.code) in ticket.upload.key


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"a,b\n1,2,3\n", "ragged.csv", "row"),
        (b"\xff\xfe\x00", "latin.csv", "UTF-8"),
        (b"\n", "empty.csv", "names of its columns"),
        (b"<gpx></gpx>", "nowhere.gpx", "point"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(put, data, name, reason):
    dataset = put(data, name)

    assert dataset.current is None
    assert dataset.newest.state == State.REFUSED
    assert name in dataset.newest.reason
    assert reason in dataset.newest.reason


def test_a_replacement_takes_over_when_it_has_been_read(put, object_store):
    before = put().current.key
    waiting = put(CSV + b"2026-01-02,1,x\n", read=False)
    kept = waiting.current.key
    jobs.read_upload(str(waiting.newest.code))
    after = Dataset.objects.get().current

    assert kept == before
    assert after.key != before
    assert after.facts["rows"] == 3
    assert set(object_store.objects) == {before, after.key}


def test_a_refused_replacement_leaves_the_file_in_force(put):
    before = put().current.key

    dataset = put(b"a,b\n1\n")

    assert dataset.newest.state == State.REFUSED
    assert dataset.current.key == before


def test_a_replacement_that_a_definition_cannot_use_is_refused(put, workspace, owner):
    before = put().current.key
    create_definition(workspace, text=REPLAYING, by=owner)

    dataset = put(b"date,warmth\n2026-01-01,4\n")

    assert dataset.newest.state == State.REFUSED
    assert "“Replayer” cannot use this file: metrics.t.replay" in dataset.newest.reason
    assert "temperature" in dataset.newest.reason
    assert dataset.current.key == before


def test_a_replacement_that_a_definition_can_use_is_taken(put, workspace, owner):
    before = put().current.key
    create_definition(workspace, text=REPLAYING, by=owner)

    dataset = put(b"temperature\n4\n")

    assert dataset.current.key != before


def test_a_name_with_a_good_file_is_taken(put, workspace, owner):
    put()

    with pytest.raises(actions.NameTaken, match="Replace its file"):
        actions.new_upload(workspace, name="cold.csv", size=1, by=owner)


def test_a_name_whose_file_was_refused_is_free(put, workspace, owner):
    refused = put(b"a,b\n1\n")

    ticket = actions.new_upload(workspace, name="cold.csv", size=1, by=owner)

    assert ticket.upload.dataset == refused


def test_a_second_ticket_gives_up_the_first(workspace, owner, object_store):
    actions.new_upload(workspace, name="cold.csv", size=1, by=owner)
    actions.new_upload(workspace, name="cold.csv", size=2, by=owner)

    assert Upload.objects.get().size == 2


def test_a_file_that_has_not_arrived_is_asked_for_again(workspace, owner, object_store, nudged):
    ticket = actions.new_upload(workspace, name="cold.csv", size=3, by=owner)

    with pytest.raises(actions.NotArrived, match="has not arrived"):
        actions.uploaded(ticket.upload.dataset)
    object_store.put(ticket.upload.key, b"ab")
    with pytest.raises(actions.NotArrived, match="2 bytes arrived, 3 were announced"):
        actions.uploaded(ticket.upload.dataset)

    assert nudged == []


def test_telling_twice_reads_once(put, nudged):
    dataset = put()

    actions.uploaded(dataset)

    assert len(nudged) == 1


def test_reading_twice_changes_nothing(put):
    dataset = put()
    changed = dataset.current.changed

    jobs.read_upload(str(dataset.current.code))
    jobs.read_upload("00000000-0000-0000-0000-000000000000")

    assert Dataset.objects.get().current.changed == changed


def test_while_the_store_is_silent_the_file_waits(put, object_store):
    dataset = put(read=False)
    object_store.is_down = True

    jobs.read_upload(str(dataset.newest.code))

    upload = Upload.objects.get()
    assert (upload.state, upload.attempts) == (State.READING, 0)


def test_a_file_that_vanished_is_refused(put, object_store):
    dataset = put(read=False)
    object_store.objects.clear()

    jobs.read_upload(str(dataset.newest.code))

    assert "not in the object store any more" in Upload.objects.get().reason


def test_a_file_that_ends_its_reader_again_and_again_is_refused(put):
    dataset = put(read=False)
    Upload.objects.update(attempts=jobs.MOST_ATTEMPTS)

    jobs.read_upload(str(dataset.newest.code))

    assert "did not come to an end in 3 attempts" in Upload.objects.get().reason


def test_a_dataset_that_a_definition_uses_keeps_its_name_and_its_file(put, workspace, owner):
    dataset = put()
    create_definition(workspace, text=REPLAYING, by=owner)

    with pytest.raises(actions.InUse, match=r"used by “Replayer”.*then delete it"):
        actions.delete_dataset(dataset)
    with pytest.raises(actions.InUse, match=r"used by “Replayer”.*then rename it"):
        actions.rename_dataset(dataset, name="warm.csv")


def test_deleting_removes_the_objects(put, object_store, django_capture_on_commit_callbacks):
    dataset = put()

    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_dataset(dataset)

    assert object_store.objects == {}
    assert not Dataset.objects.exists()


def test_deleting_works_while_the_store_is_silent(
    put, object_store, django_capture_on_commit_callbacks
):
    dataset = put()
    object_store.is_down = True

    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_dataset(dataset)

    assert not Dataset.objects.exists()


def test_a_name_is_given_once(put):
    put()
    other = put(name="warm.csv")

    with pytest.raises(actions.NameTaken):
        actions.rename_dataset(other, name="cold.csv")


def test_definitions_get_the_tables_by_name_and_fetch_each_once(put, workspace, object_store):
    put()
    put(GPX, "van.gpx")

    datasets = WorkspaceDatasets(workspace)
    first = datasets["cold.csv"]
    object_store.is_down = True

    assert sorted(datasets) == ["cold.csv", "van.gpx"]
    assert "gone.csv" not in datasets
    assert datasets["cold.csv"] is first
    with pytest.raises(storage.StorageUnavailable):
        _ = datasets["van.gpx"]


def test_of_a_large_file_the_editor_reads_the_beginning(put, workspace, monkeypatch):
    monkeypatch.setattr("web.datasets.loading.MOST_WHOLE", 100)
    monkeypatch.setattr("web.datasets.loading.BEGINNING", 50)
    put(b"a,b\n" + b"10,20\n" * 1_000, "large.csv")

    assert WorkspaceDatasets(workspace)["large.csv"].rows == 7


def test_another_schema_is_refused_where_a_definition_cannot_use_it(workspace, owner, put):
    put(b'syntax = "proto3"; message Reading { string id = 1; }', "reading.proto")
    create_definition(
        workspace,
        text='name: S\nid: "s-{index}"\nmessages: {x: {every: 1s, protobuf: {'
        'schema: {dataset: reading.proto}, message: Reading, fields: {id: "{id}"}}}}\n',
        by=owner,
    )

    dataset = put(b'syntax = "proto3"; message Reading { string name = 1; }', "reading.proto")

    assert dataset.newest.state == State.REFUSED
    assert dataset.definitions.count() == 1
    assert "Reading has no field 'id'" in dataset.newest.reason
