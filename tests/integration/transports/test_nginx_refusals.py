"""Every refusal that nginx can be brought to give, of HTTP and of TLS, in the words of the log."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workshop.supervisor import free_port

from simulator.transports import Identity, Parcel
from tests.integration.transports import nginx
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import exchange_to, run, until

pytestmark = pytest.mark.skipif(not nginx.PROGRAM, reason="nginx is not installed")

SERVER = """
    client_max_body_size 100; large_client_header_buffers 2 1k; client_header_buffer_size 512;
    location /forbidden {{ deny all; }}
    location /secret {{ auth_basic secret; auth_basic_user_file {folder}/none; }}
    location /static {{ root {folder}; }}
    location /gateway {{ proxy_pass http://127.0.0.1:{nobody}; }}
    location /slow {{ proxy_pass http://127.0.0.1:{silent}; proxy_read_timeout 1s; }}
    location /limit {{ limit_req zone=one; proxy_pass http://127.0.0.1:$server_port/fine; }}
    location /fine {{ return 204; }}
"""
ZONE = "limit_req_zone $binary_remote_addr zone=one:32k rate=1r/m; limit_req_status 429;"
ANSWERED = {  # what nginx says when told to, and what is told of it
    300: "HTTP 300: multiple choices",
    304: "HTTP 304: not modified",
    400: "HTTP 400: bad request",
    402: "HTTP 402: payment required",
    409: "HTTP 409: conflict",
    410: "HTTP 410: gone",
    415: "HTTP 415: content type not taken",
    422: "HTTP 422: content not processed",
    425: "HTTP 425: too early",
    431: "HTTP 431: headers too large",
    451: "HTTP 451: unavailable for legal reasons",
    500: "HTTP 500: server error",
    501: "HTTP 501: not implemented",
    503: "HTTP 503: service unavailable",
    505: "HTTP 505: HTTP version not taken",
    507: "HTTP 507: insufficient storage",
    599: "HTTP 599: server error",
    999: "HTTP 999: not a status of HTTP",
}
PROVOKED = {
    "/forbidden": "HTTP 403: forbidden",
    "/secret": "HTTP 401: not authorised",
    "/static/nothing": "HTTP 404: not found",
    "/static/page": "HTTP 405: method not allowed",
    "/gateway": "HTTP 502: bad gateway",
    "/slow": "HTTP 504: gateway timed out",
    "/fine?" + "x" * 3_000: "HTTP 414: path too long",
}


@contextlib.contextmanager
def serving(folder: Path, server: str, lines: str = "", *, more: int = 0) -> Iterator[int]:
    """An nginx of this configuration; yields its port. ``more``: another one that it listens at."""
    made = nginx.Nginx(folder, server, lines=lines)
    try:
        if more:
            made.await_listening(more)
        yield made.port
    finally:
        made.stop()


def test_every_refusal_of_nginx_has_its_words_and_costs_no_mock(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("")
    (tmp_path / "static").mkdir()
    (tmp_path / "static/page").write_text("to be read alone")
    reasons: dict[str, str] = {}
    told = "".join(f"location /say/{code} {{{{ return {code}; }}}}\n" for code in ANSWERED)

    async def main(port: int) -> None:
        async with exchange_to(port, protocol="http") as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            paths = [f"/say/{code}" for code in ANSWERED] + [*PROVOKED, "/limit", "/limit"]
            for number, path in enumerate(paths):
                exchange.send(0, Parcel(0, path, b"x"))
                await until(lambda: len(diary.ends) > number)  # noqa: B023
            exchange.send(0, Parcel(0, "/fine", b"x" * 101))
            exchange.send(0, Parcel(0, "/fine", b"x"))
            await until(lambda: len(diary.ends) == len(paths) + 2)
            reasons.update(zip(paths, diary.reasons, strict=False))
            last = ["", "HTTP 429: too many requests", "HTTP 413: body too large", ""]
            assert diary.reasons[-4:] == last
            assert diary.losses == []

    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = {"folder": tmp_path, "nobody": free_port(), "silent": silent.getsockname()[1]}
        with serving(tmp_path, (SERVER + told).format(**ports), ZONE) as port:
            run(lambda: main(port))

    assert {path: reasons[path] for path in PROVOKED} == PROVOKED
    assert {code: reasons[f"/say/{code}"] for code in ANSWERED} == ANSWERED


TLS = """
    listen 127.0.0.1:{secure} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
    ssl_client_certificate {folder}/ca.crt; ssl_verify_client {asks}; {more}
    location / {{ return 204; }}
"""
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {  # of nginx, of the target
    "a protocol": ({}, {"alpn": ["mqtt"]}, "TLS refused: none of the protocols offered by ALPN"),
    "a name": (
        {"more": "ssl_reject_handshake on;"},
        {},
        "TLS refused: unknown server name",
    ),
    "a version": (
        {"more": "ssl_protocols TLSv1.2;"},
        {"minimum_version": "1.3"},
        "TLS refused: no version in common",
    ),
    "an authority": (
        {},
        {"ca": Authority("Somebody else").pem},
        "TLS: unknown certificate authority",
    ),
}


@contextlib.contextmanager
def securely(folder: Path, authority: Authority, **how: Any) -> Iterator[int]:
    """An nginx that speaks TLS; yields the port where it does."""
    certificate, key = authority.issue(folder)
    (folder / "ca.crt").write_text(authority.pem)
    secure = free_port()
    said = {"folder": folder, "certificate": certificate, "key": key, "secure": secure}
    usual = {"asks": "off", "more": ""}
    with serving(folder, TLS.format(**{**said, **usual, **how}), more=secure):
        yield secure


@pytest.mark.parametrize("case", REFUSED)
def test_what_nginx_and_a_mock_do_not_agree_on_is_told_in_words(tmp_path: Path, case: str) -> None:
    how, tls, words = REFUSED[case]
    authority = Authority()

    async def main(port: int) -> None:
        options = {"ca": authority.pem, **tls}
        async with exchange_to(port, protocol="http", tls=options) as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.losses)
            assert diary.losses[0] == (0, words)

    with securely(tmp_path, authority, **how) as port:
        run(lambda: main(port))


@pytest.mark.parametrize("has_tls", [True, False])
def test_a_request_without_what_nginx_wants_of_tls_is_a_bad_request(
    tmp_path: Path, has_tls: bool
) -> None:
    authority = Authority()
    options: dict[str, Any] = {"tls": {"ca": authority.pem}} if has_tls else {}

    async def main(port: int) -> None:
        async with exchange_to(port, protocol="http", **options) as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "/", b"x"))
            await until(lambda: diary.ends)
            assert diary.reasons == ["HTTP 400: bad request"]
            assert diary.losses == []

    with securely(tmp_path, authority, asks="on") as port:
        run(lambda: main(port))
