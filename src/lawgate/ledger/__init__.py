# SPDX-License-Identifier: Apache-2.0
"""The transparency log without its disk: trees, tiles, notes, checkpoints, leaves, commitments. Pure.

Formats are the public ones: RFC 6962 trees, C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature and
tlog-proof. `docs/spec/log.md` describes them for somebody who writes a second verifier.
"""
