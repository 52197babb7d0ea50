"""The fault proxy does what it says, over real sockets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from tests.chaos.proxy import Proxy

WITHIN = 60.0  # s for what has to come
BRIEFLY = 0.3  # s for what must not come


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before a server that answers every byte with it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_echo_all, args=(listener,), daemon=True).start()
        one = Proxy(listener.getsockname()[1])
        one.start()
        yield one
        one.close()


def _echo_all(listener: socket.socket) -> None:
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        Thread(target=_echo, args=(peer,), daemon=True).start()


def _echo(peer: socket.socket) -> None:
    with peer:
        try:
            while data := peer.recv(4_096):
                peer.sendall(data)
        except OSError:
            return


@contextmanager
def connected(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=WITHIN) as client:
        yield client


def is_answered(client: socket.socket) -> bool:
    client.settimeout(BRIEFLY)
    try:
        return client.recv(10) != b""
    except TimeoutError:
        return False
    finally:
        client.settimeout(WITHIN)


def is_over(client: socket.socket) -> bool:
    try:
        return client.recv(10) == b""
    except ConnectionError:
        return True


def test_it_passes_everything_on(proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"hello")

        assert client.recv(10) == b"hello"


@pytest.mark.parametrize("is_mute", [False, True])
def test_in_silence_nothing_passes_for_old_and_new_until_it_is_opened(
    proxy: Proxy, is_mute: bool
) -> None:
    with connected(proxy) as old:
        old.sendall(b"1")
        assert old.recv(10) == b"1"
        (proxy.mute if is_mute else proxy.silence)()
        with connected(proxy) as new:
            old.sendall(b"2")
            new.sendall(b"3")

            assert not is_answered(old)
            assert not is_answered(new)
            proxy.open()
            assert (old.recv(10), new.recv(10)) == (b"2", b"3")


def test_who_is_refused_is_broken_off_and_may_come_back_later(proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"1")
        assert client.recv(10) == b"1"

        proxy.refuse()

        assert is_over(client)
        with pytest.raises(ConnectionRefusedError), connected(proxy):
            pass
    proxy.open()
    with connected(proxy) as client:
        client.sendall(b"3")
        assert client.recv(10) == b"3"
