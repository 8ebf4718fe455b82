# SPDX-License-Identifier: Apache-2.0
"""One named test for each safety invariant of the release side that has no family of tests of its own.

I20 is in test_approvals.py, I22 in tests/property/test_docket.py and tests/unit/docket/test_lifts.py, I23 in
tests/unit/protocol/test_notice_*.py, I24 in tests/journeys/test_no_override.py.
"""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.authority.look import Sources
from lawgate.drivers.keeper.client import SocketKeeper
from lawgate.drivers.keys import verify
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.package.archive import read_member
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.fold import fold
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.proof import LogProof, verify_entry
from lawgate.model.decision import Grant
from lawgate.model.fault import LawgateError
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms
from lawgate.office.accounting import expected
from lawgate.office.handout import pull
from lawgate.office.orders import complete_orders
from lawgate.office.prepare import prepare
from lawgate.ports.keeper import KeeperError, write_frame
from lawgate.ports.release import Disclosable, KeyKeeper, PackageError
from lawgate.posts.keeper.keeper import Keeper, KeeperDesk
from lawgate.protocol.bars import FRESH_SECONDS, Barred, Facts, bars
from lawgate.protocol.lease import DRAIN_SECONDS, LEASE_SECONDS
from lawgate.protocol.steps import Handed, Stopped
from unit.protocol.notified import ORDER as NOTICE
from unit.protocol.notified import Noticed
from unit.protocol.test_bars import GOOD
from unit.protocol.test_notice_handout import asked
from unit.release.desk import (
    BULK,
    PACKAGE,
    POLICY,
    START,
    Office,
    Value,
    an_order_text,
    fetched,
    granted,
    nothing,
    outgoing,
)

ORDER = "order-1"
ALARM = {"code": "made_up", "subject": "", "detail": ""}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.prepared()
    return made


def opened(office: Office, box: Path) -> list[dict[str, object]]:
    """Every record of a hand-out, as its recipient reads it."""
    own = pyrage.x25519.Identity.from_str(office.identity)
    lines = pyrage.decrypt((box / "keys.age").read_bytes(), [own]).decode().splitlines()
    tar = (box / "package.tar").read_bytes()
    names = [line.removeprefix("# ") for line in lines[::2]]
    keys = [pyrage.x25519.Identity.from_str(line) for line in lines[1::2]]
    return [json.loads(pyrage.decrypt(read_member(tar, n), [key])) for n, key in zip(names, keys, strict=True)]


# ------------------------------------------------------------------------------------------------- I1 log before key


class Watched:
    """A courier that, each time a file is asked for, shows that the hand-out's leaf is under a witnessed head."""

    def __init__(self, office: Office) -> None:
        self._office, self.seen = office, list[str]()

    @property
    def room(self) -> Path:
        return self._office.courier.room

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        def watched() -> Iterator[tuple[str, bytes]]:
            index = int(name.rpartition("-")[2])
            leaf = dict(self._office.log.leaves())[index]
            for file, data in files:
                proof = self._office.log.proof(index)
                assert verify_entry(leaf.render(), proof, POLICY, verify).checkpoint.size > index
                assert leaf.kind == "handout"
                self.seen.append(file)
                yield file, data

        self._office.courier.deliver(name, watched(), beside=beside)


def test_i1_the_leaf_is_durable_and_witnessed_before_the_first_byte(office: Office) -> None:
    courier = Watched(office)
    for attempt in (1, 2):
        pull(office.release(), PACKAGE, "rk-1", courier)
        assert courier.seen == ["package.tar", "keys.age"] * attempt
        assert len(office.handed_out()) == len(office.kinds("handout")) == attempt


class Publishes:
    """The log, whose head is published so many times more and then not."""

    def __init__(self, office: Office, times: int) -> None:
        self._log, self._left = office.log, times

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def publish(self) -> None:
        self._left -= 1
        if self._left >= 0:
            self._log.publish()


