# SPDX-License-Identifier: Apache-2.0
"""The parser child looks for no library once it is locked up."""

import subprocess
import sys
from pathlib import Path

import pytest

from lawgate.wiring.parser import OnlyArrow


@pytest.mark.parametrize("name", ["numpy", "pandas"])
def test_neither_is_there_and_everything_else_is_left_to_others(name: str) -> None:
    finder = OnlyArrow()
    with pytest.raises(ModuleNotFoundError):
        finder.find_spec(name, None)
    assert finder.find_spec("pyarrow", None) is None
    assert finder.find_spec("pandas_of_mine", None) is None


def test_arrow_converts_with_no_file_to_open_although_pandas_is_installed(tmp_path: Path) -> None:
    """The first conversion is where Arrow looks: with the finder it works locked up, without it the child would die."""
    (tmp_path / "pandas").mkdir()
    (tmp_path / "pandas" / "__init__.py").write_text("__version__ = '9.9.9'\n")
    program = (
        "import resource, sys\n"
        "sys.path.insert(0, {place!r})\n"
        "if {guarded}:\n"
        "    from lawgate.wiring.parser import OnlyArrow\n"
        "    sys.meta_path.insert(0, OnlyArrow())\n"
        "import pyarrow\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n"
        "pyarrow.array(['text'])\n"
    )
    codes = [
        subprocess.run(
            [sys.executable, "-c", program.format(place=str(tmp_path), guarded=guarded)],
            capture_output=True,
            check=False,
        ).returncode
        for guarded in (True, False)
    ]
    assert codes == [0, 1]
