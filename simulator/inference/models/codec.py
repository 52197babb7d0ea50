"""A Things Network device codec: the examples of its uplink decoder, as the network sends them on.

Rule: the decoded values are simulated; the bytes that the device itself sends need a ``binary``
layout, which no codec says.
"""

from typing import Any

from simulator.errors import DefinitionError
from simulator.inference.drafting import Draft
from simulator.inference.identity import Identity
from simulator.inference.shape import Leaf, Shape
from simulator.inference.shaping import shape_of
from simulator.inference.writing import Inferred

TOPIC = "v3/app@tenant/devices/{id}/up"
EVERY = "15min"  # of a class A sensor on a duty cycle of 1 %


def is_codec(document: Any) -> bool:
    """Whether a document is a codec of the device repository, with examples."""
    decoder = document.get("uplinkDecoder") if isinstance(document, dict) else None
    return isinstance(decoder, dict)


def infer_codec(document: Any, name: str) -> Inferred:
    """Return a definition that sends the uplinks that the network makes of the examples.

    Raises:
        DefinitionError: The codec has no example with decoded data.
    """
    ports: dict[int, list[Any]] = {}
    for example in document["uplinkDecoder"].get("examples") or ():
        data, port = _decoded(example)
        if data:
            ports.setdefault(port, []).append(data)
    if not ports:
        raise DefinitionError("the codec has no example of an uplink with decoded data")
    seen = Identity("eui-70b3d57ed0{index:06x}", frozenset(), "a device id of the network")
    draft = Draft(name, seen)
    for port, data in ports.items():
        word = "uplink" if len(ports) == 1 else f"uplink_port_{port}"
        note = f"{len(data)} examples of the codec for port {port}; every {EVERY}, a guess"
        shape = _uplink(port, shape_of(data, ("uplink_message", "decoded_payload")))
        draft.add_message(word, shape, topic=TOPIC, every=EVERY, note=note)
        _fill(draft.messages[word]["json"])
    return draft.inferred()


def _decoded(example: Any) -> tuple[Any, int]:
    output = example.get("output") if isinstance(example, dict) else None
    data = output.get("data") if isinstance(output, dict) else None
    given = example.get("input") if isinstance(example, dict) else None
    port = given.get("fPort") if isinstance(given, dict) else 1
    return data, port if isinstance(port, int) else 1


def _uplink(port: int, decoded: Shape) -> Shape:
    signal = {
        "rssi": Leaf(path=("uplink_message", "rx_metadata", "rssi"), values=(-97,)),
        "snr": Leaf(path=("uplink_message", "rx_metadata", "snr"), values=(7.5,)),
    }
    return {
        "uplink_message": {
            "f_port": Leaf(path=("uplink_message", "f_port"), options=(port,)),
            "decoded_payload": decoded,
            "rx_metadata": [signal],
        }
    }


def _fill(body: dict[str, Any]) -> None:
    """Put in what the network itself adds to each uplink."""
    uplink = body.pop("uplink_message")
    body["end_device_ids"] = {"device_id": "{id}", "application_ids": {"application_id": "app"}}
    body["received_at"] = "{now:iso}"
    body["uplink_message"] = {"f_port": uplink.pop("f_port"), "f_cnt": "{seq}", **uplink}
