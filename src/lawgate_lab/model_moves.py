# SPDX-License-Identifier: Apache-2.0
"""Everything that can happen next in a small world: workers that hand out, one order, and what may fail.

One package, one recipient. A worker is a process that hands the key out; it believes what it saw last. The register
keeps the gate for the session of a worker, so that a lost session frees it while the worker notices nothing. Each move
is one step that nothing can interrupt; between two moves anything else may happen, and a worker may be slow for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from lawgate_lab.model_designs import Design, Safeguard

PARTS = 2
"""Parts of the package that travel before the key; enough to be stopped between two."""


class Order(IntEnum):
    """How far the order has come. ASKED binds nobody yet; BARRED stops new holders of the gate."""

    NONE = 0
    ASKED = 1
    BARRED = 2
    IN_FORCE = 3


class At(IntEnum):
    """Where a worker stands. It has looked at STARTED; LOGGED has its leaf; READY will send in its next step."""

    IDLE = 0
    STARTED = 1
    LOGGED = 2
    READY = 3
    STREAMING = 4
    SENT = 5
    HUNG = 6


class Worker(NamedTuple):
    """One process. `gate`: the register thinks it holds the gate. `lease`: it thinks so itself, and its time runs.

    `fence`: the register has not yet seen its lease given back or run out. `own`: it wrote a leaf that it has not used.
    `looked`: it looked at the orders after the last thing it sent.
    """

    at: At = At.IDLE
    gate: bool = False
    lease: bool = False
    fence: bool = False
    own: bool = False
    looked: bool = False


class State(NamedTuple):
    """The world. `open`: parts travel unsealed. The last three are the faults that may still come.

    `spare`: leaves less hand-outs, from -1 up to one more than there are workers.
    """

    workers: tuple[Worker, ...]
    open: bool
    order: Order = Order.NONE
    parts: int = 0
    key: bool = False
    leaf: bool = False
    accounted: bool = False
    recorded: bool = False
    spare: int = 0
    crashes: int = 0
    losses: int = 0
    hangs: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """One step: what a person would say of it, the world after it, and what matters to the properties.

    `sends` is the worker as it was when it sent something readable; `begins` whether that begins a hand-out; `takes`
    whether somebody got the gate; `fault` whether it is a failure, which nothing may rely on to happen.
    """

    says: str
    after: State
    sends: Worker | None = None
    begins: bool = False
    takes: bool = False
    fault: bool = False


def start(design: Design, workers: int, crashes: int, losses: int, hangs: int) -> State:
    """The first state: nothing sent, no order, so many faults still to come."""
    unsealed = Safeguard.SEALED not in design.has
    return State(tuple(Worker() for _ in range(workers)), unsealed, crashes=crashes, losses=losses, hangs=hangs)


def moves(state: State, design: Design) -> Iterator[Move]:
    """Every step that can come next."""
    yield from _order(state, design.has)
    for index, worker in enumerate(state.workers):
        if Safeguard.SEALED in design.has:
            yield from _sealed(state, design.has, index, worker)
        else:
            yield from _streamed(state, design.has, index, worker)
        yield from _world(state, design.has, index, worker)


def name(index: int) -> str:
    """What a worker is called in a trace."""
    return f"worker {chr(ord('A') + index)}"


_Has = frozenset[Safeguard]


def _order(state: State, has: _Has) -> Iterator[Move]:
    if state.order is Order.NONE:
        if Safeguard.GATE not in has:
            yield Move("the order comes into force", state._replace(order=Order.IN_FORCE))
        elif Safeguard.BAR in has:
            yield Move("the order is entered; nobody new gets the gate", state._replace(order=Order.BARRED))
        else:
            yield Move("the order is entered and waits for the gate", state._replace(order=Order.ASKED))
    elif state.order is not Order.IN_FORCE and _drained(state, has):
        yield Move("nobody holds the gate any more: the order is in force", state._replace(order=Order.IN_FORCE))


def _drained(state: State, has: _Has) -> bool:
    if Safeguard.DRAIN not in has:
        return True
    if Safeguard.WAIT_OUT in has:
        return not any(worker.fence for worker in state.workers)
    return not any(worker.gate for worker in state.workers)


def _put(state: State, index: int, worker: Worker) -> State:
    return state._replace(workers=(*state.workers[:index], worker, *state.workers[index + 1 :]))


def _streamed(state: State, has: _Has, index: int, worker: Worker) -> Iterator[Move]:
    """Designs without a key: whatever arrives is readable."""
    if state.parts == PARTS:
        return
    who, free = name(index), state.order is Order.NONE
    if worker.at is At.IDLE and free:
        ready = worker._replace(at=At.READY, own=True, looked=True)
        after = _put(state, index, ready)._replace(leaf=True, accounted=True, spare=_more(state, 1))
        yield Move(f"{who} looks, sees no order, and writes the leaf", after)
    if worker.at is At.STREAMING and Safeguard.LOOK_EACH in has:
        if free:
            yield Move(
                f"{who} looks again, sees no order", _put(state, index, worker._replace(at=At.READY, looked=True))
            )
    elif worker.at in (At.READY, At.STREAMING):
        begins = worker.own
        sent = worker._replace(at=At.STREAMING, own=False, looked=False)
        after = _put(state, index, sent)._replace(parts=state.parts + 1, spare=_more(state, -1 if begins else 0))
        yield Move(f"{who} sends a readable part", after, worker, begins)


def _sealed(state: State, has: _Has, index: int, worker: Worker) -> Iterator[Move]:
    """Designs in which the key goes last."""
    who = name(index)
    if worker.at is At.IDLE:
        yield from _tries(state, has, index, worker)
    elif worker.at is At.STARTED:
        yield from _commits(state, has, index, worker)
    elif worker.at is At.LOGGED:
        if Safeguard.LEASE in has and not worker.lease:
            yield Move(f"{who} sees that its lease has run out, and sends nothing", _put(state, index, _left(worker)))
        else:
            says = f"{who} sees that its lease still runs" if Safeguard.LEASE in has else f"{who} gets ready to send"
            yield Move(says, _put(state, index, worker._replace(at=At.READY)))
    elif worker.at is At.READY:
        sent = worker._replace(at=At.SENT, own=False, looked=False)
        after = _put(state, index, sent)._replace(key=True, spare=_more(state, -1))
        yield Move(f"{who} sends the key", after, worker, begins=True)
    elif worker.at is At.SENT:
        left = _put(state, index, _left(worker))._replace(recorded=True)
        if Safeguard.LEAF_FIRST in has:
            yield Move(f"{who} notes that the key was sent", left)
        else:
            logged = left._replace(leaf=True, accounted=True, spare=_more(state, 1))
            yield Move(f"{who} writes the leaf and the accounting", logged)


def _tries(state: State, has: _Has, index: int, worker: Worker) -> Iterator[Move]:
    who, again = name(index), state.leaf and Safeguard.LOOKS_AGAIN not in has
    if state.parts < PARTS:
        if state.order is not Order.IN_FORCE:
            yield Move(f"{who} sends a sealed part", state._replace(parts=state.parts + 1))
        return
    pending = state.leaf and not state.recorded
    if pending and Safeguard.NO_REPLAY not in has:
        yield Move(
            f"{who} finds a leaf with no note of sending, and sends again",
            _put(state, index, worker._replace(at=At.READY)),
        )
    if state.recorded and Safeguard.OWN_LEAF not in has:
        return
    if Safeguard.GATE not in has:
        yield Move(f"{who} begins", _put(state, index, worker._replace(at=At.STARTED)))
        return
    free = not any(other.gate for other in state.workers)
    if Safeguard.GATE_WAITS in has:
        free = free and not any(other.fence for other in state.workers)
    if free and (state.order in (Order.NONE, Order.ASKED) or again):
        held = Worker(At.STARTED, gate=True, lease=True, fence=True, looked=not again)
        says = "takes the gate without another look" if again else "takes the gate and sees no order in force"
        yield Move(f"{who} {says}", _put(state, index, held), takes=True)


def _commits(state: State, has: _Has, index: int, worker: Worker) -> Iterator[Move]:
    who = name(index)
    if Safeguard.GATE in has and not worker.gate:
        yield Move(f"{who} cannot write: its session is gone", _put(state, index, _left(worker)))
        return
    if Safeguard.GATE not in has:
        if state.order is not Order.NONE:
            yield Move(f"{who} sees the order and stops", _put(state, index, _left(worker)))
            return
        worker = worker._replace(looked=True)
        if Safeguard.LEAF_FIRST not in has:
            yield Move(f"{who} looks, sees no order", _put(state, index, worker._replace(at=At.READY)))
            return
    logged = worker._replace(at=At.LOGGED)
    if Safeguard.GATE in has and Safeguard.HELD not in has:
        logged, who = logged._replace(gate=False, fence=False), f"{who} gives the gate back and"
    if Safeguard.LEAF_FIRST not in has:
        yield Move(f"{who} goes on without a leaf", _put(state, index, logged))
    elif state.leaf and Safeguard.OWN_LEAF not in has:
        yield Move(f"{who} finds the leaf that is there and goes on", _put(state, index, logged))
    else:
        after = _put(state, index, logged._replace(own=True))._replace(leaf=True, accounted=True, spare=_more(state, 1))
        yield Move(f"{who} writes leaf and accounting, durably", after)


def _world(state: State, has: _Has, index: int, worker: Worker) -> Iterator[Move]:
    """What nobody wants: crashes, lost sessions, a process that hangs; and time, which passes."""
    who, busy = name(index), worker.at not in (At.IDLE, At.HUNG)
    if state.crashes and busy:
        # The register of a crashed worker's gate is freed with its session; that its lease ended, only time tells.
        after = _put(state, index, Worker(fence=worker.fence))._replace(crashes=state.crashes - 1)
        yield Move(f"{who} crashes and starts again, knowing nothing", after, fault=True)
    if state.losses and worker.gate:
        after = _put(state, index, worker._replace(gate=False))._replace(losses=state.losses - 1)
        yield Move(
            f"the register loses the session of {who} and frees the gate; {who} does not notice", after, fault=True
        )
    if state.hangs and busy:
        after = _put(state, index, worker._replace(at=At.HUNG))._replace(hangs=state.hangs - 1)
        yield Move(f"{who} hangs for ever", after, fault=True)
    if Safeguard.LEASE not in has:
        return
    if worker.lease:
        yield Move(f"the lease of {who} runs out", _put(state, index, worker._replace(lease=False)))
    # The margin: an assumption about time. It outlasts the moment between a worker's last look and its sending.
    between = Safeguard.MARGIN in has and worker.at is At.READY
    if worker.fence and not worker.lease and not between:
        after = _put(state, index, worker._replace(gate=False, fence=False))
        yield Move(f"the register sees the time of the lease of {who} as over", after)


def _left(worker: Worker) -> Worker:
    """A worker that gives back what it holds. Without the gate over the sending there is nothing to give."""
    held = worker.gate or worker.lease
    return Worker(fence=worker.fence and not held)


def _more(state: State, change: int) -> int:
    return max(-1, min(state.spare + change, len(state.workers) + 1))
