# SPDX-License-Identifier: Apache-2.0
"""The address grammar at its edges: words that say nothing in many languages, and addresses that only look odd."""

import pytest

from differential.batches import addresses
from differential.unusual import COUNT, unusual
from lawgate.linkage.grammar import Place, is_filler, one_slip, place_of

TOWN = ("Hartvale", "AK", "97303")


def place(line1: str, line2: str = "", town: tuple[str, str, str] = TOWN) -> Place:
    return place_of(addresses(), line1, line2, *town)


@pytest.mark.parametrize("phrase", sorted(addresses().fillers.phrases))
def test_every_filler_however_it_is_written(phrase: str) -> None:
    spread, last = phrase.replace(" ", " - "), phrase.rpartition(" ")
    for line in (phrase, phrase.lower(), f"{phrase} {phrase}", f"{phrase} 90210", f"00000 {phrase}", f"{phrase}12345"):
        assert place(line).grade == "A0", line
    assert place(spread).grade == "A0" and place(f" {phrase}. ").grade == "A0"
    if last[0]:
        assert place(last[0], last[2]).grade == "A0", "over two lines"
        assert place(last[0], "", (last[2], "", "")).grade == "A0", "over line and town"


MASKED = [
    ("Unкnоwn", "two Cyrillic letters"),
    ("ΝΑ", "Greek letters"),
    ("ＮＡ　ＮＡ", "wide letters"),
    ("ＵＮＫＮＯＷＮ １２３", "wide letters and digits"),
    ("Fаilеd tо prоvidе", "Cyrillic vowels"),
]


@pytest.mark.parametrize(("line", "why"), MASKED)
def test_look_alike_letters(line: str, why: str) -> None:
    assert place(line).grade == "A0", why


MISSPELT = [
    "Faild to provde",
    "FAILED TO PROVDIE",
    "faled to porvide 90210",
    "FA1LED T0 PR0VIDE",
    "F A I L E D  T O  P R O V I D E",
    "Refsued to provide",
    "NOT PROVDED",
    "Unknown adress",
    "N0 F1XED ADDRESS",
    "Unkown",
    "desconosida",
    "90210 faled to provde",
    "12 on th streets",
    "no proporcionó",
    "N / A",
    "N. A.",
    "x x x x",
    "XXXXXXXXX",
    "0",
    "00000",
    "000 000",
    "asdfgh",
]


@pytest.mark.parametrize("line", MISSPELT)
def test_misspelt_fillers(line: str) -> None:
    assert place(line).grade == "A0"


STREETS = [
    "12 Unknown Rd",
    "100 Nowhere Rd",
    "5 Failed to Provide Ln",
    "7 No Name Ave",
    "9 Homeless Way",
    "3 Transient St",
    "12 Pending Ct Apt 3",
    "12 X St",
    "8 Same Pl",
    "15015 7th Street So",
    "67 46th street so e",
    "12 Anthony Street So.",
    "12 NE 10th Street Rear Cottage",
]


@pytest.mark.parametrize("line", STREETS)
def test_a_street_may_be_called_anything(line: str) -> None:
    assert place(line).grade == "A4"


def test_a_town_that_is_a_filler_is_no_town() -> None:
    for town in (("Unknown", "AK", "97303"), ("NA", "AK", "97303"), ("Hartvale", "AK", "00000"), ("X", "X", "99999")):
        assert place("12 Oak St", "", town).grade == "A2"
    assert place("", "", ("UNKNOWN", "", "")).grade == "A0"
    assert place("", "", ("NA", "NA", "00000")).grade == "A0"
    assert place("12 Oak St", "", ("Hartvale", "XX", "97303")).grade == "A2", "there is no such state"


