"""A CoAP session against everything that a server may send, and what it may not."""

from collections.abc import Callable

import pytest
from aiocoap.numbers.codes import Code

from simulator.errors import DefinitionError, TargetError
from simulator.protocols import coap
from simulator.protocols.coap.identifiers import IDS, MAX_REMEMBERED, Ids
from tests.simulator.protocols.coap_server import ACK, CON, NON, RST, Message, Play, answer, data

CHANGED = Code.CHANGED


def test_a_response_in_the_acknowledgement_answers_the_message() -> None:
    play = Play()
    play.request("a", b"hello")
    request = play.only()

    events = play.hear(answer(request, CHANGED, b"ok"))

    assert events == [coap.Answered("a", 0x44, b"ok")]
    assert (request.mtype, request.code, request.payload) == (CON, Code.POST, b"hello")
    assert request.opt.uri_path == ("up",)
    assert len(request.token) == 4
    assert play.session.is_idle
    assert play.session.next_at == float("inf")


def test_a_response_of_its_own_is_acknowledged_and_answers() -> None:
    play = Play()
    play.request()
    request = play.only()

    assert play.hear(data(ACK, Code.EMPTY, request.mid)) == []
    assert play.wait(50.0) == []
    assert play.sent() == []
    events = play.hear(data(CON, CHANGED, 77, request.token))

    assert events == [coap.Answered("a", 0x44, b"")]
    acknowledgement = play.only()
    assert (acknowledgement.mtype, acknowledgement.mid) == (ACK, 77)


def test_a_response_that_overtakes_the_acknowledgement_answers() -> None:
    play = Play()
    play.request()
    request = play.only()

    events = play.hear(data(NON, CHANGED, 77, request.token))

    assert events == [coap.Answered("a", 0x44, b"")]
    assert play.hear(data(ACK, Code.EMPTY, request.mid)) == []
    assert play.wait(200.0) == []
    assert play.sent() == []


def test_a_message_is_repeated_with_doubled_waits_and_then_given_up() -> None:
    play = Play(ack_timeout=2.0, ack_random_factor=1.0, max_retransmit=4, within=300)
    play.request()
    first = play.session.outgoing[0]
    times = []

    while not (events := play.events()):
        play.now = play.session.next_at
        play.session.pass_time(play.now)
        times += [play.now] * (len(play.session.outgoing) > len(times) + 1)

    assert times == [2, 6, 14, 30]
    assert play.session.outgoing == [first] * 5
    assert play.now == 62
    assert events == [coap.Failed("a", "no acknowledgement to 5 transmissions")]


def test_the_first_wait_is_between_the_timeout_and_its_random_factor() -> None:
    play = Play(ack_timeout=2.0, ack_random_factor=1.5)
    play.request()

    assert 2.0 <= play.session.next_at <= 3.0


def test_one_message_is_open_at_once_and_the_next_goes_out_after_its_acknowledgement() -> None:
    play = Play()
    play.request("a")
    play.request("b")
    first = play.only()
    assert not play.session.is_free

    play.hear(data(ACK, Code.EMPTY, first.mid))

    second = play.only()
    assert second.mid == first.mid + 1
    assert second.token != first.token


def test_as_many_are_open_as_nstart_says() -> None:
    play = Play(nstart=3)

    for tag in "abcd":
        play.request(tag)

    assert len(play.sent()) == 3


@pytest.mark.parametrize(
    ("confirmable", "acknowledged", "why"),
    [
        (True, False, "no acknowledgement within 5 s"),
        (True, True, "acknowledged, but no response within 5 s"),
        (False, False, "no response within 5 s"),
    ],
)
def test_a_request_has_a_limit_as_a_whole(confirmable: bool, acknowledged: bool, why: str) -> None:
    play = Play(within=5.0)
    play.request(is_confirmable=confirmable)
    if acknowledged:
        play.hear(data(ACK, Code.EMPTY, play.only().mid))

    assert play.wait(5.0) == [coap.Failed("a", why)]
    assert play.session.is_idle


def test_what_never_got_its_turn_has_the_same_limit() -> None:
    play = Play(within=5.0)
    play.request("a")
    play.request("b")

    play.wait(4.0)
    events = play.wait(1.0)

    assert {event.tag for event in events} == {"a", "b"}


def test_a_reset_rejects_the_message() -> None:
    play = Play()
    play.request()

    events = play.hear(data(RST, Code.EMPTY, play.only().mid))

    assert events == [coap.Failed("a", "rejected by the far side (reset)")]


def test_a_message_that_is_told_is_sent_once_and_forgotten() -> None:
    play = Play()

    play.session.tell(2, coap.resource_options("", "/a"), b"x", 0.0)

    message = play.only()
    assert (message.mtype, message.token, message.payload) == (NON, b"", b"x")
    assert play.session.is_idle
    assert play.hear(data(NON, CHANGED, 7)) == []
    assert play.hear(data(CON, CHANGED, 8)) == []
    assert play.only().mtype is ACK


