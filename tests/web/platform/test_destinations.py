import pytest

from web.platform.destinations import address_of, connect, resolved
from web.platform.hosts import AddressError


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://in.example.org", "https://in.example.org/"),
        ("http://in.example.org:8080/a/b?c=d", "http://in.example.org:8080/a/b?c=d"),
        ("https://in.example.org:443/a", "https://in.example.org/a"),
        (" https://[2001:db8::7]:8443/x ", "https://[2001:db8::7]:8443/x"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/"),
    ],
)
def test_an_address_is_read_and_written(text, written):
    assert str(address_of(text)) == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ftp://in.example.org/", "begins with https://"),
        ("in.example.org", "begins with https://"),
        ("https://", "has no host"),
        ("https://user:pass@in.example.org/", "user and password out"),
        ("https://in.example.org:99999/", "This is no address"),
        ("https://in.example.org:0/", "from 1 to 65535"),
        ("https://in example.org/", "no blanks"),
        ("https://in.example.org/\r\nX: y", "no blanks"),
        ("https://x/" + "a" * 2_000, "at most 2000 characters"),
        ("http://169.254.169.254/latest/meta-data/", "Nothing may be sent to 169.254.169.254"),
        ("http://[::ffff:169.254.169.254]/", "Nothing may be sent to"),
        ("http://[fe80::1]/", "Nothing may be sent to fe80::1"),
        ("http://0.0.0.0/", "Nothing may be sent to 0.0.0.0"),
        ("http://224.0.0.1/", "Nothing may be sent to 224.0.0.1"),
        ("http://-bad-/", "neither a host name"),
    ],
)
def test_what_is_no_address_to_send_to_is_refused(text, words):
    with pytest.raises(AddressError, match=words):
        address_of(text)


@pytest.mark.parametrize("host", ["169.254.169.254", "0xa9fea9fe", "2852039166", "0.0.0.0"])
def test_it_is_held_again_when_it_is_connected_to_however_it_is_written(host):
    with pytest.raises(AddressError, match="Nothing may be sent to"):
        connect(host, 80, timeout=1.0)


def test_a_name_of_this_machine_leads_here():
    assert "127.0.0.1" in resolved("localhost", 80)
