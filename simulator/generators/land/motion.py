"""When something that moves along a line is where, and how fast.

Rule: speed is constant, or changes evenly, in each stretch of the line; so time and place follow
from each other exactly, by one search and one square root.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.generators.land.line import Line
from simulator.randomness import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Motion:
    """Stretches of a line, each begun at a time and a place with a speed."""

    times: FloatArray  # s since the beginning
    starts: FloatArray  # m from the beginning
    speeds: FloatArray  # m/s, at the beginning of the stretch
    gains: FloatArray  # m/s²
    piece: IntArray  # of the line
    duration: float  # s from end to end, above 0
    length: float  # m

    def at(self, time: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return the line's piece, the place (m) and the speed (m/s) at times from 0 on."""
        stretch = np.searchsorted(self.times, time, side="right") - 1
        since = time - self.times[stretch]
        speed = self.speeds[stretch]
        gain = self.gains[stretch] * since
        place = self.starts[stretch] + (speed + gain / 2) * since
        return self.piece[stretch], np.minimum(place, self.length), np.maximum(speed + gain, 0.0)

    def reached(self, place: FloatArray) -> FloatArray:
        """Return when each place (m) is first reached, s."""
        stretch = np.searchsorted(self.starts, place, side="left")
        is_beginning = np.append(self.starts, np.inf)[stretch] == place
        stretch = np.where(is_beginning, stretch, stretch - 1)
        beyond = place - self.starts[stretch]
        speed = self.speeds[stretch]
        reached = np.sqrt(np.maximum(speed**2 + 2 * self.gains[stretch] * beyond, 0.0))
        both = speed + reached
        return self.times[stretch] + np.divide(
            2 * beyond, both, out=np.zeros(len(beyond)), where=both > 0
        )


def recorded(line: Line, *, faster: float) -> Motion:
    """Return the motion as it was recorded, so many times as fast."""
    seconds = line.seconds / faster
    speeds = np.divide(line.lengths, seconds, out=np.zeros(len(seconds)), where=seconds > 0)
    return Motion(
        times=np.append(0.0, np.cumsum(seconds)[:-1]),
        starts=line.starts,
        speeds=speeds,
        gains=np.zeros(len(speeds)),
        piece=np.arange(len(speeds)),
        duration=float(seconds.sum()),
        length=line.length,
    )


def driven(
    line: Line,
    limits: FloatArray,
    *,
    cuts: FloatArray,
    cut_limits: FloatArray | None,
    halts: FloatArray,
    gain: float | None,
    braking: float | None,
) -> Motion:
    """Return the fastest motion within limits of speed.

    Args:
        line: Where it goes.
        limits: The highest speed on each piece of the line, m/s.
        cuts: Places at which another limit begins, m, rising, the first one 0.
        cut_limits: The limit from each of ``cuts`` on, in place of those of the pieces.
        halts: Places at which the speed is 0, m.
        gain: Acceleration, m/s²; None: at once.
        braking: Deceleration, m/s²; None: at once.
    """
    starts = np.unique(np.concatenate([line.starts, cuts, halts]))
    starts = starts[starts < line.length]
    piece = np.searchsorted(line.starts, starts, side="right") - 1
    lengths = np.diff(np.append(starts, line.length))
    if cut_limits is None:
        highest = limits[piece]
    else:
        highest = cut_limits[np.searchsorted(cuts, starts, side="right") - 1]
    if gain is None or braking is None:
        return _motion(starts, lengths, highest, highest, piece, length=line.length)
    ends = np.append(starts, line.length)
    squares = np.minimum(np.append(highest, np.inf), np.append(np.inf, highest)) ** 2
    squares[np.isin(ends, halts)] = 0.0
    squares = np.minimum.accumulate(squares - 2 * gain * ends) + 2 * gain * ends
    backwards = (squares + 2 * braking * ends)[::-1]
    squares = np.minimum.accumulate(backwards)[::-1] - 2 * braking * ends
    squares = np.maximum(squares, 0.0)
    return _ramped(
        starts, lengths, highest, squares, piece, gain=gain, braking=braking, length=line.length
    )


def _ramped(
    starts: FloatArray,
    lengths: FloatArray,
    highest: FloatArray,
    squares: FloatArray,
    piece: IntArray,
    *,
    gain: float,
    braking: float,
    length: float,
) -> Motion:
    """Return the motion that gains speed, keeps it and brakes in each stretch, as far as needed.

    ``squares`` are those of the speeds at the ends of the stretches, one more than there are.
    """
    begin, end = squares[:-1], squares[1:]
    crossing = (2 * gain * braking * lengths + braking * begin + gain * end) / (gain + braking)
    peak = np.minimum(highest**2, np.maximum(crossing, np.maximum(begin, end)))
    rising = np.clip((peak - begin) / (2 * gain), 0.0, lengths)
    falling = np.clip((peak - end) / (2 * braking), 0.0, lengths - rising)
    thirds = np.stack([rising, lengths - rising - falling, falling], axis=1).ravel()
    roots = np.sqrt(np.stack([begin, peak, peak, end], axis=1))
    # However short: a mock that sets out takes 30 µs for its first nanometre.
    kept = (thirds > 0) & (roots[:, :3] + roots[:, 1:] > 0).ravel()
    offsets = np.stack([np.zeros(len(rising)), rising, lengths - falling], axis=1)
    return _motion(
        (starts[:, None] + offsets).ravel()[kept],
        thirds[kept],
        roots[:, :3].ravel()[kept],
        roots[:, 1:].ravel()[kept],
        np.repeat(piece, 3)[kept],
        length=length,
    )


def _motion(
    starts: FloatArray,
    lengths: FloatArray,
    begin: FloatArray,
    end: FloatArray,
    piece: NDArray[np.int64],
    *,
    length: float,
) -> Motion:
    seconds = 2 * lengths / (begin + end)
    return Motion(
        times=np.append(0.0, np.cumsum(seconds)[:-1]),
        starts=starts,
        speeds=begin,
        gains=(end - begin) / seconds,
        piece=piece,
        duration=float(seconds.sum()),
        length=length,
    )
