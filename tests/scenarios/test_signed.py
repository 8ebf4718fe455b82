# SPDX-License-Identifier: Apache-2.0
"""Some edge cases from the very beginning: three files and a signature, read by the parser in its own process."""

import base64
import csv
import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lawgate.decide.explain import outside
from lawgate.decide.find import request_letters
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.parser.driver import ChildParser
from lawgate.law.registers import read_registers
from lawgate.model.layout import Column
from lawgate.model.request import Registers
from lawgate.office.bench import request_facts
from lawgate.ports.engine import Plan
from scenarios.bench import ADDRESSES, LAYOUT, NAMES, Result, keep_records, rulebook, run
from scenarios.book import Scenario, Table, read_edges
from scenarios.test_edge import agree_with

BOOK = read_edges()
BY_ID = {e.id: e for e in (*BOOK.edges, *BOOK.beside)}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
COVER = """format = "lawgate-request-1"
request_id = "req-2025-0048"
provision = "{provision}"
agency = "{agency}"
signer = "person.signer.1"
office = "{office}"
signed_at = {signed_on}T14:00:00-04:00
contact = "person.doj.9"
purpose = "{purpose}"
sole_use = {sole_use}
agreement = "{agreement}"
recipient_key = "rk-1"
fields = ["mailing_address"]
[files]
"cases.csv" = {{ sha256 = "{cases}", rows = {case_count} }}
"rows.csv" = {{ sha256 = "{rows}", rows = {row_count} }}
"""
PEOPLE = """[[person]]
id = "person.signer.1"
name = "Somebody Invented"
key = "{key}"
holds = [{{ office = "{office}", agency = "{agency}", from = 2024-01-01, to = "until further notice" }}]
"""
SAFEGUARDS = """[[safeguard]]
agency = "{agency}"
approved_on = 2024-06-01
to = "until further notice"
source = "an invented review"
"""
STAFF = """[[staff]]
agency = "{agency}"
from = 2024-01-01
to = "until further notice"
source = "an invented list"
people = {people}
"""
ORDER = """[[order]]
id = "co-1"
request = "req-2025-0048"
provision = "{provision}"
agencies = {agencies}
rows = {rows}
years = {years}
from = {from}
to = {to}
read_by = "person.custodian.7"
[order.states]
"""

RECEIVED = datetime(2026, 1, 5, 12, tzinfo=UTC)


def text(columns: tuple[Column, ...], tables: list[Table]) -> bytes:
    """A CSV file as the request format wants it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.name for c in columns])
    writer.writerows([[t[c.name] for c in columns] for t in tables])
    return out.getvalue().encode()


def send(edge: Scenario, folder: Path) -> Path:
    """The four files of a request with what the scenario gives, signed."""
    cover, cases, rows = BOOK.cover(edge.given), BOOK.cases(edge.given), BOOK.rows(edge.given)
    made = {"cases": text(LAYOUT.cases, cases), "rows": text(LAYOUT.rows, rows)}
    digests = {k: hashlib.sha256(v).hexdigest() for k, v in made.items()}
    counts = {"case_count": len(cases), "row_count": len(rows)}
    said = cover | digests | counts | {"sole_use": str(cover["sole_use"]).lower()}
    signed = COVER.format(**said).encode()
    folder.mkdir(parents=True)
    (folder / "cover.toml").write_bytes(signed)
    (folder / "cover.toml.sig").write_bytes(base64.b64encode(KEY.sign(signed)) + b"\n")
    for name, data in made.items():
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def paper(order: Table) -> bytes:
    """The register of orders with the one that came with the request; empty when none came."""
    said = "".join(f'{k} = "{v}"\n' for k, v in order.get("states", {}).items())
    return (ORDER.format(**order) + said).encode() if order else b""


def registers(cover: Table, order: Table | None = None) -> Registers:
    """The custodian's registers, in which the signer holds the office of the cover."""
    return read_registers(
        {
            "people.toml": PEOPLE.format(key=PUBLIC, **cover).encode(),
            "recipients.toml": b"",
            "safeguards.toml": SAFEGUARDS.format(**cover).encode(),
            "court_orders.toml": paper(order or {}),
            "staff.toml": "".join(STAFF.format(agency=a, people=p) for a, p in BOOK.usual["staff"].items()).encode(),
        }
    )


