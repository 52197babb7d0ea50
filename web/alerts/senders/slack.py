"""Into a Slack channel or to a member, with a button that acknowledges; updated afterwards.

Source: Slack's Web API, chat.postMessage and chat.update; a bot token with chat:write.
"""

import re
from typing import Any

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from web.alerts import letters
from web.alerts.letters import Letter
from web.alerts.models import Attempt, AttemptState, ChannelKind, Purpose
from web.alerts.senders.base import TIMEOUT, Outcome, unanswered, waiting
from web.alerts.ways import Way

AGAIN = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error",
                   "service_unavailable", "request_timeout"})  # fmt: skip
WORD = re.compile(r"[a-z_]{1,60}")
MOST_UPDATES = 30  # messages of one incident that are brought up to date


def send(attempt: Attempt, way: Way, letter: Letter) -> Outcome:
    """Post the message; of what is over, bring the messages there were up to date instead."""
    client = WebClient(
        way.token,
        base_url=f"{settings.SLACK_API_URL}/",
        timeout=TIMEOUT,
        retry_handlers=[],  # attempts have tries of their own
    )
    said: dict[str, Any] = {
        "text": letters.plain(letter.title),
        "blocks": letters.slack_blocks(letter, attempt.incident),
    }
    try:
        if settled := earlier(attempt):
            return brought_up_to_date(client, settled, said)
        answer = client.chat_postMessage(
            channel=way.address, unfurl_links=False, unfurl_media=False, **said
        )
    except SlackApiError as error:
        return refusal(error)
    except (OSError, SlackClientError) as error:
        return unanswered(error)
    return Outcome(is_sent=True, text="posted", reference=f"{answer['channel']} {answer['ts']}")


def earlier(attempt: Attempt) -> list[str]:
    """Return ``channel ts`` of the messages that this notice changes; none for one that is new."""
    if attempt.incident is None or attempt.purpose not in (
        Purpose.ACKNOWLEDGED,
        Purpose.RESOLVED,
    ):
        return []
    posted = attempt.incident.attempts.filter(
        way=attempt.way, kind=ChannelKind.SLACK, state=AttemptState.SENT
    ).exclude(reference="")
    newest = posted.order_by("-created").values_list("reference", flat=True)
    return list(dict.fromkeys(newest))[:MOST_UPDATES]


def brought_up_to_date(client: WebClient, references: list[str], said: dict[str, Any]) -> Outcome:
    """Put what is said now in place of each message."""
    for reference in references:
        channel, _, ts = reference.partition(" ")
        client.chat_update(channel=channel, ts=ts, **said)
    return Outcome(is_sent=True, text=f"{len(references)} messages brought up to date")


def refusal(error: SlackApiError) -> Outcome:
    """Return what to do about an answer that is no success; its text is Slack's own word."""
    response: Any = error.response
    status = getattr(response, "status_code", 0)
    data = getattr(response, "data", None)
    said = str(data.get("error", "")) if isinstance(data, dict) else ""
    word = said if WORD.fullmatch(said) else ""  # else it is what stood in place of JSON
    headers = {k.lower(): v for k, v in (getattr(response, "headers", None) or {}).items()}
    may_retry = word in AGAIN or status == 429 or status >= 500
    return Outcome(
        is_sent=False,
        text=f"refused: {word or status}",
        may_retry=may_retry,
        wait=waiting(headers.get("retry-after")),
    )
