"""Numbers put out of order, none twice: what serial numbers and addresses are made of.

Rule: a permutation is a function of seed and name alone, so every shard deals out its own part of
one and the same order.
"""

import numpy as np

from simulator import randomness
from simulator.randomness import FloatArray, IntArray, KeyArray

MAX_SIZE = 2**62  # halves of 31 bits, which a uniform value of 53 bits fills
_ROUNDS = 4  # Source: Luby, Rackoff, "How to construct pseudorandom permutations", SIAM 1988


class Permutation:
    """A bijection of 0 to ``size - 1``: a Feistel network of four rounds that walks its cycles.

    Source: Black, Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002.
    Measured: 10,000 numbers take 1.0 ms when the size is a power of 4, else up to three times that.
    """

    def __init__(self, size: int, *, seed: int, name: str) -> None:
        if not 1 <= size <= MAX_SIZE:
            raise ValueError(f"a permutation has 1 to 2^62 numbers, got {size}")
        self._size = size
        self._half = max(1, -(-(size - 1).bit_length() // 2))  # bits
        self._mask = (1 << self._half) - 1
        self._keys: KeyArray = randomness.keys(seed, np.arange(_ROUNDS), f"{name}.order")

    def of(self, numbers: IntArray) -> IntArray:
        """Return where each number goes; all are from 0 to below the size."""
        places = self._turned(numbers)
        while len(outside := np.flatnonzero(places >= self._size)):
            places[outside] = self._turned(places[outside])
        return places

    def _turned(self, numbers: IntArray) -> IntArray:
        left, right = numbers >> self._half, numbers & self._mask
        for key in self._keys:
            scattered = randomness.uniform(np.broadcast_to(key, right.shape), right)
            left, right = right, left ^ _whole(scattered, self._mask + 1)
        return (left << self._half) | right


def _whole(shares: FloatArray, count: int) -> IntArray:
    whole: IntArray = (shares * count).astype(np.int64)
    return whole
