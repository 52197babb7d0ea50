"""What a fleet remembers as bytes: enough to go on elsewhere, and to refuse what is not its own.

Rule: columns of numbers, each with its bytes laid out place by place so that zstd finds what is
equal in them. Nothing is executed while it is read, and whatever the bytes are, what is wrong with
them is a ValueError.

Layout: 2 bytes ``MF``, 1 byte version, 4 bytes CRC-32 of the rest (big endian); the rest is a zstd
frame of: 4 bytes length of a JSON head, the head, the arrays one after the other. The head is
``{"of": {...}, "arrays": [[name, dtype, shape, bytes], ...]}``; an array of objects is JSON.

Measured, 1,000 mocks of tests/definitions/cold-chain.yaml after ten minutes: 38 B a mock, 0.6 ms to
write and 2.5 ms to read.
"""

import json
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias

import numpy as np
import orjson
import zstandard
from numpy.typing import NDArray

from simulator.definition.document import Definition
from simulator.generators.base import LEFT_OUT, Cast
from simulator.lot.pace import Pace

VERSION = 3
# Bytes of a checkpoint's arrays; a shard of 1,000 mocks has some 100 kB. It keeps a damaged or
# hostile one from taking the memory of a tower.
MAX_UNPACKED = 256 * 1024 * 1024
_MAGIC = b"MF"
_HEADER = struct.Struct(">2sBI")  # magic, version, CRC-32 of what follows
_LENGTH = struct.Struct(">I")
_LEVEL = 1  # of zstd; 3 takes a third longer and saves nothing, 6 three times and a tenth
PACED = {"ramp", "jitter", "start_within"}  # what of a pace changes when mocks begin
_KINDS = "biuf"  # of the dtypes that are written as they are

Memory: TypeAlias = dict[str, NDArray[Any]]  # what something remembers, by name


class Remembering(Protocol):
    """A part of a fleet that a checkpoint has to hold."""

    def state(self) -> dict[str, NDArray[Any]]: ...
    def restore(self, state: Mapping[str, NDArray[Any]]) -> None: ...


def description(
    definition: Definition, cast: Cast, *, pace: Pace, rate: float | None
) -> dict[str, Any]:
    """Return what two fleets have in common that can go on from each other's checkpoints."""
    document = orjson.dumps(definition.source, option=orjson.OPT_NON_STR_KEYS)
    added = {"mocks before": cast.before} if cast.before else {}
    return added | {
        "definition": blake2b(document, digest_size=8).hexdigest(),
        "first mock": cast.first,
        "mocks": cast.count,
        "mocks of the run": cast.total,
        "seed": cast.seed,
        "epoch": cast.epoch,
        "pace": pace.model_dump(mode="json", include=PACED),
        "rate": rate,
    }


def pack(of: Mapping[str, Any], memory: Mapping[str, NDArray[Any]]) -> bytes:
    """Return ``memory`` as a checkpoint of what ``of`` describes, plain data that JSON can say.

    Arrays hold bool, integers, floats, or objects: None, bool, int, float, str, bytes, lists and
    mappings of these, and ``LEFT_OUT``.
    """
    bodies = {name: _bytes_of(values) for name, values in memory.items()}
    arrays = [
        [name, values.dtype.str, values.shape, len(bodies[name])] for name, values in memory.items()
    ]
    head = orjson.dumps({"of": of, "arrays": arrays})
    whole = b"".join([_LENGTH.pack(len(head)), head, *bodies.values()])
    rest = zstandard.ZstdCompressor(level=_LEVEL).compress(whole)
    return _HEADER.pack(_MAGIC, VERSION, zlib.crc32(rest)) + rest


def unpack(state: bytes, of: Mapping[str, Any]) -> Memory:
    """Return what ``pack`` was given; the arrays are new and may be written to.

    Raises:
        ValueError: It is no checkpoint, damaged, of another version, or of something else than
            ``of`` describes; the text says which.
    """
    data = _opened(state)
    try:
        (length,) = _LENGTH.unpack_from(data)
        head = orjson.loads(data[_LENGTH.size : _LENGTH.size + length])
        _check_same(head["of"], orjson.loads(orjson.dumps(of)))
        return dict(_arrays(head["arrays"], data[_LENGTH.size + length :]))
    except (struct.error, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"checkpoint is not written as version {VERSION} is: {error}") from None


