# SPDX-License-Identifier: Apache-2.0
"""Each bad input by its number: the exact fault with scope, line, column and mend, no other one, and no row in silence.

What the numbers mean, and which of them the law judges instead, stands in docs/spec/request-format.md.
"""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from house.tree import ROOT
from lawgate.linkage.grammar import letters
from lawgate.model.code import CODES
from lawgate.ports.intake import Limits, Parsed
from scenarios.bench import LAYOUT
from unit.intake.bad import TABLE, Bad, above_the_real_cap
from unit.intake.samples import DAY, HereParser, Sent

NUMBERS = {"B01", *(f"B{n:02d}" for n in range(7, 43))}
# What a requester has to be told, so that they can mend it: words of the sentence that comes with each code.
MENDS = {
    "E_BIDI": "direction of text; remove",
    "E_BLANK": "leave such lines out",
    "E_BOM": "UTF-8 without",
    "E_CODEPOINT": "use letters and signs",
    "E_COLS": "every column of the header once",
    "E_COMBINING": "write the letter plainly",
    "E_DATE": "YYYY-MM-DD",
    "E_DIGEST": "send the file that was signed for",
    "E_DIGITS": "write 0 to 9",
    "E_EMPTY": "send at least one row",
    "E_FIELD_LEN": "shorten it",
    "E_HEADER": "exactly the named columns in order, separated by commas",
    "E_INVISIBLE": "remove it",
    "E_LINE_END": "line feed (LF) only",
    "E_NAME": "write the name in full",
    "E_NEWLINE_IN_FIELD": "keep every field on one line",
    "E_NORM": "NFC; convert it",
    "E_NUL": "remove it",
    "E_QUOTE": "close",
    "E_ROWS": "correct the count",
    "E_ROW_ID": "give every row its own",
    "E_SCRIPT_MIX": "write it in one",
    "E_SPACE": "single plain spaces",
    "E_TIN": "nine digits or NNN-NN-NNNN",
    "E_TRAILER": "correct the end",
    "E_TYPE": "send plain CSV",
    "E_UTF8": "write it again as UTF-8",
}


def parsed(sent: Sent, folder: Path, limits: Limits) -> Parsed:
    """Parse in this process, with the layout of the rulebook; the room is `folder/room`."""
    (folder / "room").mkdir()
    return HereParser(limits).parse(sent.write(folder / "request"), folder / "room", LAYOUT, DAY)


def holds(bad: Bad, folder: Path) -> Parsed:
    """Parse one bad request: its faults are exactly those of the table, and every row is accounted for."""
    found = parsed(bad.sent, folder, bad.limits)
    assert [(str(f.scope), f.file, f.line, f.column, f.code) for f in found.faults] == list(bad.faults)
    assert all(MENDS[f.code] in f.mend for f in found.faults)
    assert found.rows.sent == found.rows.accepted + found.rows.rejected
    refused = any(scope == "file" for scope, *_ in bad.faults)
    assert (found.refused, refused and found.rows.accepted > 0) == (refused, False)
    if not refused:
        rejected = {line for _, file, line, *_ in bad.faults if file == "rows.csv"}
        kept = pq.read_table(folder / "room/faults.parquet")
        assert found.rows.rejected == len(rejected)
        assert set(kept["line"].to_pylist()) == rejected
    return found


@pytest.mark.parametrize("bad", TABLE, ids=[bad.name for bad in TABLE])
def test_bad_input(bad: Bad, tmp_path: Path) -> None:
    holds(bad, tmp_path)


def test_one_row_above_the_real_cap(size: str, tmp_path: Path) -> None:
    assert Limits().rows == 1_280_000
    if size == "full":
        holds(above_the_real_cap(), tmp_path)


def test_numbers_stay_text_and_names_fold_fully(tmp_path: Path) -> None:
    """B39 and B34: nine characters, whatever they look like; names that change under folding have one form."""
    late = next(bad for bad in TABLE if bad.id == "B39")
    holds(late, tmp_path)
    assert pq.read_table(tmp_path / "room/rows.parquet")["tin"].to_pylist()[-1] == "01234" + "5678"
    golden = {"Işık": "ISIK", "IŞIK": "ISIK", "İpek": "IPEK", "Weiß": "WEISS", "WEISS": "WEISS", "ﬁnn": "FINN"}
    assert {name: letters(name) for name in golden} == golden


def test_the_table_is_complete() -> None:
    assert {bad.id for bad in TABLE} == NUMBERS
    assert len({bad.name for bad in TABLE}) == len(TABLE)
    assert {code for bad in TABLE for *_, code in bad.faults} == set(MENDS) <= {c.name for c in CODES}


def test_the_published_table_says_the_same() -> None:
    page = (ROOT / "docs/spec/request-format.md").read_text("utf-8")
    listed = re.findall(r"^\| (B\d\d) \| [^|]* \| ([^|]*) \|", page, re.MULTILINE)
    told = {number: set(re.findall(r"`(E_\w+)`", cell)) for number, cell in listed}
    codes: dict[str, set[str]] = {number: set() for number in NUMBERS}
    for bad in TABLE:
        codes[bad.id] |= {code for *_, code in bad.faults}
    assert {number: told.get(number) for number in sorted(NUMBERS)} == codes
