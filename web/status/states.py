"""What the status page tells of: the components, and the states that each can be in.

Rule: pure; what is not listed here is on no page and in no history.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a component is. What is not known is never fine."""

    UP = "up"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    DOWN = "down"


TITLES = {
    State.UP: "Works",
    State.UNKNOWN: "Not known",
    State.DEGRADED: "Degraded",
    State.DOWN: "Down",
}
RANKS = {state: rank for rank, state in enumerate(State)}
"""Worse is higher: what is known to be wrong outweighs what is not known."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the service as its users see it."""

    word: str
    title: str
    text: str  # a sentence: what of it people use


COMPONENTS = (
    Component("console", "Console", "The pages in the browser, and signing in."),
    Component("starting", "Starting runs", "A run that was started gets its towers."),
    Component("mocks", "Mocks and towers", "Runs that go on: their mocks send, live figures come."),
    Component("logs", "Send logs", "Records of what was sent are kept, searched and drained."),
    Component("reports", "Reports and downloads", "Reports are made, and files can be fetched."),
    Component("mail", "Mail", "Mails leave the outbox."),
    Component("api", "API", "The REST API for programs."),
    Component("watching", "Watching", "Rules are judged, and people are told of incidents."),
)
WORDS = tuple(component.word for component in COMPONENTS)
CHOICES = [(component.word, component.title) for component in COMPONENTS]


def worst(states: list[State]) -> State:
    """Return the worst of some states; up for none."""
    return max(states, key=RANKS.__getitem__, default=State.UP)


def title_of(word: str) -> str:
    """Return a component's title; the word itself for one that is not there any more."""
    return dict(CHOICES).get(word, word)
