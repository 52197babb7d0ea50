"""Who posts to us: the mail service, mail programs, Slack, Twilio, HireFire."""

import json
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from tests.web.alerts.conftest import SITE
from tests.web.alerts.test_hooks import pressed
from tests.web.hooks.delivery import SECONDS_AGO, Delivery, Hook, multipart
from tests.web.mail.service import Signer, event
from web.alerts import hook_views, incidents
from web.alerts.models import Attempt, Incident
from web.mail import actions, events, tokens, uploads, wishes
from web.mail import hook_views as mail_hooks
from web.mail.models import Mail, OptOut, Suppression, Topic

SECRET = "a-long-secret-of-the-operators"
TOKEN = "a-token-of-hirefire"


class MailEvents(Hook):
    """Tells of a mail: delivered, then bounced after all."""

    routes = ("mail_events",)
    most = mail_hooks.MOST_EVENT_BYTES
    padding = b" "

    def __init__(self, world) -> None:
        self.signer = world("signer")
        self.mail = world("post_to")("gone@example.org")
        self.began = timezone.now() - 6 * SECONDS_AGO

    def tell(self, kind, at, *, is_ours=True, padding=b"", seconds=0, **more) -> Delivery:
        happened = self.began + seconds * SECONDS_AGO / 10
        body = json.dumps([event(self.mail, kind, happened, name=kind, **more)]).encode() + padding
        headers = (self.signer if is_ours else Signer()).headers(body, at)
        return Delivery(reverse("mail_events"), body, "application/json", headers)

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        return self.tell("bounce", at, type="bounce", seconds=9, is_ours=is_ours, padding=padding)

    def earlier(self, at) -> Delivery:
        return self.tell("delivered", at)

    def undo(self) -> None:
        events.lift(Suppression.objects.get(), by="Sam", now=timezone.now())

    def effect(self) -> str:
        held = Suppression.objects.filter(lifted=None).exists()
        return f"{Mail.objects.get().delivery}{', held' if held else ''}"


class Unsubscribing(MailEvents):
    """The same hook tells that somebody pressed the button of the mail program."""

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        return self.tell("unsubscribe", at, seconds=9, is_ours=is_ours, padding=padding)

    def undo(self) -> None:
        wishes.resume("gone@example.org", Topic.REPORT)

    def effect(self) -> str:
        return "stopped" if OptOut.objects.exists() else ""


class Letters(Hook):
    """Posts an answer to a report, ``STOP``, by a secret address; signed where we ask for it."""

    routes = ("mail_incoming", "mail_incoming_secret")
    most = uploads.MOST_BYTES

    def __init__(self, world) -> None:
        settings = world("settings")
        settings.MAIL_INBOUND_DOMAIN, settings.MAIL_INBOUND_SECRET = "in.example.org", SECRET
        self.signer = Signer()
        settings.MAIL_INBOUND_KEYS = [self.signer.public]
        report = world("standing")
        self.to = world("teammate").email
        said = {"thread": report.thread, "thread_name": report.name}
        self.mail = actions.post(self.to, "M", "mail/edition", {}, **said)
        self.thread = report.thread

    def write(self, text, at, *, is_ours=True, padding=b"") -> Delivery:
        reply = tokens.reply_address(self.mail)
        fields = {
            "headers": f"Message-ID: <{text}@mail.example.org>\n",
            "from": self.to,
            "to": reply,
            "text": f"{text}\n{padding.decode()}",
            "envelope": json.dumps({"to": [reply], "from": self.to}),
        }
        body, content_type = multipart(fields)
        headers = (self.signer if is_ours else Signer()).headers(body, at)
        path = reverse("mail_incoming_secret", args=[SECRET])
        return Delivery(path, body, content_type, headers)

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        return self.write("STOP", at, is_ours=is_ours, padding=padding)

    def earlier(self, at) -> Delivery:
        return self.write("Thank you", at)

    def altered(self, at) -> Delivery:
        signed = self.later(at)
        return replace(signed, body=signed.body.replace(b"STOP\n", b"STOP all\n"))

    def undo(self) -> None:
        wishes.resume(self.to, Topic.REPORT, thread=self.thread)

    def effect(self) -> str:
        return "stopped" if OptOut.objects.exists() else ""


class UnsignedLetters(Letters):
    """The same without a key of ours: the secret alone proves them."""

    def __init__(self, world) -> None:
        super().__init__(world)
        world("settings").MAIL_INBOUND_KEYS = []

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        told = super().later(at, padding=padding)
        return told if is_ours else replace(told, path=told.path.replace(SECRET, "another"))

    def unsigned(self, at) -> Delivery:
        return replace(self.later(at), path=reverse("mail_incoming"))


