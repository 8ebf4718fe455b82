# SPDX-License-Identifier: Apache-2.0
"""Prepare and pull with one thing wrong at a time: the right bar, no key, no leaf."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.form import Ceilings
from lawgate.model.order import Effect, EffectKind
from lawgate.model.period import Span
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.office.prepare import prepare
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import Barred
from lawgate.wiring.sealers import openers
from unit.release.desk import AGENCY, BATCH, PACKAGE, START, Office, Value, an_order_text, fetched, granted, outgoing


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.prepared()
    return made


def barred(office: Office, key: str = "rk-1", **ports: object) -> set[str]:
    before = len(list(office.log.leaves()))
    with pytest.raises(Barred) as refused:
        pull(office.release(**ports), PACKAGE, key, office.courier)
    assert not office.handed_out()
    (leaf,) = [leaf for _, leaf in list(office.log.leaves())[before:]]
    assert (leaf.kind, leaf.text("package"), leaf.text("step")) == ("barred", PACKAGE, "looked")
    assert set(leaf.texts("bars")) == {bar.code for bar in refused.value.bars}
    return {bar.code for bar in refused.value.bars}


def with_key(office: Office, **other: object) -> None:
    key = replace(office.registers.recipients["rk-1"], **other)
    office.registers = replace(office.registers, recipients={"rk-1": key})


def test_nothing_in_the_way(office: Office) -> None:
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert len(office.handed_out()) == 1
    again = pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert done.name != again.name
    assert [leaf.number("attempt") for leaf in office.kinds("handout")] == [1, 2]
    assert len(office.kinds("sent")) == 2
    texts = {openers().open(file.read_bytes(), office.identity) for file in office.handed_out()}
    assert len(texts) == 1


def test_recipient_keys(office: Office) -> None:
    assert barred(office, "rk-2") == {"key_prepared"}
    good = office.registers
    with_key(office, agency="other")
    assert barred(office) == {"key_agency", "key_registration"}
    office.registers = good
    with_key(office, registrars=("person.c.1",))
    assert barred(office) == {"key_registrars", "key_registration"}
    office.registers = good
    with_key(office, age="age1broken")
    assert barred(office) == {"key_usable", "key_text", "key_registration"}
    office.registers = good
    # Another good key of the same id: whoever can edit the register cannot turn a package to themselves.
    with_key(office, age=str(pyrage.x25519.Identity.generate().to_public()))
    assert barred(office) == {"key_text", "key_registration"}
    office.registers = good
    with_key(office, span=Span(date(2029, 1, 1), date(2030, 1, 1)))
    assert barred(office) == {"key_valid"}
    office.registers = replace(good, recipients={})
    assert barred(office) >= {"key_registered", "key_valid", "key_agency"}


def test_the_key_itself_is_in_both_leaves(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    text = manifests.text_digest(office.registers.recipients["rk-1"].age)
    assert [office.kinds(kind)[0].text("recipient_text") for kind in ("prepared", "handout")] == [text, text]


@pytest.mark.parametrize("answer", [False, None])
def test_a_request_that_does_not_hold_any_more(office: Office, answer: bool | None) -> None:
    asked: list[str] = []

    def holds(batch: str) -> bool | None:
        asked.append(batch)
        return answer

    assert barred(office, holds=holds) == {"request"}
    assert asked == [BATCH]


def test_a_request_that_stops_holding_between_leaf_and_key(office: Office) -> None:
    answers = iter([True, False])
    with pytest.raises(Barred):
        pull(office.release(holds=lambda batch: next(answers), keys=Untouched()), PACKAGE, "rk-1", office.courier)
    (leaf,) = office.kinds("barred")
    assert (leaf.text("step"), leaf.texts("bars")) == ("logged", ("request",))
    assert not office.handed_out()


def test_what_asked_is_in_the_log_by_digest_only(office: Office) -> None:
    with pytest.raises(Barred):
        pull(office.release(), PACKAGE, "Jane Q. Public, 900-12-3456", office.courier)
    (leaf,) = office.kinds("barred")
    assert b"Jane" not in leaf.render()
    assert leaf.text("asked") == manifests.text_digest("Jane Q. Public, 900-12-3456")


def test_orders_are_named_and_a_stray_file_only_as_unreadable(office: Office) -> None:
    enter_order(office.orders(), an_order_text(), "person.c.1")
    (office.root / "docket" / "0002 stray paper.txt").write_bytes(b"?")
    with pytest.raises(Barred):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    (leaf,) = office.kinds("barred")
    assert set(leaf.texts("orders")) == {"order-1", "unreadable"}


def test_every_bar_is_told_when_the_log_takes_no_leaf(office: Office) -> None:
    def broken(log, leaf):
        raise LawgateError("the disk is full")

    with pytest.raises(Barred, match="another key") as refused:
        pull(office.release(log=Changed(office.log, broken)), PACKAGE, "rk-2", office.courier)
    assert isinstance(refused.value.__cause__, LawgateError)


def test_safeguards_and_reviewers_are_looked_at_again(office: Office) -> None:
    good = office.registers
    office.registers = replace(good, safeguards={AGENCY: Span(date(2029, 1, 1), date(2030, 5, 6))})
    assert barred(office) == {"safeguard"}
    office.registers = replace(good, safeguards={})
    assert barred(office) == {"safeguard"}
    office.registers = replace(good, people={})
    assert barred(office) == {"review_signature", "key_registration"}
    office.registers = good
    office.ceilings = Ceilings(reviewed_a_day=2, per_package=2)
    assert barred(office) == {"package_ceiling", "review_ceiling"}


def test_the_log_must_be_witnessed_and_the_clock_right(office: Office) -> None:
    class Silent:
        def __init__(self, log: object) -> None:
            self.append, self.leaves, self.proof = log.append, log.leaves, log.proof

        def publish(self) -> None:
            raise LawgateError("no witness answers")

    assert barred(office, log=Silent(office.log)) >= {"witness", "clock"}

    class Ahead:
        def now(self):
            return office.clock.at + timedelta(seconds=121)

        monotonic = office.clock.monotonic

    assert barred(office, clock=Ahead()) == {"clock", "fresh"}


def test_a_forged_log_does_not_help(office: Office) -> None:
    class Forged:
        """Hides one leaf from whoever replays the log."""

        def __init__(self, log: object) -> None:
            self.append, self.publish, self.proof, self._log = log.append, log.publish, log.proof, log

        def leaves(self):
            found = list(self._log.leaves())
            leaf = replace(found[4][1], body={**found[4][1].body, "rows": 1})
            return [*found[:4], (4, leaf), *found[5:]]

    assert barred(office, log=Forged(office.log)) >= {"witness", "review_leaf"}


def test_a_package_that_was_changed(office: Office) -> None:
    file = office.root / "packages" / PACKAGE / "package.tar"
    tar = bytearray(file.read_bytes())
    place = tar.index(b"age-encryption.org")
    tar[place] ^= 1
    file.write_bytes(bytes(tar))
    assert barred(office) == {"contents"}


def test_a_review_that_was_changed(office: Office) -> None:
    file = office.root / "packages" / PACKAGE / "review.json"
    file.write_bytes(file.read_bytes().replace(b'"row":0', b'"row":9'))
    assert barred(office) == {"review_leaf", "review_signature"}


def test_a_package_without_its_leaf(tmp_path: Path) -> None:
    office = Office(tmp_path)
    with pytest.raises(KeyError):
        prepare_with(office, account=lambda package, rows: {}[package])
    assert (tmp_path / "packages" / PACKAGE).is_dir()
    assert barred(office) == {"prepared_leaf", "contents", "approvals"}


def test_a_docket_that_cannot_be_trusted(office: Office) -> None:
    (office.root / "docket/stray").write_bytes(b"")
    assert barred(office) == {"order"}
    (office.root / "docket/stray").unlink()
    (office.root / "docket").rename(office.root / "away")
    # Nobody can tell what an order asks for: then all of it is missing.
    assert barred(office) == {"order", "docket", "notice", "approvals"}


def test_an_order_that_is_taken_out_again_still_bars(office: Office) -> None:
    file = enter_order(office.orders(), an_order_text(), "person.c.1")
    (office.root / "docket" / file).unlink()
    assert barred(office) == {"docket"}


@pytest.mark.parametrize("kind", EffectKind)
def test_effects_that_block_and_effects_that_do_not(office: Office, kind: EffectKind) -> None:
    every = Effect(kind, *["every"] * 5, 0)
    enter_order(office.orders(), an_order_text(effects=(every,)), "person.c.1")
    # Nobody here keeps the rulebooks of before, so everything would go beyond a freeze on expansion.
    if kind.blocks or kind is EffectKind.FREEZE_EXPANSION:
        assert barred(office) == {"order"} | ({"notice"} if kind is EffectKind.NOTICE else set())
    else:
        pull(office.release(), PACKAGE, "rk-1", office.courier)


@pytest.mark.parametrize(
    ("part", "value", "binds"),
    [
        ("requesters", ("person.a.1",), True),
        ("requesters", ("person.other",), False),
        ("recipients", ("person.a.9",), True),
        ("recipients", ("rk-1",), True),
        ("recipients", ("other",), False),
        ("fields", ("mailing_address",), True),
        ("fields", ("income",), False),
        ("years", (2022,), True),
        ("years", (1999,), False),
        ("provisions", ("p2",), False),
        ("rows_at_least", 3, True),
        ("rows_at_least", 4, False),
    ],
)
def test_scopes(office: Office, part: str, value: object, binds: bool) -> None:
    effect = replace(Effect(EffectKind.STOP, *["every"] * 5, 0), **{part: value})
    enter_order(office.orders(), an_order_text(effects=(effect,)), "person.c.1")
    if binds:
        assert barred(office) == {"order"}
    else:
        pull(office.release(), PACKAGE, "rk-1", office.courier)


def test_an_order_does_not_end_by_the_day_its_text_states(office: Office) -> None:
    ends = START + timedelta(days=2)
    enter_order(office.orders(), an_order_text(ends=ends), "person.c.1")
    for later in (ends - timedelta(seconds=1), ends, ends + timedelta(days=1000)):
        office.clock.at = later
        assert "order" in barred(office)


class Changed:
    """The log, with something of its `append` done otherwise."""

    def __init__(self, log: object, append) -> None:
        self.leaves, self.publish, self.proof, self._log, self._append = (
            log.leaves,
            log.publish,
            log.proof,
            log,
            append,
        )

    def append(self, leaf: StageLeaf, still=None) -> int:
        return self._append(self._log, leaf)


class Untouched:
    """A key room nobody may come to."""

    def read(self, package: str) -> bytes:
        raise AssertionError("the keys were read before every bar was passed")


def test_an_order_that_comes_between_leaf_and_key(office: Office) -> None:
    def append(log, leaf):
        index = log.append(leaf)
        office.register.enter("order-1", an_order_text())
        return index

    log = Changed(office.log, append)
    with pytest.raises(Barred, match="order-1"):
        pull(office.release(log=log, keys=Untouched()), PACKAGE, "rk-1", office.courier)
    assert not office.handed_out()
    assert [len(office.kinds(kind)) for kind in ("handout", "sent")] == [1, 0]


def test_a_leaf_that_never_reached_the_log(office: Office) -> None:
    log = Changed(office.log, lambda log, leaf: 0)
    with pytest.raises(Barred, match="hand-out is not shown"):
        pull(office.release(log=log, keys=Untouched()), PACKAGE, "rk-1", office.courier)


def test_a_log_that_is_a_moment_ahead_of_the_clock_does_not_stop_a_hand_out(office: Office) -> None:
    office.clock.at += timedelta(seconds=30)
    office.log.append(StageLeaf("alarm", instant(office.clock.now()), {"code": "drill", "subject": "", "detail": ""}))
    office.clock.at -= timedelta(seconds=30)
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    (leaf,) = office.kinds("handout")
    assert leaf.at == instant(office.clock.now() + timedelta(seconds=30))


def test_a_leaf_that_says_something_else_is_not_the_one_that_was_written(office: Office) -> None:
    def append(log, leaf):
        return log.append(replace(leaf, body={**leaf.body, "rows": 1}) if leaf.kind == "handout" else leaf)

    with pytest.raises(Barred, match="hand-out is not shown"):
        pull(office.release(log=Changed(office.log, append), keys=Untouched()), PACKAGE, "rk-1", office.courier)


def test_a_package_prepared_under_another_decision(tmp_path: Path) -> None:
    office = Office(tmp_path)

    def append(log, leaf):
        return log.append(replace(leaf, body={**leaf.body, "decision_leaf": 0}))

    prepare_with(office, log=Changed(office.log, append))
    assert barred(office) == {"contents"}


def test_no_leaf_follows_an_order_that_came_in_while_the_log_was_busy(office: Office) -> None:
    """The wait for the log's turn outlasts the lease; meanwhile an order comes into force."""

    class RunOut:
        """The gate as an order meets it while a hand-out holds it: waited for until the lease has run out."""

        def drain(self) -> bool:
            office.clock.seconds += 2.5
            return False

    class Busy(Changed):
        def append(self, leaf: StageLeaf, still=None) -> int:
            if leaf.kind == "handout":
                enter_order(replace(office.orders(), gate=RunOut()), an_order_text(), "person.c.1")
            return self._log.append(leaf, still)

    with pytest.raises(Barred, match="lease"):
        pull(office.release(log=Busy(office.log, None), keys=Untouched()), PACKAGE, "rk-1", office.courier)
    assert [len(office.kinds(kind)) for kind in ("in-force", "handout", "sent")] == [1, 0, 0]
    assert [leaf.text("step") for leaf in office.kinds("barred")] == ["looked"]


