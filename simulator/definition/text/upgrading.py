"""A document's text in the present version of the language, its comments kept.

Rule: words are renamed where they stand; when that does not give the upgraded document, as with a
word that is written with escapes, it is written anew from its data.
"""

import json
import re
from collections.abc import Mapping

import yaml

from simulator.definition.text.parsing import read_text
from simulator.definition.text.places import Mark, Path, problem_at
from simulator.definition.text.versions import VERSION, Data, Upgraded, upgraded, version_finding
from simulator.errors import DefinitionError

_VERSION = re.compile(r"""(["']?)version\1\s*:\s*(["']?)\d+\2""")
# Comments and the like, before the first word.
_HEAD = re.compile(r"\ufeff?(?:[ \t]*(?:#.*|%.*|---[ \t]*(?:#.*)?)?\r?\n)*")


def upgrade_text(text: str) -> str:
    """Return a document's text in the present version; the same text when it is that already.

    Raises:
        DefinitionError: It cannot be read, or its version is none.
    """
    read = read_text(text)
    finding = version_finding(read.data)
    if finding:
        raise DefinitionError(problem_at(finding, read.marks))
    if read.data.get("version") == VERSION:
        return text
    new = upgraded(read.data)
    edited = _with_version(_with_words(text, read.marks, new), has_one="version" in read.data)
    return edited if _data_of(edited) == new.data else _written(new.data, is_json=_is_json(text))


def _with_words(text: str, marks: Mapping[Path, Mark], new: Upgraded) -> str:
    """Return the text with each renamed word, the last in the text first, so that marks hold."""
    lines = text.split("\n")
    given = [(new.given(each.path), each) for each in new.renamed]
    edits = [(marks[path], each) for path, each in given if path in marks]
    for (line, column), each in sorted(edits, key=lambda edit: edit[0], reverse=True):
        row, at = lines[line - 1], column - 1
        at += row[at : at + 1] in ("'", '"')
        if row.startswith(each.before, at):
            lines[line - 1] = f"{row[:at]}{each.path[-1]}{row[at + len(each.before) :]}"
    return "\n".join(lines)


def _with_version(text: str, *, has_one: bool) -> str:
    if has_one:
        return _VERSION.sub(lambda match: re.sub(r"\d+", str(VERSION), match[0]), text, count=1)
    head = _HEAD.match(text)
    at = head.end() if head else 0
    if text[at:].lstrip().startswith("{"):
        at = text.index("{", at) + 1
        space = re.match(r"\s*", text[at:])
        gap = space[0] if space and "\n" in space[0] else ""
        return f'{text[:at]}{gap}"version": {VERSION},{"" if gap else " "}{text[at:]}'
    return f"{text[:at]}version: {VERSION}\n{text[at:]}"


def _data_of(text: str) -> Data | None:
    try:
        data: Data = read_text(text).data
    except DefinitionError:
        return None
    return data


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def _written(data: Data, *, is_json: bool) -> str:
    if is_json:
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
