# SPDX-License-Identifier: Apache-2.0
"""The address and name grammar, line by line: what is an address, what only looks like one, and what is the same."""

import pytest

from differential.batches import addresses, book_files, names
from lawgate.linkage.folding import unmasked
from lawgate.linkage.grammar import (
    Name,
    Place,
    folded,
    letters,
    name_of,
    place_of,
    read_address_grammar,
    read_name_grammar,
    zip5,
)

TOWN = ("Hartvale", "AK", "97303")


def place(line1: str, line2: str = "", town: tuple[str, str, str] = TOWN) -> Place:
    return place_of(addresses(), line1, line2, *town)


FILLERS = [
    "FAILED TO PROVIDE 90210",
    "Failed to provide",
    "FAILED TO PROVIDE",
    "NA NA 00000",
    "N/A N/A 00000",
    "n.a.",
    "NA",
    "N A 12345",
    "Don't Care 12345",
    "DON’T CARE",
    "dont care",
    "UNKNOWN ADDRESS",
    "Unknown",
    "unknown unknown",
    "UNK 99999",
    "ADDRESS UNKNOWN",
    "123 UNKNOWN",
    "UNKNOWN 123",
    "000 UNKNOWN 000",
    "Homeless",
    "HOMELESS 97303",
    "Transient",
    "refused",
    "No fixed address",
    "SAME AS ABOVE",
    "tbd",
    "see file",
    "ON FILE",
    "X",
    "xxx",
    "XX XX",
    "General Delivery",
    "NONE",
    "null",
    "Desconocido",
    "no sabe",
    "Sin dirección",
    "SIN DOMICILIO 12",
    "no proporcionado",
    "c/o ICE",
    "Not Provided",
]


@pytest.mark.parametrize("line", FILLERS)
def test_a_filler_is_no_address(line: str) -> None:
    assert place(line).grade == "A0"
    assert place(line.lower()).grade == "A0"
    assert place("", line).grade == "A0", "nor in the second line"
    assert place(f"  {line} ").grade == "A0"


@pytest.mark.parametrize(
    "line", ["UNKNOWN ADDRESS ", "12 NO ADDRESS SAME AS ABOVE ", "X XX XXX ", "N A NA ", "1 Oak St "]
)
def test_a_long_line_is_read_in_no_time(line: str) -> None:
    # Read naively, each repeat doubles the time: this would outlast everybody.
    assert place(line * 200, "Oak").grade != "A0"
    assert place(line * 200, "12").grade == ("A4" if line.startswith("1 Oak") else "A0")


def test_a_filler_may_be_spread_over_two_lines() -> None:
    assert place("FAILED TO", "PROVIDE 90210").grade == "A0"
    assert place("NA", "NA").grade == "A0"


@pytest.mark.parametrize(
    ("town", "grade"),
    [
        (("", "", ""), "A0"),
        ((" ", " ", " "), "A0"),
        (("", "", "97303"), "A1"),
        (("Hartvale", "", ""), "A1"),
        (("", "AK", ""), "A1"),
        (TOWN, "A1"),
        (("", "", "9730"), "A0"),
    ],
)
def test_no_street_line(town: tuple[str, str, str], grade: str) -> None:
    assert place("", "", town).grade == grade


GRADES = [
    ("12 Oak Street", "A4"),
    ("12B Oak St", "A4"),
    ("12 1st Ave", "A4"),
    ("12 1/2 Oak St", "A4"),
    ("N6W23001 Bluemound Rd", "A4"),
    ("Oak Street", "A2"),
    ("Oak Street 12", "A2"),
    ("12", "A1"),
    ("12 14", "A1"),
    ("90210", "A1"),
    ("#", "A2"),
    ("Apt 5", "A2"),
    ("Apt 5, 12 Oak St", "A4"),
    ("PO Box 12", "A4"),
    ("P.O. Box 12", "A4"),
    ("p o box 12a", "A4"),
    ("POBOX 12", "A4"),
    ("Post Office Box 12", "A4"),
    ("PO Box", "A2"),
    ("PO Box 12 14", "A2"),
    ("Box 12", "A2"),
    ("RR 2 Box 15", "A4"),
    ("Rural Route 2 Box 15A", "A4"),
    ("HC 68 Box 23A", "A4"),
    ("RR 2", "A2"),
    ("PSC 3 Box 4120", "A4"),
    ("CMR 450 Box 12", "A4"),
    ("Unit 2050 Box 4190", "A4"),
    ("PSC Box 4120", "A2"),
    ("County Jail", "A2"),
    ("Hartvale Detention Center", "A2"),
    ("State Correctional Institution", "A2"),
    ("12 Elm St Detention Center", "A5"),
    ("77 Penitentiary Rd", "A5"),
    ("5 Oak St c/o Smith", "A5"),
    ("5 c/o Smith Oak St", "A5"),
    ("5 Shelter Rd", "A5"),
    ("12 Jailhouse Road", "A4"),
    ("12 Cordova St", "A4"),
    ("!!!", "A1"),
]


