"""Texts of a target with their placeholders filled in, for all mocks at once.

Rule: what can be known before the run is put together before the run; only a text that says the
time waits for its connection. A text without placeholders is held once, whoever has it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np

from simulator.credentials.table import SECRET, WHOLE_FILES, CredentialTable
from simulator.definition.expressions.template import Template, parse_template
from simulator.definition.model import nearest
from simulator.errors import DefinitionError, Problem
from simulator.payloads.plain import plain_line
from simulator.randomness import IntArray

NOW = "now"
HOST = "host"
ROW = "row."  # before a column's name: that column, whatever else has its name


class Say(IntEnum):
    """What a text may say of a mock; each more than the one before."""

    PUBLIC = 0  # what is fixed, and columns that are no secret
    SECRETS = 1  # all columns but certificates
    TIME = 2  # and when its connection is asked for


@dataclass(frozen=True, slots=True)
class Mocks:
    """Some mocks, with all that texts may say of them.

    ``fixed`` is what never changes for a mock: single values, and arrays with one entry a mock.
    ``rows`` are those of ``table``, one a mock.
    """

    fixed: Mapping[str, Any]
    count: int
    host: str = ""  # of the target
    table: CredentialTable | None = None
    rows: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def names(self, may_say: Say = Say.PUBLIC) -> list[str]:
        """Return what may stand in a text, the definition's own first."""
        columns = self._columns(may_say)
        own = [*self.fixed, *(name for name in columns if name not in self.fixed)]
        own += [HOST] if HOST not in own else []
        return [
            *own,
            *([NOW] if may_say is Say.TIME else []),
            *(f"{ROW}{name}" for name in columns),
        ]

    def values(self, name: str) -> Any:
        """Return what a name of ``names`` but ``now`` stands for: a value, or one a mock."""
        if name in self.fixed:
            return self.fixed[name]
        column = name.removeprefix(ROW)
        if self.table is not None and column in self.table.columns:
            return self.cells(column)
        return self.host

    def cells(self, column: str) -> Any:
        """Return a column of the table, one text a mock; they are the table's own, not copies."""
        assert self.table is not None
        return np.array(self.table.columns[column], dtype=object)[self.rows]

    def _columns(self, may_say: Say) -> list[str]:
        hidden = SECRET | WHOLE_FILES if may_say is Say.PUBLIC else WHOLE_FILES - SECRET
        return [name for name in self.table.columns if name not in hidden] if self.table else []


class Text:
    """A text of a target, for each mock of some."""

    def __init__(
        self,
        place: str,
        text: str,
        mocks: Mocks,
        *,
        may_say: Say = Say.PUBLIC,
        is_key: bool = False,
    ) -> None:
        """
        Args:
            place: Of the text in the target, for errors.
            text: With placeholders.
            is_key: Whether it is secret itself, so that no error may show a part of it.

        Raises:
            DefinitionError: A bracket is open, or a placeholder is of nothing that is known.
        """
        self._only = text.replace("{{", "{").replace("}}", "}") if _is_plain(text) else None
        self._texts: Sequence[str] = ()
        self._template: Template | None = None
        if self._only is not None:
            return
        template = _parsed(place, text, is_key=is_key)
        _check_names(place, template, mocks, may_say=may_say, is_key=is_key)
        known = {name: mocks.values(name) for name in template.names - {NOW}}
        if NOW in template.names and NOW not in mocks.fixed:
            self._template, self._known = template, known
        else:
            known |= {NOW: mocks.values(NOW)} if NOW in template.names else {}
            self._texts = plain_line(template).texts(known, np.arange(mocks.count))

    @property
    def is_timed(self) -> bool:
        """Whether it says the time of its connection."""
        return self._template is not None

    @property
    def is_common(self) -> bool:
        """Whether all mocks have the same text, without any placeholder."""
        return self._only is not None

    @property
    def different(self) -> set[str]:
        """All texts that mocks have; of a timed one nothing."""
        return {self._only} if self._only is not None else set(self._texts)

    def at(self, row: int, now: float = 0.0) -> str:
        """Return the text of one mock, at Unix time ``now`` in s."""
        if self._only is not None:
            return self._only
        if self._template is None:
            return self._texts[row]
        known = {
            name: values[row : row + 1] if np.ndim(values) else values
            for name, values in self._known.items()
        }
        moment = np.array([int(now)])
        return plain_line(self._template).texts({**known, NOW: moment}, np.zeros(1, np.int64))[0]


def loose_text(place: str, text: str, mocks: Mocks) -> Text:
    """Return a text in which brackets that open no known placeholder stand for themselves.

    For what is often JSON: ``{"online": false, "site": "{site}"}``.
    """
    known = "|".join(map(re.escape, mocks.names()))
    pieces = re.split(rf"(\{{(?:{known})(?::[^{{}}]*)?\}})", text)
    for between in range(0, len(pieces), 2):  # what stands between placeholders
        pieces[between] = pieces[between].replace("{", "{{").replace("}", "}}")
    return Text(place, "".join(pieces), mocks)


def _is_plain(text: str) -> bool:
    """Whether no bracket is left once the doubled ones are taken out."""
    rest = text.replace("{{", "").replace("}}", "")
    return "{" not in rest and "}" not in rest


def _parsed(place: str, text: str, *, is_key: bool) -> Template:
    try:
        return parse_template(text)
    except DefinitionError as error:
        why = "a bracket opens no placeholder; write {{ and }} for brackets" if is_key else error
        raise DefinitionError(Problem(place, str(why))) from None


def _check_names(
    place: str, template: Template, mocks: Mocks, *, may_say: Say, is_key: bool
) -> None:
    allowed = mocks.names(may_say)
    for name in sorted(template.names - set(allowed)):
        column = name.removeprefix(ROW)
        if is_key:
            text = f"has a placeholder of something unknown, allowed: {', '.join(allowed)}"
        elif mocks.table and column in mocks.table.columns:
            text = f"the column {{{column}}} is secret or a file, it may not stand here"
        else:
            text = f"unknown placeholder {{{name}}}, {nearest(name, allowed)}"
        raise DefinitionError(Problem(place, text))
