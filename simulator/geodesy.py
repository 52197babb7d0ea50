"""Lengths and directions on the Earth's ellipsoid (WGS84), over whole columns.

Rule: degrees in and out, metres in and out; nothing here knows what is moved.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from simulator.angles import arctangent, cosine, direction, hypotenuse, sine_and_cosine, tangent
from simulator.exact import FloatArray

# World Geodetic System 1984. Source: NGA.STND.0036, table 3.1
SEMI_MAJOR = 6_378_137.0  # m, radius of the equator
FLATTENING = 1 / 298.257223563
SEMI_MINOR = SEMI_MAJOR * (1 - FLATTENING)
_SQUARED = FLATTENING * (2 - FLATTENING)  # first eccentricity, squared
_SECOND = (SEMI_MAJOR / SEMI_MINOR) ** 2 - 1  # second eccentricity, squared

_ROUNDS = 60  # of an iteration that converges in 3 to 8 except near the antipode
_CLOSE = 1e-12  # rad, 6 µm


def inverse(
    lat: FloatArray, lon: FloatArray, to_lat: FloatArray, to_lon: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the geodesic from each point to another: its length, and its direction at both ends.

    Args:
        lat, lon: Where it begins, degrees; lon may lie outside of ±180.
        to_lat, to_lon: Where it ends.

    Returns:
        Length in m, within 0.5 mm of the true one; and the directions in degrees from north,
        clockwise, 0 to below 360, at the beginning and at the end. All are NaN where the points
        are on opposite sides of the Earth (within about half a degree), where it does not converge.

    Source: T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid", Survey
    Review 23 (1975), no. 176.
    """
    reduced, to_reduced = _reduced(lat), _reduced(to_lat)
    sin_1, cos_1 = sine_and_cosine(reduced)
    sin_2, cos_2 = sine_and_cosine(to_reduced)
    across = np.radians(np.asarray(to_lon) - np.asarray(lon))
    across = np.remainder(across + np.pi, 2 * np.pi) - np.pi
    angle, is_done = across, np.zeros(np.shape(across), dtype=bool)
    for _ in range(_ROUNDS):
        arc = _Arc.between(sin_1, cos_1, sin_2, cos_2, angle)
        change = _longitude(arc.at_equator, arc.squared, arc.arc, arc.sin_s, arc.cos_s, arc.middle)
        # What has converged stays as it is, so that no pair depends on those beside it.
        next_angle = np.where(is_done, angle, across + change)
        is_done |= np.abs(next_angle - angle) < _CLOSE
        angle = next_angle
        if np.all(is_done):
            break
    arc = _Arc.between(sin_1, cos_1, sin_2, cos_2, angle)
    length = _length(arc.squared, arc.arc, arc.sin_s, arc.cos_s, arc.middle)
    sin_a, cos_a = sine_and_cosine(angle)
    begin = direction(cos_2 * sin_a, cos_1 * sin_2 - sin_1 * cos_2 * cos_a)
    end = direction(cos_1 * sin_a, cos_1 * sin_2 * cos_a - sin_1 * cos_2)
    lost = ~is_done | (np.abs(angle) > np.pi)
    return (
        np.where(lost, np.nan, length),
        np.where(lost, np.nan, compass(begin)),
        np.where(lost, np.nan, compass(end)),
    )