@pytest.mark.parametrize(("times", "code", "step"), [(1, "handout_leaf", "logged"), (0, "fresh", "looked")])
def test_i1_no_witness_no_byte(office: Office, times: int, code: str, step: str) -> None:
    """Witnesses that go away between look and leaf leave a leaf that counts, and no key."""
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    office.clock.at += timedelta(seconds=FRESH_SECONDS + 1)
    with pytest.raises(Barred) as refused:
        pull(office.release(log=Publishes(office, times)), PACKAGE, "rk-1", office.courier)
    assert (refused.value.step, {bar.code for bar in refused.value.bars}) == (step, {code})
    assert len(office.handed_out()) == 1
    assert len(office.kinds("handout")) == 1 + times


# ---------------------------------------------------------------------------------------------- I2 complete authority


def raising(*_: object) -> object:
    raise LawgateError("it cannot be read")


def without(office: Office, **other: object) -> Callable[[Sources], Sources]:
    registers = replace(office.registers, **other)
    return lambda sources: replace(sources, registers=lambda: registers)


def keeper(office: Office, change: Callable[[Sources], Sources]) -> Keeper:
    """A keeper whose own look meets something else than the office's."""
    desk = office.release()
    own = change(replace(desk.sources, publish=nothing))
    made = KeeperDesk(0, office.gate, own, desk.packages, office.keys, desk.sealer, lambda: len(office.log.leaves()))
    return Keeper(made)


KEEPER_MEETS: dict[str, Callable[[Office], Callable[[Sources], Sources]]] = {
    "order": lambda o: lambda s: replace(s, texts=lambda: {"0001-order-1.toml": an_order_text()}),
    "docket": lambda o: lambda s: replace(s, texts=raising),
    "request": lambda o: lambda s: replace(s, holds=lambda batch: None),
    "clock": lambda o: lambda s: replace(s, moment=lambda: s.moment() - timedelta(minutes=3)),
    "key_usable": lambda o: lambda s: replace(s, sealable=lambda text: False),
    "review_signature": lambda o: lambda s: replace(s, office="another.office"),
    "review_signed": lambda o: lambda s: replace(s, verify=lambda key, data, signature: False),
    "safeguard": lambda o: without(o, safeguards={}),
    "key_registered": lambda o: without(o, recipients={}),
    "reviewer": lambda o: without(o, people={k: v for k, v in o.registers.people.items() if k != "person.r.1"}),
    "leaves": lambda o: lambda s: replace(s, leaves=lambda: list(s.leaves())[:-1]),
    "package_ceiling": lambda o: lambda s: replace(s, ceilings=replace(s.ceilings, per_package=1)),
    "key_registration": lambda o: lambda s: replace(s, papers=lambda *_: replace(o.papers, registrations=())),
}


@pytest.mark.parametrize("met", KEEPER_MEETS)
def test_i2_the_keeper_finds_out_for_itself_whatever_the_office_found(office: Office, met: str) -> None:
    held: tuple[KeyKeeper, ...] = (keeper(office, KEEPER_MEETS[met](office)),)
    with pytest.raises(LawgateError):
        pull(office.release(keepers=held), PACKAGE, "rk-1", office.courier)
    assert len(office.kinds("handout")) == 1  # the office saw nothing in the way
    assert not office.handed_out()
    pull(office.release(keepers=(keeper(office, lambda s: s),)), PACKAGE, "rk-1", office.courier)
    assert len(office.handed_out()) == 1


def test_i1_a_leaf_of_another_kind_is_no_hand_out(office: Office) -> None:
    """Neither one that says it was barred, nor a second one that says it was prepared."""
    (prepared,) = office.kinds("prepared")
    body = {"package": PACKAGE, "asked": "0" * 64, "step": "looked", "bars": ["order"], "orders": []}
    for leaf in (StageLeaf("barred", instant(START), body), StageLeaf("alarm", instant(START), {**ALARM}), prepared):
        with keeper(office, lambda s: s).open(PACKAGE, "rk-1", office.courier) as lease:
            index = office.log.append(leaf)
            office.log.publish()
            found = lease.hand(index)
        assert isinstance(found, Stopped)
        assert "handout_leaf" in {bar.code for bar in found.bars}
    assert not office.handed_out()


# ------------------------------------------------------------------------- I3 an order stops everything it covers


class Interrupted:
    """A log that runs something just before a given call of it, whichever it is."""

    def __init__(self, office: Office, at: int, run: Callable[[], None]) -> None:
        self._log, self._at, self._run, self.calls = office.log, at, run, 0

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            self._run()

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        self._count()
        return self._log.append(leaf, still)

    def leaves(self) -> Sequence[tuple[int, StageLeaf]]:
        self._count()
        return self._log.leaves()

    def publish(self) -> None:
        self._count()
        self._log.publish()

    def proof(self, index: int) -> LogProof:
        self._count()
        return self._log.proof(index)


