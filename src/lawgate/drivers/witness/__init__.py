# SPDX-License-Identifier: Apache-2.0
"""A witness on this machine, one somewhere else, and the quorum that asks several."""

from lawgate.drivers.witness.folder import KnownLogs, witness_in
from lawgate.drivers.witness.local import LocalWitness
from lawgate.drivers.witness.quorum import Quorum, QuorumError

__all__ = ["KnownLogs", "LocalWitness", "Quorum", "QuorumError", "witness_in"]
