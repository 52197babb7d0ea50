"""Binary layouts against published frames, the struct module, and checksums of others."""

import base64
import json
import math
import struct
from typing import Any

import crccheck.checksum
import crccheck.crc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.definition.messages.checksums import CHECKSUMS
from simulator.definition.messages.message import Message
from simulator.generators.base import LEFT_OUT
from simulator.payloads.checksums import checksums, checksums_of
from tests.simulator.payloads.making import payload, payloads


def frame(*fields: dict[str, Any], **readings: Any) -> bytes:
    """The frame of one mock."""
    return payload({"binary": {"fields": list(fields)}}, **readings)


def test_an_uplink_of_a_dragino_lht65_is_as_its_manual_has_it() -> None:
    """Source: Dragino, LHT65 LoRaWAN Temperature & Humidity Sensor User Manual, section 2.4."""
    battery = [
        {"width": 2, "value": "{status}"},
        {"width": 14, "value": "{volt}", "scale": 0.001},
    ]
    fields = [
        {"bits": battery},
        {"type": "i16", "value": "{inside}", "scale": 0.01},
        {"type": "u16", "value": "{humidity}", "scale": 0.1},
        {"type": "u8", "value": 1},
        {"type": "i16", "value": "{outside}", "scale": 0.01, "missing": 0x7FFF},
        {"hex": "7fff"},
    ]

    made = payloads(
        {"binary": {"fields": fields}},
        status=[3, 3],
        volt=[3.062, 3.062],
        inside=[28.29, -1.5],
        humidity=[88.6, 88.6],
        outside=[27.81, math.nan],
    )

    assert made[0].hex() == "cbf60b0d0376010add7fff"
    assert made[1].hex() == "cbf6ff6a0376017fff7fff"


def test_a_modbus_answer_ends_in_its_checksum() -> None:
    """Source: MODBUS over Serial Line V1.02, section 6.2.2, and its usual example."""
    request = frame({"hex": "01 04 02 FF FF"}, {"crc": "crc16-modbus"})
    answer = frame(
        {"type": "u8", "value": 0x11},
        {"type": "u8", "value": 3},
        {"length": "u8", "from": "data", "to": "data"},
        {"name": "data", "type": "u16", "value": "{x}"},
        {"crc": "crc16-modbus"},
        x=0xAE41,
    )

    assert request.hex() == "010402ffffb880"
    assert answer[:5].hex() == "110302ae41"
    assert crccheck.crc.CrcModbus.calc(answer[:-2]) == int.from_bytes(answer[-2:], "little")


def test_a_cayenne_lpp_frame_is_as_its_documentation_has_it() -> None:
    """Source: Cayenne Docs, LoRa, Cayenne Low Power Payload: its three examples."""
    temperatures = [
        {"hex": "03 67"}, {"type": "i16", "value": "{a}", "scale": 0.1},
        {"hex": "05 67"}, {"type": "i16", "value": "{b}", "scale": 0.1},
    ]  # fmt: skip
    acceleration = [
        {"hex": "06 71"},
        *({"type": "i16", "value": f"{{{axis}}}", "scale": 0.001} for axis in "xyz"),
    ]
    position = [
        {"hex": "01 88"},
        {"type": "i24", "value": "{lat}", "scale": 0.0001},
        {"type": "i24", "value": "{lon}", "scale": 0.0001},
        {"type": "i24", "value": "{altitude}", "scale": 0.01},
    ]

    assert frame(*temperatures, a=27.2, b=25.5).hex() == "03670110056700ff"
    assert frame(*acceleration, x=1.234, y=-1.234, z=0.0).hex() == "067104d2fb2e0000"
    assert frame(*position, lat=42.3519, lon=-87.9094, altitude=10.0).hex() == (
        "018806765ff2960a0003e8"
    )


