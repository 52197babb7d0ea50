"""The test of a drain: one record, which says of itself that it is a test."""

from uuid import UUID, uuid4

from django.utils import timezone

from web.drains.documents import trial
from web.drains.models import Drain
from web.drains.senders import sender_of
from web.drains.senders.base import Failing
from web.drains.shipping import BROKEN_SEAL
from web.platform.secrets import SealBroken

ARRIVED = "One record, marked as a test, was taken."


def try_out(code: UUID) -> None:
    """Send the record of a test that was asked for; one that nobody asked for is none.

    It is sent also while the drain is paused or failing, and moves nothing forward.
    """
    drain = Drain.objects.filter(code=code, test_asked__isnull=False).first()
    if drain is None:
        return
    try:
        words, went_well = _sent(drain)
    except SealBroken:
        words, went_well = BROKEN_SEAL, False
    except Failing as failing:
        words, went_well = str(failing), False
    Drain.objects.filter(id=drain.id, test_asked=drain.test_asked).update(
        test_asked=None, test_at=timezone.now(), test_result=words[:500], test_went_well=went_well
    )


def _sent(drain: Drain) -> tuple[str, bool]:
    """Return what became of it, in a sentence, and whether that is well."""
    now = timezone.now()
    number = f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    line = trial(drain.name, at=now, number=number)
    sender = sender_of(drain)
    try:
        refusals = sender.resend(f"test/{number}", "test", [line])
    finally:
        sender.close()
    return (refusals[0].reason, False) if refusals else (ARRIVED, True)