def test_one_human_registers_a_recipient_key_once(office: Office) -> None:
    (reviewer,) = (person for person in office.registers.people.values() if person.id == "person.r.1")
    twin = replace(reviewer, id="person.r.2")
    people = {**office.registers.people, "person.r.2": twin}
    office.registers = replace(office.registers, people=people)
    with_key(office, registrars=("person.r.1", "person.r.2"))
    assert barred(office) == {"key_registrars", "key_registration"}
    with_key(office, registrars=("person.c.1", "Person.C.1"))
    assert barred(office) == {"key_registrars", "key_registration"}


@pytest.mark.parametrize("name", ["person.a.1-also", "PERSON.A.1"])
def test_an_order_binds_a_person_under_every_id(office: Office, name: str) -> None:
    signer = office.registers.people["person.a.1"]
    twin = replace(signer, id="person.a.1-also")
    office.registers = replace(office.registers, people={**office.registers.people, twin.id: twin})
    effect = Effect(EffectKind.STOP, "every", (name,), *["every"] * 3, 0)
    enter_order(office.orders(), an_order_text(effects=(effect,)), "person.c.1")
    assert barred(office) == {"order"}


def test_a_hand_out_names_the_paper_of_its_parts_while_nobody_has_another_id(office: Office) -> None:
    """What was kept at preparing can be shown; with a name more it would show too little, and so it is not named."""
    signer = office.registers.people["person.a.1"]
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    twin = replace(signer, id="person.a.1-also")
    office.registers = replace(office.registers, people={**office.registers.people, twin.id: twin})
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    (prepared,), (first, second) = office.kinds("prepared"), office.kinds("handout")
    paper = office.release().packages.beside(PACKAGE, "parts.json")
    assert prepared.text("parts") == first.text("parts") == sha256(paper).hexdigest()
    assert "person.a.1" in paper.decode() and "parts" not in second.body


