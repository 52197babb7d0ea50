"""What tells one device from another in its messages, and the pattern that makes more of them.

Rule: an identity is found once, and then stands as ``{id}`` wherever its text was seen.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulator.inference.shape import Leaf

# Keys under which devices say who they are; the surer one first.
_KEYS = (
    r"(.*[-_])?device[-_]?id|dev_?id|deviceid",
    r"dev_?eui",
    r"imei",
    r"(mac|ieee)(_?addr(ess)?)?",
    r"serial(_?(no|number))?|sn",
    r"client_?id|thing_?(id|name)|node_?id|sensor_?id|station_?id|vehicle_?id|asset_?id|meter_?id",
    r"uuid|guid",
    r"bn",  # the base name of SenML: "urn:dev:mac:0024befffe804ff1/"
    r"tid|src|vin|hostname|device|dev|node|sensor|meter|gateway|id",
)
_PATTERNS = tuple(re.compile(rf"^({pattern})$") for pattern in _KEYS)

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_MAC = re.compile(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}")
_EUI64 = re.compile(r"[0-9A-Fa-f]{16}|[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){7}")
_IMEI = re.compile(r"[0-9]{15}")
_TAIL = re.compile(r"(.*?)([0-9]+)")
_HEX_TAIL = re.compile(r"(.*[-_:]|0x)([0-9a-f]{6,16}|[0-9A-F]{6,16})")


class Identity(NamedTuple):
    """The identity of the devices that were seen: ``id`` of a definition, and what was found."""

    text: str  # "sensor-{index:04d}"
    seen: frozenset[str]  # the texts that it stands for
    note: str


def identity_of(leaves: Sequence[Leaf], *, name: str) -> Identity:
    """Return the identity that stands in messages; one made of ``name`` where none does."""
    for pattern in _PATTERNS:
        for leaf in leaves:
            seen = {value for value in leaf.known if isinstance(value, str) and value}
            texts = {value.rstrip(":/") for value in seen}
            is_text = all(texts) and texts and len(seen) == len(set(leaf.known))
            if is_text and pattern.match(_lower(leaf.name)):
                example = sorted(texts)[0]
                note = f"the device's own, as {example}"
                return Identity(pattern_of(example), frozenset(texts), note)
    return Identity(f"{name}-{{index:04d}}", frozenset(), "no identity was found in the samples")


def names_a_device(key: str) -> bool:
    """Whether a key is one under which devices say who they are."""
    return any(pattern.match(_lower(key)) for pattern in _PATTERNS)


def pattern_of(text: str) -> str:
    """Return an ``id`` that makes texts like this one, one for each index."""
    if _UUID.fullmatch(text):
        return "{index:08x}-0000-4000-8000-000000000000"
    if _MAC.fullmatch(text):
        return _counted(text, text[2], 2)
    if _EUI64.fullmatch(text):
        sign = text[2] if not text[2].isalnum() else ""
        return _counted(text, sign, 2) if sign else f"{text[:10]}{{index:06{_case(text)}}}"
    if _IMEI.fullmatch(text):
        return f"{text[:8]}{{index:07d}}"
    return _numbered(text)


def _numbered(text: str) -> str:
    """Return the pattern of a text that ends in digits, decimal or hexadecimal, or in none."""
    hexadecimal = _HEX_TAIL.fullmatch(text)
    if hexadecimal and re.search("[a-fA-F]", hexadecimal[2]):
        head, tail = hexadecimal[1], hexadecimal[2]
        return f"{escaped(head)}{tail[:-6]}{{index:06{_case(tail)}}}"
    tail_match = _TAIL.fullmatch(text)
    if tail_match:
        width = len(tail_match[2])
        return f"{escaped(tail_match[1])}{{index:0{width}d}}" if width > 1 else _plain_tail(text)
    return f"{escaped(text)}-{{index:04d}}"


def _plain_tail(text: str) -> str:
    return f"{escaped(text[:-1])}{{index}}"


def _counted(text: str, sign: str, width: int) -> str:
    """Return the pattern of groups such as a MAC's: the last three count the devices."""
    groups = text.split(sign)
    kind = _case(text)
    tail = sign.join(f"{{index // {256**place} % 256:0{width}{kind}}}" for place in (2, 1, 0))
    return f"{sign.join(groups[:-3])}{sign}{tail}"


def in_text(text: str, identities: Iterable[str]) -> str:
    """Return a text as a template, with ``{id}`` where an identity stands in it."""
    template = escaped(text)
    for identity in sorted(identities, key=len, reverse=True):
        if len(identity) >= 2:
            template = template.replace(escaped(identity), "{id}")
    return template


def _case(text: str) -> str:
    return "X" if re.search("[A-F]", text) else "x"


def escaped(text: str) -> str:
    """Return a text as a template that gives it back: its brackets doubled."""
    return text.replace("{", "{{").replace("}", "}}")


def _lower(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
