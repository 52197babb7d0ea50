"""What is checked of methods: that what each adds to the document has names of its own.

Rule: what is wrong with something that a method has added is told at the method.
"""

from collections.abc import Iterator

from simulator.definition.behaviour.nesting import levels, named
from simulator.definition.checks.names import expression_name_refusal
from simulator.definition.model import nearest
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding


def method_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the names that methods bring along."""
    definition = draft.definition
    statuses = [name for name, _ in named(draft.data.get("statuses"))]
    first = next(iter(definition.statuses))
    for method, each in definition.methods.items():
        path = ("methods", method)
        refusal = expression_name_refusal(method)
        if refusal:
            yield Finding(path, f"{refusal}, choose another name")
            continue
        for section, entries in each.expanded(method, first=first).items():
            given = draft.data.get(section)
            taken = list(given) if isinstance(given, dict) else []
            taken = statuses if section == "statuses" else taken
            for name in entries:
                if name in taken or definition.made.get((section, name)) != method:
                    text = f"there is {name!r} among the {section} already, choose another name"
                    yield Finding(path, text)
        known = levels(definition.statuses)
        to = each.to
        if to is not None and to not in known and not draft.is_spoiled("statuses"):
            yield Finding((*path, "to"), f"unknown status {to!r}, {nearest(to, known)}")


def at_home(draft: Draft, finding: Finding) -> Finding:
    """Return a finding at its place in the document: at the method that has added what is wrong."""
    section, name = (*finding.path, "", "")[:2]
    method = draft.definition.made.get((str(section), str(name)))
    if method is None:
        return finding
    what = ".".join(map(str, finding.path[1:]))
    return Finding(("methods", method), f"in its {section} {what}: {finding.text}")
