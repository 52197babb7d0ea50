"""Several parcels of one mock at once: what is written, and how each ends."""

from simulator.transports import Parcel
from tests.simulator.transports.virtual import Stage, run


def parcels(*payloads: bytes, **fields: object) -> list[Parcel]:
    return [Parcel(0, "a", payload, **fields) for payload in payloads]  # type: ignore[arg-type]


def test_parcels_that_are_sent_together_leave_as_one_write() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        before = len(socket.written)
        two = parcels(b"x", b"y")

        stage.exchange.send_all(0, two)

        assert socket.written[before:] == [b"\x30\x04\0\x01ax\x30\x04\0\x01ay"]
        assert stage.diary.ends == [(two[0], 0.0, ""), (two[1], 0.0, "")]
        assert stage.send(qos=0).sent == 0.0
        assert len(socket.written) == before + 2
        await stage.exchange.close()

    run(main)


def test_each_of_them_has_its_own_acknowledgement() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        first, second = parcels(b"x", b"y", qos=1)
        stage.exchange.send_all(0, [first, second])

        socket.say(b"\x40\x02\0\x02\x40\x02\0\x01")

        assert stage.diary.ends == [(second, 0.0, ""), (first, 0.0, "")]
        await stage.exchange.close()

    run(main)


def test_one_that_cannot_be_said_does_not_hold_back_the_others() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        before = len(socket.written)
        bad = Parcel(0, "a/#", b"x")

        stage.exchange.send_all(0, [*parcels(b"x"), bad, *parcels(b"y")])

        assert socket.written[before:] == [b"\x30\x04\0\x01ax\x30\x04\0\x01ay"]
        assert [bool(reason) for reason in stage.diary.reasons] == [False, True, False]
        await stage.exchange.close()

    run(main)


def test_what_was_said_before_a_mock_is_let_go_is_written_first() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        before = len(socket.written)
        told = stage.diary.settled

        def let_go(parcel: Parcel, at: float, reason: str) -> None:
            told(parcel, at, reason)
            stage.exchange.disconnect(0)

        stage.exchange.settled = let_go

        stage.exchange.send_all(0, parcels(b"x", b"y"))

        assert b"".join(socket.written[before:]) == b"\x30\x04\0\x01ax" + b"\xe0\0"
        assert stage.diary.reasons == ["", "not connected: disconnected"]
        await stage.exchange.close()

    run(main)


def test_what_counts_as_sent_leaves_before_the_connection_is_cut() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        before = len(socket.written)
        wire = socket.protocol
        told = stage.diary.settled

        def cut(parcel: Parcel, at: float, reason: str) -> None:
            told(parcel, at, reason)
            wire.end("a fault on purpose")  # type: ignore[attr-defined]

        stage.exchange.settled = cut

        stage.exchange.send_all(0, parcels(b"x", b"y"))

        assert socket.written[before:] == [b"\x30\x04\0\x01ax"]
        assert socket.is_cut
        assert stage.diary.reasons == ["", "not connected: a fault on purpose"]
        await stage.exchange.close()

    run(main)


def test_parcels_of_a_mock_without_a_connection_are_settled_one_by_one() -> None:
    async def main() -> None:
        stage = Stage()

        stage.exchange.send_all(0, parcels(b"x", b"y"))

        assert stage.diary.reasons == ["not connected: disconnected"] * 2
        await stage.exchange.close()

    run(main)
