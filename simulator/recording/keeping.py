"""What becomes of payloads on their way into the log: whole, truncated, hashed, or a sample.

Rule: for the writer's thread; columns in, columns out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.lot.records import Records
from simulator.randomness import keys, uniform


@dataclass(frozen=True, slots=True)
class Sends:
    """The columns of records that decide; ``is_send`` is false for what has no payload."""

    numbers: NDArray[np.int64]  # of the mocks in the run
    sequences: NDArray[np.int64]
    is_send: NDArray[np.bool_]
    is_failed: NDArray[np.bool_]


def kept(
    payloads: Sequence[bytes], sends: Sends, *, records: Records, seed: int
) -> tuple[pa.Array, pa.Array]:
    """Return the columns ``payload`` and ``digest`` of some records; null where there is none."""
    whole = pa.array(payloads, pa.binary(), mask=~sends.is_send)
    nothing = pa.nulls(len(payloads), pa.binary())
    match records.payload:
        case "whole":
            return whole, nothing
        case "truncated":
            return pc.binary_slice(whole, 0, records.limit), nothing
        case "hashed":
            digests = [sha256(payload).digest() for payload in payloads]
            return nothing, pa.array(digests, pa.binary(), mask=~sends.is_send)
        case "sampled":
            shown = sends.is_failed | _sample(sends, share=records.share, seed=seed)
            return pa.array(payloads, pa.binary(), mask=~(sends.is_send & shown)), nothing


def _sample(sends: Sends, *, share: float, seed: int) -> NDArray[np.bool_]:
    """Return which sends are drawn: a function of seed, mock and sequence number."""
    drawn = uniform(keys(seed, sends.numbers, "records.payload"), sends.sequences)
    return np.asarray(drawn < share)
