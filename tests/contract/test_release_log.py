# SPDX-License-Identifier: Apache-2.0
"""What every ReleaseLog promises: durable leaves in order, seen by everybody; a published head; proofs that hold."""

import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from contract.promises import Disk, Place, Suite, dies_at, watched
from lawgate.drivers import keys
from lawgate.drivers.package.log import StoreLog
from lawgate.drivers.tiles import TileLog, publish_head
from lawgate.drivers.tiles.turn import turn
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.ledger.quorum import Policy
from lawgate.model.fault import LawgateError
from lawgate.ports.log import WitnessRefusalError
from lawgate.ports.release import ReleaseLog

ORIGIN = "log.example/custodian"
KEY = keys.KeySigner(ORIGIN, ED25519, b"\x01" * 32)
WITNESSES = [keys.KeySigner(f"witness.example/{n}", COSIGNATURE, bytes([n + 2] * 32)) for n in range(2)]
POLICY = Policy(KEY.key, tuple(w.key for w in WITNESSES), 2)
AWAY = "away"


class Moody(LocalWitness):
    """A witness that is not there while the file `AWAY` lies beside its folder."""

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        if (self._folder.parent / AWAY).exists():
            raise WitnessRefusalError(self.key.name, "unavailable")
        return super().cosign(old_size, proof, note)


def witness(folder: Path, signer: keys.KeySigner) -> Moody:
    return Moody(folder, signer, {ORIGIN: KEY.key}, keys.verify, lambda: 1_900_000_000)


def tiles(place: Path) -> StoreLog:
    """The log over tiles, each piece of work in its turn."""
    if not (place / "log").exists():
        place.mkdir(exist_ok=True)
        TileLog.create(place / "log", ORIGIN).close()
    gather = Quorum([witness(place / w.name.replace("/", "-"), w) for w in WITNESSES], POLICY, keys.verify)
    return StoreLog(
        lambda: turn(place / "log", ORIGIN), lambda log: publish_head(log, KEY, POLICY, keys.verify, gather)
    )


LOGS: Suite[ReleaseLog] = Suite(tiles)


def leaf(subject: object = 0) -> StageLeaf:
    return StageLeaf("alarm", "2030-05-06T14:00:00Z", {"code": "test", "subject": f"s{subject}", "detail": ""})


def holds(log: ReleaseLog, index: int, said: StageLeaf) -> int:
    """The size under which a proof of `said` at `index` holds. A MalformedError or AssertionError when it does not."""
    proof = log.proof(index)
    assert proof.index == index
    return verify_entry(said.render(), proof, POLICY, keys.verify).checkpoint.size


@LOGS.promise
def leaves_come_back_in_order_with_their_index(place: Place[ReleaseLog]) -> None:
    log = place.open()
    assert list(log.leaves()) == []
    made = [leaf(n) for n in (0, 1, 1, 2)]
    assert [log.append(each) for each in made] == [0, 1, 2, 3]
    assert list(log.leaves()) == list(log.leaves()) == list(enumerate(made))


@LOGS.promise
def every_leaf_is_seen_by_everybody(place: Place[ReleaseLog]) -> None:
    one, two = place.open(), place.open()
    for number in range(6):
        writer, reader = (one, two) if number % 2 else (two, one)
        assert writer.append(leaf(number)) == number
        assert list(reader.leaves()) == list(writer.leaves()) == [(n, leaf(n)) for n in range(number + 1)]


@LOGS.promise
def writers_at_once_lose_nothing(place: Place[ReleaseLog]) -> None:
    place.open()
    given: dict[int, StageLeaf] = {}

    def write(name: str) -> None:
        log = place.open()
        for n in range(5):
            made = leaf(f"{name}{n}")
            given[log.append(made)] = made

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(15)) and dict(place.open().leaves()) == given


@LOGS.promise
def an_appended_leaf_outlives_its_process(place: Place[ReleaseLog]) -> None:
    place.open().append(leaf(0))
    assert dies_at(0, lambda: place.open().append(leaf(1)))
    assert list(place.open().leaves()) == [(0, leaf(0)), (1, leaf(1))]


@LOGS.promise
def an_append_cut_short_is_there_whole_or_gone(place: Place[ReleaseLog]) -> None:
    size = place.open().append(leaf("first")) + 1
    ended, number = False, 0
    while not ended:
        number += 1
        ended = dies_at(number, lambda n=number: place.open().append(leaf(n)))
        found = list(place.open().leaves())
        assert len(found) - size in ((1,) if ended else (0, 1))
        assert found[size:] in ([], [(size, leaf(number))]) and found[0] == (0, leaf("first"))
        size = len(found)
    assert number > 1


@LOGS.promise
def what_is_asked_inside_the_turn_can_keep_a_leaf_out(place: Place[ReleaseLog]) -> None:
    log = place.open()
    asked: list[bool] = []

    def refuse() -> None:
        with pytest.raises(LawgateError), turn(place.root / "log", ORIGIN, wait=0):
            pass
        asked.append(True)
        raise KeyError("no")

    with pytest.raises(KeyError):
        log.append(leaf(0), refuse)
    assert asked and list(log.leaves()) == []
    assert log.append(leaf(1), lambda: asked.append(True)) == 0 and len(asked) == 2


@LOGS.promise
def it_is_on_the_disk_when_append_returns(place: Place[ReleaseLog]) -> None:
    log = place.open()
    with watched(Disk()) as disk:
        for number in range(3):
            log.append(leaf(number))
            fresh = [p for p in (place.root / "log").rglob("*") if p.is_file() and p.stat().st_size]
            assert fresh and [p for p in fresh if disk.lost(p)] == []


