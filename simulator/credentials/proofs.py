"""Whether mocks show anything that a fault could make wrong.

Rule: without a secret a target lets everybody in, or nobody; a wrong one would show nothing.
"""

from collections.abc import Sequence

from simulator.credentials.table import CredentialTable
from simulator.errors import Problem
from simulator.lot.credentials import Credentials
from simulator.lot.fault import Fault
from simulator.lot.faults import WrongCredential

SHOWN = ("username", "password", "token", "certificate", "hmac_key", "client_secret")
COLUMNS = ("username", "password", "token", "certificate", "shared_key")


def credential_problems(
    faults: Sequence[Fault], *, secrets: Credentials, table: CredentialTable | None
) -> tuple[Problem, ...]:
    """Return the faults of credentials where mocks have none, with the places in the lot.

    Args:
        faults: In the lot's order.
        secrets: Of the target, in the clear; no text shows a part of them.
        table: That of ``target.deal``; None: it has none.
    """
    if any(getattr(secrets, name) for name in SHOWN):
        return ()
    if table is not None and any(name in table.columns for name in COLUMNS):
        return ()
    text = "the target has no credentials that could be wrong: give it some, or a table of them"
    return tuple(
        Problem(f"faults[{place}].fault", text)
        for place, fault in enumerate(faults)
        if isinstance(fault, WrongCredential)
    )
