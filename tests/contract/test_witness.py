# SPDX-License-Identifier: Apache-2.0
"""What every Witness, Gather, Signer and Verifier promises, held against a witness here and one behind HTTP."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from lawgate.drivers import keys
from lawgate.drivers.keys import KeySigner
from lawgate.drivers.witness import LocalWitness, Quorum, QuorumError
from lawgate.drivers.witness.remote import RemoteWitness
from lawgate.ledger import merkle
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.merkle import consistency_proof, leaf_hashes, nodes_of, root_of
from lawgate.ledger.note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteKey,
    endorsements,
    parse,
    parse_line,
    sign_line,
    with_lines,
)
from lawgate.ledger.quorum import Policy
from lawgate.ports.log import Gather, RollbackError, Witness, WitnessConflictError, WitnessRefusalError
from lawgate.ports.signing import Signer, Verifier
from lawgate.surfaces.witness import build

ORIGIN = "log.example/2025"
LOG = KeySigner(ORIGIN, ED25519, bytes(range(32)))
OTHER = KeySigner("log.example/other", ED25519, bytes(range(2, 34)))
SIGNERS = [KeySigner(f"witness.example/{n}", COSIGNATURE, bytes([n + 1] * 32)) for n in range(3)]
HASHES = leaf_hashes([b"%d" % n for n in range(40)])
FORK = leaf_hashes([b"%d" % (n if n < 4 else n + 1) for n in range(40)])


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: int = 1_750_000_000

    def __call__(self) -> int:
        return self.now


BEHIND_HTTP: set[bool] = set()
"""Whether the test that runs now asks its witnesses by HTTP."""


@pytest.fixture(params=[False, True], ids=["here", "http"], autouse=True)
def behind_http(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test of this page runs for both drivers."""
    BEHIND_HTTP.update({request.param} - {False})
    yield
    BEHIND_HTTP.clear()


def here(folder: Path, number: int = 0, clock: Clock | None = None) -> LocalWitness:
    return LocalWitness(folder / str(number), SIGNERS[number], {ORIGIN: LOG.key}, keys.verify, clock or Clock())


def witness(folder: Path, number: int = 0, clock: Clock | None = None) -> Witness:
    local = here(folder, number, clock)
    if not BEHIND_HTTP:
        return local
    net = httpx2.ASGITransport(build(local, lambda: [ORIGIN]))
    return RemoteWitness(local.key, "https://witness.example", keys.verify, transport=net)


def note(size: int, hashes: bytes = HASHES, signer: KeySigner = LOG, origin: str = "") -> bytes:
    text = Checkpoint(origin or signer.name, size, root_of(hashes[: 32 * size])).text
    return Note(text, (sign_line(signer.key, signer.sign, text),)).render()


def proof(old: int, new: int, hashes: bytes = HASHES) -> list[bytes]:
    return consistency_proof(old, new, nodes_of(hashes))


def test_drivers_are_the_ports(tmp_path: Path) -> None:
    signer: Signer = LOG
    verifier: Verifier = keys.verify
    port: Witness = witness(tmp_path)
    assert verifier(signer.public_key, b"x", signer.sign(b"x"))
    assert (signer.name, signer.key_id) == (signer.key.name, signer.key.key_id)
    assert port.key.kind == COSIGNATURE


def test_a_cosignature_holds_and_is_remembered(tmp_path: Path) -> None:
    one = witness(tmp_path)
    assert one.latest(ORIGIN) is None
    answer = one.cosign(0, [], note(3))
    line = parse_line(answer.decode().removesuffix("\n"))
    found = endorsements(with_lines(parse(note(3)), [line]), [one.key], keys.verify)
    assert [each.seconds for each in found] == [1_750_000_000]
    assert witness(tmp_path).latest(ORIGIN) == with_lines(parse(note(3)), [line]).render()
    one.cosign(3, proof(3, 11), note(11))
    one.cosign(11, [], note(11))
    one.cosign(11, proof(11, 40), note(40))


