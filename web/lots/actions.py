"""Everything that changes lots."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from web.accounts.models import User
from web.audit.actions import note
from web.definitions.models import Definition
from web.lots.models import Lot, LotPart


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One part as it was asked for; ``rate`` in messages/s of each mock, None for its own."""

    definition: Definition
    count: int
    rate: float | None = None


def save_lot(lot: Lot, *, parts: Sequence[PartPlan], by: User) -> Lot:
    """Store a lot, new or changed, with ``parts`` in place of those it had.

    Args:
        lot: With its workspace and all values as ``LotForm`` checked them.
        parts: At least one, together at most ``MAX_MOCKS`` mocks.
        by: Who is named as its creator, when it is new.
    """
    lot.changed = timezone.now()
    deed = "made" if lot.pk is None else "saved"
    with transaction.atomic():
        if lot.pk is None:
            lot.created_by = by
        lot.save()
        note(f"lot.{deed}", user=by, about=lot)
        lot.parts.all().delete()
        LotPart.objects.bulk_create(
            LotPart(
                lot=lot,
                position=position,
                definition=part.definition,
                count=part.count,
                rate=part.rate,
            )
            for position, part in enumerate(parts)
        )
    return lot


def copy_lot(lot: Lot, *, by: User) -> Lot:
    """Return a new lot that is like ``lot`` but for its name."""
    copy = Lot(
        workspace=lot.workspace,
        name=f"Copy of {lot.name}"[:120],
        target=lot.target,
        duration=lot.duration,
        ramp=lot.ramp,
        seed=lot.seed,
        options=lot.options,
        tags=lot.tags,
    )
    parts = [PartPlan(part.definition, part.count, part.rate) for part in lot.parts.all()]
    return save_lot(copy, parts=parts, by=by)


@transaction.atomic
def delete_lot(lot: Lot) -> None:
    """Delete the lot. Its runs stay, with their logs, under the name they had."""
    note("lot.deleted", about=lot)
    lot.delete()