def test_a_ping_is_answered_by_a_reset() -> None:
    play = Play()
    play.session.ping(0.0)
    ping = play.only()

    assert (ping.mtype, ping.code, ping.token) == (CON, Code.EMPTY, b"")
    assert play.hear(data(RST, Code.EMPTY, ping.mid)) == [coap.Ponged()]


def test_a_ping_without_answer_is_told() -> None:
    play = Play(max_retransmit=0)
    play.session.ping(0.0)

    assert play.wait(10.0) == [coap.Silent("no acknowledgement to 1 transmissions")]


def test_the_servers_ping_is_answered_by_a_reset() -> None:
    play = Play()

    assert play.hear(data(CON, Code.EMPTY, 5)) == []

    reset = play.only()
    assert (reset.mtype, reset.mid) == (RST, 5)


def test_a_repeated_response_is_acknowledged_again_and_not_told_again() -> None:
    play = Play()
    play.request()
    request = play.only()
    play.hear(data(ACK, Code.EMPTY, request.mid))
    response = data(CON, CHANGED, 9, request.token)
    play.hear(response)

    assert play.hear(response) == []
    first, again = play.session.outgoing
    assert first == again


def test_what_was_seen_is_remembered_for_a_bounded_number_of_messages() -> None:
    play = Play()

    for number in range(MAX_REMEMBERED + 10):
        play.hear(data(CON, Code.EMPTY, number))

    assert len(play.session._seen._replies) == MAX_REMEMBERED


@pytest.mark.parametrize(
    ("datagram", "kind"),
    [
        (data(CON, Code.CONTENT, 5, b"none", b"x"), RST),  # a token that is not ours
        (data(CON, Code.GET, 5, b"none"), RST),  # a request: nothing is served here
        (data(NON, Code.CONTENT, 5, b"none", observe=3), RST),  # of a resource not observed
        (b"\x40\x44\x00\x05\xff", RST),  # a payload marker before nothing
        (b"\x49\x44\x00\x05" + b"t" * 9, RST),  # a token of 9 bytes
        (b"\x40\x44\x00\x05\xf0", RST),  # an option's delta of 15
        (b"\x40\x44\x00\x05\xd0", RST),  # the end inside of an option
        (b"\x40\x44\x00\x05\xb5a", RST),  # an option that is longer than the message
        (b"\x40\x24\x00\x05", RST),  # a code of a reserved class
        (b"\x40\xe1\x00\x05", RST),  # a signal of CoAP over TCP
        (b"\x40\x00\x00\x05x", RST),  # an empty message that is not empty
        (b"\x44\x44\x00\x05ab", RST),  # the end inside of the token
    ],
)
def test_what_is_no_answer_of_ours_is_rejected(datagram: bytes, kind: object) -> None:
    play = Play()

    assert play.hear(datagram) == []

    reset = play.only()
    assert (reset.mtype, reset.mid) == (kind, 5)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x40\x44",
        b"\x80\x44\x00\x05",  # version 2
        data(NON, Code.CONTENT, 5, b"none", b"x"),
        data(NON, Code.GET, 5, b"none"),
        data(ACK, Code.CONTENT, 5, b"none"),
        data(RST, Code.EMPTY, 5),
        b"\x50\x44\x00\x05\xff",
        b"\x70\x44\x00\x05",  # a reset that is not empty
    ],
)
def test_what_need_not_be_confirmed_is_left_alone(datagram: bytes) -> None:
    play = Play()

    assert play.hear(datagram) == []
    assert play.sent() == []


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (lambda m: data(ACK, CHANGED, m.mid, b"nope"), "an acknowledgement with another token"),
        (lambda m: data(ACK, Code.POST, m.mid, m.token), "an acknowledgement with a request in it"),
        (lambda m: b"\x60\x44", "a message has 4 bytes or more, got 2"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_when_nothing_better_comes(
    reply: Callable[[Message], bytes], why: str
) -> None:
    play = Play(within=5.0)
    play.request()
    assert play.hear(reply(play.only())) == []

    (failed,) = play.wait(5.0)

    text = f"no acknowledgement within 5 s; what came could not be used: {why}"
    assert failed == coap.Failed("a", text)


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"\x40", "a message has 4 bytes or more, got 1"),
        (b"\x80\x44\0\5", "a message has version 1, got 2"),
        (b"\x49\x44\0\5" + bytes(9), "a token has at most 8 bytes, got 9"),
        (b"\x40\x24\0\5", "code 1.04 is reserved"),
        (b"\x40\0\0\5x", "an empty message has bytes after its id"),
        (b"\x70\x44\0\5", "a reset is not empty"),
        (b"\x44\x44\0\5ab", "the message ends inside of its token"),
        (b"\x40\x44\0\5\xd0", "the message ends inside of an option"),
        (b"\x40\x44\0\5\xb5a", "an option has 5 bytes, 1 are left"),
        (b"\x40\x44\0\5\xf0", "an option's delta or length of 15 is reserved"),
        (b"\x40\x44\0\5\xff", "a payload marker stands before no payload"),
        (b"\x40\x44\0\5" + b"\x80" * 101, "a message has at most 100 options"),
    ],
)
def test_every_datagram_that_is_none_is_named_when_nothing_better_comes(
    datagram: bytes, why: str
) -> None:
    play = Play(within=5.0)
    play.request()
    play.hear(datagram)

    text = f"no acknowledgement within 5 s; what came could not be used: {why}"
    assert play.wait(5.0) == [coap.Failed("a", text)]


