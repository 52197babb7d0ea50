"""Who each mock is towards the target: its papers, what it subscribes to, the will it leaves.

Rule: everything that can be wrong shows before anything is sent.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.credentials import CredentialTable, Papers
from simulator.fleet import Fleet
from simulator.lot import Credentials, Target
from simulator.transports import Identity

LONG_AGO = 2 * 366 * 86_400.0  # s; what was made then has run out: none lives above a year


class Identities:
    """Makes the identity of the mock in a row; asked for before it is told to connect."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        first: int,
        target: Target,
        secrets: Credentials,
        table: CredentialTable | None,
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            first: Number of the fleet's first mock, through the whole lot.
            table: That of ``target.deal``; None: it has none.
            clock: Gives Unix time, s.

        Raises:
            DefinitionError: A placeholder is of something that is not fixed for a mock, or none;
                the table has no row for a mock; a key cannot be used.
        """
        self._fleet = fleet
        self._client_secret = secrets.client_secret
        numbers = first + np.arange(len(fleet.identities))
        self._papers = Papers(
            target, secrets, numbers=numbers, fixed=fleet.fixed, table=table, clock=clock
        )
        self._before = partial(
            Identities,
            fleet,
            first=first,
            target=target,
            secrets=secrets,
            table=table,
            clock=lambda: clock() - LONG_AGO,
        )
        self._former: Identities | None = None

    def __call__(self, row: int) -> Identity:
        """Return the identity of the mock in a row."""
        papers, fleet = self._papers, self._fleet
        certificate, key = papers.certificate(row)
        return Identity(
            client_id=papers.client_id(row),
            username=papers.username(row),
            password=papers.password(row),
            token=papers.token(row),
            id=self._fleet.identities[row],
            hmac_key=papers.hmac_key(row),
            client_secret=self._client_secret,
            subscriptions=fleet.subscriptions(row),
            will=partial(fleet.will, row) if fleet.leaves_wills else papers.will(row),
            certificate=certificate,
            key=key,
            path=papers.path(row),
            headers=papers.headers(row),
            preamble=papers.preamble(row),
        )

    def expired(self, row: int) -> Identity:
        """Return who a mock was when what it showed then has run out by now."""
        if self._former is None:
            self._former = self._before()
        return self._former(row)

    def expiring(self, now: float) -> list[int]:
        """Return the rows whose password or token nears its end at Unix time ``now``, each once.

        They are to connect again, and show a new one then.
        """
        return self._papers.expiring(now)
