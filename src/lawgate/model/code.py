# SPDX-License-Identifier: Apache-2.0
"""The codes of intake: what can be wrong with a request that was handed in, and how to mend it in plain words.

One table for everybody. The parser child reports a fault as the index of its entry here, never as text, so nothing
that a requester wrote can reach a fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from lawgate.model.fault import Scope


@dataclass(frozen=True, slots=True)
class Code:
    """One entry: the stable `name`, what it refuses, and how to mend it. A name may occur once per scope."""

    name: str
    scope: Scope
    mend: str


def _file(name: str, mend: str) -> Code:
    return Code(name, Scope.FILE, mend)


def _row(name: str, mend: str) -> Code:
    return Code(name, Scope.ROW, mend)


CODES: tuple[Code, ...] = (
    _file("E_MISSING", "the file is missing or is not a plain file; send all four files of the request"),
    _file("E_SIZE", "the file is larger than the custodian accepts; send fewer rows in each request"),
    _file("E_EMPTY", "the file holds no rows; send at least one row under the header"),
    _file("E_TYPE", "this is not a text file; send plain CSV, not an archive, spreadsheet or database"),
    _file("E_UTF8", "the file is not valid UTF-8; write it again as UTF-8"),
    _file("E_BOM", "the file begins with a byte order mark; write it as UTF-8 without one"),
    _file("E_HEADER", "the first line must hold exactly the named columns in order, separated by commas"),
    _file("E_LINE_END", "a carriage return was found; end every line with a line feed (LF) only"),
    _file("E_QUOTE", "a quote opened on this line is never closed, so the rest cannot be read; close or double it"),
    _file("E_FIELD_LEN", "this line is far too long, so the rest is not read; end each row with a line feed"),
    _file("E_ROWS", "the file holds fewer rows than the cover states, or more than are accepted; correct the count"),
    _file("E_TRAILER", "more follows the last stated row, or the last row lacks its line feed; correct the end"),
    _file("E_DIGEST", "the file differs from the SHA-256 on the cover; send the file that was signed for"),
    _file(
        "E_COVER", "this entry of the cover is missing, unknown or not in the stated form; correct it and sign again"
    ),
    _file("E_SIGNATURE", "the signature file must be one line of base64 of 64 bytes, then a line feed"),
    _file("E_PARSER", "the file could not be read safely; check the files and send them again"),
    _row("E_BLANK", "the line is blank or a comment; leave such lines out"),
    _row("E_COLS", "the row has too few or too many columns; give every column of the header once"),
    _row("E_QUOTE", "quote a field only if it holds a comma or a quote, close it, and double quotes inside it"),
    _row("E_NEWLINE_IN_FIELD", "a quoted field runs over a line end; keep every field on one line"),
    _row("E_FIELD_LEN", "the field is longer than allowed; shorten it"),
    _row("E_NUL", "the field holds a NUL character; remove it"),
    _row("E_BIDI", "the field holds a mark that changes the direction of text; remove it"),
    _row("E_INVISIBLE", "the field holds an invisible character; remove it"),
    _row("E_CODEPOINT", "the field holds a control, private, unassigned or picture character; use letters and signs"),
    _row("E_COMBINING", "the field holds a letter with too many combining marks; write the letter plainly"),
    _row("E_NORM", "the text is not in Unicode form NFC; convert it"),
    _row("E_SPACE", "the field begins or ends with a space or holds an unusual one; use single plain spaces inside"),
    _row("E_REQUIRED", "this column must be filled"),
    _row("E_ROW_ID", "the identifier of the row is missing or was used before; give every row its own"),
    _row("E_CASE", "the row names a case that is absent from the list of cases or was rejected there"),
    _row("E_DIGITS", "the field holds digits of another script; write 0 to 9"),
    _row("E_ID", "an identifier may hold letters A-Z a-z, digits and . _ : - only; several are separated by ;"),
    _row("E_DATE", "write a real date as YYYY-MM-DD, not before 1900; a date of birth not in the future"),
    _row("E_TIN", "write the number as nine digits or NNN-NN-NNNN; it must be one that can exist"),
    _row("E_FLAG", "write yes or no, or leave the field empty"),
    _row("E_CHOICE", "write one of the words that the format lists for this column"),
    _row("E_NAME", "the name is only punctuation, or one letter; write the name in full"),
    _row("E_SCRIPT_MIX", "the name mixes letters of two alphabets that look alike; write it in one"),
    _file("E_PROFILE", "a number could be somebody's; this office works on numbers that were never issued to anybody"),
)

INDEX: dict[tuple[str, Scope], int] = {(code.name, code.scope): at for at, code in enumerate(CODES)}
