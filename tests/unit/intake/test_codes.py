# SPDX-License-Identifier: Apache-2.0
"""Every code of intake by its own smallest file: found, at the right place, and nothing else with it."""

import gzip
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawgate.model.code import CODES
from lawgate.model.fault import Scope
from lawgate.ports.intake import COVER_KEYS, Limits
from lawgate.posts.parser.chunk import Rows
from lawgate.posts.parser.identifiers import Numbers
from unit.intake.samples import CASE_HEADER, DAY, LAYOUT, ROW_HEADER, Sent, case, parse, row, text

BIDI, JOINER, SOFT, PRIVATE = "\u202e", "\u200d", "\u00ad", "\ue000"
GOOD_ROWS = [row(n) for n in range(3)]
GOOD = text(ROW_HEADER, GOOD_ROWS)


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("rows.csv", GOOD)
    return made.getvalue()


def ends_with(*last: str) -> bytes:
    return text(ROW_HEADER, [*GOOD_ROWS[:2], *last])


WHOLE_FILE = [
    ("E_EMPTY", 0, b""),
    ("E_EMPTY", 0, text(ROW_HEADER, [])),
    ("E_TYPE", 0, zipped()),
    ("E_TYPE", 0, gzip.compress(GOOD)),
    ("E_TYPE", 0, b"PAR1" + GOOD),
    ("E_TYPE", 0, b"SQLite format 3\x00" + GOOD),
    ("E_TYPE", 0, b"\x80\x04\x95" + GOOD),
    ("E_UTF8", 1, GOOD.decode().encode("utf-16")),
    ("E_UTF8", 1, b"\xff\xfe" + GOOD),
    ("E_UTF8", 3, GOOD.replace(b"Smith", b"Sm\xfft")),
    ("E_UTF8", 3, GOOD.replace(b"Smith", b"Sm\xc0\xaft")),
    ("E_UTF8", 3, GOOD.replace(b"Smith", b"Sm\xed\xa0\x80t")),
    ("E_UTF8", 3, GOOD.replace(b"Smith", b"Sm\xc3")),
    ("E_BOM", 1, b"\xef\xbb\xbf" + GOOD),
    ("E_HEADER", 1, GOOD.replace(b"last", b"Last", 1)),
    ("E_HEADER", 1, GOOD.partition(b"\n")[2]),
    ("E_HEADER", 1, GOOD.replace(b"row_id,case_id", b"case_id,row_id", 1)),
    ("E_HEADER", 1, GOOD.replace(b"row_id,", b"row_id,row_id,", 1)),
    ("E_HEADER", 1, GOOD.replace(b",", b";")),
    ("E_HEADER", 1, text(",".join(["x"] * 10_000), GOOD_ROWS)),
    ("E_HEADER", 1, b"row_id"),
    ("E_LINE_END", 1, GOOD.replace(b"\n", b"\r\n")),
    ("E_LINE_END", 2, GOOD.replace(b"Elm", b"E\rm", 1)),
    ("E_LINE_END", 4, GOOD[:-1] + b"\r\n"),
    ("E_QUOTE", 4, ends_with(row(2, reason='"never closed'))),
    ("E_QUOTE", 2, text(ROW_HEADER, [row(0, reason='"never closed'), row(1), row(2)])),
    ("E_TRAILER", 4, GOOD[:-1]),
    ("E_TRAILER", 1, ROW_HEADER.encode()),
    ("E_FIELD_LEN", 2, text(ROW_HEADER, []) + b"x" * (9 << 20)),
]


@pytest.mark.parametrize(("code", "line", "rows"), WHOLE_FILE)
def test_file_fault(code: str, line: int, rows: bytes, tmp_path: Path) -> None:
    found = parse(Sent(rows=rows), tmp_path)
    whole = [(f.scope, f.file, f.line, f.code) for f in found.faults if f.scope is Scope.FILE]
    assert whole == [(Scope.FILE, "rows.csv", line, code)]
    assert {f.code for f in found.faults} <= {code, "E_NEWLINE_IN_FIELD"}
    assert found.refused
    assert (found.cases.sent, found.cases.accepted, found.cases.rejected) == (3, 0, 3)
    assert found.rows.accepted == 0
    assert found.rows.sent == found.rows.rejected
    assert list((tmp_path / "room").iterdir()) == []


