"""A definition out of sample payloads.

Rule: what was seen often decides over what a name suggests.
"""

from collections.abc import Sequence

from simulator.definition.quantities.units import read_seconds
from simulator.errors import DefinitionError
from simulator.inference.drafting import Draft
from simulator.inference.grouping import DEFAULT_INTERVAL, Kind, interval_of, kinds_of
from simulator.inference.identity import Identity, identity_of
from simulator.inference.samples import Sample
from simulator.inference.shape import leaves
from simulator.inference.shaping import shape_of
from simulator.inference.writing import Inferred


def infer_payloads(samples: Sequence[Sample], *, name: str = "Device") -> Inferred:
    """Return a definition of a device that sends messages such as these.

    Args:
        samples: 1 or more, in the order in which they were sent; several devices may be mixed.
        name: Of the definition.

    Raises:
        DefinitionError: There is no sample, or none has a value.
    """
    if not any(sample.payload for sample in samples):
        raise DefinitionError("needs at least one message with a value in it")
    found = list(leaves(shape_of([sample.payload for sample in samples])))
    identity = _with_topic(identity_of(found, name="mock"), samples)
    draft = Draft(name, identity)
    for kind in kinds_of(samples, identity):
        _add(draft, kind)
    return draft.inferred()


def _add(draft: Draft, kind: Kind) -> None:
    shape = shape_of(kind.payloads)
    every = interval_of(shape, [_who(payload, draft.identity) for payload in kind.payloads])
    seen = f"{len(kind.payloads)} sample{'s' if len(kind.payloads) > 1 else ''}"
    pace = f"every {every} by its times" if every else f"every {DEFAULT_INTERVAL}, a guess"
    if every and not read_seconds(every) >= 0.001:
        every = ""
    draft.add_message(
        kind.name,
        shape,
        topic=kind.topic,
        every=every,
        note=f"{seen}; {pace}",
    )


def _who(payload: object, identity: Identity) -> str:
    """Return whose message it is; empty where it does not say."""
    texts = (leaf.values[0] for leaf in leaves(shape_of([payload])) if leaf.values)
    return next((t for t in texts if isinstance(t, str) and t in identity.seen), "")


def _with_topic(identity: Identity, samples: Sequence[Sample]) -> Identity:
    """Return the identity; where payloads have none, the level in which topics differ."""
    topics = [sample.topic.split("/") for sample in samples if sample.topic]
    if identity.seen or len({len(levels) for levels in topics}) != 1:
        return identity
    for levels in zip(*topics, strict=True):
        if len(set(levels)) > 1 and any(character.isdigit() for character in levels[0]):
            from_topic = identity_of([], name="mock")
            return from_topic._replace(
                seen=frozenset(levels), note=f"the device's level of the topic, as {levels[0]}"
            )
    return identity
