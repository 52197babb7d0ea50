"""What the API answers when it cannot do what was asked: problem details (RFC 9457).

Rule: routes do not answer errors; what they raise is a line of ``ANSWERS``, or has its own handler.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import errors as ninja

from simulator import Problem
from web.accounts.access import RoleTooLow
from web.api.door import KeyRequest
from web.datasets import actions as datasets
from web.definitions import actions as definitions
from web.logs.reading import TooWide
from web.platform.limits import OverLimit
from web.platform.problems import problem
from web.platform.storage import ObjectMissing, StorageUnavailable
from web.reports import actions as reports
from web.runs import actions as runs
from web.runs.injections import CannotInject
from web.runs.orders import CannotOrder
from web.targets import actions as targets

PAGE = "/api/docs/"
RETRY = {"Retry-After": "60"}  # s; a part of the service that is away is mostly back by then
STORE = "The object store does not answer just now. Nothing was changed; try again in a minute."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; ``words`` say what to do."""

    name: str
    status: int
    title: str
    words: str

    def answer(
        self,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """Return the answer to one case of it."""
        return problem(
            self.status,
            type=f"{PAGE}#{self.name}",
            title=self.title,
            detail=detail,
            errors=errors,
            headers=headers,
        )


MALFORMED = Kind("malformed", 400, "Malformed request", "The body is no JSON.")
NO_KEY = Kind("no-key", 401, "No good API key", "Show a key that is neither revoked nor expired.")
ROLE = Kind("role", 403, "The role is too low", "Use a key of a higher role.")
MISSING = Kind("missing", 404, "Not there", "It is not there, or not in the key's workspace.")
METHOD = Kind("method", 405, "Method not allowed", "The header Allow names those that are.")
CONFLICT = Kind("conflict", 409, "Not now", "The state of things does not allow it; see detail.")
CHANGED = Kind("changed", 412, "Changed meanwhile", "Fetch it again, then send your change again.")
TOO_LARGE = Kind("too-large", 413, "Too large", "A body has at most 2 MB; files go to the store.")
INVALID = Kind("invalid", 422, "It says what cannot be", "Each of errors names a place.")
LIMIT = Kind("limit", 429, "Too many requests", "Wait as many seconds as Retry-After says.")
AWAY = Kind("away", 503, "A part of the service is away", "Try again after Retry-After seconds.")
KINDS = (MALFORMED, NO_KEY, ROLE, MISSING, METHOD, CONFLICT, CHANGED, TOO_LARGE, INVALID, LIMIT,
         AWAY)  # fmt: skip


class Invalid(Exception):
    """The request says what cannot be; ``errors`` as ``INVALID`` tells them."""

    def __init__(self, detail: str, *errors: Mapping[str, Any]) -> None:
        super().__init__(detail)
        self.errors = errors


class Changed(Exception):
    """It is not what ``If-Match`` says any more; the text is a sentence."""


ANSWERS: dict[type[Exception], Kind] = {
    Changed: CHANGED,
    definitions.SavedMeanwhile: CHANGED,
    definitions.InUse: CONFLICT,
    datasets.InUse: CONFLICT,
    datasets.NameTaken: CONFLICT,
    datasets.NotArrived: CONFLICT,
    targets.InUse: CONFLICT,
    targets.NameTaken: CONFLICT,
    runs.CannotStart: CONFLICT,
    runs.IsHeld: CONFLICT,
    CannotOrder: CONFLICT,
    reports.NotYet: CONFLICT,
    reports.TooMany: CONFLICT,
    TooWide: CONFLICT,
}
"""Error whose text is a sentence -> what it is."""


def simple(kind: Kind) -> Callable[[HttpRequest, Exception], HttpResponse]:
    """Return what answers an error of a kind by its own text."""
    return lambda _request, error: kind.answer(str(error))


def away(_request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer that a part does not answer."""
    said = str(error) if isinstance(error, runs.CannotStartNow | reports.StorageDown) else STORE
    return AWAY.answer(said, headers=RETRY)


def no_key(_request: HttpRequest, _error: Exception) -> HttpResponse:
    """Answer that a key is needed."""
    said = "Show an API key: “Authorization: Bearer mlk_…”."
    return NO_KEY.answer(said, headers={"WWW-Authenticate": 'Bearer realm="Mocklot"'})


def missing(_request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer that it is not there; whether it is somewhere else is told to nobody."""
    text = str(error) if error.args and isinstance(error.args[0], str) else "not there"
    return MISSING.answer(f"{text[:1].upper()}{text[1:]} in this workspace.")


def role_too_low(request: KeyRequest, error: RoleTooLow) -> HttpResponse:
    """Answer which role is needed."""
    said = f"This needs a key of the role {error.needed}; {request_key(request)} {error.role}."
    return ROLE.answer(said)


def request_key(request: KeyRequest) -> str:
    """Return how to speak of the key of a request that was let in, or not."""
    return "this one acts as" if hasattr(request, "role") else "yours acts as"


def over_limit(_request: HttpRequest, over: OverLimit) -> HttpResponse:
    """Answer when to come again."""
    return LIMIT.answer(str(over), headers={"Retry-After": str(over.wait)})


def bad_document(_request: HttpRequest, bad: definitions.BadDocument) -> HttpResponse:
    """Answer with every problem of a definition."""
    return INVALID.answer("The definition cannot be simulated.", errors=told(bad.problems))


def told(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return the problems of a document: ``detail``, ``place``, ``line`` and ``column``."""
    return [
        {
            "detail": each.text,
            "place": each.place,
            **({"line": each.line} if each.line else {}),
            **({"column": each.column} if each.column else {}),
        }
        for each in problems
    ]


def cannot_inject(_request: HttpRequest, cannot: CannotInject) -> HttpResponse:
    """Answer why no fault was begun: the words are wrong, or the run does not send."""
    places = [{"detail": each["text"], "place": each["place"]} for each in cannot.told.places]
    return (INVALID if places else CONFLICT).answer(str(cannot), errors=places)


def invalid(_request: HttpRequest, wrong: Invalid) -> HttpResponse:
    """Answer with what is wrong, and where."""
    return INVALID.answer(str(wrong), errors=wrong.errors)


def wrong_value(_request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    """Answer with what a field of a form says."""
    return INVALID.answer(" ".join(wrong.messages))


def bad_request(_request: HttpRequest, bad: ninja.ValidationError) -> HttpResponse:
    """Answer with each place of body, query, header or path that is not as the document says."""
    errors = [
        {"detail": f"{each['msg']}.", "pointer": pointer(each["loc"]), "in": each["loc"][0]}
        for each in bad.errors
    ]
    return INVALID.answer("The request is not as the API's document says.", errors=errors)


def pointer(place: Sequence[Any]) -> str:
    """Return a place as a JSON Pointer (RFC 6901): without its source, and the argument's name.

    A field of the query, a header or the path comes without that name already; what is inside of
    such a field comes with it.
    """
    parts = [*place[1:]]
    if place and (place[0] == "body" or len(parts) > 1):
        parts = parts[1:]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def form_errors(*told_by: forms.BaseForm, at: str = "") -> list[dict[str, Any]]:
    """Return what forms say, each with the JSON Pointer of its field; ``at`` stands before it."""
    return [
        {"detail": text, "pointer": at if field == "__all__" else f"{at}/{field}"}
        for form in told_by
        for field, texts in form.errors.items()
        for text in texts
    ]


def http_error(_request: HttpRequest, error: ninja.HttpError) -> HttpResponse:
    """Answer what the framework found: a body that is no JSON."""
    return MALFORMED.answer(f"{error}.")


HANDLERS: dict[type[Exception], Callable[[Any, Any], HttpResponse]] = {
    **{error: simple(kind) for error, kind in ANSWERS.items()},
    StorageUnavailable: away,
    ObjectMissing: away,
    reports.StorageDown: away,
    runs.CannotStartNow: away,
    Http404: missing,
    RoleTooLow: role_too_low,
    OverLimit: over_limit,
    definitions.BadDocument: bad_document,
    CannotInject: cannot_inject,
    Invalid: invalid,
    ValidationError: wrong_value,
    RequestDataTooBig: simple(TOO_LARGE),
    ninja.ValidationError: bad_request,
    ninja.AuthenticationError: no_key,
    ninja.HttpError: http_error,
}
