"""The exchange against a server of HTTP that others wrote; which one is in the test's name."""

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import exchange_to, run, until
from tests.integration.transports.http_peers import MOST, PASSWORD, PEERS, USER, Peer

METHOD, PATH, TYPE, ENCODING, TRANSFER, CONNECTION, NAME = range(7)  # of a line


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    made = PEERS[request.param](tmp_path)
    yield made
    made.stop()


async def reasons_of(
    peer: Peer, *parcels: Parcel, identity: Identity | None = None, **target: object
) -> list[str]:
    """Send them one after the other from one mock, and return what became of each."""
    async with exchange_to(peer.port, protocol="http", **target) as (exchange, diary):
        exchange.connect(0, identity or Identity())
        await until(lambda: diary.opens)
        for parcel in parcels:
            exchange.send(0, parcel)
        await until(lambda: len(diary.ends) == len(parcels))
        assert diary.losses == []
        return diary.reasons


def test_many_requests_take_one_connection_and_arrive_in_order(peer: Peer) -> None:
    async def main() -> None:
        parcels = [Parcel(0, "/kept", b"%d" % number) for number in range(10)]

        assert await reasons_of(peer, *parcels) == [""] * 10

        await until(lambda: len(peer.lines()) == 10)
        assert peer.bodies() == [b"%d" % number for number in range(10)]
        assert len({line[CONNECTION] for line in peer.lines()}) == 1

    run(main)


def test_a_server_that_closes_after_each_answer_gets_a_connection_for_each(peer: Peer) -> None:
    async def main() -> None:
        assert await reasons_of(peer, *(Parcel(0, "/once", b"x") for _ in range(4))) == [""] * 4

        await until(lambda: len(peer.lines()) == 4)
        assert len({line[CONNECTION] for line in peer.lines()}) == 4

    run(main)


def test_a_body_in_chunks_arrives_whole(peer: Peer) -> None:
    async def main() -> None:
        body = bytes(range(256)) * 200

        assert await reasons_of(peer, Parcel(0, "/kept", body), chunked=True) == [""]

        await until(peer.lines)
        assert peer.bodies() == [body]
        assert peer.lines()[0][TRANSFER] == "chunked"

    run(main)


def test_a_compressed_body_says_that_it_is(peer: Peer) -> None:
    async def main() -> None:
        assert await reasons_of(peer, Parcel(0, "/kept", b"x" * 1_000), gzip=True) == [""]

        await until(peer.lines)
        (body,) = peer.bodies()
        assert len(body) < 100
        assert gzip.decompress(body) == b"x" * 1_000
        assert peer.lines()[0][ENCODING] == "gzip"

    run(main)


def test_messages_of_one_request_arrive_together(peer: Peer) -> None:
    async def main() -> None:
        parcels = [Parcel(0, "/kept", b"%d" % number) for number in range(5)]
        together = {"count": 3, "age": 0.1, "format": "lines"}

        assert await reasons_of(peer, *parcels, together=together) == [""] * 5

        await until(lambda: len(peer.lines()) == 2)
        assert peer.bodies() == [b"0\n1\n2\n", b"3\n4\n"]
        assert {line[TYPE] for line in peer.lines()} == {"application/x-ndjson"}

    run(main)


def test_a_compressed_answer_is_counted(peer: Peer) -> None:
    async def main() -> None:
        parcels = [Parcel(0, "/packed", b"x"), Parcel(0, "/ok", b"x")]

        assert await reasons_of(peer, *parcels, headers={"Accept-Encoding": "gzip"}) == ["", ""]

        await until(lambda: len(peer.lines()) == 2)
        assert len({line[CONNECTION] for line in peer.lines()}) == 1

    run(main)


def test_a_redirect_is_reported_unless_it_is_asked_to_be_followed(peer: Peer) -> None:
    async def main() -> None:
        (reported,) = await reasons_of(peer, Parcel(0, "/moved", b"1"))
        (followed,) = await reasons_of(peer, Parcel(0, "/moved", b"2"), follow=1)
        (elsewhere,) = await reasons_of(peer, Parcel(0, "/elsewhere", b"3"), follow=1)

        assert reported.startswith("HTTP 307, redirects to ")
        assert reported.endswith("/kept")
        assert followed == ""
        text = "HTTP 307, redirects to http://other.invalid/x, not followed: another host"
        assert elsewhere == text
        await until(lambda: len(peer.lines()) == 4)
        assert peer.bodies() == [b"2"]
        assert [line[PATH] for line in peer.lines()][2] == "/kept?by=redirect"

    run(main)


def test_a_user_with_the_right_password_is_let_in(peer: Peer) -> None:
    async def main() -> None:
        right = Identity(username=USER, password=PASSWORD)
        wrong = Identity(username=USER, password="guess")

        assert await reasons_of(peer, Parcel(0, "/private", b"x"), identity=right) == [""]
        refused = await reasons_of(peer, Parcel(0, "/private", b"x"), identity=wrong)

        assert refused == ["HTTP 401: not authorised"]
        await until(lambda: len(peer.lines()) == 2)
        assert peer.lines()[0][NAME] == USER

    run(main)


def test_a_body_that_is_too_large_for_the_server_fails_with_its_words(peer: Peer) -> None:
    async def main() -> None:
        parcels = [Parcel(0, "/small", b"x" * MOST), Parcel(0, "/small", b"x" * (MOST + 1))]

        assert await reasons_of(peer, *parcels) == ["", "HTTP 413: body too large"]

    run(main)


def test_a_mock_that_is_asked_to_wait_comes_later(peer: Peer) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        parcels = [Parcel(0, "/busy", b"1"), Parcel(0, "/ok", b"2")]

        reasons = await reasons_of(peer, *parcels, heed_retry_after=True)

        assert reasons == ["HTTP 429: too many requests", ""]
        assert loop.time() - start >= 1.0  # that it takes longer on a slow machine is no matter

    run(main)