@pytest.mark.parametrize(
    ("old", "steps", "data", "code"),
    [
        (7, proof(7, 6 + 1), note(6), "size_order"),
        (-1, [], note(9), "size_order"),
        (8, [], note(8), "conflict"),
        (0, [], note(9), "conflict"),
        (6, proof(6, 9), note(9), "conflict"),
        (7, [], note(9), "inconsistent"),
        (7, proof(7, 9)[:-1], note(9), "inconsistent"),
        (7, proof(7, 9)[::-1], note(9), "inconsistent"),
        (7, proof(7, 10), note(9), "inconsistent"),
        (7, [], note(7, FORK), "inconsistent"),
        (7, proof(7, 9, FORK), note(9, FORK), "inconsistent"),
        (7, proof(7, 9), note(9, signer=OTHER), "unknown_origin"),
        (7, proof(7, 9), note(9, signer=OTHER, origin=ORIGIN), "unsigned"),
        (7, proof(7, 9), note(9).replace(b"\n9\n", b"\n8\n"), "unsigned"),
        (7, proof(7, 9), b"", "malformed"),
        (7, proof(7, 9), note(9)[:-1], "malformed"),
    ],
)
def test_refusals(tmp_path: Path, old: int, steps: list[bytes], data: bytes, code: str) -> None:
    one = witness(tmp_path)
    one.cosign(0, [], note(7))
    before = one.latest(ORIGIN)
    with pytest.raises(WitnessRefusalError) as caught:
        one.cosign(old, steps, data)
    assert caught.value.code == code
    assert one.latest(ORIGIN) == before
    if isinstance(caught.value, WitnessConflictError):
        assert caught.value.size == 7
    one.cosign(7, proof(7, 9), note(9))


