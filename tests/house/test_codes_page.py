# SPDX-License-Identifier: Apache-2.0
"""docs/reference/codes.md says what the code says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_codes_page_is_current() -> None:
    done = subprocess.run([sys.executable, "scripts/write_codes.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run scripts/write_codes.py and commit docs/reference/codes.md"
