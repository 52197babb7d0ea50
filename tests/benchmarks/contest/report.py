"""Results as a table in Markdown, ratios to the first row."""

from collections.abc import Mapping
from typing import Any

_KNOWN = {"messages", "seconds", "cpu", "memory"}
_HEAD = "| contestant | messages/s | CPU µs each | times our CPU | of a core | MB | more |"


def table(results: Mapping[str, dict[str, Any]]) -> str:
    """Return one row a contestant."""
    first = next(iter(results.values()))
    rows = [_row(name, result, _each(first)) for name, result in results.items()]
    return "\n".join([_HEAD, "| --- | --- | --- | --- | --- | --- | --- |", *rows])


def _each(result: Mapping[str, Any]) -> float | None:
    """Return the CPU time of a message in µs."""
    return result["cpu"] / result["messages"] * 1e6 if result.get("messages") else None


def _row(name: str, result: Mapping[str, Any], ours: float | None) -> str:
    each = _each(result)
    if each is None:
        return f"| {name} | no result | | | | | {result.get('error', '')} |"
    ratio = f"{each / ours:.1f}" if ours else ""
    more = ", ".join(_said(key, value) for key, value in result.items() if key not in _KNOWN)
    return (
        f"| {name} | {result['messages'] / result['seconds']:,.0f} | {each:.1f} | {ratio} |"
        f" {result['cpu'] / result['seconds']:.0%} | {result['memory']:.0f} | {more} |"
    )


def _said(key: str, value: object) -> str:
    return f"{key} {value:,.1f}" if isinstance(value, float) else f"{key} {value}"
