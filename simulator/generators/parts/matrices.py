"""Small matrices, with the same bits on every machine: no BLAS, each sum in a fixed order.

Rule: for tens of rows at most; whoever has more uses numpy's own.
"""

import math

import numpy as np

from simulator.randomness import FloatArray

# Of a variance that rounding has made negative, as a share of the largest: about 1,000 times the
# distance of two float64 beside 1.
_TOLERANCE = 1e-12


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the matrix product, summed from the first column to the last."""
    total = np.zeros((left.shape[0], right.shape[1]))
    for k in range(left.shape[1]):
        total += left[:, k, None] * right[None, k, :]
    return total


def root_of(covariance: FloatArray) -> FloatArray | None:
    """Return the lower triangle L with L·Lᵀ the covariance (Cholesky), or None where there is none.

    It may be singular: what follows from others wholly has a 0 on the diagonal.
    """
    size = len(covariance)
    root = np.zeros((size, size))
    slack = _TOLERANCE * max(float(np.max(np.diag(covariance), initial=0.0)), 1e-300)
    for i in range(size):
        rest = covariance[i:, i].astype(np.float64)
        for k in range(i):
            rest -= root[i:, k] * root[i, k]
        if rest[0] > slack:
            root[i:, i] = rest / math.sqrt(rest[0])
        elif rest[0] < -slack or np.abs(rest).max() > math.sqrt(slack * covariance.max()):
            return None
    return root


def mixed(root: FloatArray, values: list[FloatArray]) -> list[FloatArray]:
    """Return L · values, one column for each row of L; ``values`` are columns of one length."""
    columns = []
    for row in root.tolist():
        total = np.zeros_like(values[0])
        for factor, column in zip(row, values, strict=True):
            if factor:
                total += factor * column
        columns.append(total)
    return columns