@LOGS.promise
def a_published_leaf_is_proved(place: Place[ReleaseLog]) -> None:
    log = place.open()
    for number in range(5):
        log.append(leaf(number))
    log.publish()
    log.append(leaf(5))
    for number in range(5):
        assert holds(log, number, leaf(number)) == holds(place.open(), number, leaf(number)) == 5
        with pytest.raises(MalformedError):
            holds(log, number, leaf(number + 1))
    log.publish()
    assert [holds(log, number, leaf(number)) for number in (0, 5)] == [6, 6]


@LOGS.promise
def what_is_not_published_is_not_proved(place: Place[ReleaseLog]) -> None:
    log = place.open()
    log.append(leaf(0))
    for index in (0, 1):
        with pytest.raises(LawgateError):
            log.proof(index)
    log.publish()
    log.append(leaf(1))
    for index in (1, 2, -1):
        with pytest.raises(LawgateError):
            log.proof(index)
    assert holds(log, 0, leaf(0)) == 1


@LOGS.promise
def too_few_witnesses_publish_nothing(place: Place[ReleaseLog]) -> None:
    log = place.open()
    log.append(leaf(0))
    log.publish()
    log.append(leaf(1))
    (place.root / AWAY).touch()
    with pytest.raises(LawgateError):
        log.publish()
    with pytest.raises(LawgateError):
        log.proof(1)
    assert holds(log, 0, leaf(0)) == 1 and len(list(log.leaves())) == 2, "the leaf is there, and unproved"
    (place.root / AWAY).unlink()
    log.publish()
    assert holds(log, 1, leaf(1)) == 2


@LOGS.promise
def a_log_that_was_set_back_is_not_read(place: Place[ReleaseLog]) -> None:
    log = place.open()
    for number in range(3):
        log.append(leaf(number))
    assert len(list(log.leaves())) == 3
    shutil.rmtree(place.root)
    place.open().append(leaf(9))
    with pytest.raises(LawgateError):
        list(log.leaves())


class Sound(StoreLog):
    """The log over tiles; the planted ones below go wrong in one thing each."""

    def __init__(self, place: Path) -> None:
        made = tiles(place)
        super().__init__(made._store, made._publish)


@LOGS.breaks(
    "every_leaf_is_seen_by_everybody",
    "an_appended_leaf_outlives_its_process",
    "writers_at_once_lose_nothing",
    "an_append_cut_short_is_there_whole_or_gone",
    "it_is_on_the_disk_when_append_returns",
    "a_log_that_was_set_back_is_not_read",
    "what_is_asked_inside_the_turn_can_keep_a_leaf_out",
)
class Buffering(Sound):
    """Keeps leaves in memory until they are published."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self._late: list[StageLeaf] = []

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        self._late.append(leaf)
        return len(super().leaves()) + len(self._late) - 1

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        return list(enumerate([*(leaf for _, leaf in super().leaves()), *self._late]))

    def publish(self) -> None:
        for leaf in self._late:
            super().append(leaf)
        self._late.clear()
        super().publish()


@LOGS.breaks("every_leaf_is_seen_by_everybody", "a_log_that_was_set_back_is_not_read")
class Stale(Sound):
    """Looks at the log once, and then only at what it appended itself."""

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        return list(enumerate(self._read)) if self._read else super().leaves()

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        index = super().append(leaf, still)
        self._read += [leaf] if self._read else []
        return index


@LOGS.breaks(
    "leaves_come_back_in_order_with_their_index",
    "every_leaf_is_seen_by_everybody",
    "an_appended_leaf_outlives_its_process",
    "an_append_cut_short_is_there_whole_or_gone",
)
class NewestFirst(Sound):
    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        return list(super().leaves())[::-1]


@LOGS.breaks("a_log_that_was_set_back_is_not_read")
class Forgetful(Sound):
    """Begins again when the log has become shorter."""

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        self._read = []
        return super().leaves()


@LOGS.breaks("a_published_leaf_is_proved", "too_few_witnesses_publish_nothing")
class ProvingAnother(Sound):
    def proof(self, index: int) -> LogProof:
        found, first = super().proof(index), super().proof(0)
        return LogProof(index, first.path, found.checkpoint)


@LOGS.breaks("too_few_witnesses_publish_nothing")
class Silent(Sound):
    def publish(self) -> None:
        try:
            super().publish()
        except LawgateError:
            return


@LOGS.breaks("a_published_leaf_is_proved", "what_is_not_published_is_not_proved", "too_few_witnesses_publish_nothing")
class ProvingUnpublished(Sound):
    """Gives a path under the stored head, whatever is published."""

    def proof(self, index: int) -> LogProof:
        with self._store() as log:
            path = log.prove_inclusion(max(index, 0), max(log.size(), index + 1)) if index < log.size() else []
            return LogProof(index, tuple(path), log.checkpoint() or b"")


@LOGS.breaks("it_is_on_the_disk_when_append_returns", "an_append_cut_short_is_there_whole_or_gone")
class Unsynced(Sound):
    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", lambda handle: None)
            return super().append(leaf, still)


@LOGS.breaks("what_is_asked_inside_the_turn_can_keep_a_leaf_out")
class AskingBefore(Sound):
    """Asks, and only then waits for its turn."""

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        if still is not None:
            still()
        return super().append(leaf)


test_release_log, test_a_planted_log_is_seen = LOGS.tests()
