"""faker: people's words from a table that is the same for every shard."""

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator
from simulator.generators.faked import KINDS, TABLE, _table

from .bench import cast, column, sample


def test_each_mock_keeps_its_own_and_readings_differ_where_asked() -> None:
    kept = column({"faker": "city"}, cast(50))
    drawn = column({"faker": "city", "each": "reading"}, cast(50))
    rows = np.arange(50)

    first, second = (kept.draw(sample(rows, count=n)).tolist() for n in range(2))
    one, other = (drawn.draw(sample(rows, count=n)).tolist() for n in range(2))

    assert first == second
    assert one != other
    assert len(set(first)) > 40
    assert all(isinstance(text, str) and text for text in first)


def test_the_same_seed_gives_the_same_whatever_the_shard() -> None:
    whole = column({"faker": "name"}, cast(30)).draw(sample(np.arange(30))).tolist()
    part = column({"faker": "name"}, cast(10, first=10)).draw(sample(np.arange(10))).tolist()
    _table.cache_clear()
    again = column({"faker": "name"}, cast(30)).draw(sample(np.arange(30))).tolist()
    other = column({"faker": "name"}, cast(30, seed=2)).draw(sample(np.arange(30))).tolist()

    assert part == whole[10:20]
    assert again == whole
    assert other != whole


def test_a_locale_speaks_its_language() -> None:
    names = column({"faker": "name", "locale": "ja_JP"}, cast(20)).draw(sample(np.arange(20)))

    assert all(ord(name[0]) > 0x3000 for name in names.tolist())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_is_allowed_is_one_that_faker_has(kind: str, monkeypatch) -> None:
    monkeypatch.setattr("simulator.generators.faked.TABLE", 3)
    table = _table.__wrapped__(kind, "en_US", 1)

    assert len(table) == 3
    assert all(table)
    assert TABLE == 2_000


def test_what_faker_does_not_have_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="unknown kind 'citty', did you mean 'city'"):
        read_generator({"faker": "citty"})
    with pytest.raises(ValueError, match="unknown locale 'de_XX', did you mean 'es_MX'"):
        read_generator({"faker": "city", "locale": "de_XX"})
