# SPDX-License-Identifier: Apache-2.0
"""Every kind of name and number that goes wrong between a request and the records, and what is to be said of each.

One row of the table is a little town: who is on file there, what the row says, the verdict expected, and why. The first
person on file is the one the requester means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from differential.batches import PERSON, ROW, addresses, names
from differential.worlds import Row, tin
from lawgate.linkage.grammar import name_of, place_of
from lawgate.linkage.reference import OnFile, Scored, Supplied
from lawgate.model.decision import Verdict

HOME, FLAT_6, ELSEWHERE = "12 Oak St Apt 5", "12 Oak St Apt 6", "99 Elm St"
HOUSE = "12 Oak St"
NOBODYS = 9  # a number in the row that nobody on file has
OTHER_PEOPLE = 10
NONE, ASK = Scored(Verdict.NONE, 0, None), Scored(Verdict.AMBIGUOUS, 0, None)


@dataclass(frozen=True, slots=True)
class Who:
    """One person on file: name, homes (line, first and last tax year), and what else the records say."""

    first: str
    last: str
    homes: tuple[tuple[str, int, int], ...]
    more: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kind:
    """`expected` names people by their place in `on_file`, from 1. `named` is the kind as the issue calls it."""

    named: str
    why: str
    on_file: tuple[Who, ...]
    row: Mapping[str, object]
    expected: Scored
    sought: bool = True


def who(first: str, last: str, *lines: str | tuple[str, int, int], **more: object) -> Who:
    """Somebody on file, in the one home of these tests unless others are named."""
    homes = tuple((h, 2019, 2024) if isinstance(h, str) else h for h in lines or (HOME,))
    return Who(first, last, homes, more)


def says(first: str, last: str, line: str = HOME, number: int = 0, **more: str) -> dict[str, object]:
    """What the row says; `number` is the person on file whose number it gives."""
    return {"first": first, "last": last, "addr_line1": line, "number": number, **more}


def one(who_it_is: int = 1, address: bool | None = True) -> Scored:
    """This person and nobody else; the address is on file, is not, or cannot be told."""
    return Scored(Verdict.UNIQUE, who_it_is, address)


ANA, BO = who("Ana", "García López"), who("Bo", "García López", kind="secondary")
FATHER = who("Juan", "Ruiz", suffix="Sr", dob=date(1950, 1, 1))
SON = who("Juan", "Ruiz", suffix="Jr", dob=date(1980, 1, 1))
MOVED = who("Ana", "Hale", (HOME, 2019, 2021), (ELSEWHERE, 2022, 2024))

TABLE: tuple[Kind, ...] = (
    Kind("two surnames", "both are there", (ANA,), says("Ana", "García López"), one()),
    Kind("two surnames", "the second left out is another name", (ANA,), says("Ana", "García", number=1), NONE),
    Kind("two surnames", "the first left out is another name", (ANA,), says("Ana", "López"), NONE),
    Kind("two surnames", "one surname on file and two in the row", (who("Ana", "García"),), says("Ana", "García López"),
         NONE),
    Kind("two surnames", "fits the daughter, who has one of them, and may mean the mother",
         (ANA, who("Ana", "García")), says("Ana", "García"), ASK),
    Kind("two surnames", "nor does the daughter's own number decide it", (ANA, who("Ana", "García")),
         says("Ana", "García", number=2), ASK),
    Kind("two surnames", "and the other way round: the row may say more than the records", (ANA, who("Ana", "García")),
         says("Ana", "García López"), ASK),
    Kind("two surnames", "brother and sister differ in the given name", (ANA, who("Bo", "García")),
         says("Ana", "García López"), one()),
    Kind("order swaps", "two surnames in the other order are another name", (ANA,),
         says("Ana", "López García", number=1), NONE),
    Kind("order swaps", "somebody has the other order", (ANA, who("Ana", "López García")),
         says("Ana", "López García"), ASK),
    Kind("order swaps", "given and family name have changed places", (who("Hassan", "Ali"),), says("Ali", "Hassan"),
         NONE),
    Kind("order swaps", "and somebody is called so", (who("Hassan", "Ali"), who("Ali", "Hassan")),
         says("Ali", "Hassan", number=2), ASK),
    Kind("hyphens", "with one and without", (who("Ana", "García-López"),), says("Ana", "García López"), one()),
    Kind("hyphens", "written together", (who("Ana", "Smith Jones"),), says("Ana", "SmithJones"), one()),
    Kind("hyphens", "in a given name", (who("Marie-Claire", "Roy"),), says("Marie Claire", "Roy"), one()),
    Kind("hyphens", "of every width", (who("Ana", "Smith\u2010Jones"),), says("Ana", "Smith\u2013Jones"), one()),
    Kind("hyphens", "a second given name in its own column is another name", (who("Marie-Claire", "Roy"),),
         says("Marie", "Roy", middle="Claire"), NONE),
    Kind("diacritics", "in the records only", (who("José", "Núñez"),), says("Jose", "Nunez"), one()),
    Kind("diacritics", "in the row only", (who("Jose", "Nunez"),), says("José", "Núñez"), one()),
    Kind("diacritics", "as letter and mark", (who("José", "Núñez"),), says("Jose\u0301", "Nu\u0301n\u0303ez"), one()),
    Kind("diacritics", "letters that no accent explains", (who("Łukasz", "Sørensen"),), says("Lukasz", "Sorensen"),
         one()),
    Kind("diacritics", "Vietnamese", (who("Đặng", "Nguyễn"),), says("Dang", "Nguyen"), one()),
    Kind("diacritics", "an apostrophe and the okina", (who("Kaʻiulani", "O’Brien"),), says("Kaiulani", "O'Brien"),
         one()),
    Kind("diacritics", "the letter itself is another", (who("José", "Núñez"),), says("Jose", "Munez"), NONE),
    Kind("transliteration", "another spelling is another name", (who("Ana", "Yusuf"),), says("Ana", "Jusuf"), NONE),
    Kind("transliteration", "somebody is spelled so", (who("Ana", "Yusuf"), who("Ana", "Jusuf")), says("Ana", "Jusuf"),
         ASK),
    Kind("transliteration", "an umlaut written out is another name", (who("Jörg", "Müller"),), says("Joerg", "Mueller"),
         NONE),
    Kind("transliteration", "somebody writes it so", (who("Jörg", "Müller"), who("Joerg", "Mueller")),
         says("Joerg", "Mueller"), ASK),
    Kind("transliteration", "another alphabet is read by nobody", (who("Ivan", "Petrov"),), says("Иван", "Петров"),
         NONE, sought=False),
    Kind("prior names", "a maiden name is another name", (who("Ana", "Hale"),), says("Ana", "Ruiz", number=1), NONE),
    Kind("prior names", "the number and the birth date do not stand in for it", (who("Ana", "Hale"),),
         says("Ana", "Ruiz", number=1, dob="1980-01-01"), NONE),
    Kind("prior names", "the mother has it and lives there; the number is the daughter's",
         (who("Ana", "Hale"), who("Ana", "Ruiz")), says("Ana", "Ruiz", number=1), NONE),
    Kind("prior names", "the mother has it and another birth date",
         (who("Ana", "Hale"), who("Ana", "Ruiz", dob=date(1950, 1, 1))), says("Ana", "Ruiz", dob="1980-01-01"), NONE),
    Kind("prior names", "the name of now", (who("Ana", "Hale"), who("Ana", "Ruiz")), says("Ana", "Hale"), one()),
    Kind("prior names", "both names with a hyphen, one on file", (who("Ana", "Hale"),), says("Ana", "Ruiz-Hale"), NONE),
    Kind("suffixes", "spelled otherwise", (SON,), says("Juan", "Ruiz", suffix="Junior"), one()),
    Kind("suffixes", "in the row only contradicts nothing", (who("Juan", "Ruiz"),), says("Juan", "Ruiz", suffix="Jr"),
         one()),
    Kind("suffixes", "another one contradicts", (FATHER,), says("Juan", "Ruiz", suffix="Jr"), NONE),
    Kind("suffixes", "second is not junior", (SON,), says("Juan", "Ruiz", suffix="II"), NONE),
    Kind("suffixes", "father and son in one home stay two", (SON, FATHER), says("Juan", "Ruiz", suffix="Jr"), ASK),
    Kind("suffixes", "and with a number, too", (SON, FATHER), says("Juan", "Ruiz", number=1, suffix="Jr"), ASK),
    Kind("suffixes", "written behind the name it makes another name", (SON,), says("Juan", "Ruiz Jr"), NONE),
    Kind("truncation", "a name cut off is another name", (who("Ana", "Papadopoulos"),), says("Ana", "Papadopo"), NONE),
    Kind("truncation", "cut off in the records", (who("Ana", "Papadopo"),), says("Ana", "Papadopoulos"), NONE),
    Kind("truncation", "somebody has what is left of it", (who("Ana", "Papadopoulos"), who("Ana", "Papado")),
         says("Ana", "Papado"), ASK),
    Kind("truncation", "a given name cut off is another name", (who("Alejandro", "Ruiz"),), says("Alej", "Ruiz"), NONE),
    Kind("truncation", "somebody is called by the short form", (who("Alejandro", "Ruiz"), who("Alej", "Ruiz")),
         says("Alej", "Ruiz"), ASK),
    Kind("truncation", "a second given name left out", (who("José Luis", "Ruiz"), who("José", "Ruiz")),
         says("José", "Ruiz", number=2), ASK),
    Kind("truncation", "two given names that end differently are two", (who("Daniel", "Ruiz"), who("Daniela", "Ruiz")),
         says("Daniel", "Ruiz"), one()),
    Kind("joint filers", "each is found by the own number", (ANA, BO), says("Bo", "García López", number=2), one(2)),
    Kind("joint filers", "the spouse's number is not this person's", (ANA, BO),
         says("Ana", "García López", number=2), NONE),
    Kind("joint filers", "without any number", (ANA, BO), says("Ana", "García López"), one()),
    Kind("joint filers", "both on one line are nobody", (ANA, BO), says("Ana & Bo", "García López"), NONE),
    Kind("joint filers", "who only stands on the return of another is never meant",
         (who("Cy", "Ruiz", kind="dependent"), who("Bo", "Ruiz")), says("Cy", "Ruiz", number=1), NONE),
    Kind("joint filers", "but makes a parent of that name doubtful",
         (who("Bo", "Ruiz"), who("Bo", "Ruiz", kind="dependent", dob=date(2015, 1, 1))), says("Bo", "Ruiz", number=1),
         ASK),
    Kind("namesakes in one building", "neither flat nor number", (who("Bo", "Ng"), who("Bo", "Ng", FLAT_6)),
         says("Bo", "Ng", HOUSE), ASK),
    Kind("namesakes in one building", "a number does not choose", (who("Bo", "Ng"), who("Bo", "Ng", FLAT_6)),
         says("Bo", "Ng", HOUSE, 1), ASK),
    Kind("namesakes in one building", "the flat does", (who("Bo", "Ng"), who("Bo", "Ng", FLAT_6)), says("Bo", "Ng"),
         one()),
    Kind("namesakes in one building", "the flat is the other one's", (who("Bo", "Ng"), who("Bo", "Ng", FLAT_6)),
         says("Bo", "Ng", FLAT_6, 1), ASK),
    Kind("namesakes in one building", "in one flat one after the other",
         (who("Bo", "Ng", (HOME, 2022, 2024)), who("Bo", "Ng", (HOME, 2019, 2020))), says("Bo", "Ng", number=1), ASK),
    Kind("namesakes in one building", "a near name in another flat", (who("Ana", "Ng"), who("Anna", "Ng", FLAT_6)),
         says("Ana", "Ng"), one()),
    Kind("namesakes in one building", "a near name, and no flat is said", (who("Ana", "Ng"), who("Anna", "Ng", FLAT_6)),
         says("Ana", "Ng", HOUSE), ASK),
    Kind("namesakes in one building", "a namesake in another street is nobody here",
         (who("Bo", "Ng"), who("Bo", "Ng", ELSEWHERE)), says("Bo", "Ng"), one()),
    Kind("the deceased", "is found, and held by the law", (who("Bo", "Ng", deceased=True),), says("Bo", "Ng", number=1),
         one()),
    Kind("the deceased", "a living namesake in that home", (who("Bo", "Ng"), who("Bo", "Ng", deceased=True)),
         says("Bo", "Ng", number=1), ASK),
    Kind("the deceased", "the widow has her own number", (who("Ana", "Ng"), who("Bo", "Ng", deceased=True)),
         says("Ana", "Ng", number=2), NONE),
    Kind("moved ex-spouses", "at the new home", (MOVED, BO), says("Ana", "Hale", ELSEWHERE, 1), one()),
    Kind("moved ex-spouses", "at the home both had once", (MOVED, who("Bo", "Hale")), says("Ana", "Hale"), one()),
    Kind("moved ex-spouses", "the one who stayed, at the new home of the other: number and name, and no address",
         (who("Bo", "Hale"), MOVED), says("Bo", "Hale", ELSEWHERE, 1), one(1, False)),
    Kind("moved ex-spouses", "the same without a number", (who("Bo", "Hale"), MOVED), says("Bo", "Hale", ELSEWHERE),
         NONE),
    Kind("moved ex-spouses", "under the name of the marriage that is over", (who("Ana", "Ruiz", ELSEWHERE), BO),
         says("Ana", "García López", ELSEWHERE, 1), NONE),
    Kind("moved ex-spouses", "the number of the other", (MOVED, who("Bo", "Hale")), says("Ana", "Hale", number=2),
         NONE),
    Kind("duplicate and shared numbers", "borrowed: the number is somebody else's",
         (who("Ana", "Ng"), who("Bo", "Ruiz", ELSEWHERE)), says("Ana", "Ng", number=2), NONE),
    Kind("duplicate and shared numbers", "borrowed from a namesake elsewhere",
         (who("Ana", "Ng"), who("Ana", "Ng", ELSEWHERE)), says("Ana", "Ng", number=2), ASK),
    Kind("duplicate and shared numbers", "an earlier number of one's own, not on file any more", (who("Ana", "Ng"),),
         says("Ana", "Ng", number=NOBODYS), NONE),
    Kind("duplicate and shared numbers", "a child that files with the number of a parent",
         (who("Cy", "Ng"), who("Ana", "Ng")), says("Cy", "Ng", number=2), NONE),
)  # fmt: skip


def number_of(k: int, person: int) -> str:
    """The taxpayer number of a person of town `k`, counted from 1; one that nobody has for NOBODYS."""
    return tin(1_000_000 + k * OTHER_PEOPLE + person)


def record_of(k: int, person: int) -> int:
    """The record handle of a person of town `k`; 0 for nobody."""
    return 1_000_000 + k * OTHER_PEOPLE + person if person else 0


def row_of(k: int) -> Row:
    """The row of the request, in a town of its own."""
    said = dict(TABLE[k].row)
    number = int(str(said.pop("number")))
    made = {
        **ROW,
        "row_id": f"k{k}",
        "case_id": f"c{k}",
        "city": f"Kindham {k:03}",
        **{a: str(b) for a, b in said.items()},
    }
    return {
        "middle": "",
        "suffix": "",
        "dob": "",
        "addr_line2": "",
        **made,
        "tin": number_of(k, number) if number else "",
    }


def people_of(k: int) -> list[dict[str, object]]:
    """Who is on file in town `k`, as the records have it."""
    return [
        {**PERSON, "record": record_of(k, i), "tin": number_of(k, i), "first": w.first, "last": w.last, **w.more}
        for i, w in enumerate(TABLE[k].on_file, 1)
    ]


def homes_of(k: int) -> list[dict[str, object]]:
    """Where they live."""
    town = {"line2": "", "city": f"Kindham {k:03}", "state": "AK", "zip": "97303"}
    return [
        {**town, "record": record_of(k, i), "line1": line, "from_year": a, "to_year": b}
        for i, w in enumerate(TABLE[k].on_file, 1)
        for line, a, b in w.homes
    ]


def supplied_of(k: int) -> Supplied:
    """The row in normal form, as the reference scorer takes it."""
    row = row_of(k)
    name = name_of(names(), *(str(row[c]) for c in ("first", "middle", "last", "suffix")))
    place = place_of(addresses(), *(str(row[c]) for c in ("addr_line1", "addr_line2", "city", "state", "zip")))
    return Supplied(str(row["tin"]), name, place, str(row["dob"]))


def on_file_of(k: int) -> list[OnFile]:
    """The people of town `k` as the reference scorer takes them."""
    made = []
    for p in people_of(k):
        homes = [h for h in homes_of(k) if h["record"] == p["record"]]
        name = name_of(names(), *(str(p[c]) for c in ("first", "middle", "last", "suffix")))
        places = tuple(
            (place_of(addresses(), *(str(h[c]) for c in ("line1", "line2", "city", "state", "zip"))), ()) for h in homes
        )
        made.append(OnFile(int(str(p["record"])), str(p["tin"]), name, str(p["dob"]), places, p["kind"] != "dependent"))
    return made


def expected_of(k: int) -> Scored:
    """The expected verdict with the record handle of town `k` in it."""
    e = TABLE[k].expected
    return Scored(e.verdict, record_of(k, e.record), e.address_on_file)