TYPES = {
    "u8": "B", "i8": "b", "u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q", "i64": "q",
    "f16": "e", "f32": "f", "f64": "d",
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(("endian", "sign"), [("big", ">"), ("little", "<")])
def test_numbers_stand_in_a_frame_as_struct_packs_them(kind: str, endian: str, sign: str) -> None:
    bits = int(kind[1:])
    values: list[Any] = [0, 1, -1, 100] if kind[0] != "u" else [0, 1, 100]
    if kind[0] == "i":
        values += [2 ** (bits - 1) - 1, -(2 ** (bits - 1))]
    elif kind[0] == "u":
        values += [min(2**bits, 2**63) - 1]
    else:
        values = [0.0, -1.5, 0.25, 1000.0]
    field = {"type": kind, "value": "{x}", "endian": endian}

    made = payloads({"binary": {"fields": [field]}}, x=values)

    assert made == [struct.pack(sign + TYPES[kind], value) for value in values]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ({"type": "u24", "value": "{x}"}, 0x123456, "123456"),
        ({"type": "u24", "value": "{x}", "endian": "little"}, 0x123456, "563412"),
        ({"type": "u32", "value": "{x}", "endian": "swapped"}, 0x11223344, "33441122"),
        ({"type": "u32", "value": "{x}", "endian": "little_swapped"}, 0x11223344, "22114433"),
        ({"type": "u8", "value": "{x}"}, 300, "ff"),
        ({"type": "u8", "value": "{x}"}, -1, "00"),
        ({"type": "u8", "value": "{x}", "out_of_range": "wrap"}, 300, "2c"),
        ({"type": "u8", "value": "{x}", "out_of_range": "wrap"}, -1.0, "ff"),
        ({"type": "i8", "value": "{x}", "out_of_range": -128}, 300.0, "80"),
        ({"type": "u8", "value": "{x}", "out_of_range": 254}, 300, "fe"),
        ({"type": "u8", "value": "{x}", "missing": 255}, None, "ff"),
        ({"type": "u8", "value": "{x}", "missing": 255}, LEFT_OUT, "ff"),
        ({"type": "u8", "value": "{x}", "out_of_range": 254}, math.nan, "fe"),
        ({"type": "u8", "value": "{x}"}, "text", "00"),
        ({"type": "u64", "value": "{x}"}, 1e30, "ffffffffffffffff"),
        ({"type": "i64", "value": "{x}"}, -1e30, "8000000000000000"),
        ({"type": "i64", "value": "{x}"}, -(2**63), "8000000000000000"),
        ({"type": "u16", "value": "{x}", "scale": 0.5, "offset": -40}, -39.0, "0002"),
        ({"type": "f32", "value": "{x}"}, 1e300, "7f7fffff"),
        ({"type": "f32", "value": "{x}"}, None, "7fc00000"),
        ({"type": "f16", "value": "{x}", "missing": 0xFFFF}, math.nan, "ffff"),
        ({"type": "bool", "value": "{x}"}, True, "01"),
        ({"type": "bcd", "value": "{x}", "length": 3}, 1234.4, "001234"),
        ({"type": "bcd", "value": "{x}", "length": 2, "endian": "little"}, 1234, "3412"),
        ({"type": "bcd", "value": "{x}", "length": 1}, 100, "99"),
        ({"type": "bcd", "value": "{x}", "length": 1, "out_of_range": "wrap"}, 101, "01"),
        ({"type": "ascii", "value": "{x}", "length": 4}, "ab", "61620000"),
        ({"type": "ascii", "value": "{x}", "length": 4, "fill": 32}, "abcde", "61626364"),
        ({"type": "ascii", "value": "{x}"}, "é", "3f"),
        ({"type": "utf8", "value": "{x}", "length": 4}, "aéé", "61c3a900" + ""),
        ({"type": "utf8", "value": "<{x}>", "prefix": "u8"}, "é", "043cc3a93e"),
        ({"type": "bytes", "value": "{x}", "length": 3}, "A8:40:41", "a84041"),
        ({"type": "bytes", "value": "{x}", "prefix": "u16"}, "no hex", "0000"),
        ({"type": "utf8", "value": "{x}", "prefix": "u16", "endian": "little"}, None, "0000"),
        ({"bits": [{"width": 4, "value": "{x}"}, {"width": 4, "value": 15}]}, 2, "2f"),
        ({"bits": [{"width": 3, "value": "{x}", "signed": True}, {"width": 13, "value": 1}]},
         -1, "e001"),
        ({"bits": [{"width": 16, "value": "{x}"}], "endian": "little"}, 1, "0100"),
        ({"bits": [{"width": 64, "value": "{x}"}]}, 1, "0000000000000001"),
    ],
)  # fmt: skip
def test_a_field_is_written_as_the_layout_says(
    field: dict[str, Any], value: Any, expected: str
) -> None:
    assert frame(field, x=value).hex() == expected


def test_a_length_counts_texts_that_differ_and_a_checksum_covers_them() -> None:
    fields = [
        {"length": "u8", "to": "text"},
        {"name": "text", "type": "utf8", "value": "{x}"},
        {"crc": "sum8", "from": "text", "to": "text"},
        {"crc": "crc32"},
    ]

    made = payloads({"binary": {"fields": fields}}, x=["a", "bcd", ""])

    assert [each[0] for each in made] == [1, 3, 0]
    assert made[1][1:5] == b"bcd" + bytes([sum(b"bcd") % 256])
    for each in made:
        assert crccheck.crc.Crc32.calc(each[:-4]) == int.from_bytes(each[-4:], "big")


def test_a_group_comes_once_for_each_sample() -> None:
    group = {"bulk": {"count": 3, "step": "10min", "of": [{"type": "i16", "value": "{t}"}]}}
    samples = [{"t": [1, 10]}, {"t": [2, 20]}, {"t": [3, 30]}]

    made = payloads(
        {"binary": {"fields": [{"hex": "aa"}, group, {"crc": "xor8"}]}}, samples=samples
    )

    assert [each.hex() for each in made] == ["aa000100020003aa", "aa000a0014001eaa"]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("raw", b"\xab\xcd"), ("hex", b"abcd"), ("upper_hex", b"ABCD"), ("base64", b"q80=")],
)
def test_a_frame_may_be_written_as_text(encoding: str, expected: bytes) -> None:
    layout = {"encoding": encoding, "fields": [{"type": "u16", "value": "{x}"}]}

    assert payload({"binary": layout}, x=0xABCD) == expected


