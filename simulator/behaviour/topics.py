"""Whether a topic is meant by a filter with ``+`` and ``#``.

Rule: the words and corner cases are those of MQTT; HTTP has no messages that come back.
"""


def matches(topic_filter: str, topic: str) -> bool:
    """Return whether ``topic`` is meant by ``topic_filter``.

    ``+`` stands for one level, ``#`` for this level's parent and all below; neither stands for a
    first level that begins with ``$``. A message without a topic came over a connection of the
    mock's own, by a protocol that names none: every filter means it.

    Source: MQTT 3.1.1, sections 4.7.1 and 4.7.2.
    """
    if not topic:
        return True
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if levels[0].startswith("$") and wanted[0] in ("+", "#"):
        return False
    if wanted[-1] == "#":
        wanted.pop()
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(
        want in ("+", level) for want, level in zip(wanted, levels, strict=True)
    )