def stops(office: Office) -> Callable[[], None]:
    """An order that comes in: into the docket, then into the log, as `enter_order` does before it waits."""

    def enter() -> None:
        office.register.enter(ORDER, an_order_text(ORDER))
        leaf = {"order": ORDER, "instrument": sha256(an_order_text(ORDER)).hexdigest(), "person": "person.c.1"}
        more = {"learned": instant(START), "effective": instant(START), "effects": ["stop"], "provisional": False}
        office.log.append(StageLeaf("order-bar", instant(office.clock.now()), {**leaf, **more}))

    return enter


def test_i3_at_whatever_moment_an_order_comes_no_leaf_and_no_key_follow_it(tmp_path: Path, size: str) -> None:
    seen = {"before": 0, "after": 0}
    for at in itertools.count(1, 1 if size == "full" else 3):
        office = Office(tmp_path / str(at))
        office.prepared()
        log = Interrupted(office, at, stops(office))
        try:
            pull(office.release(log=log), PACKAGE, "rk-1", office.courier)
        except Barred as barred:
            assert any(ORDER in bar.orders for bar in barred.bars)
        if log.calls < at:
            break
        index = {leaf.kind: i for i, leaf in office.log.leaves() if leaf.kind in ("order-bar", "handout")}
        slipped = index.get("handout", -1)
        assert slipped < index["order-bar"]
        assert bool(office.handed_out()) <= (slipped >= 0)
        seen["before" if slipped < 0 else "after"] += 1
        with pytest.raises(Barred):
            pull(office.release(), PACKAGE, "rk-1", office.courier)
        complete_orders(office.orders())
        (in_force,) = office.kinds("in-force")
        assert in_force.texts("exposed") == ((f"{PACKAGE}@{slipped}",) if slipped >= 0 else ())
    assert min(seen.values()) > 0, "an order was never tried on both sides of the leaf"


def test_i3_what_was_handed_over_before_the_order_is_all_there_is(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    before = {file: file.read_bytes() for file in (office.root / "out").rglob("*") if file.is_file()}
    stops(office)()
    for key in ("rk-1", "rk-2"):
        with pytest.raises(Barred):
            pull(office.release(), PACKAGE, key, office.courier)
    assert before == {file: file.read_bytes() for file in (office.root / "out").rglob("*") if file.is_file()}


# ------------------------------------------------------------------------------------------------- I4 bounded drain


def test_i4_an_order_waits_for_a_lease_and_never_longer(tmp_path: Path) -> None:
    gate = FileGate(tmp_path / "gate")
    with gate.lease() as lease:
        begun = time.monotonic()
        assert not gate.drain()
        waited = time.monotonic() - begun
        # Whoever still holds the gate then may not use it any more.
        assert lease.left() <= 0
    assert DRAIN_SECONDS <= waited < DRAIN_SECONDS + 1
    assert DRAIN_SECONDS >= 1.2 * LEASE_SECONDS
    assert gate.drain()


# ------------------------------------------------------------------------------------------------ I5 minimal payload


def test_i5_a_record_holds_what_was_granted_and_what_it_is_for_and_nothing_else(office: Office) -> None:
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    records = opened(office, office.root / "out" / done.name)
    wanted = {"format", "provision", "citation", "batch", "package", "purpose", "sole_use", "use_terms", "return_by"}
    assert len(records) == 3
    for row, record in zip(granted(), records, strict=True):
        assert set(record) == wanted | {"row_id", "case_id", "recipients", "values"}
        values = record["values"]
        assert isinstance(values, dict)
        assert {Grant(field, int(year)) for field, years in values.items() for year in years} == row.grants
        assert record["row_id"] == row.row_id


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"mailing_address": dict.fromkeys((2021, 2022), Value("x")), "wages": {2021: Value("1")}}, "something else"),
        ({"mailing_address": dict.fromkeys((2020, 2021, 2022), Value("x"))}, "something else"),
        ({"mailing_address": {2021: Value("x")}}, "lacks a value"),
        ({}, "something else"),
    ],
)
def test_i5_a_value_more_or_less_makes_no_package(
    tmp_path: Path, values: dict[str, dict[int, Value]], why: str
) -> None:
    office = Office(tmp_path)
    batch = office.decide()
    review = office.review(batch, office.looked(range(3)))

    def more(numbers: Sequence[int]) -> list[Disclosable]:
        first, *others = fetched(numbers)
        return [replace(first, values=values), *others]

    with pytest.raises(LawgateError, match=why):
        prepare(office.release(), outgoing(), granted(), review, more, office.account)
    assert not office.kinds("prepared")
    assert not list((tmp_path / "packages").iterdir())


