"""Codecs under chance, and under what a search by coverage found worth keeping."""

import random
from pathlib import Path

import pytest

from tests.fuzz.codecs import DRIVERS

SEEDS = Path(__file__).parent / "seeds"  # a file of lines a codec; made by with_atheris
ROUNDS = 300
MOST = 400  # bytes


def kept(name: str) -> list[bytes]:
    """What was found for a codec."""
    return [bytes.fromhex(line) for line in (SEEDS / f"{name}.txt").read_text("utf-8").split()]


@pytest.mark.parametrize("name", DRIVERS)
def test_whatever_was_found_before_is_read_the_same_however_it_is_cut(name: str) -> None:
    for data in kept(name):
        for how in range(16):
            DRIVERS[name](bytes((how,)) + data[1:])


@pytest.mark.parametrize("name", DRIVERS)
def test_whatever_chance_makes_of_it_is_read_the_same_however_it_is_cut(name: str) -> None:
    chance = random.Random(name)
    known = kept(name)
    for _ in range(ROUNDS):
        data = bytearray(chance.choice(known) + chance.randbytes(chance.randrange(MOST)))
        for _ in range(chance.randrange(8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        DRIVERS[name](bytes(data))


@pytest.mark.parametrize("name", DRIVERS)
def test_every_codec_has_something_that_was_found(name: str) -> None:
    assert len(kept(name)) >= 5
