# SPDX-License-Identifier: Apache-2.0
"""Order files that are refused, each with the place and all faults at once."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from lawgate.docket.reading import entered_as, read_order
from lawgate.docket.standing import digest
from lawgate.model.fault import Faulty
from unit.release.desk import START, an_order, an_order_text

GOOD = an_order_text()


def codes(text: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Faulty) as faulty:
        read_order(text, "f")
    return [(fault.code, fault.column) for fault in faulty.value.faults]


def test_a_good_order_is_read() -> None:
    assert read_order(GOOD, "f") == an_order()


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        (b'"order-1"', b'"Order 1"', "order_value", "id"),
        (b'"order-1"', b'"order-900-00-0001"', "order_value", "id"),
        (b'"order-1"', b'"o"', "order_value", "id"),
        (b'"a note"', b'"a\\nnote"', "order_value", "note"),
        (b'"a note"', b'"a\\u202enote"', "order_value", "note"),
        (b'"a note"', b'"cafe\\u0301"', "order_value", "note"),
        (b'"until further notice"', b'"forever"', "order_value", "ends"),
        (b'"until further notice"', b"2030-05-06T14:00:00+00:00", "order_dates", "ends"),
        (b'"until further notice"', b"2031-05-06T14:00:00", "order_value", "ends"),
        (b'"until further notice"', b"2031-05-06", "order_value", "ends"),
        (b"learned_at = 2030", b"learned_at = 2031", "order_dates", "learned_at"),
        (b'kind = "stay"', b'kind = ""', "order_value", "kind"),
        (b'kind = "stop"', b'kind = "go"', "order_value", "effect 1: kind"),
        (b'fields = "every"', b"fields = []", "order_value", "effect 1: fields"),
        (b'fields = "every"', b'fields = ["every"]', "order_value", "effect 1: fields"),
        (b'fields = "every"', b'fields = ["a", "a"]', "order_value", "effect 1: fields"),
        (b'fields = "every"', b'fields = ["*"]', "order_value", "effect 1: fields"),
        (b'fields = "every"', b'fields = "all"', "order_value", "effect 1: fields"),
        (b'fields = "every"', b"fields = [{ a = 1 }]", "order_value", "effect 1: fields"),
        (b'years = "every"', b"years = [2020.0]", "order_value", "effect 1: years"),
        (b'years = "every"', b"years = [true]", "order_value", "effect 1: years"),
        (b"rows_at_least = 0", b"rows_at_least = -1", "order_value", "effect 1: rows_at_least"),
        (b"rows_at_least = 0", b"rows_at_least = false", "order_value", "effect 1: rows_at_least"),
        (b"rows_at_least = 0\n", b"rows_at_least = 0\nexcept = 1\n", "order_key_unknown", "effect 1"),
        (b"[[effect]]", b"[effect]", "order_value", "effect"),
        (b"[[effect]]", b"[[effects]]", "order_key_missing", "effect"),
        (b"rows_at_least = 0\n", b"", "order_key_missing", "effect 1: rows_at_least"),
        (b"+00:00", b"Z", "order_spelling", ""),
        (b"\n", b"\r\n", "order_spelling", ""),
        (b'"a note"', b"'a note'", "order_spelling", ""),
        (b'note = "a note"', b'note = "a note" # really', "order_spelling", ""),
        (b"\n[[effect]]", b"[[effect]]", "order_spelling", ""),
        (b"note", b"\xff", "order_toml", ""),
        (b"rows_at_least = 0", b"rows_at_least = 1" + b"0" * 5000, "order_toml", ""),
        (b"a note", b"x" * 300_000, "order_size", ""),
    ],
)
def test_a_fault_says_where(old: bytes, new: bytes, code: str, column: str) -> None:
    assert old in GOOD
    assert (code, column) in codes(GOOD.replace(old, new))


@pytest.mark.parametrize("old", [b'"a note"', b"rows_at_least = 0"])
def test_another_spelling_is_told_by_its_line(old: bytes) -> None:
    """A clerk in a hurry looks for one missing blank."""
    bad = GOOD.replace(old, old + b" ")
    with pytest.raises(Faulty) as faulty:
        read_order(bad, "f")
    (found,) = faulty.value.faults
    number = 1 + GOOD[: GOOD.index(old)].count(b"\n")
    assert (found.code, found.line) == ("order_spelling", number)
    assert f"line {number}" in found.sentence()


def test_all_faults_come_at_once() -> None:
    bad = GOOD.replace(b'"order-1"', b'"!"').replace(b'"stop"', b'"go"').replace(b'"A Court"', b'""')
    assert codes(bad) == [("order_value", "id"), ("order_value", "court"), ("order_value", "effect 1: kind")]


@pytest.mark.parametrize("text", [b"", b"x = " + b"[" * 100_000, b"{}", b"\x00", b"\xef\xbb\xbf" + GOOD])
def test_no_text_breaks_the_reader(text: bytes) -> None:
    assert codes(text)


def test_faults_never_repeat_what_was_written() -> None:
    with pytest.raises(Faulty) as faulty:
        read_order(GOOD.replace(b"A Court", b"\\u0007 900-00-0001").replace(b"note =", b"secret_key ="), "f")
    assert "0001" not in str(faulty.value)
    assert "secret" not in str(faulty.value)


def test_an_order_may_end_and_reads_back() -> None:
    order = replace(an_order(), ends=START + timedelta(days=14))
    assert read_order(an_order_text(ends=order.ends), "f") == order


def test_names_of_files() -> None:
    assert entered_as("0007-order-1.toml") == (7, "order-1")
    assert [entered_as(name) for name in ("7-a.toml", "0007-a.toml", "0007-order-1.txt", "0007.missing")] == [None] * 4


def test_the_digest_is_what_sha256sum_prints(tmp_path) -> None:
    texts = {"0001-order-1.toml": GOOD, "0002-order-2.toml": b"paper"}
    for file, text in texts.items():
        (tmp_path / file).write_bytes(text)
    shell = "LC_ALL=C; sha256sum -- * | sha256sum"
    printed = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, check=True, text=True)
    assert printed.stdout.split()[0] == digest(texts)
