# SPDX-License-Identifier: Apache-2.0
"""D8, the way a key is handed out and an order comes into force, as pure steps (docs/spec/protocol.md).

Each part is a generator: it yields what is to be done next, and is sent what came of it. It touches nothing itself, so
the office, the key keeper and a simulation run the very same steps. A process that dies takes its generator with it;
nothing takes one up again. Whoever asks again starts from the first step.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lawgate.protocol.bars import Bar

TAR, KEYS = "tar", "keys"


@dataclass(frozen=True, slots=True)
class Lease:
    """Ask a keeper (0 is the custodian's) to take its gate for this package. Comes back: True, or False when busy."""

    keeper: int


@dataclass(frozen=True, slots=True)
class Look:
    """Find out everything, now and afresh. Comes back: every bar there is.

    `handout` is the index of the leaf that has to be shown in the published log and still be covered by a lease; -1
    where there is none yet.
    """

    handout: int


@dataclass(frozen=True, slots=True)
class Record:
    """Write the leaf `handout`, durably, if the lease still runs and nothing new bars when it is this leaf's turn.

    Comes back: the index of the leaf; or the bars, and then there is no leaf.
    """


@dataclass(frozen=True, slots=True)
class Publish:
    """Sign the head, have it cosigned, publish it. Comes back: nothing; that it failed shows in the look after it."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Tell a keeper the index of the leaf, and let it hand out. Comes back: what it sent, or why it did not."""

    keeper: int
    handout: int


@dataclass(frozen=True, slots=True)
class Note:
    """Write that nothing, or only part, was handed out, and why. Comes back: nothing."""

    bars: tuple[Bar, ...]
    step: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A keeper's envelope, its identities sealed to the recipient: SHA-256 (hex), and size in bytes."""

    envelope: str
    size: int


@dataclass(frozen=True, slots=True)
class RecordSent:
    """Write the leaf `sent`. Comes back: its index."""

    handout: int
    handed: tuple[Handed, ...]


@dataclass(frozen=True, slots=True)
class Spend:
    """Note, durably, that this leaf is used up: it is good for one hand-out. Comes back: True, or False if it was."""

    handout: int


@dataclass(frozen=True, slots=True)
class Seal:
    """Seal the identities to the recipient's key. Comes back: the envelope, as `Handed`."""


@dataclass(frozen=True, slots=True)
class StillMay:
    """Ask once more, at once: the lease. Comes back: the bars."""


@dataclass(frozen=True, slots=True)
class Write:
    """Give the recipient the sealed tar (TAR), or the sealed identities (KEYS). Comes back: nothing."""

    part: str


@dataclass(frozen=True, slots=True)
class Bind:
    """Put the text into the register of orders. From here it binds. Comes back: nothing."""


@dataclass(frozen=True, slots=True)
class RecordBar:
    """Write the leaf `order-bar` (of an act `order-act`), and that of anything else in the register that lacks its own.

    Comes back: its index; -1 where it had one before.
    """


@dataclass(frozen=True, slots=True)
class Drain:
    """Wait until every lease from before was given back or has run out. Comes back: nothing."""


@dataclass(frozen=True, slots=True)
class RecordInForce:
    """Write the leaf `in-force` with every hand-out that slipped through before the bar, wherever one is lacking.

    Comes back: its index; -1 where none was.
    """

    bar: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """It did not happen. `step` is how far it had come: `looked`, `logged`, `begun`, or `busy` with no bars."""

    bars: tuple[Bar, ...]
    step: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """It happened: indexes of the leaves `handout` and `sent`."""

    handout: int
    sent: int


Asking: TypeAlias = Generator[Lease | Look | Record | Publish | Hand | Note | RecordSent, object, Delivered | Stopped]
Handing: TypeAlias = Generator[Look | Spend | Seal | StillMay | Write, object, Handed | Stopped]
Entering: TypeAlias = Generator[Bind | RecordBar | Drain | RecordInForce | Publish, object, int]


def ask(keepers: int = 1) -> Asking:
    """The office's part of a hand-out: leases, a first look, the leaf, its publication, then each keeper in turn.

    The leaf comes before the first byte of any key (I1), and every try has one of its own (I7). From the leaf on the
    rows count as disclosed, whatever happens after (I8).
    """
    for keeper in range(keepers):
        if (yield Lease(keeper)) is not True:
            return Stopped((), "busy")
    if found := _bars((yield Look(-1))):
        return (yield from _stopped(found, "looked"))
    index = yield Record()
    if not isinstance(index, int):
        return (yield from _stopped(_bars(index), "looked"))
    yield Publish()
    handed: list[Handed] = []
    for keeper in range(keepers):
        made = yield Hand(keeper, index)
        if not isinstance(made, Handed):
            return (yield from _stopped(*_why(made)))
        handed.append(made)
    sent = yield RecordSent(index, tuple(handed))
    return Delivered(index, _index(sent))


def hand(handout: int, parts: Sequence[str] = (TAR, KEYS)) -> Handing:
    """A keeper's part: its own look with the leaf in hand, and the lease before each thing that cannot be taken back.

    Nothing of what the office says is believed but the number of the leaf, and that only as a question to the log. The
    keys are the last of `parts`; a second keeper has nothing else to give.
    """
    if found := _bars((yield Look(handout))):
        return Stopped(found, "logged")
    if (yield Spend(handout)) is not True:
        return Stopped((Bar("handout_spent", "not_met", (), "the leaf was used for a hand-out before"),), "logged")
    sealed = yield Seal()
    if not isinstance(sealed, Handed):
        return Stopped(_bars(None), "logged")
    step = "logged"
    for part in parts:
        if found := _bars((yield StillMay())):
            return Stopped(found, step)
        yield Write(part)
        step = "begun"
    return sealed


def enter() -> Entering:
    """An order's way into force: it binds first, and everything else may fail after that. The index of `in-force`.

    Two phases: no new lease looks past the bar (I3), and when the old ones are gone nothing can be under way (I4).
    """
    yield Bind()
    bar = _index((yield RecordBar()))
    yield Drain()
    made = _index((yield RecordInForce(bar)))
    yield Publish()
    return made


def _stopped(bars: tuple[Bar, ...], step: str) -> Generator[Note, object, Stopped]:
    yield Note(bars, step)
    return Stopped(bars, step)


def _bars(found: object) -> tuple[Bar, ...]:
    """The bars that came back. Whatever else came back instead of an answer bars too."""
    if isinstance(found, Sequence) and not isinstance(found, str) and all(isinstance(each, Bar) for each in found):
        return tuple(found)
    return (Bar("step", "unknown", (), "a step of the hand-out gave no answer"),)


def _why(made: object) -> tuple[tuple[Bar, ...], str]:
    if isinstance(made, Stopped):
        return made.bars or _bars(None), made.step
    return _bars(None), "logged"


def _index(found: object) -> int:
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError("a leaf has an index")
    return found
