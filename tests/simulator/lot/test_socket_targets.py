"""Targets of CoAP, TCP, UDP and WebSocket as documents: what they refuse, and what they say."""

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.lot import target_of
from simulator.speech import COAP, TCP, UDP, WEBSOCKET, Speech

ANSWERED = {"acknowledgement": {}}


def document(protocol: str, **options: Any) -> dict[str, Any]:
    return {"protocol": protocol, "host": "h", "port": 1, **options}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (document("coap", tls={}), "CoAP is spoken over UDP without DTLS, leave tls out"),
        (document("coap", websocket={}), "CoAP is spoken over UDP alone, leave websocket out"),
        (document("coap", block_size=100), "16, 32, 64, 128, 256, 512 or 1024"),
        (document("udp", tls={}), "datagrams are sent without DTLS, leave tls out"),
        (document("http", websocket={}), "HTTP is not spoken inside of WebSocket"),
        (document("udp", websocket={}), "datagrams have no WebSocket, leave websocket out"),
        (document("udp", max_size=65_508), "65507"),
        (document("websocket", websocket={}), "WebSocket is the protocol already"),
        (document("tcp", framing={"kind": "length", "size": 3}), "1, 2 or 4"),
        (document("tcp", framing={"kind": "line", "delimiter": ""}), "at least 1 character"),
        (document("tcp", framing={"kind": "line", "delimiter": "\\q"}), "an escape is"),
        (document("tcp", framing={"escape": "a\n", "kind": "line"}), "must not hold the delimiter"),
        (document("tcp", preamble="\\x"), "an escape is"),
    ],
)
def test_what_cannot_be_is_refused(data: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        target_of(data)


@pytest.mark.parametrize(
    ("data", "least"),
    [
        (document("coap"), 0),
        (document("coap", confirmable="by_qos"), 1),
        (document("coap", confirmable="never"), 3),
        (document("coap", confirmable="never", awaits_answers=True), 0),
        (document("tcp"), 3),
        (document("tcp", **ANSWERED), 0),
        (document("udp"), 3),
        (document("udp", **ANSWERED), 0),
        (document("websocket"), 3),
        (document("websocket", **ANSWERED), 0),
    ],
)
def test_a_target_says_what_it_acknowledges(data: dict[str, Any], least: int) -> None:
    assert target_of(data).acknowledged_from == least


@pytest.mark.parametrize(
    ("protocol", "speech"), [("coap", COAP), ("tcp", TCP), ("udp", UDP), ("websocket", WEBSOCKET)]
)
def test_a_target_says_what_it_carries(protocol: str, speech: Speech) -> None:
    assert target_of(document(protocol)).speech == speech
    assert speech.hears
