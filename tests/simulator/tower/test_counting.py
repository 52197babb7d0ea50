"""The receiver's counter as a tower sees it, in virtual time; and what its page may say."""

import asyncio
from collections.abc import Iterator

import pytest

from simulator.errors import ProtocolViolation, TargetError, Unreachable
from simulator.lot import HttpTarget, MqttTarget
from simulator.lot.way_back import Counter, Subscription
from simulator.tower.counting import Receiver
from simulator.transports.asking import number_in

COUNTER = Counter(url="http://127.0.0.1:1/stats", every=1.0)


def rises(*values: float | TargetError) -> list[int]:
    """Return how far a counter rose each second that says these values."""
    given: Iterator[float | TargetError] = iter(values)

    def ask(_url: str, _path: str) -> float:
        value = next(given)
        if isinstance(value, TargetError):
            raise value
        return value

    async def main() -> list[int]:
        receiver, taken = Receiver(COUNTER, ask=ask), []
        for second in range(len(values)):
            receiver.end_second(float(second))
            assert receiver._look is not None
            await receiver._look
            taken.append(receiver.take())
        return taken

    return asyncio.run(main())


def test_what_was_there_before_is_not_the_runs() -> None:
    assert rises(1_000, 1_000, 1_010, 1_015) == [0, 0, 10, 5]


def test_a_counter_that_begins_anew_has_counted_what_it_says() -> None:
    assert rises(500, 520, 3, 4) == [0, 20, 3, 1]


def test_a_counter_that_is_silent_for_a_while_is_caught_up_with(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = Unreachable("the receiver's counter does not answer: timed out")

    assert rises(10, away, away, 40) == [0, 0, 0, 30]
    assert len(caplog.records) == 1, "said once"


def test_a_last_look_is_waited_for() -> None:
    async def main() -> None:
        receiver = Receiver(Counter(url=COUNTER.url, every=60), ask=lambda _url, _path: 7.0)
        receiver.end_second(0.0)
        first = receiver._look
        assert first is not None
        await first

        receiver.look_once_more()
        assert receiver.is_awaiting

        receiver.end_second(1.0)
        assert receiver._look is not None
        await receiver._look
        assert receiver._look is not first
        assert not receiver.is_awaiting

    asyncio.run(main())


@pytest.mark.parametrize(
    ("body", "path", "number"),
    [
        (b"17", "", 17),
        (b'{"data": {"received": 5}}', "data.received", 5),
        (b'{"queues": [{"n": 1}, {"n": "2"}]}', "queues.1.n", 2),
    ],
)
def test_a_number_is_found_at_its_path(body: bytes, path: str, number: float) -> None:
    assert number_in(body, path) == number


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"n": null}', b'{"n": "x"}', b"\xff"])
def test_a_page_without_the_number_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="says no number at n"):
        number_in(body, "n")


def test_a_subscription_is_of_mqtt() -> None:
    way = Subscription(filter="plants/#")

    assert MqttTarget(host="a", port=1, way_back=way).way_back == way
    with pytest.raises(ValueError, match="a subscription is of MQTT, not of http"):
        HttpTarget(host="a", port=1, way_back=way)


@pytest.mark.parametrize("text", ["a/#/b", "a#", "+a/b", "$share/g/a", ""])
def test_a_filter_that_no_broker_takes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="filter"):
        Subscription(filter=text)


@pytest.mark.parametrize("url", ["ftp://a/b", "http://", "http://user:secret@a/", "stats"])
def test_an_address_that_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Counter(url=url)
