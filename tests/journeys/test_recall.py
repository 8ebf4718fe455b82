# SPDX-License-Identifier: Apache-2.0
"""What already left: it stays counted, is called back, set apart where an order keeps it, certified or overdue."""

from __future__ import annotations

import dataclasses
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import REVIEWER, SEED, Office, open_office
from lawgate.docket.printing import print_order
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.office.certificates import certify, overdue
from lawgate.office.handout import pull
from lawgate.office.history import Audited, audit_history, audit_paper
from lawgate.office.history_check import history_checks
from lawgate.office.orders import enter_order
from lawgate.office.quarantine import GIVE_BACK, SET_APART, kept_in_place, recalls
from lawgate.office.recall import Opened, answer, freeze_notices, open_recall, renew
from lawgate.office.recall_desk import covered_by, prior_disclosures, sent_of, stands_now, today
from lawgate.ports.release import ReleaseLog
from lawgate.protocol.manifest import NAME, Manifest, parse
from lawgate_lab.history import make_history, parameters
from lawgate_lab.played import signing_key

CLERK, AGENCY = "person.custodian.5", "us.dhs"
BOTH = (REVIEWER, CLERK)
SENT_DAY = datetime(2025, 8, 7, 20, 0, tzinfo=UTC)
NO_ADDRESS = ("address_missing", "address_city_only", "address_partial")
SIZES = {"ci": (120, 8_000), "full": (47_289, 300_000)}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, size: str) -> tuple[Office, Audited]:
    """An office with an audited history."""
    entries, people = SIZES[size]
    top = tmp_path_factory.mktemp("recall")
    make_history(top / "lab", people, entries, SEED)
    office = open_office(top / "office", top / "lab")
    house, history = office.house, top / "lab" / "history"
    paper = audit_paper(house.history, history, SENT_DAY, BOTH, "the custodian was wrong")
    return office, audit_history(house.history, history, paper, [signing_key(SEED, p).sign(paper) for p in BOTH])


@pytest.fixture
def office(sent: tuple[Office, Audited], tmp_path: Path) -> tuple[Office, int]:
    """The same, one's own, and the leaf of the audit."""
    return sent[0].copy(tmp_path / "office"), sent[1].leaf


def enter(office: Office, kind: EffectKind, name: str = "order-1", ends: datetime | None = None) -> str:
    """Enter an order of one effect over everything this agency has; its id."""
    now = datetime.now(UTC).replace(microsecond=0)
    effect = Effect(kind, EVERY, EVERY, (AGENCY,), EVERY, EVERY, 0)
    order = Order(name, "A Court", "1:30-cv-1", "order", "a" * 64, now, now, now, ends, (effect,), "")
    enter_order(office.house.orders, print_order(order), CLERK)
    return name


def called_back(office: Office, leaf: int, codes: tuple[str, ...] = NO_ADDRESS) -> Opened:
    return open_recall(office.house.recall, leaf, "custodian_error", CLERK, codes)


def kinds(office: Office) -> list[str]:
    return [leaf.kind for _, leaf in office.house.decide.log.leaves()]


