"""A change of keys: every secret of every table is found and sealed anew, whoever brought it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from web.alerts.models import Account, Channel
from web.alerts.notices import send_code
from web.datasets import tables
from web.datasets.models import Dataset, Upload
from web.drains import actions as drains
from web.drains.models import Drain
from web.factors import actions as factors
from web.factors.models import CodeApp
from web.platform import rotation, secrets
from web.platform.sealed import columns
from web.runs.models import Run
from web.targets import actions as targets
from web.targets.models import Target

MARK = "hunter2-4711"  # stands in every secret
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def keys(settings) -> list[str]:
    """Return an old key and a new one; the old one is in force."""
    made = [Fernet.generate_key().decode() for _ in range(2)]
    settings.FIELD_ENCRYPTION_KEYS = made[:1]
    return made


@pytest.fixture
def secretive(keys, workspace, owner, object_store) -> None:
    """Bring a secret of each kind into the database, by the way that people bring them."""
    target = Target(workspace=workspace, name="T", protocol="http", host="broker.example", port=80)
    target.headers, target.options = {"X-Key": MARK}, f"path: /{MARK}\n"
    targets.hold_secrets(target, {"client_secret": MARK})
    targets.save_target(target, password=MARK, token=MARK, by=owner)
    drain = Drain(workspace=workspace, name="D", kind="http", settings={"url": "https://a.example"})
    drains.save_drain(drain, lots=(), secrets={"authorization": MARK, "signing": MARK}, by=owner)
    Account.objects.create(
        workspace=workspace,
        name="A",
        kind="slack",
        token=secrets.seal(MARK),
        signing_secret=secrets.seal(MARK),
    )
    channel = Channel.objects.create(
        workspace=workspace,
        name="C",
        kind="mail",
        address="c@example.org",
        secret_address=secrets.seal(MARK),
        secret=secrets.seal(MARK),
    )
    send_code(channel, MARK, now=timezone.now())
    factors.add_code_app(owner, SECRET, step=0)
    run = Run.objects.create(
        workspace=workspace, name="R", mocks=1, duration=timedelta(seconds=9), seed=1
    )
    lot = {"target": {"host": "broker.example", "secrets": secrets.seal(MARK)}}
    object_store.put(run.lot_key, json.dumps(lot).encode(), content_type="application/json")
    dataset = Dataset.objects.create(workspace=workspace, name="t.csv", is_credentials=True)
    Upload.objects.create(dataset=dataset, key="t.csv", size=1, state=Upload.State.READY)
    object_store.put(tables.sealed_key("t.csv"), secrets.seal_bytes(MARK.encode()), content_type="")


def everything() -> dict[str, str]:
    """Return what stands in each text-like column of each table, as the database has it."""
    found = {}
    kinds = (models.TextField, models.CharField, models.JSONField, models.BinaryField)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, kinds):
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT "{field.column}" FROM "{model._meta.db_table}"')
                    found[f"{model._meta.label_lower}.{field.name}"] = str(cursor.fetchall())
    return found


def rotated(*options: str) -> str:
    said = StringIO()
    call_command("rotate_keys", *options, stdout=said)
    return said.getvalue()


def test_no_secret_stands_in_the_clear_and_every_seal_in_a_known_column(secretive):
    known = {f"{model._meta.label_lower}.{name}" for model, name in columns()}

    held = everything()

    assert [name for name, text in held.items() if MARK in text or SECRET in text] == []
    assert {name for name, text in held.items() if "gAAAAA" in text} == known


def test_after_a_change_of_keys_the_new_one_alone_opens_everything(
    secretive, keys, settings, object_store
):
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]
    assert "14 are sealed with an older key" in rotated("--check")

    said = rotated()

    settings.FIELD_ENCRYPTION_KEYS = [keys[1]]
    assert "All are sealed with the first key" in said
    target = Target.objects.get()
    assert (target.headers, target.options) == ({"X-Key": MARK}, f"path: /{MARK}\n")
    assert targets.held_secrets(target) == {"client_secret": MARK}
    assert Drain.objects.get().secrets == {"authorization": MARK, "signing": MARK}
    assert secrets.unseal(CodeApp.objects.get().secret) == SECRET
    for text in everything().values():
        assert all(secrets.is_current(token) for token in rotation.TOKEN.findall(text))
    target = json.loads(object_store.get(Run.objects.get().lot_key))["target"]
    assert (target["host"], secrets.unseal(target["secrets"])) == ("broker.example", MARK)
    assert secrets.unseal_bytes(object_store.get(tables.sealed_key("t.csv"))) == MARK.encode()


def test_what_is_done_is_passed_over(secretive, keys, settings):
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]
    rotated()
    before = everything()

    assert "0 are sealed with an older key" in rotated("--check")
    rotated()

    assert everything() == before


def test_it_goes_on_where_it_was_broken_off(secretive, keys, settings, monkeypatch):
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]
    told = []

    def break_off(count):
        told.append(count)
        if len(told) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(told=break_off)

    rotated()
    assert "0 are sealed with an older key" in rotated("--check")


def test_what_no_key_opens_is_counted_and_left(secretive, keys, settings):
    settings.FIELD_ENCRYPTION_KEYS = [keys[1]]
    before = everything()

    with pytest.raises(CommandError, match="14 cannot be opened"):
        rotated()

    assert everything() == before


def test_what_an_older_version_stored_in_the_clear_is_read_and_sealed(secretive):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE targets_target SET headers = %s, options = 'path: /a'", ['{"A": "b"}']
        )
    target = Target.objects.get()
    assert (target.headers, target.options) == ({"A": "b"}, "path: /a")

    rotated()

    held = everything()
    assert "gAAAAA" in held["targets.target.headers"]
    assert "gAAAAA" in held["targets.target.options"]
    target.refresh_from_db()
    assert (target.headers, target.options) == ({"A": "b"}, "path: /a")


def test_rows_are_sealed_in_batches(keys, settings, workspace, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    for n in range(5):
        Account.objects.create(
            workspace=workspace, name=f"A{n}", kind="slack", token=secrets.seal(MARK)
        )
    settings.FIELD_ENCRYPTION_KEYS = [keys[1], keys[0]]

    counts = rotation.rotate(told=lambda count: None)

    assert sum(count.renewed for count in counts) == 5
    assert {secrets.is_current(account.token) for account in Account.objects.all()} == {True}


def test_only_a_seal_is_taken_for_one():
    assert secrets.is_sealed(secrets.seal("x"))
    assert not secrets.is_sealed("gAAAAA and more")
