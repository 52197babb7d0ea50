"""What the page of a live tail shows, and what it is told each second."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from web.logs import tails
from web.logs.forms import SearchForm
from web.logs.pages import shown_of
from web.platform import redis
from web.runs.models import Run

EVERY = 800  # ms between two looks: a record is seen at most 2 s after it was settled
NO_REDIS = "Live figures are out of reach just now. It is tried again each second."
NOTHING_ASKED = "Name mocks, or a failure reason, to watch."


@dataclass(frozen=True)
class TailPage:
    """A page that watches; ``problem`` is a sentence in its place."""

    form: SearchForm
    every: int = EVERY
    problem: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether anything is to be watched."""
        return not self.problem


def tail_page(run: Run, *, query: Mapping[str, str]) -> TailPage:
    """Return the page that a query string asks for: of mocks, or of a reason, or both."""
    form = SearchForm(run, query)
    if not form.is_valid():
        return TailPage(form, problem=" ".join(map(str, form.errors.get("mock", [NOTHING_ASKED]))))
    asked = form.query
    return TailPage(form, problem="" if asked.mocks or asked.reason else NOTHING_ASKED)


def look(request: HttpRequest, run: Run, *, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what was seen since the last look, and keep the watch alive.

    Args:
        request: Whose language and zone the records are drawn in.
        run: Which run.
        query: What is watched, as for ``tail_page``; ``watch`` and ``after`` as the last look
            answered.

    Returns:
        ``html`` (newest first), ``count``, ``left_out``, ``watch``, ``after``, ``is_live``; or
        ``problem``, a sentence.
    """
    page = tail_page(run, query=query)
    if page.problem:
        return {"problem": page.problem, "is_over": True}
    name, after = query.get("watch", ""), query.get("after", "")
    is_ours = name.isalnum() and len(name) <= 32 and tails.is_place(after)
    try:
        asked = page.form.query
        watch = tails.watch(
            run, mocks=asked.mocks, reason=asked.reason, name=name if is_ours else ""
        )
        seen = tails.take(run, watch, after=after if is_ours else "")
    except redis.Unavailable:
        return {"problem": NO_REDIS}
    except tails.TooManyWatch as many:
        return {"problem": str(many)}
    records = shown_of(run, seen.records[::-1])
    html = render_to_string("logs/_records.html", {"records": records, "run": run}, request)
    return {
        "html": html if records else "",
        "count": len(records),
        "left_out": seen.left_out,
        "watch": watch,
        "after": seen.after,
        "is_over": not run.is_live,
    }
