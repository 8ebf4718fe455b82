# SPDX-License-Identifier: Apache-2.0
"""What docket, notices, approvals and the recipient key's registration leave in the way of a package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial

from lawgate.authority.approvals import Sought, approved, rules_of, terms_over
from lawgate.authority.freezes import Asked, LawOf, freezing, frozen, gone_with, then_of, untold
from lawgate.authority.keys import key_rules_of, key_usable
from lawgate.authority.lifts import Lifting, lifted, missing
from lawgate.authority.notices import Known, Record, Transfer, notices_met
from lawgate.authority.papers import Papers
from lawgate.docket.duties import duties
from lawgate.docket.standing import covering, digest, standing
from lawgate.law.notice_parties import NoticeParties
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import Verify
from lawgate.ledger.proof import LogProof
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.model.fault import LawgateError
from lawgate.model.form import Ceilings
from lawgate.model.order import EffectKind, Standing
from lawgate.model.request import RecipientKey, Registers
from lawgate.model.timerule import TimeRule
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.manifest import Manifest

Indexed = tuple[int, StageLeaf]
LOOSENING = frozenset({"approval", "lift", "act-notice", "act-receipt", "receipt"})
"""Kinds of leaves that can take a bar away: they count when witnesses saw them."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a look finds things out, each afresh. A call that cannot answer raises a LawgateError, which bars.

    `publish` signs the head and has it cosigned; `proof(index)` is that of a leaf under the published checkpoint.
    `texts` are the docket's by file name. `holds(batch)` says whether a decided request still holds under what there is
    now; None when it cannot be told. `sealable` says whether a recipient text can be sealed to. `office` is the
    reviewing office; `time_rule(day)` how hours of notice are counted; `papers` what is kept beside a package.
    `law_of(digest)` gives the texts of an earlier rulebook; where nobody keeps them, whatever is frozen is held.
    """

    publish: Callable[[], None]
    leaves: Callable[[], Sequence[Indexed]]
    proof: Callable[[int], LogProof]
    texts: Callable[[], Mapping[str, bytes]]
    registers: Callable[[], Registers]
    holds: Callable[[str], bool | None]
    sealable: Callable[[str], bool]
    moment: Callable[[], datetime]
    policy: Policy
    verify: Verify
    office: str
    ceilings: Ceilings
    rulebook: Callable[[], Rulebook]
    time_rule: Callable[[date], TimeRule | None]
    parties: Callable[[], NoticeParties]
    lifting: Callable[[], Lifting]
    papers: Callable[[Manifest, Sequence[Indexed], RecipientKey | None], Papers]
    law_of: LawOf = untold


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for one look, at one moment. `head` is the newest head that counts; None when there is none."""

    at: datetime
    manifest: Manifest
    leaves: Sequence[Indexed]
    registers: Registers
    papers: Papers
    rulebook: Rulebook
    head: Witnessed | None

    @property
    def witnessed(self) -> Sequence[Indexed]:
        """The leaves without those that could let something go and that no witness has seen: they may vanish again."""
        size = 0 if self.head is None else self.head.checkpoint.size
        return [(at, leaf) for at, leaf in self.leaves if at < size or leaf.kind not in LOOSENING]

    @property
    def day(self) -> date:
        """The UTC day."""
        return self.at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Docket:
    """Orders that cover the package, orders whose text is lost, the docket's digest, and how it stands.

    None, and no standing, where it cannot be read.
    """

    covering: tuple[str, ...] | None
    missing: tuple[str, ...] | None
    digest: str | None
    stands: tuple[Standing, ...]


def docket_of(sources: Sources, found: Found) -> Docket:
    """The register read afresh. Duties with terms do not cover: notice and approvals are bars of their own."""
    try:
        texts: Mapping[str, bytes] = sources.texts()
        loosened = lifted(found.witnessed, texts, sources.lifting(), found.at)
    except LawgateError:
        return Docket(None, None, None, ())
    # What begins while a lease runs counts already, and so does what a clerk dated a little ahead of our clock:
    # whatever is in the docket binds at once.
    ahead = found.at + timedelta(seconds=CLOCK_SECONDS)
    stands = tuple(standing(texts, at, loosened) for at in (found.at, ahead))
    ids = dict.fromkeys(
        each
        for one in stands
        for part in manifests.covered(found.manifest, found.registers.humans)
        for each in covering(one, part, frozenset((duty.order, duty.effect) for duty in duties(one, part)))
    )
    ids.update(dict.fromkeys(_frozen(sources, found, stands)))
    return Docket(tuple(ids), missing(found.leaves, texts), digest(texts), stands)


