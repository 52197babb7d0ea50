"""One delivery to a hook, and what each hook's sender does, with real signatures.

A hook has a ``later`` and an ``earlier`` delivery of one story; ``effect`` says in a word what came
of it, and ``undo`` is what people do meanwhile to take it back.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

FORM = "application/x-www-form-urlencoded"
SECONDS_AGO = timedelta(seconds=10)  # that a delivery was signed before it comes


@dataclass(frozen=True)
class Delivery:
    """A request as it comes: its bytes, and the headers that sign them."""

    path: str
    body: bytes = b""
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"

    def post(self) -> int:
        """Hand it in; return the status."""
        answer = Client().generic(
            self.method, self.path, self.body, self.content_type, headers=self.headers
        )
        return answer.status_code


class Hook:
    """Who posts, and what of it."""

    most = 0  # bytes of a body; 0: what every form may have
    padding = b"&x="  # before bytes that change nothing but the size

    def later(self, at: datetime, *, is_ours: bool = True, padding: bytes = b"") -> Delivery:
        """Return the delivery that has the effect; ``is_ours``: it is signed with the right key."""
        raise NotImplementedError

    def earlier(self, at: datetime) -> Delivery:
        """Return a delivery of what happened before."""
        raise NotImplementedError

    def altered(self, at: datetime) -> Delivery:
        """Return the later one with another body under its signature."""
        signed = self.later(at)
        return replace(signed, body=signed.body + self.padding + b"y")

    def unsigned(self, at: datetime) -> Delivery:
        """Return the later one without what proves it."""
        return replace(self.later(at), headers={})

    def undo(self) -> None:
        """Take back what came of it."""

    def effect(self) -> str:
        """Return what came of it, a word; nothing: nothing."""
        raise NotImplementedError


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    """Return the body of a form in parts, and its type."""
    return encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT


def right(hook: Hook) -> int:
    return hook.later(timezone.now() - SECONDS_AGO).post()


def wrong_signature(hook: Hook) -> int:
    return hook.later(timezone.now() - SECONDS_AGO, is_ours=False).post()


def altered_body(hook: Hook) -> int:
    return hook.altered(timezone.now() - SECONDS_AGO).post()


def no_signature(hook: Hook) -> int:
    return hook.unsigned(timezone.now() - SECONDS_AGO).post()


def replayed(hook: Hook) -> int:
    """The very same bytes come again, after people have taken back what came of it."""
    delivery = hook.later(timezone.now() - SECONDS_AGO)
    delivery.post()
    hook.undo()
    return delivery.post()


def old(hook: Hook) -> int:
    return hook.later(timezone.now() - timedelta(hours=1, seconds=10)).post()


def from_the_future(hook: Hook) -> int:
    return hook.later(timezone.now() + timedelta(hours=1)).post()


def reordered(hook: Hook) -> int:
    """What happened before comes afterwards."""
    at = timezone.now() - SECONDS_AGO
    hook.later(at).post()
    return hook.earlier(at).post()


def doubled(hook: Hook) -> int:
    """The same is told again, signed anew."""
    hook.later(timezone.now() - 2 * SECONDS_AGO).post()
    return hook.later(timezone.now() - SECONDS_AGO).post()


def oversized(hook: Hook) -> int:
    padding = hook.padding + b"y" * (hook.most or 2 * 1024 * 1024)
    return hook.later(timezone.now() - SECONDS_AGO, padding=padding).post()


CASES = {
    case.__name__: case
    for case in (
        right,
        wrong_signature,
        altered_body,
        no_signature,
        replayed,
        old,
        from_the_future,
        reordered,
        doubled,
        oversized,
    )
}
