"""Where redirects lead: never to another host, and by which method (RFC 9110, section 15.4)."""

import pytest

from simulator.protocols import http

ORIGIN = "https://api.example"


def hop(
    status: int, location: str, *, method: str = "POST", origin: str = ORIGIN
) -> http.Hop | str:
    answer = http.Answer(status, True, location)
    return http.next_hop(answer, origin=origin, method=method, path=b"/a/b?c=1")


@pytest.mark.parametrize(
    ("status", "method", "after"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (301, "PUT", "PUT"),
        (302, "PATCH", "PATCH"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "PATCH", "PATCH"),
        (307, "GET", "GET"),
    ],
)
def test_the_method_changes_as_the_status_says(status: int, method: str, after: str) -> None:
    assert hop(status, "/x", method=method) == http.Hop(after, b"/x")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/x/y?z=1", b"/x/y?z=1"),
        ("x", b"/a/x"),
        ("../x", b"/x"),
        ("?d=2", b"/a/b?d=2"),
        ("https://api.example/x", b"/x"),
        ("https://API.example:443/x", b"/x"),
        ("https://api.example", b"/"),
        ("//api.example/x", b"/x"),
        ("/x#part", b"/x"),
        ("https:\\\\other.example/x", b"/a/%5C%5Cother.example/x"),  # has no host: a path
        ("/a b/\xe6\xb8\xa9", b"/a%20b/%E6%B8%A9"),
    ],
)
def test_a_place_on_the_same_host_is_followed(location: str, path: bytes) -> None:
    assert hop(307, location) == http.Hop("POST", path)


@pytest.mark.parametrize(
    "location",
    [
        "https://other.example/x",
        "http://api.example/x",
        "https://api.example:8443/x",
        "//other.example/x",
        "https://api.example@other.example/x",
        "https://api.example.other.example/x",
        "ftp://api.example/x",
    ],
)
def test_another_host_is_not(location: str) -> None:
    reason = str(hop(307, location))

    assert reason.startswith("HTTP 307, redirects to ")
    assert reason.endswith(", not followed: another host")


@pytest.mark.parametrize("location", ["https://[x", "https://api.example:port/", "/" + "a" * 9_000])
def test_what_is_no_address_is_not_followed(location: str) -> None:
    assert str(hop(307, location)).endswith(", not followed: not a valid address")


@pytest.mark.parametrize(
    ("status", "location", "expected"),
    [
        (301, "/x", True),
        (308, "/x", True),
        (304, "/x", False),
        (300, "/x", False),
        (200, "/x", False),
        (302, "", False),
    ],
)
def test_only_some_statuses_redirect(status: int, location: str, expected: bool) -> None:
    assert http.is_redirect(http.Answer(status, True, location)) is expected