@pytest.mark.parametrize(("line", "grade"), GRADES)
def test_grades(line: str, grade: str) -> None:
    assert place(line).grade == grade


@pytest.mark.parametrize(
    "town", [("", "AK", "97303"), ("Hartvale", "", "97303"), ("Hartvale", "AK", ""), ("Hartvale", "AK", "973")]
)
def test_an_address_without_its_town_is_partial(town: tuple[str, str, str]) -> None:
    for line in ("12 Oak St", "PO Box 12", "12 Elm St Jail"):
        assert place(line, "", town).grade == "A2"


UNITS = [
    ("12 Oak St #5", "5"),
    ("12 Oak St # 5", "5"),
    ("12 Oak St#5", "5"),
    ("12 Oak St Apt 5", "5"),
    ("12 Oak St, APT. 5", "5"),
    ("12 Oak St apt #5", "5"),
    ("12 Oak St Apartment 5", "5"),
    ("12 Oak St Unit 5", "5"),
    ("12 Oak St Suite B-2", "B-2"),
    ("12 Oak St Ste B 2", "B-2"),
    ("12 Oak St Room 4 Bed 2", "4-BED-2"),
    ("12 Oak St Apto É", "E"),
    ("12 Oak St", ""),
    ("12 Oak St Apt", ""),
]


@pytest.mark.parametrize(("line", "unit"), UNITS)
def test_units(line: str, unit: str) -> None:
    assert place(line).unit == unit
    head, sep, tail = line.partition("St")
    split = place(head + sep, tail.lstrip(", "))
    assert split == place(line), "the second line goes on where the first ends"
    if unit:
        assert place(line).building == place("12 Oak St").building


SAME = [
    ("12 Oak Street", "12 oak st."),
    ("12 North Oak Avenue", "12 N Oak Ave"),
    ("12 Núñez Blvd", "12 Nunez Boulevard"),
    ("12 O'Hara Ln", "12 OHARA LANE"),
    ("12 O’Hara Ln", "12 O'Hara Ln"),
    ("12 St. Mary's Rd", "12 ST MARYS ROAD"),
    ("P.O. Box 7", "PO BOX 7"),
    ("12  Oak\tSt", "12 Oak St"),
    ("12, Oak-St", "12 Oak St"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_written_differently_and_the_same(one: str, other: str) -> None:
    assert place(one) == place(other)


@pytest.mark.parametrize(
    ("one", "other"), [("12 Oak St", "12 Oak Ave"), ("12 Oak St", "21 Oak St"), ("12 N Oak St", "12 S Oak St")]
)
def test_different_buildings(one: str, other: str) -> None:
    assert place(one).building != place(other).building


def test_the_town_is_part_of_the_building() -> None:
    towns = [TOWN, ("Quillton", "AK", "97303"), ("Hartvale", "DE", "97303"), ("Hartvale", "AK", "97304")]
    assert len({place("12 Oak St", "", t).building for t in towns}) == 4
    assert place("12 Oak St", "", ("HARTVALE", "a.k.", "97303-1234")) == place("12 Oak St")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("97303", "97303"),
        (" 97303 ", "97303"),
        ("97303-1234", "97303"),
        ("97303 1234", "97303"),
        ("973031234", "97303"),
        ("97303-", ""),
        ("9730", ""),
        ("973034", ""),
        ("97303-12345", ""),
        ("٩٧٣٠٣", ""),
        ("97303\n", ""),
        ("", ""),
    ],
)
def test_zips(text: str, meant: str) -> None:
    assert zip5(text) == meant


