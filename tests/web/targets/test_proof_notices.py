"""The owners are told before a proof ends: once, in time, and only who owns."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from web.mail import wishes
from web.mail.models import Mail, Topic
from web.targets.models import Ownership, Target, Way
from web.targets.ownership import actions, notices
from web.targets.ownership.ways import Finding

NOW = timezone.now()


@pytest.fixture
def proof(workspace, teammate, viewer):
    """Return a function that makes a proof that ends in so many days."""

    def make(days: float, host: str = "broker.example") -> Ownership:
        target = Target.objects.create(workspace=workspace, name=host, host=host, port=1883)
        return Ownership.objects.create(
            workspace=workspace,
            target=target,
            host=host,
            port=1883,
            way=Way.FILE,
            proved=NOW - timedelta(days=30 - days),
            checked=NOW - timedelta(days=2),
            expires=NOW + timedelta(days=days),
            result="The file is not there any more.",
        )

    return make


def test_a_week_before_its_end_the_owners_are_told_what_was_found(proof, owner, settings):
    settings.SITE_URL = "https://mocklot.example"
    row = proof(6.5)

    assert notices.warn(NOW) == 1

    mail = Mail.objects.get()
    assert (mail.to, mail.topic) == (owner.email, Topic.PROOF)
    assert "broker.example is yours" in mail.subject
    assert "The file is not there any more." in mail.text
    path = reverse("targets:ownership", args=[row.workspace.code, row.target.code])
    assert f"https://mocklot.example{path}" in mail.text
    assert f"{row.expires:%Y}" in mail.html


def test_they_are_told_once_by_however_many_clocks(proof):
    proof(6.5)

    assert [notices.warn(NOW + timedelta(hours=hour)) for hour in range(3)] == [1, 0, 0]

    assert Mail.objects.count() == 1


@pytest.mark.parametrize("days", [-1.0, 7.5, 29.0])
def test_a_proof_that_holds_for_long_or_has_ended_is_told_of_to_nobody(proof, days):
    proof(days)

    assert notices.warn(NOW) == 0


def test_a_proof_that_was_found_again_is_told_of_before_its_next_end(proof):
    row = proof(6.5)
    notices.warn(NOW)
    Ownership.objects.update(asked=NOW)
    row.refresh_from_db()

    actions._keep(row, Way.FILE, Finding("It is there.", is_proof=True))

    row.refresh_from_db()
    assert row.warned is None
    assert notices.warn(NOW + timedelta(days=1)) == 0
    assert notices.warn(row.expires - timedelta(days=6)) == 1


def test_owners_who_want_no_such_mails_get_none(proof, owner):
    wishes.stop(owner.email, Topic.PROOF, how="page")
    proof(6.5)

    notices.warn(NOW)

    assert Mail.objects.get().state == "stopped"


def test_not_more_than_so_many_are_told_of_at_once(proof, monkeypatch):
    monkeypatch.setattr(notices, "MOST_AT_ONCE", 2)
    for number in range(3):
        proof(6 - number, f"b{number}.example")

    assert (notices.warn(NOW), notices.warn(NOW)) == (2, 1)
