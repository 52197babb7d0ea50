import pytest

import simulator
from web.definitions.starters import STARTERS


@pytest.mark.parametrize("starter", STARTERS.values(), ids=lambda starter: starter.word)
def test_a_starter_is_sound_and_sends_within_a_minute(starter):
    definition = simulator.parse(starter.text, datasets={})

    assert next(iter(simulator.preview(definition, duration=60)))
