# SPDX-License-Identifier: Apache-2.0
"""A witness on this machine, and the quorum that asks several."""

from lawgate.drivers.witness.local import LocalWitness
from lawgate.drivers.witness.quorum import Quorum, QuorumError

__all__ = ["LocalWitness", "Quorum", "QuorumError"]