def part_of(memory: Mapping[str, NDArray[Any]], prefix: str) -> Memory:
    """Return the arrays under ``prefix.``, without it."""
    start = f"{prefix}."
    return {name[len(start) :]: v for name, v in memory.items() if name.startswith(start)}


def under(prefix: str, memory: Mapping[str, NDArray[Any]]) -> Memory:
    """Return the arrays with ``prefix.`` before their names; the other way of ``part_of``."""
    return {f"{prefix}.{name}": values for name, values in memory.items()}


def objects(values: Iterable[Any]) -> NDArray[Any]:
    """Return values as an array of objects, one entry each, also where they are lists."""
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    for place, value in enumerate(listed):  # a slice would take lists for rows
        column[place] = value
    return column


def _opened(state: bytes) -> bytes:
    if len(state) < _HEADER.size or state[:2] != _MAGIC:
        raise ValueError(f"checkpoint must begin with {_MAGIC!r}, got {state[:2]!r}")
    _, version, crc = _HEADER.unpack_from(state)
    if version != VERSION:
        raise ValueError(f"checkpoint must be of version {VERSION}, got version {version}")
    if zlib.crc32(state[_HEADER.size :]) != crc:
        raise ValueError("checkpoint is damaged: its checksum is another one")
    try:
        size = zstandard.frame_content_size(state[_HEADER.size :])
        if not 0 <= size <= MAX_UNPACKED:
            raise ValueError(f"checkpoint must have at most {MAX_UNPACKED:,} bytes, got {size:,}")
        return zstandard.ZstdDecompressor().decompress(state[_HEADER.size :])
    except zstandard.ZstdError as error:
        raise ValueError(f"checkpoint is damaged: {error}") from None


def _check_same(given: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    for name, wanted in own.items():
        if given.get(name) != wanted:
            text = f"checkpoint is of another fleet: {name} must be {wanted!r}"
            raise ValueError(f"{text}, got {given.get(name)!r}")


def _arrays(heads: list[Any], data: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    at = 0
    for name, dtype, shape, size in heads:
        body, at = data[at : at + size], at + size
        if len(body) != size:
            raise ValueError(f"checkpoint is cut off in {name}")
        yield name, _array_of(body, np.dtype(dtype), tuple(shape))
    if at != len(data):
        raise ValueError(f"checkpoint has {len(data) - at} bytes too many")


def _bytes_of(values: NDArray[Any]) -> bytes:
    if values.dtype.kind == "O":
        return json.dumps([_to_json(value) for value in values.ravel().tolist()]).encode()
    if values.dtype.kind not in _KINDS:
        raise TypeError(f"a checkpoint keeps numbers and objects, got an array of {values.dtype}")
    places = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    return places.reshape(values.size, values.itemsize).T.tobytes()


def _array_of(body: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if dtype.kind == "O":
        return objects([_from_json(value) for value in json.loads(body)]).reshape(shape)
    if dtype.kind not in _KINDS:
        raise ValueError(f"checkpoint has an array of {dtype}")
    places = np.frombuffer(body, dtype=np.uint8).reshape(dtype.itemsize, -1)
    return np.array(places.T, order="C").reshape(-1).view(dtype).reshape(shape)  # a copy


def _to_json(value: Any) -> Any:
    """Return a value as JSON can say it; what JSON has no word for becomes ``{"$": ...}``."""
    if isinstance(value, bytes):
        return {"$": "bytes", "v": b64encode(value).decode()}
    if value is LEFT_OUT:
        return {"$": "left out"}
    if isinstance(value, list | tuple):
        return [_to_json(each) for each in value]
    if isinstance(value, dict):
        return {"$": "mapping", "v": {name: _to_json(each) for name, each in value.items()}}
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value["$"]:
        case "bytes":
            return b64decode(value["v"])
        case "left out":
            return LEFT_OUT
        case "mapping":
            return {name: _from_json(each) for name, each in value["v"].items()}
        case other:
            raise ValueError(f"checkpoint has a value of the unknown kind {other!r}")
