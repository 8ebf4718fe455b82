# SPDX-License-Identifier: Apache-2.0
"""Stage leaves: one spelling, fixed fields, and no room for prose or a nine-digit number."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from lawgate.ledger import leaf as leaves
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import FIELDS, fits

AT = "2025-09-25T13:30:00Z"
SAMPLES = {
    "digest": "ab" * 32,
    "id": "Batch-1/part:2@x=3+4",
    "code": "e2.b.iv",
    "day": "2025-09-25",
    "instant": AT,
    "count": 42_695,
    "number": 2**53 - 1,
    "flag": True,
}
KINDS = [
    "start",
    "request",
    "parse",
    "decision-batch",
    "redecision",
    "review",
    "approval",
    "objection",
    "notice",
    "receipt",
    "prepared",
    "handout",
    "barred",
    "sent",
    "ack",
    "order-bar",
    "in-force",
    "order-act",
    "act-notice",
    "act-receipt",
    "lift",
    "policy-proposed",
    "policy-explained",
    "policy-active",
    "key-registered",
    "key-revoked",
    "accounting-root",
    "audit-read",
    "history-read",
    "history-audit",
    "recall",
    "recall-demand",
    "recall-answer",
    "freeze-notice",
    "use-certificate",
    "alarm",
    "shard-close",
]


def sample(kind: str) -> StageLeaf:
    body = {}
    for name, type_ in FIELDS[kind].items():
        value = SAMPLES[type_.rstrip("?*")]
        body[name] = [value] if type_.endswith("*") else value
    return StageLeaf(kind, AT, body)


def test_the_kinds_are_the_settled_ones() -> None:
    assert sorted(FIELDS) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip(kind: str) -> None:
    data = sample(kind).render()
    assert leaves.parse(data) == sample(kind)
    assert leaves.parse(data).render() == data
    assert json.loads(data) == {"kind": kind, "v": 1, "at": AT, **sample(kind).body}
    assert data.decode() == json.dumps(json.loads(data), sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_too_many_or_too_few_is_refused(kind: str) -> None:
    whole = dict(sample(kind).body)
    for name in whole:
        with pytest.raises(MalformedError, match="leaf_fields"):
            StageLeaf(kind, AT, {key: value for key, value in whole.items() if key != name})
    with pytest.raises(MalformedError, match="leaf_fields"):
        StageLeaf(kind, AT, {**whole, "remark": "ok"})


GOOD = StageLeaf("alarm", AT, {"code": "clock", "subject": "", "detail": ""}).render().decode()
BAD_BYTES = [
    "",
    "{}",
    "null",
    "[]",
    GOOD + "\n",
    " " + GOOD,
    GOOD + GOOD,
    GOOD.replace(":", ": ", 1),
    GOOD.replace('"v":1', '"v":2'),
    GOOD.replace('"v":1', '"v":1.0'),
    GOOD.replace('"v":1', '"v":true'),
    GOOD.replace('"v":1', '"v":"1"'),
    GOOD.replace('"v":1', '"v":01'),
    GOOD.replace(',"v":1', ""),
    GOOD.replace('"kind":"alarm"', '"kind":"alert"'),
    GOOD.replace('"kind":"alarm",', ""),
    GOOD.replace('"code":"clock"', '"code":"clock","code":"clock"'),
    GOOD.replace('"code":"clock"', '"code":"cl\\u006fck"'),
    GOOD.replace('"code":"clock"', '"code":null'),
    GOOD.replace('"code":"clock"', '"code":["clock"]'),
    GOOD.replace('"code":"clock"', '"code":{"a":"b"}'),
    GOOD.replace('"code":"clock"', '"code":"cl\u00f6ck"'),
    GOOD.replace('"code":"clock",', '"code":"clock",,'),
    GOOD.replace("}", ",}"),
    GOOD.replace("}", ""),
    GOOD.replace("{", "{{"),
    '{"at":"' + AT + '","kind":"alarm","code":"clock","detail":"","subject":"","v":1}',
    '{"orders":["a","b"',
    '{"orders":["a",]}',
    '{"orders":["a" "b"]}',
]


@pytest.mark.parametrize("text", BAD_BYTES)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        leaves.parse(text.encode())


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("code", "failed to provide"),
        ("id", "Failed to Provide"),
        ("id", "12 Main St"),
        ("id", "a,b"),
        ("id", "é"),
        ("id", ""),
        ("id", "x" * 129),
        ("id", "<b>"),
        ("id", "a\n"),
        ("id", "900456789"),
        ("id", "900-45-6789"),
        ("id", "tin:900-45-6789"),
        ("id", "900.45.6789"),
        ("code", "900456789"),
        ("code", "x_y-900456789.z"),
        ("code", "A"),
        ("digest", "ab" * 31),
        ("digest", "AB" * 32),
        ("digest", ""),
        ("day", "2025-02-30"),
        ("day", "2025-2-3"),
        ("instant", "2025-09-25T13:30:00+00:00"),
        ("instant", "2025-09-25T13:30:60Z"),
        ("instant", "2025-09-25T13:30Z"),
        ("instant", "2025-09-25 13:30:00Z"),
        ("count", 100_000_000),
        ("count", -1),
        ("count", True),
        ("count", "1"),
        ("number", 2**53),
        ("flag", 1),
        ("id*", "ab"),
        ("id*", ["x"] * 257),
        ("id*", ["two words"]),
        ("id*", [1]),
        ("id", 1),
        ("nothing", "x"),
    ],
)
def test_values_outside_their_type(type_: str, value: object) -> None:
    assert not fits(type_, value)


def test_values_at_the_edge_of_their_type() -> None:
    for type_, value in (("id", "x" * 128), ("id?", ""), ("id*", []), ("count", 99_999_999), ("id", "b-202509251")):
        assert fits(type_, value) == (value != "b-202509251")
    assert fits("id", "b-20250925")


def test_refusals_do_not_repeat_the_value() -> None:
    with pytest.raises(MalformedError) as caught:
        StageLeaf("alarm", AT, {"code": "clock", "subject": "900-45-6789", "detail": ""})
    assert str(caught.value) == "leaf_value at alarm.subject"


def test_fields_are_read_by_type() -> None:
    leaf = sample("order-bar")
    assert leaf.text("order") == SAMPLES["id"]
    assert leaf.texts("effects") == (SAMPLES["code"],)
    assert sample("handout").number("prepared_leaf") == 2**53 - 1
    for call in (lambda: leaf.text("effects"), lambda: leaf.texts("order"), lambda: leaf.number("provisional")):
        with pytest.raises(TypeError):
            call()


def test_instants_are_utc() -> None:
    east = datetime(2025, 9, 25, 9, 30, tzinfo=timezone(timedelta(hours=-4)))
    assert instant(east) == AT
    assert instant(datetime(2025, 9, 25, 13, 30, 0, 999_999, tzinfo=UTC)) == AT
    with pytest.raises(ValueError, match="offset"):
        instant(datetime(2025, 9, 25))
