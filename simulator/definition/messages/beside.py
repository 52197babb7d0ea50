"""What goes beside a payload: headers of HTTP, user properties of MQTT 5.

Rule: a name that the protocol forbids is refused here, before anything runs; what a placeholder
brings into a value is made harmless by ``payloads/beside.py``.
"""

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from simulator.definition.expressions.template import Template
from simulator.definition.model import reader, show
from simulator.errors import DefinitionError

MAX_BESIDE = 50  # headers, or user properties, of a message
MAX_TYPE = 200  # characters of a media type

# Source: RFC 9110, sections 5.6.2 (a name) and 5.5 (a value); one line each.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TYPE = re.compile(r"[!#$&\-^_.+0-9A-Za-z]+/[!#$&\-^_.+0-9A-Za-z]+(?:\s*;\s*[\x20-\x7e]+)?")

# Those that say where a message ends or who speaks; the simulator writes them itself.
_OURS = {
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


def check_headers(headers: dict[str, Template]) -> dict[str, Template]:
    """Return headers whose names can stand in a request.

    Raises:
        DefinitionError: A name is none, is given twice, or is ours; a value has control characters.
    """
    seen: set[str] = set()
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise DefinitionError(f"a header's name is letters, digits and -, got {show(name)}")
        if name.lower() in _OURS:
            said = "; say content_type" if name.lower() == "content-type" else ""
            raise DefinitionError(f"the header {name} is set by the simulator, leave it out{said}")
        if name.lower() in seen:
            raise DefinitionError(f"the header {name} is there twice")
        seen.add(name.lower())
        _check_value(f"the header {name}", value)
    return headers


def check_properties(properties: dict[str, Template]) -> dict[str, Template]:
    """Return user properties that MQTT 5 can carry.

    Raises:
        DefinitionError: A name is empty or too long; a name or a value has control characters.
    """
    for name, value in properties.items():
        if not 1 <= len(name) <= 200 or _CONTROL.search(name):
            text = "a property's name has 1 to 200 characters and no control characters"
            raise DefinitionError(f"{text}, got {show(name)}")
        _check_value(f"the property {name}", value)
    return properties


def check_media_type(text: str) -> str:
    """Return a media type such as ``application/json``.

    Raises:
        DefinitionError: It is none (RFC 9110, section 8.3.1).
    """
    if len(text) > MAX_TYPE or not _TYPE.fullmatch(text):
        raise DefinitionError(f"needs a media type such as application/json, got {show(text)}")
    return text


def _check_value(name: str, value: Template) -> None:
    odd = _CONTROL.search(value.literal)
    if odd:
        raise DefinitionError(f"{name} must be one line of text, got {odd[0]!r} in it")


Headers: TypeAlias = Annotated[
    dict[str, Template], Field(max_length=MAX_BESIDE), AfterValidator(reader(check_headers))
]
Properties: TypeAlias = Annotated[
    dict[str, Template], Field(max_length=MAX_BESIDE), AfterValidator(reader(check_properties))
]
MediaType: TypeAlias = Annotated[str, AfterValidator(reader(check_media_type))]
