"""Contexts of TLS without a connection: what is shared, what is told of bad certificates."""

import ssl
from functools import cache

import pytest

from simulator.errors import Unreachable
from simulator.lot import Tls
from simulator.transports import tls as rooms
from simulator.transports.tls import Contexts, Resumption, make_context
from tests.integration.transports.certificates import Authority


@cache
def authority() -> Authority:
    return Authority()


def contexts() -> Contexts:
    return Contexts(Tls(ca=authority().pem))


def test_mocks_that_show_the_same_certificate_share_a_context() -> None:
    made, (certificate, key) = contexts(), authority().issue_client()

    assert made.context() is made.context()
    assert made.context(certificate, key) is made.context(certificate, key)
    assert made.context(certificate, key) is not made.context()


def test_contexts_past_the_limit_are_forgotten_the_oldest_first() -> None:
    made, pairs = contexts(), [authority().issue_client(str(number)) for number in range(3)]
    first = made.context(*pairs[0])
    second = made.context(*pairs[1])
    made.most = 2

    again = made.context(*pairs[0])
    made.context(*pairs[2])

    assert again is first
    assert made.context(*pairs[0]) is first
    assert made.context(*pairs[1]) is not second


def test_a_chain_may_follow_the_certificate() -> None:
    certificate, key = authority().issue_client()

    assert contexts().context(certificate + authority().pem, key)


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("mismatch", "the mock's key is not the one of its certificate"),
        ("nothing", "the mock's certificate or key is not PEM"),
        ("no key", "the mock's certificate or key is not PEM"),
        ("encrypted", "the mock's key is encrypted"),
    ],
)
def test_a_bad_pair_is_told_in_words_and_nobody_is_asked_for_a_password(
    which: str, words: str
) -> None:
    certificate, _ = authority().issue_client()
    pair = {
        "mismatch": (certificate, authority().issue_client()[1]),
        "nothing": ("x", "y"),
        "no key": (certificate, ""),
        "encrypted": (certificate, authority().encrypted_key()),
    }[which]

    with pytest.raises(Unreachable, match=f"^TLS: {words}$"):
        contexts().context(*pair)


def test_a_target_says_how_careful_it_is() -> None:
    careful = make_context(Tls(ca=authority().pem, minimum_version="1.3"))
    careless = make_context(Tls(verify=False))

    assert careful.minimum_version is ssl.TLSVersion.TLSv1_3
    assert (careful.verify_mode, careful.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert careless.minimum_version is ssl.TLSVersion.TLSv1_2
    assert (careless.verify_mode, careless.check_hostname) == (ssl.CERT_NONE, False)


def test_one_of_many_contexts_does_not_keep_all_authorities_of_the_system() -> None:
    if not rooms._hashed_authorities():
        pytest.skip("this system has no folder of authorities by their hash")

    sparing = make_context(Tls(), is_one_of_many=True)

    assert sparing.cert_store_stats()["x509_ca"] == 0  # they are looked up when one is asked for


def test_without_a_connection_there_is_no_session() -> None:
    resumption, context = Resumption(), make_context(Tls(ca=authority().pem))
    begun = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="h")
    resumption.begin(begun)

    assert resumption.session_for(context) is None
    assert Resumption().session_for(context) is None
