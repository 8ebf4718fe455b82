# SPDX-License-Identifier: Apache-2.0
"""What Labels, Numbers, AccountingIndex and Pdf promise: one value a person, one look-up, a private index, a page."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.promises import Place, Suite
from lawgate.drivers.duckdb.numbers import ParquetNumbers
from lawgate.drivers.keys.vrf import VrfKeyFile
from lawgate.drivers.sqlite.accounting import SqliteAccounting
from lawgate.drivers.typst.pdf import TypstPdf
from lawgate.ledger import accounting_map as maps
from lawgate.ledger import vrf
from lawgate.ledger.accounting import HANDED_OUT, OPEN, PREPARED, Entry, Head, Seal
from lawgate.ledger.vrf_key import certify, verify_key
from lawgate.model.confidential import Confidential
from lawgate.model.fault import LawgateError
from lawgate.ports.accounting import AccountingIndex, Kept, Labels, Numbers, Pdf, Placed, Round

KEYS = [
    vrf.private_key(int(each["p"], 16), int(each["q"], 16))
    for each in json.loads((Path(__file__).parents[1] / "unit/ledger/vrf_rfc9381.json").read_text())["vectors"]
]


def key_file(root: Path) -> VrfKeyFile:
    file = VrfKeyFile(root / "key.pem")
    if not file.there:
        root.mkdir(parents=True, exist_ok=True)
        file.create()
    return file


LABELS: Suite[Labels] = Suite(key_file)


@LABELS.promise
def the_same_input_has_the_same_proof_for_ever(place: Place[Labels]) -> None:
    assert place.open().prove(b"one") == place.open().prove(b"one")
    assert place.open().public == place.open().public


@LABELS.promise
def a_proof_holds_under_the_public_key(place: Place[Labels]) -> None:
    labels = place.open()
    one, two = (vrf.verify(labels.public, said, labels.prove(said)) for said in (b"one", b"two"))
    assert one != two


@LABELS.promise
def the_key_is_certified(place: Place[Labels]) -> None:
    verify_key(place.open().public, place.open().certificate())


@LABELS.promise
def the_private_half_is_its_owners(place: Place[Labels]) -> None:
    labels = place.open()
    assert str(labels.public.n)[:20] not in repr(labels)
    for file in place.root.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0
        file.chmod(0o644)
    if place.root.exists() and any(place.root.rglob("*")):
        with pytest.raises(LawgateError):
            place.open().prove(b"one")


class Fixed:
    """Sound, and keeps its key in memory."""

    def __init__(self, _root: Path) -> None:
        self.public = KEYS[0].public

    def prove(self, alpha: bytes) -> bytes:
        return vrf.prove(KEYS[0], alpha)

    def certificate(self) -> tuple[bytes, ...]:
        return certify(KEYS[0])


@LABELS.breaks()
class Sound(Fixed):
    """Breaks nothing: the promises ask for no file."""


@LABELS.breaks("the_same_input_has_the_same_proof_for_ever", "a_proof_holds_under_the_public_key")
class Random(Fixed):
    """Another answer each time."""

    def prove(self, alpha: bytes) -> bytes:
        return vrf.prove(KEYS[0], alpha + os.urandom(8))


labels_keeps, labels_is_seen = LABELS.tests()
test_labels_keep_their_promises, test_planted_labels_are_seen = labels_keeps, labels_is_seen

MANIFEST = "f" * 64
PEOPLE = {1: "900000001", 2: "900000002", 7: "900000007"}


def imported(root: Path) -> ParquetNumbers:
    folder = root / MANIFEST
    folder.mkdir(parents=True, exist_ok=True)
    # One person has two rows, as somebody with two addresses has.
    rows = [*PEOPLE.items(), (1, PEOPLE[1])]
    table = pa.table({"record": pa.array([r for r, _ in rows], pa.int64()), "tin": [t for _, t in rows]})
    pq.write_table(table, folder / "history.parquet")
    return ParquetNumbers(root, check)


def check(manifest: str) -> None:
    if manifest != MANIFEST:
        raise LawgateError("not kept")


NUMBERS: Suite[Numbers] = Suite(imported)


@NUMBERS.promise
def each_record_has_its_own_number(place: Place[Numbers]) -> None:
    found = place.open().of(MANIFEST, [7, 1])
    assert {record: number.reveal() for record, number in found.items()} == {1: PEOPLE[1], 7: PEOPLE[7]}
    assert PEOPLE[1] not in repr(found)


@NUMBERS.promise
def a_record_that_is_not_there_is_no_answer(place: Place[Numbers]) -> None:
    for manifest, records in ((MANIFEST, [1, 99]), ("0" * 64, [1])):
        with pytest.raises(LawgateError):
            place.open().of(manifest, records)


@NUMBERS.breaks("a_record_that_is_not_there_is_no_answer")
class Lenient:
    """Leaves out what it does not find."""

    def __init__(self, _root: Path) -> None:
        pass

    def of(self, _manifest: str, records: Sequence[int]) -> Mapping[int, Confidential[str]]:
        return {each: Confidential(PEOPLE[each]) for each in records if each in PEOPLE}


test_numbers_keep_their_promises, test_planted_numbers_are_seen = NUMBERS.tests()


def index(root: Path) -> SqliteAccounting:
    root.mkdir(parents=True, exist_ok=True)
    return SqliteAccounting(root / "accounting.sqlite")


INDEX: Suite[AccountingIndex] = Suite(index)
WHO = [sha256(b"person %d" % n).digest() for n in range(200)]
MADE = [Kept(who, Entry(PREPARED, 4, 4, row), 20250101) for row, who in enumerate(WHO)]
GONE = [Kept(who, Entry(HANDED_OUT, 9, 4, row), 20250102) for row, who in enumerate(WHO[:3])]
SEAL = Seal(20260101, "some-authority", b"\1" * 32)


def placed(kept: Iterable[Sequence[Kept]]) -> list[Placed]:
    return [Placed(some[0].value, sha256(some[0].value + bytes([len(some)])).digest()) for some in kept]


def closing(number: int) -> Callable[[bytes, bytes], Round]:
    return lambda root, others: Round(number, Head(b"\1" * 32, b"\2" * 32, root, others), 203, 10, -1)


@INDEX.promise
def entries_stay_and_come_in_order(place: Place[AccountingIndex]) -> None:
    for _ in range(2):
        place.open().add([*GONE, *MADE])
    found = place.open()
    assert found.count() == len(MADE) + len(GONE)
    assert list(found.entries(WHO[0])) == [MADE[0], GONE[0]]
    assert list(found.entries(b"\0" * 32)) == []
    assert list(found.people(9)) == list(enumerate(WHO[:3]))
    assert (found.has(4), found.has(9), found.has(5)) == (True, True, False)
    lists = [tuple(each) for each in found.lists()]
    assert len(lists) == len(WHO)
    assert set(lists) == {(MADE[n], GONE[n]) if n < 3 else (MADE[n],) for n in range(len(WHO))}


@INDEX.promise
def an_entry_is_about_one_person(place: Place[AccountingIndex]) -> None:
    place.open().add(MADE)
    with pytest.raises(LawgateError):
        place.open().add([Kept(WHO[5], MADE[0].entry, 20250101)])
    assert list(place.open().entries(WHO[5])) == [MADE[5]]


@INDEX.promise
def a_seal_closes_and_leaving_it_out_opens(place: Place[AccountingIndex]) -> None:
    place.open().add([*MADE, *GONE])
    place.open().seal([(4, 0, SEAL, False), (4, 1, SEAL, True)])
    found = [(each.seal, each.withheld) for who in WHO[:3] for each in place.open().entries(who)]
    assert found == [(SEAL, False)] * 2 + [(SEAL, True)] * 2 + [(OPEN, False)] * 2
    place.open().seal([(4, None, SEAL, False)])
    assert {each.seal for some in place.open().lists() for each in some} == {SEAL}
    place.open().seal([])
    assert {(each.seal, each.withheld) for some in place.open().lists() for each in some} == {(OPEN, False)}


@INDEX.promise
def the_map_proves_who_is_in_it_and_who_is_not(place: Place[AccountingIndex]) -> None:
    opened = place.open()
    opened.add(MADE)
    pairs = placed(opened.lists())
    made = opened.replace(reversed(pairs[:150]), pairs[150:], closing(0))
    assert place.open().latest() == made
    for each in (*pairs, Placed(b"\0" * 32, b""), Placed(b"\xff" * 32, b"")):
        value = each.value if each in pairs[:150] else None
        assert maps.verify(made.head.map_root, each.label, place.open().prove(each.label)) == value
    assert made.head.others == maps.root_of(sorted((each.label, each.value) for each in pairs[150:]))


@INDEX.promise
def the_latest_round_counts(place: Place[AccountingIndex]) -> None:
    assert place.open().latest() is None
    for number, count in ((0, 3), (1, 0), (2, 1)):
        opened = place.open()
        made = opened.replace(placed([[each] for each in MADE[:count]]), [], closing(number))
        opened.logged(40 + number)
        found = place.open().latest()
        assert found is not None
        assert (found.number, found.leaf, found.head) == (number, 40 + number, made.head)
        assert (maps.verify(made.head.map_root, WHO[0], place.open().prove(WHO[0])) is None) == (count == 0)


@INDEX.promise
def a_label_stands_once(place: Place[AccountingIndex]) -> None:
    pairs = placed([[MADE[0]], [MADE[0]]])
    with pytest.raises(ValueError, match="rising"):
        place.open().replace(pairs, [], closing(0))
    assert place.open().latest() is None


@INDEX.promise
def only_its_owner_gets_in(place: Place[AccountingIndex]) -> None:
    place.open().add(MADE)
    for path in place.root.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


class Wrapping(SqliteAccounting):
    """Sound; the planted drivers below change one thing each."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        super().__init__(root / "accounting.sqlite")


