"""faker: names, cities and the like, as people have them.

Rule: Faker makes a table of values once for each kind, locale and seed; mocks draw from it, so that
a value costs no more than any other choice.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import nearest, reader
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.identity import texts
from simulator.randomness import IntArray

TABLE = 2_000  # values of one kind; made in about 0.1 s
_TABLES = 50  # that are kept in memory

# What can be asked for: words of Faker whose values are one text, the same with the same seed.
_WORDS = (
    "name first_name last_name prefix job company company_suffix catch_phrase city country "
    "country_code street_name street_address building_number postcode address email user_name "
    "domain_name url user_agent phone_number license_plate color_name hex_color word sentence "
    "text iban swift currency_code currency_name file_name mime_type language_name timezone"
)
KINDS = tuple(_WORDS.split())


def _check_kind(kind: str) -> str:
    if kind not in KINDS:
        raise DefinitionError(f"unknown kind {kind!r}, {nearest(kind, KINDS)}")
    return kind


@cache
def _locales() -> frozenset[str]:
    from faker.config import AVAILABLE_LOCALES  # noqa: PLC0415, a second that few need

    return frozenset(AVAILABLE_LOCALES)


def _check_locale(locale: str) -> str:
    if locale not in _locales():
        raise DefinitionError(f"unknown locale {locale!r}, {nearest(locale, sorted(_locales()))}")
    return locale


@register("faker")
class Faked(Generator):
    """One of 2,000 values of ``kind`` that Faker made for this seed, each as likely.

    Values may come again: what must be another one for each mock is a serial, a uuid or a mac.
    Source: the package Faker, in the version that requirements.txt names.

    Gives text.
    """

    family: ClassVar[str] = "text"
    shorthand: ClassVar[str | None] = "kind"
    purpose: ClassVar[str] = "names, streets, companies"
    examples: ClassVar[tuple[str, ...]] = (
        "{faker: city}",
        "{faker: name, locale: ja_JP, each: reading}",
    )

    kind: Annotated[str, AfterValidator(reader(_check_kind))] = Field(
        description=f"What: {', '.join(KINDS)}"
    )
    locale: Annotated[str, AfterValidator(reader(_check_locale))] = Field(
        default="en_US", description="Language and country, such as de_CH or ja_JP"
    )
    each: Literal["mock", "reading"] = Field(
        default="mock",
        description="mock: drawn once for each mock, and kept; reading: a new one at each reading",
    )

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, faked: Faked, cast: Cast, metric: str) -> None:
        self._table = _table(faked.kind, faked.locale, cast.seed)
        self._keys = cast.keys(f"metric.{metric}")
        self._own: IntArray | None = None
        if faked.each == "mock":
            self._own = self._places(np.zeros(cast.count, dtype=np.int64), self._keys)

    def draw(self, sample: Sample) -> Values:
        if self._own is not None:
            return self._table[self._own[sample.rows]]
        return self._table[self._places(sample.count, self._keys[sample.rows])]

    def _places(self, counts: IntArray, keys: randomness.KeyArray) -> IntArray:
        places: IntArray = (randomness.uniform(keys, counts) * TABLE).astype(np.int64)
        return places


@lru_cache(maxsize=_TABLES)
def _table(kind: str, locale: str, seed: int) -> Values:
    """Return the table; the same for the same arguments, in any process.

    Raises:
        DefinitionError: The locale has no such kind.
    """
    from faker import Faker  # noqa: PLC0415, a second that few need

    source = Faker(locale, use_weighting=False)
    source.seed_instance(f"{seed}/{kind}")
    make: Callable[[], Any] | None = getattr(source, kind, None)
    if make is None:
        raise DefinitionError(f"the locale {locale} has no {kind}")
    return texts([str(make()).replace("\n", ", ") for _ in range(TABLE)])
