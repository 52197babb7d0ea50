"""Settings, their documentation and app.json name the same variables, and one module reads them."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
READERS = {"text", "flag", "number", "choice", "words", "url", "people"}
SHELL = [ROOT / "web" / "settings.py", ROOT / "gunicorn.conf.py"]
# Set by the platform or by its add-ons, so app.json does not ask for them.
GIVEN = re.compile(
    r"DYNO|PORT|WEB_|HEROKU_|DATABASE_|FOLLOWER_|REDIS_URL|BUCKETEER_|S3_|AWS_|BIND_|RUN_DIR|MAIL_DIR|DEBUG|HTTPS"
)


def calls(file: Path) -> Iterator[ast.Call]:
    """Yield the calls ``env.reader(...)`` of a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "env"
        ):
            assert node.func.attr in READERS
            yield node


def variables_read() -> set[str]:
    return {
        argument.value
        for file in SHELL
        for call in calls(file)
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }


def variables_documented() -> set[str]:
    """Return the names in the first column of the tables of docs/configuration.md."""
    rows = re.findall(r"^\| (`[^|]+) \|", (ROOT / "docs/configuration.md").read_text(), re.M)
    return {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}


def test_every_variable_is_documented_and_every_documented_one_is_read():
    assert variables_documented() == variables_read()


def test_app_json_names_only_variables_that_are_read():
    assert set(json.loads((ROOT / "app.json").read_text())["env"]) <= variables_read()


def test_app_json_asks_for_every_variable_that_nobody_else_gives():
    asked = set(json.loads((ROOT / "app.json").read_text())["env"])

    assert {name for name in variables_read() if not GIVEN.match(name)} <= asked


def test_one_module_reads_the_environment():
    readers = [
        file.relative_to(ROOT).as_posix()
        for folder in ("web", "simulator")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"os\.environ|os\.getenv|environ\[", file.read_text())
    ]

    # wsgi.py, as manage.py, only says which settings there are; a lot file names its own variables.
    assert readers == ["web/env.py", "web/wsgi.py", "simulator/commands/runs/lot_file.py"]


def test_only_settings_and_gunicorn_use_the_readers():
    users = [
        file.relative_to(ROOT).as_posix()
        for file in sorted(ROOT.glob("web/**/*.py"))
        if re.search(r"from web import .*\benv\b|web\.env", file.read_text())
    ]

    assert users == ["web/settings.py"]


def test_colours_are_named_in_one_file():
    raw = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(")

    found = [
        file.relative_to(ROOT).as_posix()
        for file in sorted((ROOT / "web/static/css").rglob("*.css"))
        if raw.search(re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S))
    ]

    assert found == ["web/static/css/tokens.css"]


def test_style_needs_no_important_and_no_id():
    for file in (ROOT / "web/static/css").rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
        assert "!important" not in text, file
        assert not re.search(r"#[A-Za-z][\w-]*[^;{}]*\{", text), file
        assert "@layer" in text, file
