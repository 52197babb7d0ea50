"""What the page of a proof shows."""

from dataclasses import dataclass

from web.platform import reach
from web.targets.models import Target
from web.targets.ownership import access, actions, keys, limits, ways
from web.targets.ownership.models import Ownership, Way


@dataclass(frozen=True, slots=True)
class Step:
    """One way: what to do, what to copy."""

    way: Way
    title: str
    words: str
    copies: tuple[tuple[str, str], ...]  # label, text
    is_last: bool  # the one that was tried last, or holds


@dataclass(frozen=True, slots=True)
class OwnershipPage:
    """A target, what is known of its host, and how to prove it."""

    target: Target
    host: str
    proof: Ownership | None
    is_operators: bool
    steps: tuple[Step, ...]
    mocks: int = limits.MOCKS
    rate: float = limits.RATE
    days: int = actions.HOLDS.days
    again: int = actions.LOOK_AGAIN.days

    @property
    def is_checking(self) -> bool:
        """Whether a check is under way."""
        return self.proof is not None and self.proof.asked is not None

    @property
    def is_proved(self) -> bool:
        """Whether it holds now."""
        return self.proof is not None and self.proof.is_proved

    @property
    def withdrawal(self) -> str:
        """What withdrawing the proof means, a sentence."""
        return (
            f"From then on at most {self.mocks} mocks and {self.rate:g} messages a second of this "
            f"workspace may go to {self.host} in all, until it is proved again."
        )


def page_of(target: Target) -> OwnershipPage:
    """Return the page of a target."""
    proof = access.ownership_of(target)
    last = proof.way if proof else ""
    return OwnershipPage(
        target=target,
        host=keys.host_of(target),
        proof=proof,
        is_operators=reach.is_operators(target.host, target.port),
        steps=tuple(_step(target, way, is_last=way == last) for way in ways.ways_of(target)),
    )


def _step(target: Target, way: Way, *, is_last: bool) -> Step:
    words, copies = _WORDS[way](target)
    return Step(way, way.label, words, copies, is_last)


Copies = tuple[tuple[str, str], ...]


def _file(target: Target) -> tuple[str, Copies]:
    host = keys.host_of(target)
    words = (
        "Put a file with this one line where your web server shows it. On ports 80 and 443 it "
        "proves the whole host, on another port that port."
    )
    url = f"https://{target.host}{keys.FILE}"
    return words, (("Address", url), ("Content", keys.line_of(target.workspace, host)))


def _echo(target: Target) -> tuple[str, Copies]:
    key = keys.key_of(target.workspace, keys.host_of(target))
    words = (
        f"We ask {target.address}{target.path or '/'} by GET with a header {keys.CHALLENGE}. "
        "Answer with this header: the challenge, a full stop, and the key."
    )
    return words, (("Header", f"{keys.ANSWER}: <{keys.CHALLENGE}>.{key}"), ("Key", key))


def _dns(target: Target) -> tuple[str, Copies]:
    host = keys.host_of(target)
    words = "Add a TXT record to the host, or to a domain above it. It proves the whole host."
    name = f"{keys.RECORD}.{host}"
    return words, (("Name", name), ("Text", keys.line_of(target.workspace, host)))


def _mqtt(target: Target) -> tuple[str, Copies]:
    host = keys.host_of(target)
    kept, asked, answered = keys.topics_of(target.workspace, host)
    words = (
        "Publish the key as a retained message, or answer what comes on the second topic with the "
        "same payload on the third. The first mock must be let in and may subscribe; a broker that "
        "lets everybody in proves nothing."
    )
    key = keys.key_of(target.workspace, host)
    return words, (("Topic", kept), ("Payload", key), ("Or from", asked), ("to", answered))


def _cloud(_target: Target) -> tuple[str, Copies]:
    words = (
        "Your cloud gives this endpoint to one account. We connect as the first mock: if that is "
        "let in, and somebody unknown is not, it is yours. There is nothing to copy."
    )
    return words, ()


_WORDS = {Way.FILE: _file, Way.ECHO: _echo, Way.DNS: _dns, Way.MQTT: _mqtt, Way.CLOUD: _cloud}
