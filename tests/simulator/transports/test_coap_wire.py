"""CoAP of an exchange, in virtual time: what is awaited, repeated, observed, released."""

from typing import Any

import pytest
from aiocoap.numbers.codes import Code

from simulator.transports import Identity
from tests.simulator.protocols.coap_server import ACK, CON, NON, RST, Message, answer, data
from tests.simulator.transports.virtual import Socket, Stage, run


def stage_for(**target: Any) -> Stage:
    return Stage(protocol="coap", **{"host": "10.0.0.1", **target})


class Server:
    """The far side of a socket."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.read = 0

    def hear(self) -> list[Message]:
        """What came since."""
        found = [Message.decode(each) for each in self.socket.written[self.read :]]
        self.read = len(self.socket.written)
        return found

    def only(self) -> Message:
        (message,) = self.hear()
        return message

    def answer(self, code: Code = Code.CHANGED, payload: bytes = b"", **options: Any) -> None:
        """Answer what came last."""
        self.socket.say(answer(self.hear()[-1], code, payload, **options))


async def connected(stage: Stage, **identity: Any) -> Server:
    return Server(await stage.connect(**identity))


def test_a_message_is_settled_by_its_response() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)
        assert stage.diary.opens == [0]
        parcel = stage.send(address="/up/x", payload=b"{}")
        await stage.pass_time(1)
        assert stage.diary.ends == []

        server.answer()

        assert stage.diary.ends == [(parcel, 1.0, "")]
        assert parcel.sent == 0.0
        await stage.exchange.close()

    run(main)


def test_an_error_is_the_reason() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)
        stage.send()

        server.answer(Code.NOT_FOUND, b"no such device")

        assert stage.diary.reasons == ["CoAP 4.04 Not Found: no such device"]
        assert stage.diary.messages == []
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("target", "headers", "number"),
    [
        ({}, None, 50),
        ({}, {"Content-Type": "application/cbor"}, 60),
        ({}, {"content-type": "text/csv"}, None),
        ({"content_format": 11_542}, {"Content-Type": "application/cbor"}, 11_542),
    ],
)
def test_a_message_says_its_format(
    target: dict[str, Any], headers: dict[str, str] | None, number: int | None
) -> None:
    async def main() -> None:
        stage = stage_for(**target)
        server = await connected(stage)

        stage.send(headers=headers)

        request = server.only()
        found = request.opt.content_format
        assert (None if found is None else int(found)) == number
        server.socket.say(answer(request, Code.CHANGED))
        await stage.exchange.close()

    run(main)


def test_an_address_has_prefix_host_queries_and_the_mocks_token() -> None:
    async def main() -> None:
        stage = stage_for(host="h.example", path="/v1/{token}?k=1", method="PUT")
        server = await connected(stage, token="a/b")

        stage.send(address="/up?x=2")

        request = server.only()
        assert request.code is Code.PUT
        assert request.opt.uri_host == "h.example"
        assert request.opt.uri_path == ("v1", "a/b", "up")
        assert request.opt.uri_query == ("x=2", "k=1")
        server.socket.say(answer(request, Code.CHANGED))
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("target", "qos", "kind", "is_settled"),
    [
        ({}, 0, CON, False),
        ({"confirmable": "by_qos"}, 0, NON, True),
        ({"confirmable": "by_qos"}, 1, CON, False),
        ({"confirmable": "never"}, 1, NON, True),
        ({"confirmable": "never", "awaits_answers": True}, 1, NON, False),
    ],
)
def test_what_is_not_confirmable_is_sent_once_it_is_written(
    target: dict[str, Any], qos: int, kind: Any, is_settled: bool
) -> None:
    async def main() -> None:
        stage = stage_for(**target)
        server = await connected(stage)

        stage.send(qos=qos)

        request = server.only()
        assert request.mtype is kind
        assert stage.diary.reasons == ([""] if is_settled else [])
        server.socket.say(data(NON, Code.CHANGED, 1, request.token))
        assert stage.diary.reasons == [""]
        await stage.exchange.close()

    run(main)


def test_a_long_message_is_awaited_even_when_it_is_not_confirmable() -> None:
    async def main() -> None:
        stage = stage_for(confirmable="never", block_size=16)
        server = await connected(stage)

        stage.send(payload=bytes(20))
        for number in (0, 1):
            request = server.only()
            assert request.mtype is NON
            code = Code.CHANGED if number else Code.CONTINUE
            block = (number, not number, 0)
            server.socket.say(data(NON, code, number, request.token, block1=block))

        assert stage.diary.reasons == [""]
        await stage.exchange.close()

    run(main)


def test_messages_take_turns_and_the_eleventh_that_waits_is_refused() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)
        for _ in range(12):
            stage.send()
        assert stage.diary.reasons == ["10 messages wait for an answer already"]

        for _ in range(11):
            server.answer()

        assert stage.diary.reasons[1:] == [""] * 11
        await stage.exchange.close()

    run(main)


def test_one_timer_repeats_what_is_not_confirmed() -> None:
    async def main() -> None:
        stage = stage_for(ack_timeout=2, ack_random_factor=1)
        servers = [await connected(stage, row=row) for row in range(3)]
        for row in range(3):
            stage.send(row)

        await stage.pass_time(7)

        for server in servers:
            first, *repeated = server.socket.written
            assert repeated == [first, first]
            server.answer()
        await stage.pass_time(100)
        assert [len(server.socket.written) for server in servers] == [3, 3, 3]
        await stage.exchange.close()

    run(main)


def test_a_message_without_any_answer_fails_and_the_mock_stays() -> None:
    async def main() -> None:
        stage = stage_for(ack_timeout=1, ack_random_factor=1, max_retransmit=2)
        server = await connected(stage)
        stage.send()

        await stage.pass_time(8)

        assert stage.diary.reasons == ["no acknowledgement to 3 transmissions"]
        assert len(server.hear()) == 3
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_message_that_never_had_its_turn_fails_in_time() -> None:
    async def main() -> None:
        stage = stage_for(acknowledge_within=5)
        await connected(stage)
        for _ in range(3):
            stage.send()

        await stage.pass_time(6)

        assert sorted(stage.diary.reasons) == [
            "no acknowledgement within 5 s",
            "not sent within 5 s: others are in flight",
        ]
        await stage.exchange.close()

    run(main)


def test_a_mock_is_connected_once_it_observes_what_it_hears_of() -> None:
    async def main() -> None:
        stage = stage_for(path="/v1")
        server = await connected(stage, subscriptions=("cmd/c0", "all"))
        for _ in range(2):
            assert stage.diary.opens == []
            server.answer(Code.CONTENT, observe=1)
        assert stage.diary.opens == [0]
        request = Message.decode(server.socket.written[0])
        assert request.opt.uri_path == ("v1", "cmd", "c0")

        server.socket.say(data(CON, Code.CONTENT, 9, request.token, b"go", observe=2))

        assert stage.diary.messages == [(0, "cmd/c0", b"go")]
        assert server.hear()[-1].mtype is ACK
        await leave(stage, server, 2)

    run(main)


async def leave(stage: Stage, server: Server, resources: int) -> None:
    """Disconnect, and answer that nothing is observed any more."""
    server.hear()
    stage.exchange.disconnect(0)
    for _ in range(resources):
        release = server.only()
        assert release.opt.observe == 1
        server.socket.say(answer(release, Code.CONTENT))
    await stage.settle()
    assert server.socket.is_closed
    await stage.exchange.close()


def test_a_resource_that_is_not_there_is_told() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage, subscriptions=("cmd",))

        server.answer(Code.NOT_FOUND)

        assert stage.diary.losses == [(0, "cmd is not observed: CoAP 4.04 Not Found")]
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize("filter_", ["cmd/+", "#"])
def test_several_resources_by_one_filter_are_refused(filter_: str) -> None:
    async def main() -> None:
        stage = stage_for()

        stage.exchange.connect(0, Identity(subscriptions=(filter_,)))
        await stage.settle()

        why = f"a resource is observed by its own path, got {filter_}"
        assert stage.diary.losses == [(0, why)]
        assert stage.road.sockets == []
        await stage.exchange.close()

    run(main)


def test_the_payload_of_an_answer_is_heard_under_its_path() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)
        stage.send(address="/up/c0?x=1")

        server.answer(Code.CHANGED, b"reboot")

        assert stage.diary.messages == [(0, "up/c0", b"reboot")]
        await stage.exchange.close()

    run(main)


def test_a_mock_pings_first_and_after_silence() -> None:
    async def main() -> None:
        stage = stage_for(keep_alive=10, ack_timeout=1, ack_random_factor=1, max_retransmit=1)
        server = await connected(stage)
        assert stage.diary.opens == []
        server.socket.say(data(RST, Code.EMPTY, server.only().mid))
        assert stage.diary.opens == [0]

        await stage.pass_time(11)
        ping = server.hear()[0]
        assert (ping.mtype, ping.code) == (CON, Code.EMPTY)
        await stage.pass_time(3)

        why = "no answer to a ping: no acknowledgement to 2 transmissions"
        assert stage.diary.losses == [(0, why)]
        await stage.exchange.close()

    run(main)


def test_a_port_where_nobody_listens_is_told() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)
        stage.send()
        stage.send()

        server.socket.protocol.error_received(ConnectionRefusedError(111, ""))  # type: ignore[attr-defined]

        assert stage.diary.losses == [(0, "connection refused")]
        assert stage.diary.reasons == [
            "connection lost before acknowledgement: connection refused",
            "connection lost before sending: connection refused",
        ]
        await stage.exchange.close()

    run(main)


def test_an_address_that_cannot_be_fails_alone() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)

        stage.send(address="/a/../b")

        assert stage.diary.reasons == ["path must not have . or .. as a segment, got '/a/../b'"]
        assert server.hear() == []
        await stage.exchange.close()

    run(main)


def test_a_mock_that_leaves_waits_for_its_answers_and_no_longer_than_five_seconds() -> None:
    async def main() -> None:
        stage = stage_for()
        server = await connected(stage)
        stage.send()
        stage.exchange.disconnect(0)
        assert not server.socket.is_closed

        await stage.pass_time(6)

        why = "connection lost before acknowledgement: the mock disconnected"
        assert stage.diary.reasons == [why]
        assert server.socket.is_closed
        await stage.exchange.close()

    run(main)
