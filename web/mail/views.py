"""The pages for those who get mails: the link that stops them, and what mails one gets."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from web.accounts.access import UserRequest
from web.audit.actions import note
from web.mail import events, tokens, wishes
from web.mail.forms import ALWAYS, CHOSEN, WishesForm
from web.mail.models import Topic
from web.mail.topics import RULES

ONE_CLICK = "List-Unsubscribe"  # RFC 8058, section 3.2: the field that a mail program posts


@csrf_exempt  # a mail program posts here without a cookie; the address itself is the proof
@require_http_methods(["GET", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then stop mails like the one that the link stood in. A look alone changes nothing."""
    wish = tokens.wish_of(token)
    if wish is None or not RULES[wish.topic].may_stop:
        raise Http404("no such link")
    context = {"wish": wish, "token": token, "topic": wish.topic}
    if request.method == "GET":
        context["stopped"] = wishes.opt_out_of(wish.address, wish.topic, wish.thread)
        return render(request, "mail/stop.html", context)
    done = heed(wish, request.POST.get("do", ""), is_one_click=ONE_CLICK in request.POST)
    return render(request, "mail/stop.html", context | {"done": done})


def heed(wish: tokens.Wish, word: str, *, is_one_click: bool) -> str:
    """Do what was pressed; return ``all``, ``resume`` or ``stop``."""
    if word == "resume":
        wishes.resume(wish.address, wish.topic, thread=wish.thread)
        wishes.resume(wish.address, wish.topic)
        return "resume"
    is_all = word == "all"
    wishes.stop(
        wish.address,
        wish.topic,
        thread="" if is_all else wish.thread,
        name="" if is_all else wish.name,
        how="one click" if is_one_click else "link",
    )
    return "all" if is_all or not wish.thread else "stop"


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def choose(request: UserRequest) -> HttpResponse:
    """Show and change what mails the signed-in user gets."""
    address = request.user.email
    said = wishes.opt_outs_of(address)
    stopped = {each.topic for each in said if not each.thread}
    form = WishesForm(request.POST or None, stopped=stopped)
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        for topic in CHOSEN:
            change(address, topic, is_wanted=topic in wanted)
        messages.success(request, "What mails you get is saved.")
        return redirect("mail_wishes")
    context = {
        "form": form,
        "always": [(topic.label, RULES[topic].help) for topic in ALWAYS],
        "threads": [each for each in said if each.thread],
        "suppression": wishes.suppression_of(address),
    }
    return render(request, "mail/wishes.html", context)


def change(address: str, topic: Topic, *, is_wanted: bool) -> None:
    """Have mails of a topic go to an address, or not."""
    if is_wanted:
        wishes.resume(address, topic)
    else:
        wishes.stop(address, topic, how="page")


@require_POST
@login_required
def resume(request: UserRequest) -> HttpResponse:
    """Get one thing again that was stopped by a link or an answer."""
    topic, thread = request.POST.get("topic", ""), request.POST.get("thread", "")
    if topic in Topic.values and wishes.resume(request.user.email, Topic(topic), thread=thread):
        messages.success(request, "You get it again.")
    return redirect("mail_wishes")


@require_POST
@login_required
def lift(request: UserRequest) -> HttpResponse:
    """Have mails go again to the signed-in user's own address that took none."""
    found = wishes.suppression_of(request.user.email)
    if found and events.lift(found, by=str(request.user), now=timezone.now()):
        events.ask_to_lift(found)
        note("account.mails_let_through", words=found.address)
        messages.success(request, f"Mails go to {found.address} again, from the next one on.")
    return redirect("mail_wishes")
