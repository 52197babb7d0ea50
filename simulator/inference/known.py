"""What names of fields usually mean: their unit, what is possible, how fast they move.

Rule: a hint, never a verdict: a value that was seen outside of the range makes the hint void.
"""

import re
from typing import Literal, NamedTuple

Course = Literal["drift", "noise", "fall", "rise", "leap"]


class Hint(NamedTuple):
    """What is usual for a quantity."""

    unit: str
    low: float
    high: float
    spread: float  # how far it usually goes from where it is, in a day
    course: Course = "drift"


# Parts of names, in the order in which they are looked for: the longer and the rarer word first.
# Ranges are those of the usual sensor of the kind, not of what physics allows.
_HINTS: tuple[tuple[str, Hint], ...] = (
    (r"dew_?point", Hint("°C", -40, 40, 4)),
    (r"soil.*(moist|hum)|moisture|vwc", Hint("%", 0, 100, 8)),
    (r"hum(idity)?|(^|_)rh(_|$)", Hint("%", 0, 100, 10)),
    (r"temp|(^|_)t[cf](_|$)|thermo", Hint("°C", -40, 125, 4)),
    (r"barom|press|(^|_)hpa", Hint("hPa", 300, 1_100, 6)),
    (r"co2", Hint("ppm", 350, 5_000, 250)),
    (r"t?voc", Hint("ppb", 0, 60_000, 150)),
    (r"pm_?(1|2_?5|10|25)", Hint("µg/m³", 0, 1_000, 12)),
    (r"lux|illum|light", Hint("lx", 0, 120_000, 300)),
    (r"noise|sound|(^|_)d?ba?(_|$)", Hint("dB", 20, 130, 8)),
    (r"bat.*v(olt)?|(^|_)v_?bat", Hint("V", 0, 60, 0.05, "fall")),
    (r"batt(ery)?(_?(level|percent|soc))?|(^|_)soc(_|$)", Hint("%", 0, 100, 5, "fall")),
    (r"rssi", Hint("dBm", -140, 0, 4, "noise")),
    (r"snr", Hint("dB", -25, 20, 2, "noise")),
    (r"link_?quality|lqi", Hint("", 0, 255, 15, "noise")),
    (r"volt(age)?", Hint("V", 0, 1_000, 3, "noise")),
    (r"curr(ent)?|amp(s|ere)?(_|$)", Hint("A", 0, 1_000, 0.5)),
    (r"reactive", Hint("var", 0, 100_000, 50)),
    (r"apparent", Hint("VA", 0, 100_000, 50)),
    (r"factor|cos_?phi", Hint("", 0, 1, 0.05, "noise")),
    (r"a?energy|kwh|(^|_)wh(_|$)|consumption", Hint("kWh", 0, 1e9, 1, "rise")),
    (r"a?power|watt", Hint("W", 0, 1e6, 40)),
    (r"freq|hertz|(^|_)hz(_|$)", Hint("Hz", 0, 1_000, 0.05, "noise")),
    (r"rpm|rotation|revolution", Hint("1/min", 0, 20_000, 150)),
    (r"vib|accel|(^|_)g_?force", Hint("mm/s", 0, 200, 0.6, "noise")),
    (r"speed|veloc|(^|_)vel(_|$)", Hint("km/h", 0, 300, 15)),
    (r"wind", Hint("m/s", 0, 60, 3)),
    (r"heading|bearing|course|(^|_)cog(_|$)|direction", Hint("°", 0, 360, 60)),
    (r"alt(itude)?|elevation", Hint("m", -400, 9_000, 10)),
    (r"odometer|mileage", Hint("km", 0, 1e7, 1, "rise")),
    (r"fuel|tank|fill|level", Hint("%", 0, 100, 10)),
    (r"flow", Hint("l/min", 0, 10_000, 5)),
    (r"volume|litre|liter|gallon", Hint("l", 0, 1e9, 1, "rise")),
    (r"rain|precip", Hint("mm", 0, 500, 0.5, "rise")),
    (r"(^|_)uv", Hint("", 0, 16, 2)),
    (r"irradiance|solar|radiation", Hint("W/m²", 0, 1_400, 150)),
    (r"(^|_)ph(_|$)", Hint("", 0, 14, 0.3)),
    (r"conductivity|(^|_)ec(_|$)", Hint("µS/cm", 0, 20_000, 50)),
    (r"turbidity|ntu", Hint("NTU", 0, 4_000, 3)),
    (r"weight|mass|load", Hint("kg", 0, 1e6, 5)),
    (r"distance|range|proximity", Hint("cm", 0, 100_000, 10)),
    (r"heart|pulse|(^|_)hr(_|$)|bpm", Hint("1/min", 30, 220, 12)),
    (r"spo2|oxygen", Hint("%", 70, 100, 1, "noise")),
    (r"steps", Hint("", 0, 1e6, 1, "rise")),
    (r"accuracy|(^|_)acc(_|$)|hdop", Hint("m", 0, 5_000, 5, "noise")),
    (r"satellites|(^|_)sats?(_|$)", Hint("", 0, 40, 2, "leap")),
    (r"torque", Hint("N m", -10_000, 10_000, 10)),
    (r"cpu|memory|ram|usage|(^|_)utili[sz]ation", Hint("%", 0, 100, 10)),
)
_PATTERNS = tuple((re.compile(pattern), hint) for pattern, hint in _HINTS)

UNITS = {
    "celsius": "°C",
    "cel": "°C",  # SenML's, as %RH
    "%rh": "%",
    "degreecelsius": "°C",
    "degreefahrenheit": "°F",
    "kelvin": "K",
    "percent": "%",
    "volt": "V",
    "ampere": "A",
    "watt": "W",
    "kilowatt": "kW",
    "kilowatthour": "kWh",
    "hertz": "Hz",
    "metreperhour": "m/h",
    "metrepersecond": "m/s",
    "kilometreperhour": "km/h",
    "mileperhour": "mph",
    "hectopascal": "hPa",
    "pascal": "Pa",
    "kilopascal": "kPa",
    "degreeofarc": "°",
    "lux": "lx",
    "decibel": "dB",
    "litre": "l",
    "metre": "m",
    "kilogram": "kg",
    "gforce": "g",
    "revolutionperminute": "1/min",
}  # words of DTDL and of schemas -> what people write

_UNIT_WORDS = re.compile(r"(?<![A-Za-z])[kMm](Wh|W|VAr|VA|V|Ah|A|Hz|Pa)(?![a-z])")


def hint_of(path: tuple[str | int, ...]) -> Hint | None:
    """Return what is usual for a field at this path; None when nothing is known.

    Its own key says more than the one above it: ``aenergy.total``, ``temperature.tC``.
    """
    keys = [snake(step) for step in path if isinstance(step, str)]
    words = [*keys[-1:], "_".join(keys[-2:])]
    found = (hint for word in words for pattern, hint in _PATTERNS if pattern.search(word))
    return next(found, None)


def unit_of(word: str) -> str:
    """Return a unit as people write it: ``degreeCelsius`` is °C; an unknown one stays."""
    return UNITS.get(word.lower(), word)


def snake(name: str) -> str:
    """Return a name in lower case with words joined by ``_``: ``TempC_SHT`` is temp_c_sht.

    A unit stays one word: ``Load kWh`` is load_kwh.
    """
    whole = _UNIT_WORDS.sub(lambda unit: unit[0].lower(), name)
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", whole)
    return re.sub(r"\W+", "_", split).strip("_").lower()
