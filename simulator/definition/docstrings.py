"""What docstrings say of a model and its words, for the JSON Schema and the reference.

Rule: a section is a line such as ``Parameters:`` with indented lines ``min, max: Bounds.`` under
it; the rest is prose.
"""

import re
from dataclasses import dataclass, field
from inspect import cleandoc

SECTIONS = ("Parameters:", "Parts:")


@dataclass(slots=True)
class Docstring:
    """A docstring's prose, and what its sections say of each word."""

    prose: str = ""
    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The first paragraph, on one line."""
        return " ".join(self.prose.partition("\n\n")[0].split())


def read_docstring(text: str | None) -> Docstring:
    """Return what a docstring says, with code in single backticks."""
    prose: list[str] = []
    read = Docstring()
    for block in re.split(r"\n(?=\S)", cleandoc(text or "").replace("``", "`")):
        head, _, rest = block.partition("\n")
        if head in SECTIONS:
            read.sections[head.rstrip(":")] = _entries(rest)
        else:
            prose.append(block)
    read.prose = "\n".join(prose).strip()
    return read


def _entries(text: str) -> dict[str, str]:
    entries: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", cleandoc(text)):
        words, _, meaning = entry.partition(":")
        for word in words.split(","):
            entries[word.strip()] = " ".join(meaning.split()).removesuffix(".")
    return entries
