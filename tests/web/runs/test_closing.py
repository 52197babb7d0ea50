"""The kill switch of a target host: what goes there ends, and nothing new starts."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.name_server import name_server
from web.runs import actions, closing
from web.runs.models import Run
from web.targets.models import Block

pytestmark = pytest.mark.usefixtures("patient_names")

REASON = "Its owner has asked us to stop."


def test_closing_a_host_aborts_its_runs_and_refuses_new_ones(run, lot, owner):
    block, ended = closing.close_host("Broker.Example.", reason=REASON, by=owner)

    run.refresh_from_db()
    assert (block.host, ended) == ("broker.example", 1)
    assert run.abort_requested is not None
    assert run.reason == (
        "The operators of this service let nobody send to broker.example: "
        "Its owner has asked us to stop."
    )
    with pytest.raises(actions.CannotStart, match="let nobody send to broker"):
        actions.start_run(lot, by=owner)


@pytest.mark.parametrize(
    ("pattern", "ends"),
    [("*.example", 1), ("broker.example", 1), ("*.broker.example", 0), ("other.example", 0)],
)
def test_a_pattern_closes_what_is_below_it(run, owner, pattern, ends):
    assert closing.close_host(pattern, reason=REASON, by=owner)[1] == ends


def test_a_network_closes_names_by_what_they_stand_for(run, owner, settings):
    with name_server() as names:
        names.say("broker.example", ["192.88.98.7"])
        settings.NAME_SERVERS = [f"127.0.0.1:{names.port}"]
        assert closing.close_host("192.88.97.0/24", reason=REASON, by=owner)[1] == 0
        assert closing.close_host("192.88.98.0/24", reason=REASON, by=owner)[1] == 1


def test_a_run_that_slipped_through_is_aborted_by_the_clock(run):
    Block.objects.create(host="broker.example", reason=REASON)

    assert closing.abort_closed() == 1
    assert closing.abort_closed() == 0


def test_runs_that_do_not_fit_into_one_look_end_too(run, lot, owner, monkeypatch):
    monkeypatch.setattr(closing, "PAGE", 1)
    actions.start_run(lot, by=owner, beside_rivals=True)

    assert closing.close_host("broker.example", reason=REASON, by=owner)[1] == 2


def test_an_opened_host_is_sent_to_again(run, lot, owner):
    block, _ = closing.close_host("broker.example", reason=REASON, by=owner)
    closing.open_host(block, by=owner)

    assert actions.start_run(lot, by=owner)


@pytest.mark.parametrize("text", ["", "a b", "10.0.0.1/8", "*."])
def test_what_is_no_host_is_told(db, text):
    with pytest.raises(closing.NoHostToClose, match="is no host"):
        closing.close_host(text, reason=REASON, by=None)


def test_the_command_closes_and_opens(run):
    out = io.StringIO()

    call_command("close_host", "broker.example", "--reason", REASON, stdout=out)
    call_command("open_host", "broker.example", stdout=out)

    assert out.getvalue().splitlines() == [
        "broker.example is closed; 1 runs are aborted.",
        "broker.example is open.",
    ]
    with pytest.raises(CommandError, match="is not closed"):
        call_command("open_host", "broker.example")


def test_the_page_is_for_operators_alone(client_of, owner, run):
    page, close = reverse("operations_hosts"), reverse("operations_close_host")
    assert client_of(owner).get(page).status_code == 404
    assert client_of(owner).post(close, {"host": "broker.example"}).status_code == 404
    assert not Block.objects.exists()

    owner.is_staff = True
    owner.save()
    staff = client_of(owner)
    said = staff.post(close, {"host": "a b", "reason": REASON})
    assert (said.status_code, "is no host" in said.content.decode()) == (422, True)
    asked = staff.post(close, {"host": "broker.example", "reason": REASON}).content.decode()
    assert "1 run that goes there now is aborted" in asked
    assert not Block.objects.exists()
    sure = {"host": "broker.example", "reason": REASON, "sure": "1"}
    answer = staff.post(close, sure, follow=True)

    assert "broker.example is closed; 1 run aborted." in answer.content.decode()
    assert "Its owner has asked" in answer.content.decode()
    block = Block.objects.get()
    staff.post(reverse("operations_open_host", args=[block.code]))
    assert Run.objects.get(id=run.id).abort_requested
    assert not Block.objects.exists()