def test_a_network_server_s_uplink_carries_base64() -> None:
    tree = {
        "uplink": {"port": 2, "data": {"binary": {"fields": [{"type": "u16", "value": "{x}"}]}}}
    }

    made = [json.loads(each) for each in payloads({"json": tree}, x=[1, 2])]

    assert [base64.b64decode(each["uplink"]["data"]) for each in made] == [b"\0\1", b"\0\2"]


OTHERS = {
    "crc8": "Crc8", "crc8-maxim": "Crc8Maxim", "crc8-sae-j1850": "Crc8SaeJ1850",
    "crc8-sensirion": "Crc8Nrsc5", "crc16-arc": "Crc16Arc", "crc16-ccitt": "Crc16CcittFalse",
    "crc16-dnp": "Crc16Dnp", "crc16-en13757": "Crc16En13757", "crc16-genibus": "Crc16Genibus",
    "crc16-kermit": "Crc16Kermit", "crc16-maxim": "Crc16Maxim", "crc16-modbus": "Crc16Modbus",
    "crc16-usb": "Crc16Usb", "crc16-x25": "CrcX25", "crc16-xmodem": "Crc16Xmodem",
    "crc32": "Crc32", "crc32-bzip2": "Crc32Bzip2", "crc32-mpeg2": "Crc32Mpeg2", "crc32c": "Crc32c",
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKSUMS)
def test_checksums_are_those_of_another_library(name: str) -> None:
    random = np.random.default_rng(1).integers(0, 256, (5, 33), dtype=np.uint8)
    rows = [row.tobytes() for row in random]
    expected = {
        "sum8": lambda data: sum(data) % 256,
        "lrc8": lambda data: -sum(data) % 256,
        "xor8": crccheck.checksum.ChecksumXor8.calc,
    }.get(name) or getattr(crccheck.crc, OTHERS[name]).calc

    assert checksums(name, random).tolist() == [expected(row) for row in rows]
    assert checksums_of(name, [rows[0][:3], rows[1]]).tolist() == [
        expected(rows[0][:3]),
        expected(rows[1]),
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(), min_size=1, max_size=5), st.sampled_from(["u8", "i16", "u24", "i64"]))
def test_whatever_a_number_is_it_fits_into_its_field(values: list[float], kind: str) -> None:
    bits, signed = int(kind[1:]), kind[0] == "i"
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)

    made = payloads({"binary": {"fields": [{"type": kind, "value": "{x}"}]}}, x=values)

    for value, data in zip(values, made, strict=True):
        got = int.from_bytes(data, "big", signed=signed)
        if math.isnan(value):
            assert got == 0
        elif math.isinf(value):
            assert got == (high if value > 0 else low)
        else:
            assert got == min(max(round(value), low), high)


def bulk(field: dict[str, Any]) -> dict[str, Any]:
    return {"bulk": {"count": 2, "step": "1s", "of": [field]}}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"type": "u65", "value": 1}, "unknown type 'u65', did you mean"),
        ({"type": "u8", "value": 256}, "256 does not fit into u8, which holds 0 to 255"),
        ({"type": "u8"}, "is missing|Field required"),
        ({"type": "i8", "value": "{x}", "missing": 128}, "missing must fit into i8"),
        ({"type": "u8", "value": "{x}", "scale": 0}, "scale must not be 0"),
        ({"type": "u8", "value": "{x"}, "'{' without '}'"),
        ({"type": "bcd", "value": "{x}"}, "bcd needs its length"),
        ({"type": "u8", "value": "{x}", "length": 2}, "only bcd has length"),
        ({"type": "ascii", "value": "{x}", "length": 2, "prefix": "u8"}, "got length and prefix"),
        ({"hex": "0"}, "needs pairs of hexadecimal digits"),
        ({"hex": 12}, "needs pairs of hexadecimal digits in quotes, got 12"),
        ({"bits": [{"width": 3, "value": 1}]}, "bits make whole bytes, at most 64 bits, got 3"),
        ({"bits": [{"width": 8, "value": 256}]}, "256 does not fit into 8 bits"),
        ({"crc": "crc16"}, "unknown checksum 'crc16', did you mean"),
        ({"crc": "crc8", "from": "nobody"}, "unknown field 'nobody'"),
        ({"length": "i8", "from": "a", "to": "a"}, "a length is u8"),
        ({"typ": "u8"}, "needs one of: type, bits, hex, crc, bulk, length"),
        ("u8", "needs a field such as"),
        (bulk(bulk({"hex": "00"})), "a bulk cannot hold another bulk"),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_is_refused(field: Any, text: str) -> None:
    fields = [{"name": "a", "type": "u8", "value": 1}, field]

    with pytest.raises(ValidationError, match=text):
        Message.model_validate({"binary": {"fields": fields}})
