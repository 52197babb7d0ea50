"""Units of what devices measure, and how a value goes from one to another.

Rule: every conversion is ``factor · value + offset``; a unit belongs to one quantity, and only
units of the same quantity convert.

Source: BIPM, SI Brochure 9; NIST SP 811, appendix B.8, for units outside of the SI.
"""

from typing import TypeAlias

from simulator.definition.model import nearest
from simulator.errors import DefinitionError

# factor, offset: the value in the quantity's first unit is ``factor · value + offset``.
_Scale: TypeAlias = tuple[float, float]

_INCH, _FOOT, _MILE, _POUND, _GRAVITY = 0.0254, 0.3048, 1609.344, 0.45359237, 9.80665
_GALLON, _PINT_UK = 3.785411784e-3, 4.54609e-3  # m³: US gallon; UK gallon
_PSI = 6894.757293168  # Pa
_BTU = 1055.05585262  # J, international table


def _prefixed(unit: str, prefixes: str, factor: float = 1.0) -> dict[str, _Scale]:
    """Return a unit with SI prefixes; ``.`` stands for none."""
    size = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "c": 1e-2, "d": 0.1, ".": 1.0, "h": 100.0}
    size |= {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    return {(p if p != "." else "") + unit: (factor * size[p], 0.0) for p in prefixes}


def _plain(**factors: float) -> dict[str, _Scale]:
    return {unit: (factor, 0.0) for unit, factor in factors.items()}


QUANTITIES: dict[str, dict[str, _Scale]] = {
    "temperature": {
        "K": (1.0, 0.0),
        "°C": (1.0, 273.15),
        "°F": (5 / 9, 273.15 - 32 * 5 / 9),
        "°R": (5 / 9, 0.0),
    },
    "length": _prefixed("m", "nµmcd.k")
    | {"in": (_INCH, 0.0), "ft": (_FOOT, 0.0), "yd": (0.9144, 0.0), "mi": (_MILE, 0.0)}
    | {"nmi": (1852.0, 0.0)},
    "area": {"m²": (1.0, 0.0), "cm²": (1e-4, 0.0), "mm²": (1e-6, 0.0), "km²": (1e6, 0.0)}
    | _plain(ha=1e4, acre=4046.8564224)
    | {"ft²": (_FOOT**2, 0.0)},
    "volume": {"m³": (1.0, 0.0), "cm³": (1e-6, 0.0), "ft³": (_FOOT**3, 0.0)}
    | _prefixed("L", "mcd.h", 1e-3)
    | {"gal": (_GALLON, 0.0), "gal (UK)": (_PINT_UK, 0.0)},
    "mass": _prefixed("g", "µm.k", 1e-3) | _plain(t=1000.0, lb=_POUND, oz=_POUND / 16),
    "time": _plain(s=1.0, ms=1e-3, min=60.0, h=3600.0, d=86400.0, w=604800.0) | {"µs": (1e-6, 0.0)},
    "speed": {"m/s": (1.0, 0.0), "km/h": (1 / 3.6, 0.0), "mph": (_MILE / 3600, 0.0)}
    | {"kn": (1852 / 3600, 0.0), "ft/s": (_FOOT, 0.0), "mm/s": (1e-3, 0.0)},
    "acceleration": {"m/s²": (1.0, 0.0), "gₙ": (_GRAVITY, 0.0)},
    "angle": {"°": (1.0, 0.0), "rad": (57.29577951308232, 0.0), "turn": (360.0, 0.0)},
    "frequency": _prefixed("Hz", "m.kMG") | {"rpm": (1 / 60, 0.0)},
    "pressure": _prefixed("Pa", ".hkM")
    | _prefixed("bar", "m.", 1e5)
    | _plain(psi=_PSI, atm=101325.0, mmHg=133.322387415, inHg=3386.388640341),
    "force": _prefixed("N", "m.k") | {"lbf": (_POUND * _GRAVITY, 0.0), "kgf": (_GRAVITY, 0.0)},
    "torque": {"Nm": (1.0, 0.0), "lbf·ft": (_POUND * _GRAVITY * _FOOT, 0.0)},
    "energy": _prefixed("J", "m.kMG")
    | _prefixed("Wh", "m.kMG", 3600.0)
    | _plain(cal=4.184, kcal=4184.0, BTU=_BTU),
    "power": _prefixed("W", "µm.kMG") | {"hp": (745.69987158227, 0.0), "BTU/h": (_BTU / 3600, 0.0)},
    "voltage": _prefixed("V", "µm.k"),
    "current": _prefixed("A", "nµm.k"),
    "charge": {"C": (1.0, 0.0)} | _prefixed("Ah", "m.", 3600.0),
    "resistance": _prefixed("Ω", "m.kM"),
    "flow": {"m³/s": (1.0, 0.0), "m³/h": (1 / 3600, 0.0), "L/s": (1e-3, 0.0)}
    | {"L/min": (1e-3 / 60, 0.0), "L/h": (1e-3 / 3600, 0.0), "gal/min": (_GALLON / 60, 0.0)}
    | {"CFM": (_FOOT**3 / 60, 0.0)},
    "density": {"kg/m³": (1.0, 0.0), "g/m³": (1e-3, 0.0), "mg/m³": (1e-6, 0.0)}
    | {"µg/m³": (1e-9, 0.0), "g/L": (1.0, 0.0), "mg/L": (1e-3, 0.0)},
    "share": {"1": (1.0, 0.0), "%": (0.01, 0.0), "‰": (1e-3, 0.0)} | _plain(ppm=1e-6, ppb=1e-9),
    "illuminance": {"lx": (1.0, 0.0), "klx": (1000.0, 0.0), "fc": (1 / _FOOT**2, 0.0)},
    "data": _plain(B=1.0, kB=1e3, MB=1e6, GB=1e9, TB=1e12, KiB=1024.0)
    | {"MiB": (1024.0**2, 0.0), "GiB": (1024.0**3, 0.0), "bit": (0.125, 0.0)},
    "data rate": {"bit/s": (1.0, 0.0), "kbit/s": (1e3, 0.0), "Mbit/s": (1e6, 0.0)}
    | {"B/s": (8.0, 0.0), "kB/s": (8e3, 0.0), "MB/s": (8e6, 0.0)},
    "radioactivity": _prefixed("Sv/h", "nµm."),
}

# Other ways to write a unit.
_ALIASES = {
    "C": "°C", "F": "°F", "degC": "°C", "degF": "°F", "celsius": "°C", "fahrenheit": "°F",
    "kelvin": "K", "l": "L", "ml": "mL", "us": "µs", "um": "µm", "ug/m³": "µg/m³", "m3": "m³",
    "m2": "m²", "m3/h": "m³/h", "ug/m3": "µg/m³", "ohm": "Ω", "deg": "°", "l/min": "L/min",
    "kmh": "km/h", "m/s2": "m/s²", "knots": "kn", "μg/m³": "µg/m³", "in Hg": "inHg",
}  # fmt: skip

_OWNERS = {unit: quantity for quantity, units in QUANTITIES.items() for unit in units}


def conversion(source: str, target: str) -> tuple[float, float]:
    """Return factor and offset with which a value in one unit becomes one in another.

    Raises:
        DefinitionError: A unit is unknown, or they are not of the same quantity.
    """
    from_unit, to_unit = known_unit(source, target), known_unit(target, source)
    quantity = _OWNERS[from_unit]
    if _OWNERS[to_unit] != quantity:
        allowed = ", ".join(unit for unit in QUANTITIES[quantity] if unit != from_unit)
        raise DefinitionError(
            f"{from_unit} is a unit of {quantity} and {to_unit} one of {_OWNERS[to_unit]}, "
            f"allowed: {allowed}"
        )
    (factor, offset), (other, start) = (
        QUANTITIES[quantity][from_unit],
        QUANTITIES[quantity][to_unit],
    )
    return factor / other, (offset - start) / other


def known_unit(unit: str, beside: str = "") -> str:
    """Return a unit as it is written here; ``C`` is the coulomb only beside another charge.

    Raises:
        DefinitionError: There is no such unit.
    """
    if unit == "C" and _OWNERS.get(beside) == "charge":
        return unit
    unit = _ALIASES.get(unit, unit)
    if unit not in _OWNERS:
        raise DefinitionError(f"unknown unit {unit!r}, {nearest(unit, _OWNERS)}")
    return unit
