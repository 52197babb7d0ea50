"""What mocks show to a target: every text, secret and certificate, for a shard or a whole lot.

Rule: told the time. What a mock shows is a function of its own values and its row of the table.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from math import inf
from typing import Any

import numpy as np

from simulator import randomness
from simulator.credentials.dealing import dealt_rows
from simulator.credentials.secrets import Secret, secret_of
from simulator.credentials.table import CredentialTable
from simulator.credentials.texts import Mocks, Say, Text, loose_text
from simulator.errors import DefinitionError, Problem
from simulator.lot.credentials import Credentials
from simulator.lot.mqtt import MqttTarget, Will
from simulator.lot.target import Target
from simulator.randomness import FloatArray, IntArray

OWN_ID = "{id}"  # what a target's client id is unless somebody says otherwise
# The share of its life after which a secret is renewed. Spread, for a lot that connected in one
# second would else renew in one second; device libraries of Azure renew at 85 %.
RENEW_FROM, RENEW_TO = 0.8, 0.9
MAX_TOLD = 3  # doubles that one text names, and mocks of each


class Papers:
    """What each of some mocks shows at a connection."""

    def __init__(
        self,
        target: Target,
        secrets: Credentials,
        *,
        numbers: IntArray,
        fixed: Mapping[str, Any],
        table: CredentialTable | None = None,
        clock: Callable[[], float],
    ) -> None:
        """
        Client id, user name, path and the will's topic take ``{id}``, ``{index}``, what else is
        fixed for a mock, and the columns of the table that are no secret; the user name takes
        these too, for some services want a token there. So do headers and the will's payload,
        where any other bracket stays as it is.

        Args:
            numbers: Of the mocks, through the whole lot.
            fixed: What never changes for a mock: single values, and arrays with one entry a mock.
            table: That of ``target.deal``; None: it has none.
            clock: Gives Unix time, s; asked when a secret is made.

        Raises:
            DefinitionError: At its place: too few rows, a mock in no row, a placeholder of nothing
                known, a key that is none, or a target with a table that was not handed in.
        """
        self.mocks = mocks = _mocks(target, numbers=numbers, fixed=fixed, table=table)
        self._clock = clock
        self._client_ids = Text("target.client_id", self._wanted_id(target), mocks)
        name = self._wanted_name(secrets)
        self._usernames = Text("target.username", name, mocks, may_say=Say.SECRETS)
        self._wills = _wills(target.will if isinstance(target, MqttTarget) else None, mocks)
        self._paths = Text("target.path", _path(target), mocks)
        self._preambles = loose_text("target.preamble", getattr(target, "preamble", ""), mocks)
        self._headers = _headers(getattr(target, "headers", {}), mocks)
        self._passwords = secret_of("target.password", secrets.password, mocks, column="password")
        self._tokens = secret_of("target.token", secrets.token, mocks, column="token")
        hmac_key = secrets.hmac_key
        self._hmac_keys = secret_of("target.hmac_key", hmac_key, mocks, column="shared_key")
        self._certificate = (secrets.certificate, secrets.key)
        spread = randomness.uniform(
            randomness.keys(0, numbers, "credentials.renewal"), np.zeros(len(numbers), np.int64)
        )
        self._share: FloatArray = RENEW_FROM + (RENEW_TO - RENEW_FROM) * spread
        # Unix s at which the password and the token that a mock shows are to be renewed; for a lot
        # without such, nothing.
        lasting = (self._passwords, self._tokens)
        self._renew_at = {each: np.full(len(numbers), inf) for each in lasting if each.life < inf}

    def client_id(self, row: int) -> str:
        """Return the mock's client id."""
        return self._client_ids.at(row)

    def username(self, row: int) -> str:
        """Return the mock's user name."""
        return self._usernames.at(row)

    def will(self, row: int) -> Will | None:
        """Return the will that the mock leaves, as the target says it; None: none."""
        return self._wills(row)

    def path(self, row: int) -> str | None:
        """Return the prefix of the mock's paths; None: that of the target, as all have it."""
        return None if self._paths.is_common else self._paths.at(row)

    def preamble(self, row: int) -> str | None:
        """Return what the mock says first; None: what the target says, as all have it."""
        return None if self._preambles.is_common else self._preambles.at(row)

    def headers(self, row: int) -> Mapping[str, str] | None:
        """Return the mock's headers; None: those of the target, as all have them."""
        return self._headers(row)

    def password(self, row: int) -> str | Callable[[], str]:
        """Return the mock's password, or what makes it, to be asked before each connection."""
        return self._shown(self._passwords, row)

    def token(self, row: int) -> str | Callable[[], str]:
        """Return the mock's token, or what makes it, to be asked before each connection."""
        return self._shown(self._tokens, row)

    def hmac_key(self, row: int) -> str | Callable[[], str]:
        """Return what the mock signs its requests with, or what makes it."""
        return self._shown(self._hmac_keys, row)

    def certificate(self, row: int) -> tuple[str, str]:
        """Return the mock's certificate and its private key in PEM; empty: it has none."""
        table = self.mocks.table
        if table is None or "certificate" not in table.columns:
            return self._certificate
        place = int(self.mocks.rows[row])
        return table.columns["certificate"][place], table.columns["key"][place]

    def expiring(self, now: float) -> list[int]:
        """Return the rows whose secret is to be made anew at Unix time ``now``, each once.

        A mock that connects again, for whatever reason, is not among them until the new secret
        nears its end.
        """
        rows: set[int] = set()
        for moments in self._renew_at.values():
            rows.update(np.flatnonzero(moments <= now).tolist())
        for moments in self._renew_at.values():
            moments[list(rows)] = inf
        return sorted(rows)

    def _shown(self, secret: Secret, row: int) -> str | Callable[[], str]:
        return secret.at(row, 0.0) if secret.is_fixed else partial(self._made, secret, row)

    def _made(self, secret: Secret, row: int) -> str:
        now = self._clock()
        if secret in self._renew_at:
            self._renew_at[secret][row] = now + secret.life * float(self._share[row])
        return secret.at(row, now)

    def _wanted_id(self, target: Target) -> str:
        text: str = getattr(target, "client_id", "")
        return "{row.client_id}" if text == OWN_ID and self._has("client_id") else text

    def _wanted_name(self, secrets: Credentials) -> str:
        return secrets.username or ("{row.username}" if self._has("username") else "")

    def _has(self, column: str) -> bool:
        return self.mocks.table is not None and column in self.mocks.table.columns


