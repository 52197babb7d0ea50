"""How a mock keeps its connection to a broker alive, in virtual time."""

from tests.simulator.transports.virtual import Stage, run


def test_a_silent_mock_pings_before_its_keep_alive_is_over() -> None:
    async def main() -> None:
        stage = Stage(keep_alive=10)
        socket = await stage.connect()

        await stage.pass_time(8)
        quiet = list(socket.written)
        await stage.pass_time(1)

        assert b"\xc0\0" not in quiet
        assert socket.written[-1] == b"\xc0\0"
        await stage.exchange.close()

    run(main)


def test_a_mock_that_sends_does_not_ping() -> None:
    async def main() -> None:
        stage = Stage(keep_alive=10)
        socket = await stage.connect()

        for _ in range(5):
            await stage.pass_time(5)
            stage.send(qos=0)

        assert b"\xc0\0" not in socket.written
        await stage.exchange.close()

    run(main)


def test_an_answered_ping_is_followed_by_the_next() -> None:
    async def main() -> None:
        stage = Stage(keep_alive=10)
        socket = await stage.connect()

        for _ in range(3):
            await stage.pass_time(9)
            socket.say(b"\xd0\0")

        assert socket.written.count(b"\xc0\0") == 3
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_without_an_answer_to_a_ping_the_connection_is_lost() -> None:
    async def main() -> None:
        stage = Stage(keep_alive=10)
        socket = await stage.connect()

        await stage.pass_time(9 + 15)
        before = list(stage.diary.losses)
        await stage.pass_time(1)

        assert before == []
        assert stage.diary.losses == [(0, "no answer to a ping within 15 s")]
        assert socket.is_cut
        await stage.exchange.close()

    run(main)
