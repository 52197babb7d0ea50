"""What the forms of orders say, as plain data that the simulator reads.

Rule: nothing is judged here; what is empty is not said.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

import simulator

AIMED = ("status", "send")  # kinds of orders that may be for some mocks
FORMS = ("pause", "resume", "rate", "count", *AIMED)  # those that the page of control has
FIELDS = {"factor": "Times the definition's own", "mocks": "Mocks that are on"}  # what forms say
AIM = "Whom"
MOST_IDS = 50_000  # characters of a list of ids


def order_in(post: QueryDict) -> dict[str, Any]:
    """Return the order that a form says; its aim from ``share``, ``first`` and ``last`` (numbers of
    mocks), ``in_status`` and ``ids`` (with commas or spaces between them)."""
    kind = post.get("order", "")
    said: dict[str, Any] = {"order": kind}
    if kind == "pause":
        said["connected"] = post.get("connections") != "close"
    for word in {"rate": ("factor",), "count": ("mocks",)}.get(kind, ()):
        said[word] = _number(post.get(word, ""))
    if kind == "rate" and (messages := [each for each in post.getlist("messages") if each]):
        said["messages"] = messages
    if kind in AIMED:
        word = "status" if kind == "status" else "message"
        said[word] = post.get(word, "")
        if aim := aim_in(post):
            said["aim"] = aim
    return said


def told_in_form(problems: Iterable[simulator.Problem]) -> str:
    """Return what is wrong with an order as sentences for whoever has its form before them: a place
    by the name that its field has there."""
    return " ".join(f"{_field(each.place)}: {each.text}." for each in problems)


def _field(place: str) -> str:
    return FIELDS.get(place, AIM)


def is_for_all(said: Mapping[str, Any]) -> bool:
    """Whether an order could be for some mocks, and is for all of them."""
    return said["order"] in AIMED and "aim" not in said


def aim_in(post: QueryDict) -> dict[str, Any]:
    """Return whom a form is aimed at; nothing is every mock."""
    aim: dict[str, Any] = {}
    if share := post.get("share", "").strip():
        aim["share"] = share
    first, last = post.get("first", "").strip(), post.get("last", "").strip()
    if first or last:
        aim["index"] = [_number(first or "0"), _number(last or first)]
    if status := post.get("in_status", ""):
        aim["status"] = [status]
    if ids := post.get("ids", "")[:MOST_IDS].replace(",", " ").split():
        aim["ids"] = ids
    return aim


def _number(text: str) -> Any:
    """Return a number where the text is one, else the text, which is told to be none."""
    plain = text.strip().replace(",", ".").removesuffix("×").strip()
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return plain
