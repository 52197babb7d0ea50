"""Words that somebody wrote as text, held against the simulator's models: what is wrong with them.

Rule: a sentence for each, with its line; and the same by place, for a form that is made of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

import simulator

MOST_TOLD = 5  # problems told at once


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with a text of words; nothing where both are empty."""

    sentences: list[str]
    places: list[dict[str, str]]  # place in the text, and what is wrong there


def told(words: simulator.Words[Any], *, elsewhere: Collection[str]) -> Told:
    """Return what is wrong with ``words``; those ``elsewhere`` have fields of their own."""
    odd = [
        simulator.Problem(word, "is not said here, it has a field of its own")
        for word in words.said
        if word in elsewhere
    ]
    found = [*odd, *words.problems][:MOST_TOLD]
    return Told(
        [f"{f'Line {each.line}: ' if each.line else ''}{each}." for each in found],
        [{"place": each.place, "text": each.text} for each in found],
    )


def flow(said: Mapping[str, Any]) -> str:
    """Return words as one line of YAML, without the brackets around them."""
    text: str = yaml.safe_dump(dict(said), default_flow_style=True, sort_keys=False, width=1_000)
    return text.strip()[1:-1]
