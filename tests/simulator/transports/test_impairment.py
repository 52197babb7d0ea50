"""Connections with which something is wrong on purpose, in virtual time."""

import asyncio

import pytest

from simulator.impairment import Impairment
from simulator.transports.wire import WRITE_LIMIT
from tests.simulator.transports.virtual import Socket, Stage, run

ACK = b"\x40\x02\x00\x01"  # of the first message at QoS 1
DROP = "fault: drop"


def test_a_mock_that_is_broken_off_says_no_word_and_comes_back_as_after_any_loss() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.send()

        stage.exchange.break_off(0, DROP)

        assert socket.is_cut
        assert b"\xe0\x00" not in socket.written
        assert stage.diary.losses == [(0, DROP)]
        assert stage.diary.reasons == [f"connection lost before acknowledgement: {DROP}"]
        await stage.pass_time(2.0)
        assert len(stage.road.sockets) == 2
        await stage.exchange.close()

    run(main)


def test_a_mock_that_is_still_connecting_is_broken_off_too() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.gate.clear()
        await stage.connect_in_vain()

        stage.exchange.break_off(0, DROP)
        stage.road.gate.set()
        await stage.settle()

        assert stage.diary.losses == [(0, DROP)]
        assert stage.road.sockets == []
        await stage.exchange.close()

    run(main)


def test_a_connection_that_is_just_made_is_cut_and_its_opening_left_to_end() -> None:
    async def main() -> None:
        stage = Stage()

        cancelled: list[bool] = []

        async def open_slowly(factory, *_rest) -> None:
            socket = Socket(factory())
            stage.road.sockets.append(socket)

            def end() -> None:  # as in uvloop: who cancels is not told that it is gone
                if not cancelled:
                    socket.protocol.connection_lost(None)

            socket.hang_up = lambda *_: stage.loop.call_later(0.01, end)  # type: ignore[method-assign]
            try:
                await asyncio.sleep(0.1)
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

        stage.road.open = open_slowly  # type: ignore[method-assign]
        await stage.connect_in_vain()

        stage.exchange.break_off(0, DROP)
        await stage.settle()

        async with asyncio.timeout(60):
            await stage.exchange.close()
        assert stage.diary.losses == [(0, DROP)]

    run(main)


def test_an_idle_mock_of_http_is_lost_too() -> None:
    async def main() -> None:
        stage = Stage(protocol="http")
        socket = await stage.connect()
        socket.hang_up()
        await stage.settle()

        stage.exchange.break_off(0, DROP)

        assert stage.diary.losses == [(0, DROP)]
        stage.send(qos=0)
        assert stage.diary.reasons == [f"not connected: {DROP}"]
        await stage.pass_time(2.0)
        assert stage.diary.opens == [0, 0]
        await stage.exchange.close()

    run(main)


def test_who_is_away_comes_back_at_once_when_it_may() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()

        stage.exchange.impair(0, Impairment(is_away=True, why=DROP))
        await stage.pass_time(60.0)

        assert stage.diary.losses == [(0, DROP)]
        assert len(stage.road.sockets) == 1
        stage.send()
        assert stage.diary.reasons == [f"not connected: {DROP}"]
        stage.exchange.impair(0, None)
        await stage.pass_time(0.05)
        assert len(stage.road.sockets) == 2
        await stage.exchange.close()

    run(main)


def test_who_comes_to_be_wanted_while_it_is_away_waits() -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.impair(0, Impairment(is_away=True, why=DROP))

        await stage.connect_in_vain()
        await stage.pass_time(5.0)

        assert (stage.road.attempts, stage.diary.losses) == ([], [(0, DROP)])
        stage.exchange.impair(0, None)
        await stage.pass_time(0.05)
        assert len(stage.road.sockets) == 1
        await stage.exchange.close()

    run(main)


def test_a_storm_comes_back_at_its_moment_and_does_not_back_off() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        stage.road.failure = "connection refused"

        stage.exchange.impair(0, Impairment(retry=0.1))
        stage.exchange.break_off(0, "fault: storm")
        stage.exchange.redial(0, 3.0)
        await stage.pass_time(5.0)

        tries = stage.road.attempts[1:]
        assert tries[0] == pytest.approx(3.0, abs=0.02)
        assert len(tries) == 20
        await stage.exchange.close()

    run(main)


def test_in_a_silence_nothing_is_read_or_written_and_nobody_hangs_up() -> None:
    async def main() -> None:
        stage = Stage(keep_alive=5, acknowledge_within=3)
        socket = await stage.connect()
        before, transport = list(socket.written), socket.protocol.transport

        stage.exchange.impair(0, Impairment(is_silent=True))
        stage.send()
        socket.say(b"\xd0\x00" * 3)  # would break the protocol
        await stage.pass_time(60.0)

        assert socket.written == before
        assert not socket.is_closed
        assert stage.diary.losses == []
        socket.unread.clear()
        stage.exchange.impair(0, None)
        assert len(socket.written) == len(before) + 1
        assert socket.protocol.transport is transport
        await stage.exchange.close()

    run(main)


def test_a_mock_that_is_let_go_in_a_silence_is_gone_for_itself_alone() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.exchange.impair(0, Impairment(is_silent=True))

        stage.exchange.break_off(0, DROP)
        await stage.settle()
        assert stage.diary.losses == [(0, DROP)]
        assert not socket.is_closed

        stage.exchange.impair(0, None)
        assert socket.is_cut
        await stage.settle()
        await stage.exchange.close()

    run(main)


