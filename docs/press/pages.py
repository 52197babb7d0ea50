"""The pages of the reference, put together of their parts, the models and the pictures.

Rule: a line ``{{words Message}}`` in a part stands for what a function here makes of the models.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from docs.press.drawn import NAME, ROOT, datasets, metrics_of
from docs.press.features import features_table
from docs.press.limits import limits_table
from docs.press.models import described, homes, linked, used_by
from docs.press.pictures import picture
from docs.press.tables import Schema, table, words_table
from simulator import Dataset, definition_schema
from simulator.definition.checks import names
from simulator.definition.docstrings import read_docstring
from simulator.definition.expressions.functions import FUNCTIONS
from simulator.definition.metrics.generator import FAMILIES, KINDS, Generator
from simulator.definition.text.versions import UPGRADES

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
        page = linked(_filled(part, schemas), name, homes(schemas))
        yield REFERENCE / f"{name}.md", MADE + page
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


def _filled(part: str, schemas: Schema) -> str:
    """Return a part with what its directives stand for."""

    def made(match: re.Match[str]) -> str:
        word, _, argument = match[1].partition(" ")
        return DIRECTIVES[word](argument, schemas)

    return re.sub(r"^\{\{(.+)\}\}$", made, part, flags=re.MULTILINE)


def _words(name: str, schemas: Schema) -> str:
    """Return the table of one model's words; of a metric, of those that stand beside any kind."""
    if name == "Definition":
        return words_table(schemas)
    model = schemas["$defs"][name]
    return words_table(model if "properties" in model else {"properties": model["$defs"]})


def _rest(_: str, schemas: Schema) -> str:
    """Return a table for each model of the page that no part of it names."""
    part = (PARTS / "definition.md").read_text("utf-8")
    named = re.findall(r"^\{\{words (\w+)\}\}$", part, re.MULTILINE)
    places, models = homes(schemas), schemas["$defs"]
    left = [name for name, page in places.items() if page == "definition" and name not in named]
    return "\n\n".join(
        described(name, models[name]) for name in left if "properties" in models[name]
    )


def _overview(_: str, __: Schema) -> str:
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
    return (
        re.split(r"(?<=[.:])\s(?=[A-Z`])", read_docstring(kind.__doc__).first)[0]
        .removesuffix(".")
        .removesuffix(":")
    )


def _sections(_: str, schemas: Schema) -> str:
    """Return the section of each generator, family by family."""
    models = schemas["$defs"]
    left = [name for name, page in homes(schemas).items() if page == "generators"]
    blocks = []
    for kind in (kind for family in _by_family().values() for kind in family):
        schema = models[f"generator.{kind.word}"]
        blocks.append(_section(kind, schema))
        own = [name for name in used_by(schema, schemas) if name in left]
        blocks += [described(name, models[name]) for name in own if "properties" in models[name]]
        left = [name for name in left if name not in own]
    return "\n\n".join(blocks)


def _section(kind: type[Generator], schema: Schema) -> str:
    read = read_docstring(kind.__doc__)
    drawn = f"![What three mocks read](../images/generators/{kind.word}.svg)"
    parts = read.sections.get("Parts", {})
    blocks = [
        f"## {kind.word}",
        read.prose,
        drawn if kind.examples else "",
        words_table(schema, head="parameter"),
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


def _features(_: str, __: Schema) -> str:
    return features_table()


def _limits(_: str, __: Schema) -> str:
    return limits_table()


def _versions(_: str, __: Schema) -> str:
    """Return what each version changed: the first line of its upgrade's docstring."""
    rows = [
        (str(version + 1), (upgrade.__doc__ or "").partition("\n")[0].replace("``", "`"))
        for version, upgrade in UPGRADES.items()
    ]
    return table(("version", "what it changed"), rows)


def _names(_: str, __: Schema) -> str:
    """Return which names are known at which places."""
    own, all_of_them = "constants, variables", "metrics, constants, variables"
    rows = [
        ("`id` of the document", own, names.IN_IDENTITY),
        ("messages: address, payload, headers", all_of_them, names.IN_MESSAGES),
        ("replies and answers", all_of_them, (*names.IN_MESSAGES, "in")),
        ("`when`, `set`", all_of_them, names.IN_CONDITIONS),
        ("formulas", all_of_them, (*names.IN_METRICS, "previous")),
        ("`every`", own, names.IN_INTERVALS),
        ("topics that are listened to", own, names.IN_FILTERS),
    ]
    told = [
        (place, f"{of}, {', '.join(f'`{each}`' for each in these)}") for place, of, these in rows
    ]
    return table(("place", "known"), told)


def _functions(_: str, __: Schema) -> str:
    """Return a table of the functions of each family."""
    families: dict[str, list[tuple[str, ...]]] = {}
    for name, function in FUNCTIONS.items():
        row = (f"`{name}({function.takes})`", function.says)
        families.setdefault(function.family, []).append(row)
    return "\n\n".join(
        f"**{family.capitalize()}**\n\n{table(('function', 'gives'), rows)}"
        for family, rows in families.items()
    )


DIRECTIVES: dict[str, Callable[[str, Schema], str]] = {
    "words": _words,
    "rest": _rest,
    "features": _features,
    "functions": _functions,
    "names": _names,
    "limits": _limits,
    "versions": _versions,
    "overview": _overview,
    "sections": _sections,
}
