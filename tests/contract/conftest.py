# SPDX-License-Identifier: Apache-2.0
"""Folders of the contract suites lie in memory where there is such a place: drivers sync them some thousand times."""

import pytest

from unit.release.conftest import tmp_path

pytest.register_assert_rewrite("contract.promises")

__all__ = ["tmp_path"]
