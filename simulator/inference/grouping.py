"""Which samples are messages of one kind, where they go, and how often they come.

Rule: samples on one topic, the device's own part aside, are one kind; without topics, samples
that share most of their keys are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from simulator.inference.identity import Identity, in_text
from simulator.inference.known import snake
from simulator.inference.moments import moment_of
from simulator.inference.samples import Sample
from simulator.inference.shape import Shape, bursts, leaves

MAX_MESSAGES = 20  # kinds; more are not one device
DEFAULT_INTERVAL = "10s"  # where the samples do not tell
DEFAULT_STEP = "1s"  # of a burst, where it does not tell

_ALIKE = 0.5  # share of keys that two samples of one kind have in common

# Keys by which the maker of a payload is known -> where its devices publish.
_TOPICS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({"end_device_ids", "uplink_message"}), "v3/app@tenant/devices/{id}/up", "uplink"),
    (frozenset({"deviceInfo", "fCnt"}), "application/1/device/{id}/event/up", "uplink"),
    (frozenset({"_type", "tst", "lat"}), "owntracks/user/{id}", "location"),
    (frozenset({"src", "dst", "method"}), "{id}/events/rpc", "notify"),
    (frozenset({"Time", "ENERGY"}), "tele/{id}/SENSOR", "sensor"),
    (frozenset({"Time", "TempUnit"}), "tele/{id}/SENSOR", "sensor"),
    (frozenset({"Time", "Wifi", "Uptime"}), "tele/{id}/STATE", "state"),
    (frozenset({"linkquality"}), "zigbee2mqtt/{id}", "state"),
    (frozenset({"deviceId", "time", "data", "seqNumber"}), "sigfox/{id}/uplink", "uplink"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Samples of one message."""

    name: str
    topic: str  # "" where none is known
    payloads: tuple[Any, ...]


def kinds_of(samples: Sequence[Sample], identity: Identity) -> list[Kind]:
    """Return the kinds of messages, each with its samples in their order; at most MAX_MESSAGES."""
    groups: dict[Any, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(_key(sample, identity, groups), []).append(sample)
    kinds: list[Kind] = []
    for group in list(groups.values())[:MAX_MESSAGES]:
        topic, name = _address(group[0], identity)
        name = _unused(name, [kind.name for kind in kinds])
        kinds.append(Kind(name, topic, tuple(sample.payload for sample in group)))
    return kinds


def _key(sample: Sample, identity: Identity, groups: dict[Any, list[Sample]]) -> Any:
    if sample.topic:
        return in_text(sample.topic, identity.seen)
    if isinstance(sample.payload, list):
        return "senml"
    keys = frozenset(sample.payload)
    for known in groups:
        if isinstance(known, frozenset) and len(known & keys) >= _ALIKE * len(known | keys):
            return known
    return keys


def _address(sample: Sample, identity: Identity) -> tuple[str, str]:
    if sample.topic:
        return in_text(sample.topic, identity.seen), _last_word(sample.topic, identity)
    for keys, topic, name in _TOPICS:
        if isinstance(sample.payload, dict) and keys <= set(sample.payload):
            return topic, name
    return "", "telemetry"


def _last_word(topic: str, identity: Identity) -> str:
    """Return a name for a message: the last level of its topic that is not the device's own."""
    for level in reversed(topic.split("/")):
        word = snake(level)
        if word and level not in identity.seen and not word[0].isdigit() and len(word) > 1:
            return word[:60]
    return "telemetry"


def _unused(name: str, taken: Sequence[str]) -> str:
    numbered = (f"{name}_{number}" for number in range(2, MAX_MESSAGES + 2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def interval_of(shape: Shape, identities: Sequence[str]) -> str:
    """Return how often a message comes, by its moments; empty when they do not tell.

    ``identities`` says for each sample whose it is, so that the steps are those of one device.
    A burst whose samples have moments, and no other moment beside it, comes when the one before
    it is over.
    """
    inside = {leaf.path for burst in bursts(shape) for leaf in leaves(burst)}
    for leaf in leaves(shape):
        moment = moment_of(leaf) if leaf.path not in inside else None
        if moment is None or len(moment.seconds) < 2:
            continue
        steps = _steps(moment.seconds, identities)
        if steps:
            return duration(median(steps))
    lengths = [burst.count * burst.step for burst in bursts(shape) if burst.step]
    return fine_duration(lengths[0]) if lengths else ""


def _steps(seconds: Sequence[float], identities: Sequence[str]) -> list[float]:
    last: dict[str, float] = {}
    steps = []
    for position, moment in enumerate(seconds):
        who = identities[position] if len(identities) == len(seconds) else ""
        if who in last and moment > last[who]:
            steps.append(moment - last[who])
        last[who] = moment
    return steps


def fine_duration(seconds: float) -> str:
    """Return a duration as people write it, to 1 µs where it is below a minute."""
    if seconds < 1:
        return f"{max(round(seconds * 1_000, 3), 0.001):g}ms"
    return f"{round(seconds, 6):g}s" if seconds < 60 else duration(seconds)


def duration(seconds: float) -> str:
    """Return a duration as people write it: ``90s``, ``15min``, ``1h``."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))}ms"
    return f"{round(seconds, 1):g}s"
