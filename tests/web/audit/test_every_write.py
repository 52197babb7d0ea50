"""Every address that takes a form writes into the audit log, or says here why it does not.

The walk is over the code: from a view through all functions of ours that it names. A view that
reaches ``note`` in one of its branches passes; what each entry says is held by its app's tests.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.web.test_strangers import API, patterns
from web.audit import actions

SILENT = {
    "theme/": "how somebody's own pages look",
    "banners/dismiss/": "what somebody's own pages show",
    "password/reset/sent/": "takes no form",
    "w/<uuid:workspace>/definitions/new/draft/": "a draft that is not stored",
    "w/<uuid:workspace>/definitions/preview/": "a preview stores nothing",
    "w/<uuid:workspace>/definitions/series/": "a preview stores nothing",
    "w/<uuid:workspace>/definitions/<uuid:definition>/try/": "a trial stores nothing",
    "w/<uuid:workspace>/targets/new/address/": "fills a form in, and stores nothing",
    "w/<uuid:workspace>/datasets/<uuid:dataset>/uploaded/": "ends the upload whose begin is noted",
    "w/<uuid:workspace>/drains/<uuid:drain>/try/": "only ends a pause between two attempts",
    "hooks/phone/<slug:account>/<uuid:attempt>/say/": "reads a text to who is called",
    "hooks/phone/<slug:account>/<uuid:attempt>/status/": "how far a call is, told by the service",
    "account/factors/passkeys/begin/": "a question to the browser; its answer is noted",
    "account/prove/passkey/begin/": "a question to the browser",
    "sign-in/passkey/begin/": "a question to the browser; its answer is noted",
    "operations/test/": "notices to the operators themselves, each kept as an attempt",
}
"""Address -> why it leaves no entry."""


def methods_of(view: Callable[..., Any]) -> set[str]:
    """Return the methods that a view's ``require_…`` names."""
    while view is not None:
        variables = inspect.getclosurevars(view).nonlocals if is_function(view) else {}
        if "request_method_list" in variables:
            return set(variables["request_method_list"])
        view = getattr(view, "__wrapped__", None)
    return set()


def is_function(thing: Any) -> bool:
    return isinstance(thing, FunctionType)


def codes_of(function: FunctionType) -> Iterator[CodeType]:
    """Yield the code of a function and of those inside of it."""
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]


@cache
def called_by(function: FunctionType) -> frozenset[FunctionType]:
    """Return the functions of ours that a function names."""
    found = (inspect.unwrap(each) for each in named_by(function) if is_function(each))
    return frozenset(each for each in found if is_ours(each))


def named_by(function: FunctionType) -> Iterator[Any]:
    """Yield what a function names, and what it names of modules and classes of ours."""
    names = {name for code in codes_of(function) for name in code.co_names}
    for name in names:
        found = function.__globals__.get(name)
        if isinstance(found, ModuleType | type) and is_ours(found):
            yield from (getattr(found, each, None) for each in names)
        yield found


def is_ours(thing: Any) -> bool:
    module = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return str(module).startswith("web.")


def reaches_note(view: Callable[..., Any]) -> bool:
    """Whether any way through the functions that a view names leads to the audit log."""
    seen, waiting = set(), {inspect.unwrap(view)}
    while waiting and actions.note not in waiting:
        seen |= waiting
        waiting = {each for found in waiting for each in called_by(found)} - seen
    return bool(waiting)


PAGES = {route: pattern.callback for route, pattern in patterns() if route not in API}
WRITING = {route: view for route, view in PAGES.items() if "POST" in methods_of(view)}


def test_every_view_says_its_methods():
    assert [route for route, view in PAGES.items() if not methods_of(view)] == []


def test_the_list_of_silent_addresses_is_up_to_date():
    stale = {route for route in SILENT if route in WRITING and reaches_note(WRITING[route])}

    assert stale == set()
    assert set(SILENT) <= {route for route, _ in patterns()}


@pytest.mark.parametrize("route", [route for route in WRITING if route not in SILENT])
def test_what_takes_a_form_writes_into_the_audit_log(route):
    assert reaches_note(WRITING[route])


def silent() -> None:
    """Stands for a view that forgets."""
    actions.named("nobody")


def test_a_view_that_forgets_would_be_found():
    assert not reaches_note(silent)
