"""Responses as an independent server (h11) writes them, cut anywhere, and what is refused."""

from http import HTTPStatus

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import ProtocolViolation
from simulator.protocols import http
from simulator.protocols.http.head import MAX_BODY, MAX_HEAD, MAX_KNOWN
from simulator.protocols.http.reasons import _WORDS
from simulator.protocols.http.response import MAX_CHUNK_LINE


def served(status: int, headers: list[tuple[str, str]], *pieces: bytes) -> bytes:
    """What h11 writes as an answer to one POST."""
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
    server.next_event()
    data = server.send(h11.Response(status_code=status, headers=headers, reason=b"words"))
    data += b"".join(server.send(h11.Data(data=piece)) for piece in pieces)
    return data + server.send(h11.EndOfMessage())


def answer_to(data: bytes, size: int = 1_000_000, **how: object) -> http.Answer | None:
    """Read ``data`` in pieces of ``size`` bytes."""
    response = http.Response(**{"keep": KEPT, **how})
    for at in range(0, len(data), size):
        answer = response.receive(data[at : at + size])
        if answer:
            return answer
    return response.close()


KEPT = 1_024  # bytes of a body that these tests have kept
ANSWERS = {
    "a length": (served(200, [("content-length", "5")], b"hello"), (200, True, "", b"hello")),
    "no body": (served(200, [("content-length", "0")]), (200, True, "", b"")),
    "chunks": (
        served(201, [("transfer-encoding", "chunked")], b"hello ", b"world"),
        (201, True, "", b"hello world"),
    ),
    "204": (served(204, []), (204, True, "", b"")),
    "304": (served(304, [("etag", "x")]), (304, True, "", b"")),
    "a close": (
        served(503, [("content-length", "2"), ("connection", "close")], b"no"),
        (503, False, "", b"no"),
    ),
    "a redirect": (
        served(302, [("location", "https://x/y"), ("content-length", "0")]),
        (302, True, "https://x/y", b""),
    ),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 204\r\n\r\n",
        (204, True, "", b""),
    ),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", (200, False, "", b"x")),
    "HTTP/1.0 that keeps": (
        b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
        (200, True, "", b"x"),
    ),
    "until the close": (b"HTTP/1.1 200 OK\r\nX: 1\r\n\r\nhello", (200, False, "", b"hello")),
    "a trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5;name=value\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
        (200, True, "", b"hello"),
    ),
    "a length given twice": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        (200, True, "", b"x"),
    ),
    "a length beside chunks": (  # RFC 9112, section 6.3: the chunks count, and close after it
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        (200, False, "", b""),
    ),
    "a reason that is not ASCII": (
        b"HTTP/1.1 404 \xe6\xb8\xa9\r\nContent-Length: 0\r\n\r\n",
        (404, True, "", b""),
    ),
}


@pytest.mark.parametrize("size", [1, 2, 3, 6, 1_000_000])
@pytest.mark.parametrize("kind", ANSWERS)
def test_however_an_answer_is_cut_it_is_the_same(kind: str, size: int) -> None:
    data, expected = ANSWERS[kind]

    status, keep_alive, location, body = expected
    assert answer_to(data, size) == http.Answer(status, keep_alive, location, body=body)


def test_a_long_body_is_counted_but_not_kept() -> None:
    answer = answer_to(served(200, [("content-length", "100000")], b"x" * 100_000), 1_000)

    assert answer == http.Answer(200, True, body=b"x" * 1_024)


def test_bytes_beyond_the_answer_end_the_connection() -> None:
    response = http.Response()

    answer = response.receive(b"HTTP/1.1 204 N\r\n\r\nHTTP/1.1")

    assert answer == http.Answer(204, False)


