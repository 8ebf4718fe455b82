# SPDX-License-Identifier: Apache-2.0
"""Papers about acts: the first proof is of the leaf that counts, made up where it is lacking; damage is mended."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from lawgate.authority.lifts import BEGUN, ENDED, Lifting, lifted
from lawgate.docket.act_text import digest_of, print_act
from lawgate.docket.acts import ActKind
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import parse
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.order_acts import enter_act, lift, tell
from lawgate.office.order_leaves import outlived
from lawgate.office.orders import BindsUnloggedError, OrderDesk, complete_orders
from lawgate.wiring.orders import _papers, keep_of, kept_of
from unit.docket.house import CLERK, TWO, House, a_house
from unit.docket.made import an_act, an_order, signed


class OnDisk(House):
    """The house with its papers about acts in the folder that an office has."""

    @property
    def root(self) -> Path:
        return self.office.root

    @property
    def desk(self) -> OrderDesk:
        return replace(super().desk, keep=keep_of(self.root), kept=kept_of(self.root))

    def lifting(self) -> Lifting:
        acts = self.root / "acts"
        waits = {file.name: file.read_bytes() for file in acts.glob("*.*")}
        return replace(super().lifting(), waits=waits, papers=_papers(acts))

    def counts(self) -> bool:
        """Whether the one act that was lifted counts now."""
        texts = self.office.register.texts()
        return bool(lifted(list(self.office.log.leaves()), texts, self.lifting(), self.now))


class Log:
    """The log of a house, with something happening before the leaf of an act, or no witness there."""

    def __init__(self, house: House, first: Callable[[], None] | None = None, away: bool = False) -> None:
        self._log, self._first, self._away = house.office.log, first, away

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        first, self._first = self._first, None if leaf.kind == "order-act" else self._first
        if first and leaf.kind == "order-act":
            first()
        return self._log.append(leaf, still)

    def publish(self) -> None:
        if self._away:
            raise LawgateError("no witness is there")
        self._log.publish()


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture
def house(tmp_path: Path) -> OnDisk:
    made = OnDisk(a_house(tmp_path).office)
    made.order(an_order(since=made.now))
    made.later(1)
    return made


def dissolved(house: House) -> bytes:
    return print_act(signed(an_act(ActKind.DISSOLVE, "act-1", house.now), **TWO))


def begun(house: OnDisk, act: bytes) -> bytes:
    return house.desk.kept(f"{digest_of(act)}.{BEGUN}")


def lift_now(house: OnDisk, after: float) -> None:
    house.serve("act-1")
    house.later(after)
    lift(house.desk, "act-1", CLERK)
    assert house.counts()


def acts_logged(house: House) -> list[int]:
    return [index for index, leaf in house.office.log.leaves() if leaf.kind == "order-act"]


def test_of_an_act_that_two_logged_the_proof_is_of_the_leaf_that_counts(house: OnDisk) -> None:
    """`order complete` comes between, logs the act too, and is killed before it keeps its proof."""

    def killed(_name: str, _paper: bytes) -> None:
        raise KilledError

    def other() -> None:
        with pytest.raises(KilledError):
            complete_orders(replace(house.desk, keep=killed))

    act = dissolved(house)
    enter_act(replace(house.desk, log=Log(house, other)), act, CLERK)
    first, second = acts_logged(house)
    assert first < second
    assert parse(begun(house, act)).index == first
    lift_now(house, 25)


@pytest.mark.parametrize("again", [lambda h, _: complete_orders(h.desk), lambda h, act: enter_act(h.desk, act, CLERK)])
def test_a_wait_that_did_not_begin_is_made_up(house: OnDisk, again: Callable[[OnDisk, bytes], object]) -> None:
    act = dissolved(house)
    with pytest.raises(BindsUnloggedError):
        enter_act(replace(house.desk, log=Log(house, away=True)), act, CLERK)
    assert begun(house, act) == b""
    again(house, act)
    kept = begun(house, act)
    assert parse(kept).index == acts_logged(house)[0]
    house.later(1)
    complete_orders(house.desk)
    assert begun(house, act) == kept, "a wait that began does not begin anew"
    lift_now(house, 23.5)


def test_the_proof_of_another_leaf_or_of_none_gives_way(house: OnDisk) -> None:
    """An office that has one gets on: the wait begins with the next proof, and not before."""
    act = dissolved(house)
    enter_act(house.desk, act, CLERK)
    good, place = begun(house, act), house.root / "acts" / f"{digest_of(act)}.{BEGUN}"
    for bad in (house.office.log.proof(0).render(), b"", good[: len(good) // 4], b"\xff"):
        place.write_bytes(bad)
        house.later(30)
        with pytest.raises(Refused, match="lift_early"):
            lift(house.desk, "act-1", CLERK)
        assert parse(place.read_bytes()).index == acts_logged(house)[0]
    lift_now(house, 25)


def test_i22_a_last_proof_older_than_the_first_gives_way_and_no_other(house: OnDisk) -> None:
    act = dissolved(house)
    enter_act(house.desk, act, CLERK)
    lift_now(house, 25)
    last = house.root / "acts" / f"{digest_of(act)}.{ENDED}"
    kept, later = last.read_bytes(), house.office.log.proof(acts_logged(house)[0]).render()
    assert later != kept
    house.desk.keep(last.name, later)
    assert last.read_bytes() == kept
    # Without its first proof the act does not count any more, and the wait is served anew.
    last.with_suffix(f".{BEGUN}").unlink()
    complete_orders(house.desk)
    assert not house.counts()
    house.later(25)
    lift(house.desk, "act-1", CLERK)
    assert house.counts()
    assert last.read_bytes() != kept


def test_a_damaged_notice_and_receipt_are_replaced_by_whole_ones(house: OnDisk) -> None:
    enter_act(house.desk, dissolved(house), CLERK)
    tell(house.desk, "act-1")
    (notice,) = (house.root / "acts").glob("notice-*")
    whole = notice.read_bytes()
    for torn in (whole[:-1], b"", whole + b" "):
        notice.write_bytes(torn)
        tell(house.desk, "act-1")
        assert notice.read_bytes() == whole
    lift_now(house, 25)


@pytest.mark.parametrize("kind", ["notice", "receipt", "evidence", "report"])
def test_only_the_paper_of_the_name_takes_the_place_of_another(tmp_path: Path, kind: str) -> None:
    keep, kept = keep_of(tmp_path), kept_of(tmp_path)
    name = f"{kind}-{sha256(b'whole').hexdigest()}"
    for paper, there in ((b"torn", b"torn"), (b"other", b"torn"), (b"whole", b"whole"), (b"torn", b"whole")):
        keep(name, paper)
        assert kept(name) == there


def test_who_entered_an_instrument_stays_as_it_was_said_first(tmp_path: Path) -> None:
    keep, kept = keep_of(tmp_path), kept_of(tmp_path)
    for person in (b"person.c.1", b"person.c.2"):
        keep(f"{'0' * 64}.by", person)
    assert kept(f"{'0' * 64}.by") == b"person.c.1"
    assert not outlived(f"{'0' * 64}.by", b"", b"person.c.2", kept)


def test_two_writers_of_one_paper_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, real, came = keep_of(tmp_path), os.fsync, []

    def between(handle: int) -> None:
        real(handle)
        if not came:
            came.append(handle)
            keep("a.by", b"other")

    monkeypatch.setattr(os, "fsync", between)
    keep("a.by", b"one")
    assert came
    assert [(each.name, each.read_bytes()) for each in (tmp_path / "acts").iterdir()] == [("a.by", b"one")]


def test_a_paper_is_kept_when_its_folders_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, real, synced = keep_of(tmp_path), os.fsync, list[tuple[str, bool]]()

    def seen(handle: int) -> None:
        real(handle)
        place = Path(f"/proc/self/fd/{handle}").readlink()
        synced.append((place.name if place.is_dir() else "paper", (tmp_path / "acts/a.by").exists()))

    monkeypatch.setattr(os, "fsync", seen)
    keep("a.by", b"one")
    assert synced == [("paper", False), ("acts", True), (tmp_path.name, True)]


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep_of(tmp_path)("a.by", b"one")
    assert list((tmp_path / "acts").iterdir()) == []
