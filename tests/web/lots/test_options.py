import pytest
from django.urls import reverse

from web.lots.models import Lot
from web.runs.actions import CannotStart
from web.runs.snapshot import snapshot_of


@pytest.fixture
def lot(make_lot):
    return make_lot()


def with_options(lot: Lot, text: str) -> Lot:
    lot.options = text
    lot.save()
    return lot


def test_what_the_options_say_is_in_the_snapshot(lot):
    with_options(lot, "pace: {connect_rate: 500}\nthresholds: [failed <= 0.1%]\n")

    snapshot = snapshot_of(lot, run=lot.code).lot

    assert snapshot.pace.connect_rate == 500
    assert snapshot.pace.ramp.over == lot.ramp.total_seconds()
    assert [str(each) for each in snapshot.thresholds] == ["failed <= 0.1%"]


def test_options_that_cannot_be_any_more_stop_the_start_with_the_reason(lot):
    with_options(lot, "pace: {speed: 5}")

    with pytest.raises(CannotStart, match=r"pace\.speed: unknown word 'speed'"):
        snapshot_of(lot, run=lot.code)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("pace:\n  connect_rate: 0", "Line 2: pace.connect_rate: must be above 0, got 0"),
        ("duration: 5s", "duration: is not said here, it has a field of its own."),
        ("thresholds: [latency < 1s]", "latency needs p50"),
        ("orders: [{order: send, message: ping, at: 1s}]", "unknown message 'ping'"),
        ("orders: [{order: jump}]", "'pause', 'resume'"),
        ("pace: {ramp: {steps: [{after: 0s, mocks: 1}]}}", "the last step must have all"),
        ("faults:\n  - {fault: drop, aim: {status: dancing}}", "unknown status 'dancing'"),
        ("[", "Line "),
    ],
)
def test_a_mistake_is_told_when_the_lot_is_saved(client_of, owner, lot, text, refusal):
    part = lot.parts.get()
    form = {
        "name": "x", "target": str(lot.target.pk), "duration": "30s", "ramp": "", "seed": "",
        "options": text, "save": "1", "parts-TOTAL_FORMS": "1", "parts-INITIAL_FORMS": "0",
        "parts-0-definition": str(part.definition.pk), "parts-0-count": "3", "parts-0-rate": "",
    }  # fmt: skip

    answer = client_of(owner).post(reverse("lots:create", args=[lot.workspace.code]), form)

    assert answer.status_code == 422
    assert refusal in answer.content.decode().replace("&#x27;", "'")
    assert Lot.objects.count() == 1


def test_a_lots_page_shows_its_options_and_a_copy_keeps_them(client_of, owner, lot):
    with_options(lot, "pace: {connect_rate: 500}")
    client = client_of(owner)

    page = client.get(lot.get_absolute_url()).content.decode()
    client.post(reverse("lots:copy", args=[lot.workspace.code, lot.code]))

    assert "pace: {connect_rate: 500}" in page
    assert Lot.objects.exclude(pk=lot.pk).get().options == lot.options
