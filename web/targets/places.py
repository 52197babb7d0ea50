"""What a target may name as its hosts; web.platform.reach says what of it may be reached."""

import simulator
from web.platform.reach import reach, trouble


def troubles(target: simulator.Target) -> list[tuple[str, str]]:
    """Return (word, sentence) of each place of a target that nothing may be sent to."""
    held = ((place.word, trouble(place.host, place.port)) for place in places_of(target))
    return [(word, sentence) for word, sentence in held if sentence]


def unheld(target: simulator.Target) -> str:
    """Return a sentence against a target, as far as no name server is asked; empty: none."""
    sentences = (reach().trouble(place.host) for place in places_of(target))
    return next(filter(None, sentences), "")


def places_of(target: simulator.Target) -> list[simulator.Place]:
    """Return the hosts that a target names, each once."""
    return list(dict.fromkeys(simulator.places_of(target)))
