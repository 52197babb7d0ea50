"""Starts at the same moment, for real: threads, each with a connection of its own, on Postgres."""

from contextlib import suppress

from tests.web.clocks import ON_POSTGRES, at_once
from web.runs import actions
from web.runs.models import Run
from web.targets.ownership import limits

pytestmark = ON_POSTGRES


def test_starts_at_once_send_no_more_to_an_unproved_host_than_one_after_the_other(
    make_lot, owner, object_store, asked, published, settings, monkeypatch
):
    settings.ALLOWED_TARGETS = []
    settings.NAME_SERVERS = ["127.0.0.1:9"]  # nobody answers there: names stay unknown
    monkeypatch.setattr("web.platform.reach.RESOLVE_WITHIN", 0.01)
    lot = make_lot(mocks=6)

    def start() -> None:
        with suppress(actions.CannotStart):
            actions.start_run(lot, by=owner)

    at_once(start)

    assert Run.objects.count() == 1
    assert Run.objects.get().unproved_rate <= limits.RATE
