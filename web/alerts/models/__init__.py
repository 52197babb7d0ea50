"""What is watched, what was found, whom it was told, and who answered.

Rule: what must happen once is a constraint: one open incident a subject and rule, one row for each
attempt to tell somebody, made before the attempt.
"""

from web.alerts.models.incidents import (
    UNRESOLVED,
    Attempt,
    AttemptState,
    Entry,
    Incident,
    IncidentState,
    Purpose,
    Recovery,
    RecoveryState,
)
from web.alerts.models.reaching import (
    Account,
    AccountKind,
    AtEnd,
    Chain,
    ChainChange,
    ChainTurn,
    Channel,
    ChannelKind,
    Person,
)
from web.alerts.models.watching import (
    Look,
    Rule,
    Watch,
)

__all__ = [
    "UNRESOLVED",
    "Account",
    "AccountKind",
    "AtEnd",
    "Attempt",
    "AttemptState",
    "Chain",
    "ChainChange",
    "ChainTurn",
    "Channel",
    "ChannelKind",
    "Entry",
    "Incident",
    "IncidentState",
    "Look",
    "Person",
    "Purpose",
    "Recovery",
    "RecoveryState",
    "Rule",
    "Watch",
]
