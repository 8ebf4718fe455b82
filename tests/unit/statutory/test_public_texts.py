# SPDX-License-Identifier: Apache-2.0
"""What people are told lies in the rulebook and is no part of the law; the rules of the reports are read strictly."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from lawgate.law.read import digest_of, read_rulebook
from lawgate.model.fault import Refused
from lawgate.model.order import EffectKind
from lawgate.office.reports_rules import FILE, read_rules

ROOT = Path(__file__).parents[3]
BOOK, SITE = ROOT / "rulebooks" / "us-26-6103", ROOT / "src" / "lawgate" / "surfaces" / "site"


def shipped() -> dict[str, bytes]:
    return {place.relative_to(BOOK).as_posix(): place.read_bytes() for place in BOOK.rglob("*.toml")}


def test_the_public_folder_is_no_part_of_the_law() -> None:
    whole = shipped()
    without = {name: raw for name, raw in whole.items() if not name.startswith("public/")}
    assert len(whole) - len(without) == 5
    spoilt = {name: b"(" if name.startswith("public/") else raw for name, raw in whole.items()}
    digests = {digest_of(each) for each in (whole, without, spoilt)}
    assert digests == {read_rulebook(spoilt, date(2026, 1, 1)).digest}


def test_both_languages_have_words_for_everything_and_for_every_effect() -> None:
    words = tomllib.loads((SITE / "words.toml").read_text("utf-8"))
    assert words["en"].keys() == words["es"].keys()
    assert {kind.value for kind in EffectKind} <= words["en"].keys()
    assert all(text.strip() for each in words.values() for text in each.values())


def test_every_provision_of_the_rulebook_has_a_purpose() -> None:
    rules, book = read_rules(shipped()), read_rulebook(shipped(), date(2026, 1, 1))
    assert set(book.provisions) == set(rules.purposes)
    assert {each.citation for each in rules.purposes.values()} == {each.citation for each in book.provisions.values()}
    assert not [name for name in book.provisions if any(left.takes(name) for left in rules.left_out)]


@pytest.mark.parametrize(
    "change",
    [(b"due_days", b"days"), (b'id = "public"', b""), (b"[[purpose]]", b"[[other]]"), (b"title =", b"title (")],
)
def test_rules_that_lack_something_give_no_report(change: tuple[bytes, bytes]) -> None:
    bad = {FILE: shipped()[FILE].replace(*change)}
    for files in (bad, {}):
        with pytest.raises(Refused) as refused:
            read_rules(files)
        assert refused.value.code == "E_NO_REPORT"
