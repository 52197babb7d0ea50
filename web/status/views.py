"""The public pages: how the service is, was, and what its operators tell of it.

Rule: signed out for everybody, and from one look that all requests share: they answer when the
database or Redis is down, and say what they do not know then.
"""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from web.accounts.context import chosen_theme
from web.status import access, banners, feeds, looking, pictures, showing
from web.status.looking import Look
from web.status.pictures import Said
from web.status.showing import Page

CACHED = int(looking.REMEMBER)  # s that caches may keep a page
PAGE = 20

drawn: dict[str, tuple[Look, bytes]] = {}
"""The page in each theme, and the look that it shows: who is alarmed reloads it over and over."""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the components, 90 days of each, and what the operators tell; drawn once a look."""
    look, theme = looking.look(), chosen_theme(request)
    known = drawn.get(theme)
    if known is None or known[0] is not look:
        context = {"page": showing.page(look, now=timezone.now())}
        known = drawn[theme] = look, render(request, "status/index.html", context).content
    return cached(HttpResponse(known[1]))


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (as all views)
    """Tell programs the same."""
    return cached(JsonResponse(feeds.json_of(_page())))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Tell readers of feeds of incidents."""
    body = feeds.atom_of(_page())
    return cached(HttpResponse(body, content_type="application/atom+xml; charset=utf-8"))


@require_safe
def incident(request: HttpRequest, announcement: UUID) -> HttpResponse:
    """Show one announcement with all its updates; 503 where it cannot be read now."""
    said = _said(announcement)
    if said is None:
        return render(request, "status/gone.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    return cached(render(request, "status/incident.html", {"each": showing.telling(said)}))


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show all that was ever announced, by pages; without the database what is remembered."""
    page = _page()
    context: dict[str, object] = {"trouble": page.trouble}
    if page.trouble:
        context["tellings"] = [*page.going, *page.planned, *page.past]
    else:
        found = Paginator(access.published(), PAGE).get_page(request.GET.get("page"))
        context["page"] = found
        context["tellings"] = [showing.telling(pictures.said(each)) for each in found]
    return cached(render(request, "status/history.html", context))


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Hide one banner in this browser, in a cookie, and go back."""
    back = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(back if is_own else "landing")
    response.set_cookie(
        settings.DISMISSED_COOKIE_NAME,
        banners.dismissed_with(request, request.POST.get("banner", "")),
        max_age=banners.DISMISSED_FOR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def cached(response: HttpResponse) -> HttpResponse:
    """Let caches keep a page for as long as a look holds."""
    patch_cache_control(response, public=True, max_age=CACHED)
    return response


def _page() -> Page:
    return showing.page(looking.look(), now=timezone.now())


def _said(code: UUID) -> Said | None:
    """Return an announcement: of the last look, else of the database, where older ones are.

    Returns:
        None where it may be there, and the database cannot be asked.

    Raises:
        Http404: There is none.
    """
    look = looking.look()
    known = look.picture.announcements
    if found := next((each for each in known if each.code == str(code)), None):
        return found
    if look.source != "database":
        return None
    return pictures.said(access.published_one(code))
