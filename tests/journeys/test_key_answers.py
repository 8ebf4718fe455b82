# SPDX-License-Identifier: Apache-2.0
"""T28: only the text that was sealed to a proposed key, last, is an answer to its challenge."""

from pathlib import Path

import pyrage
import pytest

from journeys.office import KEY, SEED, Office
from lawgate.model.fault import Faulty
from lawgate.office.recipient_keys import answer_key, challenge_key, propose_key
from lawgate_lab.played import age_identity

FIRST, SECOND = "person.custodian.11", "person.custodian.12"


def test_t28_another_text_is_no_answer(office: Office, tmp_path: Path) -> None:
    desk, own = office.house.keys, pyrage.x25519.Identity.from_str(age_identity(SEED, KEY))
    propose_key(desk, KEY, "us.doj", str(own.to_public()), b"a letter", FIRST)
    first = pyrage.decrypt(challenge_key(desk, KEY, FIRST), [own])
    second = pyrage.decrypt(challenge_key(desk, KEY, FIRST), [own])
    assert first != second
    for wrong in (first, second[:-1], second + b"\n", b"", b"x"):
        with pytest.raises(Faulty) as refused:
            answer_key(desk, KEY, wrong, SECOND)
        assert [fault.code for fault in refused.value.faults] == ["E_KEY_ANSWER"]
    answer_key(desk, KEY, second, SECOND)