def test_a_smaller_tree_is_refused_whatever_is_claimed(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.cosign(0, [], note(7))
    for old in range(7):
        with pytest.raises(WitnessRefusalError):
            one.cosign(old, proof(old, 6) if old <= 6 else [], note(6))


def test_the_empty_tree_comes_first_only(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.cosign(0, [], note(0))
    one.cosign(0, [], note(4))
    with pytest.raises(WitnessRefusalError):
        one.cosign(0, [], note(0))
    with pytest.raises(WitnessRefusalError):
        witness(tmp_path, 1).cosign(0, [bytes(32)], note(4))


def test_time_never_runs_backwards(tmp_path: Path) -> None:
    clock = Clock()
    one = witness(tmp_path, clock=clock)
    one.cosign(0, [], note(3))
    clock.now -= 1
    with pytest.raises(WitnessRefusalError, match="clock"):
        one.cosign(3, proof(3, 4), note(4))
    clock.now += 1
    one.cosign(3, proof(3, 4), note(4))
    with pytest.raises(WitnessRefusalError, match="clock"):
        witness(tmp_path, 1, Clock(0)).cosign(0, [], note(4))


def test_a_spoilt_memory_refuses_everything(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.cosign(0, [], note(3))
    path = next(tmp_path.rglob("checkpoint"))
    good = path.read_bytes()
    for at in range(0, len(good), 9 if BEHIND_HTTP else 1):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(WitnessRefusalError, match="memory"):
            one.cosign(3, proof(3, 4), note(4))
    path.write_bytes(note(3))
    with pytest.raises(WitnessRefusalError, match="memory"):
        one.latest(ORIGIN)
    path.write_bytes(good)
    one.cosign(3, proof(3, 4), note(4))


def test_other_signatures_on_the_note_are_not_kept(tmp_path: Path) -> None:
    one = witness(tmp_path)
    first = parse(note(3))
    extra = sign_line(OTHER.key, OTHER.sign, first.text)
    one.cosign(0, [], with_lines(first, [extra]).render())
    kept = one.latest(ORIGIN)
    assert kept is not None
    assert [line.name for line in parse(kept).signatures] == [ORIGIN, "witness.example/0"]


def test_two_callers_at_once_cannot_set_it_back(tmp_path: Path) -> None:
    witness(tmp_path).cosign(0, [], note(2))
    done: list[int] = []

    def run(sizes: Sequence[int]) -> None:
        mine = witness(tmp_path)
        for size in sizes:
            old = 2
            while old <= size:
                try:
                    mine.cosign(old, proof(old, size), note(size))
                    done.append(size)
                    break
                except WitnessConflictError as conflict:
                    old = conflict.size

    threads = [threading.Thread(target=run, args=(range(3 + n, 40, 2),)) for n in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    kept = witness(tmp_path).latest(ORIGIN)
    assert kept is not None
    assert int(kept.split(b"\n")[1]) == max(done)


def test_the_wrong_sort_of_key_makes_no_witness(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cosigning"):
        LocalWitness(tmp_path, LOG, {ORIGIN: LOG.key}, keys.verify, Clock())
    with pytest.raises(ValueError, match="origins"):
        LocalWitness(tmp_path, SIGNERS[0], {"other": LOG.key}, keys.verify, Clock())


@dataclass
class Odd:
    """A witness that answers what it is told to."""

    key: NoteKey
    answer: bytes | Exception = b""
    asked: list[int] = field(default_factory=list)

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        self.asked.append(old_size)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def latest(self, origin: str) -> bytes | None:
        return None


def policy(required: int) -> Policy:
    return Policy(LOG.key, tuple(each.key for each in SIGNERS), required)


def test_no_policy_asks_for_none() -> None:
    for required in (0, -1, 4):
        with pytest.raises(ValueError, match="required"):
            policy(required)


def test_a_quorum_goes_on_without_one_witness_but_not_without_two(tmp_path: Path) -> None:
    down = Odd(SIGNERS[2].key, WitnessRefusalError("witness.example/2", "unavailable"))
    asked: Gather = Quorum([witness(tmp_path, 0), witness(tmp_path, 1), down], policy(2), keys.verify)
    lines = asked(note(5), 5, 0, lambda old: proof(old, 5))
    assert [line.name for line in lines] == ["witness.example/0", "witness.example/1"]
    strict: Gather = Quorum([witness(tmp_path, 0), witness(tmp_path, 1), down], policy(3), keys.verify)
    with pytest.raises(QuorumError) as caught:
        strict(note(6), 6, 5, lambda old: proof(old, 6))
    assert caught.value.refusals == (("witness.example/2", "unavailable"),)


@pytest.mark.parametrize("kind", ["nothing", "text", "other text", "other witness", "two lines", "not utf-8"])
def test_an_answer_that_is_no_cosignature_does_not_count(tmp_path: Path, kind: str) -> None:
    good = witness(tmp_path, 2).cosign(0, [], note(5))
    answers = {
        "nothing": b"",
        "text": b"ok\n",
        "other text": witness(tmp_path / "x", 2).cosign(0, [], note(4)),
        "other witness": witness(tmp_path / "y", 1).cosign(0, [], note(5)),
        "two lines": good + good,
        "not utf-8": b"\xff" + good,
    }
    witnesses = [witness(tmp_path, 0), witness(tmp_path, 1), Odd(SIGNERS[2].key, answers[kind])]
    with pytest.raises(QuorumError, match="malformed"):
        Quorum(witnesses, policy(3), keys.verify)(note(5), 5, 0, lambda old: proof(old, 5))


def test_after_a_crash_the_witness_is_ahead_of_what_was_published(tmp_path: Path) -> None:
    ahead = witness(tmp_path, 0)
    ahead.cosign(0, [], note(5))
    quorum = Quorum([ahead, witness(tmp_path, 1), witness(tmp_path, 2)], policy(3), keys.verify)
    assert len(quorum(note(9), 9, 0, lambda old: proof(old, 9))) == 3


def test_a_witness_that_saw_more_stops_the_log(tmp_path: Path) -> None:
    ahead = witness(tmp_path, 0)
    ahead.cosign(0, [], note(9))
    # All three are needed here, so that all three are waited for, however slow the machine is.
    quorum = Quorum([ahead, witness(tmp_path, 1), witness(tmp_path, 2)], policy(3), keys.verify)
    with pytest.raises(RollbackError, match="9 leaves"):
        quorum(note(5), 5, 0, lambda old: proof(old, 5))


def test_the_witnesses_are_those_of_the_policy(tmp_path: Path) -> None:
    for chosen in ([0, 1], [0, 1, 1], [0, 0, 1, 2]):
        with pytest.raises(ValueError, match="policy"):
            Quorum([witness(tmp_path, n) for n in chosen], policy(1), keys.verify)


def test_the_empty_root_is_the_rfcs() -> None:
    assert root_of(b"") == merkle.EMPTY_ROOT
