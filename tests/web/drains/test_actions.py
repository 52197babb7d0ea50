"""Settings and secrets of drains, their names, and their end."""

from uuid import UUID

import pytest

from tests.web.drains.conftest import shipped
from web.drains import actions, leasing, shipping
from web.drains.models import Drain, Letter
from web.platform.models import Removal


def test_new_settings_hold_for_what_is_sent_from_then_on(drain, endpoint, owner, sends):
    sends(1)
    job = leasing.claim(drain.code)
    drain.settings = {**drain.settings, "url": f"{endpoint.url}/other"}

    actions.save_drain(drain, lots=(), secrets={}, by=owner)

    with pytest.raises(leasing.Overtaken), leasing.held(job):
        pass
    shipped(drain)
    assert [request.path for request in endpoint.requests] == ["/other"]
    assert drain.revision == 2


def test_secrets_are_sealed_kept_changed_and_forgotten(make_drain, owner):
    drain = make_drain(secrets={"signing": "s" * 20, "authorization": "Bearer x"})
    assert "Bearer" not in str(Drain.objects.values().get())

    actions.save_drain(
        drain, lots=(), secrets={"signing": None, "authorization": "Bearer y"}, by=owner
    )
    assert drain.secrets == {"signing": "s" * 20, "authorization": "Bearer y"}

    actions.save_drain(drain, lots=(), secrets={"signing": "", "authorization": None}, by=owner)
    assert Drain.objects.get().secrets == {"authorization": "Bearer y"}


def test_secrets_that_cannot_be_opened_are_said(drain, sends):
    Drain.objects.update(sealed={"signing": "sealed with another key"})
    sends(1)

    shipped(drain)

    assert drain.last_error == shipping.BROKEN_SEAL


def test_a_name_is_given_once(make_drain):
    make_drain(name="To us")

    with pytest.raises(actions.NameTaken, match="called To us already"):
        make_drain(name="To us")


def test_a_deleted_drain_leaves_nothing_behind(drain, letter, object_store, sends):
    actions.delete_drain(drain)

    assert not Letter.objects.exists()
    assert Removal.objects.get().prefix == drain.prefix
    assert not shipping.ship(UUID(str(drain.code)))
