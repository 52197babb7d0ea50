"""Every hook against every way in which a delivery can come, with the signatures of its sender.

The table says what is answered, and what came of it. An address that is posted to without a cookie
and that no sender here posts to fails.
"""

import pytest
from django.urls import get_resolver

from tests.web.hooks import senders
from tests.web.hooks.delivery import CASES
from tests.web.test_strangers import patterns

HOOKS = {
    "mail events": senders.MailEvents,
    "mail events: unsubscribed": senders.Unsubscribing,
    "incoming mail": senders.Letters,
    "incoming mail by its secret alone": senders.UnsignedLetters,
    "the link in a mail": senders.StopLink,
    "slack": senders.SlackButton,
    "phone: say": senders.PhoneSay,
    "phone: key": senders.PhoneKey,
    "phone: status": senders.PhoneStatus,
    "hirefire": senders.HireFire,
}
# For each case the status of the last answer, and what came of it all.
EXPECTED: dict[str, dict[str, tuple[int, str]]] = {
    "mail events": {
        "right": (204, "bounced, held"),
        "wrong_signature": (403, ""),
        "altered_body": (403, ""),
        "no_signature": (403, ""),
        "replayed": (204, "bounced"),
        "old": (403, ""),
        "from_the_future": (403, ""),
        "reordered": (204, "bounced, held"),
        "doubled": (204, "bounced, held"),
        "oversized": (413, ""),
    },
    "mail events: unsubscribed": {
        "right": (204, "stopped"),
        "wrong_signature": (403, ""),
        "altered_body": (403, ""),
        "no_signature": (403, ""),
        "replayed": (204, ""),
        "old": (403, ""),
        "from_the_future": (403, ""),
        "reordered": (204, "stopped"),
        "doubled": (204, "stopped"),
        "oversized": (413, ""),
    },
    "incoming mail": {
        "right": (204, "stopped"),
        "wrong_signature": (403, ""),
        "altered_body": (403, ""),
        "no_signature": (403, ""),
        "replayed": (204, ""),  # a letter is done once, by its Message-ID
        "old": (403, ""),
        "from_the_future": (403, ""),
        "reordered": (204, "stopped"),
        "doubled": (204, "stopped"),
        "oversized": (413, ""),
    },
    "incoming mail by its secret alone": {
        "right": (204, "stopped"),
        "wrong_signature": (404, ""),
        "altered_body": (204, "stopped"),  # who knows the secret is believed
        "no_signature": (404, ""),
        "replayed": (204, ""),
        "old": (204, "stopped"),  # nothing says when it was posted
        "from_the_future": (204, "stopped"),
        "reordered": (204, "stopped"),
        "doubled": (204, "stopped"),
        "oversized": (413, ""),
    },
    "the link in a mail": {
        "right": (200, "stopped"),
        "wrong_signature": (404, ""),
        "altered_body": (404, ""),
        "no_signature": (404, ""),
        "replayed": (200, "stopped"),  # a link holds for ever: each press is one
        "old": (200, "stopped"),
        "from_the_future": (200, "stopped"),
        "reordered": (200, "stopped"),
        "doubled": (200, "stopped"),
        "oversized": (400, ""),
    },
    "slack": {
        "right": (200, "acknowledged"),
        "wrong_signature": (403, "open"),
        "altered_body": (403, "open"),
        "no_signature": (403, "open"),
        "replayed": (200, "open"),  # it came back after the press
        "old": (403, "open"),
        "from_the_future": (403, "open"),
        "reordered": (200, "acknowledged"),
        "doubled": (200, "acknowledged"),
        "oversized": (413, "open"),
    },
    "phone: say": {
        "right": (200, "answered"),
        "wrong_signature": (403, ""),
        "altered_body": (403, ""),
        "no_signature": (403, ""),
        "replayed": (200, "answered"),
        "old": (404, ""),  # the call's addresses answer for an hour
        "from_the_future": (200, "answered"),  # the signature carries no time
        "reordered": (204, "answered"),
        "doubled": (200, "answered"),
        "oversized": (413, ""),
    },
    "phone: key": {
        "right": (200, "acknowledged"),
        "wrong_signature": (403, "open"),
        "altered_body": (403, "open"),
        "no_signature": (403, "open"),
        "replayed": (200, "open"),  # a call takes one key press
        "old": (404, "open"),
        "from_the_future": (200, "acknowledged"),
        "reordered": (204, "acknowledged"),
        "doubled": (200, "acknowledged"),
        "oversized": (413, "open"),
    },
    "phone: status": {
        "right": (204, "completed"),
        "wrong_signature": (403, ""),
        "altered_body": (403, ""),
        "no_signature": (403, ""),
        "replayed": (204, "completed"),
        "old": (404, ""),
        "from_the_future": (204, "completed"),
        "reordered": (204, "completed"),
        "doubled": (204, "completed"),
        "oversized": (413, ""),
    },
    "hirefire": {
        "right": (200, ""),
        "wrong_signature": (404, ""),
        "no_signature": (404, ""),
        "replayed": (200, ""),
        "doubled": (200, ""),
        "old": (200, ""),
        "from_the_future": (200, ""),
    },
}
LEFT_OUT = {  # cases that a hook cannot meet, and why
    ("hirefire", "altered_body"): "it is asked, and has no body",
    ("hirefire", "oversized"): "it is asked, and has no body",
    ("hirefire", "reordered"): "it changes nothing",
}


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in EXPECTED.items() for case in cases]
)
def test_a_delivery_is_answered_and_does_what_the_table_says(name, case, request, db):
    hook = HOOKS[name](request.getfixturevalue)

    status = CASES[case](hook)

    assert (status, hook.effect()) == EXPECTED[name][case]


def test_every_hook_has_every_case_or_says_why_not():
    met = {(name, case) for name, cases in EXPECTED.items() for case in cases}

    assert met.isdisjoint(LEFT_OUT)
    assert met | set(LEFT_OUT) == {(name, case) for name in HOOKS for case in CASES}


def test_every_address_that_is_posted_to_without_a_cookie_has_a_sender_here():
    known = {name for hook in HOOKS.values() for name in hook.routes}
    without = {
        pattern.name
        for route, pattern in patterns(get_resolver())
        if getattr(pattern.callback, "csrf_exempt", False)
        and not route.startswith("api/v1/")  # by keys, never by sessions: test_matrix.py
    }

    assert without == known - {"hirefire"}
