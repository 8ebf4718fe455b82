# SPDX-License-Identifier: Apache-2.0
"""The slow scorer: namesakes, spouses' numbers, contradictions, missing units. When in doubt it names nobody."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from differential.batches import addresses, names
from lawgate.linkage.grammar import name_of, place_of
from lawgate.linkage.reference import OnFile, Scored, Supplied, near, sound
from lawgate.linkage.reference import score as scored
from lawgate.model.decision import Verdict

ALL_YEARS = tuple(range(2019, 2025))
NONE, AMBIGUOUS = Scored(Verdict.NONE, 0, None), Scored(Verdict.AMBIGUOUS, 0, None)


def score(said: Supplied, people: Sequence[OnFile]) -> Scored:
    return scored(said, people, names())


def claim(
    first: str = "Ana", last: str = "Lopez", line: str = "12 Oak St Apt 5", tin: str = "", **more: str
) -> Supplied:
    name = name_of(names(), first, more.get("middle", ""), last, more.get("suffix", ""))
    return Supplied(tin, name, place_of(addresses(), line, "", "Hartvale", "AK", "97303"), more.get("dob", ""))


def person(record: int, first: str = "Ana", last: str = "Lopez", line: str = "12 Oak St Apt 5", **more: str) -> OnFile:
    said = claim(first, last, line, **more)
    return OnFile(record, said.tin or f"9000100{record:02}", said.name, said.dob, ((said.place, ALL_YEARS),))


def unique(record: int, address: bool | None = True) -> Scored:
    return Scored(Verdict.UNIQUE, record, address)


def test_one_person_of_that_name_at_that_address() -> None:
    assert score(claim(), [person(1), person(2, first="Bo"), person(3, line="12 Oak St Apt 6")]) == unique(1)
    assert score(claim(tin="900010001"), [person(1), person(2, first="Bo")]) == unique(1)


def test_nobody() -> None:
    assert score(claim(), []) == NONE
    assert score(claim(), [person(1, first="Anna")]) == NONE
    assert score(claim(), [person(1, line="14 Oak St Apt 5")]) == NONE
    assert score(claim(first=""), [person(1, first="")]) == NONE, "an empty name is nobody's"


def test_two_namesakes_in_one_building_without_unit_or_number() -> None:
    two = [person(1, line="12 Oak St Apt 5"), person(2, line="12 Oak St Apt 6")]
    assert score(claim(line="12 Oak St"), two) == AMBIGUOUS
    assert score(claim(line="12 Oak St Apt 6"), two) == unique(2)
    assert score(claim(line="12 Oak St", tin="900010001"), two) == AMBIGUOUS, "a number singles nobody out"


def test_namesakes_in_one_home() -> None:
    two = [person(1), person(2)]
    assert score(claim(), two) == AMBIGUOUS
    assert score(claim(tin="900010001"), two) == AMBIGUOUS
    assert score(claim(suffix="Jr"), [person(1, suffix="Sr"), person(2, suffix="Jr")]) == AMBIGUOUS


def test_a_namesake_elsewhere_does_not_matter() -> None:
    far = person(2, line="99 Elm St")
    assert score(claim(), [person(1), far]) == unique(1)
    assert score(claim(tin="900010001"), [person(1), far]) == unique(1)


def test_the_number_of_somebody_else() -> None:
    spouse = person(2, first="Bo")
    assert score(claim(tin="900010002"), [person(1), spouse]) == NONE, "a spouse's number is not this person's"
    assert score(claim(tin="900010099"), [person(1)]) == NONE, "a number that nobody has"
    assert score(claim(tin="900010003"), [person(1), person(3, line="99 Elm St")]) == AMBIGUOUS


def test_a_number_never_stands_in_for_the_address() -> None:
    assert score(claim(line="99 Elm St", tin="900010001"), [person(1)]) == unique(1, False)
    assert score(claim(line="12 Oak St Apt 6", tin="900010001"), [person(1)]) == unique(1, False)
    assert score(claim(line="12 Oak St", tin="900010001"), [person(1)]) == unique(1, None)


def test_a_missing_unit_confirms_no_address() -> None:
    assert score(claim(line="12 Oak St"), [person(1)]) == unique(1, None)
    assert score(claim(line="12 Oak St"), [person(1, line="12 Oak St")]) == unique(1)
    assert score(claim(line="12 Oak St Apt 5"), [person(1, line="12 Oak St")]) == NONE


@pytest.mark.parametrize(
    ("part", "said", "other"), [("middle", "J", "K"), ("suffix", "Jr", "Sr"), ("dob", "1980-01-01", "1980-01-02")]
)
def test_contradictions(part: str, said: str, other: str) -> None:
    for tin in ("", "900010001"):
        stated, bare = claim(tin=tin, **{part: said}), claim(tin=tin)
        assert score(stated, [person(1, **{part: other})]) == NONE
        assert score(stated, [person(1, **{part: said})]) == unique(1)
        assert score(stated, [person(1)]) == unique(1), "what the records do not say contradicts nothing"
        assert score(bare, [person(1, **{part: other})]) == unique(1), "nor what the claim does not say"


def test_a_middle_name_is_compared_by_its_first_letter() -> None:
    assert score(claim(middle="Jane"), [person(1, middle="J")]) == unique(1)


def test_a_dependent_is_never_the_one_meant() -> None:
    child = replace(person(1), files=False)
    assert score(claim(), [child]) == NONE
    assert score(claim(tin="900010001"), [child]) == NONE
    assert score(claim(), [child, person(2)]) == AMBIGUOUS, "but a child of that name in that home makes it doubtful"
    assert score(claim(tin="900010002"), [child, person(2)]) == AMBIGUOUS
    assert score(claim(), [replace(person(1, line="99 Elm St"), files=False), person(2)]) == unique(2)


def test_a_former_address_is_an_address() -> None:
    moved = person(1, line="99 Elm St")
    moved = replace(moved, places=(*moved.places, *person(1).places))
    assert score(claim(), [moved]) == unique(1)
    assert score(claim(), [replace(moved, places=())]) == NONE


def test_a_record_without_street_is_at_no_address() -> None:
    assert score(claim(line=""), [person(1, line="")]) == NONE


def test_the_order_of_records_does_not_matter() -> None:
    people = [person(1), person(2, line="12 Oak St Apt 6"), person(3, first="Bo"), person(4, line="99 Elm St")]
    for said in (claim(), claim(line="12 Oak St"), claim(tin="900010004"), claim(first="Bo")):
        assert score(said, people) == score(said, people[::-1])


NEAR = [
    (("Ana", "García López"), ("Ana", "López García"), "two surnames in the other order"),
    (("Ana", "García López"), ("Ana", "García"), "the second surname left out"),
    (("Ana", "García López"), ("Ana", "López"), "the first surname left out"),
    (("Ana", "De la Cruz"), ("Ana", "Cruz"), "small words left out"),
    (("Ana", "Papadopoulos-Konstan"), ("Ana", "Papadopoulos-Ko"), "cut off"),
    (("Hassan", "Ali"), ("Ali", "Hassan"), "given and family name changed places"),
    (("Ana", "Philips"), ("Ana", "Filipps"), "one sound"),
    (("Ana", "Yusuf"), ("Ana", "Jusuff"), "another transliteration"),
    (("Ana", "Vázquez"), ("Ana", "Bazkez"), "one sound, and an accent"),
    (("Anna", "Lopez"), ("Ana", "Lopez"), "a doubled letter"),
    (("José", "Lopez"), ("José Luis", "Lopez"), "a second given name left out"),
    (("Alex", "Lopez"), ("Alexander", "Lopez Ruiz"), "a short form, and a surname left out"),
    (("Jörg", "Müller"), ("Joerg", "Mueller"), "an umlaut written out"),
    (("Ana", "Sørensen"), ("Ana", "Soerensen"), "a letter that no accent explains, written out"),
]
APART = [
    (("Ana", "Lopez"), ("Ana", "Lopez"), "the same name is no near one"),
    (("María", "Lopez"), ("Mario", "Lopez"), "two given names"),
    (("Daniel", "Lopez"), ("Daniela", "Lopez"), "two given names"),
    (("Al", "Lopez"), ("Alexander", "Lopez"), "too short a part"),
    (("Paul", "Lopez"), ("Paula", "Lopez"), "two given names"),
    (("Joe", "Lopez"), ("Jo", "Lopez"), "no umlaut"),
    (("Joey", "Lopez"), ("Joy", "Lopez"), "no umlaut"),
    (("Ana", "Lopez"), ("Ana", "Lo"), "too short a part"),
    (("Ana", "Lopez"), ("Eva", "Lopez"), "two given names"),
    (("Ana", "Lopez"), ("Ana", "Nunez"), "two family names"),
    (("Ana", "Lopez"), ("Ana", ""), "an empty name is nobody's"),
    (("Yusuf", "Ali"), ("Jusuf", "Ali"), "given names begin differently: not looked for"),
]


@pytest.mark.parametrize(("one", "other", "why"), NEAR)
def test_near_names_make_it_doubtful(one: tuple[str, str], other: tuple[str, str], why: str) -> None:
    a, b = (name_of(names(), first, "", last, "") for first, last in (one, other))
    assert near(names(), a, b) and near(names(), b, a), why
    two = [person(1, *one), person(2, *other)]
    assert score(claim(*one), two) == AMBIGUOUS
    assert score(claim(*one, tin="900010001"), two) == AMBIGUOUS, "a number singles nobody out"
    assert score(claim(*one), two[1:]) == NONE, "a near name alone finds nobody"
    assert score(claim(*one, tin="900010002"), two) == NONE, "nor does its number"
    assert score(claim(*one), [two[0], person(2, *other, line="99 Elm St")]) == unique(1), (
        "elsewhere it does not matter"
    )
    assert score(claim(*one, line="12 Oak St Apt 5"), [two[0], person(2, *other, line="12 Oak St Apt 6")]) == unique(1)


@pytest.mark.parametrize(("one", "other", "why"), APART)
def test_names_that_are_not_near(one: tuple[str, str], other: tuple[str, str], why: str) -> None:
    a, b = (name_of(names(), first, "", last, "") for first, last in (one, other))
    assert not near(names(), a, b) and not near(names(), b, a), why


def test_accents_and_letters_of_other_alphabets_cost_nothing() -> None:
    for written, plain in (("Łukasz", "Lukasz"), ("Åsa", "Asa"), ("Đặng", "Dang"), ("Kaʻiulani", "Kaiulani")):
        assert score(claim(first=written), [person(1, first=plain)]) == unique(1)
        assert score(claim(first=plain), [person(1, first=written)]) == unique(1)
        assert score(claim(last=written), [person(1, last=f"{plain[0]}{plain[2:]}")]) == NONE, "a letter is a letter"


def test_sounds() -> None:
    assert sound(names(), "PHILLIPS") == sound(names(), "FILIPS") != sound(names(), "FELIPS")


def test_a_former_name_finds_nobody() -> None:
    assert score(claim(last="Hale", tin="900010001"), [person(1)]) == NONE


def test_joint_filers_and_a_number_of_both() -> None:
    home = [person(1, first="Ana"), person(2, first="Bo")]
    assert score(claim(tin="900010001"), home) == unique(1)
    assert score(claim(tin="900010002"), home) == NONE, "the other spouse's number is not this person's"
    assert score(claim(first="Bo", tin="900010002"), home) == unique(2)


def test_a_number_that_two_records_share() -> None:
    twice = [person(1, tin="900010009"), person(2, tin="900010009", line="99 Elm St")]
    assert score(claim(tin="900010009"), twice) == AMBIGUOUS
    other = [person(1, tin="900010009"), person(2, first="Bo", tin="900010009")]
    assert score(claim(tin="900010009"), other) == unique(1), "the name and the address still have to agree"


def test_spouses_who_moved_apart() -> None:
    old, new = person(1).places[0], person(1, line="99 Elm St").places[0]
    ana, bo = replace(person(1), places=(old, new)), person(2, first="Bo")
    assert score(claim(line="99 Elm St"), [ana, bo]) == unique(1)
    assert score(claim(), [ana, bo]) == unique(1), "a former address is still an address of that person"
    assert score(claim(first="Bo", line="99 Elm St", tin="900010002"), [ana, bo]) == unique(2, False)
