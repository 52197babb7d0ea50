"""What a call says, as TwiML; it is said twice, and takes one key.

Source: Twilio's <Gather> and <Say>; the library escapes what is said.
"""

from twilio.twiml.voice_response import Gather, VoiceResponse

from web.alerts import letters
from web.alerts.models import Attempt, Purpose
from web.platform.secrets import unseal

KEY = "1"
LANGUAGE = "en-GB"
WAIT = 8  # s for the key
TIMES = 2
MOST_SAID = 600  # characters


def said(attempt: Attempt, account: str) -> str:
    """Return the words of a call: the incident and the key, a code, or that it was a test."""
    response = VoiceResponse()
    if attempt.purpose == Purpose.RING:
        gather = Gather(
            num_digits=1,
            timeout=WAIT,
            action=letters.callback(attempt, account, "key"),
            method="POST",
            action_on_empty_result=False,
        )
        for _ in range(TIMES):
            gather.say(words_of(attempt), language=LANGUAGE)
        response.append(gather)
        response.say("No key was pressed. Somebody is called again.", language=LANGUAGE)
    else:
        response.say(words_of(attempt), language=LANGUAGE, loop=TIMES)
    response.hangup()
    return str(response)


def words_of(attempt: Attempt) -> str:
    """Return what is said of an attempt."""
    if attempt.purpose == Purpose.CODE:
        return f"Your code for Mocklot is: {letters.spoken(unseal(attempt.note))}."
    letter = letters.letter_of(attempt)
    if attempt.purpose == Purpose.TEST:
        return f"{letter.title}. {letter.words}"
    text = f"Mocklot rings {attempt.person}. {letter.title}. {letter.words}"[:MOST_SAID]
    return f"{text} Press {KEY} to acknowledge it."


def thanked(*, is_first: bool) -> str:
    """Return what is said after the key."""
    response = VoiceResponse()
    words = (
        "Thank you. It is yours, and nobody else is rung."
        if is_first
        else "Thank you. It had been acknowledged, or was over already."
    )
    response.say(words, language=LANGUAGE)
    response.hangup()
    return str(response)
