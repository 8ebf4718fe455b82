# SPDX-License-Identifier: Apache-2.0
"""What is kept beside a package, of which the log holds the digests. None of it is believed before it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lawgate.authority.approvals import Signed
from lawgate.authority.keys import Registered
from lawgate.ledger.proof import LogProof


@dataclass(frozen=True, slots=True)
class Papers:
    """Papers of one package: what is not kept is not there, and then counts for nothing.

    `approvals`, `objections` and `notices` (notices and receipts) by SHA-256 (hex); `registrations` of the recipient
    key; `proofs` of receipts by the index of their leaf.
    """

    approvals: Mapping[str, Signed]
    objections: Mapping[str, bytes]
    registrations: Sequence[Registered]
    notices: Mapping[str, bytes]
    proofs: Mapping[int, Sequence[LogProof]]