def _frozen(sources: Sources, found: Found, stands: Sequence[Standing]) -> tuple[str, ...]:
    """Ids of the orders that freeze expansion and that the package goes beyond."""
    if not any(freezing(one) for one in stands):
        return ()
    manifest, by = found.manifest, dict(found.leaves)
    decided = [leaf for leaf in by.values() if leaf.kind == "decision-batch" and leaf.text("batch") == manifest.batch]
    parsed = by.get(decided[0].number("parse_leaf")) if len(decided) == 1 else None
    request = by.get(parsed.number("request_leaf")) if parsed is not None and parsed.kind == "parse" else None
    known = request is not None and request.kind == "request"
    officers = found.registers.officers(manifest.agency, found.day)
    elsewhere = {each.casefold() for each in officers.elsewhere} & found.registers.humans(manifest.recipients)
    asked = Asked(
        agency=manifest.agency,
        provision=manifest.provision,
        agreement=request.text("agreement") if known and request is not None else None,
        fields=manifest.fields,
        rows=manifest.batch_rows,
        law=found.rulebook,
        plan=decided[0].text("match_plan") if len(decided) == 1 else "",
        elsewhere=frozenset(elsewhere),
        gone=gone_with(found.leaves, manifest.package, len(manifest.records), found.at),
    )
    then = cache(partial(then_of, lambda: found.leaves, sources.law_of, found.rulebook.day))
    return frozen(stands, manifests.covered(manifest, found.registers.humans), asked, then)


def approvals_short(sources: Sources, found: Found, stands: Sequence[Standing]) -> tuple[str, ...] | None:
    """Codes of what the package's approvals lack, under the law and every order; None when the docket is not known."""
    if not stands:
        return None
    asked = (terms for one in stands for terms in terms_over(one, found.manifest, found.registers))
    sought = Sought(
        manifest=found.manifest,
        leaves=[leaf for _, leaf in found.witnessed],
        approvals=found.papers.approvals,
        objections=found.papers.objections,
        registers=found.registers,
        rules=rules_of(found.rulebook),
        orders=tuple(dict.fromkeys(asked)),
        day=found.day,
        verify=sources.verify,
    )
    return approved(sought).short


def notice_short(sources: Sources, found: Found, stands: Sequence[Standing]) -> tuple[str, ...] | None:
    """Ids of the orders whose notice of this very package is not served, or whose clock has not run, or has run out."""
    if not stands:
        return None
    manifest = found.manifest
    transfer = Transfer(manifest.package, manifest.set, manifest.agency, max(len(manifest.records), 1))
    record = Record(found.leaves, found.papers.notices, found.papers.proofs)
    known = Known(sources.parties(), found.registers, sources.office, sources.policy, sources.verify)
    wanted = dict.fromkeys(
        duty
        for one in stands
        for part in manifests.covered(manifest, found.registers.humans)
        for duty in duties(one, part)
        if duty.kind is EffectKind.NOTICE
    )
    met = notices_met(wanted, transfer, record, known, sources.time_rule(found.day), found.head)
    return tuple(dict.fromkeys(duty.order for duty in wanted if (duty.order, duty.effect) not in met))


def key_short(sources: Sources, found: Found, key: RecipientKey | None) -> tuple[str, ...] | None:
    """Codes of what the registration of the key lacks; None when there is no such key."""
    as_written = None if key is None else found.registers.recipients.get(key.id)
    if as_written is None:
        return None
    now = None if found.head is None else EPOCH + timedelta(seconds=found.head.seconds)
    papers, rules = found.papers.registrations, key_rules_of(found.rulebook)
    return key_usable(as_written, found.leaves, papers, found.registers, rules, now, sources.verify).short
