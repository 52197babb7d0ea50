"""Who mocks are: the table that a target deals, and secrets that are made for each mock."""

import pytest
from pydantic import ValidationError

import simulator
from tests.web.datasets.conftest import nudged  # noqa: F401  # a fixture
from web.datasets import actions as datasets
from web.datasets import jobs
from web.datasets.models import Dataset
from web.targets import actions

TABLE = b"id,username,password\nd-0,u-0,sesame\n"
SAS = {"password": {"kind": "sas", "key": "c2VzYW1l", "lifetime": 600}}


@pytest.fixture
def table(workspace, owner, object_store, nudged) -> Dataset:  # noqa: F811
    ticket = datasets.new_upload(
        workspace, name="users.csv", size=len(TABLE), by=owner, is_credentials=True
    )
    object_store.put(ticket.upload.key, TABLE)
    datasets.uploaded(ticket.upload.dataset)
    jobs.read_upload(str(ticket.upload.code))
    return Dataset.objects.get()


def test_a_lots_target_names_the_table_in_force_and_holds_nothing_of_it(target, table, owner):
    target.table, target.dealing, target.match = table, "key", "serial"
    actions.save_target(target, by=owner)

    document = actions.lot_target(target)

    assert document.deal == simulator.Deal(
        table="users.csv", key=table.current.key, by="key", match="serial"
    )
    assert "sesame" not in document.model_dump_json()
    assert actions.table(document).columns["password"] == ["sesame"]


def test_a_target_without_a_table_deals_none(target):
    document = actions.lot_target(target)

    assert document.deal is None
    assert actions.table(document) is None


def test_options_may_name_the_table_too(target, table, owner):
    target.options = "deal: {table: users.csv, by: round_robin}"
    actions.save_target(target, by=owner)

    deal = actions.lot_target(target).deal

    assert (deal.key, deal.by) == (table.current.key, "round_robin")


def test_no_object_of_others_can_be_named(target, table, owner):
    target.options = 'deal: {table: users.csv, key: "workspaces/another/datasets/x.sealed"}'
    actions.save_target(target, by=owner)

    assert actions.lot_target(target).deal.key == table.current.key


@pytest.mark.parametrize("name", ["none.csv", "plain.csv"])
def test_a_table_that_is_not_there_is_said_by_name(target, owner, name, table):
    datasets.new_upload(target.workspace, name="plain.csv", size=1, by=owner)
    target.options = f"deal: {{table: {name}}}"

    with pytest.raises(actions.TableMissing, match=f"the credential table “{name}” is not ready"):
        actions.lot_target(target)


def test_secrets_that_are_made_travel_sealed_and_go_over_the_plain_ones(target, owner):
    actions.hold_secrets(target, SAS)
    actions.save_target(target, by=owner)

    document = actions.lot_target(target)
    known = actions.credentials(document.secrets)

    assert "c2VzYW1l" not in target.sealed_secrets + document.model_dump_json()
    assert known.password.lifetime == 600
    actions.save_target(target, by=owner)
    assert target.secrets_set is not None
    actions.hold_secrets(target, {})
    actions.save_target(target, by=owner)
    assert actions.credentials(actions.lot_target(target).secrets).password == "hunter2"


def test_secrets_that_are_none_are_refused_without_showing_them(target):
    with pytest.raises(ValidationError) as caught:
        actions.hold_secrets(target, {"password": {"kind": "sas", "kye": "sesame"}})

    assert "sesame" not in str(caught.value)
    assert target.sealed_secrets == ""