def _wills(will: Will | None, mocks: Mocks) -> Callable[[int], Will | None]:
    if will is None:
        return lambda _row: None
    topics = Text("target.will.topic", will.topic, mocks)
    payloads = loose_text("target.will.payload", will.payload, mocks)
    return lambda row: will.model_copy(
        update={"topic": topics.at(row), "payload": payloads.at(row)}
    )


def _path(target: Target) -> str:
    """Return the path, in which a secret that is filled in for each connection stays as it is."""
    text: str = getattr(target, "path", "")
    for word in target.filled_late:
        text = text.replace(word, f"{{{word}}}")
    return text


def _headers(headers: Mapping[str, str], mocks: Mocks) -> Callable[[int], Mapping[str, str] | None]:
    texts = {
        name: loose_text(f"target.headers.{name}", value, mocks) for name, value in headers.items()
    }
    if all(text.is_common for text in texts.values()):
        return lambda _row: None
    return lambda row: {name: text.at(row) for name, text in texts.items()}


def told_doubles(doubles: Mapping[str, Sequence[str]]) -> str:
    """Return client ids and the mocks that have each, as words; the first of many."""
    shown = [
        f"{client!r} is of {', '.join(mocks[:MAX_TOLD])}"
        f"{f' and {len(mocks) - MAX_TOLD:,} more' if len(mocks) > MAX_TOLD else ''}"
        for client, mocks in islice(doubles.items(), MAX_TOLD)
    ]
    more = [f"{len(doubles) - MAX_TOLD:,} more are doubled"] if len(doubles) > MAX_TOLD else []
    return "; ".join(shown + more)


def _mocks(
    target: Target,
    *,
    numbers: IntArray,
    fixed: Mapping[str, Any],
    table: CredentialTable | None,
) -> Mocks:
    deal = target.deal
    if deal is None:
        return Mocks(fixed, len(numbers), target.host)
    if table is None:
        raise DefinitionError(Problem("target.deal", f"the table {deal.table} is not there"))
    rows = dealt_rows(deal, table, numbers=numbers, fixed=fixed)
    return Mocks(fixed, len(numbers), target.host, table, rows)
