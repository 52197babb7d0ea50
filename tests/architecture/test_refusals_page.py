"""The page of refusals has what the code can say of a far side, and names tests that are there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from simulator.protocols.coap.codes import _NAMES
from simulator.protocols.http.reasons import _WORDS as STATUSES
from simulator.protocols.mqtt.reasons import CODES, RETURN_CODES, WORDS
from simulator.protocols.websocket.closing import _WORDS as CLOSES
from simulator.transports.exchange import WIRES
from simulator.transports.producers.making import KINDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/refusals.md"
TEXT = PAGE.read_text("utf-8")
FILES = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", TEXT, re.MULTILINE))
LINKS = sorted(set(re.findall(r"\[(test_\w+)\]\[([\w-]+)\]", TEXT)))
SAID = re.findall(r"`([^`\n]+)`", TEXT)
GAP = "…"  # in the page and here: what differs
LEAST = 4  # letters of a text that says something by itself

# Errors that are not a far side's: of the definition, or ours.
OURS = {
    "DefinitionError",
    "Problem",
    "RuntimeError",
    "ValueError",
    "getattr",
    "compile",
    "fullmatch",
}
# Texts of the modules that are no reasons.
NOT_REASONS = {
    "connecting failed", "handing over failed", "the client of a library failed",
    "a client did not end in time",  # of the tower's own log
    "a length of … bytes is at most …, got …", "a datagram has at most … bytes, got …",
    "a message has at most … bytes, got …", "… is not an address of this machine",
    "payload is not UTF-8, which a text message of WebSocket must be",
    "header Authorization is given by the target, leave it out",  # of the definition
    "Transfer-Encoding: chunked", "Bearer …",
    "path segment", "client id", "user name", "will topic", "topic filter", "user property",
    "MQTT 3.1.1", "MQTT 5", "reserved packet 0", "reserved packet 15", "not named",
    "empty response", "info message",  # by which the words of a library are told apart
}  # fmt: skip


@pytest.mark.parametrize(("name", "file"), LINKS)
def test_what_the_page_says_is_held_by_a_test_that_is_there(name: str, file: str) -> None:
    source = (PAGE.parent / FILES[file]).read_text("utf-8")

    assert re.search(rf"^def {name}\(", source, re.MULTILINE)


def test_every_row_of_a_refusal_has_a_test_and_says_what_comes_next() -> None:
    rows = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| ")]
    refusals = [cells for cells in rows if len(cells) == 4 and cells[0] != "| what happens"]
    heads = {"| what the far side does", "| what happens", "| ---"}

    wanting = [
        cells[0]
        for cells in refusals
        if cells[0] not in heads
        and not ("](" not in cells[3] and "[test_" in cells[3] and cells[2])
    ]

    assert len(refusals) > 200
    assert wanting == []


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells)


@pytest.mark.parametrize("code", RETURN_CODES)
def test_every_return_code_of_mqtt_3_1_1_is_in_the_page(code: int) -> None:
    assert row(code, RETURN_CODES[code]) in TEXT


@pytest.mark.parametrize("code", WORDS)
def test_every_reason_code_of_mqtt_5_is_in_the_page_with_its_packets(code: int) -> None:
    packets = [name for name, codes in CODES.items() if code in codes]

    assert row(f"0x{code:02X}", WORDS[code], ", ".join(packets)).rstrip() in TEXT


@pytest.mark.parametrize(("code", "words"), [*STATUSES.items(), *CLOSES.items()], ids=str)
def test_every_status_and_every_close_code_is_in_the_page(code: int, words: str) -> None:
    assert row(code, words) in TEXT


@pytest.mark.parametrize("code", [code for code in _NAMES if code[0] > 3])
def test_every_error_of_coap_is_in_the_page(code: tuple[int, int]) -> None:
    dotted = f"{code[0]}.{code[1]:02d}"

    assert row(dotted, f"CoAP {dotted} {_NAMES[code]}") in TEXT


def test_every_wire_and_every_producer_has_a_far_side_that_others_wrote() -> None:
    modules = {kind.__module__ for kind in WIRES.values()}  # type: ignore[attr-defined]
    producers = {f"producers/{library.module}" for library in KINDS.values()}
    wanted = {each.rpartition(".")[2] for each in modules} | producers
    part = TEXT.partition("## Who the far sides of the tests are")[2]
    found = dict(re.findall(r"^\| `([\w/]+)` \| (.+) \|$", part, re.MULTILINE))

    assert sorted(wanted - found.keys()) == []
    for module, cells in found.items():
        files = [FILES[file] for _, file in re.findall(r"\[(test_\w+)\]\[([\w-]+)\]", cells)]
        assert all("tests/integration/" in file for file in files), module
        if "scripted" in cells.partition(" | ")[0]:
            names = re.findall(r"\[(test_\w+)\]", cells)
            assert all("scripted" in name for name in names), module


# What the code can say.


def said_by(path: Path) -> Iterator[str]:
    """The texts of a module that are more than one word, with ``GAP`` for what differs."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {below for node in ast.walk(tree) if is_aside(node) for below in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node)) - {node}
        if node in skipped or not (text := text_of(node)):
            continue
        if " " in text.strip() and "\r\n" not in text:  # lines of a request
            yield text


def is_aside(node: ast.AST) -> bool:
    """Whether a node holds no reasons: a docstring, an annotation, an error that is not theirs."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
        return called in OURS
    return isinstance(node, ast.Assert | ast.arg)


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [each.value if isinstance(each, ast.Constant) else GAP for each in node.values]
    return re.sub(f"{GAP}+", GAP, "".join(str(part) for part in parts))


@cache
def known() -> set[str]:
    """The words of tables, which have rows of their own."""
    names = {f"{name}" for name in _NAMES.values()}
    return {*WORDS.values(), *RETURN_CODES.values(), *STATUSES.values(), *CLOSES.values(), *names}


def is_told(text: str) -> bool:
    """Whether a text stands in the page, as it is or with an example in the place of a gap."""
    pattern = ".*".join(re.escape(piece) for piece in text.split(GAP))
    return any(re.search(pattern, said) for said in SAID)


def modules() -> list[Path]:
    rooms = [ROOT / "simulator/protocols", ROOT / "simulator/transports"]
    return sorted(path for room in rooms for path in room.rglob("*.py"))


OF_THE_SHARD = "another tower holds this shard now"  # no mock's reason


@pytest.mark.parametrize("room", ["tower", "fleet"])
def test_whatever_the_engine_itself_ends_a_message_with_is_in_the_page(room: str) -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "simulator" / room).glob("*.py")]
    constants = [
        text
        for source in sources
        for text in re.findall(r'^[A-Z_]+ = "([a-z]+ [a-z]+ .+)"', source, re.MULTILINE)
    ]

    assert constants
    assert [text for text in constants if text != OF_THE_SHARD and not is_told(text)] == []


def test_what_is_left_out_of_the_page_is_still_said() -> None:
    assert sorted(NOT_REASONS - {text for path in modules() for text in said_by(path)}) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whatever_a_module_can_say_of_a_far_side_is_in_the_page(path: Path) -> None:
    untold = [
        text
        for text in said_by(path)
        if len(re.findall("[A-Za-z]", text)) >= LEAST
        and text not in NOT_REASONS | known()
        and not re.fullmatch(r"[A-Z]+( [A-Z]+)* ?", text)  # names of packets
        and not is_told(text.strip(" "))
    ]

    assert untold == [], "say in docs/reference/refusals.md what it means, and which test holds it"
