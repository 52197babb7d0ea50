"""Whatever describes a device, told apart by its content: samples, JSON Schema, OpenAPI, DTDL,
LoRaWAN codecs.

Rule: one door for all of them; a text that none of them knows is an error that names them all.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import yaml

from simulator.definition.text.parsing import read_text
from simulator.errors import DefinitionError
from simulator.inference.models import codec, dtdl, json_schema, openapi
from simulator.inference.payloads import infer_payloads
from simulator.inference.samples import MAX_BYTES, Sample, read_samples
from simulator.inference.writing import Inferred

_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str], Inferred]], ...] = (
    (openapi.is_openapi, openapi.infer_openapi),
    (dtdl.is_dtdl, dtdl.infer_dtdl),
    (codec.is_codec, codec.infer_codec),
    (json_schema.is_schema, json_schema.infer_schema),
)


def infer(texts: Sequence[tuple[str, str | bytes]], *, name: str = "Device") -> Inferred:
    """Return a definition made of texts.

    Args:
        texts: Name and content of each: sample payloads, or one JSON Schema, OpenAPI document,
            DTDL interface or LoRaWAN device codec (YAML or JSON), at most 2 MB together.
        name: Of the definition, where the text has none.

    Raises:
        DefinitionError: A text is none of these, or has nothing in it.
    """
    if not texts:
        raise DefinitionError("needs a sample payload")
    documents = [(title, text, _document(text)) for title, text in texts]
    for is_kind, make in _KINDS:
        described = [document for _, _, document in documents if is_kind(document)]
        if described:
            _refuse_more(described, texts)
            return make(described[0], name)
    samples: list[Sample] = []
    for title, text, _ in documents:
        samples += read_samples(text, name=title)
    return infer_payloads(samples, name=name)


def _refuse_more(described: Sequence[Any], texts: Sequence[object]) -> None:
    if len(texts) > 1 or len(described) > 1:
        raise DefinitionError("a schema stands alone: give one of them, or sample payloads")


def _document(text: str | bytes) -> Any:
    """Return a JSON or YAML document as plain data; None when it is neither."""
    data = text.encode() if isinstance(text, str) else text
    if len(data) > MAX_BYTES:
        return None
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return read_text(data.decode()).data
    except (DefinitionError, UnicodeDecodeError, yaml.YAMLError):
        return None
