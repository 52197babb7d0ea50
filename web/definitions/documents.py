"""A definition's text held against its workspace: what is wrong in it, and what it needs."""

import simulator
from web.accounts.models import Workspace
from web.datasets.loading import WorkspaceDatasets

MOST_CHARACTERS = 200_000  # of one document; a device of 200 metrics has some 30,000


def check(workspace: Workspace, text: str) -> simulator.Checked:
    """Return the definition, or every problem with its line.

    Raises:
        StorageUnavailable: It needs a dataset, and the object store does not answer.
    """
    if len(text) > MOST_CHARACTERS:
        what = f"a document has at most {MOST_CHARACTERS:,} characters, got {len(text):,}"
        return simulator.Checked(None, (simulator.Problem("", what),))
    return simulator.check(text, datasets=WorkspaceDatasets(workspace))


def dataset_names(definition: simulator.Definition) -> set[str]:
    """Return the names of the datasets that the definition reads."""
    return set(definition.datasets)