PARTIAL = [
    ("Oak St", TOWN),
    ("5th Ave", TOWN),
    ("N 5th St", TOWN),
    ("5th Ave and Oak St", TOWN),
    ("Oak St & Elm St", TOWN),
    ("Hwy 50", TOWN),
    ("US 50", TOWN),
    ("County Road 220", TOWN),
    ("Interstate 95", TOWN),
    ("Apt 5", TOWN),
    ("12 Apt 5", TOWN),
    ("Hartvale Towers Apt 5", TOWN),
    ("Box 12", TOWN),
    ("General Hospital", TOWN),
    ("ICE Field Office", TOWN),
    ("County Jail Unit 5", TOWN),
    ("C/O Bo Hale", TOWN),
    ("Urb Las Flores", ("San Juan", "PR", "00926")),
    ("Calle 5", ("San Juan", "PR", "00926")),
    ("PSC", ("APO", "AE", "09001")),
    ("PSC Box 12", ("APO", "AE", "09001")),
    ("Rue de Lille", ("Paris", "France", "75007")),
    ("12 Oak St", ("Toronto", "ON", "M5V")),
    ("145 Drive", TOWN),
    ("145 Drive Apt 5", TOWN),
    ("30 Rd", TOWN),
    ("12 street", TOWN),
    ("99 Avenue NW", TOWN),
    ("68 Street", ("San Juan", "PR", "00926")),
    ("12 and Oak St", TOWN),
    ("5th St County Jail", TOWN),
    ("N 5th Ave c/o Smith", TOWN),
]


# A number, and all that a street is called by; and what looks like the partial lines above and is none.
WHOLE = [
    "12 Boulevard", "12 Broadway", "26 Court", "10 Terrace", "5 Plaza", "9 Lane", "12 Parkway", "19 Avenue S",
    "1901 Avenue N", "12 Road E", "12 N St", "12 B Street", "12 West Drive", "12 St Charles", "2345 F 1/2 Rd",
    "12-1 2 St", "145-12 145 Drive", "12 145 Drive", "12 145 Dr NW", "12 and 14 Oak St", "12 & 14 Oak St",
    "12 and a half Oak St", "300 Oak and Elm St", "13 Mile Rd", "Four Lakes Dr", "257 South", "257 E 300 S",
]  # fmt: skip


@pytest.mark.parametrize("line", WHOLE)
def test_a_short_name_is_a_name(line: str) -> None:
    assert place(line).grade == "A4"
    assert place(f"{line} Apt 5").grade == "A4"


@pytest.mark.parametrize(("line", "town"), PARTIAL)
def test_what_lacks_a_part(line: str, town: tuple[str, str, str]) -> None:
    assert place(line, "", town).grade == "A2"


FACILITIES = [
    "400 Main St County Jail",
    "County Jail, 400 Main St",
    "State Prison PO Box 12",
    "12 Elm St Rescue Mission",
    "c/o Hale, 12 Oak St",
    "5 Harbor Rd ICE Processing Center",
    "4400 Canal Road",
]


@pytest.mark.parametrize("line", FACILITIES)
def test_a_facility_with_its_street_is_flagged(line: str) -> None:
    assert place(line).grade == "A5"


def test_a_registered_building_is_a_facility_only_there() -> None:
    assert place("4400 Canal Rd", "Pod 3").grade == "A4", "the line says more than the register does"
    assert place("4400 Canal Rd Unit 3").grade == "A5"
    assert place("4400 Canal Rd", "", ("Hartvale", "AK", "97304")).grade == "A4"
    assert place("4400 Canal Rd", "", ("Hartvale", "AK", "")).grade == "A2"


SAME = [
    ("PO Box 12", ["P.O. Box 12", "POBOX 12", "P O Box #12", "Post Office Box No. 12", "POB 12", "PO Drawer 12"]),
    ("RR 2 Box 15", ["Rural Route 2 Box 15", "R.R. 02 Box #15", "RFD 2 Box 15", "Route 2 Box 15", "RR2 Box 15"]),
    ("HC 68 Box 23A", ["HC68 Box 23A", "Highway Contract Route 68 Box 23A", "Star Route 68 Box 23A"]),
    ("12 County Road 220", ["12 CR 220", "12 Co Rd 220", "12 County Rd 220"]),
    ("12 US Highway 50", ["12 U.S. Hwy 50", "12 US 50", "12 US Rte 50"]),
    ("12 State Route 9", ["12 SR 9", "12 State Hwy 9"]),
    ("12 Oak St Floor 5", ["12 Oak St 5th Floor", "12 Oak St Fl 5", "12 Oak Street, Piso 5"]),
    ("12 Oak St Apt 5", ["Apt 5, 12 Oak St", "12 Oak St Apto. 5", "12 Oak St Rm 5", "# 5 12 Oak St"]),
    ("112-10 35th Ave", ["112–10 35th Avenue", "112 10 35th Av"]),
    ("12 1/2 Oak St", ["12½ Oak St"]),
    ("12 Avenida Norte", ["12 Ave N"]),
]


