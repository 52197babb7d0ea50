"""What messages mocks wait for: topic filters and fields, with each mock's own identity in them.

Rule: placeholders are filled in once; a message is then held against plain values.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.behaviour.commands import Received, meets
from simulator.definition.behaviour.matching import On
from simulator.definition.expressions.template import Template
from simulator.payloads.document import plain_line


class Matcher:
    """Holds messages against one ``on``, for the ``count`` mocks of whom ``fixed`` is known."""

    def __init__(self, on: On, fixed: Mapping[str, Any], count: int) -> None:
        self.topics = _texts(on.topic, fixed, count)  # one a mock
        # Paths with what must stand there: one value for all mocks, or texts, one a mock.
        self._common: dict[str, Any] = {}
        self._own: dict[str, list[str]] = {}
        for path, wanted in on.where.items():
            if isinstance(wanted, Template):
                self._own[path] = _texts(wanted, fixed, count)
            else:
                self._common[path] = wanted

    def matches(self, row: int, message: Received) -> bool:
        """Return whether a message is what the mock in a row waits for."""
        return message.answers(self.topics[row], self._common) and all(
            meets(message.at(path), texts[row]) for path, texts in self._own.items()
        )


def _texts(template: Template, fixed: Mapping[str, Any], count: int) -> list[str]:
    return list(plain_line(template).texts(fixed, np.arange(count)))
