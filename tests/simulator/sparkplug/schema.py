"""``sparkplug_b.proto`` from the tables of the specification, for Google's own library to read.

Source: Sparkplug 3.0.0, section 6.4 (6.4.4 Payload, 6.4.6 Metric, and what lies in them).
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.unknown_fields import UnknownFieldSet

_Field = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "uint64": _Field.TYPE_UINT64,
    "uint32": _Field.TYPE_UINT32,
    "bool": _Field.TYPE_BOOL,
    "float": _Field.TYPE_FLOAT,
    "double": _Field.TYPE_DOUBLE,
    "string": _Field.TYPE_STRING,
    "bytes": _Field.TYPE_BYTES,
}
# Name, type, number; those after "value" are one of the others.
METRIC = [
    ("name", "string", 1),
    ("alias", "uint64", 2),
    ("timestamp", "uint64", 3),
    ("datatype", "uint32", 4),
    ("is_historical", "bool", 5),
    ("is_transient", "bool", 6),
    ("is_null", "bool", 7),
]
VALUES = [
    ("int_value", "uint32", 10),
    ("long_value", "uint64", 11),
    ("float_value", "float", 12),
    ("double_value", "double", 13),
    ("boolean_value", "bool", 14),
    ("string_value", "string", 15),
    ("bytes_value", "bytes", 16),
]


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="sparkplug_b.proto", package="org.eclipse.tahu.protobuf", syntax="proto2"
    )
    payload = file.message_type.add(name="Payload")
    metric = payload.nested_type.add(name="Metric")
    metric.oneof_decl.add(name="value")
    for name, kind, number in METRIC + VALUES:
        field = metric.field.add(
            name=name, number=number, type=_TYPES[kind], label=_Field.LABEL_OPTIONAL
        )
        if (name, kind, number) in VALUES:
            field.oneof_index = 0
    payload.field.add(
        name="timestamp", number=1, type=_Field.TYPE_UINT64, label=_Field.LABEL_OPTIONAL
    )
    payload.field.add(
        name="metrics",
        number=2,
        type=_Field.TYPE_MESSAGE,
        label=_Field.LABEL_REPEATED,
        type_name=".org.eclipse.tahu.protobuf.Payload.Metric",
    )
    payload.field.add(name="seq", number=3, type=_Field.TYPE_UINT64, label=_Field.LABEL_OPTIONAL)
    payload.field.add(name="uuid", number=4, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    payload.field.add(name="body", number=5, type=_Field.TYPE_BYTES, label=_Field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName("org.eclipse.tahu.protobuf.Payload")
    return message_factory.GetMessageClass(found)


Payload = _payload_class()


def read(data: bytes) -> Any:
    """The payload that the bytes are; a field that the schema does not know is an error."""
    payload = Payload.FromString(data)
    assert not any(len(UnknownFieldSet(each)) for each in (payload, *payload.metrics))
    return payload


def value_of(metric: Any) -> Any:
    """What a metric holds; None when it is null."""
    which = metric.WhichOneof("value")
    assert (which is None) == metric.is_null
    return None if which is None else getattr(metric, which)