def test_the_cases_are_as_strict(tmp_path: Path) -> None:
    found = parse(Sent(cases=b"\xef\xbb\xbf" + text(CASE_HEADER, [case()])), tmp_path)
    assert [(f.file, f.code) for f in found.faults] == [("cases.csv", "E_BOM")]


LINES = [
    ("E_BLANK", "", ""),
    ("E_BLANK", "", "   "),
    ("E_BLANK", "", "# a comment"),
    ("E_COLS", "", row(2, reason="x").rpartition(",")[0]),
    ("E_COLS", "", row(2) + ","),
    ("E_COLS", "", row(2, reason="x").replace(",", ";")),
    ("E_QUOTE", "address", row(2, address='5" pipe')),
    ("E_QUOTE", "address", row(2, address='"1, Elm" Road')),
    ("E_QUOTE", "address", row(2, address='"no need"')),
    ("E_FIELD_LEN", "last", row(2, last="x" * 41)),
    ("E_FIELD_LEN", "last", row(2, last="é" * 41)),
    ("E_FIELD_LEN", "reason", row(2, reason="y" * (3 << 20))),
    ("E_NUL", "last", row(2, last="a\0b")),
    ("E_BIDI", "last", row(2, last=f"a{BIDI}b")),
    ("E_INVISIBLE", "last", row(2, last=f"a{JOINER}b")),
    ("E_INVISIBLE", "last", row(2, last=f"a{SOFT}b")),
    ("E_INVISIBLE", "last", row(2, last="a\u3164b")),
    ("E_CODEPOINT", "last", row(2, last=PRIVATE)),
    ("E_CODEPOINT", "last", row(2, last="a\tb")),
    ("E_CODEPOINT", "last", row(2, last="\uffff")),
    ("E_CODEPOINT", "last", row(2, last="\u0378")),
    ("E_CODEPOINT", "address", row(2, address="1 Elm \U0001f3e0")),
    ("E_CODEPOINT", "address", row(2, address="1 Elm \u2400")),
    ("E_COMBINING", "last", row(2, last="a" + "\u0316\u0317" * 15)),
    ("E_NORM", "last", row(2, last="Garci\u0301a")),
    ("E_NORM", "last", row(2, last="\u212b")),
    ("E_SPACE", "last", row(2, last=" Smith")),
    ("E_SPACE", "last", row(2, last="Smith ")),
    ("E_SPACE", "last", row(2, last="Van\u00a0Houten")),
    ("E_SPACE", "reason", row(2, reason='" a, b"')),
    ("E_REQUIRED", "last", row(2, last="")),
    ("E_ROW_ID", "row_id", row(2, row_id="")),
    ("E_ROW_ID", "row_id", row(2, row_id="row-0")),
    ("E_CASE", "case_id", row(2, case_id="case-9")),
    ("E_CASE", "case_id", row(2, case_id="")),
    ("E_ID", "row_id", row(2, row_id="row 2")),
    ("E_ID", "row_id", row(2, row_id="réf")),
    ("E_SPACE", "row_id", row(2, row_id="row-2 ")),
    ("E_DIGITS", "tin", row(2, tin="\uff19" * 9)),
    ("E_DIGITS", "row_id", row(2, row_id="row-\u0661")),
    ("E_CHOICE", "role", row(2, role="Subject")),
    ("E_REQUIRED", "role", row(2, role="")),
    ("E_FLAG", "pending", row(2, pending="true")),
    ("E_FLAG", "pending", row(2, pending="Y")),
    ("E_ROW_ID", "row_id", row(2, row_id="row-0 ")),
    ("E_ROW_ID", "row_id", row(2, row_id="\u00a0row-0")),
    ("E_DIGITS", "years", row(2, years="２０２１")),
    *(("E_NAME", "last", row(2, last=name)) for name in ("-", "'.'", "O", "é", "3", "?", "J.")),
    ("E_SCRIPT_MIX", "last", row(2, last="Sm\u0456th")),
    ("E_SCRIPT_MIX", "last", row(2, last="\u039fBrien")),
    ("E_SCRIPT_MIX", "last", row(2, last="Smith \u0418\u0432\u0430\u043d")),
    *(("E_DATE", "dob", row(2, dob=day)) for day in ("2026-02-30", "02/03/04", "2023-02-29", "0001-01-01")),
    *(("E_DATE", "dob", row(2, dob=day)) for day in ("2025-11-22", "1899-12-31", "19700131", "1970-1-31")),
    *(("E_TIN", "tin", row(2, tin=tin)) for tin in ("000000000", "000-00-0000", "666-01-0001", "9.01E+08")),
    *(("E_TIN", "tin", row(2, tin=tin)) for tin in ("+90100001", "-901000010", "90100001.", "999999999")),
    *(("E_TIN", "tin", row(2, tin=tin)) for tin in ("333-33-3333", "123456789", "90-1000-001", "901-000001")),
    *(("E_TIN", "tin", row(2, tin=tin)) for tin in ("123-00-4567", "123004567", "123-45-0000", "899450000")),
]


