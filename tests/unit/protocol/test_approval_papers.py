# SPDX-License-Identifier: Apache-2.0
"""Approvals, objections and registrations of keys: one spelling each, read back exactly, anything else refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.model.fault import Faulty
from lawgate.protocol import approval as approvals
from lawgate.protocol import recipient_key as keys
from lawgate.protocol.approval import Approval, Objection, may_be_said
from lawgate.protocol.recipient_key import Registration, challenge_text, fingerprint_of

SAID = datetime(2030, 5, 6, 12, 0, 7, tzinfo=UTC)
APPROVAL = Approval(
    "pkg-1", "a" * 64, "b" * 64, ("c" * 64, "d" * 64), "person.c.3", "custodian.counsel", "legal", "e" * 64, SAID
)
OBJECTION = Objection("pkg-1", "a" * 64, "person.c.4", "No reasons.\n", SAID, "f" * 64)
KEY = Registration(
    "rk-1", "us.agency-a", "age1x", "a" * 64, "b" * 64, "person.a.2", "voice", fingerprint_of("age1x"),
    ("person.c.11", "person.c.12"), SAID,
)  # fmt: skip
KINDS: list[tuple[object, Callable[..., bytes], Callable[[bytes], object], str]] = [
    (APPROVAL, approvals.render, approvals.parse, "E_APPROVAL_FORM"),
    (OBJECTION, approvals.render_objection, approvals.parse_objection, "E_OBJECTION_FORM"),
    (KEY, keys.render, keys.parse, "E_KEY_FORM"),
]
kinds = pytest.mark.parametrize(("paper", "write", "read", "code"), KINDS, ids=["approval", "objection", "key"])


def refused(read: Callable[[bytes], object], data: bytes) -> str:
    with pytest.raises(Faulty) as faulty:
        read(data)
    return faulty.value.faults[0].code


@kinds
def test_a_paper_reads_back(paper, write, read, code) -> None:
    assert read(write(paper)) == paper
    assert json.loads(write(paper))["format"].startswith("lawgate-")


@kinds
def test_any_other_spelling_is_refused(paper, write, read, code) -> None:
    good = write(paper)
    known = json.loads(good)
    for key in known:
        assert refused(read, _plain({k: v for k, v in known.items() if k != key})) == code
        assert refused(read, _plain({**known, key: 7})) == code
        assert refused(read, _plain({**known, key: [[]]})) == code
    for spoilt in (b"", b"[]", b"null", b"7", good + b"\n", b" " + good, good[:-1], b"\xff" + good, b"[" * 100_000):
        assert refused(read, spoilt) == code
    assert refused(read, _plain({**known, "more": 1})) == code
    assert refused(read, json.dumps(known).encode()) == code
    assert refused(read, _plain({**known, "said_at": "2030-05-06T12:00:07+00:00"})) == code
    assert refused(read, _plain({**known, "format": "lawgate-approval-2"})) == code


def _plain(value: dict[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@kinds
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_one_byte_changed_is_refused_or_says_something_else(paper, write, read, code, place: int, byte: int) -> None:
    good = write(paper)
    at = place % len(good)
    spoilt = good[:at] + bytes([byte]) + good[at + 1 :]
    try:
        found = read(spoilt)
    except Faulty as faulty:
        assert faulty.faults[0].code == code
    else:
        assert (found == paper) == (spoilt == good)


@pytest.mark.parametrize(
    "other",
    [{"role": "manager"}, {"objections": ("d" * 64, "c" * 64)}, {"objections": ("c" * 64, "c" * 64)}],
    ids=["role", "order", "twice"],
)
def test_an_approval_says_only_what_can_be_said(other: dict[str, object]) -> None:
    assert refused(approvals.parse, approvals.render(replace(APPROVAL, **other))) == "E_APPROVAL_FORM"


def test_a_channel_is_one_of_three() -> None:
    assert refused(keys.parse, keys.render(replace(KEY, channel="e-mail"))) == "E_KEY_FORM"


@pytest.mark.parametrize("text", ["", " \n\t", "a\x1b[2Jb", "a\rb", "a\x00b", "a\u202eb", "\u00e9" * 40_000])
def test_a_text_that_cannot_be_shown_is_no_objection(text: str) -> None:
    assert not may_be_said(text)
    assert refused(approvals.parse_objection, approvals.render_objection(replace(OBJECTION, text=text)))


def test_words_of_any_language_are() -> None:
    assert may_be_said("Los motivos son los mismos en todas las filas.\n\t— más de una vez —\n")


def test_a_fingerprint_is_of_this_text_alone() -> None:
    assert fingerprint_of("age1x") != fingerprint_of("age1y")
    assert [len(group) for group in fingerprint_of("age1x").split(" ")] == [4] * 8


def test_a_challenge_names_what_it_is_for() -> None:
    said = challenge_text("rk-1", "age1x", "00")
    assert said.startswith(b"lawgate-challenge-1\nkey rk-1\n")
    assert fingerprint_of("age1x").encode() in said
    assert len({said, challenge_text("rk-2", "age1x", "00"), challenge_text("rk-1", "age1y", "00")}) == 3
