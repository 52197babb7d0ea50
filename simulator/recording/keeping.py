"""What becomes of payloads on their way into the log: whole, truncated, hashed, or a sample.

Rule: for the writer's thread; columns in, columns out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from simulator.lot.records import Records
from simulator.randomness import keys, uniform
from simulator.recording.parquet import Blobs


@dataclass(frozen=True, slots=True)
class Sends:
    """The columns of records that decide; ``is_send`` is false for what has no payload."""

    numbers: NDArray[np.int64]  # of the mocks in the run
    sequences: NDArray[np.int64]
    is_send: NDArray[np.bool_]
    is_failed: NDArray[np.bool_]


def kept(
    payloads: Sequence[bytes], sends: Sends, *, records: Records, seed: int
) -> tuple[Blobs, Blobs]:
    """Return the columns ``payload`` and ``digest`` of some records, with gaps where none is."""
    none = np.zeros(len(payloads), dtype=bool)
    match records.payload:
        case "whole":
            return Blobs(payloads, sends.is_send), Blobs(payloads, none)
        case "truncated":
            short = [payload[: records.limit] for payload in payloads]
            return Blobs(short, sends.is_send), Blobs(payloads, none)
        case "hashed":
            digests = [sha256(payload).digest() for payload in payloads]
            return Blobs(payloads, none), Blobs(digests, sends.is_send)
        case "sampled":
            shown = sends.is_failed | _sample(sends, share=records.share, seed=seed)
            return Blobs(payloads, sends.is_send & shown), Blobs(payloads, none)


def _sample(sends: Sends, *, share: float, seed: int) -> NDArray[np.bool_]:
    """Return which sends are drawn: a function of seed, mock and sequence number."""
    drawn = uniform(keys(seed, sends.numbers, "records.payload"), sends.sequences)
    return np.asarray(drawn < share)