@pytest.mark.parametrize(("code", "column", "line"), LINES)
def test_row_fault(code: str, column: str, line: str, tmp_path: Path) -> None:
    found = parse(Sent(rows=ends_with(line)), tmp_path)
    places = [(f.scope, f.file, f.line, f.column, f.code) for f in found.faults]
    assert places == [(Scope.ROW, "rows.csv", 4, column, code)]
    assert (found.rows.sent, found.rows.accepted, found.rows.rejected) == (3, 2, 1)
    assert pq.read_table(tmp_path / "room/faults.parquet").column("code").to_pylist() == [code]


GOOD_LINES = [
    *(row(2, last=name) for name in ("Null", "NA", "None", "True", "Nan", "İpek", "ıpek", "Weiß", "ﬁx", "Ng")),
    *(row(2, last=name) for name in ("Kovač", "Шевченко", "王", "김", "محمد", "नमस्ते", "'; DROP TABLE rows", "=SUM(1)")),
    *(row(2, last=name) for name in ("Ñu", "李", "Q. Li", "Αθηνά", "12 Elm Road", "D'A", "Ó Sé")),
    *(row(2, years=years) for years in ("all", "21", "2021-2022", "2021;", "2021; 2022", "2022;2021", "1900-2099")),
    *(row(2, tin=tin) for tin in ("", "01234" + "5678", "900000001", "912-68-0001", "999-49-0001")),
    row(2, dob="", years="", reason="", pending="", address=""),
    row(2, dob="1900-01-01"),
    row(2, dob="2025-11-21"),
    row(2, address='"12, Elm ""B"" Road"'),
    row(2, address='""""'),
    row(2, address='","'),
    row(2, last="é" * 40),
    row(2, address="1 Elm № 5"),
]


@pytest.mark.parametrize("line", GOOD_LINES)
def test_accepted(line: str, tmp_path: Path) -> None:
    found = parse(Sent(rows=ends_with(line)), tmp_path)
    assert (found.faults, found.rows.accepted) == ((), 3)


def test_a_smuggled_row_is_rejected_with_the_field_that_hid_it(tmp_path: Path) -> None:
    torn = [row(1, reason='"begins, here'), row(3), row(3, row_id="x"), 'ends here"', row(4)]
    cases = text(CASE_HEADER, [case(n) for n in range(5)])
    found = parse(Sent(cases=cases, rows=text(ROW_HEADER, [row(0), *torn])), tmp_path)
    assert [(f.line, f.code) for f in found.faults] == [(n, "E_NEWLINE_IN_FIELD") for n in (3, 4, 5, 6)]
    assert pq.read_table(tmp_path / "room/rows.parquet").column("line").to_pylist() == [2, 7]


def test_every_later_repeat_is_rejected_even_after_a_rejected_one(tmp_path: Path) -> None:
    lines = [row(0, dob="x"), row(1, row_id="row-0"), row(2, row_id="row-0"), row(3)]
    found = parse(Sent(rows=text(ROW_HEADER, lines), cases=text(CASE_HEADER, map(case, range(4)))), tmp_path)
    assert [(f.line, f.code) for f in found.faults] == [(2, "E_DATE"), (3, "E_ROW_ID"), (4, "E_ROW_ID")]


