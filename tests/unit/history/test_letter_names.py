# SPDX-License-Identifier: Apache-2.0
"""Letters lie under the names of their recipients, and no two recipients have one name."""

import re

from hypothesis import given
from hypothesis import strategies as st

from lawgate.office.recall_desk import plain

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/+=@_-]{0,5}", fullmatch=True)


@given(IDS, IDS)
def test_two_recipients_never_share_a_file(one: str, other: str) -> None:
    assert (plain(one) == plain(other)) is (one == other)
    assert re.fullmatch("[A-Za-z0-9._~-]+", plain(one))


def test_another_sign_is_another_file() -> None:
    assert len({plain(f"us{sign}x") for sign in "._:/+=@-"}) == 8
