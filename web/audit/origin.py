"""Where a change comes from: the request that is being answered, or no request at all.

Rule: set by the middleware alone, so that whoever notes a change need not hand it on.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest

from web.accounts.models import User


@dataclass(frozen=True, slots=True)
class Origin:
    """A request, as far as the audit log tells of it."""

    address: str = ""  # of the client; empty: a job or the clock
    agent: str = ""  # what the client calls itself
    via: str = ""  # the API key that was shown, in words
    request: HttpRequest | None = None

    @property
    def user(self) -> User | None:
        """Who is signed in by now; None for nobody, and outside of requests."""
        asking = getattr(self.request, "user", None)
        return asking if isinstance(asking, User) else None


NOWHERE = Origin()
current: ContextVar[Origin] = ContextVar("audit_origin", default=NOWHERE)
"""Of this request; ``NOWHERE`` in jobs and ticks."""
