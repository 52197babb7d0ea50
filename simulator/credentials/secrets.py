"""A password or token of each mock, as a target's credentials say it.

Rule: everything that can be wrong with it shows when it is set up, before anything connects; then
it is made anew for each connection.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from simulator.credentials.texts import Mocks, Say, Text
from simulator.credentials.tokens import (
    access_signature,
    key_bytes,
    keyed_hash,
    private_key,
    web_token,
)
from simulator.errors import DefinitionError, Problem
from simulator.lot.credentials import AnySecret, Encoding, Filled, Hmac, Jwt, Sas


class Secret(ABC):
    """What makes the secret of each of some mocks."""

    life = float("inf")  # s that one is good for
    is_fixed = False  # the same at each connection

    @abstractmethod
    def at(self, row: int, now: float) -> str:
        """Return the secret of one mock for a connection at Unix time ``now``, in s."""


def secret_of(place: str, spec: AnySecret, mocks: Mocks, *, column: str) -> Secret:
    """Return what makes a secret.

    Args:
        place: Of the secret in the target, for errors.
        spec: What is asked for; an empty text takes the ``column`` of the table, where it has it.

    Raises:
        DefinitionError: A placeholder is of nothing known, or a key is none; its text has no part
            of a key.
    """
    if isinstance(spec, str):
        if not spec and mocks.table is not None and column in mocks.table.columns:
            return _Cell(mocks, column)
        return _Plain(spec)
    return _MAKERS[type(spec)](place, spec, mocks)


class _Plain(Secret):
    is_fixed = True

    def __init__(self, text: str) -> None:
        self._text = text

    def at(self, row: int, now: float) -> str:
        del row, now
        return self._text


class _Cell(Secret):
    is_fixed = True

    def __init__(self, mocks: Mocks, column: str) -> None:
        assert mocks.table is not None
        self._rows = mocks.rows
        self._cells: Sequence[str] = mocks.table.columns[column]

    def at(self, row: int, now: float) -> str:
        del now
        return self._cells[int(self._rows[row])]


class _Filled(Secret):
    def __init__(self, place: str, spec: Filled, mocks: Mocks) -> None:
        self._text = Text(f"{place}.text", spec.text, mocks, may_say=Say.TIME)
        self.is_fixed = not self._text.is_timed

    def at(self, row: int, now: float) -> str:
        return self._text.at(row, now)


class _Hashed(Secret):
    def __init__(self, place: str, spec: Hmac, mocks: Mocks) -> None:
        self._spec = spec
        self._key = _key(f"{place}.key", spec.key, spec.key_encoding, mocks)
        self._message = Text(f"{place}.message", spec.message, mocks, may_say=Say.TIME)

    def at(self, row: int, now: float) -> str:
        key = key_bytes(self._key.at(row, now), self._spec.key_encoding)
        message = self._message.at(row, now)
        return keyed_hash(key, message, name=self._spec.hash, output=self._spec.output)


class _WebToken(Secret):
    def __init__(self, place: str, spec: Jwt, mocks: Mocks) -> None:
        self.life = spec.life
        self._spec = spec
        is_signed_by_pem = spec.algorithm in ("RS256", "ES256")
        self._encoding: Encoding = "text" if is_signed_by_pem else spec.key_encoding
        self._key = _key(f"{place}.key", spec.key, self._encoding, mocks)
        if is_signed_by_pem:
            _check(f"{place}.key", self._key, lambda pem: private_key(pem.encode(), spec.algorithm))
        own = {"iss": spec.issuer, "sub": spec.subject, "aud": spec.audience}
        claims = {name: text for name, text in own.items() if text} | spec.claims
        self._texts = {
            name: Text(f"{place}.claims.{name}", value, mocks, may_say=Say.TIME)
            for name, value in claims.items()
            if isinstance(value, str)
        }
        self._claims = claims  # in their order, which the token keeps
        self._key_id = Text(f"{place}.key_id", spec.key_id, mocks, may_say=Say.TIME)

    def at(self, row: int, now: float) -> str:
        claims: dict[str, Any] = {
            name: self._texts[name].at(row, now) if name in self._texts else value
            for name, value in self._claims.items()
        }
        claims |= {"iat": int(now), "exp": int(now + self.life)}
        return web_token(
            claims,
            key_bytes(self._key.at(row, now), self._encoding),
            algorithm=self._spec.algorithm,
            key_id=self._key_id.at(row, now),
        )


class _Signature(Secret):
    def __init__(self, place: str, spec: Sas, mocks: Mocks) -> None:
        self.life = spec.life
        self._key = _key(f"{place}.key", spec.key, "base64", mocks)
        self._resource = Text(f"{place}.resource", spec.resource, mocks, may_say=Say.TIME)
        self._policy = spec.policy

    def at(self, row: int, now: float) -> str:
        return access_signature(
            key_bytes(self._key.at(row, now), "base64"),
            self._resource.at(row, now),
            policy=self._policy,
            expires=int(now + self.life),
        )


Maker: TypeAlias = Callable[[str, Any, Mocks], Secret]

_MAKERS: dict[type, Maker] = {
    Filled: _Filled,
    Hmac: _Hashed,
    Jwt: _WebToken,
    Sas: _Signature,
}


def _key(place: str, text: str, encoding: Encoding, mocks: Mocks) -> Text:
    """Return the key of each mock; all of them are held against ``encoding``."""
    key = Text(place, text, mocks, may_say=Say.TIME, is_key=True)
    _check(place, key, lambda each: key_bytes(each, encoding))
    return key


def _check(place: str, key: Text, read: Callable[[str], object]) -> None:
    for each in key.different:
        try:
            read(each)
        except DefinitionError as error:
            raise DefinitionError(Problem(place, str(error))) from None
