"""Bodies in blocks: RFC 7959, both ways, and bounded."""

import pytest
from aiocoap.numbers.codes import Code

from simulator.protocols import coap
from tests.simulator.protocols.coap_server import CON, Message, Play, answer, data

BODY = bytes(range(100))


def receive_body(play: Play, *, size_exponent: int) -> tuple[bytes, list[Message]]:
    """Take a body as a server that wants blocks of a size."""
    body, requests = b"", []
    while True:
        request = play.only()
        requests.append(request)
        block = request.opt.block1
        assert block.start == len(body)
        body += request.payload
        if not block.more:
            play.hear(answer(request, Code.CHANGED, block1=(block.block_number, False, block[2])))
            return body, requests
        exponent = min(block.size_exponent, size_exponent)
        play.hear(
            answer(request, Code.CONTINUE, block1=(block.start >> (exponent + 4), True, exponent))
        )


def test_a_long_payload_goes_out_in_blocks() -> None:
    play = Play(block_size=32)
    play.session.request("a", 2, coap.resource_options("", "/up"), BODY, 0.0)

    body, requests = receive_body(play, size_exponent=6)

    assert body == BODY
    assert [len(each.payload) for each in requests] == [32, 32, 32, 4]
    assert [each.opt.size1 for each in requests] == [100, None, None, None]


def test_the_server_may_ask_for_smaller_blocks() -> None:
    play = Play(block_size=64)
    play.request(payload=BODY)

    body, requests = receive_body(play, size_exponent=0)

    assert body == BODY
    assert [len(each.payload) for each in requests] == [64, 16, 16, 4]


def test_too_large_with_a_smaller_size_begins_again() -> None:
    play = Play(block_size=64)
    play.request(payload=BODY)
    play.hear(answer(play.only(), Code.REQUEST_ENTITY_TOO_LARGE, block1=(0, False, 1)))

    body, requests = receive_body(play, size_exponent=6)

    assert (body, len(requests[0].payload)) == (BODY, 32)


@pytest.mark.parametrize("exponent", [2, 6])
def test_too_large_with_no_smaller_size_is_the_end(exponent: int) -> None:
    play = Play(block_size=64)
    play.request(payload=BODY)

    code = Code.REQUEST_ENTITY_TOO_LARGE
    events = play.hear(answer(play.only(), code, block1=(0, False, exponent)))

    assert events == [coap.Answered("a", 0x8D, b"")]


def test_too_large_without_one_is_the_end() -> None:
    play = Play(block_size=64)
    play.request(payload=BODY)

    events = play.hear(answer(play.only(), Code.REQUEST_ENTITY_TOO_LARGE))

    assert events == [coap.Answered("a", 0x8D, b"")]


@pytest.mark.parametrize(
    ("code", "options", "why"),
    [
        (Code.CHANGED, {}, "answered 2.04 Changed before the last block"),
        (Code.CONTINUE, {"block1": (3, True, 2)}, "block 3 acknowledged, 0 was sent"),
    ],
)
def test_an_answer_that_does_not_fit_the_block_fails(
    code: Code, options: dict[str, object], why: str
) -> None:
    play = Play(block_size=64)
    play.request(payload=BODY)

    events = play.hear(answer(play.only(), code, **options))

    assert events == [coap.Failed("a", why)]
    assert play.session.is_idle


def test_continue_to_a_whole_message_fails() -> None:
    play = Play()
    play.request()

    (event,) = play.hear(answer(play.only(), Code.CONTINUE))

    assert event == coap.Failed("a", "2.31 Continue to a message that has no more blocks")


def test_a_long_answer_is_put_together() -> None:
    play = Play()
    play.request()
    play.hear(answer(play.only(), Code.CHANGED, BODY[:64], block2=(0, True, 2), etag=b"e"))
    second = play.only()

    events = play.hear(answer(second, Code.CHANGED, BODY[64:], block2=(1, False, 2), etag=b"e"))

    assert events == [coap.Answered("a", 0x44, BODY)]
    assert (second.code, second.payload, second.opt.uri_path) == (Code.POST, b"", ("up",))
    assert tuple(second.opt.block2) == (1, False, 2)


@pytest.mark.parametrize(
    ("payload", "options", "why"),
    [
        (BODY[:64], {"block2": (2, True, 2), "etag": b"e"}, "block 2 of an answer came where byte"),
        (BODY[:10], {"block2": (1, True, 2), "etag": b"e"}, "a block of 64 bytes came with 10"),
        (BODY[:64], {"block2": (1, True, 2), "etag": b"f"}, "the resource changed while its"),
        (BODY[:64], {}, "an answer without the block that was asked for"),
    ],
)
def test_a_block_that_is_not_the_next_one_fails(
    payload: bytes, options: dict[str, object], why: str
) -> None:
    play = Play()
    play.request()
    play.hear(answer(play.only(), Code.CHANGED, BODY[:64], block2=(0, True, 2), etag=b"e"))

    (event,) = play.hear(answer(play.only(), Code.CHANGED, payload, **options))

    assert isinstance(event, coap.Failed)
    assert event.why.startswith(why)


def test_the_reserved_size_of_a_block_fails() -> None:
    play = Play()
    play.request()
    request = play.only()
    head = data(CON, Code.CHANGED, 5, request.token)

    (event,) = play.hear(head + b"\xd1\x0a\x07")

    assert event == coap.Failed("a", "block size 7 is reserved")


def test_an_answer_is_bounded() -> None:
    play = Play()
    play.request()
    for number in range(64):
        events = play.hear(
            answer(play.only(), Code.CHANGED, bytes(1_024), block2=(number, True, 6))
        )

    assert events == [coap.Failed("a", "the answer has more than 65,536 bytes")]


def test_an_error_inside_of_an_answer_is_the_answer() -> None:
    play = Play()
    play.request()
    play.hear(answer(play.only(), Code.CHANGED, BODY[:64], block2=(0, True, 2)))

    events = play.hear(answer(play.only(), Code.NOT_FOUND, b"gone"))

    assert events == [coap.Answered("a", 0x84, b"gone")]
