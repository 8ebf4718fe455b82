# SPDX-License-Identifier: Apache-2.0
"""docs/reference/codes.md says what the code says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_codes_page_is_current() -> None:
    done = subprocess.run([sys.executable, "scripts/write_codes.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run scripts/write_codes.py and commit docs/reference/codes.md"


def test_readme_counts_the_unchecked_register_entries() -> None:
    page = (ROOT / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
    counted = page.split("no named person has checked yet: ")[1].split(".")[0]
    assert f"{counted} register entries, none of them checked" in (ROOT / "README.md").read_text(encoding="utf-8")
