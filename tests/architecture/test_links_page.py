"""Who talks to whom, in docs/operations.md: each credential is a variable, and none is left out."""

import re
from pathlib import Path

from tests.architecture.test_configuration import variables_documented

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "operations.md"
SECRET = re.compile(r"_(KEY|KEYS|KEY_ID|TOKEN|SECRET|SID)$|_ACCESS_KEY(_ID)?$")
# Addresses that hold a password or a token.
ADDRESSES = {"DATABASE_URL", "DATABASE_CONNECTION_POOL_URL", "REDIS_URL", "JUDOSCALE_URL"}
ADDRESSES |= {
    "FOLLOWER_DATABASE_URL",
    "FOLLOWER_URL",
    "DEADMAN_URL",
    "METRICS_OTLP_URL",
    "MAP_TILES_URL",
}
# They sign and seal what is kept; no link is opened with them.
NO_LINK = {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS"}
FROM, TO, PORT, CREDENTIAL, FAILS = range(5)


def rows() -> list[list[str]]:
    """Return the cells of the table's rows."""
    text = PAGE.read_text("utf-8")
    section = text[text.index("## Who talks to whom") :].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines[2:]]


def credentials() -> set[str]:
    """Return the variables that the table names as credentials."""
    return {name for row in rows() for name in re.findall(r"`([A-Z0-9_]+)`", row[CREDENTIAL])}


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}


def test_every_link_says_all_five() -> None:
    assert len(rows()) >= 25
    assert [row for row in rows() if len(row) != 5 or not all(row)] == []


def test_every_credential_of_a_link_is_a_variable() -> None:
    assert credentials() - {"TRUSTED_PROXIES"} <= variables_documented()


def test_every_variable_that_lets_in_stands_at_its_link() -> None:
    secret = {name for name in variables_documented() if SECRET.search(name)}

    assert (secret | ADDRESSES) - NO_LINK <= credentials()


def test_what_happens_when_a_link_fails_is_told_where_the_table_says() -> None:
    targets = [re.search(r"\]\(([^)#]*)#?([^)]*)\)", row[FAILS]) for row in rows()]
    lost = []
    for row, found in zip(rows(), targets, strict=True):
        page = DOCS / found[1] if found and found[1] else PAGE
        if not found or not page.is_file() or (found[2] and found[2] not in anchors(page)):
            lost.append(row)

    assert lost == []


def test_what_production_and_review_apps_must_not_share_is_said() -> None:
    assert "platform.E003" in PAGE.read_text("utf-8").split("## Who talks to whom")[1][:400]
