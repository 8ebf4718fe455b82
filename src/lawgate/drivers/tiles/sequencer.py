# SPDX-License-Identifier: Apache-2.0
"""From stored leaves to a published head: two roots, the log's signature, the witnesses, then the rename."""

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import Verify, with_lines
from lawgate.ledger.quorum import Policy, Witnessed, check, check_log
from lawgate.ledger.sequence import sign_head
from lawgate.ports.log import Gather, LogBrokenError, LogStore
from lawgate.ports.signing import Signer


def publish_head(log: LogStore, signer: Signer, policy: Policy, verify: Verify, gather: Gather) -> Witnessed:
    """Sign, have cosigned and publish the log's durable head; what was published.

    Calling it again for the same size gives fresh cosignatures. LogBrokenError when stored bytes disagree or the
    signer is not the policy's log key (nothing is signed); whatever `gather` raises when witnesses do not cosign
    (nothing is published).
    """
    if signer.key != policy.log:
        raise LogBrokenError("the signing key is not the log key of the policy")
    head = log.head()
    try:
        note = sign_head(head, log.stored_root(), signer.key, signer.sign)
        before = log.checkpoint()
        old_size = 0 if before is None else check_log(before, policy.log, verify).size
    except MalformedError as error:
        raise LogBrokenError(f"nothing is signed: {error}") from None
    lines = gather(note.render(), head.size, old_size, lambda old: log.prove_consistency(old, head.size))
    signed = with_lines(note, lines).render()
    found = check(signed, policy, verify)
    log.publish(signed)
    return found
