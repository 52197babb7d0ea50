"""A lot in a file of its own: definitions and how many of each, target, timetable, thresholds.

Rule: the words are those of the lot document; here files are read, addresses taken apart and
``${NAME}`` filled in from the environment, so that no secret needs to stand in a file.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.commands.files import load, read_definition
from simulator.commands.runs.job import Job
from simulator.commands.runs.profiled import built_by, profile_named, refused_by
from simulator.commands.target import read_target
from simulator.datasets import Dataset
from simulator.definition import Definition
from simulator.definition.model import nearest
from simulator.definition.quantities.units import read_some_seconds
from simulator.definition.refusals import findings_of
from simulator.definition.text.parsing import read_text
from simulator.definition.text.places import Finding, problem_at
from simulator.definition.text.places import Path as Place
from simulator.errors import DefinitionError
from simulator.lot import Credentials, Lot
from simulator.lot.reading import findings_in

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# What a part says, and what of a lot only a run of the console has.
PART_WORDS = ("definition", "count", "rate", "name")
_NOT_HERE = ("version", "run", "datasets")

Given = dict[str, Any]


def is_lot(path: Path) -> bool:
    """Whether a file is a lot and no definition: it has parts."""
    try:
        return "parts" in read_text(read_definition(path)).data
    except DefinitionError:
        return False  # whoever reads it as a definition tells what is wrong


def read_lot(path: Path, folder: Path | None, changes: Mapping[str, Any]) -> Job:
    """Return the job that a lot file says.

    Args:
        folder: Where datasets are looked for; None: beside the lot file.
        changes: Words of the lot that the command line says in the file's place.

    Raises:
        DefinitionError: With every problem at its line; each text begins with the file's name.
    """
    text = read_text(read_definition(path))
    reader = _Reader(path, folder, changes)
    job = reader.job({**text.data})
    if reader.findings or job is None:
        problems = (problem_at(each, text.marks) for each in reader.findings)
        raise DefinitionError(*(f"{path}:{each.line or 1}: {each}" for each in problems))
    return job


class _Reader:
    """Reads one lot file, and keeps all that is wrong with it."""

    def __init__(self, path: Path, folder: Path | None, changes: Mapping[str, Any]) -> None:
        self.findings: list[Finding] = []
        self._path = path
        self._folder = folder or path.parent
        self._changes = changes
        self._datasets: dict[str, Dataset] = {}
        self._definitions: list[Definition] = []  # of the parts so far

    def job(self, data: Given) -> Job | None:
        """Return the job, None when something is wrong."""
        data = self._filled(data, ())
        self._refuse_words(data, _words(), ())
        secrets = self._secrets(data.pop("secrets", {}))
        parts = list(self._parts(data.pop("parts", [])))
        said = data.pop("target", None)
        has_other = "target" in self._changes  # then the address of the file's own has no say
        target, named = ({}, []) if has_other else self._target(said)
        self._read("duration", read_some_seconds, data)
        if self.findings:
            return None
        lot = self._lot({**data, "target": target, **self._changes, "parts": parts})
        if lot is None:
            return None
        told = {name: value for name, value in named if value} | secrets
        return Job(lot=lot, secrets=Credentials(**told), datasets=self._datasets)

    def _filled(self, value: Any, place: Place) -> Any:
        """Return it with every ``${NAME}`` replaced."""
        if isinstance(value, dict):
            return {word: self._filled(each, (*place, word)) for word, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, (*place, i)) for i, each in enumerate(value)]
        return self._environment(value, place) if isinstance(value, str) else value

    def _environment(self, text: str, place: Place) -> str:
        for name in _VARIABLE.findall(text):
            if name not in os.environ:
                self.findings.append(Finding(place, f"the environment has no variable {name}"))
        return _VARIABLE.sub(lambda match: os.environ.get(match[1], ""), text)

    def _refuse_words(self, data: Given, allowed: tuple[str, ...], place: Place) -> None:
        for word in data:
            if word not in allowed:
                text = f"unknown word {word!r}, {nearest(word, allowed)}"
                self.findings.append(Finding((*place, word), text))

    def _parts(self, parts: Any) -> Iterator[Given]:
        if not isinstance(parts, list) or not parts:
            self.findings.append(Finding(("parts",), "needs a list of definitions, with counts"))
            return
        first = 0
        for number, part in enumerate(parts):
            found = self._part(part, ("parts", number))
            if found is not None:
                yield {**found, "first": first}
                first += found["count"] if isinstance(found.get("count"), int) else 0

    def _part(self, part: Any, place: Place) -> Given | None:
        if not isinstance(part, dict) or not isinstance(part.get("definition"), str):
            text = "needs a mapping with definition: a file, and count: how many mocks"
            self.findings.append(Finding(place, text))
            return None
        self._refuse_words(part, PART_WORDS, place)
        try:
            definition, datasets = load(self._path.parent / part["definition"], self._folder)
        except DefinitionError as error:
            told = [Finding((*place, "definition"), str(each)) for each in error.problems]
            self.findings += told
            return None
        self._datasets |= datasets
        self._definitions.append(definition)
        left = {word: value for word, value in part.items() if word != "definition"}
        return {"name": definition.name, "document": dict(definition.source), **left}

    def _target(self, value: Any) -> tuple[Given, list[tuple[str, Any]]]:
        """Return the target's words, and the secrets that stand in its address."""
        words = {**value} if isinstance(value, dict) else {"url": value}
        if "profile" in words:
            return self._by_profile(words)
        url = words.pop("url", None)
        if url is None:
            if not words:
                self.findings.append(Finding(("target",), "is missing"))
            return words, []
        try:
            target, secrets = read_target(str(url))
        except DefinitionError as error:
            self.findings.append(Finding(("target",), str(error).removeprefix("target: ")))
            return {}, []
        named = target.model_dump(exclude_unset=True) | {"protocol": target.protocol}
        return _merged(named, words), list(secrets)

    def _by_profile(self, words: Given) -> tuple[Given, list[tuple[str, Any]]]:
        """Return the words of a target that a profile makes, and its secrets."""
        try:
            profile = profile_named(words.pop("profile"))
            built = built_by(profile, words.pop("inputs", {}))
        except DefinitionError as error:
            for each in error.problems:
                place = (
                    (each.place,) if each.place in ("profile", "inputs") else ("inputs", each.place)
                )
                self.findings.append(Finding(("target", *place), each.text))
            return {}, []
        for number, definition in enumerate(self._definitions):
            for each in refused_by(profile, definition):
                self.findings.append(Finding(("parts", number, "definition"), str(each)))
        return {**built.target, **words}, list(Credentials.model_validate(built.credentials))

    def _secrets(self, value: Any) -> Given:
        if not isinstance(value, dict):
            self.findings.append(Finding(("secrets",), "needs a mapping, such as password:"))
            return {}
        try:
            Credentials.model_validate(value)
        except ValidationError as error:
            for each in findings_of(error.errors(), value, is_secret=True):
                self.findings.append(Finding(("secrets", *each.path), each.text))
        return {**value}

    def _read(self, word: str, read: Callable[[Any], Any], data: Given) -> None:
        """Read a word that the lot document has as a number only."""
        if word not in data:
            return
        try:
            data[word] = read(data[word])
        except DefinitionError as error:
            self.findings.append(Finding((word,), str(error)))

    def _lot(self, data: Given) -> Lot | None:
        try:
            return Lot.model_validate({"name": self._path.stem, **data})
        except ValidationError as error:
            self.findings += findings_in(error, data)
            return None


def _merged(below: Given, above: Given) -> Given:
    """Return the words of both; those above go over the others, in mappings word by word."""
    both = {**below, **above}
    for word, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(word), dict):
            both[word] = {**below[word], **value}
    return both


def _words() -> tuple[str, ...]:
    """Return the words of a lot file."""
    own = [name for name in Lot.model_fields if name not in _NOT_HERE]
    return (*own, "secrets")
