import pytest

import simulator
from tests.web.drains.conftest import KEYS
from web.drains import sizing
from web.drains.models import Drain
from web.lots.access import lot_of

SMALL = """\
name: Meter
id: "m-{index:06d}"
messages:
  telemetry: {every: 1s, topic: "m/{id}", json: {seq: "{seq}"}}
"""


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """On a slow machine too all messages are looked at whose sizes are taken."""
    monkeypatch.setattr(sizing, "MOST_SECONDS", 600.0)


def flow(count, *, text=SMALL, rate=None):
    return sizing.flow_of([(simulator.check(text).definition, count, rate)])


def test_the_flow_is_records_and_bytes_of_all_mocks():
    one, many = flow(1), flow(10_000)

    assert one.records == pytest.approx(1)
    assert many.records == pytest.approx(10_000)
    assert many.size == pytest.approx(one.size * 10_000)
    assert 400 < one.size < 600  # a payload of some ten bytes, and what the log says of it
    assert flow(10_000, rate=3.0).size == pytest.approx(many.size * 3)


def test_what_is_not_told_beforehand_is_not_guessed():
    by_event = SMALL.replace("messages:", "statuses: {idle: {send: []}}\nmessages:")
    silent = simulator.check(by_event).definition

    assert sizing.flow_of([(None, 1, None)]) is None
    assert sizing.mean_size(silent) is None


@pytest.mark.parametrize(
    ("size", "shards"), [(0, 1), (800_000, 1), (800_001, 2), (8_000_000, 10), (25_000_000, 32)]
)
def test_shards_are_those_that_take_it_with_a_quarter_on_top(size, shards):
    assert sizing.shards_for(size) == shards


def test_aggregation_saves_the_shards_that_single_records_would_need():
    drain = Drain(shards=2)
    found = sizing.Sizing(drain, sizing.Flow(records=10_000, size=3_000_000))

    assert (found.shards, found.apart, found.is_short) == (4, 13, True)
    assert not sizing.Sizing(Drain(shards=None), found.flow).is_short


@pytest.fixture
def stream(make_drain):
    settings = KEYS | {"stream": "theirs"}
    return make_drain(kind="kinesis", settings=settings, name="To Kinesis")


def test_the_page_of_a_lot_says_how_many_shards_it_needs(stream, make_lot, owner, client_of):
    lot = make_lot(mocks=50_000)
    Drain.objects.update(shards=1)

    page = client_of(owner).get(lot.get_absolute_url()).content.decode()

    (found,) = sizing.sizings_of(lot_of(lot.workspace, lot.code))
    assert found.flow.records == pytest.approx(5_000)
    assert f"<strong>{found.shards}</strong> for the drain" in page
    assert "To Kinesis" in page
    assert "The stream has 1<" in page


def test_a_lot_whose_records_go_elsewhere_says_nothing_of_shards(
    make_drain, make_lot, stream, owner, client_of
):
    lot, other = make_lot(), make_lot(name="Another")
    stream.lots.set([other])
    make_drain(name="Over HTTP")

    page = client_of(owner).get(lot.get_absolute_url()).content.decode()

    assert "Shards" not in page


def test_a_share_and_the_choice_of_events_make_it_less(stream, make_lot):
    lot = make_lot(mocks=50_000)
    whole = sizing.sizings_of(lot_of(lot.workspace, lot.code))[0].flow

    Drain.objects.update(share=0.5)
    assert sizing.sizings_of(lot)[0].flow.size == pytest.approx(whole.size / 2)

    Drain.objects.update(events=["lost"])
    assert sizing.sizings_of(lot)[0].shards == 1
