"""Tokens of OAuth in virtual time: asked for once, renewed in time, failures told to all."""

import asyncio
import json
from collections.abc import Callable

import pytest

from simulator.errors import Unreachable
from simulator.lot.oauth import OAuth
from simulator.transports import Identity
from simulator.transports.oauth import Tokens, lease
from tests.simulator.transports.test_addresses import NameServer
from tests.simulator.transports.virtual import Road, Stage, run

ASKED = OAuth(token_url="http://login/t", client_id="me")


def granted(token: str, life: float = 100) -> bytes:
    body = json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": life}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def refused(status: int, error: str) -> bytes:
    body = json.dumps({"error": error}).encode()
    return b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


class Endpoint:
    """Tokens, and the far side that the test plays."""

    def __init__(self) -> None:
        self.road = Road()
        self.loop = asyncio.get_running_loop()
        self.tokens = Tokens(
            ASKED,
            "s",
            clock=self.loop.time,
            road=self.road,  # type: ignore[arg-type]
        )

    async def say(self, data: bytes) -> None:
        """Answer what was asked last."""
        await self.settle()
        self.road.sockets[-1].say(data)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(8):
            await asyncio.sleep(0)

    @property
    def asked(self) -> int:
        return len(self.road.attempts)


def in_time(main: Callable[[Endpoint], object]) -> None:
    async def whole() -> None:
        endpoint = Endpoint()
        await main(endpoint)  # type: ignore[misc]
        endpoint.tokens.close()
        await endpoint.settle()

    run(whole)


def test_a_token_is_asked_for_once_for_all_who_wait() -> None:
    async def main(endpoint: Endpoint) -> None:
        waiting = [asyncio.create_task(endpoint.tokens.ready()) for _ in range(50)]
        await endpoint.say(granted("t1"))
        await asyncio.gather(*waiting)

        assert endpoint.tokens.shown() == "t1"
        assert endpoint.asked == 1
        (request,) = endpoint.road.sockets[0].written
        assert request.startswith(b"POST /t HTTP/1.1\r\nHost: login\r\n")

    in_time(main)


def test_a_token_is_renewed_before_it_ends() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(granted("t1", 100))
        await asyncio.sleep(79)
        assert endpoint.asked == 1
        await asyncio.sleep(2)
        assert endpoint.tokens.shown() == "t1"

        await endpoint.say(granted("t2", 100))

        assert endpoint.tokens.shown() == "t2"
        assert endpoint.road.attempts == [0, 80]

    in_time(main)


def test_a_long_token_is_renewed_a_minute_before_its_end() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(granted("t1", 3_600))
        await asyncio.sleep(3_550)

        assert endpoint.road.attempts == [0, 3_540]
        await endpoint.settle()

    in_time(main)


@pytest.mark.parametrize("life", [1e-9, 0.001, 0.5, 1])
def test_tokens_that_end_at_once_are_asked_for_no_faster_than_each_second(life: float) -> None:
    async def main(endpoint: Endpoint) -> None:
        for number in range(5):
            await endpoint.say(granted(f"t{number}", life))
            await asyncio.sleep(1)

        assert endpoint.road.attempts == [0, 1, 2, 3, 4, 5]
        with pytest.raises(Unreachable, match=r"^the token expired before it was renewed$"):
            endpoint.tokens.shown()
        await endpoint.settle()

    in_time(main)


def test_a_refusal_is_told_to_all_who_ask_without_asking_again() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(refused(401, "invalid_client"))

        for _ in range(50):
            with pytest.raises(Unreachable, match=r"^token endpoint answered 401: invalid_client$"):
                await endpoint.tokens.ready()
        assert endpoint.asked == 1

    in_time(main)


def test_it_is_asked_again_after_longer_and_longer_waits() -> None:
    async def main(endpoint: Endpoint) -> None:
        endpoint.road.failure = "connection refused"

        await asyncio.sleep(200)

        assert endpoint.road.attempts == [0, 1, 3, 7, 15, 31, 63, 123, 183]

    in_time(main)


