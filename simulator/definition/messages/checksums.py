"""The checksums that a binary layout knows, by their names.

Rule: parameters only, as the catalogue of CRC algorithms gives them (reveng.sourceforge.io); what
computes them is ``payloads/checksums.py``.
"""

from typing import NamedTuple


class Crc(NamedTuple):
    """The parameters of a cyclic redundancy check, after Ross Williams' model."""

    width: int  # bits: 8, 16 or 32
    polynomial: int  # most significant bit first, without the highest
    initial: int
    is_reflected: bool  # both ways: bits of each byte in, and of the result
    final: int  # what the result is combined with by exclusive or


CRCS: dict[str, Crc] = {
    "crc8": Crc(8, 0x07, 0x00, False, 0x00),
    "crc8-maxim": Crc(8, 0x31, 0x00, True, 0x00),
    "crc8-sae-j1850": Crc(8, 0x1D, 0xFF, False, 0xFF),
    "crc8-sensirion": Crc(8, 0x31, 0xFF, False, 0x00),
    "crc16-arc": Crc(16, 0x8005, 0x0000, True, 0x0000),
    "crc16-ccitt": Crc(16, 0x1021, 0xFFFF, False, 0x0000),
    "crc16-dnp": Crc(16, 0x3D65, 0x0000, True, 0xFFFF),
    "crc16-en13757": Crc(16, 0x3D65, 0x0000, False, 0xFFFF),
    "crc16-genibus": Crc(16, 0x1021, 0xFFFF, False, 0xFFFF),
    "crc16-kermit": Crc(16, 0x1021, 0x0000, True, 0x0000),
    "crc16-maxim": Crc(16, 0x8005, 0x0000, True, 0xFFFF),
    "crc16-modbus": Crc(16, 0x8005, 0xFFFF, True, 0x0000),
    "crc16-usb": Crc(16, 0x8005, 0xFFFF, True, 0xFFFF),
    "crc16-x25": Crc(16, 0x1021, 0xFFFF, True, 0xFFFF),
    "crc16-xmodem": Crc(16, 0x1021, 0x0000, False, 0x0000),
    "crc32": Crc(32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF),
    "crc32-bzip2": Crc(32, 0x04C11DB7, 0xFFFFFFFF, False, 0xFFFFFFFF),
    "crc32-mpeg2": Crc(32, 0x04C11DB7, 0xFFFFFFFF, False, 0x00000000),
    "crc32c": Crc(32, 0x1EDC6F41, 0xFFFFFFFF, True, 0xFFFFFFFF),
}

# One byte each: the sum, its two's complement (the LRC of Modbus ASCII), the exclusive or.
SUMS = ("sum8", "lrc8", "xor8")

CHECKSUMS = (*CRCS, *SUMS)

# Sent least significant byte first whatever the layout's order is. Source: MODBUS over Serial Line,
# V1.02, section 2.5.1.2.
LITTLE = frozenset({"crc16-modbus"})


def width_of(name: str) -> int:
    """Return how many bytes a checksum has."""
    return CRCS[name].width // 8 if name in CRCS else 1