def test_spaces_around_it_make_no_other_identifier(tmp_path: Path) -> None:
    lines = [row(0, row_id=" row-0"), row(1, row_id="row-0"), row(2, row_id="row-0 ", last="-")]
    found = parse(Sent(rows=text(ROW_HEADER, lines)), tmp_path)
    said = [(f.line, f.column, f.code) for f in found.faults]
    assert said == [
        (2, "row_id", "E_SPACE"),
        (3, "row_id", "E_ROW_ID"),
        (4, "row_id", "E_ROW_ID"),
        (4, "last", "E_NAME"),
    ]


def test_bytes_that_are_no_text_are_named_by_line_and_column(tmp_path: Path) -> None:
    lines = [row(0), row(1, last="Sm\udcffth")]
    data = "".join(f"{line}\n" for line in (ROW_HEADER, *lines)).encode("utf-8", "surrogateescape")
    found = parse(Sent(rows=data), tmp_path)
    assert [(f.line, f.column, f.code) for f in found.faults] == [(3, "last", "E_UTF8")]


def test_a_row_of_a_rejected_case_is_rejected(tmp_path: Path) -> None:
    found = parse(Sent(cases=text(CASE_HEADER, [case(0), case(1, opened_on=""), case(2), case(0)])), tmp_path)
    places = [(f.file, f.line, f.column, f.code) for f in found.faults]
    assert places == [
        ("cases.csv", 3, "opened_on", "E_REQUIRED"),
        ("cases.csv", 5, "case_id", "E_ROW_ID"),
        ("rows.csv", 3, "case_id", "E_CASE"),
    ]
    rows = pq.read_table(tmp_path / "room/rows.parquet")
    assert rows.select(["n", "line", "case_n"]).to_pylist() == [
        {"n": 0, "line": 2, "case_n": 0},
        {"n": 1, "line": 4, "case_n": 1},
    ]


def test_what_was_wrong_once_is_wrong_again() -> None:
    known = Numbers()
    known.add(pa.array(["case-0"]))
    rows = Rows(LAYOUT.rows, 1, known, DAY)
    found = [rows.chunk(f"{row(0, row_id=f'r{n}', dob='2024-02-30')}\n".encode(), n)[1] for n in (2, 3)]
    assert found == [[(2, 4, "E_DATE")], [(3, 4, "E_DATE")]]


def test_all_faults_of_a_row_and_of_all_rows_are_reported_at_once(tmp_path: Path) -> None:
    lines = [row(0, dob="x", tin="1"), row(1), row(2, last="")]
    found = parse(Sent(rows=text(ROW_HEADER, lines)), tmp_path)
    places = [(f.line, f.column) for f in found.faults]
    assert places == [(2, "dob"), (2, "tin"), (4, "last")]


def test_only_the_first_thousand_row_faults_are_listed_and_all_are_filed(tmp_path: Path) -> None:
    lines = [row(0, row_id=f"r{n}", dob="x", tin="1") for n in range(1500)]
    found = parse(Sent(rows=text(ROW_HEADER, lines)), tmp_path)
    assert len(found.faults) == 1000
    assert found.rows.rejected == 1500
    filed = pq.read_table(tmp_path / "room/faults.parquet")
    assert filed.num_rows == 3000
    assert filed.schema.names == ["scope", "file", "line", "column", "code", "mend"]


COVERS = [
    ("format", 'format = "lawgate-request-1"', 'format = "lawgate-request-2"'),
    ("request_id", "req-2025-0003", "Req"),
    ("provision", '"i2"', "2"),
    ("agency", "agency.one", "agency one"),
    ("signer", "person.1", ""),
    ("signed_at", "14:00:00-04:00", "14:00:00"),
    ("signed_at", "2025-06-27T14:00:00-04:00", "2025-06-27"),
    ("sole_use", "true", '"true"'),
    ("sole_use", "sole_use = true\n", ""),
    ("agreement", '""', "[]"),
    ("fields", '["mailing_address"]', "[]"),
    ("fields", '["mailing_address"]', '["a", "a"]'),
    ("fields", '["mailing_address"]', '"mailing_address"'),
    ("files", "rows = 3", "rows = 3.0"),
    ("files", "rows = 3", "rows = true"),
    ("files", "rows = 3", "rows = -1"),
    ("files", 'sha256 = "', 'sha256 = "A'),
    ("files", "rows = 3", "rows = 3, path = '/etc/passwd'"),
    ("", "sole_use = true", "sole_use = true\nextra = 1"),
    ("", "sole_use = true", "sole_use = true\nsole_use = true"),
    ("", "sole_use = true", "sole_use = yes"),
    ("", "sole_use = true", "sole_use = true\r"),
    ("", "-04:00", "+25:00"),
    ("", '["mailing_address"]', "[" * 5000),
    ("", "agency.one", "\udcff"),
]


