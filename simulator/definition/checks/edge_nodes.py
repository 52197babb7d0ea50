"""What is checked of an Edge Node of Sparkplug B: its IDs stay as they are for a mock's whole life.

Rule: what is told of the node's metrics and devices is in ``sparkplug.py``.
"""

from collections.abc import Iterator

from simulator.definition.checks.filters import fixed_findings
from simulator.definition.checks.names import IN_FILTERS, scope_of
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding


def node_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what in the IDs of group and node is not fixed for a mock."""
    sparkplug = draft.definition.sparkplug
    if sparkplug is None:
        return
    scope = scope_of(draft, IN_FILTERS, with_metrics=False)
    yield from fixed_findings(draft, scope, sparkplug.group, ("sparkplug", "group"))
    yield from fixed_findings(draft, scope, sparkplug.node, ("sparkplug", "node"))
