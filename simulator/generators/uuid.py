"""uuid: universally unique identifiers."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from simulator.definition.metrics.generator import register
from simulator.generators.base import Cast
from simulator.generators.parts.identity import Identity, Maker, Order
from simulator.generators.parts.permuting import Permutation
from simulator.randomness import KeyArray

_SIZE = 2**62  # of the bits that are dealt out, so that none comes twice
_VARIANT = 1 << 63  # 10xx: of RFC 9562, section 4.1


@register("uuid")
class Uuid(Identity):
    """An identifier of 128 bits as RFC 9562 has it, ``1ec9414c-232a-4b00-b3c8-9f6bdeced846``.

    Version 4: 62 bits are a permutation of (number of the mock, number of the reading), so none
    comes twice in a run; 60 bits are random; 6 say version and variant. Version 7 begins with the
    reading's time (ms since 1970; with ``each: mock`` the run's start), so it sorts by time; 62
    bits are the permutation and 12 are random.

    Gives text, lower case.
    """

    shorthand: ClassVar[str | None] = "version"
    purpose: ClassVar[str] = "a message, a session"
    examples: ClassVar[tuple[str, ...]] = (
        "{uuid: 4}",
        "{uuid: 7, each: reading}",
    )

    version: Literal[4, 7] = Field(default=4, description="4 is random, 7 sorts by time")

    def maker(self, cast: Cast, name: str) -> Maker:
        permutation = Permutation(_SIZE, seed=cast.seed, name=name)

        def make(order: Order) -> list[str]:
            dealt = permutation.of(order.ordinals(_SIZE)).view(np.uint64)
            low = dealt | np.uint64(_VARIANT)
            return _written(_high(self.version, order), low)

        return make


def _high(version: int, order: Order) -> KeyArray:
    """Return the first 64 bits. Source: RFC 9562, sections 5.4 and 5.7."""
    twelve = order.drawn(1 << 12).view(np.uint64)
    if version == 7:
        first = np.rint(order.moments * 1000.0).astype(np.int64).view(np.uint64)
    else:
        first = order.drawn(1 << 48, part=1).view(np.uint64)
    return first << np.uint64(16) | np.uint64(version << 12) | twelve


def _written(high: KeyArray, low: KeyArray) -> list[str]:
    digits = np.stack([high, low], axis=1).astype(">u8").tobytes().hex()
    return [
        f"{digits[i : i + 8]}-{digits[i + 8 : i + 12]}-{digits[i + 12 : i + 16]}"
        f"-{digits[i + 16 : i + 20]}-{digits[i + 20 : i + 32]}"
        for i in range(0, len(digits), 32)
    ]
