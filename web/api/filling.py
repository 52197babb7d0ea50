"""Forms of the console, filled in by programs: what is not said stays as it is.

Rule: what is right is decided by the form alone, so that the API takes what the pages take.
"""

from typing import Any

from django import forms
from django.http import QueryDict


def as_shown(*shown: forms.BaseForm) -> dict[str, Any]:
    """Return what a browser would post if somebody changed nothing in these forms."""
    return {
        form.add_prefix(name): value
        for form in shown
        for name in form.fields
        if (value := form[name].value()) is not None and value is not False
    }


def posted(values: dict[str, Any]) -> QueryDict:
    """Return values as a form that was posted; a box that is not ticked is not there."""
    typed = QueryDict(mutable=True)
    for name, value in values.items():
        if value is not None and value is not False:
            typed[name] = "on" if value is True else str(value)
    return typed
