"""Sizes of files in words, as js/upload-words.js writes them too."""

STEPS = ("B", "kB", "MB", "GB")


def size_text(count: int) -> str:
    """Return a number of bytes as ``999 B``, ``86.5 kB`` or ``100 MB``; units of a thousand."""
    value, step = float(count), 0
    while value >= 999.5 and step < len(STEPS) - 1:
        value, step = value / 1000, step + 1
    digits = 1 if step and value < 99.95 else 0
    return f"{value:.{digits}f} {STEPS[step]}"
