# SPDX-License-Identifier: Apache-2.0
"""Requests that are not proper: who signed, whether the signature holds, what is malformed, no law in force."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from journeys.office import AS_OF, BOOK, SEED, Office, rewritten, sent
from lawgate.office.adjudicate import decide_batch
from lawgate.office.intake import receive
from lawgate.ports.columns import Columns
from lawgate.ports.records import RecordsRoom, RecordStore
from lawgate_lab.played import signing_key


class Watched:
    """The record store, and how many claims it was ever asked about."""

    def __init__(self, real: RecordStore) -> None:
        self.real, self.claims = real, 0

    @property
    def manifest(self) -> str:
        return self.real.manifest

    def candidates(self, claims: Columns, fields: tuple[str, ...]) -> Columns:
        table = pa.table(claims)
        self.claims += table.num_rows
        return self.real.candidates(table, fields)


class WatchedRoom:
    """The imports of the office; every store it gave out is remembered."""

    def __init__(self, real: RecordsRoom) -> None:
        self.real, self.stores = real, list[Watched]()

    def current(self) -> str:
        return self.real.current()

    def at(self, manifest: str, day: date) -> Watched:
        self.stores.append(Watched(self.real.at(manifest, day)))
        return self.stores[-1]


def decided_blind(office: Office, request: Path) -> str:
    """Receive and decide; not one claim may reach the records."""
    desk = office.house.decide
    room = WatchedRoom(desk.records)
    batch = receive(office.house.intake, request).batch.id
    decide_batch(replace(desk, records=room), batch, AS_OF)
    assert sum(store.claims for store in room.stores) == 0
    assert room.stores
    return batch


def all_denied(office: Office, batch: str, rows: int, code: tuple[str, str]) -> None:
    assert [(row["row_outcome"], row["outcome"], row["record"]) for row in office.rows(batch)] == [
        ("DENY", "DENY", 0)
    ] * rows
    assert all(("request", *code) in found for found in office.failed(batch))
    assert all(record["grants"] == [] for record in office.patterns(batch))


def test_a_deputy_cannot_sign(office: Office, tmp_path: Path) -> None:
    def by_the_deputy(cover: str) -> str:
        cover = cover.replace("us.doj.attorney", "us.dhs.deputy").replace("person.doj.1", "person.dhs.3")
        return cover.replace('"us.doj"', '"us.dhs"').replace("rk-doj-1", "rk-dhs-1")

    request = rewritten(office.lab / "proper", tmp_path / "deputy", by_the_deputy)
    all_denied(office, decided_blind(office, request), 3, ("i2.A.requester", "office_may_not_sign"))


WRITING = ("i2.B.writing", "signature_does_not_hold")


@pytest.mark.parametrize(
    ("was", "now"),
    [("person.doj.2", "person.doj.3"), ("10:00:00", "10:00:01"), ("criminal_i", "criminal_j"), ("req-", "rep-")],
)
def test_one_byte_of_the_cover_differs_from_what_was_signed(office: Office, tmp_path: Path, was: str, now: str) -> None:
    request = rewritten(office.lab / "proper", tmp_path / "bent")
    raw = (request / "cover.toml").read_text()
    (request / "cover.toml").write_text(raw.replace(was, now, 1))
    all_denied(office, decided_blind(office, request), 3, WRITING)


@pytest.mark.parametrize("signer", ["person.doj.2", "person.dhs.1", "person.nobody"])
def test_another_ones_signature(office: Office, tmp_path: Path, signer: str) -> None:
    request = rewritten(office.lab / "proper", tmp_path / "other", signer=signer)
    all_denied(office, decided_blind(office, request), 3, WRITING)


def test_a_signature_over_something_else(office: Office, tmp_path: Path) -> None:
    request = rewritten(office.lab / "proper", tmp_path / "else")
    signature = signing_key(SEED, "person.doj.1").sign(b"something else")
    (request / "cover.toml.sig").write_bytes(base64.b64encode(signature) + b"\n")
    all_denied(office, decided_blind(office, request), 3, WRITING)


def test_with_no_provision_every_row_is_denied(office: Office) -> None:
    book = office.folder / "rulebooks" / BOOK
    # What is said of a provision's elements goes with it: a rulebook that names lost elements does not load.
    for file in (f for part in ("provisions", "readings", "practices") for f in (book / part).glob("*.toml")):
        file.unlink()
    (book / "untranslatable.toml").unlink()
    batch = decided_blind(office, office.lab / "thirty")
    assert {(row["row_outcome"], row["outcome"]) for row in office.rows(batch)} == {("DENY", "DENY")}
    assert len(office.rows(batch)) == 30
    rows, _ = sent(office.lab / "thirty")
    told = office.call("explain", batch, rows[0]["row_id"])
    assert (told.exit_code, "none is in force" in told.output) == (0, True)


def spoiled(data: bytes, changes: Sequence[tuple[int, bytes, bytes]]) -> bytes:
    """The CSV with the first occurrence of some bytes exchanged on some lines (the header is line 0)."""
    lines = data.split(b"\n")
    for line, was, now in changes:
        assert was in lines[line]
        lines[line] = lines[line].replace(was, now, 1)
    return b"\n".join(lines)


BAD = [
    (2, b",subject,", b",victim,"),
    (5, b"case-doj-", b"case-dod-"),
    (7, b"r0000", b"r 000"),
    (11, b",subject,", b",subject,,"),
    (19, b",subject,", b",subject,\x07"),
    (23, b"r00000023", b"r00000022"),
]


def test_accepted_and_rejected_are_all_that_was_sent(office: Office, tmp_path: Path) -> None:
    request = rewritten(office.lab / "thirty", tmp_path / "bad", rows=lambda data: spoiled(data, BAD))
    done = office.call("request", "receive", request)
    assert "30 sent = 24 accepted + 6 rejected" in done.stdout, done.output
    batch = done.stdout.split(":")[0]
    told = [line for line in done.stderr.splitlines() if line.startswith("E_")]
    assert len(told) >= 6
    decide_batch(office.house.decide, batch, AS_OF)
    kept = {row["row_id"] for row in office.rows(batch)}
    rows, _ = sent(office.lab / "thirty")
    assert kept == {row["row_id"] for at, row in enumerate(rows, 1) if at not in {line for line, _, _ in BAD}}
    assert f"{batch}  decided  sent 30  accepted 24  rejected 6" in office.call("status").output
    assert office.broken() == []


def test_a_file_that_is_not_text_is_rejected_whole(office: Office, tmp_path: Path) -> None:
    spoilt = [(19, b",subject,", b",subject,\xff")]
    request = rewritten(office.lab / "thirty", tmp_path / "bad", rows=lambda data: spoiled(data, spoilt))
    done = office.call("request", "receive", request)
    assert (done.exit_code, "refused; 30 sent = 0 accepted + 30 rejected" in done.stdout) == (1, True)
    batch = done.stdout.split(":")[0]
    assert "not done: E_BATCH" in office.call("decide", batch).stderr
    assert list((office.folder / "batches").iterdir()) == []
