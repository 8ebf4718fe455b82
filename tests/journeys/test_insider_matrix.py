# SPDX-License-Identifier: Apache-2.0
"""The insider who holds the log's key rewrites the log in each way there is; the witnesses sign none of it.

Beside each rewrite stands what shows that the witnesses, and nothing else, make the difference: the same folder passes
every check of its own under a policy whose one witness the insider keeps.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from journeys.office import CLERK, Office, an_order
from journeys.witnessed import Watched, watched
from lawgate.drivers.keys import KeySigner, keyfile, verify
from lawgate.drivers.tiles.check import verify as check_folder
from lawgate.drivers.tiles.sequencer import publish_head
from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.witness import LocalWitness, Quorum, QuorumError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.leaf import parse as parse_leaf
from lawgate.ledger.note import COSIGNATURE, Note, NoteKey, cosign_line, parse, sign_line
from lawgate.ledger.quorum import Policy
from lawgate.model.fault import LawgateError
from lawgate.office.handout import HandedOut
from lawgate.office.orders import enter_order
from lawgate.ports.log import ForkError, RollbackError, Witness, WitnessRefusalError
from lawgate.wiring.witness import read_listed, witnesses_of

Leaves = list[StageLeaf]


@dataclass(frozen=True)
class Inside:
    """What the insider has: the office with its log's key, every leaf, and the three witnesses' addresses."""

    place: Watched
    key: KeySigner
    leaves: tuple[StageLeaf, ...]

    @property
    def policy(self) -> Policy:
        return read_listed(self.place.office.folder).policy

    @property
    def witnesses(self) -> Sequence[Witness]:
        """As they are reached, in the order of `place.posts`."""
        found = witnesses_of(self.place.office.folder, read_listed(self.place.office.folder))
        keys = [post.key for post in self.place.posts]
        return sorted(found, key=lambda each: keys.index(each.key.vkey))

    def at(self, kind: str) -> int:
        return [leaf.kind for leaf in self.leaves].index(kind)


@pytest.fixture(scope="module")
def inside(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with watched(tmp_path_factory.mktemp("insider"), opened.lab) as place:
        assert isinstance(place.pull(), HandedOut)
        enter_order(place.office.house.orders, an_order("order-1", "us.dhs"), CLERK)
        place.office.house.decide.log.publish()
        leaves = tuple(leaf for _, leaf in place.office.house.decide.log.leaves())
        yield Inside(place, keyfile.load(place.office.folder / "keys" / "log.key"), leaves)


def edited(leaf: StageLeaf, **body: str | int) -> StageLeaf:
    return dataclasses.replace(leaf, body={**leaf.body, **body})


def edit_a_past_row(i: Inside) -> Leaves:
    at = i.at("decision-batch")
    return [*i.leaves[:at], edited(i.leaves[at], root="0" * 64), *i.leaves[at + 1 :]]


def delete_an_accounting_row(i: Inside) -> Leaves:
    at = i.at("prepared")
    fewer = edited(i.leaves[at], rows=i.leaves[at].number("rows") - 1, root="1" * 64)
    return [*i.leaves[:at], fewer, *i.leaves[at + 1 :]]


def delete_the_hand_out(i: Inside) -> Leaves:
    return [leaf for leaf in i.leaves if leaf.kind not in ("handout", "sent")]


def insert_a_back_dated_order(i: Inside) -> Leaves:
    at, order = i.at("handout"), i.leaves[i.at("order-bar")]
    return [*i.leaves[:at], dataclasses.replace(order, at=i.leaves[at].at), *i.leaves[at:]]


def take_an_order_out(i: Inside) -> Leaves:
    return [leaf for leaf in i.leaves if leaf.kind not in ("order-bar", "in-force")]


def truncate_the_tail(i: Inside) -> Leaves:
    return list(i.leaves[:-1])


def restore_an_old_backup(i: Inside) -> Leaves:
    return list(i.leaves[: i.at("handout")])


def restore_and_grow_past_the_old_size(i: Inside) -> Leaves:
    kept = i.leaves[: i.at("handout")]
    more = [dataclasses.replace(i.leaves[1], at=i.leaves[-1].at)] * (len(i.leaves) - len(kept) + 5)
    return [*kept, *more]


def swap_two_rows(i: Inside) -> Leaves:
    one, two = i.leaves[1], i.leaves[2]
    return [i.leaves[0], dataclasses.replace(two, at=one.at), dataclasses.replace(one, at=two.at), *i.leaves[3:]]


def rewrite_everything(i: Inside) -> Leaves:
    first = edited(i.leaves[0], settings="2" * 64)
    return [first, *(edited(leaf, batch="req-other") if "batch" in leaf.body else leaf for leaf in i.leaves[1:])]


MATRIX = (
    edit_a_past_row,
    delete_an_accounting_row,
    delete_the_hand_out,
    insert_a_back_dated_order,
    take_an_order_out,
    truncate_the_tail,
    restore_an_old_backup,
    restore_and_grow_past_the_old_size,
    swap_two_rows,
    rewrite_everything,
)


def stored(folder: Path, inside: Inside, leaves: Sequence[StageLeaf]) -> TileLog:
    """The rewritten log on a disk of its own, tiles and all."""
    log = TileLog.create(folder / "log", inside.key.name)
    log.append([leaf.render() for leaf in leaves])
    return log


def signed(log: TileLog, key: KeySigner) -> bytes:
    text = log.head().text
    return Note(text, (sign_line(key.key, key.sign, text),)).render()


def asked(log: TileLog, key: KeySigner, witness: Witness) -> list[bytes]:
    """Every way to ask one witness for this head: from each size there is, with the proof from there."""
    got = []
    for old in range(log.size() + 1):
        try:
            got.append(witness.cosign(old, log.prove_consistency(old, log.size()), signed(log, key)))
        except WitnessRefusalError:
            continue
    return got


def own_witness(folder: Path, key: NoteKey) -> tuple[LocalWitness, Policy]:
    mine = KeySigner("insider.example/witness", COSIGNATURE, bytes([3] * 32))
    return LocalWitness(folder / "mine", mine, {key.name: key}, verify, lambda: 1_760_000_000), Policy(
        key, (mine.key,), 1
    )


@pytest.mark.parametrize("attack", MATRIX, ids=lambda attack: attack.__name__)
def test_a_rewrite_with_the_stolen_log_key_is_caught_by_the_witnesses(
    inside: Inside, tmp_path: Path, attack: Callable[[Inside], Leaves]
) -> None:
    leaves = attack(inside)
    assert leaves != list(inside.leaves) and [parse_leaf(leaf.render()) for leaf in leaves] == leaves
    heads = [each.latest(inside.key.name) for each in inside.witnesses]
    log = stored(tmp_path, inside, leaves)
    with pytest.raises((QuorumError, RollbackError)):
        publish_head(log, inside.key, inside.policy, verify, Quorum(inside.witnesses, inside.policy, verify))
    assert log.checkpoint() is None
    assert [asked(log, inside.key, each) for each in inside.witnesses] == [[], [], []]
    assert [each.latest(inside.key.name) for each in inside.witnesses] == heads
    # The control: nothing of the folder itself tells, once the insider's own witness is enough.
    mine, policy = own_witness(tmp_path, inside.key.key)
    publish_head(log, inside.key, policy, verify, Quorum([mine], policy, verify))
    found = {each.code for each in check_folder(tmp_path / "log", policy, verify) if each.broken}
    assert found <= {"missing", "other_start"}, "the subtrees of the batches were not copied; nothing else is wrong"


@pytest.mark.parametrize("attack", MATRIX, ids=lambda attack: attack.__name__)
def test_the_office_notices_that_its_log_was_exchanged(
    inside: Inside, tmp_path: Path, attack: Callable[[Inside], Leaves]
) -> None:
    """The rewritten tiles put in the office's place: every later step asks the witnesses first, and stops."""
    folder = inside.place.office.folder
    stored(tmp_path, inside, attack(inside)).close()
    (folder / "log").rename(tmp_path / "honest")
    (tmp_path / "log").rename(folder / "log")
    before = inside.place.delivered()
    try:
        with pytest.raises((RollbackError, ForkError)):
            inside.place.office.house.hold(False)
        with pytest.raises(LawgateError):
            inside.place.pull()
        assert inside.place.delivered() == before
    finally:
        (folder / "log").rename(tmp_path / "rewritten")
        (tmp_path / "honest").rename(folder / "log")


