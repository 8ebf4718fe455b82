# SPDX-License-Identifier: Apache-2.0
"""A person asks who was given their records: statement, check, sealed entries, the answer when nothing is shown."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785

from journeys.accounting import CLERK, SEALED, WITHHELD, nobody, numbers, seal, sealing
from journeys.office import KEY, Office, Still, today
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.accounting import USE, AccountingDesk, audit_index, make_root
from lawgate.office.handout import pull
from lawgate.office.statement import Stated, statement
from lawgate.office.statement_check import Checked
from lawgate.office.statement_page import html, page, pdf
from lawgate.ports.log import WitnessRefusalError
from lawgate.wiring.accounting import check


@pytest.fixture(scope="module")
def given(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """An office where a package of two rows was handed out, a third row was declined; the package's id."""
    top = tmp_path_factory.mktemp("accounting")
    office = opened.copy(top / "office")
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1], declined=[2]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(top / "out"))
    make_root(house.accounting(), CLERK)
    return office, package


@pytest.fixture
def mine(given: tuple[Office, str], tmp_path: Path) -> tuple[Office, str]:
    """The same, one's own."""
    return given[0].copy(tmp_path / "office"), given[1]


def checked(office: Office, made: Stated, number: str) -> Checked:
    return check(made.data, office.house.log_policy.encode(), number)


def test_i29_a_statement_is_complete_and_checks_offline(mine: tuple[Office, str]) -> None:
    office, package = mine
    desk = office.house.accounting()
    for number in numbers(office, package):
        made = statement(desk, number)
        found = checked(office, made, number)
        assert (found.entries, found.sealed, found.acts) == (2, 0, 1)
        doc = json.loads(made.data)
        assert [each["opened"]["kind"] for each in doc["entries"]] == ["prepared", "handed_out"]
        assert {each["recipient"] for each in doc["told"]} == {"us.doj"}
        assert {each["purpose"] for each in doc["told"]} != {""}
        assert doc["told"][0]["fields"] == ["mailing_address"]
        assert number not in made.data.decode()
    assert desk.index.count() == 4


