"""Schemas of Protocol Buffers, compiled in this process.

Rule: the compiler is the official one, as a library: no shell, no other program, and it sees no
file but the schema and Google's own types.
"""

import tempfile
import warnings
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import DefinitionError

if TYPE_CHECKING:  # its import takes 30 ms and 5 MB, which few definitions need
    from google.protobuf.descriptor import Descriptor

MAX_SCHEMA = 100_000  # characters
MAX_SCHEMAS = 50  # compiled ones that are remembered; a tower runs a few lots

_FILE = "schema.proto"


@lru_cache(maxsize=MAX_SCHEMAS)
def compiled(schema: str) -> Any:
    """Return the file descriptor of a schema.

    Raises:
        DefinitionError: It cannot be compiled; with the line in the schema.
    """
    pool = import_module("google.protobuf.descriptor_pool").DescriptorPool()
    files = import_module("google.protobuf.descriptor_pb2").FileDescriptorSet
    for file in files.FromString(_compile(schema)).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(_FILE)


def _compile(schema: str) -> bytes:
    # 7 MB that a tower without such a message need not have.
    compiler = import_module("grpc_tools._protoc_compiler")
    google = Path(str(compiler.__file__)).parent / "_proto"  # google/protobuf/timestamp.proto, ...
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _FILE).write_text(schema, "utf-8")
        include = [str(folder).encode(), str(google).encode()]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an import that is not used, a missing syntax
                compiler.get_protos(_FILE.encode(), include)
        except compiler.ProtocErrors as error:
            raise DefinitionError(_reason(error.errors())) from None
        out = folder / "descriptors"
        paths = [b"-I" + each for each in include]
        into = f"--descriptor_set_out={out}".encode()
        arguments = [b"protoc", *paths, b"--include_imports", into]
        if compiler.run_main([*arguments, _FILE.encode()]):
            raise DefinitionError("the schema cannot be compiled")
        return out.read_bytes()


def _reason(errors: Any) -> str:
    """Return what the compiler says first; its lines and columns count from 0."""
    told = list(errors)
    # Of an import that is not there it says so first without a place, then at its line.
    first = next((each for each in told if each.line >= 0), told[0] if told else None)
    if first is None:
        return "the schema cannot be compiled"
    message = first.message.decode() if isinstance(first.message, bytes) else str(first.message)
    text = message.removeprefix("b'").removeprefix('b"').rstrip("'\"").rstrip(".")
    where = f"line {first.line + 1}, column {first.column + 1}: " if first.line >= 0 else ""
    return f"not a schema of Protocol Buffers: {where}{text[:1].lower()}{text[1:]}"


def messages_of(file: Any) -> "Iterator[Descriptor]":
    left = list(file.message_types_by_name.values())
    while left:
        kind = left.pop(0)
        yield kind
        left += [each for each in kind.nested_types if not each.GetOptions().map_entry]


def names_of(file: Any) -> list[str]:
    return [kind.full_name.removeprefix(f"{file.package}.") for kind in messages_of(file)]
