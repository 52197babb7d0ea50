"""By a phone call: Twilio rings, reads the words out, and takes a key press.

Rule: that somebody (or a voicemail) answered is no acknowledgement; only the key is.
Source: Twilio's Programmable Voice, POST /2010-04-01/Accounts/{sid}/Calls.json.
"""

from django.conf import settings
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from web.alerts import letters
from web.alerts.letters import Letter
from web.alerts.models import Attempt
from web.alerts.senders.base import TIMEOUT, Outcome, unanswered
from web.alerts.ways import Way

RING_FOR = 25  # s before a call that nobody takes ends; a voicemail often answers at 30
EVENTS = ["initiated", "ringing", "answered", "completed"]  # else Twilio tells the end alone


def send(attempt: Attempt, way: Way, letter: Letter) -> Outcome:  # noqa: ARG001 (read at ``say``)
    """Have Twilio call; what it says is asked for by Twilio at ``say``."""
    client = Client(way.sid, way.token, http_client=TwilioHttpClient(timeout=TIMEOUT))
    client.api.base_url = settings.TWILIO_API_URL
    try:
        call = client.calls.create(
            to=way.address,
            from_=way.number,
            url=letters.callback(attempt, way.account, "say"),
            status_callback=letters.callback(attempt, way.account, "status"),
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=RING_FOR,
        )
    except TwilioRestException as error:
        text = f"refused: {error.status}, code {error.code}"
        return Outcome(is_sent=False, text=text, may_retry=error.status in (429, 503))
    except (TwilioException, RequestException, OSError) as error:
        # The call may have been made: ringing somebody twice at once is no retry.
        return Outcome(is_sent=False, text=unanswered(error).text)
    return Outcome(is_sent=True, text="called", reference=str(call.sid))
