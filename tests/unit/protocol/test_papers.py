# SPDX-License-Identifier: Apache-2.0
"""Review statements and manifests: one spelling each, read back exactly, anything else refused."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.model.fault import LawgateError, Refused
from lawgate.protocol import manifest as manifests
from lawgate.protocol import statement as statements
from lawgate.protocol.manifest import Manifest, Sealed
from lawgate.protocol.statement import Looked, Statement, set_commitment

SEEN = datetime(2030, 5, 6, 12, 0, 7, tzinfo=UTC)
PAPER = Statement(
    "req-1", "a" * 64, "person.r.1", "custodian.review", date(2030, 5, 6), "b" * 64, (Looked(4, True, SEEN),)
)
SHOWN = Manifest(
    "pkg-1", "req-1", "p1", "criminal_investigation", "agency", "rk-1", "e" * 64, ("p",), ("q",), ("f",), (2020,), 9,
    "b" * 64, "c" * 64, (Sealed("0001.age", "d" * 64, 300),),
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 2**40), st.booleans(), st.integers(0, 10**6))))
def test_a_statement_reads_back(rows) -> None:
    looked = tuple(Looked(row, kept, SEEN + timedelta(seconds=n)) for row, kept, n in rows)
    paper = replace(PAPER, looked=looked)
    assert statements.parse(statements.render(paper)) == paper
    assert paper.accepted == tuple(row for row, kept, _ in rows if kept)


def changed(data: bytes, **other: object) -> bytes:
    return json.dumps({**json.loads(data), **other}, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "other",
    [
        {"format": "lawgate-review-2"},
        {"more": 1},
        {"rows": [{"row": True, "verdict": "accept", "seen_at": "2030-05-06T12:00:07Z"}]},
        {"rows": [{"row": 4, "verdict": "yes", "seen_at": "2030-05-06T12:00:07Z"}]},
        {"rows": [{"row": 4, "verdict": "accept", "seen_at": "2030-05-06T12:00:07+00:00"}]},
        {"rows": [{"row": 4, "verdict": "accept", "seen_at": "2030-05-06T12:00:07Z", "why": ""}]},
        {"rows": [4]},
        {"rows": 4},
        {"day": "20300506"},
        {"batch": 4},
        {"set": None},
    ],
)
def test_another_statement_is_refused(other) -> None:
    with pytest.raises(Refused, match="review_form"):
        statements.parse(changed(statements.render(PAPER), **other))


@pytest.mark.parametrize("data", [b"", b"[]", b"4", b'"x"', b"\xff", b"[" * 100_000, b" " * (1 << 21)])
def test_no_bytes_break_the_readers(data: bytes) -> None:
    with pytest.raises(Refused):
        statements.parse(data)
    with pytest.raises(LawgateError):
        manifests.parse(data)


def test_a_manifest_reads_back_and_nothing_else() -> None:
    data = manifests.render(SHOWN)
    assert manifests.parse(data) == SHOWN
    for other in ({"format": "x"}, {"more": 1}, {"years": ["2020"]}, {"people": [1]}, {"batch_rows": True}, {"set": 1}):
        with pytest.raises(LawgateError):
            manifests.parse(changed(data, **other))
    with pytest.raises(LawgateError):
        manifests.parse(data + b" ")


def test_a_package_is_covered_under_every_name_of_who_asks_and_receives() -> None:
    parts = manifests.covered(SHOWN)
    assert {part.requester for part in parts} == {"agency", "p"}
    assert {part.recipient for part in parts} == {"agency", "rk-1", "p", "q"}
    assert {part.rows for part in parts} == {9}


def test_a_package_is_covered_under_every_id_of_its_people() -> None:
    parts = manifests.covered(SHOWN, lambda ids: {each + "-twin" for each in ids} | set(ids))
    assert {part.requester for part in parts} == {"agency", "p", "p-twin"}
    assert {part.recipient for part in parts} == {"agency", "rk-1", "p", "p-twin", "q", "q-twin"}


def test_a_set_is_its_rows_in_order() -> None:
    one, two = b"\x01" * 32, b"\x02" * 32
    assert len({set_commitment(each) for each in ([], [one], [two], [one, two], [two, one])}) == 5
