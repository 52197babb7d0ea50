"""What goes wrong on purpose on a mock's connection: silence, slow reading, delay.

Rule: stands between a wire and its transport for as long as something is wrong, and is not there
otherwise; so a connection that is well costs nothing. What it holds back is bounded, in order, and
never parted: each write goes out whole.
"""

import asyncio
import contextlib
import os
import random
import socket
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any, cast

from simulator.impairment import WELL, Impairment
from simulator.transports.wire import WRITE_LIMIT, Wire

RESUME_AT = WRITE_LIMIT // 4  # bytes that may still wait when a wire is told to write on
MAX_DATAGRAMS = 1_000  # that are on their way to a mock, delayed; more are lost, as on any road


class Impaired(asyncio.Transport, asyncio.Protocol):
    """A wire's transport, and its transport's protocol, while something is wrong between them."""

    def __init__(self, wire: Wire[Any], impairment: Impairment) -> None:
        """Step in between; ``change(WELL)`` steps out again."""
        super().__init__()
        self._wire = wire
        self._transport = wire.transport
        self._loop = asyncio.get_running_loop()
        self._impairment = WELL
        self._random = random.Random(0)
        self._out: deque[tuple[float, bytes, bool]] = deque()  # when, what, whether a datagram
        self._in: deque[tuple[float, Callable[[], None]]] = deque()
        self._waiting = 0  # bytes in ``_out``
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._is_reading = True
        self._is_closing = False
        self.is_ghost = False  # the wire thinks it is over, the far side does not know
        self._transport.set_protocol(self)
        wire.transport = self
        self.change(impairment)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is read or written, so that nobody may lose patience either."""
        return self._impairment.is_silent

    def change(self, impairment: Impairment) -> None:
        """Let something else be wrong from now on, or nothing: then it is out of the way."""
        self._impairment = impairment
        self._random.seed(impairment.seed)
        self._narrow(impairment.window)
        if self.is_ghost and not impairment.is_silent:
            self.lay()
        elif impairment.is_felt:
            self._read_on()
            self._push()
        else:
            self._step_out()

    def lay(self) -> None:
        """Let go of a connection that only the far side believes in."""
        self._cancel()
        if self.is_ghost:
            self._transport.abort()

    # What the wire asks of its transport.

    def write(self, data: Any) -> None:
        self._send(bytes(data), is_datagram=False)

    def sendto(self, data: Any, addr: Any = None) -> None:  # noqa: ARG002 - there is one far side
        self._send(bytes(data), is_datagram=True)

    def close(self) -> None:
        self._is_closing = True
        if not self._out:
            self._close()

    def abort(self) -> None:
        if self._impairment.is_silent and not self.is_ghost:
            self.is_ghost = True
            self._cancel()
            self._loop.call_soon(self._wire.connection_lost, None)
        elif not self.is_ghost:
            self._transport.abort()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._waiting + self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._is_closing or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    # What the transport tells its protocol.

    def data_received(self, data: bytes) -> None:
        self._arrive(lambda: self._wire.data_received(data))
        rate = self._impairment.reads
        if rate < inf:
            self._rest(len(data) / rate if rate else inf)

    def datagram_received(self, data: bytes, address: Any) -> None:
        if not self._impairment.is_silent and len(self._in) < MAX_DATAGRAMS:
            wire = cast(Any, self._wire)
            self._arrive(lambda: wire.datagram_received(data, address))

    def error_received(self, error: Exception) -> None:
        if not self._impairment.is_silent:
            cast(Any, self._wire).error_received(error)

    def eof_received(self) -> bool | None:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        if self.is_ghost:
            return
        while self._in:
            self._in.popleft()[1]()
        self._wire.connection_lost(exc)

    def pause_writing(self) -> None:
        self._wire.pause_writing()

    def resume_writing(self) -> None:
        if self._waiting <= RESUME_AT:
            self._wire.resume_writing()

    # Out.

    def _send(self, data: bytes, *, is_datagram: bool) -> None:
        if self.is_ghost:
            return
        impairment = self._impairment
        if not (self._out or impairment.is_silent or impairment.sent[0]):
            self._put(data, is_datagram=is_datagram)
            return
        due = self._loop.time() + self._drawn(impairment.sent)
        if self._out:
            due = max(due, self._out[-1][0])
        self._out.append((due, data, is_datagram))
        self._waiting += len(data)
        if self._waiting > WRITE_LIMIT:
            self._wire.pause_writing()
        self._push()

    def _push(self) -> None:
        """Write what is due, and come again when the next is."""
        if self._impairment.is_silent:
            return
        now, was_full = self._loop.time(), self._waiting > RESUME_AT
        while self._out and self._out[0][0] <= now:
            _, data, is_datagram = self._out.popleft()
            self._waiting -= len(data)
            self._put(data, is_datagram=is_datagram)
        if was_full and self._waiting <= RESUME_AT:
            self._wire.resume_writing()
        if self._out:
            self._after("out", self._out[0][0] - now, self._push)
        elif self._is_closing:
            self._close()

    def _put(self, data: bytes, *, is_datagram: bool) -> None:
        if is_datagram:
            cast(Any, self._transport).sendto(data)
        else:
            self._transport.write(data)

    def _close(self) -> None:
        if not self._impairment.is_silent:
            self._transport.close()

    # In.

    def _arrive(self, tell: Callable[[], None]) -> None:
        delay = self._impairment.received
        if not (self._in or self._impairment.is_silent or delay[0]):
            tell()
            return
        due = self._loop.time() + self._drawn(delay)
        if self._in:
            due = max(due, self._in[-1][0])
        self._in.append((due, tell))
        self._pull()

    def _pull(self) -> None:
        """Tell the wire what has arrived by now, and come again for the next."""
        if self._impairment.is_silent:
            return
        now = self._loop.time()
        while self._in and self._in[0][0] <= now:
            self._in.popleft()[1]()
        if self._in:
            self._after("in", self._in[0][0] - now, self._pull)

    def _read_on(self) -> None:
        """Read or not, as the present impairment says; what waits is told."""
        impairment = self._impairment
        if impairment.is_silent or not impairment.reads:
            self._reads(is_reading=False)
        elif "rest" not in self._timers:
            self._reads(is_reading=True)
        self._pull()

    def _rest(self, seconds: float) -> None:
        """Read nothing for a while."""
        self._reads(is_reading=False)
        if seconds < inf:
            self._after("rest", seconds, self._rested)

    def _rested(self) -> None:
        self._timers.pop("rest", None)
        self._read_on()

    def _reads(self, *, is_reading: bool) -> None:
        if is_reading == self._is_reading or self._transport.is_closing():
            return
        self._is_reading = is_reading
        # Datagrams cannot be paused; those that come in a silence are lost.
        with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError):
            (self._transport.resume_reading if is_reading else self._transport.pause_reading)()

    def _narrow(self, window: int | None) -> None:
        """Give the socket a receive buffer of so many bytes: the kernel then takes no more for the
        mock, and the far side's own queue begins to fill (socket(7), SO_RCVBUF)."""
        own = self._transport.get_extra_info("socket")
        if window is None or own is None:
            return
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(own.fileno())) as handle:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)

    # Both.

    def _drawn(self, delay: tuple[float, float]) -> float:
        middle, spread = delay
        return middle + spread * (2.0 * self._random.random() - 1.0)

    def _after(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        self._cancel(name)
        self._timers[name] = self._loop.call_later(max(0.0, seconds), do)

    def _cancel(self, *names: str) -> None:
        for name in names or tuple(self._timers):
            timer = self._timers.pop(name, None)
            if timer:
                timer.cancel()

    def _step_out(self) -> None:
        """Write and tell what was held back, and give the wire its transport back."""
        self._cancel()
        while self._out:
            _, data, is_datagram = self._out.popleft()
            self._put(data, is_datagram=is_datagram)
        was_full, self._waiting = self._waiting > RESUME_AT, 0
        while self._in:
            self._in.popleft()[1]()
        self._transport.set_protocol(self._wire)
        if self._wire.transport is self:
            self._wire.transport = self._transport
        self._reads(is_reading=True)
        if was_full:
            self._wire.resume_writing()
        if self._is_closing:
            self._transport.close()
