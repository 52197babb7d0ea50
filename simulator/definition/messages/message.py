"""A message: what is sent, where to, how often.

Rule: only the shape; what must hold between a message and the rest is in ``checks/messages.py``.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import InitErrorDetails

from simulator.definition.expressions.template import Template
from simulator.definition.messages.avro import Avro
from simulator.definition.messages.beside import Headers, MediaType, Properties
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.bodies import MAX_SIZE, Compress, Csv, FormFields, Table
from simulator.definition.messages.interval import Interval
from simulator.definition.messages.payload import (
    Node,
    Payload,
    count_nodes,
    count_values,
    templates_of,
)
from simulator.definition.messages.protobuf import Protobuf
from simulator.definition.messages.schema_file import SchemaFile
from simulator.definition.metrics.generator import Need
from simulator.definition.model import Model

MAX_MESSAGES = 50  # as many kinds as a gateway of a large maker has

DEFAULT_TOPIC = "{{id}}/{name}"  # of a message with neither topic nor path; name is its own

# The words for a payload, and the field that each is; a message has exactly one.
BODIES = {
    "json": "json_",
    "text": "text",
    "csv": "csv",
    "form": "form",
    "binary": "binary",
    "cbor": "cbor",
    "msgpack": "msgpack",
    "protobuf": "protobuf",
    "avro": "avro",
}
# Those that can be filled up to a size, and those that need a member for it.
PADDED = ("json", "text", "csv", "form", "binary", "cbor", "msgpack")
PADDED_BY_MEMBER = ("form", "cbor", "msgpack")
FILLED = ("json", *PADDED_BY_MEMBER)  # those that may have such a member


class Message(Model):
    """What is sent, where to and how often. Its payload is one of ``json``, ``text``, ``csv``,
    ``form``, ``binary``, ``cbor``, ``msgpack``, ``protobuf`` and ``avro``.

    In a definition from ``parse``, a topic or a path is there: ``{id}/name`` by default.
    """

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [word]} for word in BODIES]}
    )

    every: Interval | None = Field(
        default=None,
        description="How often it is sent; without it, only where a status says how often",
    )
    topic: Template | None = Field(
        default=None, description="Where it is published (MQTT): a text with placeholders"
    )
    path: Template | None = Field(
        default=None, description="Where it is sent (HTTP), below the path of the target"
    )
    qos: Literal[0, 1, 2] = Field(default=0, description="Quality of service of MQTT: 0, 1 or 2")
    retain: bool = Field(default=False, description="Whether the broker keeps it (MQTT)")
    method: Literal["POST", "PUT", "PATCH"] | None = Field(
        default=None, description="Method of HTTP; else the target's own"
    )
    headers: Headers = Field(
        default_factory=dict, description="Headers of HTTP: texts with placeholders, by name"
    )
    properties: Properties = Field(
        default_factory=dict,
        description="User properties of MQTT 5: texts with placeholders, by name",
    )
    content_type: MediaType | None = Field(
        default=None,
        description="Its media type, such as `application/json`; else that of the payload's word",
    )
    response_topic: Template | None = Field(
        default=None, description="Where an answer is to go (MQTT 5)"
    )
    correlation: Template | None = Field(
        default=None, description="What an answer is to repeat (MQTT 5), such as `{seq}`"
    )
    json_: Payload = Field(
        default=None,
        alias="json",
        description="JSON: a mapping, a list or a single value; a placeholder that is a whole text"
        " gives its own type",
    )
    text: Template | None = Field(default=None, description="Plain text with placeholders")
    csv: Csv | None = Field(default=None, description="Lines of separated values")
    form: FormFields | None = Field(
        default=None, description="Fields of a form (`application/x-www-form-urlencoded`), by name"
    )
    binary: Binary | None = Field(default=None, description="A frame of bytes, field by field")
    cbor: Payload = Field(default=None, description="CBOR (RFC 8949): as `json`")
    msgpack: Payload = Field(default=None, description="MessagePack: as `json`")
    protobuf: Protobuf | None = Field(default=None, description="A message of Protocol Buffers")
    avro: Avro | None = Field(default=None, description="A value of Avro")
    size: int | None = Field(
        default=None,
        ge=1,
        le=MAX_SIZE,
        description=(
            f"Bytes that the payload is filled up to, 1 to {MAX_SIZE:,}: blanks after JSON, text"
            " and CSV, zeros after binary; what is longer stays as it is"
        ),
    )
    filler: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Name of a member that fills it up instead (JSON, form, CBOR, MessagePack)",
    )
    compress: Compress | None = Field(
        default=None, description="`gzip` or `deflate`, or both words of it: method and level"
    )

    @model_validator(mode="after")
    def _has_one_payload(self) -> "Message":
        words = [word for word, field in BODIES.items() if field in self.model_fields_set]
        if not words:
            raise ValueError(f"needs a payload, one of: {', '.join(BODIES)}")
        if len(words) > 1:
            raise ValueError(f"needs one payload, got {' and '.join(words)}")
        if self.content is None and self.word not in ("json", "cbor", "msgpack"):
            raise ValueError(f"{self.word} needs a payload, got nothing")
        self._check_size()
        return self

    def _check_size(self) -> None:
        if self.size is None:
            if self.filler is not None:
                raise ValueError("filler needs the size to fill up to")
            return
        if self.compress is not None:
            raise ValueError("needs one of them, got size and compress")
        if self.word not in PADDED:
            raise ValueError(f"size cannot be held by {self.word}, only by {', '.join(PADDED)}")
        if self.word in PADDED_BY_MEMBER and self.filler is None:
            raise ValueError(f"size needs the name of a filler for {self.word}")
        if self.filler is not None and self.word not in FILLED:
            raise ValueError(f"filler is for {', '.join(FILLED)}, got {self.word}")
        if self.filler is not None and not isinstance(self.content, dict):
            raise ValueError(f"filler needs {self.word} to be a mapping")

    @property
    def word(self) -> str:
        """The word of its payload: ``json``, ``cbor``, ..."""
        return next(word for word, field in BODIES.items() if field in self.model_fields_set)

    @property
    def content(self) -> Node:
        """What its payload's word holds: a tree, see ``payload.py``, or a model of its own."""
        return getattr(self, BODIES[self.word])

    @property
    def sizes(self) -> tuple[int, int]:
        """How many values its payload has in the document, and how many one message then holds."""
        content, times = self.content, 1
        if isinstance(content, Table):
            times = content.bulk.count if content.bulk else 1
            content = content.cells
        elif isinstance(content, Protobuf):
            content = content.fields
        elif isinstance(content, Avro):
            content = content.value
        return count_nodes(content), times * count_values(content)

    @property
    def _with_a_schema(self) -> Protobuf | Avro | None:
        return self.protobuf or self.avro

    def needs(self) -> tuple[Need, ...]:
        """Return the dataset that its schema lies in; none when that is in the document."""
        content = self._with_a_schema
        if content is None or not isinstance(content.schema_, SchemaFile):
            return ()
        return (Need(content.schema_.dataset, content.dataset_kind),)

    def with_schema(self, text: str) -> "Message":
        """Return it with the text of the file that its schema lies in."""
        content = self._with_a_schema
        return self.model_copy(update={self.word: content.with_text(text)}) if content else self

    def misfits(self) -> list[InitErrorDetails]:
        """Return what does not fit its schema, which must be here; places are below its word."""
        content = self._with_a_schema
        return list(content.misfits()) if content else []

    def templates(self) -> list[tuple[Any, Template]]:
        """Return every template of its payload and of what goes beside it, with its place."""
        found = [((self.word, *place), text) for place, text in contents_of(self.content)]
        for word in ("headers", "properties"):
            found += [((word, name), text) for name, text in getattr(self, word).items()]
        for word in ("response_topic", "correlation"):
            template = getattr(self, word)
            found += [] if template is None else [((word,), template)]
        return found


def contents_of(content: Node) -> list[tuple[Any, Template]]:
    """Return every template of what a payload's word holds, with its place."""
    match content:
        case Table() | Binary():
            return list(content.templates())
        case Protobuf():
            return [(("fields", *place), text) for place, text in templates_of(content.fields)]
        case Avro():
            return [(("value", *place), text) for place, text in templates_of(content.value)]
        case _:
            tree = content if not isinstance(content, list) else tuple(content)
            return templates_of(tree)
