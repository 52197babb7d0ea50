"""Schemas as datasets: what is read of them, and what is refused with its line."""

import pytest

from simulator.datasets import read_dataset
from simulator.errors import DatasetError

PROTO = b"""syntax = "proto3";
package plant.v1;
message Reading {
  string id = 1;
  double t = 2;
  message Place { double lat = 1; }
  map<string, double> more = 3;
}
"""
AVSC = b'{\n"type": "record", "name": "Reading",\n"fields": [{"name": "id", "type": "string"}]}'


def test_a_proto_file_tells_its_messages_and_keeps_its_text() -> None:
    read = read_dataset("reading.PROTO", b"\xef\xbb\xbf" + PROTO)

    assert (read.kind, read.text, read.rows) == ("proto", PROTO.decode(), 8)
    assert read.messages == {"Reading": 3, "Reading.Place": 1}
    assert (dict(read.columns), read.types) == ({}, {})
    assert read.first_lines(2) == [['syntax = "proto3";'], ["package plant.v1;"]]


def test_an_avsc_file_tells_its_record() -> None:
    read = read_dataset("reading.avsc", AVSC)

    assert (read.kind, read.text, read.rows) == ("avsc", AVSC.decode(), 3)
    assert read.messages == {"Reading": 1}
    assert read_dataset("one.avsc", b'"double"').messages == {}
    assert read_dataset("some.avsc", b'["null", ' + AVSC + b"]").messages == {"Reading": 1}


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.proto", PROTO.replace(b"double t", b"dubble t"), 'line 5, column 3: "dubble" is not'),
        ("a.proto", PROTO[:-2], "line 8, column 1: "),
        ("a.proto", b'syntax = "proto3";\nimport "other.proto";', "line 2, column 1: "),
        ("a.proto", b'import "/etc/hosts";', "line 1, column 1: "),
        ("a.proto", b'syntax = "proto3";', "the schema must have a message, it has none"),
        ("a.proto", PROTO + b"// \xff", "line 9: the file must be UTF-8"),
        ("a.proto", b"//" + b"x" * 100_000, "at most 100,000 characters, it has 100,002"),
        ("a.proto", b"", "the file is empty"),
        ("a.avsc", AVSC[:-1], "line 3 column"),
        ("a.avsc", AVSC.replace(b"string", b"strin"), "unknown type strin"),
        ("a.avsc", b"string", "line 1: the file must be JSON"),
        ("a.avsc", b"\n" + AVSC + b"\xe9", "line 4: the file must be UTF-8"),
        ("a.avsc", b'"' + b"x" * 100_000, "at most 100,000 characters, it has 100,001"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_place(name: str, data: bytes, text: str) -> None:
    with pytest.raises(DatasetError) as refused:
        read_dataset(name, data)

    assert str(refused.value).startswith(f"{name}: ")
    assert text in str(refused.value)
