"""What operators see and change: prices, plans, and the file that they bill by."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from web.audit.models import Entry
from web.scaling import acting
from web.scaling.models import Scaled
from web.usage import actions
from web.usage.items import BY_WORD, MESSAGES
from web.usage.models import Kept, Plan, Price, Subscription
from web.usage.months import month_of, named, next_month
from web.usage.prices import prices_in

OCTOBER = datetime(2026, 10, 5, tzinfo=UTC)
PRICES = "/operations/usage/prices/"


@pytest.fixture
def now():
    return month_of(timezone.now())


@pytest.mark.parametrize(
    "name", ["operations_usage", "operations_prices", "operations_plans", "operations_new_plan"]
)
def test_pages_are_there_for_staff_alone(client_of, owner, staff, client, name):
    address = reverse(name)

    assert client.get(address).status_code == 302
    assert client_of(owner).get(address).status_code == 404
    assert client_of(owner).post(address).status_code in (404, 405)
    assert client_of(staff).get(address).status_code == 200


def test_what_changes_something_is_there_for_staff_alone(client_of, owner, workspace, now):
    plan = Plan.objects.create(name="Small")
    price = Price.objects.create(item="storage", since=next_month(now), amount=1)
    olga = client_of(owner)
    places = [
        reverse("operations_set_price"),
        reverse("operations_withdraw_price", args=[price.code]),
        reverse("operations_plan", args=[plan.code]),
        reverse("operations_delete_plan", args=[plan.code]),
        reverse("operations_give_plan", args=[workspace.code]),
    ]

    assert {olga.post(place).status_code for place in places} == {404}
    assert olga.get(reverse("operations_billing", args=["2026-10"])).status_code == 404


def test_a_price_holds_from_its_month_on_and_months_before_keep_theirs(db, now):
    following = next_month(now)
    actions.set_price("storage", Decimal("0.5"), since=following, by=None)

    assert prices_in(now).of(BY_WORD["storage"]) == Decimal("0.023")
    assert prices_in(following).of(BY_WORD["storage"]) == Decimal("0.5")
    assert prices_in(next_month(following)).of(BY_WORD["storage"]) == Decimal("0.5")


def test_a_month_that_is_over_keeps_its_prices(db):
    with pytest.raises(actions.Refused, match="October 2025 is over, and keeps its prices"):
        actions.set_price("storage", Decimal(1), since=datetime(2025, 10, 1).date(), by=None)


def test_first_prices_are_of_one_currency(db, now, settings):
    settings.PRICE_CURRENCY = "JPY"
    assert prices_in(now).of(BY_WORD["storage"]) is None

    actions.set_price("storage", Decimal(3), since=now, by=None)

    assert prices_in(now).of(BY_WORD["storage"]) == 3
    assert prices_in(now).told(Decimal(3)) == "¥3.00"


def test_a_price_for_later_is_entered_at_once_and_can_be_withdrawn(client_of, staff, now):
    sam, following = client_of(staff), next_month(now)
    form = {"item": "storage", "amount": "0.03", "since": named(following)}

    said = sam.post(reverse("operations_set_price"), form, follow=True).content.decode()

    price = Price.objects.get()
    assert (price.amount, price.since, price.set_by) == (Decimal("0.03"), following, staff)
    assert "$0.03 from" in said
    sam.get(reverse("operations_withdraw_price", args=[price.code]))
    assert Price.objects.exists()
    sam.post(reverse("operations_withdraw_price", args=[price.code]))
    assert not Price.objects.exists()
    deeds = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert deeds[-2:] == ["operation.price_set", "operation.price_withdrawn"]


def test_a_price_of_the_running_month_is_asked_for_twice(client_of, staff, now):
    sam = client_of(staff)
    form = {"item": "customer.messages", "amount": "", "since": named(now)}

    asked = sam.post(reverse("operations_set_price"), {**form, "amount": "1.5"}).content.decode()
    assert "Change the price of the running month?" in asked
    assert not Price.objects.exists()
    sam.post(reverse("operations_set_price"), {**form, "amount": "1.5", "sure": "1"})
    assert prices_in(now).of(MESSAGES) == Decimal("1.5")
    sam.post(reverse("operations_set_price"), {**form, "sure": "1"})

    assert prices_in(now).of(MESSAGES) is None
    assert Price.objects.count() == 1


def test_a_price_that_holds_is_not_withdrawn(db, now):
    price = actions.set_price("storage", Decimal(1), since=now, by=None)

    with pytest.raises(actions.Refused, match="holds already"):
        actions.withdraw_price(price, by=None)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"since": "2025-01"}, "is over, and keeps its prices"),
        ({"since": "soon"}, "Write a month such as 2026-11"),
        ({"since": "2999-01"}, "Choose one of the next 24 months"),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "1.123456789"}, "no more than 8 decimal places"),
        ({"item": "sunshine"}, "Select a valid choice"),
    ],
)
def test_a_wrong_price_is_told_at_its_place(client_of, staff, now, change, text):
    form = {"item": "storage", "amount": "1", "since": named(now)} | change

    said = client_of(staff).post(reverse("operations_set_price"), form)

    assert said.status_code == 422
    assert text in said.content.decode()
    assert not Price.objects.exists()


@pytest.mark.parametrize("values", [{"amount": -1}, {"since": datetime(2026, 10, 5).date()}])
def test_the_database_refuses_what_no_price_can_be(db, now, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.create(**{"item": "storage", "since": now, "amount": 1} | values)


def test_the_scaler_reckons_with_the_same_prices(db, now):
    row = Scaled.objects.create(process="worker", size="standard-2X", quantity=1)
    assert acting.size_of(row).monthly == 50.0

    actions.set_price("dyno.standard-2x", Decimal(73), since=now, by=None)

    assert acting.size_of(row).hourly == pytest.approx(0.1)


def test_a_plan_is_made_changed_and_deleted(client_of, staff):
    sam = client_of(staff)
    made = {"name": "Small", "mocks": "100", "messages": "1000000", "is_default": "on"}

    sam.post(reverse("operations_new_plan"), made)
    plan = Plan.objects.get()
    sam.post(plan.get_absolute_url(), {**made, "mocks": "", "runs": "2", "stops_runs": "on"})
    plan.refresh_from_db()
    listed = sam.get(reverse("operations_plans")).content.decode()
    sam.get(reverse("operations_delete_plan", args=[plan.code]))

    assert (plan.mocks, plan.runs, plan.messages) == (None, 2, 1_000_000)
    assert plan.is_default
    assert "1,000,000" in listed
    assert Plan.objects.exists()
    sam.post(reverse("operations_delete_plan", args=[plan.code]))
    assert not Plan.objects.exists()
    deeds = set(Entry.objects.values_list("action", flat=True))
    assert {"operation.plan_made", "operation.plan_changed", "operation.plan_deleted"} <= deeds


def test_one_plan_alone_is_the_default(client_of, staff):
    Plan.objects.create(name="Old", is_default=True)

    client_of(staff).post(reverse("operations_new_plan"), {"name": "New", "is_default": "on"})

    assert [plan.name for plan in Plan.objects.filter(is_default=True)] == ["New"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "Small"}, "already exists"),
        ({"name": "x", "mocks": "-1"}, "greater than or equal to 0"),
        ({"name": "x", "log_gigabytes": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_plan_is_told_at_its_place(client_of, staff, form, text):
    Plan.objects.create(name="Small")

    said = client_of(staff).post(reverse("operations_new_plan"), form)

    assert said.status_code == 422
    assert text in said.content.decode()


def test_a_plan_is_given_and_is_not_deleted_while_somebody_has_it(client_of, staff, workspace):
    plan, sam = Plan.objects.create(name="Small", runs=1), client_of(staff)
    address = reverse("operations_give_plan", args=[workspace.code])

    assert "It has no limits" in sam.get(address).content.decode()
    sam.post(address, {"plan": plan.id})
    assert "Runs at once" in sam.get(address).content.decode()
    said = sam.post(reverse("operations_delete_plan", args=[plan.code]), follow=True)
    assert "is the plan of 1 workspaces" in said.content.decode()
    assert Subscription.objects.get().plan == plan
    sam.post(address, {"plan": ""})

    assert not Subscription.objects.exists()
    given = Entry.objects.filter(action="workspace.plan_given", workspace=workspace)
    assert [entry.words for entry in given.order_by("id")] == ["Small", "The default one."]


def test_an_unknown_workspace_plan_or_price_is_not_there(client_of, staff):
    sam = client_of(staff)

    for name in ("give_plan", "plan", "delete_plan", "withdraw_price"):
        assert sam.get(reverse(f"operations_{name}", args=[uuid4()])).status_code == 404


def test_all_workspaces_of_a_month_are_listed_and_sorted(client_of, staff, stranger, used):
    other = stranger.memberships.get().workspace
    used(messages=5, at=OCTOBER)
    used(messages=9, at=OCTOBER, of=other)
    sam, address = client_of(staff), reverse("operations_usage")

    by_name = sam.get(address, {"month": "2026-10"}).content.decode()
    by_messages = sam.get(address, {"month": "2026-10", "order": "messages"}).content.decode()
    found = sam.get(address, {"month": "2026-10", "search": "cold"}).content.decode()

    rows = [text[text.index("<tbody>") :] for text in (by_name, by_messages, found)]
    assert rows[0].index("Cold chain") < rows[0].index("Elsewhere")
    assert rows[1].index("Cold chain") < rows[1].index("Elsewhere")
    assert "Elsewhere" not in rows[2]
    assert (
        "Nothing was used in this month" in sam.get(address, {"month": "2001-01"}).content.decode()
    )


def billing(month: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command("billing_csv", month, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_the_file_that_is_billed_by_has_a_line_a_workspace(client_of, staff, workspace, used):
    Price.objects.create(
        item="customer.messages", amount=Decimal("2"), since=OCTOBER.replace(day=1)
    )
    used(messages=1_500_000, mock_seconds=3_600, at=OCTOBER)
    used(messages=500_000, mock_seconds=1_800, at=OCTOBER)
    Kept.objects.create(
        workspace=workspace, workspace_code=workspace.code, workspace_name=workspace.name,
        month=OCTOBER.date().replace(day=1), until=OCTOBER, gigabyte_hours=1_460.0, mails=3,
    )  # fmt: skip

    answer = client_of(staff).get(reverse("operations_billing", args=["2026-10"]))
    [row] = billing("2026-10")

    assert b"".join(answer.streaming_content).decode().splitlines()[1:] != []
    assert (row["workspace"], row["runs"], row["mock_hours"]) == (
        str(workspace.code),
        "2",
        "1.5000",
    )
    assert (row["messages"], row["log_gigabyte_months"], row["mails"]) == (
        "2000000",
        "2.000000",
        "3",
    )
    assert (row["messages_amount"], row["mock_hours_amount"]) == ("4.0000", "")
    assert (row["total"], row["currency"]) == ("4.00", "USD")


def test_a_workspace_that_was_deleted_is_still_billed(client_of, staff, workspace, used):
    used(at=OCTOBER)
    used(at=OCTOBER)
    workspace.delete()

    [row] = billing("2026-10")
    page = client_of(staff).get(reverse("operations_usage"), {"month": "2026-10"})

    assert (row["name"], row["runs"]) == ("Cold chain", "2")
    assert "deleted" in page.content.decode()


def test_the_command_refuses_what_is_no_month(db):
    with pytest.raises(CommandError, match="a month is written as 2026-11"):
        call_command("billing_csv", "November")
