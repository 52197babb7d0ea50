"""Durations as people write them: ``30s``, ``5 min``, ``1h 30min``. Pure; knows no form."""

import re
from datetime import timedelta

UNITS = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3_600.0,
    "hour": 3_600.0,
    "hours": 3_600.0,
    "d": 86_400.0,
    "day": 86_400.0,
    "days": 86_400.0,
}
PIECE = re.compile(r"\s*(\d{1,9}(?:[.,]\d{1,3})?)\s*([a-z]+)", re.IGNORECASE)


def parse_duration(text: str) -> timedelta:
    """Return what ``text`` says, to the millisecond; 0 is allowed with any unit.

    Raises:
        ValueError: A number without a unit, an unknown unit, or no number. The text says what to
            write instead and is fit for people.
    """
    position, seconds = 0, 0.0
    text = text.strip()
    while position < len(text):
        piece = PIECE.match(text, position)
        if piece is None:
            raise ValueError(explain(text))
        number, unit = piece.groups()
        if unit.lower() not in UNITS:
            raise ValueError(f"“{unit}” is not a unit of time. Write s, min, h or days.")
        seconds += float(number.replace(",", ".")) * UNITS[unit.lower()]
        position = piece.end()
    if not text:
        raise ValueError(explain(text))
    return timedelta(milliseconds=round(seconds * 1_000))


def explain(text: str) -> str:
    """Return the sentence for what is no duration."""
    if text == "0":
        return "Write a unit as well, such as 0s."
    if re.fullmatch(r"[\d.,]+", text):
        return f"Write the unit as well: {text}s, {text} min or {text}h."
    return "Write a number with its unit, such as 30s, 5 min or 2h."


def duration_text(duration: timedelta) -> str:
    """Return the shortest text that :func:`parse_duration` reads as ``duration``: ``1h 30min``."""
    seconds = round(duration.total_seconds(), 3)
    pieces = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        whole, seconds = divmod(seconds, size)
        if whole:
            pieces.append(f"{whole:.0f}{unit if unit != 'd' else ' days' if whole > 1 else ' day'}")
    if seconds or not pieces:
        pieces.append(f"{seconds:.3f}".rstrip("0").rstrip(".") + "s")
    return " ".join(pieces)
