"""Connections that are open already, once the place that they lead to is closed."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from simulator.reach import Closed
from simulator.transports.cutting import cut

WITHIN = 30.0  # s; what is not cut would be waited on for ever
HERE, BESIDE = "127.0.0.77", "127.0.0.78"  # nobody else's: what else is open here stays


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connection(opened: ExitStack, host: str) -> socket.socket:
    """Return an open connection to a server of this process."""
    server = opened.enter_context(socket.create_server((host, 0)))
    ours = opened.enter_context(socket.create_connection(server.getsockname(), WITHIN))
    opened.enter_context(server.accept()[0])
    return ours


def test_a_connection_to_a_closed_address_ends_and_no_other_one(opened: ExitStack) -> None:
    ours, other = connection(opened, HERE), connection(opened, BESIDE)

    assert cut(Closed.of([HERE])) == 1
    assert ours.recv(1) == b""
    with pytest.raises(BrokenPipeError):
        ours.send(b"a")
    assert other.send(b"a") == 1


def test_datagrams_reach_a_closed_address_no_more(opened: ExitStack) -> None:
    far = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    ours = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    far.bind((HERE, 0))
    ours.connect(far.getsockname())
    ours.send(b"a")

    assert cut(Closed.of(["127.0.0.76/30"])) == 1
    with pytest.raises(OSError, match="Destination address required"):
        ours.send(b"b")


def test_without_closed_addresses_nothing_is_looked_at(opened: ExitStack) -> None:
    ours = connection(opened, HERE)

    assert cut(Closed.of(["broker.example", "*.example"])) == 0
    assert ours.send(b"a") == 1


def test_files_of_other_kinds_are_passed_by(opened: ExitStack) -> None:
    opened.enter_context(socket.create_server((HERE, 0)))
    near, far = socket.socketpair()
    opened.enter_context(near)
    opened.enter_context(far)

    assert cut(Closed.of([HERE])) == 0
