"""Tags: short words on lots, which their runs take along. What is watched is said by them.

Rule: pure. A column holds them in order with a blank on each side of every one (`` night press ``),
so that one ``contains`` finds a tag whole, on every database.
"""

import re

MOST = 10  # tags of one lot
LONGEST = 30  # characters of one
WORD = re.compile(r"[\w.:-]+", re.ASCII)


def parse(text: str) -> tuple[str, ...]:
    """Return the tags that somebody typed, in lower case, sorted, each once.

    Args:
        text: Words with blanks or commas between.

    Raises:
        ValueError: A tag is too long or holds what none may, or there are too many; a sentence.
    """
    words = sorted(set(text.lower().replace(",", " ").split()))
    for word in words:
        if not WORD.fullmatch(word):
            raise ValueError(f"“{word}” is no tag: letters, digits, and - _ . : are.")
        if len(word) > LONGEST:
            raise ValueError(f"“{word}” is too long, a tag has at most {LONGEST} characters.")
    if len(words) > MOST:
        raise ValueError(f"These are {len(words)} tags; there are at most {MOST}.")
    return tuple(words)


def pack(tags: tuple[str, ...]) -> str:
    """Return tags as a column holds them; an empty text for none."""
    return f" {' '.join(tags)} " if tags else ""


def needle(tag: str) -> str:
    """Return what a column that has ``tag`` contains."""
    return f" {tag} "


def shared(columns: list[str]) -> list[str]:
    """Return every tag of several columns, sorted, each once."""
    return sorted({tag for column in columns for tag in column.split()})
