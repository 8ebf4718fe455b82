# SPDX-License-Identifier: Apache-2.0
"""The lab can be started as a module, too: a line that does nothing and ends well would look like success."""

import subprocess
import sys


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lawgate_lab.main", "--help"], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "demo" in done.stdout
