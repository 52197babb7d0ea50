"""Sparkplug: a mock as an Edge Node of Sparkplug B, with its devices.

Rule: only the shape; what is sent and when is in ``simulator/sparkplug`` and ``fleet/edge.py``.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from simulator.definition.expressions.template import Template
from simulator.definition.messages.interval import Interval
from simulator.definition.model import Model, nearest
from simulator.definition.text.places import Finding, Path
from simulator.errors import DefinitionError

MAX_SPARKPLUG_METRICS = 500  # of one node or device
MAX_DEVICES = 20  # of one node; each is two messages of the definition

# Source: Sparkplug 3.0.0, section 6.4.16 (DataType), those of a single value.
DATATYPES = {
    "Int8": 1, "Int16": 2, "Int32": 3, "Int64": 4, "UInt8": 5, "UInt16": 6, "UInt32": 7,
    "UInt64": 8, "Float": 9, "Double": 10, "Boolean": 11, "String": 12, "DateTime": 13, "Text": 14,
}  # fmt: skip
Datatype = Literal[
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32",
    "UInt64", "Float", "Double", "Boolean", "String", "DateTime", "Text",
]  # fmt: skip


class SparkplugMetric(Model):
    """One metric of a node or a device. A text alone is its value: ``Speed: "{speed:.0f}"``."""

    value: Template = Field(
        description="A text with placeholders; a placeholder that is the whole text gives its type",
        examples=["{temperature}"],
    )
    type: Datatype = Field(
        default="Double",
        description="Its datatype in Sparkplug; a value that does not fit into it is sent as null",
    )
    write: str = Field(
        default="",
        description=(
            "Variable that an NCMD or a DCMD for this metric sets; without it a command is ignored"
        ),
    )
    deadband: float = Field(
        default=0.0,
        ge=0,
        allow_inf_nan=False,
        description="How far a number must go from what was sent last to be sent again, 0 or more",
    )


def read_metrics(value: Any) -> Any:
    """Return metrics in full where a text stands for one."""
    if not isinstance(value, dict):
        return value
    return {name: {"value": one} if isinstance(one, str) else one for name, one in value.items()}


Metrics = Annotated[
    dict[str, SparkplugMetric],
    BeforeValidator(read_metrics),
    Field(max_length=MAX_SPARKPLUG_METRICS),
]


class SparkplugDevice(Model):
    """A device behind the node, with a birth, data and a death of its own."""

    metrics: Metrics = Field(description="Its metrics, by name, such as `Motor/Speed`")
    every: Interval | None = Field(
        default=None, description="How often its data is looked at; else as the node's"
    )


class Sparkplug(Model):
    """The mock is an Edge Node of Sparkplug B 3.0.

    It leaves an NDEATH as the will of each connection, and gives an NBIRTH, and a DBIRTH for each
    device, whenever it is connected and whenever Node Control/Rebirth asks for it. Data is sent by
    the messages ``NDATA`` and ``DDATA <device>``, which statuses may name in ``send`` like any
    other; they name metrics by their aliases. Sequence numbers, bdSeq and time stamps are those
    that the specification demands. What waited in a ``buffer`` is marked as historical.
    """

    group: Template = Field(description="Group ID: a text; takes what is fixed for a mock")
    node: Template = Field(
        default_factory=lambda: Template.read("{id}"),
        description="Edge Node ID: a text; takes what is fixed for a mock",
    )
    every: Interval = Field(
        default="10s",
        validate_default=True,
        description="How often the values are looked at, and sent; default 10s",
    )
    report: Literal["changed", "all"] = Field(
        default="changed",
        description=(
            "What a message of data holds: the metrics that changed since they were sent last (and"
            " no message when none did), or all"
        ),
    )
    metrics: Metrics = Field(
        default_factory=dict, description="Metrics of the node itself, by name"
    )
    devices: dict[str, SparkplugDevice] = Field(
        default_factory=dict, max_length=MAX_DEVICES, description="Devices behind it, by Device ID"
    )

    @property
    def written(self) -> frozenset[str]:
        """The variables that commands set."""
        metrics = (each for _, _, group in self.groups() for each in group.values())
        return frozenset(metric.write for metric in metrics if metric.write)

    def groups(self) -> Iterator[tuple[str, str, dict[str, SparkplugMetric]]]:
        """Yield what has data of its own: the name of its message, the device, the metrics."""
        if self.metrics:
            yield NODE_DATA, "", self.metrics
        for device, each in self.devices.items():
            yield f"{DEVICE_DATA} {device}", device, each.metrics


NODE_DATA, DEVICE_DATA = "NDATA", "DDATA"  # names of messages; that of a device ends in its ID


def topic_of(sparkplug: Sparkplug, kind: str, device: str = "") -> str:
    """Return the template of a topic. Source: Sparkplug 3.0.0, section 4.1."""
    parts = ["spBv1.0", sparkplug.group.text, kind, sparkplug.node.text, device.replace("{", "{{")]
    return "/".join(part for part in parts if part)


def with_messages(data: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the messages that its ``sparkplug`` stands for, if it can be read."""
    given, messages = data.get("sparkplug"), data.get("messages", {})
    if not isinstance(given, dict) or not isinstance(messages, dict):
        return data
    try:
        sparkplug = Sparkplug.model_validate(given)
    except (ValidationError, DefinitionError):
        return data  # what is wrong with it is found where it stands
    made = {}
    for name, device, metrics in sparkplug.groups():
        every = given.get("every", "10s")
        if device:
            every = given["devices"][device].get("every", every)
        values = [metric.value.text for metric in metrics.values()]
        kind = DEVICE_DATA if device else NODE_DATA
        made[name] = {"every": every, "topic": topic_of(sparkplug, kind, device), "json": values}
    return {**data, "messages": {**messages, **made}}


