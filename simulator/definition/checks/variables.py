"""What is checked of variables: what each reads, and the datasets that it needs.

Rule: a variable reads constants, ``index`` and the variables above it, for it is drawn before a
mock has an id, a status or a reading.
"""

from collections.abc import Iterator, Mapping

from simulator.definition.checks.metrics import Dataset, dataset_refusals
from simulator.definition.checks.names import IN_IDENTITY
from simulator.definition.model import nearest
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding


def variable_findings(draft: Draft, datasets: Mapping[str, Dataset] | None) -> Iterator[Finding]:
    """Yield what is wrong between variables, and with the datasets that they need."""
    known = [*draft.names("constants"), *IN_IDENTITY]
    all_names = draft.names("variables")
    read = draft.definition.variables
    for name in all_names:
        if name in read:
            for each in sorted(read[name].names() - set(known)):
                yield Finding(("variables", name), _refusal(each, known, all_names))
            if datasets is not None:
                texts = dataset_refusals(read[name], datasets)
                yield from (Finding(("variables", name), text) for text in texts)
        known.append(name)


def _refusal(name: str, known: list[str], variables: tuple[str, ...]) -> str:
    if name in variables:
        return f"{name!r} is not drawn yet, a variable reads only those above it"
    return f"unknown name {name!r}, {nearest(name, known)}"
