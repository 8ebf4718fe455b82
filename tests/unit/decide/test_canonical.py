# SPDX-License-Identifier: Apache-2.0
"""The bytes of a decision: RFC 8785, the same for the same decision, different for any other."""

import dataclasses
import hashlib
import json

import pytest

from differential.batches import provision
from lawgate.decide.canonical import ROW_WIDTH, TAG, pattern_digest, pattern_record
from lawgate.decide.decide import decide
from lawgate.model.decision import Decision, Pattern, Pins, Verdict

PINS = Pins(*(f.name + "-1" for f in dataclasses.fields(Pins)))
GOOD = Pattern("m" * len(provision().clauses), Verdict.UNIQUE, (2022, 2023))


def decided(pattern: Pattern = GOOD, orders: tuple[str, ...] = ()) -> Decision:
    return decide(provision(), pattern, ("mailing_address",), orders)


def test_the_record_is_canonical_json() -> None:
    made = pattern_record(GOOD, decided(), PINS)
    told = json.loads(made)
    assert made == json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert list(told) == sorted(told)
    assert told["grants"] == [["mailing_address", 2022], ["mailing_address", 2023]]
    assert told["pins"] == dataclasses.asdict(PINS)
    assert (told["v"], told["match"], told["years"], told["row_outcome"]) == (1, "unique", [2022, 2023], "REQUIRE")
    assert len(told["findings"]) == len(decided().findings) and told["findings"][0][2:] == ["met", "shown", ""]


def test_keys_are_sorted_as_utf16_and_text_stays_text() -> None:
    """RFC 8785 escapes only what JSON must escape, and writes letters as they are."""
    made = pattern_record(GOOD, decided(orders=('é\u2028\t"',)), PINS)
    assert '"orders":["é\u2028\\t\\""]'.encode() in made


def test_the_same_decision_gives_the_same_bytes() -> None:
    assert pattern_record(GOOD, decided(), PINS) == pattern_record(
        dataclasses.replace(GOOD), decided(), dataclasses.replace(PINS)
    )


@pytest.mark.parametrize("pin", [f.name for f in dataclasses.fields(Pins)])
def test_every_pin_counts(pin: str) -> None:
    other = dataclasses.replace(PINS, **{pin: "other"})
    assert pattern_record(GOOD, decided(), PINS) != pattern_record(GOOD, decided(), other)


def test_everything_of_pattern_and_decision_counts() -> None:
    worse = [Pattern(GOOD.clauses[:-1] + s, GOOD.verdict, GOOD.years) for s in "nu-"]
    others = [*worse, dataclasses.replace(GOOD, verdict=Verdict.NONE), dataclasses.replace(GOOD, years=(2023,))]
    made = {pattern_record(p, decided(p), PINS) for p in (GOOD, *others)} | {
        pattern_record(GOOD, decided(orders=("o",)), PINS)
    }
    assert len(made) == len(others) + 2


def test_the_digest_has_a_tag_of_its_own() -> None:
    made = pattern_record(GOOD, decided(), PINS)
    assert pattern_digest(made) == hashlib.sha256(TAG + made).digest() != hashlib.sha256(made).digest()
    assert TAG.endswith(b"\0") and ROW_WIDTH == 76
