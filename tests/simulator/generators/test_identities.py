"""Identities: well formed by their specification, and none twice."""

import re
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import RFC_4122, UUID

import numpy as np
import pytest

from simulator.definition.metrics.generator import KINDS
from simulator.definition.metrics.metric import read_generator
from simulator.errors import DefinitionError
from simulator.generators.parts.permuting import Permutation
from simulator.generators.sim import luhn_digits
from simulator.generators.vin import check_digit

from .bench import EPOCH, cast, column, sample

COUNT = 3_000


def made(generator: dict[str, Any], *, count: int = COUNT, reading: int = 0, seed: int = 1) -> Any:
    """Return the texts of ``count`` mocks at one reading."""
    drawn = column(generator, cast(count, seed=seed)).draw(
        sample(np.arange(count), t=60.0 * reading, count=reading)
    )
    return drawn.tolist()


IDENTITIES = [
    ({"uuid": 4}, r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    ({"uuid": 7}, r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    ({"mac": "00:1B:44"}, r"00:1b:44(:[0-9a-f]{2}){3}"),
    ({"mac": {"separator": "-", "upper": True}}, r"[0-9A-F][26AE](-[0-9A-F]{2}){5}"),
    ({"mac": {"oui": "001B44", "local": True, "separator": ""}}, r"021b44[0-9a-f]{6}"),
    ({"eui64": "70:B3:D5:7E:D"}, r"70:b3:d5:7e:d[0-9a-f](:[0-9a-f]{2}){3}"),
    ({"imei": "49015420"}, r"49015420\d{7}"),
    ({"iccid": "8981100"}, r"8981100\d{12}"),
    ({"iccid": {"prefix": "8981100", "digits": 20}}, r"8981100\d{13}"),
    ({"vin": "WVW"}, r"WVW[A-HJ-NPR-Z0-9]{5}[0-9X][F-R][A-HJ-NPR-Z0-9]\d{6}"),
    ({"serial": "SN-####-??"}, r"SN-\d{4}-[A-Z]{2}"),
    ({"serial": r"\##^^^^"}, r"#\d[0-9A-F]{4}"),
    ({"hex": 9}, r"[0-9a-f]{9}"),
    ({"hex": 200, "upper": True}, r"[0-9A-F]{200}"),
]


@pytest.mark.parametrize(("generator", "form"), IDENTITIES)
def test_an_identity_has_its_form_and_no_two_mocks_have_the_same(
    generator: dict[str, Any], form: str
) -> None:
    texts = made(generator)

    assert all(re.fullmatch(form, text) for text in texts)
    assert len(set(texts)) == COUNT


@pytest.mark.parametrize(("generator", "_form"), IDENTITIES)
def test_each_mock_keeps_its_own_whatever_the_reading_and_the_shard(
    generator: dict[str, Any], _form: str
) -> None:
    whole = made(generator, count=70)
    parts = []
    for first in range(0, 70, 10):
        own = replace(cast(10, first=first), total=70)
        parts += column(generator, own).draw(sample(np.arange(10), t=5.0, count=first)).tolist()

    assert parts == whole
    assert made(generator, count=70, reading=3) == whole
    assert made(generator, count=70, seed=2) != whole


def test_a_new_one_at_each_reading_is_none_that_was_before() -> None:
    generators = ({"uuid": 4}, {"uuid": 7}, {"mac": "00:1B:44"}, {"hex": 12}, {"imei": "49015420"})
    for short in generators:
        (word, value), *_ = short.items()
        readings = [made({word: value, "each": "reading"}, count=500, reading=n) for n in range(4)]

        assert len({text for texts in readings for text in texts}) == 4 * 500, word


def test_uuids_say_their_version_and_variant_and_version_7_its_time() -> None:
    fourth = UUID(made({"uuid": 4})[7])
    seventh = UUID(made({"uuid": 7, "each": "reading"}, reading=2)[7])

    assert (fourth.version, fourth.variant) == (4, RFC_4122)
    assert (seventh.version, seventh.variant) == (7, RFC_4122)
    assert seventh.int >> 80 == (EPOCH + 120) * 1000
    # Bits that are drawn are set in half of all.
    words = np.array([list(UUID(text).bytes) for text in made({"uuid": 4})], dtype=np.uint8)
    share = np.unpackbits(words, axis=1).mean(axis=0)
    drawn = np.r_[0:48, 52:64, 66:128]
    assert np.all(np.abs(share[drawn] - 0.5) < 0.05)


def test_check_digits_are_those_of_published_numbers() -> None:
    # IMEI 49-015420-323751-8 and ICCID 89 310 410 10 654378930 1: examples of 3GPP and of ITU-T,
    # as reprinted by Wikipedia; 7992739871-3: the example of ISO/IEC 7812-1's annex.
    numbers = np.array([49015420323751, 893104101065437893, 7992739871])
    digits = [luhn_digits(numbers[at : at + 1], digits=18)[0] for at in range(2)]
    last = luhn_digits(numbers[2:], digits=10)[0]

    assert (digits[0], last) == (8, 3)
    assert check_digit("1M8GDM9AXKP042788") == "X"  # the example of 49 CFR 565
    assert check_digit("1" * 17) == "1"


def test_every_number_with_a_check_digit_passes_its_check() -> None:
    for generator in ({"imei": "49015420"}, {"iccid": "8981100"}):
        for text in made(generator, count=300):
            doubled = [int(d) * (2 - at % 2) for at, d in enumerate(text[-2::-1])]
            total = sum(d - 9 * (d > 9) for d in doubled)
            assert (total + int(text[-1])) % 10 == 0
    assert all(check_digit(text) == text[8] for text in made({"vin": "1M8"}, count=300))


def test_the_year_of_a_vehicle_is_a_letter() -> None:
    assert {text[9] for text in made({"vin": {"wmi": "WVW", "year": 2026}})} == {"T"}


@pytest.mark.parametrize(
    ("generator", "network"),
    [
        ({"ipv4": "192.168.0.0/20"}, "192.168.0.0/20"),
        ({"ipv4": {}}, "10.0.0.0/8"),
        ({"ipv6": "2001:db8:0:1::/64"}, "2001:db8:0:1::/64"),
        ({"ipv6": {}}, "2001:db8::/32"),
    ],
)
def test_addresses_lie_in_their_network_and_repeat_only_when_it_is_full(
    generator: dict[str, Any], network: str
) -> None:
    texts = made(generator)

    assert all(ip_address(text) in ip_network(network) for text in texts)
    assert len(set(texts)) == COUNT


def test_a_small_network_gives_its_hosts_again_and_never_its_ends() -> None:
    texts = made({"ipv4": "192.168.7.0/29"}, count=12)

    assert set(texts) == {f"192.168.7.{host}" for host in range(1, 7)}
    assert texts[:6] == texts[6:]


def test_serials_in_order_count_from_the_first() -> None:
    counted = made({"serial": "A#-?", "order": "in_order"}, count=28)

    assert [counted[at] for at in (0, 1, 25, 26, 27)] == ["A0-A", "A0-B", "A0-Z", "A1-A", "A1-B"]


@pytest.mark.parametrize("size", [1, 2, 3, 10, 1000, 4096])
def test_a_permutation_gives_every_number_once(size: int) -> None:
    numbers = Permutation(size, seed=1, name="x").of(np.arange(size))

    assert sorted(numbers.tolist()) == list(range(size))
    if size >= 1000:
        assert abs(np.corrcoef(np.arange(size), numbers)[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"uuid": 5}, "4 or 7"),
        ({"mac": "00:1G:44"}, "needs hexadecimal digits such as 70:B3:D5, got '00:1G:44'"),
        ({"mac": "00:1B"}, "needs 6 to 11 digits, got 4"),
        ({"mac": 17}, "needs a text in quotes such as '00:1B:44'"),
        ({"imei": "1234567"}, "a type allocation code has 8 digits, got 7"),
        ({"imei": 49015420}, "needs digits in quotes such as '35684610', got 49015420"),
        ({"iccid": "1234567"}, "needs 4 to 12 digits that begin with 89, got '1234567'"),
        ({"vin": "VWQ"}, "needs 3 digits and letters other than I, O and Q, got 'VWQ'"),
        (
            {"ipv4": "10.0.0.1/8"},
            "needs a network such as 10.0.0.0/8, got '10.0.0.1/8' .*host",
        ),
        ({"ipv6": "10.0.0.0/8"}, "needs a network such as 2001:db8::/32, got '10.0.0.0/8'"),
        ({"serial": "SN"}, "needs a place: # .digit., . .letter. or "),
        ({"hex": 0}, "greater than or equal to 1"),
    ],
)
def test_what_makes_no_identity_is_refused_in_words(generator: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)


def test_a_run_with_more_mocks_than_room_is_refused() -> None:
    with pytest.raises(DefinitionError, match="serial has room for 10 mocks, the run has 12"):
        column({"serial": "SN-#"}, cast(12))
    with pytest.raises(DefinitionError, match="serial has room for 10 mocks, the run has 100"):
        column({"serial": "SN-#", "order": "in_order"}, replace(cast(1), total=100))


def test_only_what_is_dealt_once_makes_an_id() -> None:
    unique = {word for word in KINDS if word in ("uuid", "mac", "eui64", "imei", "iccid", "serial")}

    assert all(read_generator({word: VALUES[word]}).is_unique for word in unique)
    assert not read_generator({"uuid": 4, "each": "reading"}).is_unique
    assert not read_generator({"ipv4": "10.0.0.0/8"}).is_unique
    assert not read_generator({"constant": 5}).is_unique


VALUES: dict[str, Any] = {
    "uuid": 4,
    "mac": "00:1B:44",
    "eui64": "70:B3:D5",
    "imei": "49015420",
    "iccid": "8981100",
    "serial": "S####",
}
