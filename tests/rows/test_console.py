"""What people do at the console: define, start and stop mocks, keep targets and certificates."""

import time

import pytest

from simulator import Link
from tests.rows.browsing import Person, lot_form
from tests.simulator.credentials.files import DAY, certificate_pem, curve_key, key_pem
from tests.web.runs.conftest import snapshot
from web.datasets import actions as datasets
from web.datasets import jobs
from web.datasets.models import Dataset
from web.runs import loading
from web.runs.desk import Desk
from web.runs.models import Run
from web.targets.models import Target


@pytest.fixture
def person(client_of, teammate, workspace) -> Person:
    return Person(client_of(teammate), workspace)


def test_the_console_defines_starts_and_stops_mocks(person, object_store, asked, published):
    lot = person.plans(person.defines(), person.aims(protocol="http"), mocks=20)

    run = person.starts(lot)
    desk = Desk(tower="tower-1", capacity=1_000)
    [assignment] = desk.work([]).begin
    told = snapshot(assignment.shard, count=20)
    desk.work([told])
    page = person.get("runs:detail", run.code).content.decode()
    person.post("runs:stop", run.code)
    orders = desk.work([told])
    desk.work([snapshot(assignment.shard, count=20, state="ended")])

    assert (assignment.count, assignment.lot.parts[0].document["name"]) == (20, "Fridge")
    assert "Night shift" in page
    assert int((told.board["link"] == Link.CONNECTED).sum()) == 20
    assert orders.stop == [assignment.shard]
    assert Run.objects.get().state == "stopped"


def test_mocks_are_created_and_edited_in_bulk(person, object_store, asked, published):
    definition, target = person.defines(), person.aims(protocol="http")
    lot = person.plans(definition, target, mocks=3)

    edited = definition.text.replace("2, max: 8", "-20, max: -18")
    person.post("definitions:edit", definition.code, text=edited, base="2")
    person.post("lots:edit", lot.code, **lot_form(definition, target, mocks=5_000))
    run = person.starts(lot)

    desk = Desk(tower="tower-1", capacity=10_000)
    given = desk.work([]).begin
    assert run.mocks == sum(each.count for each in given) == 5_000
    documents = [each.lot.parts[each.part].document for each in given]
    ranges = [each["metrics"]["temperature"]["uniform"] for each in documents]
    assert ranges == [{"min": -20, "max": -18}] * len(given)
    assert sorted(each.first for each in given) == [0, 1_000, 2_000, 3_000, 4_000]


def test_a_project_holds_target_and_certificates(
    person, owner, client_of, stranger, object_store, asked, nudged
):
    authority, key = certificate(1), key_pem(curve_key(2)).strip()
    mine = certificate(2)
    table = kept_table(person.workspace, owner, object_store, certificate=mine, key=key)
    definition = person.defines()
    target = person.aims(
        protocol="http", has_tls="on", port="443", ca=authority, table=str(table.pk)
    )

    run = person.starts(person.plans(definition, target, mocks=1))
    Run.objects.update(started_at=run.created)
    loaded = loading.load(Run.objects.get())

    assert loaded.lot.target.tls.ca.strip() == authority
    assert loaded.table.columns["certificate"] == [mine]
    assert loaded.table.columns["key"] == [key]
    assert not any(key.encode() in data for data in object_store.objects.values())
    other = client_of(stranger)
    for held in (target, table, definition):
        assert other.get(held.get_absolute_url()).status_code == 404
    assert not Target.objects.exclude(workspace=person.workspace).exists()


def certificate(number: int) -> str:
    now = time.time()
    made = certificate_pem(curve_key(number), begins=now - DAY, ends=now + 30 * DAY)
    return made.strip()


def kept_table(workspace, owner, object_store, **columns: str) -> Dataset:
    """Return a credential table with one row, uploaded and read."""
    quoted = ",".join(f'"{value}"' for value in columns.values())
    data = f"{','.join(columns)}\n{quoted}\n".encode()
    ticket = datasets.new_upload(
        workspace, name="devices.csv", size=len(data), by=owner, is_credentials=True
    )
    object_store.put(ticket.upload.key, data)
    datasets.uploaded(ticket.upload.dataset)
    jobs.read_upload(str(ticket.upload.code))
    return Dataset.objects.get()
