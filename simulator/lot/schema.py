"""JSON Schema of what a lot and a target say beside their own fields, for forms and editors.

Rule: made from the models; what the console or the command line has fields for is left out.
"""

from collections.abc import Collection, Mapping
from typing import Any, get_args

from pydantic.json_schema import JsonSchemaValue

from simulator.lot.lot import Lot
from simulator.lot.mqtt import OF_A_WILL_5, OF_VERSION_5, MqttTarget
from simulator.lot.target import Target
from simulator.lot.targets import AnyTarget

# Words that no text of options says: they have fields of their own, or are the tower's affair.
OF_LOTS = frozenset(
    ("version", "run", "name", "seed", "duration", "ramp", "parts", "target", "datasets")
)
OF_TARGETS = frozenset(("protocol", "host", "port", "secrets", "deal"))
SUBSCRIBED = "mqtt"  # the protocol whose way back may be a subscription


def kinds() -> Mapping[str, type[Target]]:
    """Return the model of each protocol's target, by the protocol's word."""
    models: tuple[type[Target], ...] = get_args(get_args(AnyTarget)[0])
    return {model.model_fields["protocol"].default: model for model in models}


def lot_schema() -> JsonSchemaValue:
    """Return the schema of what a lot says beside its parts: pace, faults, thresholds."""
    return _without(Lot.model_json_schema(), OF_LOTS, title="Lot")


def fault_schema() -> JsonSchemaValue:
    """Return the schema of faults alone, for those that are put in by hand."""
    others = frozenset(Lot.model_fields) - {"faults"}
    return _without(Lot.model_json_schema(), others, title="Faults")


def target_schema(
    protocol: str, *, without: Collection[str] = (), version: str = ""
) -> JsonSchemaValue:
    """Return the schema of a target's options, but for those words that are asked for elsewhere.

    What the protocol has no use for is not in it, nor what its ``version`` has not; empty: any.

    Raises:
        KeyError: There is no such protocol.
    """
    model = kinds()[protocol]
    words = OF_TARGETS | model.unused | frozenset(without)
    is_old = model is MqttTarget and version == "3.1.1"
    if is_old:
        words |= frozenset(OF_VERSION_5)
    schema = _without(model.model_json_schema(), words, title="Target")
    if protocol != SUBSCRIBED:
        _leave_counter(schema)
    if is_old:
        for word in OF_A_WILL_5:
            del schema["$defs"]["Will"]["properties"][word]
    return schema


def _leave_counter(schema: JsonSchemaValue) -> None:
    """Take the subscription out of what may be a way back."""
    schema["properties"]["way_back"]["anyOf"][0] = {"$ref": "#/$defs/Counter"}
    del schema["$defs"]["Subscription"]


def _without(schema: JsonSchemaValue, words: Collection[str], *, title: str) -> JsonSchemaValue:
    properties = {word: shape for word, shape in schema["properties"].items() if word not in words}
    needed = [word for word in schema.get("required", []) if word in properties]
    whole: dict[str, Any] = _plain({**schema, "title": title, "properties": properties})
    return {**whole, "required": needed} if needed else _left(whole)


def _left(schema: JsonSchemaValue) -> JsonSchemaValue:
    return {word: value for word, value in schema.items() if word != "required"}


def _plain(value: Any) -> Any:
    """Return a schema for forms: what is added begins empty, words are called as they are, and the
    word that tells kinds apart is always there."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {
        word: _untitled(each) if word == "properties" else _plain(each)
        for word, each in value.items()
        if not (word == "default" and isinstance(each, dict | list))
    }
    kinds = [name for name, each in plain.get("properties", {}).items() if "const" in each]
    return plain | {"required": [*kinds, *plain.get("required", [])]} if kinds else plain


def _untitled(properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties without the titles that pydantic makes of their names."""
    return {
        name: {word: each for word, each in _plain(shape).items() if word != "title"}
        for name, shape in properties.items()
    }