def test_folding() -> None:
    assert folded("Ñandú  d’Été. #5") == "NANDU DETE # 5"
    assert folded("東京") == "?" and folded("ＡＢ 5") == "? 5", "what has no plain form does not disappear"
    assert folded("12.5 Elm") == folded("12 5 Elm") != folded("125 Elm"), "a point between digits parts them"
    assert folded("12½ Elm") == folded("12 1/2 Elm") == "12 1 2 ELM"
    assert folded("García–López") == "GARCIA LOPEZ" and folded("Kaʻahumanu") == "KAAHUMANU"
    assert folded("5ª Avenida Nº 3") == "5A AVENIDA NO 3"
    assert unmasked("Unкnоwn") == "Unknown" and unmasked("ＮＡ") == "NA"
    assert letters("Mary-Ann O'Neil 3rd") == "MARYANNONEILRD"


PEOPLE = [
    (("José", "Luis", "García-López", "Jr."), Name("JOSE", "GARCIALOPEZ", "L", "JR", "person")),
    (("JOSE", "l", "Garcia Lopez", "JR"), Name("JOSE", "GARCIALOPEZ", "L", "JR", "person")),
    (("Mary Ann", "", "D’Arcy", "iii"), Name("MARYANN", "DARCY", "", "III", "person")),
    (("Ana", "", "Lopez", "Esq"), Name("ANA", "LOPEZ", "", "ESQ", "person")),
    (("Ana", "", "Lopez", "2nd"), Name("ANA", "LOPEZ", "", "II", "person")),
    (("Ana", "", "Ørsted", ""), Name("ANA", "ORSTED", "", "", "person")),
    (("Łukasz", "", "Weiß", ""), Name("LUKASZ", "WEISS", "", "", "person")),
    (("Đặng", "", "Ngô–Bá", ""), Name("DANG", "NGOBA", "", "", "person")),
    (("Ana", "", "Lopez", "Hijo"), Name("ANA", "LOPEZ", "", "JR", "person")),
    (("", "A", "Lopez", ""), Name("", "LOPEZ", "A", "", "blank")),
    (("Ana", "", "123", ""), Name("ANA", "", "", "", "blank")),
    (("東京", "", "Lopez", ""), Name("", "LOPEZ", "", "", "blank")),
    (("Unknown", "", "Lopez", ""), Name("UNKNOWN", "LOPEZ", "", "", "filler")),
    (("Ana", "", "LNU", ""), Name("ANA", "LNU", "", "", "filler")),
    (("x x x", "", "Lopez", ""), Name("XXX", "LOPEZ", "", "", "filler")),
]


@pytest.mark.parametrize(("texts", "meant"), PEOPLE)
def test_names(texts: tuple[str, str, str, str], meant: Name) -> None:
    assert name_of(names(), *texts) == meant


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"FAILED TO PROVIDE"', '"Failed to provide"'),
        ("[A-Z0-9? ]*?) (?:UNIT", "[A-Z0-9? ]*? (?:UNIT"),
        ('STREET = "ST"', 'Street = "ST"'),
        ('OHIO = "OH"', 'OHIO = "OO"'),
        ('kind = "island"', 'kind = "atoll"'),
        ("{spot}", "{place}"),
        ("[words]", "[lexicon]"),
        ("[[grade]]", "[[grades]]"),
    ],
)
def test_a_grammar_that_cannot_be_used_does_not_load(old: str, new: str) -> None:
    text = book_files()["match/address.toml"].decode()
    assert old in text
    # A broken pattern is a ValueError too: re.error is not one, and is caught by name.
    with pytest.raises((ValueError, KeyError, __import__("re").error)):
        read_address_grammar(text.replace(old, new).encode())


def test_a_name_grammar_without_its_lists_does_not_load() -> None:
    with pytest.raises(KeyError):
        read_name_grammar(b'fillers = ["X"]')
