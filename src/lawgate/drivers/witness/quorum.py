# SPDX-License-Identifier: Apache-2.0
"""Ask every listed witness; go on only with as many cosignatures as the policy requires."""

from collections.abc import Callable, Sequence

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import SignatureLine, Verify, endorsements, parse, parse_line, with_lines
from lawgate.ledger.quorum import Policy
from lawgate.model.fault import LawgateError
from lawgate.ports.log import RollbackError, Witness, WitnessConflictError, WitnessRefusalError


class QuorumError(LawgateError):
    """Too few witnesses cosigned. `refusals` holds (witness, code) of those that did not."""

    stop = "E_WITNESS"

    def __init__(self, required: int, found: int, refusals: Sequence[tuple[str, str]]) -> None:
        """How many were needed, how many came, and why the others did not."""
        why = ", ".join(f"{name} {code}" for name, code in refusals)
        super().__init__(f"{found} of {required} cosignatures ({why})")
        self.refusals = tuple(refusals)


class Quorum:
    """A `Gather` over the witnesses of a policy. There is no setting that asks for none.

    ValueError unless the witnesses are those of the policy, each once.
    """

    def __init__(self, witnesses: Sequence[Witness], policy: Policy, verify: Verify) -> None:
        """Witnesses in the order in which they are asked."""
        if sorted(each.key.vkey for each in witnesses) != sorted(key.vkey for key in policy.witnesses):
            raise ValueError("the witnesses must be those the policy lists")
        self._witnesses, self._policy, self._verify = tuple(witnesses), policy, verify

    def __call__(
        self, note: bytes, size: int, old_size: int, prove: Callable[[int], list[bytes]], /
    ) -> list[SignatureLine]:
        """Cosignature lines, at least `required`; all witnesses are asked. QuorumError or RollbackError otherwise."""
        lines: list[SignatureLine] = []
        refusals: list[tuple[str, str]] = []
        for witness in self._witnesses:
            try:
                lines.append(self._ask(witness, note, size, old_size, prove))
            except WitnessRefusalError as refusal:
                refusals.append((refusal.witness, refusal.code))
        if len(lines) < self._policy.required:
            raise QuorumError(self._policy.required, len(lines), refusals)
        return lines

    def _ask(
        self, witness: Witness, note: bytes, size: int, old_size: int, prove: Callable[[int], list[bytes]]
    ) -> SignatureLine:
        try:
            answer = witness.cosign(old_size, prove(old_size), note)
        except WitnessConflictError as conflict:
            # The witness knows another head than we published, say after a crash: prove from that one.
            if conflict.size > size:
                raise RollbackError(
                    f"{witness.key.name} has cosigned {conflict.size} leaves, the log has {size}"
                ) from None
            answer = witness.cosign(conflict.size, prove(conflict.size), note)
        return self._accept(witness, note, answer)

    def _accept(self, witness: Witness, note: bytes, answer: bytes) -> SignatureLine:
        """The line, if it is one line by this witness's key that holds over this note."""
        try:
            line = parse_line(answer.decode("utf-8").removesuffix("\n"))
            found = endorsements(with_lines(parse(note), [line]), [witness.key], self._verify)
        except (MalformedError, UnicodeDecodeError):
            raise WitnessRefusalError(witness.key.name, "malformed") from None
        if len(found) != 1:
            raise WitnessRefusalError(witness.key.name, "malformed")
        return line
