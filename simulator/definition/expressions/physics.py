"""What air and the globe do with numbers: the formulas that devices compute on board.

Rule: float64 in and out, one value a row, and NaN where a formula does not hold.
"""

import numpy as np

from simulator import angles, powers
from simulator.exact import FloatArray

# Magnus' formula over water: hPa, -, °C; within 0.4 % from -40 to 50 °C. Source: Alduchov and
# Eskridge, "Improved Magnus form approximation of saturation vapor pressure", J. Appl. Meteor. 35
# (1996), equation 21.
_MAGNUS_HPA, _MAGNUS_A, _MAGNUS_B = 6.1094, 17.625, 243.04

_WATER_VAPOUR = 461.523  # J/(kg K), the specific gas constant of water vapour. Source: IAPWS-95
_KELVIN = 273.15  # K at 0 °C

EARTH_RADIUS = 6_371_008.8  # m, mean. Source: Moritz, "Geodetic Reference System 1980"

# Rothfusz' regression of Steadman's heat index, in °F and %. Source: NWS SR 90-23 (1990).
_ROTHFUSZ = (
    (0, 0, -42.379),
    (1, 0, 2.04901523),
    (0, 1, 10.14333127),
    (1, 1, -0.22475541),
    (2, 0, -6.83783e-3),
    (0, 2, -5.481717e-2),
    (2, 1, 1.22874e-3),
    (1, 2, 8.5282e-4),
    (2, 2, -1.99e-6),
)


def vapour_pressure(temperature: FloatArray) -> FloatArray:
    """Return the saturation pressure of water vapour in hPa at a temperature in °C."""
    return _MAGNUS_HPA * powers.exponential(_MAGNUS_A * temperature / (_MAGNUS_B + temperature))


def dew_point(temperature: FloatArray, humidity: FloatArray) -> FloatArray:
    """Return the dew point in °C; temperature in °C, relative humidity in %, above 0."""
    share = powers.logarithm(humidity / 100) + _MAGNUS_A * temperature / (_MAGNUS_B + temperature)
    return _MAGNUS_B * share / (_MAGNUS_A - share)


def absolute_humidity(temperature: FloatArray, humidity: FloatArray) -> FloatArray:
    """Return the water in the air in g/m³; temperature in °C, relative humidity in %."""
    pascal = vapour_pressure(temperature) * humidity  # hPa times % is Pa
    return 1000 * pascal / (_WATER_VAPOUR * (temperature + _KELVIN))


def heat_index(temperature: FloatArray, humidity: FloatArray) -> FloatArray:
    """Return how warm it feels in °C; temperature in °C, relative humidity in %.

    Below about 27 °C the simple formula of Steadman, above it Rothfusz' with its two adjustments,
    as the National Weather Service of the USA computes it.
    """
    warm = temperature * 1.8 + 32
    simple = 0.5 * (warm + 61 + (warm - 68) * 1.2 + humidity * 0.094)
    full = sum((c * warm**i * humidity**j for i, j, c in _ROTHFUSZ), np.zeros_like(warm + humidity))
    dry = (13 - humidity) / 4 * np.sqrt(np.maximum(17 - np.abs(warm - 95), 0) / 17)
    damp = (humidity - 85) / 10 * ((87 - warm) / 5)
    full -= np.where((humidity < 13) & (warm >= 80) & (warm <= 112), dry, 0)
    full += np.where((humidity > 85) & (warm >= 80) & (warm <= 87), damp, 0)
    felt = np.where((simple + warm) / 2 < 80, simple, full)
    return (felt - 32) / 1.8


def wind_chill(temperature: FloatArray, speed: FloatArray) -> FloatArray:
    """Return how cold it feels in °C; temperature in °C up to 10, wind in km/h from 4.8.

    Elsewhere it is the temperature. Source: Environment Canada and NWS, 2001.
    """
    power = powers.power(np.maximum(speed, 0), np.array(0.16))
    chill = 13.12 + 0.6215 * temperature + (0.3965 * temperature - 11.37) * power
    return np.where((temperature <= 10) & (speed >= 4.8), chill, temperature)


def air_pressure(altitude: FloatArray) -> FloatArray:
    """Return the pressure in hPa at an altitude in m, up to 11,000, in the standard atmosphere.

    Source: ISO 2533:1975, 1013.25 hPa and 15 °C at sea level, 6.5 K less each 1,000 m.
    """
    return 1013.25 * powers.power(1 - 0.0065 * altitude / 288.15, np.array(5.255880))


def distance(
    lat: FloatArray, lon: FloatArray, other_lat: FloatArray, other_lon: FloatArray
) -> FloatArray:
    """Return metres between two positions in degrees along a great circle (haversine)."""
    from_lat, to_lat = np.radians(lat), np.radians(other_lat)
    north = angles.sine((to_lat - from_lat) / 2) ** 2
    east = angles.sine(np.radians(other_lon - lon) / 2) ** 2
    share = north + angles.cosine(from_lat) * angles.cosine(to_lat) * east
    metres: FloatArray = 2 * EARTH_RADIUS * angles.arcsine(np.sqrt(np.clip(share, 0, 1)))
    return metres


def bearing(
    lat: FloatArray, lon: FloatArray, other_lat: FloatArray, other_lon: FloatArray
) -> FloatArray:
    """Return the course at the first of two positions towards the second, 0 to below 360°."""
    from_lat, to_lat, east = np.radians(lat), np.radians(other_lat), np.radians(other_lon - lon)
    sin_1, cos_1 = angles.sine_and_cosine(from_lat)
    sin_2, cos_2 = angles.sine_and_cosine(to_lat)
    sin_e, cos_e = angles.sine_and_cosine(east)
    ahead = cos_1 * sin_2 - sin_1 * cos_2 * cos_e
    degrees: FloatArray = np.mod(np.degrees(angles.direction(sin_e * cos_2, ahead)), 360)
    return degrees
