"""What pages of alerts do with a form that was sent, and with what is to be deleted."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from web.accounts.access import UserRequest
from web.alerts import actions
from web.alerts.models import Account, Chain, Channel, Person

Row = TypeVar("Row")


def kept(form: forms.BaseForm, save: Callable[[], Row]) -> Row | None:
    """Return what was saved; None: it was refused, and the form says why."""
    try:
        return save()
    except actions.Refused as refused:
        form.add_error(None, str(refused))
        return None


def deletion(
    request: UserRequest, row: Account | Chain | Channel | Person, *, back: str
) -> HttpResponse:
    """Ask on ``delete_<kind>.html`` whether to delete a row, or delete it; then go ``back``."""
    if request.method == "GET":
        kind = str(row._meta.model_name)
        return render(request, f"alerts/delete_{kind}.html", {kind: row, "back": back})
    actions.delete(row)
    messages.success(request, f"{row.name} is deleted.")
    return redirect(back)
