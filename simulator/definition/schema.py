"""The JSON Schema of the definition language, made from the models that read it.

Rule: what the models know is not said again here; only that a generator stands in its metric as its
word is, because pydantic does not see it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import (
    GenerateJsonSchema,
    JsonSchemaValue,
    JsonSchemaWarningKind,
    models_json_schema,
)
from pydantic_core import CoreSchema

from simulator.definition.children import NOT_IN_CHILDREN
from simulator.definition.docstrings import read_docstring
from simulator.definition.document import Definition
from simulator.definition.messages.payload import TREE_SCHEMA
from simulator.definition.metrics.generator import KINDS, Generator
from simulator.definition.metrics.metric import Metric
from simulator.definition.metrics.variables import Once
from simulator.definition.model import SHARED, Model, Read
from simulator.definition.text.parsing import read_text

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_REF = "#/$defs/{model}"
_SHARED: dict[str, JsonSchemaValue] = {"Payload": TREE_SCHEMA}
_MODELS: tuple[type[Model], ...] = (Definition, Metric, Once)

Schemas: TypeAlias = dict[str, JsonSchemaValue]  # by the name in $defs


def definition_schema(address: str = "") -> JsonSchemaValue:
    """Return the JSON Schema (draft 2020-12) of a definition, for editors, forms and other tools.

    What it takes may still be refused by ``check``, which also knows names, loops and datasets.

    Args:
        address: The URL at which it is served; its ``$id``. Empty: it has none.
    """
    schemas: Schemas = _resolved({**_with_generators(_schemas_of_models()), **_SHARED})
    root = _with_children(schemas.pop("Definition"))
    head = {"$schema": DIALECT, **({"$id": address} if address else {})}
    return {**head, **root, "$defs": dict(sorted(schemas.items()))}


def _with_children(root: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of a definition whose children have its words too."""
    words = root["properties"]
    own = ("version", "$schema", "name", *NOT_IN_CHILDREN)
    shared = {word: schema for word, schema in words.items() if word not in own}
    children = words["children"]
    properties = {**shared, **children["properties"]}
    full = {**children, "properties": properties, "additionalProperties": False}
    return {**root, "properties": {**words, "children": full}}


class _Generate(GenerateJsonSchema):
    """Pydantic's generator with titles as people read them, the first paragraph of docstrings."""

    def get_title_from_name(self, name: str) -> str:
        words = name.strip("_").replace("_", " ")
        return words[:1].upper() + words[1:]

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Say nothing of a default that JSON cannot hold: its description says what it is."""

    def encode_default(self, dft: Any) -> Any:
        """Return a default as a document says it: ``100%``, ``10s``."""
        return str(dft) if isinstance(dft, Read) else super().encode_default(dft)

    def handle_invalid_for_json_schema(
        self,
        schema: CoreSchema,  # noqa: ARG002
        error_info: str,  # noqa: ARG002
    ) -> JsonSchemaValue:
        """Take anything where a type does not say what it takes."""
        return {}


def _schemas_of_models() -> Schemas:
    """Return the schema of every model by its name, of a generator by ``generator.word``."""
    models = [*_MODELS, *KINDS.values()]
    keys, made = models_json_schema(
        [(model, "validation") for model in models],
        by_alias=True,
        ref_template=_REF,
        schema_generator=_Generate,
    )
    names = {keys[model, "validation"]["$ref"].rpartition("/")[2]: model for model in models}
    new = {name: _short(name) for name in made["$defs"] if _short(name) != name}
    new |= {name: _name_of(model) for name, model in names.items()}
    schemas = {new.get(name, name): schema for name, schema in made["$defs"].items()}
    renamed = _renamed(
        schemas, {_REF.format(model=k): _REF.format(model=v) for k, v in new.items()}
    )
    others = [model for model in _all_models() if not issubclass(model, Generator)]
    known = {_name_of(model): model for model in (*KINDS.values(), *others)}
    return {
        name: _told(known[name], schema) if name in known else schema
        for name, schema in renamed.items()
    }


def _all_models(model: type[Model] = Model) -> Iterator[type[Model]]:
    """Yield the models of definitions; a lot's are built on the same base, and are none."""
    for each in model.__subclasses__():
        if not each.__module__.startswith("simulator.lot"):
            yield each
            yield from _all_models(each)


def _short(name: str) -> str:
    """Return a model's own name of one that pydantic put its module before: two share it."""
    return name.rpartition("__")[2]


def _name_of(model: type[Model]) -> str:
    return f"generator.{model.word}" if issubclass(model, Generator) else model.__name__


