"""The policies that docs/drains.md tells people to give to a drain's key."""

import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[3] / "docs" / "drains.md"
NAMES = {"s3": "BUCKET", "kinesis": "STREAM", "cloudwatch": "GROUP"}


def policy_of(kind: str, name: str) -> dict[str, Any]:
    """Return the policy for a kind of drain, with the name of what it leads to."""
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    text = next(block for block in blocks if NAMES[kind] in block)
    policy: dict[str, Any] = json.loads(text.replace(NAMES[kind], name))
    return policy
