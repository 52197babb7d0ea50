"""From an incident of the service to the first words that customers could read of it.

Rule: pure; a table. What an operator publishes is written by the operator.
"""

from web.alerts.models import Incident

OF_KIND: dict[str, tuple[str, tuple[str, ...]]] = {
    "towers": ("Runs wait before they start", ("starting", "mocks")),
    "dead_towers": ("Mocks are interrupted", ("mocks",)),
    "mail": ("Mails are late", ("mail",)),
    "mail_quota": ("Mails are late", ("mail",)),
    "connections": ("The console is slow", ("console", "api")),
    "redis_memory": ("Live figures are late", ("console", "mocks")),
    "clock": ("Runs and notices are late", ("starting", "watching", "mail")),
    "platform": ("Our platform has an incident", ("console", "api", "mocks")),
}
OF_NAME: dict[str, tuple[str, tuple[str, ...]]] = {
    "queue:mail": ("Mails are late", ("mail",)),
    "queue:reports": ("Reports are late", ("reports",)),
    "queue:drains": ("Drains are late", ("logs",)),
    "queue:notices": ("Notices are late", ("watching",)),
    "part:redis": ("New runs wait, and live figures are missing", ("console", "starting", "api")),
    "part:storage": (
        "New runs, logs and reports wait",
        ("starting", "logs", "reports"),
    ),
}
NEITHER = ("", ())


def suggested(incident: Incident) -> dict[str, object]:
    """Return the first values of the form."""
    name = f"{incident.kind}:{incident.subject_name}"
    title, components = OF_NAME.get(name) or OF_KIND.get(incident.kind) or NEITHER
    return {"title": title, "components": list(components), "begins": incident.opened}
