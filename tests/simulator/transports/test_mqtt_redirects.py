"""Servers of MQTT 5 that send a mock elsewhere, in virtual time."""

import pytest

from simulator.transports.redirects import MAX_HOPS
from tests.simulator.protocols.mqtt_making import CONNACK, block, packet
from tests.simulator.transports.mqtt_stage import connect, on_stage
from tests.simulator.transports.virtual import Stage


def redirect(reference: str, code: int = 0x9C) -> bytes:
    return packet(0x20, bytes((0, code)) + block(server_reference=reference))


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("b.example", ("b.example", 1)),
        ("b.example:1884", ("b.example", 1884)),
        ("b.example:1884 c.example", ("b.example", 1884)),
        ("[::1]:1884", ("::1", 1884)),
        ("mqtt://b.example:1884", ("b.example", 1884)),
    ],
)
def test_a_redirect_is_followed_where_the_target_says_so(
    reference: str, place: tuple[str, int]
) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, redirect(reference))

        assert stage.exchange._lines[0].detour == place
        assert stage.diary.losses == [(0, f"broker refused: use another server: {reference}")]

    on_stage(play, version="5", follow_redirects=True)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("", "it names no server"),
        ("mqtts://b.example", "it is not mqtt://"),
        ("ws://b.example/mqtt", "it is not mqtt://"),
        ("b.example/path", "it is no host and port"),
        ("user@b.example", "it is no host and port"),
        ("b.example:99999", "it is no host and port"),
        ("b.example:" + "x" * 60_000, "it is no host and port"),
        ("b\x7f.example", "it is no host and port"),
        ("[::1", "it is no host and port"),
        (":1883", "it is no host and port"),
    ],
)
def test_a_redirect_that_leads_nowhere_or_elsewhere_is_not_followed(
    reference: str, why: str
) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, redirect(reference))

        assert stage.exchange._lines[0].detour is None
        assert stage.diary.losses[0][1].endswith(f", not followed: {why}")

    on_stage(play, version="5", follow_redirects=True)


def test_a_redirect_is_only_told_unless_the_target_says_so() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, redirect("b.example"))

        assert stage.exchange._lines[0].detour is None
        assert stage.diary.losses == [(0, "broker refused: use another server: b.example")]

    on_stage(play, version="5")


def test_after_a_few_redirects_in_a_row_no_more_are_followed() -> None:
    async def play(stage: Stage) -> None:
        stage.exchange._detours.road = lambda _: stage.road  # type: ignore[assignment, method-assign, return-value]
        await connect(stage, redirect("b.example"))
        for _ in range(MAX_HOPS):
            await stage.pass_time(20)
            stage.socket.say(redirect("b.example"))

        assert stage.diary.losses[-1][1].endswith(f", not followed: {MAX_HOPS} redirects in a row")
        assert stage.exchange._lines[0].detour is None

    on_stage(play, version="5", follow_redirects=True)


@pytest.mark.parametrize(("code", "after"), [(0x9C, None), (0x9D, ("b.example", 1))])
def test_only_a_server_that_moved_for_good_is_gone_back_to(
    code: int, after: tuple[str, int] | None
) -> None:
    async def play(stage: Stage) -> None:
        stage.exchange._detours.road = lambda _: stage.road  # type: ignore[assignment, method-assign, return-value]
        await connect(stage, redirect("b.example", code))
        await stage.pass_time(2)
        stage.socket.say(CONNACK["5"])
        assert stage.diary.opens == [0]

        stage.socket.hang_up(ConnectionResetError())
        await stage.settle()

        assert stage.exchange._lines[0].detour == after

    on_stage(play, version="5", follow_redirects=True)


def test_a_server_that_moved_where_nobody_is_is_left_for_the_target_again() -> None:
    async def play(stage: Stage) -> None:
        stage.exchange._detours.road = lambda _: stage.road  # type: ignore[assignment, method-assign, return-value]
        await connect(stage, redirect("b.example", 0x9D))
        stage.road.failure = "connection refused"

        await stage.pass_time(2)

        assert stage.diary.losses[-1] == (0, "connection refused")
        assert stage.exchange._lines[0].detour is None

    on_stage(play, version="5", follow_redirects=True)


def test_servers_that_send_a_mock_round_are_left_after_a_few_hops_too() -> None:
    async def play(stage: Stage) -> None:
        stage.exchange._detours.road = lambda _: stage.road  # type: ignore[assignment, method-assign, return-value]
        leave = packet(0xE0, b"\x9c" + block(server_reference="b.example"))
        await connect(stage, CONNACK["5"] + leave)
        for _ in range(MAX_HOPS):
            await stage.pass_time(20)
            stage.socket.say(CONNACK["5"] + leave)

        assert stage.diary.losses[-1][1].endswith(f", not followed: {MAX_HOPS} redirects in a row")
        await stage.pass_time(20)
        stage.socket.say(CONNACK["5"])
        await stage.pass_time(15)  # it lasts: what comes now is another matter
        stage.socket.say(leave)
        assert stage.diary.losses[-1][1].endswith("b.example")

    on_stage(play, version="5", follow_redirects=True)