def with_places(finding: Finding, data: dict[str, Any]) -> Finding:
    """Return a finding in a message that ``sparkplug`` stands for with the place of its cause."""
    path, given = finding.path, data.get("sparkplug")
    is_made = len(path) > 1 and path[0] == "messages" and path[1] not in data.get("messages", {})
    if not is_made or not isinstance(given, dict):
        return finding
    device = str(path[1]).partition(" ")[2]
    owner: Path = ("sparkplug", "devices", device) if device else ("sparkplug",)
    metrics = given["devices"][device]["metrics"] if device else given.get("metrics", {})
    if len(path) > 3 and path[2] == "json" and isinstance(path[3], int):
        return Finding((*owner, "metrics", list(metrics)[path[3]]), finding.text)
    return Finding(("sparkplug", "group" if "topic" in path else "every"), finding.text)


def sparkplug_findings(sparkplug: Sparkplug | None, data: dict[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the names in it; ``data`` is the document as it was given."""
    if sparkplug is None:
        return
    for word in ("group", "node"):
        yield from _id_findings(getattr(sparkplug, word).literal, ("sparkplug", word))
    for name, device, metrics in sparkplug.groups():
        place: Path = ("sparkplug", "devices", device) if device else ("sparkplug",)
        yield from _id_findings(device, place)
        if name in data.get("messages", {}):
            yield Finding(("messages", name), f"{name!r} is made by 'sparkplug' already")
        for metric, each in metrics.items():
            if each.write and each.write not in data.get("variables", {}):
                known = nearest(each.write, data.get("variables", {}))
                text = f"unknown variable {each.write!r}, {known}"
                yield Finding((*place, "metrics", metric, "write"), text)


def _id_findings(text: str, place: Path) -> Iterator[Finding]:
    """Source: Sparkplug 3.0.0, tck-id-intro-group-id-chars and those for node and device."""
    if any(character in text for character in "/+#"):
        yield Finding(place, "an ID of Sparkplug has none of '/', '+' and '#'")
