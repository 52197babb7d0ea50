"""How payloads are shown: decoded where that is sure, else as their bytes."""

import gzip
import zlib

import cbor2
import msgpack
import pytest

from simulator import parse
from web.logs.payloads import MOST_SHOWN, MOST_UNPACKED, Readable, formats_of, readable

VALUE = {"t": 4.5, 7: [True, None], "raw": b"\xff\x00"}
SHOWN = '{\n  "t": 4.5,\n  "7": [\n    true,\n    null\n  ],\n  "raw": "ff 00"\n}'


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b'{"b":1,"a":[true]}', '{\n  "b": 1,\n  "a": [\n    true\n  ]\n}'),
        ("36.6 °C".encode(), "36.6 °C"),
        (b"a;b\r\n1;2\r\n", "a;b\r\n1;2\r\n"),
        (b"", ""),
    ],
)
def test_text_is_shown_as_it_is(payload, text):
    assert readable(payload) == Readable(text=text)


def test_what_is_no_text_is_hex_and_base64():
    found = readable(b"\xff\x00\x10", word="binary")

    assert found == Readable(("binary frame", "3 bytes"), hex="ff 00 10", base64="/wAQ")
    assert readable(b"\x01\x02").facts == ("not text", "2 bytes")


@pytest.mark.parametrize(
    ("word", "name", "write"),
    [("cbor", "CBOR", cbor2.dumps), ("msgpack", "MessagePack", msgpack.packb)],
)
def test_cbor_and_messagepack_are_decoded(word, name, write):
    data = write(VALUE)

    assert readable(data, word=word) == Readable((name, f"{len(data)} bytes"), text=SHOWN)
    assert readable(data[:-1], word=word).hex == data[:-1].hex(" ")


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_payloads_are_unpacked(name, pack):
    data = pack(b'{"t":1}')

    found = readable(data)

    assert (found.text, found.facts) == ('{\n  "t": 1\n}', (name, f"{len(data)} bytes"))
    both = readable(pack(cbor2.dumps(VALUE)), word="cbor")
    assert (both.text, both.facts[:2]) == (SHOWN, (name, "CBOR"))


def test_what_only_begins_like_gzip_is_shown_as_its_bytes():
    assert readable(b"\x1f\x8b\x00").hex == "1f 8b 00"


def test_protobuf_and_sparkplug_are_named_and_not_guessed_at():
    assert readable(b"\x08\x01", word="protobuf").facts == ("Protobuf", "2 bytes")
    node = readable(b"AB", address="spBv1.0/plant/NDATA/n")
    assert (node.facts, node.hex) == (("Sparkplug B", "2 bytes"), "41 42")
    assert readable(b'{"online":true}', address="spBv1.0/STATE/host").text


def test_long_payloads_are_cut_and_bombs_do_not_go_off():
    assert readable(b"x" * (MOST_SHOWN + 1)).is_cut
    assert readable(b"\xff" * MOST_SHOWN).is_cut
    assert len(readable(gzip.compress(bytes(5 * MOST_UNPACKED))).hex) < MOST_SHOWN


def test_deep_cbor_does_not_break_the_page():
    assert readable(b"\x81" * 5_000 + b"\x01", word="cbor").hex


def test_the_words_of_a_definition_are_found_by_the_names_that_records_have():
    definition = parse("""\
name: Gateway
id: "gw-{index}"
messages:
  up: {every: 1s, cbor: {a: 1}}
  plain: {every: 1s, json: 1}
replies:
  ping: {on: {topic: "ping/{id}"}, send: {topic: "pong/{id}", msgpack: 1}}
  again: {on: {topic: "again/{id}"}, send: plain}
children:
  count: 2
  id: "{parent}-{child}"
  messages:
    level: {every: 1s, binary: {fields: [{type: u8, value: 1}]}}
    up: {every: 1s, json: 1}
""")

    assert formats_of(definition) == {"level": "binary", "up": "cbor", "ping": "msgpack"}