@dataclass(frozen=True)
class Captured:
    """A witness whose keeper signs whatever the insider wants: it equivocates."""

    signer: KeySigner

    @property
    def key(self) -> NoteKey:
        return self.signer.key

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        return cosign_line(self.key, self.signer.sign, parse(note).text, 1_760_000_000).render().encode()

    def latest(self, origin: str) -> bytes | None:
        return None


def captured(inside: Inside, count: int) -> list[Witness]:
    """The witnesses, the last `count` of them captured with their keys."""
    posts = inside.place.posts[len(inside.place.posts) - count :]
    theirs = [Captured(keyfile.load(post.folder / "witness.key")) for post in posts]
    return [*inside.witnesses[: len(inside.place.posts) - count], *theirs]


def test_a_witness_that_signs_everything_makes_no_quorum(inside: Inside, tmp_path: Path) -> None:
    log = stored(tmp_path, inside, rewrite_everything(inside))
    with pytest.raises(QuorumError, match="1 of 2"):
        publish_head(log, inside.key, inside.policy, verify, Quorum(captured(inside, 1), inside.policy, verify))
    assert log.checkpoint() is None


def test_a_whole_quorum_that_is_captured_can_sign_another_history(inside: Inside, tmp_path: Path) -> None:
    """What SECURITY.md says of witnesses is true: they are worth what their keepers are worth."""
    log = stored(tmp_path, inside, rewrite_everything(inside))
    publish_head(log, inside.key, inside.policy, verify, Quorum(captured(inside, 2), inside.policy, verify))
    assert log.checkpoint() is not None


