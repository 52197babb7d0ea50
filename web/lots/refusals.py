"""Why a lot cannot run as it is: what its definitions say, held against its target and datasets.

Rule: asked when a lot is saved and again when it is started, for definitions, targets and datasets
change in between. Reads rows and files; writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import simulator
from web.accounts.models import Workspace
from web.datasets.loading import WorkspaceDatasets
from web.definitions.models import Definition
from web.targets import actions as targets
from web.targets.models import Target

MOST_TOLD = 3  # problems of one part


class Planned(Protocol):
    """A part of a lot, stored or as it was asked for."""

    @property
    def definition(self) -> Definition: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with one part; ``text`` is a sentence that says what to do."""

    part: int  # from 0
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """The definition of each part, unless one of them has errors, and all that is wrong."""

    definitions: list[simulator.Definition]
    refusals: list[Refusal]


def held(workspace: Workspace, parts: Sequence[Planned], *, target: Target, seed: int) -> Held:
    """Hold the parts of a lot against each other, the target, and the datasets in force.

    Raises:
        StorageUnavailable: A dataset is needed, and the object store does not answer.
    """
    datasets = WorkspaceDatasets(workspace, rows=max((part.count for part in parts), default=0))
    checked = [simulator.check(part.definition.text, datasets=datasets) for part in parts]
    definitions = [each.definition for each in checked if each.definition is not None]
    if len(definitions) < len(parts):
        broken = [(number, each.problems) for number, each in enumerate(checked) if each.problems]
        return Held([], [Refusal(number, broken_text(parts[number], ps)) for number, ps in broken])
    counts = [part.count for part in parts]
    found = simulator.lot_problems(
        list(zip(definitions, counts, strict=True)),
        speech=targets.speech_of(target),
        datasets=datasets,
        seed=seed,
    )
    problems = [
        *((each.part, each.problem) for each in found),
        *(
            (part, each)
            for part, of in enumerate(definitions)
            for each in targets.beyond(target, of)
        ),
    ]
    told = [Refusal(part, text_of(parts[part], each, target)) for part, each in problems]
    return Held(definitions, at_most(told))


def broken_text(part: Planned, problems: Sequence[simulator.Problem]) -> str:
    """Return the sentence about a definition whose document has errors."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"The definition “{part.definition}” has an error: {problems[0]}{more}. Mend it first."


def text_of(part: Planned, problem: simulator.Problem, target: Target) -> str:
    """Return the sentence about a definition that is sound, and cannot run in this lot."""
    return f"“{part.definition}” cannot run like this on “{target}”: {problem}."


def at_most(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Return the first refusals of each part, and how many more there are."""
    shown = []
    for part in dict.fromkeys(each.part for each in refusals):
        own = [each for each in refusals if each.part == part]
        shown += own[:MOST_TOLD]
        if len(own) > MOST_TOLD:
            shown.append(Refusal(part, f"And {len(own) - MOST_TOLD} more like this."))
    return shown
