"""What else reads a far side's bytes, beside the codecs of wires: tokens, redirects, counters,
commands. Whatever comes, the answer is a value or an error that is promised, and a bounded one.
"""

from collections.abc import Callable
from functools import cache, partial
from math import isfinite
from typing import TypeVar

from simulator import parse
from simulator.errors import TargetError
from simulator.fleet import Fleet
from simulator.lot import MqttTarget
from simulator.protocols import http, mqtt
from simulator.sparkplug.decoding import MAX_COMMANDS, commands
from simulator.transports import Identity
from simulator.transports.asking import number_in
from simulator.transports.line import Line
from simulator.transports.redirects import follow

MOST_SAID = 400  # characters of a reason, however much the far side says
STATUSES = (200, 301, 302, 303, 307, 308, 400, 401, 503)
LISTENER = """
name: Listener
id: "x-{index}"
metrics: {a: {constant: 7}}
messages: {m: {every: 1s, json: {a: "{a}"}}}
statuses:
  idle:
    send: [m]
    go: [{to: busy, on: {topic: "cmd/{id}", where: {action: start}}}]
  busy:
    send: [m]
    go: [{to: idle, on: {topic: "cmd/+", where: {n: {above: 3}, t: {like: "a*b"}}}}]
replies:
  r:
    on: {topic: "ask/#"}
    send: {topic: "said/{id}", json: {was: "{in.payload}", id: "{in.payload.n}"}}
"""

Driver = Callable[[bytes], None]
Value = TypeVar("Value")


def outcome(read: Callable[[], Value]) -> tuple[Value | None, str]:
    """What was read, or the reason why nothing was; any other error is a defect."""
    try:
        return read(), ""
    except TargetError as error:
        return None, str(error)


def is_line(text: str) -> bool:
    """Whether a reason is one short line."""
    return text.isprintable() and len(text) <= MOST_SAID


def token(data: bytes) -> None:
    """The answer of a token endpoint; the first byte says its status."""
    answer = http.Answer(STATUSES[data[0] % len(STATUSES)], True, body=data[1:])
    grant, why = outcome(lambda: http.read_grant(answer))
    assert is_line(why), why
    if grant is None:
        return
    assert 0 < grant.life <= 86_400
    assert is_header(grant.token)


def is_header(text: str) -> bool:
    """Whether a header can carry a text."""
    return not set(text) & set("\r\n\0") and text == text.strip()


def redirect(data: bytes) -> None:
    """The place that an answer of HTTP names; the first byte says its status."""
    answer = http.Answer(STATUSES[data[0] % len(STATUSES)], True, data[1:].decode("latin-1"))
    assert is_line(http.reason(answer)), http.reason(answer)
    hop = http.next_hop(answer, origin="https://api.example:8443", method="PUT", path=b"/a/b?c=1")
    if isinstance(hop, str):
        assert is_line(hop), hop
        return
    assert hop.path.startswith(b"/")
    assert not set(hop.path) & set(b" \r\n\0#")


def reference(data: bytes) -> None:
    """The server that a broker of MQTT names."""
    line = Line(0, Identity())
    said = mqtt.Redirected("moved", reference=data[1:].decode(errors="replace"), is_for_good=True)
    why = follow(line, said, MqttTarget(host="h", port=1883, version="5"))
    assert len(why) <= MOST_SAID, why
    if line.detour:
        host, port = line.detour
        assert host
        assert 0 < port < 65_536


def counter(data: bytes) -> None:
    """The page of a receiver that counts."""
    for path in ("", "a", "a.0.b"):
        number, why = outcome(partial(number_in, data[1:], path))
        assert is_line(why), why
        assert number is None or isfinite(number)


def sparkplug(data: bytes) -> None:
    """The payload of an NCMD or a DCMD."""
    found = commands(data[1:])
    assert len(found) <= MAX_COMMANDS
    assert all(isinstance(each.name, str) for each in found)


@cache
def fleet() -> Fleet:
    """Two mocks that listen; they go on from one input to the next."""
    made = Fleet(parse(LISTENER), count=2, total=2, seed=1, epoch=0.0)
    made.connected(made.due(0.0).connect, 0.0)
    return made


TOPICS = ("cmd/x-0", "cmd/x-1", "ask/a", "", "cmd/\ufffd", "a" * 60_000)


def command(data: bytes) -> None:
    """A message to a mock; the first byte says its topic."""
    mocks = fleet()
    for row in range(2):
        mocks.received(row, TOPICS[data[0] % len(TOPICS)], data[1:], 1.0)
    mocks.due(1.0)


READERS: dict[str, Driver] = {
    "token": token,
    "redirect": redirect,
    "reference": reference,
    "counter": counter,
    "sparkplug": sparkplug,
    "command": command,
}

READER_BEGINNINGS: dict[str, list[bytes]] = {
    "token": [
        b'{"access_token": "t0k", "token_type": "bearer", "expires_in": 300}',
        b'{"error": "invalid_client", "error_description": "x"}',
        b"[]",
    ],
    "redirect": [b"/a?b=c", b"https://api.example:8443/x", b"//u:p@[::1]:80/#y", b"../%0d%0a"],
    "reference": [b"b.example:1884", b"mqtt://[::1]:1883 other", b"mqtts://a/", b"a:0", b"a:99999"],
    "counter": [b"7", b'{"a": [{"b": 8}]}', b'{"a": "9"}', b"NaN"],
    "sparkplug": [b"\x12\x06\x0a\x01a\x10\x05\x50\x01", b"\x12\x05\x65\0\0\x80\x3f", b"\x18\x01"],
    "command": [b'{"action": "start"}', b'{"n": 5, "t": "axb"}', b'{"n": [1]}', b"reboot"],
}