def test_no_statement_while_witnesses_are_away(mine: tuple[Office, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is in the log then, and not under a head that anybody else signed."""
    office, package = mine
    desk = office.house.accounting()

    def away(_: object) -> None:
        raise WitnessRefusalError("clerk", "unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.release.decide.log), "publish", away)
        with pytest.raises(WitnessRefusalError):
            make_root(desk, CLERK)
    number = numbers(office, package)[0]
    with pytest.raises(Refused, match="E_INDEX"):
        statement(office.house.accounting(), number)
    make_root(office.house.accounting(), CLERK)
    assert statement(office.house.accounting(), number).acts == 1


def test_a_statement_carries_the_certificate_of_its_key(mine: tuple[Office, str]) -> None:
    office, package = mine
    number = numbers(office, package)[0]
    made = statement(office.house.accounting(), number)
    for roots in ([], json.loads(made.data)["key_roots"][::-1]):
        doc = json.loads(made.data) | {"key_roots": roots}
        with pytest.raises(Refused, match="E_STATEMENT"):
            checked(office, dataclasses.replace(made, data=rfc8785.dumps(doc)), number)


def test_no_work_is_done_for_a_key_that_the_log_does_not_name(
    mine: tuple[Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, package = mine
    number = numbers(office, package)[0]
    made = statement(office.house.accounting(), number)
    looked: list[object] = []
    monkeypatch.setattr("lawgate.office.statement_check.verify_key", lambda *each: looked.append(each))
    checked(office, made, number)
    assert len(looked) == 1
    large = json.loads(made.data) | {"key": f"{(1 << 8191) + 1:x}"}
    with pytest.raises(Refused, match="the leaves of the index and of its key"):
        checked(office, dataclasses.replace(made, data=rfc8785.dumps(large)), number)
    assert len(looked) == 1


def test_an_auditor_sees_a_second_key(mine: tuple[Office, str]) -> None:
    office, _ = mine
    desk = office.house.accounting()
    assert audit_index(desk) == []
    log = desk.release.decide.log
    (first,) = (leaf for _, leaf in log.leaves() if leaf.kind == "key-registered" and leaf.text("use") == USE)
    log.append(dataclasses.replace(first, body={**first.body, "public_key": "0" * 64}))
    (said,) = audit_index(desk)
    assert said.endswith("the log names another key of the accounting index")


def test_nobody_sees_anothers_statement_as_theirs(mine: tuple[Office, str]) -> None:
    office, package = mine
    one, two = numbers(office, package)
    made = statement(office.house.accounting(), one)
    with pytest.raises(Refused, match="E_STATEMENT"):
        checked(office, made, two)
    # What went wrong is said in words, and what is no number is not blamed on the statement.
    with pytest.raises(Refused, match="the proof of the place is not the one for this number"):
        checked(office, made, two)
    for text in ("", "12345678", "\u0669" * 9):
        with pytest.raises(Refused, match="E_NUMBER"):
            checked(office, made, text)


def bent(data: bytes, change: Callable[[dict], None]) -> bytes:
    doc = json.loads(data)
    change(doc)
    return rfc8785.dumps(doc)


def fewer(doc: dict) -> None:
    """Leave one entry out, with everything that only it needed."""
    del doc["entries"][1]


def none(doc: dict) -> None:
    doc |= {"entries": [], "rows": [], "told": [], "list_salt": ""}


def another_day(doc: dict) -> None:
    doc["entries"][0]["day"] -= 1


def closed(doc: dict) -> None:
    doc["entries"][1]["opened"] = None


def sealed_by_hand(doc: dict) -> None:
    doc["entries"][1] |= {"opened": None, "until": 20991231, "authority": WITHHELD, "paper": "b" * 64}


def no_rows(doc: dict) -> None:
    doc["rows"] = []


def another_salt(doc: dict) -> None:
    doc["index"]["salt"] = "00" * 32


def emptied(doc: dict) -> None:
    none(doc)
    doc["index"]["there"] = []


def shorter(doc: dict) -> None:
    doc["index"]["path"] = doc["index"]["path"][:-1]


def another_others(doc: dict) -> None:
    doc["index"]["others"] = "11" * 32


def more(doc: dict) -> None:
    doc["extra"] = 1


def a_row_changed(doc: dict) -> None:
    doc["rows"][0]["data"] = doc["rows"][0]["data"][:-2] + "ff"


def a_leaf_changed(doc: dict) -> None:
    found = next(each for each in doc["leaves"] if '"handout"' in each["leaf"])
    found["leaf"] = found["leaf"].replace("us.doj", "us.dhs")


def another_recipient(doc: dict) -> None:
    doc["told"][0]["recipient"] = "us.dhs"


def told_of_more(doc: dict) -> None:
    doc["told"].append(doc["told"][0])


def a_flag_for_a_number(doc: dict) -> None:
    doc["rows"][0]["row"] = bool(doc["rows"][0]["row"])


def a_leaf_gone(doc: dict) -> None:
    doc["leaves"].pop(0)


BENT = [
    fewer,
    none,
    another_day,
    closed,
    sealed_by_hand,
    no_rows,
    another_salt,
    emptied,
    shorter,
    another_others,
    more,
    a_row_changed,
    a_leaf_changed,
    a_leaf_gone,
    another_recipient,
    told_of_more,
    a_flag_for_a_number,
]


@pytest.mark.parametrize("change", BENT, ids=lambda f: f.__name__)
def test_i29_a_statement_that_hides_or_changes_anything_is_refused(
    given: tuple[Office, str], change: Callable[[dict], None]
) -> None:
    office, package = given
    number = numbers(office, package)[0]
    made = statement(office.house.accounting(), number)
    assert bent(made.data, lambda doc: None) == made.data
    assert bent(made.data, change) != made.data
    with pytest.raises(Refused, match="E_STATEMENT"):
        check(bent(made.data, change), office.house.log_policy.encode(), number)


def test_whoever_is_in_no_entry_gets_a_proof_of_that(mine: tuple[Office, str]) -> None:
    office, package = mine
    number = nobody(office, package)
    made = statement(office.house.accounting(), number)
    found = checked(office, made, number)
    assert (found.entries, found.acts) == (0, 0)


def test_i29_a_sealed_entry_is_counted_dated_and_opens_on_its_day(mine: tuple[Office, str]) -> None:
    office, package = mine
    number = numbers(office, package)[0]
    opened = {each["commitment"] for each in json.loads(statement(office.house.accounting(), number).data)["entries"]}
    until = today() + timedelta(days=30)
    seal(office, sealing(package, SEALED, until.isoformat()))
    make_root(office.house.accounting(), CLERK)
    made = statement(office.house.accounting(), number)
    found = checked(office, made, number)
    assert (found.entries, found.sealed, found.acts) == (2, 2, 0)
    doc = json.loads(made.data)
    assert {each["until"] for each in doc["entries"]} == {int(until.strftime("%Y%m%d"))}
    assert {each["authority"] for each in doc["entries"]} == {SEALED}
    assert doc["told"] == doc["rows"] == []
    assert [row[1] for row in page(made.data, "en")["rows"]] == [
        f"Closed until {until.isoformat()}. It is counted here and opens on that day."
    ] * 2
    assert until.isoformat().encode() in html(page(made.data, "es"))
    # The closed line is the one that opens later: nobody can put another entry in its place.
    assert {each["commitment"] for each in doc["entries"]} == opened
    with pytest.raises(Refused, match="E_STATEMENT"):
        check(bent(made.data, fewer), office.house.log_policy.encode(), number)
    seal(office, sealing(package, SEALED, (today() - timedelta(days=1)).isoformat()))
    make_root(office.house.accounting(), CLERK)
    later = statement(office.house.accounting(), number)
    assert checked(office, later, number).acts == 1
    assert {each["commitment"] for each in json.loads(later.data)["entries"]} == opened


def pages(desk: AccountingDesk, made: Stated) -> dict[str, bytes]:
    said = {each: page(made.data, each) for each in ("en", "es")}
    return {
        **{f"{each}.html": html(said[each]) for each in said},
        **{f"{each}.pdf": pdf(desk.pdf, made.data, said[each]) for each in said},
    }


def still(desk: AccountingDesk, at: datetime) -> AccountingDesk:
    whole = desk.release
    return dataclasses.replace(
        desk, release=dataclasses.replace(whole, decide=dataclasses.replace(whole.decide, clock=Still(at)))
    )


def test_e51_only_withheld_entries_read_like_none_at_all(mine: tuple[Office, str]) -> None:
    """The same person in two worlds: every entry withheld, and never in the records of any package."""
    office, package = mine
    withheld, other = numbers(office, package)
    seal(office, sealing(package, WITHHELD, '"until further notice"'))
    make_root(office.house.accounting(), CLERK)
    at = datetime.now(UTC).replace(microsecond=0)
    desk = still(office.house.accounting(), at)
    answers = [statement(desk, number) for number in (withheld, other, nobody(office, package))]
    assert [checked(office, made, who).entries for made, who in zip(answers, (withheld, other), strict=False)] == [0, 0]
    shown = [pages(desk, made) for made in answers]
    assert shown[0] == shown[1] == shown[2]
    docs = [json.loads(made.data) for made in answers]
    # Of the file itself only the person's own proof and place differ, and in form not even these.
    for doc in docs:
        assert len(bytes.fromhex(doc.pop("proof"))) == 256
        assert doc.pop("index")["others"] == json.loads(answers[0].data)["index"]["others"]
    assert docs[0] == docs[1] == docs[2]
    assert re.sub("[0-9a-f]{512}", "", answers[0].data.decode()) == re.sub(
        "[0-9a-f]{512}", "", answers[2].data.decode()
    )


def test_e51_a_withheld_entry_counts_in_no_statement_but_in_the_public_total(mine: tuple[Office, str]) -> None:
    office, package = mine
    before = office.house.accounting().index.latest()
    seal(office, sealing(package, WITHHELD, '"until further notice"', rows="[0]"))
    made = make_root(office.house.accounting(), CLERK)
    one, two = numbers(office, package)
    desk = office.house.accounting()
    assert before is not None
    assert made.entries == before.entries == 4
    assert made.head.others != before.head.others
    assert [statement(desk, each).entries for each in (one, two)] == [0, 2]
    seal(office, "")
    make_root(office.house.accounting(), CLERK)
    assert statement(office.house.accounting(), one).entries == 2


@pytest.mark.parametrize(
    "text",
    [
        sealing("no-such-package", WITHHELD, '"until further notice"'),
        sealing("{package}", "nobody", "2099-01-01"),
        sealing("{package}", "act", "2099-01-01"),
        sealing("{package}", SEALED, '"until further notice"'),
        sealing("{package}", SEALED, '"some day"'),
        sealing("{package}", SEALED, "2099-01-01", two=CLERK),
        sealing("{package}", SEALED, "2099-01-01", two="person.nobody"),
        sealing("{package}", SEALED, "2099-01-01", two="person.doj.1"),
        sealing("{package}", SEALED, "2099-01-01", rows="[7]"),
        sealing("{package}", SEALED, "2099-01-01", rows="[]"),
        sealing("{package}", SEALED, "2099-01-01") + "more = 1\n",
        "seal = 1\n",
        "not toml",
    ],
)
def test_a_register_of_seals_that_cannot_be_followed_shows_nobody_anything(mine: tuple[Office, str], text: str) -> None:
    office, package = mine
    seal(office, text.replace("{package}", package))
    with pytest.raises(LawgateError):
        make_root(office.house.accounting(), CLERK)
    with pytest.raises(Refused, match="E_INDEX"):
        statement(still(office.house.accounting(), datetime.now(UTC) + timedelta(days=2)), nobody(office, package))


def test_what_is_no_number_here_is_not_looked_up_and_not_repeated(given: tuple[Office, str]) -> None:
    for text in ("", "12345678", "1234567890", "９" * 9, "123456789", "word"):
        with pytest.raises(Refused) as refused:
            statement(given[0].house.accounting(), text)
        assert refused.value.code == "E_NUMBER"
        assert not text or text not in str(refused.value)


def test_an_office_without_an_index_says_so(office: Office) -> None:
    with pytest.raises(LawgateError):
        statement(office.house.accounting(), "900000000")


def test_the_index_is_made_by_somebody_of_the_office(mine: tuple[Office, str]) -> None:
    for who in ("person.nobody", "person.doj.1"):
        with pytest.raises(Refused, match="E_PERSON"):
            make_root(mine[0].house.accounting(), who)
    assert make_root(mine[0].house.accounting(), CLERK).leaf > 0


def test_another_key_or_a_lost_entry_stops_the_index(mine: tuple[Office, str], tmp_path: Path) -> None:
    office, _ = mine
    key = office.folder / "keys" / "accounting-vrf.pem"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(LawgateError):
        make_root(office.house.accounting(), CLERK)
    key.write_bytes(kept)
    (held,) = office.folder.glob("batches/*/*.acc.bin")
    held.write_bytes(held.read_bytes()[:-1] + b"\xff")
    (office.folder / "accounting.sqlite").unlink()
    with pytest.raises(LawgateError):
        make_root(office.house.accounting(), CLERK)


def test_the_office_is_whole_after_all_of_it(mine: tuple[Office, str]) -> None:
    office, _ = mine
    make_root(office.house.accounting(), CLERK)
    assert office.broken() == []
    kinds = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert kinds.count("key-registered") == 3
    assert kinds.count("accounting-root") == 2


def test_i29_auditors_find_an_entry_under_somebody_else(mine: tuple[Office, str]) -> None:
    """Whoever moves an entry in the index, and makes it anew, has everybody's total right and one person's wrong."""
    office, _ = mine
    assert audit_index(office.house.accounting()) == []
    assert office.call("person", "audit").exit_code == 0
    with sqlite3.connect(office.folder / "accounting.sqlite") as con:
        con.execute("UPDATE entry SET value = ? WHERE row = 0 AND kind = 2", (b"\1" * 32,))
    assert len(audit_index(office.house.accounting())) == 2
    make_root(office.house.accounting(), CLERK)
    assert len(audit_index(office.house.accounting())) == 1
    assert office.call("person", "audit").exit_code == 1


def test_i29_an_entry_taken_out_of_the_index_is_missed_at_once(mine: tuple[Office, str]) -> None:
    office, package = mine
    with sqlite3.connect(office.folder / "accounting.sqlite") as con:
        con.execute("DELETE FROM entry WHERE row = 0 AND kind = 2")
    with pytest.raises(LawgateError):
        statement(office.house.accounting(), numbers(office, package)[0])
    # The step takes the hand-out's other row for the whole: the public count does not agree.
    with pytest.raises(LawgateError):
        make_root(office.house.accounting(), CLERK)
    assert audit_index(office.house.accounting()) != []
