# SPDX-License-Identifier: Apache-2.0
"""`ports.accounting.Pdf` over typst: templates beside this file, data as JSON, PDF/A-2a and PDF/UA-1 in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import typst

from lawgate.model.fault import LawgateError

STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
FOLDER = Path(__file__).parent


class TypstPdf:
    """Stateless. Only the fonts inside the package are used, so a page looks the same everywhere."""

    def make(self, template: str, data: Mapping[str, object], second: int) -> bytes:
        """See `ports.accounting.Pdf`. `template` is the name of a file beside this one, without its ending."""
        source = FOLDER / f"{template}.typ"
        try:
            compiler = typst.Compiler(root=FOLDER, ignore_system_fonts=True)
            made = compiler.compile(
                source.read_bytes(),
                format="pdf",
                sys_inputs={"data": json.dumps(data)},
                pdf_standards=STANDARDS,
                timestamp=second,
            )
        except (typst.TypstError, OSError) as broken:
            # Its message may quote what was written into the page.
            raise LawgateError(f"the page cannot be made ({type(broken).__name__})") from None
        if not isinstance(made, bytes):
            raise LawgateError("the page cannot be made")
        return made