def test_who_failed_to_renew_shows_the_old_one_until_it_ends() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(granted("t1", 100))
        endpoint.road.failure = "connection refused"
        await asyncio.sleep(99)
        assert endpoint.tokens.shown() == "t1"

        await asyncio.sleep(2)

        with pytest.raises(Unreachable, match=r"^token endpoint: connection refused$"):
            endpoint.tokens.shown()
        endpoint.road.failure = ""
        await asyncio.sleep(60)
        await endpoint.say(granted("t2"))
        assert endpoint.tokens.shown() == "t2"

    in_time(main)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"SSH-2.0\r\n", "token endpoint: the far side does not speak HTTP/1.1"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "answered 200 without an access token"),
    ],
)
def test_an_answer_that_is_none_is_the_reason(answer: bytes, text: str) -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(answer)

        with pytest.raises(Unreachable, match=text):
            await endpoint.tokens.ready()
        assert endpoint.road.sockets[0].is_cut

    in_time(main)


def test_an_endpoint_that_hangs_up_or_says_nothing_is_the_reason() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.settle()
        endpoint.road.sockets[-1].hang_up()
        with pytest.raises(Unreachable, match="token endpoint: closed by the far side before"):
            await endpoint.tokens.ready()

        await asyncio.sleep(12)

        with pytest.raises(Unreachable, match="token endpoint gave no answer within 10 s"):
            endpoint.tokens.shown()

    in_time(main)


def test_an_answer_that_ends_with_the_connection_is_taken() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(b'HTTP/1.1 200 OK\r\n\r\n{"access_token": "t1"}')
        endpoint.road.sockets[-1].hang_up()
        await endpoint.tokens.ready()

        assert endpoint.tokens.shown() == "t1"

    in_time(main)


def test_what_an_endpoint_says_after_its_answer_is_not_read() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.settle()
        socket = endpoint.road.sockets[-1]
        socket.say(granted("t1"))
        socket.say(refused(401, "invalid_client"))
        await endpoint.tokens.ready()

        assert endpoint.tokens.shown() == "t1"

    in_time(main)


def test_a_token_that_the_target_refuses_is_replaced_but_not_over_and_over() -> None:
    async def main(endpoint: Endpoint) -> None:
        await endpoint.say(granted("t1", 3_600))
        endpoint.tokens.doubt("t1")
        await endpoint.settle()
        assert endpoint.asked == 1

        await asyncio.sleep(10)
        endpoint.tokens.doubt("t0")
        await endpoint.settle()
        assert endpoint.asked == 1
        for _ in range(100):
            endpoint.tokens.doubt("t1")
        await endpoint.say(granted("t2"))

        assert endpoint.tokens.shown() == "t2"
        assert endpoint.asked == 2

    in_time(main)


def test_all_shares_of_a_loop_are_in_the_same_tokens_until_the_last_is_given_back() -> None:
    async def main() -> None:
        one, another, other = lease(ASKED, "s"), lease(ASKED, "s"), lease(ASKED, "other")
        assert one.tokens is another.tokens
        assert one.tokens is not other.tokens

        one.close()
        one.close()
        same = lease(ASKED, "s")
        assert same.tokens is one.tokens
        for share in (another, same, other):
            share.close()
        fresh = lease(ASKED, "s")

        assert fresh.tokens is not one.tokens
        fresh.close()
        for _ in range(8):
            await asyncio.sleep(0)

    run(main)


def test_another_credential_beside_oauth_is_one_too_many() -> None:
    async def main() -> None:
        NameServer()  # in the place of the system's, which would answer in a thread, in real time
        stage = Stage(protocol="http", oauth=ASKED.model_dump())
        stage.exchange.connect(0, Identity(token="t", client_secret="s"))
        await stage.settle()

        text = "target.oauth and another credential are given, keep one"
        assert stage.diary.losses == [(0, text)]
        await stage.exchange.close()
        await stage.settle()

    run(main)
