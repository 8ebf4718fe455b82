# SPDX-License-Identifier: Apache-2.0
"""Service of a paper, of a package's notice or an act's: the statement to sign, and what is asked before it is logged.

Office and key keeper judge a receipt by the same functions of `authority.notices`. Here what it rests on is read too.
"""

from __future__ import annotations

from collections.abc import Sequence

from lawgate.authority.notices import Indexed, Known, kind_of, signed, way_open
from lawgate.law.notice_parties import PAPER, SMTP, WEBHOOK, NoticeParties
from lawgate.model.fault import Refused
from lawgate.office.notify_reports import DELIVERED, read_report
from lawgate.protocol.notice import FILED, HAND, HOWS, Receipt, Served, digest_of, print_served


def stated(told: Indexed, leaves: Sequence[Indexed], parties: NoticeParties, said: Served, evidence: bytes) -> bytes:
    """The statement about the notice in the leaf `told` as bytes to be signed, with the digest of `evidence` in it.

    `evidence` is the report, the stamped copy, or what counsel signed; empty when there is none. Refused
    `notice_served` when the notice did not go to that address in that way, `notice_evidence` when what it has to rest
    on is missing or says otherwise, `notice_by_hand` when a machine takes notices there and its own delivery did not
    fail before.
    """
    if said.how not in HOWS or said.how == WEBHOOK:
        raise Refused("notice_served", "a person states service by mail (smtp), by hand or by filing (filed)")
    _require_evidence(said, parties, evidence)
    _require_way(said, told, leaves, parties)
    return print_served(said)


def digest_or_none(evidence: bytes) -> str:
    """SHA-256 (hex) of what a statement rests on; empty when it rests on nothing else."""
    return digest_of(evidence) if evidence else ""


def require_holds(receipt: Receipt, told: Indexed, leaves: Sequence[Indexed], known: Known, evidence: bytes) -> None:
    """That a receipt of the notice in the leaf `told` counts by the leaves so far, and rests on what was handed in.

    Refused `notice_signature` when whoever it names may not say so, or has not signed it; otherwise as `stated`.
    """
    said = receipt.served
    if not signed(receipt, leaves, known):
        raise Refused("notice_signature", "whoever it names may not state this service, or has not signed it")
    _require_way(said, told, leaves, known.parties)
    if said.how != WEBHOOK:
        _require_evidence(said, known.parties, evidence)
    if said.evidence != digest_or_none(evidence):
        raise Refused("notice_evidence", "what was handed in is not what the receipt names")


def _require_way(said: Served, told: Indexed, leaves: Sequence[Indexed], parties: NoticeParties) -> None:
    if not way_open(said, told[0], leaves, parties):
        raise Refused("notice_by_hand", "a machine takes notices there, and sending it this one has not failed yet")


def _require_evidence(said: Served, parties: NoticeParties, evidence: bytes) -> None:
    """That a statement about mail rests on a report of this delivery, and any other on what its way asks for."""
    kind = kind_of(said.party, said.address, parties)
    if not kind or (said.how == SMTP and kind != SMTP) or (said.how == FILED and kind != PAPER):
        raise Refused("notice_served", "the notice did not go to that address in that way")
    if said.how == SMTP:
        report = read_report(evidence)
        places = [each.where for each in parties.parties[said.party].addresses if each.id == said.address]
        same = report.notice == said.notice and report.mailbox.casefold() == places[0].casefold()
        if report.state != DELIVERED or not same:
            raise Refused("notice_evidence", "the report does not say that this notice reached this mailbox")
    if said.how == FILED and not evidence:
        raise Refused("notice_evidence", "filing is shown by the stamped copy")
    if said.how == HAND and kind != PAPER and not evidence:
        raise Refused("notice_evidence", "what a machine should have taken is shown by what counsel signed for it")
