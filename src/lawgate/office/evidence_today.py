# SPDX-License-Identifier: Apache-2.0
"""What the office knows today of hand-outs that a certificate would call outside: who is who may have changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from lawgate.docket.scope import covers
from lawgate.ledger.evidence import Subject
from lawgate.ledger.evidence_check import in_scope, left_in
from lawgate.ledger.evidence_links import Leaves, back_to
from lawgate.ledger.evidence_scope import BLOCKING
from lawgate.model.fault import LawgateError
from lawgate.office.order_leaves import read_or_none
from lawgate.office.packaged import prepared_manifest
from lawgate.ports.release import PackageStore
from lawgate.protocol import manifest as manifests


def meant_today(
    subject: Subject, leaves: Leaves, packages: PackageStore, humans: Callable[[Iterable[str]], Iterable[str]]
) -> Sequence[int]:
    """Indexes of what left in the range and is meant by the order's whole scope, by the registers of today.

    `humans` gives every id of the people whom these ids name. Where nobody can tell (the package is not kept any more,
    the registers cannot be read), provision and number of rows decide alone, as if no paper of parts were shown.
    """
    order = read_or_none(subject.instrument)
    bare = set(in_scope(replace(subject, parts=()), leaves))
    found = list[int]()
    for index in left_in(leaves, subject):
        package = leaves[back_to("prepared", index, leaves)]
        kept = prepared_manifest(packages, package)
        try:
            names = () if kept is None else manifests.covered(kept, humans)
        except LawgateError:
            names = ()
        effects = [] if order is None else [each for each in order.effects if each.kind.value in BLOCKING]
        # Exceptions and terms are left aside, as by whoever checks the certificate.
        meant = any(covers(effect, name) for effect in effects for name in names)
        if meant or (index in bare and not (effects and names)):
            found.append(index)
    return found
