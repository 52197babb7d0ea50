"""The road to a target without a network: what is tried, in which order, and what is said of it.

The loop's own calls are played; tests/integration/transports/test_road.py opens real connections.
"""

import asyncio
import errno
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from simulator.errors import DefinitionError, Unreachable
from simulator.lot import MqttTarget
from simulator.transports import Identity
from simulator.transports.line import Line
from simulator.transports.road import ADDRESS_WITHIN, CONNECT_WITHIN, Road, shared_road
from tests.simulator.transports.test_addresses import ONE, SIX, TWO, NameServer
from tests.simulator.transports.virtual import Socket, run


class Kernel:
    """Connects as the test says, in place of the loop's own call."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.options: list[dict[str, Any]] = []
        self.errors: dict[str, Exception] = {}
        self.silent: set[str] = set()  # hosts that answer no SYN
        asyncio.get_running_loop().create_connection = self.connect  # type: ignore[assignment]

    async def connect(
        self, factory: Callable[[], asyncio.Protocol], host: str, port: int, **options: Any
    ) -> tuple[Socket, asyncio.Protocol]:
        self.tried.append(f"{host} {port}")
        self.options.append(options)
        if host in self.silent:
            await asyncio.sleep(127)
        if host in self.errors:
            raise self.errors[host]
        protocol = factory()
        return Quiet(protocol), protocol


class Quiet(Socket):
    def get_extra_info(self, name: str) -> None:
        """It has no socket to tune."""


def line(**fields: Any) -> Line:
    return Line(0, Identity(**fields))


def test_a_failing_address_gives_way_to_the_next_and_is_avoided_then() -> None:
    async def main() -> None:
        NameServer(ONE, SIX)
        kernel, road = Kernel(), Road(MqttTarget(host="h", port=1))
        kernel.errors[ONE] = ConnectionRefusedError(errno.ECONNREFUSED, "x")

        for turn in range(3):
            await road.open(asyncio.Protocol, turn)

        assert kernel.tried == [f"{ONE} 1", f"{SIX} 1", f"{SIX} 1", f"{SIX} 1"]

    run(main)


def test_an_address_that_is_silent_does_not_take_the_time_of_the_others() -> None:
    async def main() -> None:
        NameServer(ONE, TWO)
        kernel, road = Kernel(), Road(MqttTarget(host="h", port=1))
        kernel.silent = {ONE}
        loop = asyncio.get_running_loop()

        await road.open(asyncio.Protocol, 0)

        assert kernel.tried == [f"{ONE} 1", f"{TWO} 1"]
        assert loop.time() == pytest.approx(ADDRESS_WITHIN + 0.1)

    run(main)


def test_a_target_that_is_silent_is_given_up_in_words() -> None:
    async def main() -> None:
        NameServer(ONE)
        kernel, road = Kernel(), Road(MqttTarget(host="h", port=1))
        kernel.silent = {ONE}

        with pytest.raises(Unreachable, match=r"^no connection within 20 s$"):
            await road.open(asyncio.Protocol, 0)

        assert asyncio.get_running_loop().time() == pytest.approx(CONNECT_WITHIN)

    run(main)


def test_no_free_port_is_said_with_the_way_out() -> None:
    async def main() -> None:
        NameServer("127.0.0.1")
        kernel, road = Kernel(), Road(MqttTarget(host="broker", port=1883))
        kernel.errors["127.0.0.1"] = OSError(errno.EADDRNOTAVAIL, "x")

        with pytest.raises(Unreachable) as refused:
            await road.open(asyncio.Protocol, 0)

        assert str(refused.value) == (
            "no free local port towards broker:1883: give more source addresses"
        )

    run(main)


def test_no_file_for_a_socket_is_said_with_the_limit() -> None:
    async def main() -> None:
        NameServer(ONE)
        kernel, road = Kernel(), Road(MqttTarget(host="h", port=1))
        kernel.errors[ONE] = OSError(errno.EMFILE, "x")

        with pytest.raises(Unreachable, match=r"^too many open files: this process may have \d+$"):
            await road.open(asyncio.Protocol, 0)

    run(main)


def test_exchanges_of_a_loop_share_the_road_to_a_target_and_no_other() -> None:
    async def main() -> None:
        server, _ = NameServer(ONE), Kernel()
        target = MqttTarget(host="h", port=1)
        roads = [shared_road(target.model_copy(), Road) for _ in range(3)]
        other = shared_road(MqttTarget(host="h", port=2), Road)

        assert roads[0] is roads[1] is roads[2] is not other
        opening = asyncio.create_task(roads[0].open(asyncio.Protocol, 0))
        await asyncio.sleep(0.05)
        roads[1].close()  # one exchange ends while another one waits
        roads[2].close()
        await opening
        assert server.asked == 1

    run(main)


def test_the_next_run_asks_the_name_server_anew() -> None:
    async def main() -> None:
        server, _ = NameServer(ONE), Kernel()
        for _ in range(2):
            road = shared_road(MqttTarget(host="h", port=1), Road)
            await road.open(asyncio.Protocol, 0)
            road.close()
            del road

        assert server.asked == 2

    run(main)


def test_a_source_of_another_family_than_the_target_is_said() -> None:
    async def main() -> None:
        NameServer(SIX)
        road = Road(MqttTarget(host="h", port=1, sources=["127.0.0.1"]))

        with pytest.raises(Unreachable, match=r"^no source address is of IPv6, as the target is$"):
            await road.open(asyncio.Protocol, 0)

    run(main)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tls": {"ca": "no"}}, r"target\.tls\.ca: must be certificates in PEM"),
        (
            {"sources": ["127.0.0.1", "203.0.113.7"]},
            r"target\.sources\[1\]: 203\.0\.113\.7 is not an address of this machine",
        ),
        ({"websocket": {"path": "mqtt"}}, "target.websocket: path must begin with /"),
        ({"websocket": {"headers": {"Host": "x"}}}, "target.websocket: header Host is set by"),
    ],
)
def test_what_a_target_cannot_mean_is_refused_at_its_place(
    options: dict[str, Any], words: str
) -> None:
    async def main() -> None:
        with pytest.raises(DefinitionError, match=words):
            Road(MqttTarget(host="h", port=1, **options))

    run(main)


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address on Linux")
def test_a_source_is_bound_in_turn() -> None:
    async def main() -> None:
        NameServer(ONE)
        road = Road(MqttTarget(host="h", port=1, sources=["127.0.0.2", "127.0.0.3"]))
        bound = [road._sources.socket(socket.AF_INET, turn) for turn in range(3)]

        hosts = [each.getsockname()[0] for each in bound]
        for each in bound:
            each.close()
        assert hosts == ["127.0.0.2", "127.0.0.3", "127.0.0.2"]

    run(main)
