"""Cuts connections that are open already, when the place that they lead to is closed.

Rule: found by what the system knows of the process's sockets, so that nothing is written down when
one is opened, and none is forgotten, whichever library has opened it. Whose it was sees its end as
it sees any other, and is refused at the gate when it tries again.
"""

import ctypes
import os
import socket
from contextlib import closing, suppress
from pathlib import Path

from simulator.reach import Closed

FILES = Path("/dev/fd")  # of this process; Linux and macOS have it
FAMILIES = frozenset({socket.AF_INET, socket.AF_INET6})
NOWHERE = bytes(16)  # an address of no family: connecting there takes a datagram socket's peer away


def cut(closed: Closed) -> int:
    """Cut what leads to closed addresses, whatever name led there; return how many connections.

    It may be called in any thread and takes about 5 µs for each open file. A library that blocks in
    another thread comes back with an error.
    """
    if not closed.networks:
        return 0
    return sum(_cut_if(closed, number) for number in _open_files())


def _open_files() -> list[int]:
    """Return the numbers of this process's open files; none on a system that does not tell."""
    try:
        return [int(each.name) for each in FILES.iterdir()]
    except OSError:
        return []


def _cut_if(closed: Closed, number: int) -> bool:
    """Cut one of the process's files, if it is a connection to a closed address."""
    with suppress(OSError), closing(_again(number)) as ours:
        if ours.family in FAMILIES and closed.has_address(str(ours.getpeername()[0])):
            _end(ours)
            return True
    return False


def _again(number: int) -> socket.socket:
    """Return the socket behind a file once more; the first one may be closed, and its number be
    another's, in this very moment.

    Raises:
        OSError: There is no such file, or it is no socket.
    """
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _end(ours: socket.socket) -> None:
    """End a connection; of datagrams, which have no end, take the far side away."""
    if ours.type == socket.SOCK_DGRAM:
        ctypes.CDLL(None).connect(ours.fileno(), NOWHERE, len(NOWHERE))
    else:
        ours.shutdown(socket.SHUT_RDWR)
