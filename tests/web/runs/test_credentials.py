"""Runs whose mocks have identities of their own: checked at the start, opened for the tower."""

import pytest

from tests.web.datasets.conftest import nudged  # noqa: F401  # a fixture
from web.datasets import actions as datasets
from web.datasets import jobs
from web.datasets.models import Dataset
from web.platform import secrets
from web.runs import loading
from web.runs.actions import start_run
from web.runs.snapshot import CannotStart


@pytest.fixture
def deal(workspace, owner, object_store, nudged):  # noqa: F811
    """Return a function that gives the target of a lot a table of these rows."""

    def give(lot, *rows: str, header: str = "id,password", by: str = "key") -> None:
        data = "\n".join([header, *rows]).encode()
        ticket = datasets.new_upload(
            workspace, name="users.csv", size=len(data), by=owner, is_credentials=True
        )
        object_store.put(ticket.upload.key, data)
        datasets.uploaded(ticket.upload.dataset)
        jobs.read_upload(str(ticket.upload.code))
        lot.target.table, lot.target.dealing = Dataset.objects.get(), by
        lot.target.save()

    return give


def rows(count: int) -> list[str]:
    return [f"f-{number:03d},secret of {number}" for number in range(count)]


def test_a_tower_gets_the_table_of_its_run_and_lot_json_does_not_hold_it(
    lot, deal, owner, object_store, asked
):
    deal(lot, *rows(100))
    run = start_run(lot, by=owner)
    run.started_at = run.created

    loaded = loading.load(run)

    assert loaded.table.columns["password"][7] == "secret of 7"
    assert loaded.lot.target.deal.by == "key"
    assert b"secret of" not in b"".join(object_store.objects.values())


def test_mocks_without_a_row_are_named_before_anything_is_made(lot, deal, owner, asked):
    deal(lot, *rows(3))

    with pytest.raises(CannotStart, match=r"users.csv has no row whose id is 'f-003', 'f-004'"):
        start_run(lot, by=owner)

    assert not lot.runs.exists()


def test_a_table_that_no_key_opens_any_more_is_said(lot, deal, owner, asked, settings):
    deal(lot, *rows(100))
    settings.FIELD_ENCRYPTION_KEYS = ["A" * 43 + "="]
    lot.target.sealed_password = secrets.seal("new")
    lot.target.save()

    with pytest.raises(CannotStart, match="credential table cannot be opened"):
        start_run(lot, by=owner)


def test_a_placeholder_that_no_part_knows_is_named_before_anything_is_made(lot, owner, asked):
    lot.target.client_id = "{sit}"
    lot.target.save()

    with pytest.raises(CannotStart, match=r"target.client_id: unknown placeholder \{sit\}"):
        start_run(lot, by=owner)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("{fault: drop, aim: {ids: f-100}}", r"faults\[0\].aim.ids\[0\]: no mock of the lot has"),
        ("{fault: credential}", r"faults\[0\].fault: the target has no credentials"),
    ],
)
def test_a_fault_that_could_show_nothing_is_named_before_anything_is_made(
    lot, owner, asked, fault, text
):
    lot.options = f"faults: [{fault}]"
    lot.save()
    lot.target.username = lot.target.sealed_password = ""
    lot.target.save()

    with pytest.raises(CannotStart, match=f"could show nothing: {text}"):
        start_run(lot, by=owner)

    assert not lot.runs.exists()
