"""Tokens of OAuth 2.0: fetched once for all mocks of a target in a tower, and renewed in time.

Rule: one task for each endpoint, whatever the number of mocks and shards; a failure is remembered
and told to each mock that asks, and the endpoint is asked again only after a while.
"""

import asyncio
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from math import inf
from typing import cast
from weakref import WeakKeyDictionary

from simulator.errors import ProtocolViolation, TargetError, Unreachable
from simulator.lot import HttpTarget
from simulator.lot.oauth import OAuth
from simulator.protocols import http
from simulator.transports import reasons
from simulator.transports.road import Road

FETCH_WITHIN = 10.0  # s for connection, request and answer
FIRST_RETRY = 1.0  # s; doubles with each failure
LONGEST_RETRY = 60.0  # s; an endpoint that comes back has its mocks again a minute later
# Renewed when this part of its life is left, at most 60 s before its end: a slow endpoint has time
# for several attempts, and a token of an hour is not renewed every few minutes.
RENEW_SHARE = 0.2
RENEW_AHEAD = 60.0
# s between two questions, whatever life a token is said to have: an endpoint that grants tokens of
# a millisecond must not be asked a thousand times a second.
LEAST_PAUSE = 1.0
# s; a token that a target refuses is replaced only when it is older, for the next one is no better
# where the mistake is another.
DOUBTED_FROM = 10.0


class Tokens:
    """The token of one client at one endpoint. Belongs to the loop that it was made in."""

    def __init__(
        self,
        oauth: OAuth,
        secret: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        road: Road | None = None,
    ) -> None:
        """
        Args:
            clock: Seconds.
            road: What opens connections to the endpoint; by default the network.

        Raises:
            DefinitionError: client or endpoint that no request can carry.
        """
        self._request = http.token_request(oauth, secret)
        self._road = road or Road(_target_of(oauth))
        self._clock = clock
        self._token = ""
        self._since = -inf  # s; when the token came
        self._expires_at = -inf  # s
        self._reason = "token endpoint was not asked yet"
        self._told = asyncio.Event()  # the first answer is there
        self._doubted = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def ready(self) -> None:
        """Return when there is a token.

        Raises:
            Unreachable: there is none, with the reason of the last attempt.
        """
        await self._told.wait()
        self.shown()

    def shown(self) -> str:
        """Return the token for a request now.

        Raises:
            Unreachable: there is none that has not expired.
        """
        if self._clock() >= self._expires_at:
            raise Unreachable(self._reason or "the token expired before it was renewed")
        return self._token

    def doubt(self, token: str) -> None:
        """The target refused the token (401): have another one, unless it is a new one."""
        if token == self._token and self._clock() - self._since >= DOUBTED_FROM:
            self._doubted.set()

    def close(self) -> None:
        """Ask no more."""
        self._task.cancel()
        self._road.close()

    async def _keep(self) -> None:
        failures = 0
        while True:
            try:
                grant = http.read_grant(await self._fetch())
            except TargetError as error:
                self._reason = str(error)
                pause = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failures, 10))
                failures += 1
            else:
                failures = 0
                pause = self._take(grant)
            self._told.set()
            await self._rest(pause)

    def _take(self, grant: http.Grant) -> float:
        """Show the token from now on; return after how many seconds it is to be renewed."""
        self._token, self._reason = grant.token, ""
        self._since = self._clock()
        self._expires_at = self._since + grant.life
        return max(LEAST_PAUSE, grant.life - min(RENEW_AHEAD, RENEW_SHARE * grant.life))

    async def _rest(self, pause: float) -> None:
        """Until it is time to ask again, or the token is doubted."""
        self._doubted.clear()
        try:
            async with asyncio.timeout(pause):
                await self._doubted.wait()
        except TimeoutError:
            return

    async def _fetch(self) -> http.Answer:
        call = _Call(self._request)
        try:
            async with asyncio.timeout(FETCH_WITHIN):
                await self._road.open(lambda: call, 0)
                return await call.answer
        except TimeoutError:
            raise Unreachable(f"token endpoint gave no answer within {FETCH_WITHIN:g} s") from None
        except TargetError as error:
            raise Unreachable(f"token endpoint: {error}") from None
        finally:
            call.end()


class _Call(asyncio.Protocol):
    """One request, one answer."""

    def __init__(self, request: bytes) -> None:
        self.answer: asyncio.Future[http.Answer] = asyncio.get_running_loop().create_future()
        self._request = request
        self._response = http.Response(keep=http.MAX_GRANT)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self.answer.done():
            return
        try:
            answer = self._response.receive(data)
        except ProtocolViolation as error:
            self.answer.set_exception(error)
            return
        if answer:
            self.answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer.done():
            return
        answer = None if exc else self._response.close()
        if answer:
            self.answer.set_result(answer)
        else:
            self.answer.set_exception(Unreachable(f"{reasons.reason(exc)} before the answer"))

    def end(self) -> None:
        """The answer is there, or nobody waits for it any more."""
        self.answer.cancel()
        if self._transport:
            self._transport.abort()


class Lease:
    """A share in the tokens of an endpoint; who closes the last one ends them."""

    def __init__(self, key: tuple[str, str], tokens: Tokens) -> None:
        self.tokens = tokens
        self._key = key
        self._is_over = False

    def close(self) -> None:
        """Give the share back."""
        if self._is_over:
            return
        self._is_over = True
        shared = _SHARED[asyncio.get_running_loop()]
        tokens, shares = shared[self._key]
        shared[self._key] = tokens, shares - 1
        if shares == 1:
            del shared[self._key]
            tokens.close()


# The tokens of each loop, a tower's one: by endpoint and client, with how many shares are out.
_Shared = dict[tuple[str, str], tuple[Tokens, int]]
_SHARED: WeakKeyDictionary[AbstractEventLoop, _Shared] = WeakKeyDictionary()


def lease(oauth: OAuth, secret: str) -> Lease:
    """Return a share in the tokens of this client; all exchanges of a loop share them.

    Raises:
        DefinitionError: client or endpoint that no request can carry.
    """
    shared = _SHARED.setdefault(asyncio.get_running_loop(), {})
    key = (oauth.model_dump_json(), secret)
    tokens, shares = shared.get(key) or (Tokens(oauth, secret), 0)
    shared[key] = tokens, shares + 1
    return Lease(key, tokens)


def _target_of(oauth: OAuth) -> HttpTarget:
    """The endpoint, as a road leads to it."""
    url = oauth.endpoint
    is_https = url.scheme == "https"
    return HttpTarget(
        host=url.hostname or "",
        port=url.port or (443 if is_https else 80),
        tls=oauth.tls if is_https else None,
    )
