"""Datagrams of an exchange, in virtual time: sizes, answers that get lost, refusals of the road."""

from typing import Any

from tests.simulator.transports.virtual import Stage, run


def stage_for(**target: Any) -> Stage:
    return Stage(protocol="udp", **target)


def test_a_message_is_one_datagram() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()

        stage.send(payload=b"a\nb")

        assert socket.written == [b"a\nb"]
        assert stage.diary.reasons == [""]
        await stage.exchange.close()

    run(main)


def test_what_fits_into_no_datagram_is_refused() -> None:
    async def main() -> None:
        stage = stage_for(max_size=10)
        socket = await stage.connect()

        stage.send(payload=bytes(11))
        stage.send(payload=b"")

        assert stage.diary.reasons == [
            "a datagram has at most 10 bytes, got 11",
            "an empty datagram says nothing and is not sent",
        ]
        assert socket.written == []
        await stage.exchange.close()

    run(main)


def test_what_comes_is_a_command() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()

        socket.protocol.datagram_received(b"go", ("h", 1))  # type: ignore[attr-defined]

        assert stage.diary.messages == [(0, "", b"go")]
        await stage.exchange.close()

    run(main)


def test_one_message_waits_for_its_answer_at_a_time() -> None:
    async def main() -> None:
        stage = stage_for(acknowledgement={"ok": "ack"})
        socket = await stage.connect()
        stage.send(payload=b"1")
        stage.send(payload=b"2")
        assert socket.written == [b"1"]

        socket.say(b"ack")
        socket.say(b"go")

        assert stage.diary.reasons == [""]
        assert socket.written == [b"1", b"2"]
        assert stage.diary.messages == [(0, "", b"go")]
        socket.say(b"ack")
        await stage.exchange.close()

    run(main)


def test_an_answer_that_is_lost_costs_one_message() -> None:
    async def main() -> None:
        stage = stage_for(acknowledgement={}, acknowledge_within=5)
        socket = await stage.connect()
        stage.send(payload=b"1")
        await stage.pass_time(1)
        stage.send(payload=b"2")

        await stage.pass_time(4)
        socket.say(b"ok")

        assert stage.diary.reasons == ["no acknowledgement within 5 s", ""]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_port_where_nobody_listens_is_told() -> None:
    async def main() -> None:
        stage = stage_for(acknowledgement={})
        socket = await stage.connect()
        stage.send()

        socket.protocol.error_received(ConnectionRefusedError(111, ""))  # type: ignore[attr-defined]

        assert stage.diary.losses == [(0, "connection refused")]
        why = "connection lost before acknowledgement: connection refused"
        assert stage.diary.reasons == [why]
        await stage.exchange.close()

    run(main)
