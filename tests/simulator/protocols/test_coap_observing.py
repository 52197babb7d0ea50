"""Resources that are observed: RFC 7641, in virtual time."""

import pytest
from aiocoap.numbers.codes import Code

from simulator.errors import DefinitionError
from simulator.protocols import coap
from tests.simulator.protocols.coap_server import ACK, CON, NON, RST, Message, Play, answer, data

ADDRESS = coap.resource_options("/v1", "cmd/c0")


def registered(play: Play, payload: bytes = b"", **options: object) -> Message:
    """Observe a resource, and return the request."""
    play.session.observe("cmd/c0", ADDRESS, play.now)
    request = play.only()
    play.hear(answer(request, Code.CONTENT, payload, **{"observe": 1, **options}))
    return request


def notification(request: Message, number: int, payload: bytes, **options: object) -> bytes:
    return data(
        options.pop("kind", CON), Code.CONTENT, 100 + number % 1_000, request.token, payload,
        **{"observe": number, **options},
    )  # fmt: skip


def test_a_registration_is_told_with_the_state() -> None:
    play = Play()
    play.session.observe("cmd/c0", ADDRESS, 0.0)
    request = play.only()

    events = play.hear(answer(request, Code.CONTENT, b"on", observe=5))

    assert events == [coap.Observed("cmd/c0"), coap.Notified("cmd/c0", b"on")]
    assert (request.code, request.opt.observe) == (Code.GET, 0)
    assert request.opt.uri_path == ("v1", "cmd", "c0")


@pytest.mark.parametrize(("kind", "replies"), [(CON, [ACK]), (NON, [])])
def test_notifications_are_heard(kind: object, replies: list[object]) -> None:
    play = Play()
    request = registered(play)

    events = play.hear(notification(request, 2, b"go", kind=kind))

    assert events == [coap.Notified("cmd/c0", b"go")]
    assert [message.mtype for message in play.sent()] == replies


@pytest.mark.parametrize(
    ("before", "after", "seconds", "is_fresh"),
    [
        (5, 4, 1, False),
        (5, 5, 1, False),
        (5, 6, 1, True),
        (2**24 - 1, 0, 1, True),
        (0, 2**23, 1, False),
        (5, 4, 129, True),
    ],
)
def test_a_notification_that_was_overtaken_is_left_alone(
    before: int, after: int, seconds: float, is_fresh: bool
) -> None:
    play = Play()
    request = registered(play, observe=1, max_age=1_000)
    play.now = 200.0
    play.hear(notification(request, before, b"first", max_age=1_000))
    play.now += seconds

    events = play.hear(
        data(CON, Code.CONTENT, 9, request.token, b"second", observe=after, max_age=1_000)
    )

    assert events == ([coap.Notified("cmd/c0", b"second")] if is_fresh else [])
    assert play.sent()[-1].mtype is ACK


def test_what_is_too_old_is_asked_for_again_under_the_same_token() -> None:
    play = Play()
    request = registered(play, b"on", max_age=30)

    play.wait(34.9)
    assert play.sent() == []
    play.wait(6.0)

    renewal = play.only()
    assert (renewal.token, renewal.opt.observe) == (request.token, 0)
    assert play.hear(answer(renewal, Code.CONTENT, b"on", observe=2)) == []


def test_a_renewal_that_brings_another_state_tells_it() -> None:
    play = Play()
    registered(play, b"on", max_age=30)
    play.wait(41.0)

    events = play.hear(answer(play.only(), Code.CONTENT, b"off", observe=2))

    assert events == [coap.Notified("cmd/c0", b"off")]


def test_a_notification_of_the_same_state_is_told_again() -> None:
    play = Play()
    request = registered(play, b"on")

    assert play.hear(notification(request, 2, b"on")) == [coap.Notified("cmd/c0", b"on")]


@pytest.mark.parametrize(
    ("code", "options", "why"),
    [
        (Code.NOT_FOUND, {}, "CoAP 4.04 Not Found"),
        (Code.CONTENT, {}, "answered 2.05 Content, without notifications"),
    ],
)
def test_a_registration_that_is_refused_is_told(
    code: Code, options: dict[str, int], why: str
) -> None:
    play = Play()
    play.session.observe("cmd/c0", ADDRESS, 0.0)

    events = play.hear(answer(play.only(), code, **options))

    assert events == [coap.Unobserved("cmd/c0", why)]


def test_a_registration_without_answer_is_told() -> None:
    play = Play(max_retransmit=1)
    play.session.observe("cmd/c0", ADDRESS, 0.0)

    assert play.wait(10.0) == [coap.Unobserved("cmd/c0", "no acknowledgement to 2 transmissions")]


@pytest.mark.parametrize(
    ("code", "options", "why"),
    [
        (Code.NOT_FOUND, {"observe": 3}, "the server ended it: CoAP 4.04 Not Found"),
        (Code.CONTENT, {}, "the server ended it: 2.05 Content"),
    ],
)
def test_the_end_of_notifications_is_told(code: Code, options: dict[str, int], why: str) -> None:
    play = Play()
    request = registered(play)

    events = play.hear(data(CON, code, 9, request.token, **options))

    assert events == [coap.Unobserved("cmd/c0", why)]
    assert play.only().mtype is ACK


def test_a_notification_with_an_unknown_critical_option_is_rejected() -> None:
    play = Play()
    request = registered(play)

    events = play.hear(notification(request, 2, b"")[:-2] + b"\x61\x02\xd0\x16")

    assert events == [coap.Unobserved("cmd/c0", "critical option 41 is unknown")]
    assert play.only().mtype is RST


def test_the_rest_of_a_long_notification_is_fetched_under_another_token() -> None:
    play = Play()
    request = registered(play)
    play.hear(notification(request, 2, bytes(64), block2=(0, True, 2), etag=b"e"))
    _, fetch = play.sent()

    events = play.hear(answer(fetch, Code.CONTENT, b"end", block2=(1, False, 2), etag=b"e"))

    assert events == [coap.Notified("cmd/c0", bytes(64) + b"end")]
    assert fetch.token != request.token
    assert (fetch.opt.observe, tuple(fetch.opt.block2)) == (None, (1, False, 2))


def test_a_newer_notification_replaces_one_that_is_fetched() -> None:
    play = Play()
    request = registered(play)
    play.hear(notification(request, 2, bytes(64), block2=(0, True, 2), etag=b"e"))
    _, fetch = play.sent()

    assert play.hear(notification(request, 3, b"new")) == [coap.Notified("cmd/c0", b"new")]
    assert play.hear(answer(fetch, Code.CONTENT, b"x", block2=(1, False, 2), etag=b"e")) == []


def test_a_first_block_of_the_wrong_length_ends_the_observation() -> None:
    play = Play()
    request = registered(play)

    (event,) = play.hear(notification(request, 2, bytes(10), block2=(0, True, 2)))

    assert event == coap.Unobserved("cmd/c0", "a block of 64 bytes came with 10")


def test_at_the_end_every_resource_is_released() -> None:
    play = Play()
    request = registered(play)

    play.session.release(0.0)

    release = play.only()
    assert (release.token, release.opt.observe) == (request.token, 1)
    assert play.hear(answer(release, Code.CONTENT, b"on")) == []
    assert play.session.is_idle


def test_more_than_twenty_are_refused() -> None:
    play = Play()
    for number in range(coap.MAX_WATCHES):
        play.session.observe(f"c{number}", ADDRESS, 0.0)

    with pytest.raises(DefinitionError, match="a mock observes at most 20 resources"):
        play.session.observe("one more", ADDRESS, 0.0)
