"""What may be connected to: the table of refusals, and what operators allow."""

from ipaddress import ip_address, ip_network

import pytest

from simulator.reach import OPEN, Closed, NoHost, Reach, host_in, kind_of
from tests.simulator.reach.table import REFUSED, TAKEN

BARE = Reach()


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_is_no_public_host_is_refused_however_it_is_written(text: str, words: str) -> None:
    assert words in BARE.trouble(text)


@pytest.mark.parametrize("text", TAKEN)
def test_public_hosts_are_taken(text: str) -> None:
    assert BARE.trouble(text) == ""


def test_the_table_has_more_than_sixty_rows_and_none_twice() -> None:
    assert len(REFUSED) > 100
    assert len({text for text, _ in REFUSED}) == len(REFUSED)


def test_on_ones_own_machine_everything_is_taken() -> None:
    assert [OPEN.trouble(text) for text, _ in REFUSED] == [""] * len(REFUSED)
    assert OPEN.refusal("169.254.169.254") == ""


def test_an_operator_allows_networks_and_what_maps_to_them() -> None:
    reach = Reach.of(["10.0.0.0/8", "192.168.7.7"])

    assert reach.refusal("10.1.2.3") == ""
    assert reach.refusal("::ffff:10.1.2.3") == ""
    assert reach.refusal("192.168.7.7") == ""
    assert reach.refusal("192.168.7.8") == "a private address"
    assert reach.trouble("10.1.2.3") == ""


def test_an_operator_allows_a_name_wherever_it_leads_but_to_metadata() -> None:
    reach = Reach.of(["broker.internal", "*.plant.example"])

    assert reach.refusal("10.1.2.3", host="Broker.Internal.") == ""
    assert reach.refusal("10.1.2.3", host="a.b.plant.example") == ""
    assert reach.refusal("10.1.2.3", host="plant.example") == "a private address"
    assert reach.refusal("10.1.2.3", host="other.internal") == "a private address"
    assert "metadata" in reach.refusal("169.254.169.254", host="broker.internal")
    assert reach.trouble("broker.internal") == ""
    assert reach.trouble("other.internal") != ""


def test_metadata_is_opened_by_its_own_entry_alone() -> None:
    assert "metadata" in Reach.of(["*"]).trouble("169.254.169.254")
    assert "metadata" in Reach.of(["169.254.0.0/16"]).trouble("169.254.169.254")
    assert Reach.of(["169.254.169.254"]).trouble("169.254.169.254") == ""


def test_a_star_allows_everything_that_can_be_a_server() -> None:
    reach = Reach.of(["*"])

    assert reach.trouble("127.0.0.1") == reach.trouble("localhost") == ""
    assert reach.refusal("fe80::1%3") == "a link-local address"
    assert reach.refusal("224.0.0.1", host="any.example") == "a multicast address"
    assert Reach.of(["fe80::/10"]).refusal("fe80::1%3") == ""
    assert reach.allows_name("any.example")


@pytest.mark.parametrize("entry", ["", "10.0.0.0/33", "10.0.0.1/8", "a b", "*.", "0x7f.1", "*.1"])
def test_an_entry_that_is_nothing_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ValueError, match="is no network, address or name"):
        Reach.of([entry])


def test_a_host_is_the_value_behind_its_writing() -> None:
    assert str(host_in("0177.1")) == "127.0.0.1"
    assert str(host_in("[FE80::1%eth0]")) == "fe80::1"
    assert host_in("Bücher.Example.") == "xn--bcher-kva.example"
    with pytest.raises(NoHost, match="no IPv4 address"):
        host_in("4294967296")


@pytest.mark.parametrize(
    "network", ["8.0.0.0/9", "11.0.0.0/8", "126.0.0.0/8", "2400::/12", "2a00::/12"]
)
def test_the_edges_of_public_networks_are_public(network: str) -> None:
    each = ip_network(network)

    assert kind_of(each[0]) == kind_of(each[-1]) == ""


def test_every_kind_agrees_with_the_registry_that_python_knows() -> None:
    seen = [ip_address(n << 16 | 0x0101) for n in range(0x0000, 0x10000, 7)]

    public = {str(each) for each in seen if not kind_of(each)}

    assert {each for each in public if not ip_address(each).is_global} == set()


@pytest.mark.parametrize(
    ("entry", "name", "is_closed"),
    [
        ("broker.example", "broker.example", True),
        ("broker.example", "Broker.Example.", True),
        ("broker.example", "a.broker.example", False),
        ("*.example", "broker.example", True),
        ("*.example", "example", False),
        ("192.0.2.7", "192.0.2.7", False),
    ],
)
def test_a_closed_name_is_closed_wherever_it_leads(entry: str, name: str, is_closed: bool) -> None:
    assert Closed.of([entry]).has_name(name) is is_closed


@pytest.mark.parametrize(
    ("entry", "address", "is_closed"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.0/24", "64:ff9b::c000:207", True),
        ("192.0.2.0/24", "192.0.3.1", False),
        ("2001:db8::/32", "2001:db8::7", True),
        ("broker.example", "192.0.2.7", False),
    ],
)
def test_a_closed_network_is_closed_in_every_writing(
    entry: str, address: str, is_closed: bool
) -> None:
    assert Closed.of([entry]).has_address(address) is is_closed
