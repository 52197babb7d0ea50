"""The pages of the reference, put together of their parts, the models and the pictures.

Rule: a line ``{{words Message}}`` in a part stands for what a function here makes of the models.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from docs.press.drawn import NAME, ROOT, datasets, metrics_of
from docs.press.pictures import picture
from docs.press.tables import docstring_of, table, words_table
from simulator import Dataset, definition_schema
from simulator.definition.generator import FAMILIES, KINDS, Generator
from simulator.definition.model import Model

REFERENCE = ROOT / "docs/reference"
PARTS = REFERENCE / "parts"
PICTURES = ROOT / "docs/images/generators"
PAGES = ("definition", "generators")

MADE = "<!-- Made by docs/make.py from the models and docs/reference/parts; change those. -->\n"

_FAMILIES = {
    "fixed": "Fixed and counted",
    "random": "Random",
    "choice": "Choices",
    "shape": "Shapes over time",
    "process": "Processes that remember",
    "derived": "Derived from other values",
    "place": "Places",
    "recorded": "Recorded",
    "text": "Identities, times and texts",
    "": "More",
}
# Names for examples that have none, in their order.
_EXAMPLES = ("example", "another", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def files() -> Iterator[tuple[Path, str]]:
    """Yield every file that is made, with its text."""
    schemas = definition_schema()
    for name in PAGES:
        part = (PARTS / f"{name}.md").read_text("utf-8")
        yield REFERENCE / f"{name}.md", MADE + _filled(part, schemas)
    known = datasets()
    for kind in _drawable():
        yield PICTURES / f"{kind.word}.svg", _picture(kind, known)


def _drawable() -> list[type[Generator]]:
    return [kind for kind in KINDS.values() if kind.examples]


def _picture(kind: type[Generator], known: Mapping[str, Dataset]) -> str:
    try:
        return picture(kind, known)
    except Exception as error:
        error.add_note(f"while drawing {kind.word}: {kind.examples[0]}")
        raise


def _filled(part: str, schemas: dict[str, object]) -> str:
    """Return a part with what its directives stand for."""

    def made(match: re.Match[str]) -> str:
        word, _, argument = match[1].partition(" ")
        return DIRECTIVES[word](argument, schemas)

    return re.sub(r"^\{\{(.+)\}\}$", made, part, flags=re.MULTILINE)


def _words(name: str, schemas: dict[str, object]) -> str:
    """Return the table of one model's words."""
    defs = schemas["$defs"]
    assert isinstance(defs, dict)
    own = schemas if name == "Definition" else defs[name]
    return words_table(own, _model(name))


def _model(name: str) -> type[Model]:
    left = [Model]
    while left:
        model = left.pop()
        if model.__name__ == name:
            return model
        left += model.__subclasses__()
    raise KeyError(name)


def _overview(_: str, __: dict[str, object]) -> str:
    """Return a table for each family: every generator with what it gives."""
    blocks = []
    for family, kinds in _by_family().items():
        rows = [(f"[`{k.word}`](#{k.word})", _first_sentence(k), k.purpose) for k in kinds]
        blocks.append(
            f"**{_FAMILIES[family]}**\n\n{table(('word', 'gives', 'what it is for'), rows)}"
        )
    return "\n\n".join(blocks)


def _by_family() -> dict[str, list[type[Generator]]]:
    order = [*FAMILIES, ""]
    families: dict[str, list[type[Generator]]] = {family: [] for family in order}
    for kind in KINDS.values():
        families[kind.family if kind.family in order else ""].append(kind)
    return {family: kinds for family, kinds in families.items() if kinds}


def _first_sentence(kind: type[Generator]) -> str:
    text = " ".join(docstring_of(kind).prose.partition("\n\n")[0].split())
    return re.split(r"(?<=[.:])\s(?=[A-Z`])", text)[0].removesuffix(".").removesuffix(":")


def _sections(_: str, schemas: dict[str, object]) -> str:
    """Return the section of each generator, family by family."""
    defs = schemas["$defs"]
    assert isinstance(defs, dict)
    kinds = [kind for family in _by_family().values() for kind in family]
    return "\n\n".join(_section(kind, defs[f"generator.{kind.word}"]) for kind in kinds)


def _section(kind: type[Generator], schema: dict[str, object]) -> str:
    read = docstring_of(kind)
    drawn = f"![What three mocks read](../images/generators/{kind.word}.svg)"
    parts = read.sections.get("Parts", {})
    blocks = [
        f"## {kind.word}",
        read.prose,
        drawn if kind.examples else "",
        words_table(schema, kind, head="parameter"),
        table(("part", "what"), [(f"`{part}`", text) for part, text in parts.items()])
        if parts
        else "",
        _examples(kind),
    ]
    return "\n\n".join(block for block in blocks if block)


def _examples(kind: type[Generator]) -> str:
    lines = []
    for example, name in zip(kind.examples, _EXAMPLES, strict=False):
        is_named = NAME not in metrics_of(example)
        lines.append(example.strip() if is_named else f"{name}: {example.strip()}")
    return "```yaml\n" + "\n".join(lines) + "\n```" if lines else ""


DIRECTIVES: dict[str, Callable[[str, dict[str, object]], str]] = {
    "words": _words,
    "overview": _overview,
    "sections": _sections,
}
