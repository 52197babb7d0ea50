"""The functions of an expression, with what each says in the reference.

Rule: a function is one line of the table; how many values it takes follows from its signature.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from simulator import angles, powers
from simulator.definition.expressions import physics, texts
from simulator.definition.expressions.arithmetic import (
    Operator,
    Values,
    choose,
    number,
    on_floats,
    on_numbers,
    truth,
    values_of,
)
from simulator.definition.quantities.zones import zone_refusal, zoned_seconds
from simulator.randomness import FloatArray

MANY = 20  # values of a function that takes any number of them
_LARGEST = 2.0**62  # int64 holds it, and float64 exactly
_DAY = 86_400.0  # s
_TEXT_COST = 10  # numpy operations; text is made value by value


@dataclass(frozen=True, slots=True)
class Function:
    """One function: what it takes, what it gives, how it is computed."""

    takes: str  # the names of its values; "?" after one that may be left out, "..." for more
    says: str  # for the reference: what it gives, with units and ranges
    compute: Operator
    family: str = "numbers"
    cost: int = 1  # in numpy operations over a column, about
    # Holds a value that stands there as a text against what is allowed: its position, the check.
    text: tuple[int, Callable[[str], str]] | None = None

    @property
    def fewest(self) -> int:
        """Return how many values it takes at least."""
        return sum(not name.endswith(("?", "...")) for name in self._names())

    @property
    def most(self) -> int:
        """Return how many values it takes at most."""
        return MANY if self.takes.endswith("...") else len(self._names())

    def _names(self) -> list[str]:
        return self.takes.split(", ")


def _round(values: Values, digits: Values | None = None) -> Values:
    if digits is None:
        return np.rint(values)
    scale = powers.power(np.array(10.0), np.clip(number(digits).astype(np.float64), -15, 15))
    return np.rint(values * scale) / scale


def _whole(values: Values) -> Values:
    floats = number(values).astype(np.float64)
    return np.asarray(np.clip(np.nan_to_num(floats), -_LARGEST, _LARGEST)).astype(np.int64)


def _clamp(values: Values, low: Values, high: Values) -> Values:
    clamped: Values = np.minimum(np.maximum(values, low), high)
    return clamped


def _mean(*values: Values) -> Values:
    mean: Values = reduce(np.add, values) / len(values)
    return mean


def _lerp(low: Values, high: Values, share: Values) -> Any:
    return low + (high - low) * share


def _mapped(values: Values, low: Values, high: Values, to_low: Values, to_high: Values) -> Any:
    return to_low + (values - low) / (high - low) * (to_high - to_low)


def _smoothstep(low: Values, high: Values, values: Values) -> Any:
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def _wrapped(values: Values, low: Values, high: Values) -> Any:
    return low + np.mod(values - low, high - low)


def _has_value(values: Values) -> Values:
    if values.dtype.kind == "O":
        return texts.over_texts(lambda value: texts.text_of(value) != "", bool)(values)
    return ~np.isnan(values) if values.dtype.kind == "f" else np.ones(values.shape, dtype=bool)


def _first(*values: Values) -> Values:
    def either(left: Values, right: Values) -> Values:
        return choose(_has_value(left), left, right)

    return reduce(either, values)


def _count_of(*values: Values) -> Values:
    return np.asarray(reduce(np.add, [truth(each).astype(np.int64) for each in values]))


def _texts(compute: Callable[..., Any], dtype: Any = object) -> Operator:
    return texts.over_texts(compute, dtype)


def _clock(compute: Callable[[FloatArray], Any]) -> Operator:
    """Return what a calendar says of local seconds, for moments and zones (UTC when left out)."""

    def apply(moments: Values, zones: Values | None = None) -> Values:
        seconds = number(moments).astype(np.float64)
        local = zoned_seconds(seconds, values_of("UTC") if zones is None else zones)
        return np.asarray(compute(local), dtype=np.float64)

    return apply


def _calendar(unit: str, within: str) -> Callable[[FloatArray], FloatArray]:
    """Return how many of ``unit`` have begun since the last ``within``, from 1."""

    def compute(local: FloatArray) -> FloatArray:
        sound = np.isfinite(local)
        moments = np.where(sound, local, 0.0).astype("datetime64[s]")
        begun = moments.astype(f"datetime64[{unit}]") - moments.astype(
            f"datetime64[{within}]"
        ).astype(f"datetime64[{unit}]")
        return np.where(sound, begun.astype(np.int64) + 1.0, np.nan)

    return compute


def _year(local: FloatArray) -> FloatArray:
    sound = np.isfinite(local)
    years = np.where(sound, local, 0.0).astype("datetime64[s]").astype("datetime64[Y]")
    return np.where(sound, years.astype(np.int64) + 1970.0, np.nan)


def _number(takes: str, says: str, compute: Callable[..., Any]) -> Function:
    return Function(takes, says, on_numbers(compute))


def _float(takes: str, says: str, compute: Callable[..., Any]) -> Function:
    return Function(takes, says, on_floats(compute))


def _air(takes: str, says: str, compute: Callable[..., Any]) -> Function:
    return Function(takes, says, on_floats(compute), "air and earth", cost=5)


def _moment(says: str, compute: Callable[[FloatArray], Any]) -> Function:
    text = (1, zone_refusal)
    return Function("moment, zone?", says, _clock(compute), "time", cost=5, text=text)


def _text(takes: str, says: str, compute: Callable[..., Any], dtype: Any = object) -> Function:
    return Function(takes, says, _texts(compute, dtype), "text", cost=_TEXT_COST)


# Angles are in radians. ``moment`` is Unix s, as ``now`` is.
FUNCTIONS: dict[str, Function] = {
    "abs": _number("x", "without its sign", np.abs),
    "acos": _float("x", "arc cosine, 0 to π", angles.arccosine),
    "asin": _float("x", "arc sine, -π/2 to π/2", angles.arcsine),
    "atan": _float("x", "arc tangent, -π/2 to π/2", angles.arctangent),
    "atan2": _float("y, x", "the angle of the point (x, y), -π to π", angles.direction),
    "cbrt": _float("x", "cube root", powers.cube_root),
    "ceil": _float("x", "the next whole number up", np.ceil),
    "choose": Function("condition, yes, no", "the same as `yes if condition else no`", choose),
    "clamp": _number("x, low, high", "x, kept between low and high", _clamp),
    "cos": _float("x", "cosine", angles.cosine),
    "cosh": _float("x", "hyperbolic cosine", powers.hyperbolic_cosine),
    "degrees": _float("x", "radians as degrees", np.degrees),
    "exp": _float("x", "e to the power of x", powers.exponential),
    "first": Function("a, b, ...", "the first of them that has a value", _first),
    "floor": _float("x", "the next whole number down", np.floor),
    "fract": _float("x", "what is behind the point: x - floor(x)", lambda x: x - np.floor(x)),
    "has_value": Function("x", "whether there is a value: no null, no empty text", _has_value),
    "hypot": _float("a, b", "√(a² + b²)", angles.hypotenuse),
    "int": Function("x", "without what is behind the point; 0 for what is no number", _whole),
    "lerp": _float("a, b, share", "from a (share 0) to b (share 1), and beyond", _lerp),
    "log": _float("x", "natural logarithm", powers.logarithm),
    "log10": _float("x", "logarithm to base 10", powers.logarithm_10),
    "log2": _float("x", "logarithm to base 2", powers.logarithm_2),
    "map": _float(
        "x, low, high, to_low, to_high", "x of the range low to high in another range", _mapped
    ),
    "max": _number("a, b, ...", "the largest", lambda *values: reduce(np.maximum, values)),
    "mean": _float("a, b, ...", "their mean", _mean),
    "min": _number("a, b, ...", "the smallest", lambda *values: reduce(np.minimum, values)),
    "mod": _float("a, b", "what is left of a over b, with the sign of b", np.mod),
    "radians": _float("x", "degrees as radians", np.radians),
    "round": _float("x, digits?", "rounded, ties to even; digits -15 to 15", _round),
    "sign": _number("x", "-1, 0 or 1", np.sign),
    "sin": _float("x", "sine", angles.sine),
    "sinh": _float("x", "hyperbolic sine", powers.hyperbolic_sine),
    "smoothstep": _float("low, high, x", "0 below low, 1 above high, smooth between", _smoothstep),
    "sqrt": _float("x", "square root", np.sqrt),
    "sum": _number("a, b, ...", "their sum", lambda *values: reduce(np.add, values)),
    "tan": _float("x", "tangent", angles.tangent),
    "tanh": _float("x", "hyperbolic tangent", powers.hyperbolic_tangent),
    "trunc": _float("x", "without what is behind the point", np.trunc),
    "wrap": _float("x, low, high", "x, carried over from high to low: angles", _wrapped),
    "count": Function("a, b, ...", "how many of them are true", _count_of),
    "hour": _moment("0 to 23, in a time zone; UTC without", lambda s: s % _DAY // 3600),
    "minute": _moment("0 to 59", lambda s: s % 3600 // 60),
    "second": _moment("0 to 59", lambda s: s % 60 // 1),
    "weekday": _moment("1 (Monday) to 7 (Sunday)", lambda s: (s // _DAY + 3) % 7 + 1),
    "day": _moment("of the month, 1 to 31", _calendar("D", "M")),
    "month": _moment("1 to 12", _calendar("M", "Y")),
    "year": _moment("such as 2026", _year),
    "day_of_year": _moment("1 to 366", _calendar("D", "Y")),
    "day_fraction": _moment("share of the day that has passed, 0 to 1", lambda s: s % _DAY / _DAY),
    "absolute_humidity": _air("celsius, percent", "water in air, g/m³", physics.absolute_humidity),
    "air_pressure": _air("metres", "standard pressure at a height, hPa", physics.air_pressure),
    "bearing": _air("lat, lon, lat2, lon2", "course to the second, 0 to 360°", physics.bearing),
    "dew_point": _air("celsius, percent", "dew point in °C (Magnus)", physics.dew_point),
    "distance": _air("lat, lon, lat2, lon2", "great circle (haversine), m", physics.distance),
    "heat_index": _air("celsius, percent", "how warm it feels, °C", physics.heat_index),
    "vapour_pressure": _air("celsius", "of saturated air, hPa", physics.vapour_pressure),
    "wind_chill": _air("celsius, kmh", "how cold it feels, °C", physics.wind_chill),
    "concat": _text("a, b, ...", "all of them as one text", texts.joined),
    "contains": _text(
        "text, part", "whether it is in it", lambda a, b: texts.text_of(b) in texts.text_of(a),
        bool,
    ),
    "ends_with": _text(
        "text, end", "whether it ends so",
        lambda a, b: texts.text_of(a).endswith(texts.text_of(b)), bool,
    ),
    "hash": _text("a, ...", "whole number from 0 to below 2³², alike for alike", texts.hash_of,
                  np.int64),
    "hex": _text("x, width?", "capital hexadecimal digits", texts.hexadecimal),
    "len": _text("text", "how many characters", lambda a: len(texts.text_of(a)), np.int64),
    "lower": _text("text", "in small letters", lambda a: texts.text_of(a).lower()),
    "number": _text("text", "the number that it says", texts.number_of, np.float64),
    "pad": _text("x, width, fill?", "as text, zeros or fill before it", texts.padded),
    "replace": _text("text, old, new", "new wherever old stands", texts.replaced),
    "slice": _text("text, start, end?", "characters from start (0) to before end", texts.part),
    "starts_with": _text(
        "text, start", "whether it begins so",
        lambda a, b: texts.text_of(a).startswith(texts.text_of(b)), bool,
    ),
    "text": _text("x", "as text", texts.text_of),
    "trim": _text("text", "without blanks at its ends", lambda a: texts.text_of(a).strip()),
    "upper": _text("text", "in capital letters", lambda a: texts.text_of(a).upper()),
}  # fmt: skip
