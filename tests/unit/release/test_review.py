# SPDX-License-Identifier: Apache-2.0
"""Individual review: who may, over what, how many, how fast, and what is logged."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lawgate.model.fault import Faulty, Refused
from lawgate.model.form import Ceilings
from lawgate.office.review import paper, take_review
from unit.release.desk import EVER, OFFICE, REVIEWER, SIGNER, Office, Person, Tenure, kept


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def refusals(office: Office, batch, looked, *, person="person.r.1", room=OFFICE, key=REVIEWER, earlier=(), change=None):
    text = paper(batch, room, person, looked)
    text = text if change is None else change(text)
    with pytest.raises(Faulty) as faulty:
        take_review(office.reviews(), batch, text, key.sign(text), earlier, kept)
    assert not office.kinds("review")[len(earlier) :]
    return {fault.code for fault in faulty.value.faults}


def test_a_review_is_logged_with_counts_and_digests_only(office: Office) -> None:
    batch = office.decide(5)
    review = office.review(batch, office.looked([0, 2, 4], accepted=[0, 4]))
    assert review.statement.accepted == (0, 4)
    (leaf,) = office.kinds("review")
    assert (leaf.number("rows"), leaf.number("kept"), leaf.text("reviewer")) == (3, 2, "person.r.1")
    assert (leaf.text("paper"), leaf.text("set")) == (review.digest, review.statement.set)


def test_who_may_not_review(office: Office) -> None:
    batch = office.decide()
    looked = office.looked(range(3))
    assert refusals(office, batch, looked, person="person.x.1") == {"review_reviewer"}
    assert refusals(office, batch, looked, key=SIGNER) == {"review_signature"}
    assert refusals(office, batch, looked, room="custodian.other") == {"review_office"}
    asking = replace(batch, asking=frozenset({"person.r.1"}))
    assert refusals(office, asking, looked) == {"reviewer_apart"}


def test_one_human_under_two_names_counts_once(office: Office) -> None:
    batch = office.decide(4)
    twin = Person("person.r.2", "other name", REVIEWER.public_key, (Tenure(OFFICE, "custodian", EVER),))
    office.registers = replace(office.registers, people={**office.registers.people, "person.r.2": twin})
    asking = replace(batch, asking=frozenset({"person.r.2"}))
    assert refusals(office, asking, office.looked(range(3))) == {"reviewer_apart"}
    office.ceilings = Ceilings(reviewed_a_day=3)
    first = office.review(batch, office.looked([0, 1, 2]))
    found = refusals(office, batch, office.looked([3]), person="person.r.2", earlier=[first.paper])
    assert found == {"review_ceiling"}


def test_another_letter_case_is_the_same_human(office: Office) -> None:
    batch = office.decide(4)
    asking = replace(batch, asking=frozenset({"Person.R.1"}))
    assert refusals(office, asking, office.looked(range(3))) == {"reviewer_apart"}


def test_a_human_is_found_through_ids_and_keys(office: Office) -> None:
    person = office.registers.people["person.r.1"]
    ids = {"one": b"1" * 32, "One": b"2" * 32, "two": b"2" * 32, "three": b"3" * 32}
    people = {name: replace(person, id=name, key=key) for name, key in ids.items()}
    registers = replace(office.registers, people=people)
    # Another letter case leads to another key, and that one to one more id.
    assert registers.humans(["ONE"]) == registers.humans(["two"]) == {"one", "two"}
    assert registers.humans(["three", "", "Nobody"]) == {"three", "nobody"}
    assert registers.humans([]) == frozenset()


def test_the_tenure_counts_on_that_day(office: Office) -> None:
    batch = office.decide()
    people = office.registers.people
    gone = replace(people["person.r.1"], holds=())
    office.registers = replace(office.registers, people={**people, "person.r.1": gone})
    assert refusals(office, batch, office.looked(range(3))) == {"review_reviewer"}


def test_over_which_rows(office: Office) -> None:
    batch = office.decide()
    looked = office.looked(range(3))
    assert refusals(office, replace(batch, granting=frozenset({0, 1})), looked) == {"review_grants"}
    assert refusals(office, batch, office.looked([0, 7], accepted=[0])) == {"review_rows"}
    assert refusals(office, batch, [looked[0], *looked]) >= {"review_rows", "review_pace"}
    other = replace(batch, commitments={**batch.commitments, 0: b"\x00" * 32})
    text = paper(other, OFFICE, "person.r.1", looked)
    assert refusals(office, batch, looked, change=lambda _: text) == {"review_set"}
    elsewhere = paper(replace(batch, decision="0" * 64), OFFICE, "person.r.1", looked)
    assert refusals(office, batch, looked, change=lambda _: elsewhere) == {"review_batch"}


def test_when(office: Office) -> None:
    batch = office.decide()
    looked = office.looked(range(3))
    stamped = [replace(each, seen_at=looked[0].seen_at) for each in looked]
    assert refusals(office, batch, stamped) == {"review_pace"}
    later = [replace(each, seen_at=each.seen_at + timedelta(hours=1)) for each in looked]
    early = [replace(each, seen_at=batch.decided_at + timedelta(seconds=n - 1)) for n, each in enumerate(looked)]
    assert refusals(office, batch, early) == {"review_early"}
    assert refusals(office, batch, later) == {"review_day"}
    office.clock.at += timedelta(days=1)
    assert refusals(office, batch, looked) == {"review_day"}


def test_the_day_total_comes_from_the_log(office: Office) -> None:
    office.ceilings = Ceilings(reviewed_a_day=4)
    batch = office.decide(6)
    first = office.review(batch, office.looked([0, 1, 2], accepted=[]))
    assert refusals(office, batch, office.looked([3, 4]), earlier=[first.paper]) == {"review_ceiling"}
    office.review(batch, office.looked([3]), earlier=[first.paper])
    office.clock.at += timedelta(days=1)
    second = [first.paper, paper(batch, OFFICE, "person.r.1", office.looked([3]))]
    assert "review_earlier" in refusals_after_two(office, batch, second)


def refusals_after_two(office: Office, batch, earlier):
    text = paper(batch, OFFICE, "person.r.1", office.looked([4]))
    with pytest.raises(Faulty) as faulty:
        take_review(office.reviews(), batch, text, REVIEWER.sign(text), earlier, kept)
    return {fault.code for fault in faulty.value.faults}


def test_a_declined_row_cannot_be_taken_to_another_reviewer(office: Office) -> None:
    batch = office.decide()
    first = office.review(batch, office.looked([0, 1], accepted=[1]))
    assert refusals(office, batch, office.looked([0]), earlier=[first.paper]) == {"review_again"}
    text = paper(batch, OFFICE, "person.r.1", office.looked([0]))
    with pytest.raises(Faulty, match="review_earlier"):
        take_review(office.reviews(), batch, text, REVIEWER.sign(text), [], kept)


def test_another_spelling_is_refused(office: Office) -> None:
    batch = office.decide()
    text = paper(batch, OFFICE, "person.r.1", office.looked([0])) + b"\n"
    with pytest.raises(Refused, match="review_form"):
        take_review(office.reviews(), batch, text, REVIEWER.sign(text), [], kept)
    with pytest.raises(ValueError, match="one row"):
        paper(batch, OFFICE, "person.r.1", [])


def test_a_review_is_kept_before_its_leaf_and_only_when_it_holds(office: Office) -> None:
    batch = office.decide()
    text = paper(batch, OFFICE, "person.r.1", office.looked(range(3)))
    seen: list[tuple[bytes, bytes, int]] = []

    def keep(signed: bytes, signature: bytes) -> None:
        seen.append((signed, signature, len(office.kinds("review"))))

    with pytest.raises(Faulty):
        take_review(office.reviews(), batch, text, SIGNER.sign(text), [], keep)
    assert seen == []
    take_review(office.reviews(), batch, text, REVIEWER.sign(text), [], keep)
    assert seen == [(text, REVIEWER.sign(text), 0)]
    assert len(office.kinds("review")) == 1
