"""Units as (dimension, factor to that dimension's base unit)."""

UNITS = {
    "m": ("length", 1.0),
    "km": ("length", 1000.0),
    "mi": ("length", 1609.344),
    "ft": ("length", 0.3048),
    "g": ("mass", 0.001),
    "kg": ("mass", 1.0),
    "lb": ("mass", 0.45359237),
    "l": ("volume", 1.0),
    "gal": ("volume", 3.785411784),
}


class UnitError(Exception):
    """The units are unknown, or measure different things."""


def known_units():
    return sorted(UNITS)


def convert(value, source, target):
    for unit in (source, target):
        if unit not in UNITS:
            raise UnitError(f"unknown unit: {unit!r}")
    source_dimension, source_factor = UNITS[source]
    target_dimension, target_factor = UNITS[target]
    if source_dimension != target_dimension:
        raise UnitError(
            f"{source} is a {source_dimension}, {target} is a {target_dimension}"
        )
    return value * source_factor / target_factor
