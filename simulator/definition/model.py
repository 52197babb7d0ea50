"""The base of everything that is read from a document: frozen, and strict about its words.

Rule: a reader raises DefinitionError with a text for people; here it becomes pydantic's, so that
one validation collects every problem with its place.
"""

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import no_info_plain_validator_function

from simulator.errors import DefinitionError

OWN_TEXT = "definition"  # type of a pydantic error whose text is ours and needs no translation

# Stands in a JSON Schema for one of ``schema.py``'s, which may hold itself: {SHARED: "Payload"}.
SHARED = "shared"

# Words of former versions of the language, and what they are called now; see ``versions.py``.
FORMER = {"bucket": "pick"}

MAX_SHOWN = 60  # characters of a value that an error quotes

T = TypeVar("T")


class Model(BaseModel):
    """A part of a document. A word that no field has is an error, with the nearest one named."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False
    )

    # A field that the document does not name: its words stand among those of the model itself.
    folded: ClassVar[str] = ""

    @classmethod
    def words(cls) -> tuple[str, ...]:
        """Return the words that a document may use here, in their order."""
        fields = cls.model_fields.items()
        return tuple(field.alias or name for name, field in fields if name != cls.folded)

    @model_validator(mode="wrap")
    @classmethod
    def _name_unknown_words(cls, data: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(data, dict):
            return read(data)
        data = cls._fold(data)
        words = (*cls.words(), *filter(None, [cls.folded]))
        errors = [
            own_error(unknown_word(word, cls.words()), (word,), data[word])
            for word in data
            if word not in words
        ]
        try:
            value = read({word: value for word, value in data.items() if word in words})
        except ValidationError as error:
            errors += [inner_error(details, without=cls.folded) for details in error.errors()]
        except DefinitionError as error:
            errors.append(own_error(str(error), (), data))
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return value

    @classmethod
    def _fold(cls, data: dict[Any, Any]) -> dict[Any, Any]:
        if not cls.folded or isinstance(data.get(cls.folded), BaseModel):
            return data
        own = {word: data[word] for word in cls.words() if word in data}
        return {**own, cls.folded: {word: data[word] for word in data if word not in own}}


class Read:
    """A value with a text form of its own: pydantic reads it with its class method ``read``."""

    # JSON Schema of what ``read`` takes, for editors and forms: title, description, examples.
    schema: ClassVar[JsonSchemaValue] = {}

    @classmethod
    def read(cls, value: Any) -> Self:
        """Return the value that ``value`` of a document stands for.

        Raises:
            DefinitionError: It stands for none.
        """
        raise NotImplementedError(cls.__name__)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        read = reader(cls.read)
        return no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else read(value)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**cls.schema}


def reader(read: Callable[[Any], T]) -> Callable[[Any], T]:
    """Return ``read`` for pydantic: what it refuses becomes an error with the same text."""

    def validate(value: Any) -> T:
        try:
            return read(value)
        except DefinitionError as error:
            raise PydanticCustomError(OWN_TEXT, "{text}", {"text": str(error)}) from None

    return validate


def own_error(text: str, place: tuple[int | str, ...] = (), value: Any = None) -> InitErrorDetails:
    """Return one error for ``ValidationError.from_exception_data``, with our own text."""
    custom = PydanticCustomError(OWN_TEXT, "{text}", {"text": text})
    return InitErrorDetails(type=custom, loc=place, input=value)


def inner_error(details: ErrorDetails, *prefix: int | str, without: str = "") -> InitErrorDetails:
    """Return an error of an inner validation again, ``prefix`` put before its place.

    ``without`` is the first word of its place that the document does not have.
    """
    inner = details["loc"]
    place = (*prefix, *(inner[1:] if without and inner[:1] == (without,) else inner))
    if details["type"] == OWN_TEXT:
        return own_error(details["ctx"]["text"], place, details["input"])
    if details["type"] in ("value_error", "assertion_error"):
        return own_error(str(details["ctx"]["error"]), place, details["input"])
    return InitErrorDetails(
        type=details["type"], loc=place, input=details["input"], ctx=details.get("ctx", {})
    )


def within(word: str, read: Callable[[], T]) -> T:
    """Return what ``read`` returns; its errors get ``word`` put before their places."""
    try:
        return read()
    except ValidationError as error:
        errors = [inner_error(details, word) for details in error.errors()]
    except (DefinitionError, PydanticCustomError) as error:
        errors = [own_error(str(error), (word,))]
    raise ValidationError.from_exception_data(word, errors)


def only_word(data: Any, kinds: Collection[str], *, example: str) -> str:
    """Return the one word of a mapping that chooses a kind: ``walk`` of ``{walk: {...}}``."""
    if not isinstance(data, dict):
        _refuse(f"needs a mapping such as {example}, got {show(data)}", data)
    words = [word for word in data if word in kinds]
    if len(words) > 1:
        _refuse(f"needs one of them, got {' and '.join(words)}", data)
    if words:
        return str(words[0])
    if not data:
        _refuse(f"needs one of: {', '.join(kinds)}", data)
    errors = [own_error(unknown_word(word, kinds), (word,), data[word]) for word in data]
    raise ValidationError.from_exception_data("kind", errors)


def _refuse(text: str, data: Any) -> NoReturn:
    raise ValidationError.from_exception_data("kind", [own_error(text, (), data)])


def word_schema(word: str, value: JsonSchemaValue) -> JsonSchemaValue:
    """Return the JSON Schema of a mapping with one word: ``{choice: ...}``."""
    return {
        "type": "object",
        "title": word,
        "properties": {word: value},
        "required": [word],
        "additionalProperties": False,
    }


def show(value: Any) -> str:
    """Return ``value`` as errors quote it: short, in quotes when it is text."""
    names = {dict: "a mapping", list: "a list", type(None): "nothing", bool: str(value).lower()}
    if type(value) in names:
        return names[type(value)]
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def unknown_word(word: Any, allowed: Iterable[str]) -> str:
    """Return the text for a word that has no meaning at its place."""
    names = list(allowed)
    now = FORMER.get(word) if isinstance(word, str) else None
    if now in names:
        return f"unknown word {word!r}, it is {now!r} since version 2"
    return f"unknown word {word!r}, {nearest(word, names)}"


def nearest(word: Any, allowed: Iterable[str]) -> str:
    """Return what to say after an unknown name: the likely one, or all that are allowed."""
    names = list(allowed)
    close = get_close_matches(str(word)[:100], names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"allowed: {', '.join(names[:40])}" if names else "there is none"