def direct(
    lat: FloatArray, lon: FloatArray, bearing: FloatArray, length: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where a geodesic ends, and its direction there.

    Args:
        lat, lon: Where it begins, degrees.
        bearing: Whereto it sets out, degrees from north, clockwise.
        length: m, 0 or more.

    Returns:
        Latitude and longitude in degrees (longitude from -180 to below 180), within 0.5 mm, and the
        direction at the end, 0 to below 360.

    Source: Vincenty, as ``inverse``.
    """
    azimuth = np.radians(bearing)
    reduced = _reduced(lat)
    sin_1, cos_1 = sine_and_cosine(reduced)
    sin_z, cos_z = sine_and_cosine(azimuth)
    from_equator = direction(tangent(reduced), cos_z)
    at_equator = cos_1 * sin_z
    squared = 1 - at_equator**2
    scale, slope = _series(squared)
    straight = np.asarray(length) / (SEMI_MINOR * scale)
    arc, is_done = straight, np.zeros(np.shape(straight), dtype=bool)
    for _ in range(_ROUNDS):
        middle = cosine(2 * from_equator + arc)
        change = _arc_change(slope, *sine_and_cosine(arc), middle)
        next_arc = np.where(is_done, arc, straight + change)
        is_done |= np.abs(next_arc - arc) < _CLOSE
        arc = next_arc
        if np.all(is_done):
            break
    sin_s, cos_s = sine_and_cosine(arc)
    middle = cosine(2 * from_equator + arc)
    inward = sin_1 * sin_s - cos_1 * cos_s * cos_z
    end_lat = direction(
        sin_1 * cos_s + cos_1 * sin_s * cos_z,
        (1 - FLATTENING) * hypotenuse(at_equator, inward),
    )
    angle = direction(sin_s * sin_z, cos_1 * cos_s - sin_1 * sin_s * cos_z)
    turned = angle - _longitude(at_equator, squared, arc, sin_s, cos_s, middle)
    return (
        np.degrees(end_lat),
        within(lon + np.degrees(turned)),
        compass(direction(at_equator, -inward)),
    )


def radii(lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the metres of one degree northwards and of one degree eastwards at each latitude.

    At the poles a degree eastwards is next to nothing. Source: radii of curvature in the meridian
    and in the prime vertical, Snyder, "Map projections", USGS Professional Paper 1395, (4-19) f.
    """
    angle = np.radians(lat)
    sin_a, cos_a = sine_and_cosine(angle)
    root = 1 - _SQUARED * sin_a**2
    normal = SEMI_MAJOR / np.sqrt(root)
    north = normal * (1 - _SQUARED) / root
    degree = np.pi / 180
    return north * degree, normal * cos_a * degree


def within(lon: FloatArray) -> FloatArray:
    """Return longitudes as they are written: from -180 to below 180 degrees."""
    turned: FloatArray = np.remainder(np.asarray(lon) + 180.0, 360.0) - 180.0
    return turned


def compass(azimuth: FloatArray) -> FloatArray:
    """Return directions in radians as degrees from 0 to below 360."""
    degrees: FloatArray = np.remainder(np.degrees(azimuth), 360.0)
    return np.where(degrees >= 360.0, 0.0, degrees)


@dataclass(frozen=True, slots=True)
class _Arc:
    """The geodesic as an arc on the auxiliary sphere."""

    at_equator: FloatArray  # sine of its azimuth there
    squared: FloatArray  # cosine of it, squared
    arc: FloatArray  # rad
    sin_s: FloatArray
    cos_s: FloatArray
    middle: FloatArray  # cosine of twice the arc from the equator to its middle

    @classmethod
    def between(
        cls,
        sin_1: FloatArray,
        cos_1: FloatArray,
        sin_2: FloatArray,
        cos_2: FloatArray,
        angle: FloatArray,
    ) -> Self:
        """Return the arc between two reduced latitudes that are an angle of longitude apart."""
        sin_a, cos_a = sine_and_cosine(angle)
        sin_s = hypotenuse(cos_2 * sin_a, cos_1 * sin_2 - sin_1 * cos_2 * cos_a)
        cos_s = sin_1 * sin_2 + cos_1 * cos_2 * cos_a
        at_equator = _ratio(cos_1 * cos_2 * sin_a, sin_s)
        squared = 1 - at_equator**2
        middle = cos_s - 2 * _ratio(sin_1 * sin_2, squared)
        return cls(at_equator, squared, direction(sin_s, cos_s), sin_s, cos_s, middle)


def _reduced(lat: FloatArray) -> FloatArray:
    angle: FloatArray = arctangent((1 - FLATTENING) * tangent(np.radians(lat)))
    return angle


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return the quotient, 0 where it would be 0 / 0: points that are one, lines on the equator."""
    is_zero = below == 0
    ratio: FloatArray = above / np.where(is_zero, 1.0, below)
    return np.where(is_zero, 0.0, ratio)


def _series(squared: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Vincenty's A and B."""
    u = squared * _SECOND
    return (
        1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u))),
        u / 1024 * (256 + u * (-128 + u * (74 - 47 * u))),
    )


def _arc_change(
    slope: FloatArray, sin_s: FloatArray, cos_s: FloatArray, middle: FloatArray
) -> FloatArray:
    doubled = 2 * middle**2 - 1
    tail = slope / 6 * middle * (4 * sin_s**2 - 3) * (4 * middle**2 - 3)
    change: FloatArray = slope * sin_s * (middle + slope / 4 * (cos_s * doubled - tail))
    return change


def _length(
    squared: FloatArray, arc: FloatArray, sin_s: FloatArray, cos_s: FloatArray, middle: FloatArray
) -> FloatArray:
    scale, slope = _series(squared)
    length: FloatArray = SEMI_MINOR * scale * (arc - _arc_change(slope, sin_s, cos_s, middle))
    return length


def _longitude(  # noqa: PLR0917, the names of the paper's formula
    at_equator: FloatArray,
    squared: FloatArray,
    arc: FloatArray,
    sin_s: FloatArray,
    cos_s: FloatArray,
    middle: FloatArray,
) -> FloatArray:
    """Return by how much the longitude on the auxiliary sphere is above that on the ellipsoid."""
    share = FLATTENING / 16 * squared * (4 + FLATTENING * (4 - 3 * squared))
    inner = middle + share * cos_s * (2 * middle**2 - 1)
    change: FloatArray = (1 - share) * FLATTENING * at_equator * (arc + share * sin_s * inner)
    return change
