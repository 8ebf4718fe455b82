#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the table of leaves into both stand-alone verifiers, and verify.py's links and sentences into verify.html.

Run it after `ledger/schema.py` or a sentence of verify.py changed; `tests/unit/evidence/test_verifier_files.py` fails
until then. Links are written by hand in `ledger/evidence_links.py` and verify.py.
"""

from __future__ import annotations

import json
import re
import runpy
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from lawgate.ledger.schema import FIELDS, MORE

VERIFIER = Path(__file__).resolve().parent.parent / "verifier"
PY, HTML = VERIFIER / "verify.py", VERIFIER / "verify.html"
SENTENCES = ("REFUSALS", "CANNOT", "CANNOT_SUBJECT", "CANNOT_RANGE", "CANNOT_RELEASE")


def table() -> str:
    """Kinds of leaves with their fields, long lines continued behind two blanks."""
    lines = [*_lines("", FIELDS), *_lines("+", MORE)]
    cut = {"subsequent_indent": "  ", "break_long_words": False, "break_on_hyphens": False}
    return "\n".join(textwrap.fill(line, 116, **cut) for line in lines)


def _lines(sign: str, kinds: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for kind, fields in kinds.items():
        yield " ".join([sign + kind, *(f"{name}:{type_}" for name, type_ in fields.items())])


def put(text: str, pattern: str, made: str) -> str:
    """The text with the one place that the pattern finds exchanged."""
    found, count = re.subn(pattern, lambda _: made, text, flags=re.DOTALL | re.MULTILINE)
    if count != 1:
        raise SystemExit(f"{pattern} is found {count} times")
    return found


def main() -> None:
    """Write both files."""
    PY.write_text(put(PY.read_text("utf-8"), r'^TABLE = """\n.*?\n"""', f'TABLE = """\n{table()}\n"""'), "utf-8")
    alone = runpy.run_path(str(PY), run_name="verify")
    page = put(HTML.read_text("utf-8"), r"^const TABLE = `\n.*?\n`", f"const TABLE = `\n{table()}\n`")
    links = "".join(f"  {json.dumps(kind)}: {json.dumps(link)},\n" for kind, link in alone["LINKS"].items())
    page = put(page, r"^const LINKS = \{\n.*?\n\};", "const LINKS = {\n" + links + "};")
    for name in SENTENCES:
        page = put(page, rf"^const {name} = [\[{{].*?\n[\]}}];", f"const {name} = {json.dumps(alone[name], indent=2)};")
    HTML.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