def test_a_lease_that_ended_while_sealing(office: Office) -> None:
    sealer = office.release().sealer

    class Slow:
        is_recipient, ending = sealer.is_recipient, sealer.ending

        def seal(self, plain: bytes, recipient: str) -> bytes:
            office.clock.seconds += 2.5
            return sealer.seal(plain, recipient)

    with pytest.raises(Barred, match="lease"):
        pull(office.release(sealer=Slow()), PACKAGE, "rk-1", office.courier)
    assert not list(office.root.glob("out/*/*"))


def test_a_lease_that_ended_while_writing(office: Office) -> None:
    class Slow:
        def deliver(self, name, files) -> None:
            def slowly():
                for file in files:
                    yield file
                    office.clock.seconds += 2.5

            office.courier.deliver(name, slowly())

    with pytest.raises(Barred, match="lease"):
        pull(office.release(), PACKAGE, "rk-1", Slow())
    assert [file.name for file in office.root.glob("out/*/*")] == ["package.tar"]
    assert [leaf.text("step") for leaf in office.kinds("barred")] == ["begun"]


def test_the_gate_is_for_one(office: Office) -> None:
    with office.gate.lease(), pytest.raises(Refused, match="gate_busy"):
        pull(office.release(), PACKAGE, "rk-1", office.courier)