def receive_and_decide(edge: Scenario, folder: Path, known: Registers, day: date) -> Result:
    """Parse the request in `folder/request` and decide it, with facts the office makes itself."""
    room = folder / "room"
    room.mkdir()
    parsed = ChildParser().parse(folder / "request", room, LAYOUT, day)
    assert parsed.faults == ()
    assert parsed.cover is not None and parsed.signature is not None
    law = rulebook(parsed.cover.signed_on)
    provision = law.provision(parsed.cover.provision)
    assert provision is not None
    facts = request_facts(verify, parsed.cover_bytes, parsed.signature, parsed.cover, known, law, RECEIVED)
    officers = known.officers(parsed.cover.agency, parsed.cover.signed_on)
    letters = request_letters(provision, facts)
    order = known.order_of(parsed.cover.request_id)
    plan = Plan(provision, law, ADDRESSES, NAMES, facts, parsed.cover.agency, letters, officers, order)
    keyed = keep_records(BOOK.people(edge.given), folder)
    return run(plan, room, keyed, parsed.cover.fields, [])


PAPERS = ["E48-by-order", "E48-order-not-sent", "E48-agreement"]


@pytest.mark.parametrize("name", ["E1", "E2", "E18", "E48", "E19-hidden-recipient", *PAPERS])
def test_from_signed_files(name: str, tmp_path: Path) -> None:
    edge = BY_ID[name]
    cover = BOOK.cover(edge.given)
    send(edge, tmp_path / "request")
    known = registers(cover, BOOK.court_order(edge.given))
    agree_with(edge, receive_and_decide(edge, tmp_path, known, cover["signed_on"]))


def test_a_cover_changed_after_signing_is_refused(tmp_path: Path) -> None:
    edge = BY_ID["E48"]
    cover = BOOK.cover(edge.given)
    path = send(edge, tmp_path / "request") / "cover.toml"
    path.write_bytes(path.read_bytes().replace(b"person.doj.9", b"person.doj.8"))
    result = receive_and_decide(edge, tmp_path, registers(cover), cover["signed_on"])
    (row,) = result.rows
    assert outside(result.provision, row.decision) == ("signature_does_not_hold",)
    assert str(row.decision.outcome) == "DENY"
    assert not row.looked


def test_a_signer_whose_office_ended_yesterday_is_refused(tmp_path: Path) -> None:
    edge = BY_ID["E48"]
    cover = BOOK.cover(edge.given)
    send(edge, tmp_path / "request")
    known = registers(cover)
    (person,) = known.people.values()
    (held,) = person.holds
    ended = replace(held, span=replace(held.span, end=cover["signed_on"]))
    former = replace(known, people={person.id: replace(person, holds=(ended,))})
    (row,) = receive_and_decide(edge, tmp_path, former, cover["signed_on"]).rows
    assert str(row.decision.outcome) == "DENY"
    assert not row.looked


def test_rows_of_one_batch_do_not_touch_each_other(tmp_path: Path) -> None:
    people = [{"who": "rosa"}, {"who": "luis_1"}, {"who": "peter"}, {"who": "dana"}]
    rows: list[Table] = [
        {"about": "rosa", "row_id": "row-1"},
        {"about": "dana", "row_id": "row-2"},
        {"about": "peter", "row_id": "row-3", "addr_line1": "UNKNOWN"},
        {"about": "luis_1", "row_id": "row-4", "addr_line2": ""},
        {"about": "peter", "row_id": "row-5", "tin": "", "role": "relative"},
    ]
    together = Scenario("E0", "", {"people": people, "rows": rows}, {}, {}, "")
    outcomes = decided(together, tmp_path / "together")
    assert [o[0] for o in outcomes] == ["REQUIRE", "REQUIRE", "RETURN_FOR_CURE", "HOLD", "DENY"]
    for number, row in enumerate(rows):
        alone = replace(together, given={"people": people, "row": row})
        assert decided(alone, tmp_path / f"alone-{number}") == [outcomes[number]]


def decided(edge: Scenario, folder: Path) -> list[tuple[str, list[int], int]]:
    """Row outcome, years granted and record of every row, from signed files."""
    cover = BOOK.cover(edge.given)
    send(edge, folder / "request")
    rows = receive_and_decide(edge, folder, registers(cover), cover["signed_on"]).rows
    return [(str(r.decision.row_outcome), [g.year for g in r.decision.grants], r.record) for r in rows]
