# SPDX-License-Identifier: Apache-2.0
"""Ask every listed witness at once; go on only with cosignatures that satisfy the policy."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic

from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import ML_DSA_44, SignatureLine, Verify, endorsements, parse, parse_line, with_lines
from lawgate.ledger.quorum import Policy, check_log
from lawgate.model.fault import LawgateError
from lawgate.ports.log import RollbackError, Witness, WitnessConflictError, WitnessRefusalError
from lawgate.protocol.bars import CLOCK_SECONDS

GRACE_SECONDS = 0.25
"""How long the others are still waited for once there is a quorum: one that hangs must not use up a hand-out's time."""
Prove = Callable[[int], list[bytes]]
Answers = dict[int, SignatureLine | WitnessRefusalError]


class QuorumError(LawgateError):
    """Too few witnesses cosigned. `refusals` holds (witness, code) of those that did not."""

    stop = "E_WITNESS"

    def __init__(self, required: int, found: int, refusals: Sequence[tuple[str, str]]) -> None:
        """How many the quorum counts, how many witnesses cosigned, and why the others did not."""
        why = ", ".join(f"{name} {code}" for name, code in refusals)
        told = f"{found} of {required} cosignatures" if found < required else f"{found} cosignatures are no quorum"
        super().__init__(f"{told} ({why})")
        self.refusals = tuple(refusals)


@dataclass(frozen=True, slots=True)
class _Head:
    """A head to be cosigned: the signed note and its size."""

    note: bytes
    size: int


def remembered(witnesses: Sequence[Witness], policy: Policy, verify: Verify) -> list[tuple[str, bytes | None]]:
    """For each witness its name and the head it remembers of the policy's log, signed by the log and by itself.

    None for a witness that remembers none, is away, or shows what these signatures do not hold over.
    """
    with ThreadPoolExecutor(len(witnesses)) as pool:
        asks = [(each, pool.submit(_shown, each, policy, verify)) for each in witnesses]
        return [(each.key.name, ask.result()) for each, ask in asks]


def _shown(witness: Witness, policy: Policy, verify: Verify) -> bytes | None:
    try:
        note = witness.latest(policy.origin)
        if note is None:
            return None
        check_log(note, policy.log, verify)
        return note if endorsements(parse_note(note)[1], [witness.key], verify) else None
    except (MalformedError, WitnessRefusalError):
        return None


class Quorum:
    """A `Gather` over the witnesses of a policy. There is no setting that asks for none.

    `now` gives the POSIX second; without it the times that witnesses state are not held against anything here.
    ValueError unless the witnesses are those of the policy, each once; those whose signatures nobody here can check
    (type 0x06) are not asked.
    """

    def __init__(
        self, witnesses: Sequence[Witness], policy: Policy, verify: Verify, now: Callable[[], float] | None = None
    ) -> None:
        """Witnesses in the order in which their lines will stand."""
        asked = sorted(key.vkey for key in policy.witnesses if key.kind != ML_DSA_44)
        if sorted(each.key.vkey for each in witnesses) != asked:
            raise ValueError("the witnesses must be those the policy lists")
        self._witnesses, self._policy, self._verify, self._now = tuple(witnesses), policy, verify, now

    def __call__(self, note: bytes, size: int, old_size: int, prove: Prove, /) -> list[SignatureLine]:
        """Cosignature lines that satisfy the policy. QuorumError or RollbackError otherwise.

        All witnesses are asked at once; one that knows another head than we published, say after a crash, is asked
        again from that one. RollbackError only for a witness that shows a larger head with the log's signature and its
        own: one that only says so is passed over like one that is away.
        """
        answers = self._gathered(_Head(note, size), old_size, prove)
        if not self._enough(answers):
            told = [(a.witness, a.code) for _, a in sorted(answers.items()) if isinstance(a, WitnessRefusalError)]
            raise QuorumError(self._policy.fewest, len(answers) - len(told), told)
        return [a for _, a in sorted(answers.items()) if isinstance(a, SignatureLine)]

    def _gathered(self, head: _Head, old_size: int, prove: Prove) -> Answers:
        """Answers by the witness's place: all of them, or enough. Proofs are read in this thread, one by one."""
        answers: Answers = {}
        again: set[int] = set()
        first, until = prove(old_size), None
        pool = ThreadPoolExecutor(len(self._witnesses))
        try:
            asked = {pool.submit(self._ask, w, old_size, first, head): n for n, w in enumerate(self._witnesses)}
            while asked:
                done, _ = wait(asked, None if until is None else max(0.0, until - monotonic()), FIRST_COMPLETED)
                if not done:
                    break
                for each in done:
                    place, answer = asked.pop(each), each.result()
                    if isinstance(answer, WitnessConflictError) and answer.size <= head.size and place not in again:
                        again.add(place)
                        proof = prove(answer.size)
                        asked[pool.submit(self._ask, self._witnesses[place], answer.size, proof, head)] = place
                    else:
                        answers[place] = answer
                if until is None and self._enough(answers):
                    until = monotonic() + GRACE_SECONDS
        finally:
            pool.shutdown(wait=False)
        return answers

    def _enough(self, answers: Answers) -> bool:
        return self._policy.satisfied_by(
            [self._witnesses[n].key for n, answer in answers.items() if isinstance(answer, SignatureLine)]
        )

    def _ask(self, witness: Witness, old: int, proof: list[bytes], head: _Head) -> SignatureLine | WitnessRefusalError:
        try:
            return self._accept(witness, head.note, witness.cosign(old, proof, head.note))
        except WitnessConflictError as conflict:
            if conflict.size > head.size:
                shown = _shown(witness, self._policy, self._verify)
                if shown is not None and parse_note(shown)[0].size > head.size:
                    raise RollbackError(
                        f"{witness.key.name} has cosigned {conflict.size} leaves, the log has {head.size}"
                    ) from None
            return conflict
        except WitnessRefusalError as refusal:
            return refusal

    def _accept(self, witness: Witness, note: bytes, answer: bytes) -> SignatureLine:
        """The line, if it is one line by this witness's key that holds over this note and states a time near ours."""
        try:
            line = parse_line(answer.decode("utf-8").removesuffix("\n"))
            found = endorsements(with_lines(parse(note), [line]), [witness.key], self._verify)
        except (MalformedError, UnicodeDecodeError):
            raise WitnessRefusalError(witness.key.name, "malformed") from None
        if len(found) != 1 or found[0].seconds is None:
            raise WitnessRefusalError(witness.key.name, "malformed")
        if self._now is not None and abs(found[0].seconds - self._now()) > CLOCK_SECONDS:
            raise WitnessRefusalError(witness.key.name, "clock")
        return line