@pytest.mark.parametrize(("one", "others"), SAME)
def test_spellings_of_one_address(one: str, others: list[str]) -> None:
    for other in others:
        assert (place(other).building, place(other).unit) == (place(one).building, place(one).unit), other
    assert place(one).grade == "A4"


def test_towns_and_states_written_out() -> None:
    assert place("12 Oak St", "", ("Saint Mary", "Alaska", "97303")) == place(
        "12 Oak St", "", ("St. Mary", "AK", "97303")
    )
    far = place("12 Rue X", "", ("Paris", "France", "75001"))
    assert far.grade == "A4" and far.building != place("12 Rue X", "", ("Paris", "France", "75002")).building
    assert place("12 Rue X", "", ("Lyon", "France", "69 001")).building.endswith("|69 001"), (
        "a code abroad counts whole"
    )


DIFFERENT = [
    ("12 Oak St Apt 5", "12 Oak St PMB 5"),
    ("12 Oak St Apt 5", "12 Oak St Floor 5"),
    ("12 Oak St Apt 5", "12 Oak St Bldg 3 Apt 5"),
    ("12 Oak St Front", "12 Oak St Rear"),
    ("RR 2 Box 15", "HC 2 Box 15"),
    ("12 N Oak St", "12 Oak St N"),
    ("12 Oak St", "12 1/2 Oak St"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_homes_that_differ(one: str, other: str) -> None:
    assert (place(one).building, place(one).unit) != (place(other).building, place(other).unit)


def test_no_deliverable_address_is_refused_for_being_unusual(size: str) -> None:
    count = COUNT[size]
    refused = [a for n in range(count) if (a := unusual(n)) and place_of(addresses(), *a).grade not in ("A4", "A5")]
    print(f"unusual but deliverable addresses: {count}, graded incomplete: {len(refused)}")
    assert refused == []


def test_a_house_number_changes_nothing_but_itself() -> None:
    """The engine reads lines that differ in a number of digits only once: this is what allows it to."""
    for n in range(2000):
        line1, line2, *town = unusual(n)
        head, _, rest = line1.partition(" ")
        if head.isdigit() and rest:
            one, other = place_of(addresses(), line1, line2, *town), place_of(addresses(), f"7 {rest}", line2, *town)
            assert (one.unit, one.grade) == (other.unit, other.grade)
            assert one.street.removeprefix(head) == other.street.removeprefix("7")


def test_fillers_are_found_in_any_grouping() -> None:
    fillers = addresses().fillers
    assert is_filler(fillers, "12 NOT PROVIDED 5 SAME AS ABOVE 0")
    assert not is_filler(fillers, "12 NOT PROVIDED BY 5")
    assert not is_filler(fillers, "12 34") and is_filler(fillers, "12 00")


@pytest.mark.parametrize(
    ("one", "other", "meant"),
    [
        ("ABCD", "ABCD", True),
        ("ABCD", "ABD", True),
        ("ABCD", "ABCDE", True),
        ("ABCD", "XBCD", True),
        ("ABCD", "ACBD", True),
        ("ABCD", "ACDB", False),
        ("ABCD", "AB", False),
        ("ABCD", "XBCE", False),
        ("ABCD", "BADC", False),
        ("", "A", True),
    ],
)
def test_one_slip(one: str, other: str, meant: bool) -> None:
    assert one_slip(one, other) is meant is one_slip(other, one)