# ---------------------------------------------------------------------------------------------- I6 recipient binding


def test_i6_only_the_registered_key_opens_it_and_only_after_its_wait(office: Office) -> None:
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    envelope = (office.root / "out" / done.name / "keys.age").read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(envelope, [pyrage.x25519.Identity.generate()])
    # What the custodian has opens nothing either: a record is sealed to an identity of its own.
    sealed = read_member((office.root / "out" / done.name / "package.tar").read_bytes(), "0001.age")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(office.identity)])
    other = replace(office.registers.recipients["rk-1"], age=str(pyrage.x25519.Identity.generate().to_public()))
    office.registers = replace(office.registers, recipients={"rk-1": other})
    with pytest.raises(Barred) as refused:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert {bar.code for bar in refused.value.bars} == {"key_text", "key_registration"}


# ------------------------------------------------------------------------------------------- I7 idempotent hand-out


def test_i7_a_repeat_is_the_same_bytes_under_a_leaf_of_its_own(office: Office) -> None:
    made = [pull(office.release(), PACKAGE, "rk-1", office.courier) for _ in range(3)]
    assert len({each.handout for each in made}) == len({each.name for each in made}) == 3
    boxes = [office.root / "out" / each.name for each in made]
    assert len({(box / "package.tar").read_bytes() for box in boxes}) == 1
    own = pyrage.x25519.Identity.from_str(office.identity)
    assert len({pyrage.decrypt((box / "keys.age").read_bytes(), [own]) for box in boxes}) == 1
    with pytest.raises(PackageError):
        office.keys.put(PACKAGE, b"other identities")
    with pytest.raises(PackageError):
        office.packages.put(PACKAGE, [("manifest.json", b"{}")], {})
    again = office.courier
    with pytest.raises(PackageError):
        again.deliver(made[0].name, [("keys.age", b"other")])


# ----------------------------------------------------------------------- I8 accounting is a superset of disclosure


class Breaking:
    """A courier that breaks off after so many files."""

    def __init__(self, office: Office, after: int) -> None:
        self._courier, self._after = office.courier, after
        self.room = office.courier.room

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        self._courier.deliver(name, itertools.islice(files, self._after), beside=beside)
        raise PackageError("the way out broke off")


@pytest.mark.parametrize("after", [0, 1, 2])
def test_i8_whatever_breaks_off_after_the_leaf_counts_as_disclosed(office: Office, after: int) -> None:
    entries = office.root / "log"
    assert any(file.is_file() for file in entries.rglob("*"))
    before = dict(office.log.leaves())
    with pytest.raises(LawgateError):
        pull(office.release(), PACKAGE, "rk-1", Breaking(office, after))
    leaves = dict(office.log.leaves())
    assert not office.kinds("sent")
    assert [leaf.number("rows") for leaf in office.kinds("handout")] == [3]
    assert expected(leaves, len(leaves)) == expected(before, len(before)) + 3


def test_i8_entries_are_durable_before_the_package_is_in_the_log(tmp_path: Path) -> None:
    office, seen = Office(tmp_path), list[int]()
    batch = office.decide()
    review = office.review(batch, office.looked(range(3)))

    def account(package: str, rows: tuple[int, ...]) -> object:
        seen.append(len(office.kinds("prepared")))
        assert rows == (0, 1, 2)
        return office.account(package, rows)

    prepare(office.release(), outgoing(), granted(), review, fetched, account)
    assert seen == [0]
    (leaf,) = office.kinds("prepared")
    with office.store() as log:
        path = log.prove_row(leaf.text("subtree"), 2, leaf.number("rows"))
    assert leaf.number("rows") == 3 and path