def grown(inside: Inside, word: str) -> Leaves:
    return [*inside.leaves, edited(dataclasses.replace(inside.leaves[-1]), order=f"order-{word}")]


def test_court_and_plaintiffs_cannot_be_shown_different_branches(inside: Inside, tmp_path: Path) -> None:
    """With one witness away, one branch gets its quorum from the two others; the second branch gets one signature."""
    one = stored(tmp_path / "one", inside, grown(inside, "for-the-court"))
    two = stored(tmp_path / "two", inside, grown(inside, "for-the-plaintiffs"))
    court, plaintiffs, general = inside.witnesses
    first = Quorum([court, plaintiffs, Away(general.key)], inside.policy, verify)
    publish_head(one, inside.key, inside.policy, verify, first)
    with pytest.raises(QuorumError) as caught:
        publish_head(two, inside.key, inside.policy, verify, Quorum(inside.witnesses, inside.policy, verify))
    assert "1 of 2" in str(caught.value)
    assert sorted(code for _, code in caught.value.refusals) == ["inconsistent", "inconsistent"]
    # The two that refused keep the second head beside the first: evidence that stands without anybody's word.
    for post in inside.place.posts[:2]:
        kept = {parse(path.read_bytes()).text for path in post.folder.glob("memory/*/refused/*")}
        assert two.head().text in kept and one.head().text not in kept


@dataclass(frozen=True)
class Away:
    key: NoteKey

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        raise WitnessRefusalError(self.key.name, "unavailable")

    def latest(self, origin: str) -> bytes | None:
        raise WitnessRefusalError(self.key.name, "unavailable")
