# SPDX-License-Identifier: Apache-2.0
"""Certificates of the end of use: what a recipient says became of what it had, and whose certificate is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import Value
from lawgate.model.fault import Refused
from lawgate.office.alone import alone
from lawgate.office.quarantine import CERTIFIED, Indexed, Prior, priors
from lawgate.office.recall_desk import RecallDesk, certificates_of, keep_paper, may_act, of_leaf, sent_of
from lawgate.office.release import RETURN_DAYS


def certify(
    desk: RecallDesk, source_leaf: int, recipient: str, state: str, rows: int, paper: bytes, person: str
) -> int:
    """Record one certificate for so many rows of an earlier disclosure; the index of its leaf.

    `state` is one of CERTIFIED: given back, made undisclosable, or kept. Refused `certificate_rows` for more rows than
    this recipient has left to certify or another word, `recall_source` when no disclosure has that leaf, or that
    recipient had none of it, `recall_person` for somebody who holds no office of the custodian today, `batch_busy` when
    another certificate about it is being recorded. LawgateError when what was kept of an audit is not what the log
    names.
    """
    may_act(desk, person)
    room = certificates_of(of_leaf(desk, source_leaf).name)
    with alone(desk.rooms, room):
        prior = of_leaf(desk, source_leaf)
        if recipient not in prior.recipients:
            raise Refused("recall_source", "this recipient had nothing of that disclosure")
        left = _had(desk, prior, recipient) - prior.certified_by[recipient]
        if state not in CERTIFIED or not 1 <= rows <= left:
            why = f"{recipient} has {left} rows left to certify, each as one of {', '.join(CERTIFIED)}"
            raise Refused("certificate_rows", why)
        keep_paper(desk, room, paper)
        index = _log(desk, source_leaf, recipient, state, rows, paper, person)
    desk.log.publish()
    return index


def _had(desk: RecallDesk, prior: Prior, recipient: str) -> int:
    """How many rows of a disclosure went to this recipient."""
    if prior.recipients == (recipient,):
        return prior.acts
    return sum(len(each.rows) for each in sent_of(desk, prior, (), every=True) if each.recipient == recipient)


def _log(desk: RecallDesk, source_leaf: int, recipient: str, state: str, rows: int, paper: bytes, person: str) -> int:
    body: dict[str, Value] = {
        "source_leaf": source_leaf,
        "recipient": recipient,
        "state": state,
        "rows": rows,
        "paper": sha256(paper).hexdigest(),
        "person": person,
    }
    return desk.log.append(StageLeaf("use-certificate", instant(desk.clock.now()), body))


def overdue(leaves: Sequence[Indexed], day: date) -> tuple[Prior, ...]:
    """Earlier disclosures whose last day for certificates has passed while rows are left uncertified."""
    return tuple(each for each in priors(leaves, RETURN_DAYS) if each.uncertified and each.due < day)
