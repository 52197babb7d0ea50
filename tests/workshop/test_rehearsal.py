"""What bin/rehearse refuses to build, and how it judges what it saw."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from workshop.comparing import Comparison
from workshop.rehearsal.findings import Findings, judge_messages, judge_requests, judge_secrets
from workshop.rehearsal.hidden import of_mails
from workshop.rehearsal.lines import judge_lines, judge_way
from workshop.rehearsal.router import Traffic
from workshop.rehearsal.slug import problems_of

GOOD = Comparison(
    mocks=3,
    sent=9,
    acknowledged=9,
    received=9,
    failed=0,
    csv_rows=9,
    buffered=0,
    duplicates=0,
    missing=0,
    p50_ms=1.0,
    p99_ms=2.0,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Procfile", "requirements.txt", "manage.py"):
        (tmp_path / name).touch()
    (tmp_path / "runtime.txt").write_text("python-3.13\n")
    return tmp_path


def test_what_the_platform_takes_has_no_problems(folder: Path) -> None:
    assert problems_of(folder) == []


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda f: (f / "package.json").touch(), "package.json must not be committed"),
        (lambda f: (f / ".venv").mkdir(), ".venv must not be committed"),
        (lambda f: (f / "Procfile").unlink(), "Procfile is missing"),
        (lambda f: (f / "runtime.txt").write_text("3.13"), "runtime.txt must name a Python"),
    ],
)
def test_what_the_platform_refuses_is_named(
    folder: Path, spoil: Callable[[Path], None], problem: str
) -> None:
    spoil(folder)

    assert problem in "; ".join(problems_of(folder))


def test_counts_that_agree_break_no_promise() -> None:
    found = Findings()

    judge_messages(found, GOOD, arrived_again=0)
    judge_messages(found, replace(GOOD, received=11, duplicates=2), arrived_again=2)

    assert found.wrong == []


@pytest.mark.parametrize(
    ("changed", "promise"),
    [
        ({"received": 8, "missing": 1}, "no message is missing"),
        ({"csv_rows": 8}, "all counts agree"),
        ({"failed": 1}, "no message fails"),
        ({"duplicates": 1}, "no row is there twice"),
    ],
)
def test_each_loss_breaks_a_promise(changed: dict[str, int], promise: str) -> None:
    found = Findings()

    judge_messages(found, replace(GOOD, **changed), arrived_again=0)

    assert promise in "; ".join(found.wrong)


def test_slow_cut_and_failed_requests_break_promises() -> None:
    found, traffic = Findings(), Traffic()
    traffic.add("/a", status=200, service=30.5, code="")
    traffic.add("/b", status=503, service=30.0, code="H12")

    judge_requests(found, traffic, ["/c: timed out"])

    assert [text.partition(":")[0] for text in found.wrong] == [
        "no request takes 30 s",
        "every request is answered",
        "the router cuts nothing",
        "a visitor sees every page",
    ]
    assert found.document()["ok"] is False


def test_a_secret_in_any_output_is_found(tmp_path: Path) -> None:
    (tmp_path / "web.1.log").write_text("at=1 msg=hello\nat=2 msg=s3cr3t\n")
    (tmp_path / "clock.1.log").write_text("at=1\n")
    found = Findings()

    judge_secrets(found, tmp_path, {"mail key": "s3cr3t", "other": "none"}, ["said s3cr3t"])

    assert "the mail key in web.1.log, the mail key in the rehearsal's own output" in found.wrong[0]
    assert "s3cr3t" not in found.wrong[0]


def test_a_secret_that_is_not_known_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "web.1.log").write_text("at=1\n")
    found = Findings()

    judge_secrets(found, tmp_path, {"signature of a download": ""}, [])

    assert found.wrong == ["every secret is known: 1 times not, such as signature of a download"]


@pytest.mark.parametrize(
    ("line", "is_good"),
    [
        ("at=2026-11-23T12:30:18.535Z level=info logger=web.request msg=answered path=/w/", True),
        (r'at=2026-11-23T12:30:18.535Z level=info logger=x msg="a \"b\"" error="a\nb"', True),
        ("Traceback (most recent call last):", False),
        ("at=2026-11-23T12:30:18.535Z level=info logger=x msg=two words", False),
        ("at=2026-11-23T12:30:18.535Z level=info logger=x msg=" + "x" * 10_000, False),
    ],
)
def test_a_line_that_is_no_event_is_found(tmp_path: Path, line: str, is_good: bool) -> None:
    (tmp_path / "worker.1.v1.log").write_text(f"{line}\n")
    (tmp_path / "release.1.log").write_text("Applying migrations\n")
    found = Findings()

    judge_lines(found, tmp_path)

    assert (found.wrong == []) == is_good


@pytest.mark.parametrize(("tower", "lost"), [("abc1", 0), ("other", 1)])
def test_a_request_whose_id_does_not_reach_the_tower_is_found(
    tmp_path: Path, tower: str, lost: int
) -> None:
    router, logs = tmp_path / "router.log", tmp_path / "logs"
    logs.mkdir()
    router.write_text('at=info method=POST path="/w/1/lots/2/start/" request_id=abc1 dyno=web.1\n')
    (logs / "web.1.v1.log").write_text("at=1 request_id=abc1\n")
    (logs / "worker.1.v1.log").write_text(f"at=1 request_id={tower}\n")
    found = Findings()

    judge_way(found, logs, router)

    assert len(found.wrong) == lost


def test_what_lets_somebody_in_is_found_in_mails() -> None:
    text = (
        "See https://a.example/reports/Abc123Abc123Abc123Abc1/ and "
        "https://a.example/w/9c5b94b1-35ad-49bb-b118-8e8fc24abf80/?next=/account/"
    )

    assert list(of_mails([{"content": [{"value": text}]}]).values()) == ["Abc123Abc123Abc123Abc1"]
