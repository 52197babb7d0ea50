"""What all identities share: drawn once for each mock or at each reading, and none twice.

Rule: what must be unique is a bijection of the mock's number in the run, never a lucky draw; where
there is no room for all mocks the run is refused before it begins.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from pydantic import Field

from simulator import randomness
from simulator.definition.metrics.generator import Generator
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.permuting import MAX_SIZE, Permutation
from simulator.randomness import FloatArray, IntArray, KeyArray

_PARTS = 64  # draws for one identity; a text of 256 hexadecimal digits takes 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One identity for each of some mocks is asked for."""

    keys: KeyArray
    numbers: IntArray  # of the mocks, in the run
    counts: IntArray  # how many each has had before
    moments: FloatArray  # Unix s
    mocks: int  # in the run, up to the last one of this definition

    def ordinals(self, size: int) -> IntArray:
        """Return from 0 to below ``size`` what no other mock has, nor had until all are used."""
        ordinals: IntArray = self.numbers + self.counts % 2**31 * self.mocks
        return ordinals % size

    def drawn(self, size: int, *, part: int = 0) -> IntArray:
        """Return whole numbers from 0 to below ``size``, at most 2^53, each as likely.

        ``part`` tells what is drawn from what else is drawn for the same identity, 0 to 63.
        """
        share = randomness.uniform(self.keys, self.counts * _PARTS + part)
        drawn: IntArray = (share * size).astype(np.int64)
        return drawn


# Makes what was ordered: texts, one an entry.
Maker: TypeAlias = Callable[[Order], Sequence[str]]


class Identity(Generator):
    """The parameters of an identity."""

    family: ClassVar[str] = "text"
    is_dealt: ClassVar[bool] = True  # whether no two mocks have the same

    each: Literal["mock", "reading"] = Field(
        default="mock",
        description="mock: drawn once for each mock, and kept; reading: a new one at each reading",
    )

    @property
    def is_unique(self) -> bool:
        return self.is_dealt and self.each == "mock"

    @abstractmethod
    def maker(self, cast: Cast, name: str) -> Maker:
        """Return what makes the texts; ``name`` is the purpose of its draws.

        Raises:
            DefinitionError: There is no room for all mocks.
        """

    def column(self, cast: Cast, metric: str) -> Column:
        make = self.maker(cast, f"metric.{metric}")
        if self.each == "reading":
            return _Each(make, cast, metric)
        return _Once(make, cast, metric)

    def dealer(self, cast: Cast, name: str, size: int) -> Callable[[Order], IntArray]:
        """Return what deals numbers from 0 to below ``size`` out, each to one mock.

        Raises:
            DefinitionError: The run has more mocks.
        """
        if mocks_of(cast) > size:
            raise DefinitionError(
                f"{self.word} has room for {size:,} mocks, the run has {mocks_of(cast):,}; "
                "leave more digits free"
            )
        size = min(size, MAX_SIZE)
        permutation = Permutation(size, seed=cast.seed, name=name)
        return lambda order: permutation.of(order.ordinals(size))


class _Once(Column):
    """Each mock's own text."""

    def __init__(self, make: Maker, cast: Cast, metric: str) -> None:
        order = Order(
            keys=cast.keys(f"metric.{metric}"),
            numbers=cast.numbers,
            counts=np.zeros(cast.count, dtype=np.int64),
            moments=np.full(cast.count, cast.epoch),
            mocks=mocks_of(cast),
        )
        self._texts = texts(make(order))

    def draw(self, sample: Sample) -> Values:
        return self._texts[sample.rows]


class _Each(Column):
    def __init__(self, make: Maker, cast: Cast, metric: str) -> None:
        self._make = make
        self._cast = cast
        self._keys = cast.keys(f"metric.{metric}")

    def draw(self, sample: Sample) -> Values:
        order = Order(
            keys=self._keys[sample.rows],
            numbers=sample.rows + self._cast.first,
            counts=sample.count,
            moments=sample.t + self._cast.epoch,
            mocks=mocks_of(self._cast),
        )
        return texts(self._make(order))


def mocks_of(cast: Cast) -> int:
    """Return how many mocks the run has, up to the last one of this definition."""
    return max(cast.base + cast.total, cast.first + cast.count)


def texts(values: Sequence[Any]) -> Values:
    """Return a column of texts."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def hex_digits(text: str) -> str:
    """Return the hexadecimal digits of an address, lower case, without ``:``, ``-`` and ``.``.

    Raises:
        DefinitionError: Something else stands in it.
    """
    digits = text.translate({ord(sign): None for sign in ":-."}).lower()
    if not digits or not set(digits) <= set("0123456789abcdef"):
        raise DefinitionError(f"needs hexadecimal digits such as 70:B3:D5, got {text[:60]!r}")
    return digits


def in_pairs(digits: Sequence[str], separator: str) -> list[str]:
    """Return texts of hexadecimal digits with a separator after every two of them."""
    if not separator:
        return list(digits)
    return [separator.join(map("".join, zip(*[iter(each)] * 2, strict=True))) for each in digits]