def prepare_with(office: Office, rows=None, fetch=fetched, account=None, **ports: object):
    batch = office.decide()
    review = office.review(batch, office.looked(range(3)))
    desk = office.release(**ports)
    return prepare(desk, outgoing(), rows or granted(), review, fetch, account or office.account)


def test_only_what_was_granted_is_sealed(tmp_path: Path) -> None:
    def changed(**other: object):
        return lambda numbers: [replace(fetched(numbers)[0], **other), *fetched(numbers)[1:]]

    wrong = [
        changed(values={"income": {2021: Value("1")}}),
        changed(values={"mailing_address": {2020: Value("1")}}),
        changed(values={}),
        changed(values={"mailing_address": {2021: Value("1")}}),
        changed(row_id="row-9"),
        changed(case_id="case-9"),
        changed(recipients=("person.a.8",)),
        changed(row_number=9),
        lambda numbers: fetched(numbers)[1:],
        lambda numbers: [*fetched(numbers), *fetched(numbers)[:1]],
    ]
    for number, fetch in enumerate(wrong):
        root = tmp_path / str(number)
        root.mkdir()
        office = Office(root)
        with pytest.raises(LawgateError, match="record"):
            prepare_with(office, fetch=fetch)
        assert not list(root.glob("packages/*"))
        assert not list(root.glob("keys/*"))


