"""Everything that operators change about prices and plans; each change is in the audit log."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit import actions as audit
from web.usage.items import BY_WORD
from web.usage.models import Plan, Price, Subscription
from web.usage.months import month_of, named

PAST = "{month} is over, and keeps its prices. Choose this month or a later one."
HAS_BEGUN = "This price holds already. Enter another one from a month on."
IN_USE = "{plan} is the plan of {count} workspaces. Give them another one first."


class Refused(Exception):
    """Nothing was changed; the text is a sentence."""


@transaction.atomic
def set_price(item: str, amount: Decimal | None, *, since: date, by: User | None) -> Price:
    """Enter the price of an item from a month on.

    Args:
        item: A word of ``web.usage.items``.
        amount: In its unit, 0 and up; None: it has no price from then on.
        since: The first of the present month, or of a later one.
        by: Who.

    Raises:
        Refused: The month is over.
    """
    title = BY_WORD[item].title
    if since < month_of(timezone.now()):
        raise Refused(PAST.format(month=f"{since:%B %Y}"))
    values = {"amount": amount, "set_by": by, "set_at": timezone.now()}
    price, _ = Price.objects.update_or_create(item=item, since=since, defaults=values)
    words = f"{title} ({item}), from {named(since)}: {'none' if amount is None else f'{amount:f}'}."
    audit.note("operation.price_set", user=by, words=words)
    return price


@transaction.atomic
def withdraw_price(price: Price, *, by: User | None) -> None:
    """Take a price back that does not hold yet.

    Raises:
        Refused: It holds, or did.
    """
    if price.since <= month_of(timezone.now()):
        raise Refused(HAS_BEGUN)
    audit.note("operation.price_withdrawn", user=by, words=f"{price}: {price.amount}.")
    price.delete()


@transaction.atomic
def save_plan(plan: Plan, *, by: User | None) -> Plan:
    """Keep a plan; where it is the default one, no other is from then on."""
    if plan.is_default:
        Plan.objects.filter(is_default=True).exclude(id=plan.id).update(is_default=False)
    is_new = plan.pk is None
    plan.save()
    deed = "made" if is_new else "changed"
    audit.note(f"operation.plan_{deed}", user=by, about=plan, words=words_of(plan))
    return plan


def words_of(plan: Plan) -> str:
    """Return the limits of a plan in short."""
    amounts = {
        "mocks at once": plan.mocks,
        "runs at once": plan.runs,
        "mock-hours a month": plan.mock_hours,
        "messages a month": plan.messages,
        "GB of logs": plan.log_gigabytes,
    }
    held = [f"{amount:,} {unit}" for unit, amount in amounts.items() if amount is not None]
    return f"{', '.join(held) or 'no limits'}{'; stops runs' if plan.stops_runs else ''}."


@transaction.atomic
def delete_plan(plan: Plan, *, by: User | None) -> None:
    """Take a plan away that no workspace has.

    Raises:
        Refused: One has it.
    """
    audit.note("operation.plan_deleted", user=by, about=plan)
    try:
        plan.delete()
    except ProtectedError as error:
        count = len(error.protected_objects)
        raise Refused(IN_USE.format(plan=plan, count=count)) from error


@transaction.atomic
def give_plan(workspace: Workspace, plan: Plan | None, *, by: User | None) -> None:
    """Let a plan hold for a workspace from now on; None: the default one."""
    if plan is None:
        Subscription.objects.filter(workspace=workspace).delete()
    else:
        values = {"plan": plan, "since": timezone.now()}
        Subscription.objects.update_or_create(workspace=workspace, defaults=values)
    words = str(plan) if plan else "The default one."
    audit.note("workspace.plan_given", workspace=workspace, about=workspace, user=by, words=words)