def _told(model: type[Model], schema: JsonSchemaValue) -> JsonSchemaValue:
    """Return a model's schema with what its docstring says: of itself, of words without a text."""
    said = read_docstring(model.__doc__)
    words = said.sections.get("Parameters", {})
    properties = {
        word: _described(each, words.get(word, ""))
        for word, each in schema.get("properties", {}).items()
    }
    title = model.word if issubclass(model, Generator) else model.__name__
    told = {**schema, "title": title, "description": said.first}
    return {**told, "properties": properties} if properties else told


def _described(schema: JsonSchemaValue, told: str) -> JsonSchemaValue:
    """Return a word's schema with a description; one that may be null gets that of its type."""
    several = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    lifted = several[0] if len(several) == 1 else {}
    marks = {key: lifted[key] for key in ("$comment", "description", "examples") if key in lifted}
    own = {**marks, **schema}
    is_of_type = "description" not in schema
    return {**own, "description": told} if told and is_of_type else own


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a schema whose references have new names."""
    if isinstance(value, dict):
        return {
            key: names.get(each, each) if key == "$ref" else _renamed(each, names)
            for key, each in value.items()
        }
    return [_renamed(each, names) for each in value] if isinstance(value, list) else value


def _resolved(value: Any) -> Any:
    """Return a schema with references in place of what is shared."""
    if isinstance(value, dict):
        if isinstance(value.get(SHARED), str):
            rest = {key: each for key, each in value.items() if key != SHARED}
            return {"$ref": _REF.format(model=value[SHARED]), **rest}
        return {key: _resolved(each) for key, each in value.items()}
    return [_resolved(each) for each in value] if isinstance(value, list) else value


def _with_generators(schemas: Schemas) -> Schemas:
    """Return the schemas with a generator's word in place of each field that is folded."""
    folded = {_name_of(model): model for model in _folding(Model)}
    composed = {
        name: _composed(name, schema, folded[name].folded) if name in folded else schema
        for name, schema in schemas.items()
    }
    composed.pop("Generator", None)
    return composed


def _folding(model: type[BaseModel]) -> list[type[Model]]:
    """Return every model that has a folded field and a word, if it is a generator."""
    is_meant = not issubclass(model, Generator) or model in KINDS.values()
    own = [model] if issubclass(model, Model) and model.folded and is_meant else []
    return [*own, *(each for sub in model.__subclasses__() for each in _folding(sub))]


def _composed(name: str, schema: JsonSchemaValue, folded: str) -> JsonSchemaValue:
    """Return one form for each generator, and one more for each shorthand."""
    words = [word for word in schema["properties"] if word != folded]
    own = {word: {"$ref": f"{_REF.format(model=name)}/$defs/{word}"} for word in words}
    needed = [word for word in schema.get("required", []) if word != folded]
    forms = [_form(kind, own, needed) | _shown(kind, own) for kind in KINDS.values()]
    forms += [_short_form(kind, own, needed) for kind in KINDS.values() if kind.shorthand]
    return {
        "title": schema["title"],
        "description": schema.get("description", ""),
        "type": "object",
        "oneOf": forms,
        "$defs": {word: schema["properties"][word] for word in words},
    }


def _shown(kind: type[Generator], own: Schemas) -> JsonSchemaValue:
    """Return what a form shows of a generator: the family that it is found in, and examples.

    The examples are metrics; a variable knows fewer words, and has those with no other.
    """
    known = {kind.word, *kind.words(), *own}
    examples = [
        each for each in (read_text(text).data for text in kind.examples) if known >= set(each)
    ]
    return {"x-family": kind.family, **({"examples": examples} if examples else {})}


def _form(kind: type[Generator], own: Schemas, needed: list[str]) -> JsonSchemaValue:
    word = kind.word
    return {
        "title": word,
        "properties": {word: {"$ref": _REF.format(model=f"generator.{word}")}, **own},
        "required": [word, *needed],
        "additionalProperties": False,
    }


def _short_form(kind: type[Generator], own: Schemas, needed: list[str]) -> JsonSchemaValue:
    """Return the form whose main field stands under the word and the others beside it."""
    words = {field.alias or name: field for name, field in kind.model_fields.items()}
    short = str(kind.shorthand)
    main = short if short in words else kind.model_fields[short].alias or short
    place = f"{_REF.format(model=f'generator.{kind.word}')}/properties/"
    others = [word for word in words if word != main]
    needs = [word for word in others if words[word].is_required()]
    value = {"$ref": f"{place}{main}", "not": {"type": "object"}}
    return {
        "title": f"{kind.word}, in short",
        "properties": {
            kind.word: value,
            **{word: {"$ref": f"{place}{word}"} for word in others},
            **own,
        },
        "required": [kind.word, *needs, *needed],
        "additionalProperties": False,
    }
