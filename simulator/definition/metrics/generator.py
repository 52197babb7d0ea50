"""What every generator of values is: parameters from the document, and what it needs.

Rule: a generator is one module that registers one word; nothing else names it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from simulator.definition.model import Model

# In the order in which people look for them.
FAMILIES = ("fixed", "random", "choice", "shape", "process", "derived", "place", "recorded", "text")


@dataclass(frozen=True, slots=True)
class Need:
    """A dataset that a generator or a message reads, held against what has been uploaded."""

    dataset: str  # its name in the document
    kind: Literal["csv", "gpx", "geojson", "proto", "avsc"]
    columns: tuple[str, ...] = ()


class Generator(Model, ABC):
    """The parameters of one metric's generator.

    A subclass is a pydantic model: fields are the words of the document, their types and limits
    are checked, and validators of its own may raise ValueError or DefinitionError with a text for
    people ("min must be below max, got 5 and 3").
    """

    word: ClassVar[str]  # set by ``register``
    # For the reference and the console: the family that it is shown in, one of ``FAMILIES``, and
    # metrics as a document has them, each of which runs in the tests. The first one is drawn.
    # ``purpose`` is what it is for, in a few words: "temperature, level, price".
    family: ClassVar[str] = ""
    purpose: ClassVar[str] = ""
    examples: ClassVar[tuple[str, ...]] = ()
    # The field that takes a value which is not a mapping: {constant: 5}; its siblings in the
    # metric are then further parameters: {pick: [a, b], order: random}.
    shorthand: ClassVar[str | None] = None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return its JSON Schema, its own words before those that it shares with others."""
        schema = handler.resolve_ref_schema(handler(core))
        given = schema.get("properties", {})
        fields = {name: field.alias or name for name, field in cls.model_fields.items()}
        own = [fields[name] for name in cls.__annotations__ if name in fields]
        order = [*(word for word in own if word in given), *(w for w in given if w not in own)]
        schema["properties"] = {word: given[word] for word in order}
        return schema

    @property
    def is_unique(self) -> bool:
        """Whether no two mocks of a run have the same value, so that it can make an id."""
        return False

    def check_unique(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against its datasets where ``is_unique`` depends on them, as an id does.

        Raises:
            DefinitionError: Two mocks would have the same.
        """

    @property
    def memory(self) -> int:
        """Bytes of the arrays that it keeps for each mock, at most; see ``cost.py``."""
        return 64 + 16 * len(self.parts())

    def names(self) -> frozenset[str]:
        """Return what it reads of the same sample: metrics (``position.lat``), variables, ..."""
        return frozenset()

    def statuses(self) -> frozenset[str]:
        """Return the statuses that it names."""
        return frozenset()

    def needs(self) -> tuple[Need, ...]:
        """Return the datasets that it reads."""
        return ()

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        """Hold it against what its datasets contain; only asked when ``needs`` are there.

        Args:
            datasets: By name; what is known of a file may be its columns' names alone.

        Raises:
            DefinitionError: It cannot work with them.
        """

    def parts(self) -> tuple[str, ...]:
        """Return the names of its parts, ``("lat", "lon")``; none when it gives one value."""
        return ()

    @abstractmethod
    def column(self, cast: Any, metric: str) -> Any:
        """Return the generator at work for a ``generators.Cast``: a ``generators.Column``."""


KINDS: dict[str, type[Generator]] = {}  # word -> generator; filled by ``register``

G = TypeVar("G", bound=type[Generator])


def register(word: str) -> Callable[[G], G]:
    """Return a class decorator that makes a generator known by its word in the document.

    Raises:
        ValueError: Another class has the word already.
    """

    def add(kind: G) -> G:
        if KINDS.setdefault(word, kind) is not kind:
            raise ValueError(f"the word {word!r} is taken by {KINDS[word].__name__}")
        kind.word = word
        return kind

    return add