def test_a_package_is_exactly_the_reviewed_set(tmp_path: Path) -> None:
    rows = granted()
    for number, other in enumerate([rows[:2], [*rows[:2], replace(rows[2], commitment=b"\x00" * 32)]]):
        root = tmp_path / str(number)
        root.mkdir()
        with pytest.raises(Refused, match="review_rows"):
            prepare_with(Office(root), rows=other)


def test_no_record_is_touched_while_an_order_covers(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.register.enter("order-1", an_order_text())
    asked = []
    with pytest.raises(Barred, match="order-1"):
        prepare_with(office, fetch=asked.append)
    assert asked == []


def test_nothing_readable_lies_about(office: Office) -> None:
    pull(office.release(), PACKAGE, "rk-1", office.courier)
    for file in office.root.rglob("*"):
        if file.is_file():
            assert b"Made-up Way" not in file.read_bytes(), file
    secret = (office.root / "keys" / f"{PACKAGE}.txt").read_bytes().splitlines()[1]
    holders = [file for file in office.root.rglob("*") if file.is_file() and secret in file.read_bytes()]
    assert [file.name for file in holders] == [f"{PACKAGE}.txt"]


def test_manifests_name_the_fields_and_years_of_the_grants(office: Office) -> None:
    manifest = manifests.parse(office.packages.member(office.packages.tar(PACKAGE), manifests.NAME))
    assert (manifest.fields, manifest.years) == (("mailing_address",), (2021, 2022))
    assert (manifest.recipients, manifest.people) == (("person.a.9",), ("person.a.1",))
    assert [record.name for record in manifest.records] == ["0001.age", "0002.age", "0003.age"]
