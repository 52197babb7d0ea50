from datetime import timedelta

import pytest

import simulator
from web.lots.estimate import estimate, rate_of

MINUTE = timedelta(minutes=1)


def definition(messages="t: {every: 10s, topic: a, json: {}}", first="send: [t]"):
    return simulator.parse(
        f"name: A\nid: 'a-{{index}}'\nmessages: {{{messages}}}\nstatuses: {{on: {{{first}}}}}\n"
    )


def test_messages_are_counted_over_all_mocks_and_seconds():
    found = estimate([(definition(), 1_000, None)], duration=MINUTE, ramp=timedelta(0))

    assert found is not None
    assert (found.rate, found.messages) == (100.0, 6_000)


def test_half_the_ramp_is_missed():
    found = estimate([(definition(), 1_000, None)], duration=MINUTE, ramp=MINUTE)

    assert found is not None
    assert found.messages == 3_000


def test_a_rate_of_the_lot_stands_for_the_definitions_own():
    found = estimate([(definition(), 10, 2.0)], duration=MINUTE, ramp=timedelta(0))

    assert found is not None
    assert found.rate == 20.0


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
