# SPDX-License-Identifier: Apache-2.0
"""The states of a package on its way out, and the only steps between them."""

from __future__ import annotations

from enum import StrEnum

from lawgate.model.fault import LawgateError


class State(StrEnum):
    """Where a package stands. `handed_out` may be pulled again: each pull takes a new lease and writes a new leaf."""

    PREPARED = "prepared"
    LEASED = "leased"
    LOGGED = "logged"
    HANDED_OUT = "handed_out"
    BARRED = "barred"


class Event(StrEnum):
    """What happens to it. `lost`: the lease ended or its process died. `key`: the first key byte goes out."""

    LEASE = "lease"
    BAR = "bar"
    LOG = "log"
    KEY = "key"
    LOST = "lost"


STEPS = {
    (State.PREPARED, Event.LEASE): State.LEASED,
    (State.BARRED, Event.LEASE): State.LEASED,
    (State.HANDED_OUT, Event.LEASE): State.LEASED,
    (State.LEASED, Event.LOG): State.LOGGED,
    (State.LOGGED, Event.KEY): State.HANDED_OUT,
    (State.LEASED, Event.LOST): State.PREPARED,
    # The leaf stands: whether the key went out is unknown, so it counts as disclosed, and the next pull starts over.
    (State.LOGGED, Event.LOST): State.HANDED_OUT,
    (State.PREPARED, Event.BAR): State.BARRED,
    (State.LEASED, Event.BAR): State.BARRED,
    (State.LOGGED, Event.BAR): State.BARRED,
    (State.HANDED_OUT, Event.BAR): State.BARRED,
    (State.BARRED, Event.BAR): State.BARRED,
}


def step(state: State, event: Event) -> State:
    """The state after the event. LawgateError for a step that does not exist: no key without a leaf, and so on."""
    after = STEPS.get((state, event))
    if after is None:
        raise LawgateError(f"a package that is {state} cannot take the step {event}")
    return after