def test_an_acknowledgement_of_a_ping_is_named_when_nothing_better_comes() -> None:
    play = Play(max_retransmit=0)
    play.session.ping(0.0)
    play.hear(data(ACK, Code.EMPTY, play.only().mid))

    why = "an acknowledgement of a ping, which is answered by a reset"
    text = f"no acknowledgement to 1 transmissions; what came could not be used: {why}"
    assert play.wait(10.0) == [coap.Silent(text)]


def test_what_was_seen_is_forgotten_after_its_lifetime() -> None:
    play = Play()
    play.hear(data(CON, Code.EMPTY, 5))
    play.now += 1_000.0

    play.hear(data(CON, Code.EMPTY, 6))

    assert list(play.session._seen._replies) == [6]


def test_an_acknowledgement_of_a_message_that_asked_for_none_is_left_alone() -> None:
    play = Play(within=5.0)
    play.request(is_confirmable=False)
    request = play.only()
    assert request.mtype is NON

    assert play.hear(answer(request, CHANGED)) == []
    assert play.hear(data(NON, CHANGED, 1, request.token)) == [coap.Answered("a", 0x44, b"")]


def test_a_critical_option_that_is_unknown_makes_a_response_unusable() -> None:
    play = Play()
    play.request()
    request = play.only()

    events = play.hear(data(ACK, CHANGED, request.mid, request.token)[:8] + b"\xd0\x1c")

    assert events == [coap.Failed("a", "critical option 41 is unknown")]


@pytest.mark.parametrize(
    "options",
    [
        b"\xd4\x0e\0\0\0\x06",  # Block1 of 4 bytes
        b"\xd1\x0e\0" + b"\x01\0",  # Block1 twice
        b"\x30",  # Uri-Host of no byte
    ],
)
def test_a_critical_option_of_a_wrong_length_or_twice_makes_a_response_unusable(
    options: bytes,
) -> None:
    play = Play()
    play.request()
    request = play.only()

    (event,) = play.hear(data(ACK, CHANGED, request.mid, request.token) + options)

    assert isinstance(event, coap.Failed)
    assert event.why.startswith("critical option ")
    assert event.why.endswith(" is not allowed so")


def test_an_elective_option_that_is_unknown_is_left_alone() -> None:
    play = Play()
    play.request()
    request = play.only()

    events = play.hear(data(ACK, CHANGED, request.mid, request.token)[:8] + b"\xd0\x1d")

    assert events == [coap.Answered("a", 0x44, b"")]


def test_ids_are_not_used_again_within_their_lifetime() -> None:
    ids = Ids(0, lifetime=247.0)

    taken = {ids.take(0.0) for _ in range(IDS - 1_024)}

    assert len(taken) == IDS - 1_024
    assert taken.isdisjoint({ids.take(1.0) for _ in range(1_024)})
    with pytest.raises(TargetError, match="all message ids were used within 247 s"):
        ids.take(1.0)
    assert ids.take(250.0) in taken


def test_a_message_without_a_free_id_fails() -> None:
    play = Play(ack_timeout=0.1, max_retransmit=0)
    for _ in range(IDS):
        play.session.tell(2, (), b"", 0.0)

    play.request()

    lifetime = coap.Timing(ack_timeout=0.1, max_retransmit=0).exchange_lifetime
    assert play.events() == [coap.Failed("a", f"all message ids were used within {lifetime:g} s")]


def test_a_payload_of_more_than_a_mebibyte_is_refused() -> None:
    with pytest.raises(DefinitionError, match="at most 1,048,576 bytes, got 1,048,577"):
        Play().request(payload=bytes(1_048_577))


def test_orphans_are_the_messages_that_have_no_answer() -> None:
    play = Play()
    play.request("a")
    play.session.ping(0.0)
    play.request("b")

    assert play.session.orphans() == ["a", "b"]


@pytest.mark.parametrize(
    ("code", "payload", "words"),
    [
        (0x44, b"fine", ""),
        (0x84, b"no such\r\nplace ", "CoAP 4.04 Not Found: no such place"),
        (0x80, b"", "CoAP 4.00 Bad Request"),
        (0x9D, b"\xff", "CoAP 4.29 Too Many Requests: \ufffd"),
        (0xBF, b"", "CoAP 5.31"),
        (0xA0, b"x" * 300, "CoAP 5.00 Internal Server Error: " + "x" * 200),
    ],
)
def test_a_code_in_words_is_the_reason(code: int, payload: bytes, words: str) -> None:
    assert coap.reason(code, payload) == words


@pytest.mark.parametrize("code", [each for each in Code if 0x80 <= each < 0xC0])
def test_every_error_that_another_codec_knows_has_its_name(code: Code) -> None:
    ours = coap.reason(int(code), b"").replace("-", " ")  # 4.15 has a hyphen in its registry

    assert ours == f"CoAP {code.dotted} {code.name_printable}"
