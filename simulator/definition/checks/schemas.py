"""What is checked of a message whose schema lies in a dataset: that it is there, and fits.

Rule: a schema in the document is held against the message while that is read.
"""

from collections.abc import Iterator, Mapping

from simulator.definition.checks.metrics import Dataset, need_refusal
from simulator.definition.messages.message import Message
from simulator.definition.text.places import Finding, Path


def schema_findings(
    message: Message, datasets: Mapping[str, Dataset] | None, path: Path
) -> Iterator[Finding]:
    """Yield what is wrong between a message at ``path`` and the dataset of its schema."""
    if datasets is None:
        return
    for need in message.needs():
        place = (*path, message.word)
        refusal = need_refusal(need, datasets)
        if refusal:
            yield Finding((*place, "schema"), refusal)
            continue
        whole = message.with_schema(datasets[need.dataset].text)
        for misfit in whole.misfits():
            yield Finding((*place, *misfit.get("loc", ())), str(misfit["type"]))
