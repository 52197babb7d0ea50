import pytest

import simulator
from web.lots.estimate import Estimate, estimate, rate_of


def definition(messages="t: {every: 10s, topic: a, json: {}}", first="send: [t]", more=""):
    return simulator.parse(
        f"name: A\nid: 'a-{{index}}'\nmessages: {{{messages}}}\n"
        f"statuses: {{first: {{{first}}}{more}}}\n"
    )


def lot(*counts, duration=600, rate=None, **words):
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    parts = [
        {"name": "A", "document": {}, "first": first, "count": count, "rate": rate}
        for first, count in zip(firsts, counts, strict=True)
    ]
    target = {"protocol": "mqtt", "host": "h", "port": 1883}
    words = {"duration": duration, "parts": parts, "target": target, **words}
    words["pace"] = {"start_within": 0, **words.get("pace", {})}
    return simulator.Lot.model_validate(words)


def of(whole, *definitions) -> Estimate:
    return estimate(whole, definitions or [definition()] * len(whole.parts), epoch=0.0)


def test_messages_and_bytes_are_counted_over_all_mocks_and_seconds():
    found = of(lot(1_000))

    assert found.messages == pytest.approx(60_000, rel=0.02)
    assert found.bytes == 2 * found.messages
    assert found.rate == pytest.approx(100, rel=0.02)
    assert found.is_whole


def test_half_the_ramp_is_missed():
    assert of(lot(1_000, pace={"ramp": 600})).messages == pytest.approx(30_000, rel=0.03)


def test_stages_count_as_long_as_they_have_mocks_on():
    stages = [{"until": 200, "mocks": 1000}, {"until": 400}, {"until": 600, "mocks": 0}]

    assert of(lot(1_000, pace={"stages": stages})).messages == pytest.approx(40_000, rel=0.04)


@pytest.mark.parametrize(
    ("orders", "messages"),
    [
        ([{"order": "count", "mocks": 500, "at": 300}], 45_000),
        ([{"order": "count", "mocks": 3000, "at": 300}], 120_000),
        ([{"order": "pause", "at": 100}, {"order": "resume", "at": 400}], 30_000),
        ([{"order": "rate", "factor": 3, "at": 300}], 120_000),
        ([{"order": "stop", "at": 149}], 15_000),
    ],
)
def test_the_lots_orders_count(orders, messages):
    assert of(lot(1_000, orders=orders)).messages == pytest.approx(messages, rel=0.04)


def test_parts_have_the_time_of_their_numbers():
    slow = definition("t: {every: 100s, topic: a, json: {}}")
    whole = lot(500, 500, orders=[{"order": "count", "mocks": 500, "at": 300}])

    assert of(whole, definition(), slow).messages == pytest.approx(30_000 + 1_500, rel=0.04)


def test_what_a_status_sends_counts_while_mocks_are_in_it():
    # 100 s of a message each 10 s, then a message each second.
    found = of(
        lot(100, duration=200),
        definition(
            first="send: [t], go: [{to: alarm, after: 100s}]",
            more=", alarm: {send: [t], every: 1s}",
        ),
    )

    assert found.messages == pytest.approx(100 * (10 + 100), rel=0.03)


def test_a_rate_of_the_lot_stands_for_the_definitions_own():
    assert of(lot(10, rate=2.0)).messages == pytest.approx(12_000, rel=0.02)


def test_what_is_too_much_to_follow_goes_on_at_its_pace():
    found = of(lot(10, duration=86_400), definition("t: {every: 1s, topic: a, json: {}}"))

    assert not found.is_whole
    assert found.messages == pytest.approx(864_000, rel=0.02)


@pytest.mark.parametrize(
    ("messages", "first", "rate"),
    [
        ("t: {every: 2s, topic: a, json: {}}, u: {every: 4s, topic: b, json: {}}",
         "send: [t, u]", 0.75),
        ("t: {every: 2s, topic: a, json: {}}", "send: [t], every: 8s", 0.125),
        ("t: {every: 2s, topic: a, json: {}}", "connected: false, send: [t]", None),
    ],
)  # fmt: skip
def test_the_first_status_says_how_often_a_mock_sends(messages, first, rate):
    assert rate_of(definition(messages, first)) == rate
