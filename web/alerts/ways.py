"""How somebody is reached: by a channel of a workspace, or as the operators' settings say.

Rule: an attempt keeps the name of its way alone; secrets are opened when it is sent.
"""

from dataclasses import dataclass, field

from django.conf import settings

from web.alerts.models import Account, AccountKind, Attempt, Channel, ChannelKind
from web.platform.secrets import SealBroken, unseal

SERVICE = "service"  # stands for the code of an account in addresses of the service's own
OF_CHANNEL = "channel:"
OF_OPERATOR = "operator:"


class NoWay(Exception):
    """Nobody can be reached this way any more; a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a notice goes, and with which credentials.

    ``account`` is the code in the addresses that Slack or Twilio calls back; ``service`` for the
    operators' own.
    """

    kind: str  # a ChannelKind
    address: str
    account: str = SERVICE
    sid: str = ""
    number: str = ""
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to an operator, as the settings name it."""

    name: str  # operator:0.1
    kind: str
    address: str


def name_of(channel: Channel) -> str:
    """Return what an attempt keeps of a channel."""
    return f"{OF_CHANNEL}{channel.code}"


def operators() -> list[tuple[str, list[Contact]]]:
    """Return the operators in their order, each with the ways to reach them."""
    return [
        (
            person,
            [
                Contact(f"{OF_OPERATOR}{place}.{index}", kind, address)
                for index, (kind, address) in enumerate(ways)
            ],
        )
        for place, (person, ways) in enumerate(settings.OPERATORS)
    ]


def way_of(attempt: Attempt) -> Way:
    """Return where an attempt goes.

    Raises:
        NoWay: The channel was deleted, its secret cannot be opened, or the settings changed.
    """
    if attempt.channel is not None:
        return of_channel(attempt.channel)
    known = {contact.name: contact for _, contacts in operators() for contact in contacts}
    contact = known.get(attempt.way)
    if contact is None or contact.address != attempt.to:
        raise NoWay("This way is not there any more.")
    return of_operator(contact)


def of_channel(channel: Channel) -> Way:
    """Return the way that a channel is.

    Raises:
        NoWay: Its secrets were sealed with a key that is no longer there.
    """
    account = channel.account
    try:
        return Way(
            kind=channel.kind,
            address=unseal(channel.secret_address) or channel.address,
            account=str(account.code) if account else SERVICE,
            sid=account.sid if account else "",
            number=account.number if account else "",
            token=unseal(account.token) if account else "",
            secret=unseal(channel.secret),
        )
    except SealBroken as broken:
        raise NoWay("Its secret cannot be opened with this installation's keys.") from broken


def of_operator(contact: Contact) -> Way:
    """Return the way that an operator's contact is, with the service's own credentials.

    Raises:
        NoWay: The settings have no credentials for this kind.
    """
    token, sid, number = "", "", ""
    if contact.kind == ChannelKind.SLACK:
        token = settings.OPERATOR_SLACK_TOKEN
    if contact.kind == ChannelKind.PHONE:
        token, sid = settings.OPERATOR_TWILIO_TOKEN, settings.OPERATOR_TWILIO_SID
        number = settings.OPERATOR_TWILIO_NUMBER
    if contact.kind in (ChannelKind.SLACK, ChannelKind.PHONE) and not token:
        raise NoWay("The settings have no credentials for it.")
    return Way(
        kind=contact.kind,
        address=contact.address,
        sid=sid,
        number=number,
        token=token,
        secret=settings.OPERATOR_WEBHOOK_SECRET,
    )


def signing_secret(account: str) -> str:
    """Return what Slack signs with what it sends to this account's address; empty: nothing may.

    Args:
        account: A code, or ``service``.
    """
    if account == SERVICE:
        return settings.OPERATOR_SLACK_SIGNING_SECRET
    return _opened(account, AccountKind.SLACK, "signing_secret")


def auth_token(account: str) -> str:
    """Return what Twilio signs with; empty: nothing may be believed."""
    if account == SERVICE:
        return settings.OPERATOR_TWILIO_TOKEN
    return _opened(account, AccountKind.TWILIO, "token")


def _opened(account: str, kind: AccountKind, name: str) -> str:
    found = Account.objects.filter(code=account, kind=kind).values_list(name, flat=True).first()
    try:
        return unseal(found or "")
    except SealBroken:
        return ""