def refused(step: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as found:
        step(*given, **more)
    return found.value.code


def test_rows_without_an_address_are_called_back(office: tuple[Office, int], size: str) -> None:
    place, leaf = office
    before = kinds(place)
    found = called_back(place, leaf)
    assert found.rows == round(SIZES[size][0] * parameters()["insufficient"])
    assert found.demand == GIVE_BACK
    (letter,) = found.letters
    assert letter.recipient == AGENCY
    assert len(set(letter.rows)) == found.rows
    assert b"destroy it so that nobody can read it again" in letter.text
    assert b"person.dhs.2" in letter.text
    assert kinds(place)[len(before) :] == ["recall", "recall-demand"]
    assert place.broken() == []


def test_no_letter_goes_to_the_people_and_none_holds_a_value(office: tuple[Office, int], tmp_path: Path) -> None:
    place, leaf = office
    done = place.call(
        "recall", "open", str(leaf), "--because", "custodian_error", "--by", CLERK, "--out", tmp_path / "out"
    )
    assert done.exit_code == 0, done.output
    files = sorted(file.suffix for file in (tmp_path / "out").iterdir())
    assert files == [".csv", ".txt"]
    written = "".join(file.read_text() for file in (tmp_path / "out").iterdir())
    rows = [line.split(",") for line in (place.lab / "history" / "rows.csv").read_text().splitlines()[1:]]
    assert not any(value in written for row in rows for value in (row[8], row[21]) if len(value) > 9)
    assert all(name not in written for name in {f"{row[3]} {row[5]}" for row in rows})
    recipients = {leaf.text("recipient") for _, leaf in place.house.decide.log.leaves() if leaf.kind == "recall-demand"}
    assert recipients == {AGENCY}


def test_what_was_sent_stays_counted_whatever_is_answered(office: tuple[Office, int]) -> None:
    place, leaf = office
    acts = [each.acts for each in prior_disclosures(place.house.recall)]
    found = called_back(place, leaf)
    after = answer(place.house.recall, found.id, AGENCY, "quarantined", found.rows - 1, b"letter one", CLERK)
    assert after.states == {"open": 1, "quarantined": found.rows - 1, "kept": 0, "destroyed": 0, "returned": 0}
    after = answer(place.house.recall, found.id, AGENCY, "destroyed", 2, b"letter two", CLERK, was="quarantined")
    after = answer(place.house.recall, found.id, AGENCY, "kept", 1, b"letter three", CLERK)
    assert after.states == {"open": 0, "quarantined": found.rows - 3, "kept": 1, "destroyed": 2, "returned": 0}
    assert [each.acts for each in prior_disclosures(place.house.recall)] == acts
    (folded,) = recalls(place.house.decide.log.leaves())[found.id].demanded.values()
    assert folded.states == after.states
    for state, rows, was in (("kept", 1, "open"), ("kept", found.rows, "quarantined"), ("lost", 1, "quarantined")):
        assert (
            refused(answer, place.house.recall, found.id, AGENCY, state, rows, b"", CLERK, was=was) == "recall_answer"
        )


def test_nothing_is_called_back_because_of_an_order_that_leaves_it(office: tuple[Office, int]) -> None:
    place, leaf = office
    order = enter(place, EffectKind.LEAVE_IN_PLACE)
    before = kinds(place)
    assert refused(open_recall, place.house.recall, leaf, "order", CLERK, order=order) == "recall_left_in_place"
    assert kinds(place) == before
    shown = place.call("recall", "status").output
    assert f"left in place by {order}" in shown
    assert f"{prior_disclosures(place.house.recall)[0].acts:,} acts" in shown


def test_the_custodians_own_error_is_called_back_all_the_same_and_set_apart(office: tuple[Office, int]) -> None:
    place, leaf = office
    enter(place, EffectKind.LEAVE_IN_PLACE)
    found = called_back(place, leaf)
    assert found.demand == SET_APART
    assert b"DO NOT DESTROY" in found.letters[0].text


@pytest.mark.parametrize("kind", [EffectKind.PRESERVE, EffectKind.FREEZE_RECIPIENT])
def test_an_order_that_keeps_records_means_quarantine(office: tuple[Office, int], kind: EffectKind) -> None:
    place, leaf = office
    order = enter(place, kind)
    found = called_back(place, leaf)
    assert found.demand == SET_APART
    text = found.letters[0].text.decode()
    assert "DO NOT DESTROY THEM" in text
    assert order in text
    assert "Give it back to us, or destroy it" not in text


def test_a_paper_nobody_can_read_means_quarantine(office: tuple[Office, int]) -> None:
    from lawgate.office.orders import enter_unreadable

    place, leaf = office
    enter_unreadable(place.house.orders, "order-unread", b"?", CLERK)
    assert called_back(place, leaf).demand == SET_APART


def test_an_order_that_comes_later_changes_the_letter_and_back(office: tuple[Office, int]) -> None:
    place, leaf = office
    found = called_back(place, leaf)
    assert refused(renew, place.house.recall, found.id, CLERK) == "recall_current"
    answer(place.house.recall, found.id, AGENCY, "returned", 1, b"one", CLERK)
    enter(place, EffectKind.PRESERVE)
    (letter,) = renew(place.house.recall, found.id, CLERK)
    assert b"DO NOT DESTROY" in letter.text
    (folded,) = recalls(place.house.decide.log.leaves())[found.id].demanded.values()
    assert (folded.demand, folded.leaf, folded.states["returned"]) == (SET_APART, letter.leaf, 1)
    assert refused(renew, place.house.recall, found.id, CLERK) == "recall_current"


def test_an_order_can_ask_for_a_recall(office: tuple[Office, int]) -> None:
    place, leaf = office
    assert refused(open_recall, place.house.recall, leaf, "order", CLERK, order="order-none") == "recall_order"
    order = enter(place, EffectKind.STOP)
    found = open_recall(place.house.recall, leaf, "order", CLERK, NO_ADDRESS, order)
    assert recalls(place.house.decide.log.leaves())[found.id].order == order


def test_what_is_refused(office: tuple[Office, int]) -> None:
    place, leaf = office
    desk = place.house.recall
    assert refused(open_recall, desk, 0, "custodian_error", CLERK) == "recall_source"
    assert refused(open_recall, desk, leaf, "custodian_error", "person.dhs.1") == "recall_person"
    assert refused(open_recall, desk, leaf, "because", CLERK) == "recall_reason"
    assert refused(open_recall, desk, leaf, "order", CLERK) == "recall_reason"
    assert refused(open_recall, desk, leaf, "custodian_error", CLERK, order="order-1") == "recall_reason"
    assert refused(open_recall, desk, leaf, "custodian_error", CLERK, ("no_such_code",)) == "recall_nothing"
    called_back(place, leaf)
    assert refused(open_recall, desk, leaf, "custodian_error", CLERK, NO_ADDRESS) == "recall_again"
    assert refused(answer, desk, "recall-0-1", AGENCY, "kept", 1, b"", CLERK) == "recall_unknown"
    assert refused(renew, desk, "recall-0-1", CLERK) == "recall_unknown"


def test_a_changed_result_is_no_ground_for_a_recall(office: tuple[Office, int], sent: tuple[Office, Audited]) -> None:
    place, leaf = office
    file = place.folder / "histories" / sent[1].id / "rows.csv"
    file.write_bytes(file.read_bytes().replace(b"address_missing", b"address_partial"))
    with pytest.raises(LawgateError):
        called_back(place, leaf)


def test_a_freeze_is_told_once_and_shown(office: tuple[Office, int], tmp_path: Path) -> None:
    place, leaf = office
    assert refused(freeze_notices, place.house.recall, "order-1", CLERK) == "recall_order"
    order = enter(place, EffectKind.FREEZE_RECIPIENT)
    (notice,) = freeze_notices(place.house.recall, order, CLERK)
    assert notice.recipient == AGENCY
    assert b"frozen" in notice.text
    assert freeze_notices(place.house.recall, order, CLERK) == ()
    logged = [leaf for _, leaf in place.house.decide.log.leaves() if leaf.kind == "freeze-notice"]
    assert [(each.text("order"), each.number("source_leaf")) for each in logged] == [(order, leaf)]
    shown = place.call("recall", "status").output
    assert f"FROZEN by {order}" in shown
    assert f"freeze notices sent for {order}" in shown


def test_certificates_and_who_is_late(office: tuple[Office, int], tmp_path: Path) -> None:
    place, leaf = office
    desk = place.house.recall
    (prior,) = prior_disclosures(desk)
    assert prior.due.isoformat() == "2025-11-05"
    assert [each.leaf for each in overdue(list(desk.log.leaves()), today(desk))] == [leaf]
    assert "not certified since 2025-11-05" in place.call("recall", "overdue").output
    assert refused(certify, desk, leaf, "us.doj", "returned", 1, b"", CLERK) == "recall_source"
    assert refused(certify, desk, leaf, AGENCY, "returned", prior.acts + 1, b"", CLERK) == "certificate_rows"
    assert refused(certify, desk, leaf, AGENCY, "gone", 1, b"", CLERK) == "certificate_rows"
    for state, rows in (("returned", 5), ("retained", 3), ("undisclosable", prior.acts - 8)):
        certify(desk, leaf, AGENCY, state, rows, state.encode(), CLERK)
    (after,) = prior_disclosures(desk)
    assert after.certified == {"returned": 5, "undisclosable": prior.acts - 8, "retained": 3}
    assert "nothing is overdue" in place.call("recall", "overdue").output
    assert refused(certify, desk, leaf, AGENCY, "returned", 1, b"", CLERK) == "certificate_rows"


def test_a_recall_nobody_answered_is_overdue(office: tuple[Office, int]) -> None:
    place, leaf = office
    found = called_back(place, leaf)
    (one,) = recalls(place.house.decide.log.leaves())[found.id].demanded.values()
    assert one.answer_by == today(place.house.recall) + timedelta(days=14)
    assert found.id not in place.call("recall", "overdue").output


def test_a_package_is_called_back_whole(opened: Office, tmp_path: Path) -> None:
    place = opened.copy(tmp_path / "office")
    batch = place.decided(place.lab / "proper")
    package = place.prepared(batch, [0, 1], declined=[2]).manifest.package
    done = pull(place.house.release.release, package, "rk-doj-1", place.house.courier(tmp_path / "out"))
    (prior,) = prior_disclosures(place.house.recall)
    assert (prior.leaf, prior.acts, prior.recipients) == (done.handout, 2, ("us.doj",))
    assert overdue(list(place.house.recall.log.leaves()), today(place.house.recall)) == ()
    found = open_recall(place.house.recall, done.handout, "use_breach", CLERK)
    assert (found.rows, len(found.letters[0].rows)) == (2, 2)
    records = [each.name for each in manifest_of(tmp_path / "out").records]
    assert (found.letters[0].heading, list(found.letters[0].rows)) == ("record", records)
    assert b"names of the sealed records" in found.letters[0].text
    answer(place.house.recall, found.id, "us.doj", "returned", 2, b"both", CLERK)
    assert place.broken() == []


def manifest_of(out: Path) -> Manifest:
    """What the one package under this folder says of itself."""
    (tar,) = out.glob("*/package.tar")
    with tarfile.open(tar) as found:
        return parse(found.extractfile(NAME).read())  # type: ignore[union-attr]  # it is a file


def test_of_a_package_that_is_another_one_every_order_keeps_it(opened: Office, tmp_path: Path) -> None:
    place = opened.copy(tmp_path / "office")
    package = place.prepared(place.decided(place.lab / "proper"), [0, 1], declined=[2]).manifest.package
    pull(place.house.release.release, package, "rk-doj-1", place.house.courier(tmp_path / "out"))
    enter(place, EffectKind.PRESERVE)  # over another agency
    (prior,) = prior_disclosures(place.house.recall)
    stands = stands_now(place.house.recall)
    assert kept_in_place(stands, covered_by(place.house.recall, prior)) == ()
    tar = place.folder / "packages" / package / "package.tar"
    tar.chmod(0o600)
    tar.write_bytes(tar.read_bytes() + bytes(512))
    assert kept_in_place(stands, covered_by(place.house.recall, prior)) == ("order-1",)


def test_letters_of_the_log_are_written_once_more(office: tuple[Office, int], tmp_path: Path) -> None:
    place, leaf = office
    order = enter(place, EffectKind.FREEZE_RECIPIENT)
    freeze_notices(place.house.recall, order, CLERK)
    found = called_back(place, leaf)
    before = kinds(place)
    for name, texts in ((found.id, [each.text for each in found.letters]), (order, [])):
        done = place.call("recall", "letters", name, "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
        again = [file.read_bytes() for file in sorted((tmp_path / name).glob("*.txt"))]
        assert (len(again), again[: len(texts)]) == (1, texts)
    assert "recall_unknown" in place.call("recall", "letters", "order-none", "--out", tmp_path / "no").stderr
    assert kinds(place) == before


class Breaking:
    """A log that breaks off before a leaf of one kind."""

    def __init__(self, log: ReleaseLog, kind: str) -> None:
        self._log, self._kind = log, kind

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def append(self, leaf: StageLeaf, still: object = None) -> int:
        if leaf.kind == self._kind:
            raise LawgateError("broken off")
        return self._log.append(leaf)


def test_a_recall_that_broke_off_before_its_letters_is_taken_up_by_renew(office: tuple[Office, int]) -> None:
    place, leaf = office
    desk = place.house.recall
    breaking = dataclasses.replace(desk, log=Breaking(desk.log, "recall-demand"))  # type: ignore[arg-type]  # as a log
    with pytest.raises(LawgateError):
        open_recall(breaking, leaf, "custodian_error", CLERK, NO_ADDRESS)
    (found,) = recalls(desk.log.leaves()).values()
    assert found.demanded == {}
    assert (
        f"{found.rows} rows have no letter yet: `lawgate recall renew {found.id}`"
        in place.call("recall", "status").output
    )
    assert refused(open_recall, desk, leaf, "custodian_error", CLERK, NO_ADDRESS) == "recall_again"
    (letter,) = renew(desk, found.id, CLERK)
    assert (letter.recipient, len(letter.rows)) == (AGENCY, found.rows)
    assert refused(renew, desk, found.id, CLERK) == "recall_current"


def test_each_recipient_certifies_what_it_had_and_is_told_of_a_freeze(
    office: tuple[Office, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, leaf = office
    desk = place.house.recall
    (prior,) = prior_disclosures(desk)
    (whole,) = sent_of(desk, prior, (), every=True)
    first, second = (
        dataclasses.replace(whole, rows=whole.rows[:2]),
        dataclasses.replace(whole, recipient="us.doj", rows=whole.rows[2:]),
    )
    both = dataclasses.replace(prior, recipients=(AGENCY, "us.doj"), certified_by={AGENCY: 1, "us.doj": 0})
    monkeypatch.setattr("lawgate.office.certificates.of_leaf", lambda *_: both)
    monkeypatch.setattr("lawgate.office.certificates.sent_of", lambda *_, **__: (first, second))
    assert refused(certify, desk, leaf, AGENCY, "returned", 2, b"", CLERK) == "certificate_rows"
    certify(desk, leaf, AGENCY, "returned", 1, b"one", CLERK)
    order = enter(place, EffectKind.FREEZE_RECIPIENT)
    half = dataclasses.replace(both, noticed=frozenset({(order, AGENCY)}))
    monkeypatch.setattr("lawgate.office.recall.prior_disclosures", lambda *_: (half,))
    monkeypatch.setattr("lawgate.office.recall.sent_of", lambda *_, **__: (first, second))
    assert [each.recipient for each in freeze_notices(desk, order, CLERK)] == ["us.doj"]


def test_nothing_is_logged_where_the_letters_cannot_be_written(office: tuple[Office, int], tmp_path: Path) -> None:
    place, leaf = office
    enter(place, EffectKind.FREEZE_RECIPIENT)
    found = called_back(place, leaf)
    before = kinds(place)
    (tmp_path / "file").touch()
    out = ("--by", CLERK, "--out", tmp_path / "file" / "out")
    for words in (("open", str(leaf), "--because", "use_breach"), ("renew", found.id), ("freeze", "order-1")):
        done = place.call("recall", *words, *out)
        assert (done.exit_code, "E_IO" in done.stderr) == (2, True), done.output
    assert kinds(place) == before


def test_two_answers_at_once_do_not_count_one_row_twice(office: tuple[Office, int]) -> None:
    place, leaf = office
    found, desk = called_back(place, leaf), place.house.recall
    with desk.rooms.alone(found.id):
        assert refused(answer, desk, found.id, AGENCY, "returned", 1, b"one", CLERK) == "batch_busy"
    answer(desk, found.id, AGENCY, "returned", 1, b"one", CLERK)


def test_a_spoilt_paper_is_found(office: tuple[Office, int], sent: tuple[Office, Audited]) -> None:
    place, leaf = office
    found = called_back(place, leaf)
    answer(place.house.recall, found.id, AGENCY, "returned", 1, b"their letter", CLERK)
    certify(place.house.recall, leaf, AGENCY, "returned", 1, b"their certificate", CLERK)
    enter(place, EffectKind.FREEZE_RECIPIENT)
    freeze_notices(place.house.recall, "order-1", CLERK)
    assert place.broken() == []
    kept = [file for file in (place.folder / "histories").rglob("*") if file.is_file() and "signature" not in file.name]
    assert len(kept) == 9
    for file in kept:
        whole = file.read_bytes()
        file.write_bytes(whole + b" ")
        found_broken = history_checks(place.house.recall.rooms, list(place.house.decide.log.leaves()))
        assert [file.name in check.sentence for check in found_broken] == [True]
        file.write_bytes(whole)
    kept[0].unlink()
    assert [kept[0].name in sentence for sentence in place.broken()] == [True]