def test_a_close_before_the_end_of_the_body_is_no_answer() -> None:
    assert answer_to(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell") is None


def test_it_is_known_whether_the_answer_has_begun() -> None:
    response = http.Response()

    assert not response.has_begun
    response.receive(b"H")
    assert response.has_begun


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "the far side does not speak HTTP/1.1"),
        (b"HTTP/2 200\r\n\r\n", "the far side does not speak HTTP/1.1"),
        (b"\0\0\x12\4\0\0\0\0\0", "the far side does not speak HTTP/1.1"),  # HTTP/2's first frame
        (b"\x15\3\1\0\2\2\x46", "the far side does not speak plain HTTP but TLS, it seems"),
        (b"\x15\r\n\r\n", "the far side does not speak plain HTTP but TLS, it seems"),
        (b"\x15\n\r\n\r\n", "the far side does not speak plain HTTP but TLS, it seems"),
        (b"HTTP/1.1 200 OK\n\nA: b\r\n\r\n", "a response head with LF instead of CR LF"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "the far side does not speak HTTP/1.1"),
        (b"HTTP/1.1 200OK\r\n\r\n", "the far side does not speak HTTP/1.1"),
        (b"HTTP/1.1 200 OK\n\n", "a response head with LF instead of CR LF"),
        (b"HTTP/1.1 101 Switching\r\n\r\n", "HTTP 101, but no other protocol was asked for"),
        (b"HTTP/1.1 100 C\r\n\r\n" * 11, "more than 10 interim responses"),
        (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "a response with a line that is no header"),
        (b"HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n", "a response with a line that is no header"),
        (b"HTTP/1.1 200 OK\r\nA : 1\r\n\r\n", "a response with a line that is no header"),
        (
            b"HTTP/1.1 200 OK\r\n" + b"A: 1\r\n" * 101 + b"\r\n",
            "a response with more than 100 headers",
        ),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * MAX_HEAD, "a response head longer than 65536 bytes"),
        (
            b"HTTP/1.1 200 OK\r\nA: " + b"x" * MAX_HEAD + b"\r\n\r\n",
            "a response head longer than 65536 bytes",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "a content length that is not one number",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "a content length that is not one number",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "a transfer encoding other than chunked",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "a transfer encoding other than chunked",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n",
            "a transfer encoding other than chunked",
        ),
        (
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "a transfer encoding in HTTP/1.0",
        ),
        (
            b"HTTP/1.1 204 N\r\nContent-Length: 1, 2\r\n\r\n",
            "a content length that is not one number",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
            "a content length that is not one number",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
            "a content length that is not one number",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1),
            f"an answer longer than {MAX_BODY} bytes",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\nContent-Length: 0\r\n\r\n",
            "a response head with a control character",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\rContent-Length: 0\r\n\r\n",
            "a response head with a control character",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
            "a response head with a control character",
        ),
    ],
)
def test_an_illegal_head_is_refused(data: bytes, text: str) -> None:
    with pytest.raises(ProtocolViolation, match=f"^{text}$"):
        http.Response().receive(data)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\r\n", "a chunk without its size"),
        (b"g\r\n", "a chunk without its size"),
        (b"-1\r\n", "a chunk without its size"),
        (b"0x5\r\n", "a chunk without its size"),
        (b"1" * 17 + b"\r\n", "a chunk without its size"),
        (b"1\r\nxy\r\n", "a chunk longer than its size"),
        (b"1;" + b"x" * MAX_CHUNK_LINE, "a line of a chunked body longer than 256 bytes"),
        (b"1;" + b"x" * MAX_CHUNK_LINE + b"\r\n", "a line of a chunked body longer than 256"),
        (b"1;a\0\r\n", "a chunk without its size"),
        (b"1;a\nb\r\n", "a chunk without its size"),
        (b"fffffff\r\n", f"an answer longer than {MAX_BODY} bytes"),
        (b"0\r\n" + b"A: 1\r\n" * 101, "a trailer longer than 65536 bytes or 100 lines"),
        (b"0\r\nA: " + b"1" * 65_530 + b"\r\nA: 123\r\n", "a trailer longer than 65536 bytes"),
        (b"0\r\nA: 1\n\r\n", "a trailer with a control character"),
        (b"0\r\nno header\r\n", "a response with a line that is no header"),
    ],
)
def test_an_illegal_chunk_is_refused(body: bytes, text: str) -> None:
    response = http.Response()
    response.receive(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    with pytest.raises(ProtocolViolation, match=text):
        response.receive(body)


@pytest.mark.parametrize(
    ("status", "location", "text"),
    [
        (200, "", ""),
        (299, "", ""),
        (503, "", "HTTP 503: service unavailable"),
        (404, "https://x", "HTTP 404: not found"),
        (304, "", "HTTP 304: not modified"),
        (399, "", "HTTP 399: redirected"),
        (499, "", "HTTP 499: request refused"),
        (599, "", "HTTP 599: server error"),
        (999, "", "HTTP 999: not a status of HTTP"),
        (302, "/login", "HTTP 302, redirects to /login"),
        (301, "https://u:pw@x:8/y?token=1#f", "HTTP 301, redirects to https://x:8/y"),
        (307, "https://[x", "HTTP 307, redirects to what is no address"),
        (308, "/" + "a" * 500, "HTTP 308, redirects to /" + "a" * 199),
    ],
)
def test_the_reason_is_the_status_without_secrets(status: int, location: str, text: str) -> None:
    assert http.reason(http.Answer(status, True, location)) == text


@pytest.mark.parametrize("status", [each for each in HTTPStatus if each.value >= 300])
def test_every_status_that_is_registered_has_words_of_its_own(status: HTTPStatus) -> None:
    data = b"HTTP/1.1 %d Whatever\r\nContent-Length: 0\r\n\r\n" % status
    answer = http.whole_answer(data)

    assert answer
    assert http.reason(answer) == f"HTTP {status.value}: {_WORDS[status.value]}"
    assert len(set(_WORDS.values())) == len(_WORDS)


def test_an_answer_to_head_has_no_body_whatever_it_says() -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"

    assert answer_to(data, method="HEAD") == http.Answer(200, True)
    assert answer_to(data) is None


def test_an_endless_body_has_an_end() -> None:
    response = http.Response()
    response.receive(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(64):
        response.receive(b"x" * (MAX_BODY // 64))

    with pytest.raises(ProtocolViolation, match=f"an answer longer than {MAX_BODY} bytes"):
        response.receive(b"x")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (b"Retry-After: 120\r\n", 120.0),
        (b"Retry-After: 0\r\n", 0.0),
        (b"Retry-After: 99999999999999999999999\r\n", 86_400.0),
        (b"Retry-After: soon\r\n", None),
        (b"Retry-After: -5\r\n", None),
        (b"Retry-After: 1.5\r\n", None),
        (
            b"Date: Sun, 22 Nov 2026 20:00:00 GMT\r\n"
            b"Retry-After: Sun, 22 Nov 2026 20:01:30 GMT\r\n",
            90.0,
        ),
        (
            b"Date: Sun, 22 Nov 2026 20:00:00 GMT\r\n"
            b"Retry-After: Sun, 22 Nov 2026 19:00:00 GMT\r\n",
            0.0,
        ),
        (b"Retry-After: Sun, 22 Nov 2026 20:01:30 GMT\r\n", None),  # from when on is not known
        (b"", None),
    ],
)
def test_the_wait_that_is_asked_for_is_read(lines: bytes, seconds: float | None) -> None:
    answer = answer_to(b"HTTP/1.1 429 X\r\nContent-Length: 0\r\n" + lines + b"\r\n")

    assert answer == http.Answer(429, True, retry_after=seconds)


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_short_way_says_what_the_long_way_says_or_nothing(kind: str) -> None:
    data, _ = ANSWERS[kind]
    response = http.Response()

    for _ in range(2):  # the second time from memory
        assert http.whole_answer(data) in (None, response.receive(data) or response.close())
        response = http.Response()


def test_the_short_way_takes_the_usual_answers_and_no_others() -> None:
    usual = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    assert http.whole_answer(usual) == http.Answer(200, True)
    assert http.whole_answer(b"HTTP/1.1 204 No\r\n\r\n") == http.Answer(204, True)
    assert http.whole_answer(usual[:-1]) is None
    assert http.whole_answer(usual + b"x") is None
    assert http.whole_answer(b"HTTP/1.1 100 C\r\n\r\n") is None
    long = b"HTTP/1.1 204 N\r\nX: %b\r\n\r\n" % (b"x" * MAX_KNOWN)
    assert http.whole_answer(long) is None


START = b"HTTP/1.1 200 OK\r\n"
PIECES = [START, b"\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\n", b"3\r\n",
          b"abc", b"0\r\n", b"HTTP/1.1 100 C\r\n\r\n", b"\0", b"\xff", b"0", b"\n", b"\r",
          b"Connection: close\r\n", b"X-Sum: 1\r\n"]  # fmt: skip


def outcome(pieces: list[bytes]) -> tuple[object, bytes] | None:
    """The answer with what is beyond it, read piece by piece; None: a violation."""
    response = http.Response(keep=KEPT)
    try:
        for at, piece in enumerate(pieces):
            if answer := response.receive(piece):
                assert len(response._buffer) <= MAX_HEAD
                assert len(response._body) <= KEPT
                return answer._replace(keep_alive=True), response.rest + b"".join(pieces[at + 1 :])
        return response.close(), b""
    except ProtocolViolation:
        return None


@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=20),
    st.booleans(),
    st.lists(st.integers(1, 40), max_size=8),
)
def test_whatever_comes_has_one_meaning_however_it_is_cut(
    pieces: list[bytes], begins: bool, sizes: list[int]
) -> None:
    data = START * begins + b"".join(pieces)
    cut, at = [], 0
    for size in sizes:
        cut.append(data[at : at + size])
        at += size

    read = outcome([data])

    assert outcome([*cut, data[at:]]) == read
    assert outcome([data[at : at + 1] for at in range(len(data))]) == read