class StopLink(Hook):
    """A mail program presses the link of a mail, with one click."""

    routes = ("mail_stop",)

    def __init__(self, world) -> None:
        self.mail = world("post_to")("anna@example.org")

    def press(self, token, padding=b"") -> Delivery:
        body = urlencode({"List-Unsubscribe": "One-Click"}).encode() + padding
        return Delivery(reverse("mail_stop", args=[token]), body)

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        said = [self.mail.to, self.mail.topic, "", ""]
        forged = signing.dumps(said, key="another", salt=tokens.SALT, compress=True)
        return self.press(tokens.stop_token(self.mail) if is_ours else forged, padding)

    def altered(self, at) -> Delivery:
        said, _, rest = tokens.stop_token(self.mail).partition(":")
        other = signing.b64_encode(json.dumps(["b@b.example", "report", "", ""]).encode()).decode()
        assert other != said
        return self.press(f"{other}:{rest}")

    def unsigned(self, at) -> Delivery:
        return self.press("x")

    def earlier(self, at) -> Delivery:
        return self.later(at)

    def undo(self) -> None:
        wishes.resume(self.mail.to, Topic.REPORT)

    def effect(self) -> str:
        return "stopped" if OptOut.objects.exists() else ""


class Reopened(Hook):
    """What acknowledges an incident, which then is over and comes back."""

    most = hook_views.MOST_BODY

    def __init__(self, world) -> None:
        self.incident, self.trouble = world("incident"), world("trouble")

    def undo(self) -> None:
        incidents.resolve(self.incident, words="It was gone.")
        assert incidents.open_incident(self.trouble)

    def effect(self) -> str:
        return Incident.objects.get().state


class SlackButton(Reopened):
    """Slack tells that a button was pressed: the one to acknowledge, after one to open a page."""

    routes = ("slack_hook",)

    def __init__(self, world) -> None:
        super().__init__(world)
        self.account = world("slack_app").code

    def tell(self, body, at, *, is_ours=True) -> Delivery:
        stamp = str(int(at.timestamp()))
        verifier = SignatureVerifier("slack-secret" if is_ours else "another-secret")
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": verifier.generate_signature(timestamp=stamp, body=body) or "",
        }
        return Delivery(reverse("slack_hook", args=[self.account]), body, headers=headers)

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        return self.tell(pressed(self.incident).encode() + padding, at, is_ours=is_ours)

    def earlier(self, at) -> Delivery:
        return self.tell(pressed(self.incident, actions=[{"action_id": "open"}]).encode(), at)


class Phone(Reopened):
    """Twilio asks what to say, and tells of a call. Its signature carries no time."""

    step = "say"
    form = "answered"
    before = "ringing"

    def __init__(self, world) -> None:
        super().__init__(world)
        self.call = world("call")

    def tell(self, step, form, *, is_ours=True, padding=b"") -> Delivery:
        path = reverse(f"phone_{step}", args=[self.call.channel.account.code, self.call.code])
        said = {"CallSid": self.call.reference} | form
        if padding:
            said["x"] = padding.removeprefix(self.padding).decode()
        token = "twilio-token" if is_ours else "another-token"
        signature = RequestValidator(token).compute_signature(SITE + path, said)
        headers = {"X-Twilio-Signature": signature}
        return Delivery(path, urlencode(said).encode(), headers=headers)

    def later(self, at: datetime, *, is_ours=True, padding=b"") -> Delivery:
        Attempt.objects.filter(id=self.call.id).update(created=at)
        return self.tell(self.step, self.said(), is_ours=is_ours, padding=padding)

    def said(self) -> dict[str, str]:
        return {"CallStatus": "in-progress"}

    def earlier(self, at) -> Delivery:
        return self.tell("status", {"CallStatus": "ringing"})

    def undo(self) -> None:
        pass

    def effect(self) -> str:
        return Attempt.objects.get(id=self.call.id).progress


class PhoneSay(Phone):
    routes = ("phone_say",)


class PhoneStatus(Phone):
    routes = ("phone_status",)
    step = "status"

    def said(self) -> dict[str, str]:
        return {"CallStatus": "completed"}


class PhoneKey(Phone):
    """Somebody presses 1."""

    routes = ("phone_key",)
    step = "key"

    def said(self) -> dict[str, str]:
        return {"CallStatus": "in-progress", "Digits": "1"}

    def undo(self) -> None:
        Reopened.undo(self)

    def effect(self) -> str:
        return Reopened.effect(self)


class HireFire(Hook):
    """Asks how many dynos the work wants; it changes nothing."""

    routes = ("hirefire",)

    def __init__(self, world) -> None:
        world("settings").HIREFIRE_TOKEN = TOKEN

    def later(self, at, *, is_ours=True, padding=b"") -> Delivery:
        headers = {"HireFire-Token": TOKEN if is_ours else "another"}
        return Delivery(reverse("hirefire"), padding, headers=headers, method="GET")

    def effect(self) -> str:
        return ""
