# SPDX-License-Identifier: Apache-2.0
"""Hand out a package's keys: gate, last look, leaf, witnesses, and only then, by the keeper's own look, a key byte.

The steps are those of `protocol.steps`. Recovery sends nothing by itself. Whoever asks again goes through all of it
again and leaves another leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256

from lawgate.authority.freezes import LawOf, untold
from lawgate.authority.gates import Sources
from lawgate.authority.lifts import Lifting
from lawgate.authority.look import Evidence, Look, look
from lawgate.docket.standing import digest
from lawgate.law.notice_parties import NoticeParties
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.note import Verify
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import MAX_LIST, Value, fits
from lawgate.model.fault import LawgateError
from lawgate.model.form import Ceilings
from lawgate.model.request import Registers
from lawgate.model.timerule import TimeRule
from lawgate.office.order_leaves import UNREADABLE
from lawgate.ports.clock import Clock
from lawgate.ports.orders import OrderRegister
from lawgate.ports.papers import PaperRooms
from lawgate.ports.release import Courier, Holding, KeyKeeper, PackageStore, ReleaseLog, delivered_as, opened
from lawgate.ports.seal import Sealer
from lawgate.protocol import manifest as manifests
from lawgate.protocol import steps
from lawgate.protocol.bars import Bar, Barred, Last, bars, last_bars
from lawgate.protocol.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ReleaseDesk:
    """What releasing needs. `office` is the reviewing office; registers are read afresh at every look.

    `keepers` hold the identities: the custodian's first, then the second where there is one.
    `holds(batch)` says whether a decided request still holds under what the office has now; None when it cannot tell.
    `time_rule(day)` is how hours of notice are counted, `lifting` what acts that loosen are judged by.
    """

    keepers: tuple[KeyKeeper, ...]
    register: OrderRegister
    log: ReleaseLog
    policy: Policy
    verify: Verify
    packages: PackageStore
    sealer: Sealer
    registers: Callable[[], Registers]
    holds: Callable[[str], bool | None]
    office: str
    ceilings: Ceilings
    rulebook: Callable[[], Rulebook]
    time_rule: Callable[[date], TimeRule | None]
    parties: Callable[[], NoticeParties]
    lifting: Callable[[], Lifting]
    papers: PaperRooms
    clock: Clock
    law_of: LawOf = untold

    @property
    def sources(self) -> Sources:
        """Where a look finds things out."""
        return Sources(
            publish=self.log.publish,
            leaves=lambda: list(self.log.leaves()),
            proof=self.log.proof,
            texts=self.register.texts,
            registers=self.registers,
            holds=self.holds,
            sealable=self.sealer.is_recipient,
            moment=self.clock.now,
            policy=self.policy,
            verify=self.verify,
            office=self.office,
            ceilings=self.ceilings,
            rulebook=self.rulebook,
            time_rule=self.time_rule,
            parties=self.parties,
            lifting=self.lifting,
            papers=self.papers.read,
            law_of=self.law_of,
        )


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What happened: the index of the leaf `handout`, of the leaf `sent`, and the name under which it was delivered."""

    handout: int
    sent: int
    name: str


def pull(desk: ReleaseDesk, package: str, key_asked: str, courier: Courier) -> HandedOut:
    """Have the package and its sealed keys handed to the recipient who asks with the registered key `key_asked`.

    Barred with every reason when it may not happen now; Refused (`gate_busy`) when another hand-out is under way;
    another LawgateError when something is broken. Once the leaf `handout` is written the rows count as disclosed,
    whatever happens after.
    """
    found = opened(desk.packages, package)
    with ExitStack() as held:
        made = _Asking(desk, found, key_asked, courier, held).through(steps.ask(found.manifest.custody))
    if isinstance(made, steps.Stopped):
        raise Barred(made.bars, made.step)
    return HandedOut(made.handout, made.sent, delivered_as(package, made.handout))


class _DocketMovedError(LawgateError):
    """Somebody entered something after the look."""


