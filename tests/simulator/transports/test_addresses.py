"""The addresses of a name: asked for once, in turn, failing ones last."""

import asyncio
import socket
from typing import Any

import pytest

from simulator.errors import Unreachable
from simulator.transports.addresses import ASK_AGAIN, AVOID, Address, Addresses
from tests.simulator.transports.virtual import run

ONE, TWO = "192.0.2.1", "192.0.2.2"
SIX = "2001:db8::1"


class NameServer:
    """Answers as the test says, in place of the loop's own question."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts
        self.asked = 0
        self.error: OSError | None = None
        asyncio.get_running_loop().getaddrinfo = self.ask  # type: ignore[method-assign]

    async def ask(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked += 1
        await asyncio.sleep(0.1)
        if self.error:
            raise self.error
        return [self.entry(each, port) for each in self.hosts for _ in range(2)]

    @staticmethod
    def entry(host: str, port: int) -> tuple[Any, ...]:
        if ":" in host:
            return socket.AF_INET6, 1, 6, "", (host, port, 0, 3 if host[:4] == "fe80" else 0)
        return socket.AF_INET, 1, 6, "", (host, port)


def hosts(addresses: list[Address]) -> list[str]:
    return [address.host for address in addresses]


def test_all_addresses_are_used_in_turn_and_asked_for_once() -> None:
    async def main() -> None:
        server, addresses = NameServer(ONE, SIX, TWO), Addresses("h", 80)

        turns = await asyncio.gather(*(addresses.in_turn(turn) for turn in range(4)))

        assert [hosts(each) for each in turns] == [
            [ONE, SIX, TWO],
            [SIX, TWO, ONE],
            [TWO, ONE, SIX],
            [ONE, SIX, TWO],
        ]
        assert turns[0][1] == Address(socket.AF_INET6, SIX, 80)
        assert server.asked == 1

    run(main)


def test_a_link_local_address_keeps_its_interface() -> None:
    async def main() -> None:
        NameServer("fe80::1")

        assert hosts(await Addresses("h", 80).in_turn(0)) == ["fe80::1%3"]

    run(main)


def test_an_address_that_failed_comes_last_for_a_while() -> None:
    async def main() -> None:
        NameServer(ONE, TWO)
        addresses = Addresses("h", 80)
        one, two = await addresses.in_turn(0)

        addresses.failed(one)
        then = await addresses.in_turn(0)
        await asyncio.sleep(AVOID)
        later = await addresses.in_turn(0)
        addresses.failed(one)
        addresses.worked(one)

        assert (then, later) == ([two, one], [one, two])
        assert await addresses.in_turn(0) == [one, two]

    run(main)


def test_a_name_whose_addresses_all_fail_is_asked_anew_but_not_at_once() -> None:
    async def main() -> None:
        server, addresses = NameServer(ONE), Addresses("h", 80)
        (one,) = await addresses.in_turn(0)
        addresses.failed(one)
        await addresses.in_turn(0)
        before = server.asked
        server.hosts = (TWO,)

        await asyncio.sleep(ASK_AGAIN)
        moved = await addresses.in_turn(0)

        assert (before, server.asked) == (1, 2)
        assert hosts(moved) == [TWO]

    run(main)


def test_a_name_that_is_not_found_is_told_to_all_who_wait_and_asked_again() -> None:
    async def main() -> None:
        server, addresses = NameServer(ONE), Addresses("h", 80)
        server.error = socket.gaierror(socket.EAI_NONAME, "x")
        answers = await asyncio.gather(
            *(addresses.in_turn(turn) for turn in range(3)), return_exceptions=True
        )
        server.error = None

        assert [str(answer) for answer in answers] == ["name not found"] * 3
        assert all(isinstance(answer, Unreachable) for answer in answers)
        assert hosts(await addresses.in_turn(0)) == [ONE]
        assert server.asked == 2

    run(main)


def test_whoever_forgets_waits_for_no_name_server_and_may_ask_again() -> None:
    async def main() -> None:
        server, addresses = NameServer(ONE), Addresses("h", 80)
        asking = asyncio.create_task(addresses.in_turn(0))
        await asyncio.sleep(0.05)

        addresses.forget()
        with pytest.raises(asyncio.CancelledError):
            await asking

        assert hosts(await addresses.in_turn(0)) == [ONE]
        assert server.asked == 2

    run(main)