def test_the_end_of_a_run_ends_a_silence() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.exchange.impair(0, Impairment(is_silent=True))
        stage.send(qos=0)

        await stage.exchange.close()

        assert socket.written[-1] == b"\xe0\x00"
        assert socket.is_closed
        assert stage.loop.time() < 1.0

    run(main)


def test_what_is_sent_and_received_comes_later_in_its_order() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        count = len(socket.written)
        stage.exchange.impair(0, Impairment(sent=(1.0, 0.9), received=(2.0, 0.0)))

        for number in range(20):
            stage.send(payload=bytes([number]), qos=0)
        assert len(socket.written) == count
        await stage.pass_time(2.5)
        assert [data[-1] for data in socket.written[count:]] == list(range(20))
        parcel = stage.send()
        await stage.pass_time(2.0)
        socket.say(ACK)
        said_at = stage.loop.time()
        await stage.pass_time(3.0)

        (at,) = [at for each, at, _ in stage.diary.ends if each is parcel]
        assert at - said_at == pytest.approx(2.0, abs=0.01)
        await stage.exchange.close()

    run(main)


def test_the_end_of_a_delay_loses_nothing() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.exchange.impair(0, Impairment(sent=(10.0, 0.0), received=(10.0, 0.0)))
        stage.send()
        socket.say(ACK[:2])
        socket.say(ACK[2:])

        stage.exchange.impair(0, None)

        assert stage.diary.reasons == [""]
        await stage.exchange.close()

    run(main)


def test_what_waits_is_bounded_and_told_as_too_much() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        stage.exchange.impair(0, Impairment(is_silent=True))

        for _ in range(40):
            stage.send(payload=bytes(WRITE_LIMIT // 20), qos=0)

        assert stage.diary.reasons.count("") == 20
        refused = [reason for reason in stage.diary.reasons if reason]
        assert len(refused) == 20
        assert all("reads too slowly" in reason for reason in refused)
        stage.exchange.impair(0, None)
        stage.send(qos=0)
        assert stage.diary.reasons[-1] == ""
        await stage.exchange.close()

    run(main)


def test_a_slow_reader_takes_so_much_a_second() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.exchange.impair(0, Impairment(reads=100))
        publish = b"\x30\x31\x00\x01a" + bytes(46)  # 51 bytes

        for _ in range(20):
            socket.say(publish)
        await stage.pass_time(5.0)
        early = len(stage.diary.messages)
        stage.exchange.impair(0, None)

        assert 9 <= early <= 12
        assert len(stage.diary.messages) == 20
        await stage.exchange.close()

    run(main)


def test_who_reads_nothing_gets_all_in_the_end() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.exchange.impair(0, Impairment(reads=0))
        socket.say(b"\x30\x03\x00\x01a")
        await stage.pass_time(20.0)
        assert stage.diary.messages == []

        stage.exchange.impair(0, None)

        assert len(stage.diary.messages) == 1
        await stage.exchange.close()

    run(main)


def test_what_is_wrong_holds_for_the_next_connection_too() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        stage.exchange.impair(0, Impairment(sent=(5.0, 0.0)))
        stage.exchange.break_off(0, DROP)
        await stage.pass_time(2.0)

        assert stage.socket.written == []
        await stage.pass_time(5.0)
        assert len(stage.socket.written) == 1
        await stage.exchange.close()

    run(main)


def test_a_fault_may_send_what_the_broker_said_it_does_not_take() -> None:
    async def main() -> None:
        stage = Stage(version="5")
        await stage.connect_in_vain()
        stage.socket.say(b"\x20\x08\0\0\x05\x27\0\0\0\x40")  # packets of at most 64 bytes

        stage.send(payload=bytes(100), qos=0)
        assert "at most 64 bytes" in stage.diary.reasons[0]
        stage.send(payload=bytes(100), qos=0, fault="oversize")
        assert len(stage.socket.written[-1]) > 100
        assert stage.diary.reasons[1] == ""
        stage.send(payload=bytes(100), qos=0, address="a/+", fault="wrong_topic")
        assert stage.diary.reasons[2]
        await stage.exchange.close()

    run(main)


def test_bytes_that_mean_nothing_are_written_as_they_are() -> None:
    async def main() -> None:
        stage = Stage()
        assert not stage.exchange.scribble(0, b"\xf0")
        socket = await stage.connect()

        assert stage.exchange.scribble(0, b"\xf0\x01")

        assert socket.written[-1] == b"\xf0\x01"
        await stage.exchange.close()

    run(main)


def test_a_mock_is_somebody_else_from_its_next_connection_on() -> None:
    async def main() -> None:
        stage = Stage(protocol="http")
        socket = await stage.connect(username="me", password="right")
        stage.send(qos=0)
        stage.exchange.identify(0, stage.identity(username="me", password="wrong"))
        stage.exchange.break_off(0, DROP)
        await stage.pass_time(2.0)
        stage.send(qos=0)

        def shown(data: bytes) -> bytes:
            return data.lower().partition(b"authorization: ")[2].partition(b"\r\n")[0]

        assert shown(socket.written[0]) != shown(stage.socket.written[0])
        await stage.exchange.close()

    run(main)
