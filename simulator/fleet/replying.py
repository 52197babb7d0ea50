"""How mocks reply to what comes to them: which reply is theirs, when, and what it does.

Rule: what a message lacks is no value, and what is too much is left unanswered with a reason.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.behaviour.commands import Received
from simulator.behaviour.replies import ReplyPlan, arrived, replies_of
from simulator.definition.behaviour.reply import NOW
from simulator.definition.document import Definition
from simulator.definition.expressions.arithmetic import truth
from simulator.fleet.checkpoint import part_of, under
from simulator.fleet.departures import Departures
from simulator.fleet.doings import Doings
from simulator.fleet.due import Found
from simulator.fleet.matching import Matcher
from simulator.fleet.outgoing import Outgoing, Sampler
from simulator.fleet.pending import MAX_PENDING, WHOLE, Agenda
from simulator.fleet.population import REPLY, Population
from simulator.fleet.readings import Readings
from simulator.generators.base import check_state
from simulator.payloads.texts import JsonText
from simulator.randomness import FloatArray, IntArray

# Messages that one mock answers in a second of the run. Two mocks that answer each other would go
# on for ever, as fast as the broker lets them.
MAX_A_SECOND = 100

# Sends a message that is no message of the definition: of what, rows, times, what came, found.
Answering: TypeAlias = Callable[
    [Outgoing, IntArray, FloatArray, Mapping[str, NDArray[Any]], Found], None
]
# Makes a message ready for all mocks: its name and what it is.
MakeOutgoing: TypeAlias = Callable[[str, Any], Outgoing]


class Replying:
    """Lets the mocks of a population reply."""

    def __init__(
        self,
        definition: Definition,
        mocks: Population,
        readings: Readings,
        *,
        departures: Departures,
        doings: Doings,
        send: Answering,
        make: MakeOutgoing,
        messages: Mapping[str, Outgoing],
    ) -> None:
        count = len(mocks.status)
        self._mocks = mocks
        self._readings = readings
        self._departures = departures
        self._doings = doings
        self._send = send
        self._plans = replies_of(definition)
        self.matchers = [Matcher(plan.reply.on, readings.fixed, count) for plan in self._plans]
        self._samplers = [Sampler(readings, plan.names, ()) for plan in self._plans]
        self._answers = [
            [
                make(plan.name, each) if each.message is None else messages[each.message]
                for each in plan.reply.send
            ]
            for plan in self._plans
        ]
        self._agenda = Agenda()
        self._turns = np.zeros((count, len(self._plans)), dtype=np.int32)  # for choose: next
        # The second in which a mock answered last, and how many messages it did in it.
        self._second = np.full(count, -1, dtype=np.int64)
        self._in_second = np.zeros(count, dtype=np.int32)

    def read(self, row: IntArray, time: FloatArray, message: Received, found: Found) -> None:
        """Let one mock see whether a message is to be replied to, and plan it.

        Whoever calls it says ``go_on`` afterwards.
        """
        code = int(self._mocks.status[row[0]])
        for position, plan in enumerate(self._plans):
            if plan.codes is not None and code not in plan.codes:
                continue
            if not self.matchers[position].matches(int(row[0]), message):
                continue
            if not self._holds(position, row, time, message):
                continue
            share = plan.reply.chance.share
            if share < 1 and self._mocks.drawn(f"replies.{plan.name}.chance", row)[0] >= share:
                continue
            self._plan(position, row, time, message, found)
            if not plan.reply.more:
                return

    def do(self, rows: IntArray, times: FloatArray, found: Found) -> None:
        """Let each mock do the next thing that it has planned."""
        groups: dict[tuple[int, int, int], list[int]] = {}
        messages = []
        for index, row in enumerate(rows.tolist()):
            pending = self._agenda.take(row)
            messages.append(pending.message)
            key = pending.reply, pending.answer, pending.chosen
            groups.setdefault(key, []).append(index)
        for same, indexes in sorted(groups.items()):
            at = np.array(indexes)
            came = [messages[index] for index in indexes]
            self._do(same, rows[at], times[at], came, found)
        self.go_on(rows)

    def go_on(self, rows: IntArray) -> None:
        """Start the timer of the next thing that each mock does; forget that of who has ended."""
        for row in rows[self._mocks.ended[rows]].tolist():
            self._agenda.empty(row)
        times = np.array([self._agenda.next_at(row) for row in rows.tolist()])
        busy = np.isfinite(times)
        if busy.any():
            self._mocks.timers.start(rows[busy], REPLY, times[busy])

    def move(self, by: float) -> None:
        """Let all that is planned be done ``by`` s later."""
        self._agenda.move(by)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what is planned, and what was counted."""
        return {**under("agenda", self._agenda.state()), **self._counts()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same definition and cast gave.

        Raises:
            ValueError: The arrays are not its own.
        """
        self._agenda.restore(part_of(state, "agenda"))
        own: dict[str, NDArray[Any]] = {
            "turns": self._turns,
            "second": self._second,
            "in_second": self._in_second,
        }
        given = {name: state[name] for name in own}
        check_state(given, own)
        for name, values in given.items():
            own[name][:] = values

    def _counts(self) -> dict[str, NDArray[Any]]:
        return {
            "turns": self._turns.copy(),
            "second": self._second.copy(),
            "in_second": self._in_second.copy(),
        }

    def _holds(self, position: int, row: IntArray, time: FloatArray, message: Received) -> bool:
        condition = self._plans[position].reply.if_
        if condition is None:
            return True
        readings = self._samplers[position].take(self._mocks, row, time).readings
        readings.update(self._came(self._plans[position], [message]))
        return bool(truth(condition.evaluate(readings)).all())

    def _plan(
        self, position: int, row: IntArray, time: FloatArray, message: Received, found: Found
    ) -> None:
        """Plan what a reply does, unless it is too much."""
        plan, mock = self._plans[position], int(row[0])
        reply, name = plan.reply, f"replies.{plan.name}"
        chosen = self._choose(position, row)
        later = [i for i, e in enumerate(reply.send) if chosen in (-1, i) and e.delay != NOW]
        if not self._may_answer(row, time, 1 + len(later), found):
            return
        keys, turns = self._mocks.key(f"{name}.delay")[row], self._mocks.turns(row)
        due = float(time[0] + reply.delay.draw(keys, turns)[0])
        self._agenda.put(mock, due, position, message, answer=WHOLE, chosen=chosen)
        for index in later:
            keys = self._mocks.key(f"{name}.send[{index}].delay")[row]
            after = due + float(reply.send[index].delay.draw(keys, turns)[0])
            self._agenda.put(mock, after, position, message, answer=index, chosen=chosen)

    def _choose(self, position: int, row: IntArray) -> int:
        """Return the position of the one answer that is sent; -1: all of them are."""
        reply = self._plans[position].reply
        if reply.choose == "all" or not reply.send:
            return -1
        if reply.choose == "next":
            turn = int(self._turns[row[0], position])
            self._turns[row, position] += 1
            return turn % len(reply.send)
        weights = np.cumsum([each.weight for each in reply.send])
        share = self._mocks.drawn(f"replies.{self._plans[position].name}.choose", row)
        chosen = np.searchsorted(weights, share * weights[-1], side="right")
        return int(min(chosen[0], len(weights) - 1))

    def _may_answer(self, row: IntArray, time: FloatArray, count: int, found: Found) -> bool:
        """Return whether a mock may plan so much more; tell once a second when it may not."""
        second = int(time[0])
        if self._second[row[0]] != second:
            self._second[row], self._in_second[row] = second, 0
        self._in_second[row] += 1
        within = int(self._in_second[row[0]])
        if within <= MAX_A_SECOND and self._agenda.has_room(int(row[0]), count):
            return True
        limit = f"{MAX_A_SECOND} messages in a second" if within > MAX_A_SECOND else ""
        text = f"left unanswered: more than {limit or f'{MAX_PENDING} replies wait'}"
        if within == MAX_A_SECOND + 1 or not limit:
            status = int(self._mocks.status[row[0]])
            found.move(row, time, status, status, text)
        return False

    def _do(
        self,
        same: tuple[int, int, int],
        rows: IntArray,
        times: FloatArray,
        messages: list[Received],
        found: Found,
    ) -> None:
        """Do one thing for mocks that all do the same: reply, answer, what was chosen."""
        position, answer, chosen = same
        plan = self._plans[position]
        came = self._came(plan, messages)
        if plan.locals_:
            readings = self._samplers[position].take(self._mocks, rows, times).readings
            readings.update(came)
            for name, expression in plan.locals_:
                came[name] = readings[name] = expression.evaluate(readings)
        if answer != WHOLE:
            self._send(self._answers[position][answer], rows, times, came, found)
            return
        if plan.sets:
            self._doings.set(plan.sets, rows, times, came)
        for index, each in enumerate(plan.reply.send):
            if chosen in (-1, index) and each.delay == NOW:
                self._send(self._answers[position][index], rows, times, came, found)
        if plan.go is not None:
            for index, message in enumerate(messages):
                one = slice(index, index + 1)
                cause = f"{plan.cause} {message.source}"
                self._departures.lead(plan.go, rows[one], times[one], found, cause=cause)

    def _came(self, plan: ReplyPlan, messages: list[Received]) -> dict[str, NDArray[Any]]:
        """Return columns of what a reply reads of the messages that came."""
        columns: dict[str, NDArray[Any]] = {}
        for name in plan.arrived:
            columns[name] = np.empty(len(messages), dtype=object)
            columns[name][:] = [_value(arrived(message, name)) for message in messages]
        return columns


def _value(found: object) -> object:
    """Return what came as an expression and a payload take it: lists and mappings as their JSON."""
    return JsonText.of(found) if isinstance(found, dict | list) else found