def test_i8_fewer_entries_than_records_make_no_package(tmp_path: Path) -> None:
    office = Office(tmp_path)
    review = office.review(office.decide(), office.looked(range(3)))
    with pytest.raises(LawgateError):
        prepare(office.release(), outgoing(), granted(), review, fetched, lambda p, rows: office.account(p, rows[:2]))
    assert not office.kinds("prepared")


# ------------------------------------------------------------------------------------------------- I9 no side door


def test_i9_bytes_out_are_the_sizes_in_the_leaves(office: Office) -> None:
    for _ in range(2):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    for key in ("rk-2", ""):
        with pytest.raises(Barred):
            pull(office.release(), PACKAGE, key, office.courier)
    (prepared,) = office.kinds("prepared")
    files = [file for file in (office.root / "out").rglob("*") if file.is_file()]
    told = sum(leaf.number("size") for leaf in office.kinds("sent"))
    told += len(office.kinds("handout")) * prepared.number("size")
    assert sum(file.stat().st_size for file in files) == told
    assert {file.name for file in files} == {"package.tar", "keys.age"}
    state = fold(office.log.leaves())
    assert {file.parent.name for file in files} == {f"{PACKAGE}-{index}" for index in range(state.size)} & {
        f"{PACKAGE}-{index}" for index, leaf in office.log.leaves() if leaf.kind == "handout"
    }