@INDEX.breaks("only_its_owner_gets_in")
class Wide(Wrapping):
    """Everybody can read it."""

    def add(self, entries: Iterable[Kept]) -> None:
        super().add(entries)
        self._file.chmod(0o644)


@INDEX.breaks("a_seal_closes_and_leaving_it_out_opens")
class Sticky(Wrapping):
    """What was closed once stays closed."""

    def seal(self, seals: Iterable[tuple[int, int | None, Seal, bool]]) -> None:
        if some := list(seals):
            super().seal(some)


@INDEX.breaks("the_map_proves_who_is_in_it_and_who_is_not", "the_latest_round_counts")
class Forgetful(Wrapping):
    """Says of everybody that they are not there."""

    def prove(self, label: bytes) -> maps.MapProof:
        return maps.MapProof((), None)


test_indexes_keep_their_promises, test_planted_indexes_are_seen = INDEX.tests()

PDF: Suite[Pdf] = Suite(lambda _root: TypstPdf())
DATA = {
    "lang": "es",
    "title": "Título",
    "synthetic": "",
    "answer": "a #strong[b] $x$ \\ @c",
    "always": "",
    "reach": "",
    "list_title": "",
    "head": [],
    "rows": [],
    "sections": [],
}


@PDF.promise
def a_page_is_archival_and_accessible(place: Place[Pdf]) -> None:
    made = place.open().make("statement", DATA, 0)
    # What a reader of the standards looks for: PDF/A-2a, PDF/UA-1, tags, the language, a title that is shown.
    for mark in (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>"):
        assert mark in made
    for mark in (b"<pdfuaid:part>1</pdfuaid:part>", b"/MarkInfo", b"/StructTreeRoot", b"/Lang(es)"):
        assert mark in made
    assert b"/DisplayDocTitle true" in made


@PDF.promise
def the_same_data_gives_the_same_bytes(place: Place[Pdf]) -> None:
    assert place.open().make("statement", DATA, 5) == place.open().make("statement", DATA, 5)
    assert place.open().make("statement", DATA, 5) != place.open().make("statement", DATA, 6)


@PDF.promise
def what_cannot_be_made_is_told_without_its_words(place: Place[Pdf]) -> None:
    for template, data in (("no-such-page", DATA), ("statement", {"lang": "SECRET"})):
        with pytest.raises(LawgateError) as broken:
            place.open().make(template, data, 0)
        assert "SECRET" not in str(broken.value)


@PDF.breaks("a_page_is_archival_and_accessible", "the_same_data_gives_the_same_bytes")
class Plain:
    """A page of nothing."""

    def __init__(self, _root: Path) -> None:
        pass

    def make(self, template: str, data: Mapping[str, object], second: int) -> bytes:
        if template != "statement" or len(data) < 2:
            raise LawgateError("cannot be made")
        return b"%PDF-1.7"


test_pages_keep_their_promises, test_planted_pages_are_seen = PDF.tests()