class _Asking:
    """The office's steps of one hand-out, done for real."""

    def __init__(self, desk: ReleaseDesk, found: Evidence, key_asked: str, courier: Courier, held: ExitStack) -> None:
        self._desk, self._found, self._asked, self._courier, self._held = desk, found, key_asked, courier, held
        self._leases: list[Holding] = []
        self._seen: Look | None = None

    def through(self, asking: steps.Asking) -> steps.Delivered | steps.Stopped:
        answer: object = None
        while True:
            try:
                step = asking.send(answer)
            except StopIteration as end:
                made: steps.Delivered | steps.Stopped = end.value
                return made
            answer = self._do(step)

    def _do(self, step: object) -> object:
        match step:
            case steps.Lease(keeper):
                if keeper >= len(self._desk.keepers):
                    raise LawgateError("the package needs a second keeper, and this office has none")
                opening = self._desk.keepers[keeper].open(self._found.manifest.package, self._asked, self._courier)
                self._leases.append(self._held.enter_context(opening))
                return True
            case steps.Look():
                self._seen = look(self._desk.sources, self._found, self._asked)
                return bars(self._seen.facts)
            case steps.Record():
                return self._record()
            case steps.Publish():
                self._publish()
                return None
            case steps.Hand(keeper, handout):
                return self._leases[keeper].hand(handout)
            case steps.Note(found, at):
                _note(self._desk, self._found.manifest.package, self._asked, Barred(found, at))
                return None
            case steps.RecordSent(handout, handed):
                return self._desk.log.append(_sent_leaf(self._desk, self._found.manifest.package, handout, handed))
        raise LawgateError("a step that nobody knows")

    def _record(self) -> int | tuple[Bar, ...]:
        """Each try ends, and the lease ends them all."""
        while True:
            if self._seen is None:
                raise LawgateError("a leaf before a look")
            seen, leaf = self._seen, _handout_leaf(self._desk, self._found.manifest, self._seen)
            try:
                return self._desk.log.append(leaf, partial(self._still, seen))
            except _DocketMovedError:
                self._seen = look(self._desk.sources, self._found, self._asked)
                if found := bars(self._seen.facts):
                    return found
            except Barred as late:
                return late.bars

    def _still(self, seen: Look) -> None:
        """Asked inside the turn at the log: waiting for it can outlast the lease, and an order be in force by then."""
        left = min(lease.left() for lease in self._leases)
        if late := last_bars(seen.facts, Last(True, left)):
            raise Barred(late)
        # An order is in the docket before its bar is in the log. With the docket as it was at the look, and nobody else
        # able to write, no bar comes before this leaf (I3).
        if digest(self._desk.register.texts()) != seen.docket:
            raise _DocketMovedError("the docket is another one than at the look")

    def _publish(self) -> None:
        try:
            self._desk.log.publish()
        except LawgateError:
            return  # the keeper sees for itself that the leaf is not in a published head


def _note(desk: ReleaseDesk, package: str, key_asked: str, barred: Barred) -> None:
    """The leaf about a hand-out that did not happen; Barred is what the caller sees, also when this cannot be logged.

    What asked is named by digest only: it may be any text. An order nobody can read is named as that.
    """
    orders = {each if fits("id", each) else UNREADABLE for bar in barred.bars for each in bar.orders}
    body: dict[str, Value] = {
        "package": package,
        "asked": manifests.text_digest(key_asked),
        "step": barred.step,
        "bars": [bar.code for bar in barred.bars],
        "orders": sorted(orders)[:MAX_LIST],
    }
    try:
        desk.log.append(StageLeaf("barred", instant(desk.clock.now()), body))
    except (LawgateError, MalformedError, OSError) as error:
        raise barred from error


def _handout_leaf(desk: ReleaseDesk, manifest: Manifest, seen: Look) -> StageLeaf:
    if seen.prepared is None or seen.docket is None:
        raise LawgateError("no prepared leaf or docket after all bars were passed")
    before = [leaf for _, leaf in desk.log.leaves() if leaf.kind == "handout"]
    body: dict[str, Value] = {
        "package": manifest.package,
        "prepared_leaf": seen.prepared[0],
        "root": seen.prepared[1].text("root"),
        "rows": len(manifest.records),
        "recipient": manifest.agency,
        "recipient_key": manifest.recipient_key,
        "recipient_text": manifest.recipient_text,
        "standing": seen.docket,
        "attempt": 1 + sum(leaf.text("package") == manifest.package for leaf in before),
    }
    # Only what was kept at preparing can be shown later: after somebody's new id the hand-out names no paper.
    if seen.parts and sha256(seen.parts).hexdigest() == seen.prepared[1].body.get("parts"):
        body["parts"] = seen.prepared[1].text("parts")
    return StageLeaf("handout", instant(desk.clock.now()), body)


def _sent_leaf(desk: ReleaseDesk, package: str, index: int, handed: Sequence[steps.Handed]) -> StageLeaf:
    """With two keepers `envelope` is over both digests, in the keepers' order, a line each."""
    lines = "".join(f"{each.envelope}\n" for each in handed).encode()
    body: dict[str, Value] = {
        "package": package,
        "handout_leaf": index,
        "envelope": handed[0].envelope if len(handed) == 1 else sha256(lines).hexdigest(),
        "size": sum(each.size for each in handed),
    }
    return StageLeaf("sent", instant(desk.clock.now()), body)