@pytest.mark.parametrize(("key", "old", "new"), COVERS)
def test_cover(key: str, old: str, new: str, tmp_path: Path) -> None:
    found = parse(Sent(changes=[(old, new)]), tmp_path)
    assert [(f.scope, f.file, f.column, f.code) for f in found.faults] == [(Scope.FILE, "cover.toml", key, "E_COVER")]
    assert found.cover is None
    assert set(COVER_KEYS) >= {key} - {""}


DIFFERENT = [
    ({"changes": [('rows = 3 }\n"rows', 'rows = 2 }\n"rows')]}, [("cases.csv", 4, "E_TRAILER")]),
    ({"changes": [('rows = 3 }\n"rows', 'rows = 4 }\n"rows')]}, [("cases.csv", 0, "E_ROWS")]),
    ({"changes": [('sha256 = "', f'sha256 = "{"0" * 64}", x = "')]}, [("cover.toml", 0, "E_COVER")]),
    ({"signature": b""}, [("cover.toml.sig", 0, "E_SIGNATURE")]),
    ({"signature": b"A" * 86 + b"=="}, [("cover.toml.sig", 0, "E_SIGNATURE")]),
    ({"signature": b"A" * 85 + b"B==\n"}, [("cover.toml.sig", 0, "E_SIGNATURE")]),
    ({"signature": b"A" * 86 + b"==\n\n"}, [("cover.toml.sig", 0, "E_SIGNATURE")]),
    ({"without": ["cover.toml.sig"]}, [("cover.toml.sig", 0, "E_MISSING")]),
    ({"without": ["rows.csv"]}, [("rows.csv", 0, "E_MISSING")]),
    ({"without": ["cover.toml"]}, [("cover.toml", 0, "E_MISSING")]),
    ({"changes": [("sole_use", "#" * 65536 + "\nsole_use")]}, [("cover.toml", 0, "E_SIZE")]),
]


@pytest.mark.parametrize(("changed", "expected"), DIFFERENT)
def test_what_the_cover_states(changed: dict, expected: list, tmp_path: Path) -> None:
    found = parse(Sent(**changed), tmp_path)
    assert [(f.file, f.line, f.code) for f in found.faults] == expected
    assert list((tmp_path / "room").iterdir()) == []


def test_a_changed_file_is_not_the_signed_one(tmp_path: Path) -> None:
    sent = Sent()
    folder = sent.write(tmp_path / "signed")
    changed = Sent(rows=GOOD.replace(b"Elm", b"Oak", 1))
    cover = sent.cover().decode()
    changed.cover = cover.encode
    assert folder.is_dir()
    found = parse(changed, tmp_path)
    assert [(f.file, f.code) for f in found.faults] == [("rows.csv", "E_DIGEST")]


@pytest.mark.parametrize(("most", "code"), [(Limits(rows=2), "E_ROWS"), (Limits(bytes=200), "E_SIZE")])
def test_ceilings(most: Limits, code: str, tmp_path: Path) -> None:
    found = parse(Sent(), tmp_path, most)
    assert {f.code for f in found.faults} == {code}
    assert found.refused


def test_the_ceiling_itself_is_allowed(tmp_path: Path) -> None:
    assert parse(Sent(), tmp_path, Limits(rows=3)).faults == ()


def test_every_code_has_a_test() -> None:
    tested = {code for code, *_ in WHOLE_FILE} | {"E_MISSING", "E_SIZE", "E_ROWS", "E_DIGEST", "E_COVER", "E_SIGNATURE"}
    assert {c.name for c in CODES if c.scope is Scope.FILE} == tested | {"E_PARSER", "E_PROFILE"}
    assert {c.name for c in CODES if c.scope is Scope.ROW} == {code for code, *_ in LINES} | {"E_NEWLINE_IN_FIELD"}
    assert len({(c.name, c.scope) for c in CODES}) == len(CODES)
