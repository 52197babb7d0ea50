"""The plain part of a mail: lines that every mail program shows whole.

Rule: pure. A line is broken between words only; an address of the web stands on one line whatever
its length, or it could not be followed.
"""

import textwrap

WIDTH = 72  # characters: RFC 5322, section 2.1.1 wants at most 78, and an answer quotes with some

FOOT = "-- "  # what stands below is left out of answers (RFC 3676, section 4.3)


def wrapped(text: str) -> str:
    """Return a text with no line above ``WIDTH`` characters, but for words that are longer."""
    lines = [_line(line) for line in text.strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def _line(line: str) -> str:
    if len(line) <= WIDTH:
        return line if line == FOOT else line.rstrip()
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
