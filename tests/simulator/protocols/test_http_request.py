"""Requests as an independent server (h11) reads them, and what is never written."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import DefinitionError
from simulator.protocols import http


def as_read(data: bytes) -> tuple[h11.Request, bytes]:
    server = h11.Connection(h11.SERVER)
    server.receive_data(data)
    request = server.next_event()
    assert isinstance(request, h11.Request)
    body = b""
    while isinstance(event := server.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    assert server.trailing_data[0] == b""  # nothing that another server could take for a request
    return request, body


def headers_of(**arguments: object) -> dict[bytes, bytes]:
    arguments = {"headers": {}, **arguments}
    data = http.Request("example.org:8080", **arguments).encode("POST", b"/", b"")
    return dict(as_read(data)[0].headers)


def test_a_request_is_read_by_an_independent_server() -> None:
    request = http.Request("example.org", headers={"X-Site": "tokyo"})

    head, body = as_read(request.encode("PUT", b"/a/b?c=1", b'{"t": 1}'))

    assert (head.method, head.target, body) == (b"PUT", b"/a/b?c=1", b'{"t": 1}')
    assert dict(head.headers) == {
        b"host": b"example.org",
        b"user-agent": b"mocklot",
        b"content-type": b"application/json",
        b"x-site": b"tokyo",
        b"content-length": b"8",
    }


def test_a_bearer_token_is_sent() -> None:
    assert headers_of(token="t0k")[b"authorization"] == b"Bearer t0k"


def test_basic_credentials_are_those_of_rfc_7617() -> None:
    headers = headers_of(username="Aladdin", password="open sesame")

    assert headers[b"authorization"] == b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # section 2


def test_a_header_replaces_the_usual_one_whatever_its_case() -> None:
    headers = headers_of(headers={"content-TYPE": "text/csv", "host": "other"})

    assert headers[b"content-type"] == b"text/csv"
    assert headers[b"host"] == b"other"


@pytest.mark.parametrize(
    "value", ["a\r\nX: 1", "a\nb", "a\rb", "a\0b", " a", "a ", "\x7f", "\ud800"]
)
def test_a_header_value_cannot_split_a_line(value: str) -> None:
    with pytest.raises(DefinitionError, match=r"header X-A (must be one line|has a character)"):
        http.Request("h", headers={"X-A": value})


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\n", "ä"])
def test_a_header_name_is_a_token(name: str) -> None:
    with pytest.raises(DefinitionError, match="header name must be"):
        http.Request("h", headers={name: "1"})


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection", "Upgrade"])
def test_a_header_that_says_where_a_message_ends_is_refused(name: str) -> None:
    with pytest.raises(DefinitionError, match=f"header {name} is set by the simulator"):
        http.Request("h", headers={name: "1"})


def test_a_header_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DefinitionError, match="header X must have at most 8192 bytes"):
        http.Request("h", headers={"X": "a" * 8_193})


def test_two_ways_to_authorise_are_one_too_many() -> None:
    with pytest.raises(DefinitionError, match="header Authorization and credentials"):
        http.Request("h", headers={"authorization": "x"}, token="t")


@pytest.mark.parametrize("token", ["a\r\nX: 1", "a\nb", " a", "\0"])
def test_a_token_cannot_split_a_line_and_is_not_told(token: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        http.Request("h", headers={}, token=token)

    assert str(caught.value) == "token must be one line of text"


def test_a_user_name_with_a_colon_is_refused() -> None:
    with pytest.raises(DefinitionError, match="user name must not have a colon"):
        http.Request("h", headers={}, username="a:b", password="c")


@pytest.mark.parametrize(
    ("prefix", "path", "target"),
    [
        ("", "/a", b"/a"),
        ("", "a", b"/a"),
        ("", "", b"/"),
        ("/api", "/a", b"/api/a"),
        ("api/", "a", b"/api/a"),
        ("/api", "", b"/api"),
        ("", "/a b/温", b"/a%20b/%E6%B8%A9"),
        ("", "/a?b=1&c={}", b"/a?b=1&c=%7B%7D"),
        ("", "/a%20b", b"/a%20b"),
    ],
)
def test_a_path_is_joined_and_encoded(prefix: str, path: str, target: bytes) -> None:
    assert http.target_path(prefix, path) == target


@pytest.mark.parametrize("path", ["/a\r\nHost: x", "/a\nb", "/\0", "/a#b", "/\x7f"])
def test_a_path_cannot_split_a_line(path: str) -> None:
    with pytest.raises(DefinitionError, match="path must not have control characters or #"):
        http.target_path("", path)


def test_a_path_that_utf_8_cannot_carry_is_refused() -> None:
    with pytest.raises(DefinitionError, match="path has a character"):
        http.target_path("", "/\ud800")


def test_a_path_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DefinitionError, match="path must have at most 8000 bytes, got 8001"):
        http.target_path("", "/" + "a" * 8_000)


def test_a_message_has_headers_of_its_own_over_the_common_ones() -> None:
    request = http.Request("example.org", headers={"X-Site": "tokyo"})

    own = {"x-site": "osaka", "Content-Type": "text/csv"}
    data = [request.encode("POST", b"/", b"1", each) for each in (own, own, None, {"X-A": "1"})]

    read = [dict(as_read(each)[0].headers) for each in data]
    assert [each[b"x-site"] for each in read] == [b"osaka", b"osaka", b"tokyo", b"tokyo"]
    assert [each[b"content-type"] for each in read][1:3] == [b"text/csv", b"application/json"]
    assert b"x-a" not in read[2]
    assert read[3][b"x-a"] == b"1"


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"X-A": "1\r\nX-B: 2"}, "header X-A must be one line of text"),
        ({"Content-Length": "5"}, "header Content-Length is set by the simulator, leave it out"),
        ({"authorization": "x"}, "header Authorization is given by the target, leave it out"),
    ],
)
def test_a_message_cannot_have_every_header(headers: dict[str, str], text: str) -> None:
    request = http.Request("example.org", headers={}, token="t")

    with pytest.raises(DefinitionError, match=text):
        request.encode("POST", b"/", b"", headers)


@pytest.mark.parametrize("size", [0, 1, 16_384, 16_385, 50_000])
def test_a_body_in_chunks_is_read_by_an_independent_server(size: int) -> None:
    request = http.Request("example.org", headers={}, framing="chunked")
    body = bytes(number % 256 for number in range(size))

    head, read = as_read(request.encode("POST", b"/", body, None, b"X-A: 1\r\n"))

    assert read == body
    assert (b"transfer-encoding", b"chunked") in head.headers
    assert (b"x-a", b"1") in head.headers
    assert b"content-length" not in dict(head.headers)


def test_a_request_without_a_body_has_no_headers_of_one() -> None:
    request = http.Request(
        "example.org", headers={"Content-Language": "en", "X-A": "1"}, token="t", framing="none"
    )

    head, body = as_read(request.encode("GET", b"/", b"", {"content-encoding": "gzip"}))

    assert body == b""
    assert [name for name, _ in head.headers] == [b"host", b"user-agent", b"x-a", b"authorization"]


def test_further_lines_stand_among_the_headers() -> None:
    request = http.Request("example.org", headers={})

    head, body = as_read(request.encode("POST", b"/", b"{}", None, b"X-Signature: 1\r\n"))

    assert (b"x-signature", b"1") in head.headers
    assert body == b"{}"


NASTY = st.text(st.sampled_from("aX:\r\n\0\t é;,") | st.characters(), max_size=12)


@given(NASTY, NASTY, NASTY, st.binary(max_size=20), st.sampled_from(["length", "chunked"]))
def test_whatever_is_given_makes_one_request_or_none(
    name: str, value: str, path: str, body: bytes, framing: str
) -> None:
    try:
        request = http.Request("h", headers={name: value}, framing=framing)
        data = request.encode("POST", http.target_path("", path), body, {"X-Own": value})
    except DefinitionError:
        return

    head, read = as_read(data)

    assert read == body
    assert len(head.headers) <= 6
    ends = [each for each, _ in head.headers if each in (b"content-length", b"transfer-encoding")]
    assert len(ends) == 1
