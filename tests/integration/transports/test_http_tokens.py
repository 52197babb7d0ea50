"""Tokens of OAuth over sockets: a token endpoint and a target, both scripted with h11."""

import asyncio
import json
import ssl
from functools import partial
from pathlib import Path
from typing import Any

import h11

from simulator.transports import Identity, Parcel
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import WITHIN, exchange_to, run, until
from tests.integration.transports.test_http_peer import Receiver, served
from tests.simulator.transports.virtual import Diary

SECRET = Identity(client_secret="s3cret")


class Login(Receiver):
    """Grants t1, t2 and so on; refuses with ``status`` unless it is 200."""

    def __init__(self, *, status: int = 200, life: float = 3_600) -> None:
        super().__init__()
        self.status = status
        self.life = life

    async def answer(
        self, server: h11.Connection, writer: asyncio.StreamWriter, target: bytes
    ) -> None:
        said: dict[str, Any] = {"error": "invalid_client"}
        if self.status == 200:
            token = f"t{len(self.bodies)}"
            said = {"access_token": token, "token_type": "Bearer", "expires_in": self.life}
        body = json.dumps(said).encode()
        headers = [("Content-Length", str(len(body)))]
        writer.write(server.send(h11.Response(status_code=self.status, headers=headers)))
        writer.write(server.send(h11.Data(data=body)) + server.send(h11.EndOfMessage()))
        await writer.drain()


class Api(Receiver):
    """Keeps what authorised each request."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[bytes] = []

    async def read(
        self, server: h11.Connection, reader: asyncio.StreamReader
    ) -> h11.Request | None:
        request = await super().read(server, reader)
        if request:
            self.tokens.append(dict(request.headers)[b"authorization"])
        return request


def oauth(port: int, scheme: str = "http", **more: object) -> dict[str, object]:
    return {"token_url": f"{scheme}://127.0.0.1:{port}/token", "client_id": "me", **more}


def has_ended(diary: Diary, parcel: Parcel) -> bool:
    return any(ended is parcel for ended, _, _ in diary.ends)


def test_fifty_mocks_of_two_exchanges_share_one_token() -> None:
    async def main() -> None:
        login, api = Login(), Api()
        async with (
            served(login.handle) as login_port,
            served(api.handle) as port,
            exchange_to(port, protocol="http", oauth=oauth(login_port)) as (one, first),
            exchange_to(port, protocol="http", oauth=oauth(login_port)) as (two, second),
        ):
            for row in range(25):
                one.connect(row, SECRET)
                two.connect(row, SECRET)
            await until(lambda: len(first.opens) == len(second.opens) == 25)
            for row in range(25):
                one.send(row, Parcel(row, "/plain", b"x"))
                two.send(row, Parcel(row, "/plain", b"x"))
            await until(lambda: len(first.ends) == len(second.ends) == 25)

            assert {*first.reasons, *second.reasons} == {""}
            assert set(api.tokens) == {b"Bearer t1"}
            assert login.bodies == [b"grant_type=client_credentials"]

    run(main)


def test_a_token_is_renewed_while_mocks_send() -> None:
    async def main() -> None:
        login, api = Login(life=1.5), Api()
        async with (
            served(login.handle) as login_port,
            served(api.handle) as port,
            exchange_to(port, protocol="http", oauth=oauth(login_port)) as (exchange, diary),
        ):
            exchange.connect(0, SECRET)
            await until(lambda: diary.opens)
            async with asyncio.timeout(WITHIN):
                while len(set(api.tokens)) < 3:  # a stalled machine may find one expired: again
                    parcel = Parcel(0, "/plain", b"x")
                    exchange.send(0, parcel)
                    await until(partial(has_ended, diary, parcel))
                    await asyncio.sleep(0.05)

            assert api.tokens[0] == b"Bearer t1"
            assert diary.losses == []
            assert api.connections == 1

    run(main)


def test_the_refusal_of_the_endpoint_is_each_mocks_reason_and_no_mock_reaches_the_target() -> None:
    async def main() -> None:
        login, api = Login(status=401), Api()
        async with (
            served(login.handle) as login_port,
            served(api.handle) as port,
            exchange_to(port, protocol="http", oauth=oauth(login_port)) as (exchange, diary),
        ):
            for row in range(20):
                exchange.connect(row, SECRET)
            await until(lambda: len({row for row, _ in diary.losses}) == 20)

            reasons = {reason for _, reason in diary.losses}
            assert reasons == {"token endpoint answered 401: invalid_client"}
            assert api.connections == 0
            login.status = 200
            await until(lambda: len(diary.opens) == 20)

    run(main)


def test_an_endpoint_over_tls_is_trusted_only_when_its_authority_is(tmp_path: Path) -> None:
    authority = Authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(tmp_path))

    async def main() -> None:
        login, api = Login(), Api()
        async with served(login.handle, context) as login_port, served(api.handle) as port:
            trusted = oauth(login_port, "https", tls={"ca": authority.pem})
            async with exchange_to(port, protocol="http", oauth=trusted) as (exchange, diary):
                exchange.connect(0, SECRET)
                await until(lambda: diary.opens)
            strange = oauth(login_port, "https")
            async with exchange_to(port, protocol="http", oauth=strange) as (exchange, diary):
                exchange.connect(0, SECRET)
                await until(lambda: diary.losses)

            assert diary.losses[0][1] == "token endpoint: TLS: unknown certificate authority"

    run(main)