def test_i9_nothing_that_was_made_up_for_the_records_lies_anywhere_unsealed(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    for file in office.root.rglob("*"):
        if file.is_file():
            assert b"Made-up Way" not in file.read_bytes(), file


# ------------------------------------------------------------------------------------------------ I11 bars dominate

NAMES = [field.name for field in fields(Facts)]


@given(st.sets(st.sampled_from(NAMES), min_size=1))
def test_i11_whatever_is_unknown_bars(unknown: set[str]) -> None:
    found = bars(replace(GOOD, **dict.fromkeys(unknown)))
    assert found
    assert {bar.because for bar in found} == {"unknown"}


def test_i11_no_answer_of_a_keeper_is_no_yes(office: Office) -> None:
    class Mute:
        """A keeper that takes the gate and then says something else than an answer."""

        def __init__(self, answer: object) -> None:
            self.answer = answer

        def keeps(self, package: str) -> bool:
            return True

        def open(self, package: str, key: str, courier: object) -> Mute:
            return self

        def __enter__(self) -> Mute:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def left(self) -> float:
            return 1.0

        def hand(self, handout: int) -> object:
            return self.answer

    for answer in (None, True, "handed", 1, (), Stopped((), "logged")):
        with pytest.raises(Barred) as refused:
            pull(office.release(keepers=(Mute(answer),)), PACKAGE, "rk-1", office.courier)
        assert {bar.because for bar in refused.value.bars} == {"unknown"}
    assert not office.kinds("sent")
    pull(office.release(keepers=(Mute(Handed("0" * 64, 1)),)), PACKAGE, "rk-1", office.courier)
    assert len(office.kinds("sent")) == 1


def test_i20_many_people_go_by_two_approvals_and_two_keepers_only(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.keepers = 2
    office.prepared(rows=BULK)
    with pytest.raises(Barred) as refused:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert {bar.code for bar in refused.value.bars} == {"approvals"}
    office.approve(PACKAGE, "person.o.2")
    with pytest.raises(Barred):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert not list((tmp_path / "out").iterdir())
    office.approve(PACKAGE, "person.o.1")
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    box = tmp_path / "out" / done.name
    assert {file.name for file in box.iterdir()} == {"package.tar", "keys.age", "keys-2.age"}
    # Neither keeper's share opens a record: the custodian's own opens the outer seal, and finds another one.
    own = pyrage.x25519.Identity.from_str(office.identity)
    sealed = read_member((box / "package.tar").read_bytes(), "0001.age")
    first, second = (
        pyrage.x25519.Identity.from_str(pyrage.decrypt((box / name).read_bytes(), [own]).decode().splitlines()[1])
        for name in ("keys.age", "keys-2.age")
    )
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [second])
    inner = pyrage.decrypt(sealed, [first])
    assert b"Made-up Way" not in inner
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(inner, [first])
    assert b"Made-up Way" in pyrage.decrypt(inner, [second])


# --------------------------------------------------------------------------------------- I27 fresh witness, sane time


@pytest.mark.parametrize(("seconds", "codes"), [(60, set()), (61, {"fresh"}), (121, {"fresh", "clock"})])
def test_i27_no_hand_out_on_an_old_head(office: Office, seconds: int, codes: set[str]) -> None:
    office.log.publish()
    office.clock.at += timedelta(seconds=seconds)
    with pytest.raises(Barred) as refused:
        pull(office.release(log=Publishes(office, 0)), PACKAGE, "rk-1", office.courier)
    found = {bar.code for bar in refused.value.bars}
    assert found == (codes or {"handout_leaf"})
    assert not office.handed_out()


@pytest.mark.parametrize("hours", [-25, 25])
def test_i27_a_clock_that_was_set_bars(office: Office, hours: int) -> None:
    """T16, T17: the witness's clock goes on; ours alone was set."""
    now = office.clock.now
    with pytest.raises(Barred) as refused:
        pull(
            office.release(clock=_Set(now, hours)),
            PACKAGE,
            "rk-1",
            office.courier,
        )
    assert "clock" in {bar.code for bar in refused.value.bars}
    assert not office.handed_out()


class _Set:
    """Our clock, so many hours off."""

    def __init__(self, now: Callable[[], object], hours: int) -> None:
        self._now, self._by = now, timedelta(hours=hours)

    def now(self) -> object:
        return self._now() + self._by

    def monotonic(self) -> float:
        return 0.0


def test_i27_moments_in_the_log_never_run_back_and_lie_near_the_witnesses(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    office.clock.at -= timedelta(seconds=30)
    with pytest.raises(Barred):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    moments = [leaf.at for _, leaf in office.log.leaves()]
    assert moments == sorted(moments)
    with pytest.raises(MalformedError):
        verify_entry(dict(office.log.leaves())[0].render(), office.log.proof(1), POLICY, verify)


def test_i23_two_instruments_of_one_id_are_two_duties(tmp_path: Path) -> None:
    """An id that two instruments have names neither: each of them has to be met."""
    place = Noticed(tmp_path, "2030-09-23T16:00:00-04:00", hours=24, window=500)
    place.office.approve()
    terms = NoticeTerms(200, ("court", "org"), 500)
    effect = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, terms)
    place.office.register.enter(NOTICE, an_order_text(NOTICE, effects=(effect,), note="another one"))
    place.give()
    place.serve()
    place.later(hours=199)
    assert asked(place) == ("notice",)
    place.later(hours=73)
    assert asked(place) == ()


# ----------------------------------------------------------------------------------------- the keeper at the other end


def answering(*answers: dict[str, object], late: float = 0.0) -> SocketKeeper:
    """A keeper that gives these answers, each so late, and then hangs up."""

    @contextmanager
    def connect() -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()

        def talk() -> None:
            with theirs:
                for answer in answers:
                    theirs.recv(1 << 16)
                    time.sleep(late)
                    write_frame(theirs.sendall, answer)
                theirs.recv(1 << 16)

        run = threading.Thread(target=talk, daemon=True)
        with ours:
            run.start()
            yield ours
        run.join(10)

    return SocketKeeper(connect)


def test_i11_a_keeper_that_hangs_up_said_nothing(office: Office) -> None:
    with pytest.raises(PackageError):
        answering({}).keep(PACKAGE, b"identities")
    for ask in (lambda k: k.keep(PACKAGE, b"identities"), lambda k: k.keeps(PACKAGE)):
        with pytest.raises(KeeperError):
            ask(answering())
    with pytest.raises(KeeperError), answering().open(PACKAGE, "rk-1", office.courier):
        raise AssertionError("no lease was given")
    with answering({"left": 2.0}).open(PACKAGE, "rk-1", office.courier) as lease, pytest.raises(KeeperError):
        lease.hand(7)


def test_i4_the_office_never_thinks_a_lease_longer_than_its_keeper_does(office: Office) -> None:
    with answering({"left": LEASE_SECONDS}, late=0.5).open(PACKAGE, "rk-1", office.courier) as lease:
        assert lease.left() <= LEASE_SECONDS - 0.5
