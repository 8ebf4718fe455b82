# SPDX-License-Identifier: Apache-2.0
"""Papers of notice: one printer, one parser, any other spelling refused; the register of parties."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.law.notice_parties import read_notice_parties
from lawgate.model.fault import Faulty, Refused
from lawgate.protocol.notice import (
    HOWS,
    Addressed,
    Named,
    Notice,
    Receipt,
    Served,
    bounce_of,
    digest_of,
    parse_notice,
    parse_receipt,
    parse_served,
    print_notice,
    print_receipt,
    print_served,
)

AT = datetime(2025, 9, 26, 20, 0, tzinfo=UTC)
NOTICE = Notice(
    package="batch-1-p01",
    set="a" * 64,
    people=2,
    provision="prov",
    citation="A Statute 1",
    recipient="us.made-up",
    orders=(Named("order-notice", "A Court", "1:30-cv-1", 24),),
    parties=(Addressed("court", ("clerk",)), Addressed("org", ("hook", "mail"))),
    parties_register="b" * 64,
    made_at=AT,
)
SERVED = Served(digest_of(print_notice(NOTICE)), "org", "mail", "hand", AT, "person.custodian.1", "")
RECEIPT = Receipt(SERVED, b"\1" * 64)
PRINTED = [
    (print_notice, parse_notice, NOTICE),
    (print_served, parse_served, SERVED),
    (print_receipt, parse_receipt, RECEIPT),
]
IDS = st.from_regex(r"[a-z][a-z.-]{0,20}", fullmatch=True)


@pytest.mark.parametrize(("show", "read", "value"), PRINTED)
def test_what_is_printed_is_read_back(show, read, value) -> None:
    assert read(show(value)) == value


@pytest.mark.parametrize(("show", "read", "value"), PRINTED)
def test_any_other_spelling_is_refused(show, read, value) -> None:
    data = show(value)
    plain = json.loads(data)
    others = [
        data + b"\n",
        b" " + data,
        data.replace(b":", b": ", 1),
        json.dumps({**plain, "more": 1}, sort_keys=True, separators=(",", ":")).encode(),
        json.dumps({k: v for k, v in plain.items() if k != "format"}, sort_keys=True, separators=(",", ":")).encode(),
        json.dumps({**plain, "format": "lawgate-other-1"}, sort_keys=True, separators=(",", ":")).encode(),
        b"",
        b"[]",
        b"1",
        b"null",
        data[:-1],
        data.replace(b"a", b"\\u0061", 1),
        b"[" * 100_000,
        data + b" " * (1 << 20),
    ]
    for other in others:
        with pytest.raises(Refused, match="notice_form"):
            read(other)


@pytest.mark.parametrize(
    "change",
    [
        {"orders": ()},
        {"parties": ()},
        {"parties": (Addressed("court", ()),)},
        {"parties": (Addressed("court", ("a",)), Addressed("court", ("b",)))},
        {"set": "A" * 64},
        {"people": -1},
        {"people": True},
        {"package": ""},
        {"citation": "two\nlines"},
        {"citation": " "},
        {"recipient": "900-00-0001"},
        {"orders": (Named("order-notice", "A Court", "1:30-cv-1", -1),)},
    ],
)
def test_a_notice_that_says_too_little_is_never_printed(change) -> None:
    with pytest.raises(Refused, match="notice_form"):
        print_notice(replace(NOTICE, **change))


@pytest.mark.parametrize("change", [{"how": "phone"}, {"evidence": "x"}, {"by": ""}, {"notice": ""}])
def test_a_statement_that_says_something_else_is_never_printed(change) -> None:
    with pytest.raises(Refused, match="notice_form"):
        print_served(replace(SERVED, **change))
    with pytest.raises(Refused, match="notice_form"):
        print_receipt(Receipt(SERVED, b"\1" * 63))


@given(
    IDS,
    st.sampled_from(HOWS),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.binary(min_size=64, max_size=64),
)
def test_every_receipt_is_read_back(name: str, how: str, at: datetime, signature: bytes) -> None:
    moment = at.replace(microsecond=0, tzinfo=UTC)
    made = Receipt(replace(SERVED, party=name, address=name, how=how, served_at=moment, by=name), signature)
    assert parse_receipt(print_receipt(made)) == made


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_refuse(data: bytes) -> None:
    for _, read, _ in PRINTED:
        with pytest.raises(Refused, match="notice_form"):
            read(data)


def test_a_bounce_names_notice_party_and_address() -> None:
    assert bounce_of(17, "org", "mail") == "17/org/mail"


REGISTER = """[[party]]
id = "org"
name = "An Organisation"
kind = "organisation"
counsel = "Counsel"
registrars = ["person.a", "person.b"]
[[party.address]]
id = "mail"
kind = "smtp"
where = "counsel@organisation.example"
from = 2025-01-01
to = 2026-01-01
[[party.address]]
id = "hook"
kind = "webhook"
where = "https://organisation.example/notice"
key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
from = 2025-06-01
to = "until further notice"
"""


def parties(text: str):
    return read_notice_parties({"notice_parties.toml": text.encode()})


def test_addresses_count_on_their_days() -> None:
    found = parties(REGISTER).parties["org"]
    assert [each.id for each in found.on(date(2025, 3, 1))] == ["mail"]
    assert [each.id for each in found.on(date(2025, 7, 1))] == ["mail", "hook"]
    assert [each.id for each in found.on(date(2026, 1, 1))] == ["hook"]
    assert found.addresses[1].key == base64.b64decode("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")


def test_without_a_register_nobody_can_be_given_notice() -> None:
    assert not read_notice_parties({}).parties
    assert parties(REGISTER).digest != read_notice_parties({}).digest


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('id = "org"', 'id = "Org"'),
        ('counsel = "Counsel"\n', ""),
        ('kind = "organisation"', 'kind = "person"'),
        ('["person.a", "person.b"]', '["person.a", "person.a"]'),
        ('["person.a", "person.b"]', '"person.a"'),
        ('id = "hook"', 'id = "mail"'),
        ('kind = "smtp"', 'kind = "fax"'),
        ('kind = "smtp"', 'kind = "webhook"'),
        ("counsel@organisation.example", "counsel@organisation.example, other@example.org"),
        ("counsel@organisation.example", "nobody"),
        ("https://", "ftp://"),
        ("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "AQE="),
        ('kind = "webhook"\nwhere = "https://organisation.example/notice"', 'kind = "paper"\nwhere = "a counter"'),
        ("from = 2025-06-01\n", ""),
        ('counsel = "Counsel"', 'counsel = "Counsel"\nmore = 1'),
        ("[[party]]", "[[parties]]"),
    ],
)
def test_a_party_that_cannot_be_read_is_a_fault(was: str, becomes: str) -> None:
    assert was in REGISTER
    with pytest.raises(Faulty):
        parties(REGISTER.replace(was, becomes, 1))


def test_a_party_stands_once_and_has_an_address() -> None:
    for text in (REGISTER * 2, REGISTER.split("[[party.address]]", maxsplit=1)[0], "party = 1", "party = [1]", "x"):
        with pytest.raises(Faulty):
            parties(text)
